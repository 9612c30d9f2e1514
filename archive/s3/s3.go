// Package s3 keeps an archive in a bucket of an S3-compatible service: a Store over minio-go, which no other package sees.
//
// A version and a Mark are the object's ETag. A conditional write goes in one request with If-Match or If-None-Match, which minio-go honours
// only there, and is never repeated by minio-go: a repetition after a lost answer would meet its own first attempt and report a
// lost race. So ErrConflict always means that somebody else was first, and every other error that the write may have happened; the
// archive reads back. All other requests are repeated when they fail. Nothing is remembered between two calls: no read is stale.
//
// Every upload is signed with the SHA-256 of its bytes, so that the service refuses what was damaged on the way; large ones go in parts of
// 16 MiB, four at a time, each repeated by itself when it fails, and their size is asked for afterwards. Ranges ask for exactly the bytes wanted.
//
// The bucket is made by the operator, never here, and is private: Public tells. s3test starts a real service for tests.
package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"cabina/archive"
)

const (
	maxGet  = 64 << 20 // bytes, as archive.Store says of Get
	maxPut  = 5 << 20  // bytes, as archive.Store says of Put
	maxKey  = 1024     // bytes of a key with its prefix, as S3 allows
	repeats = 5        // tries of what may be repeated, over about three seconds
)

// Config says where a bucket is and who asks.
type Config struct {
	// Endpoint is https://host, or http://host:port for a service on the same machine or network.
	Endpoint string
	// Region is empty for us-east-1, which most services other than Amazon's call themselves.
	Region               string
	AccessKey, SecretKey string
	Bucket               string
	// Prefix is put before every key, with a slash between; empty for none. Several archives may share a bucket.
	Prefix string
}

// Store is an archive.Store in a bucket.
type Store struct {
	endpoint, bucket string
	prefix           string // empty, or ends with a slash
	transport        *patient
	client           *minio.Client // repeats what failed
	once             *minio.Client // never does
	stranger         *minio.Client // the same service without credentials
}

var _ archive.Store = (*Store)(nil)

// Open connects to the bucket and asks it for one listing, so that a wrong setting is told at once and not by the first viewer.
// Close lets go of its connections.
func Open(ctx context.Context, c Config) (*Store, error) {
	s, err := connect(c)
	if err != nil {
		return nil, err
	}
	opts := minio.ListObjectsOptions{Prefix: s.prefix, Recursive: true, MaxKeys: 1, FetchOwner: new(bool)}
	for o := range s.client.ListObjectsIter(ctx, s.bucket, opts) {
		err = o.Err
		break
	}
	if err == nil {
		err = ctx.Err() // an ended context ends a listing in silence
	}
	if err != nil {
		s.Close()
		return nil, s.unusable(err)
	}
	return s, nil
}

func connect(c Config) (*Store, error) {
	u, err := url.Parse(c.Endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" || u.User != nil || u.RawQuery != "" {
		return nil, fmt.Errorf("S3 endpoint %q: want https://host or http://host:port, without a path", c.Endpoint)
	}
	if c.Bucket == "" {
		return nil, errors.New("S3 bucket: none is named; want s3://bucket or s3://bucket/prefix")
	}
	if c.AccessKey == "" || c.SecretKey == "" {
		return nil, errors.New("S3 keys: want an access key and a secret key")
	}
	s := &Store{endpoint: u.Scheme + "://" + u.Host, bucket: c.Bucket, transport: newPatient()}
	if p := strings.Trim(c.Prefix, "/"); p != "" {
		if err := archive.CheckKey(p); err != nil {
			return nil, fmt.Errorf("S3 prefix: %w", err)
		}
		s.prefix = p + "/"
	}
	region := c.Region
	if region == "" {
		region = "us-east-1" // else minio-go asks the bucket for its region, which many keys may not
	}
	for _, made := range []struct {
		client *(*minio.Client)
		tries  int
		who    *credentials.Credentials
	}{
		{&s.client, repeats, credentials.NewStaticV4(c.AccessKey, c.SecretKey, "")},
		{&s.once, 1, credentials.NewStaticV4(c.AccessKey, c.SecretKey, "")},
		{&s.stranger, repeats, credentials.NewStaticV4("", "", "")},
	} {
		*made.client, err = minio.New(u.Host, &minio.Options{
			Creds: made.who, Secure: u.Scheme == "https", Transport: s.transport, Region: region,
			MaxRetries: made.tries,
		})
		if err != nil {
			return nil, fmt.Errorf("S3 endpoint %q: %w", c.Endpoint, err)
		}
	}
	return s, nil
}

// newTransport keeps many connections: minio-go's own keeps 16, and opens and closes one for most ranges of a busy hour.
func newTransport(within time.Duration) *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: within,
		ExpectContinueTimeout: 10 * time.Second,
		IdleConnTimeout:       90 * time.Second,
		MaxIdleConnsPerHost:   256,
		ReadBufferSize:        64 << 10,
		WriteBufferSize:       64 << 10,
		DisableCompression:    true, // bytes are stored as they came
	}
}

// Close lets go of idle connections. The store may still be used.
func (s *Store) Close() { s.transport.CloseIdleConnections() }

// Get reads an object whole; see archive.Store.
func (s *Store) Get(ctx context.Context, key string) ([]byte, string, error) {
	data, version, err := s.get(ctx, key)
	if err != nil {
		return nil, "", fmt.Errorf("get %s: %w", key, s.translate(err))
	}
	return data, version, nil
}

func (s *Store) get(ctx context.Context, key string) ([]byte, string, error) {
	body, info, _, err := s.fetch(ctx, key, minio.GetObjectOptions{})
	if err != nil {
		return nil, "", err
	}
	defer body.Close()
	if info.Size > maxGet {
		return nil, "", fmt.Errorf("its %d bytes are more than the %d that are read whole; read ranges of it", info.Size, maxGet)
	}
	data := make([]byte, max(info.Size, 0))
	if _, err := io.ReadFull(body, data); err != nil {
		return nil, "", fmt.Errorf("the answer broke off: %w", noEOF(err))
	}
	return data, info.ETag, nil
}

// Range asks for exactly n bytes; see archive.Store.
func (s *Store) Range(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	if off < 0 || n < 0 {
		return nil, fmt.Errorf("range of %s: %d bytes from %d: neither may be negative", key, n, off)
	}
	if n == 0 { // which HTTP cannot ask for
		if _, err := s.Stat(ctx, key); err != nil {
			return nil, err
		}
		return http.NoBody, nil
	}
	last := off + n - 1
	if last < off {
		last = 1<<63 - 1
	}
	var opts minio.GetObjectOptions
	opts.Set("Range", fmt.Sprintf("bytes=%d-%d", off, last))
	body, _, header, err := s.fetch(ctx, key, opts)
	if is(err, http.StatusRequestedRangeNotSatisfiable) {
		return http.NoBody, nil // off is at the end or beyond, where a file says io.EOF
	}
	if err != nil {
		return nil, fmt.Errorf("range of %s: %w", key, s.translate(err))
	}
	if got := header.Get("Content-Range"); !strings.HasPrefix(got, fmt.Sprintf("bytes %d-", off)) {
		body.Close()
		return nil, fmt.Errorf("range of %s: asked for bytes from %d, the service answered with %q", key, off, got)
	}
	return body, nil
}

// fetch sends one GET. Unlike minio.Client.GetObject it does so now, not at the first read.
func (s *Store) fetch(ctx context.Context, key string, opts minio.GetObjectOptions) (io.ReadCloser, minio.ObjectInfo, http.Header, error) {
	name, err := s.name(key)
	if err != nil {
		return nil, minio.ObjectInfo{}, nil, err
	}
	return minio.Core{Client: s.client}.GetObject(ctx, s.bucket, name, opts)
}

// Stat says what List would; see archive.Store.
func (s *Store) Stat(ctx context.Context, key string) (archive.Info, error) {
	name, err := s.name(key)
	if err != nil {
		return archive.Info{}, fmt.Errorf("stat %s: %w", key, err)
	}
	o, err := s.client.StatObject(ctx, s.bucket, name, minio.StatObjectOptions{})
	if err != nil {
		return archive.Info{}, fmt.Errorf("stat %s: %w", key, s.translate(err))
	}
	return info(key, o), nil
}

// Delete removes an object; see archive.Store. In a bucket that keeps versions the old ones stay.
func (s *Store) Delete(ctx context.Context, key string) error {
	name, err := s.name(key)
	if err != nil {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	err = s.translate(s.client.RemoveObject(ctx, s.bucket, name, minio.RemoveObjectOptions{}))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	return nil
}

// name gives an object's name in the bucket, or says why there can be none.
func (s *Store) name(key string) (string, error) {
	if err := archive.CheckKey(key); err != nil {
		return "", err
	}
	if len(s.prefix)+len(key) > maxKey {
		return "", &archive.InvalidKey{Key: key, Why: "with the bucket's prefix it is longer than 1024 bytes"}
	}
	return s.prefix + key, nil
}

func info(key string, o minio.ObjectInfo) archive.Info {
	return archive.Info{Key: key, Size: o.Size, Mark: o.ETag, Modified: o.LastModified.UTC().Truncate(time.Second)}
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
