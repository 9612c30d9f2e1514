// Package s3test gives tests a real S3 service, and a connection to it that can be broken on purpose.
//
// Gateway starts a Versity gateway over a temporary folder; Proxy stands before it (or before any other service) and cuts, refuses, stalls,
// repeats or damages the requests that a test names. Both end with the test.
package s3test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"golang.org/x/sys/unix"

	"cabina/archive/s3"
)

const (
	accessKey = "cabina-test"
	secretKey = "cabina-test-secret"
	// patience is how long a gateway may take to answer. It takes about 0.1 s on a machine that has nothing else to do.
	patience = 30 * time.Second
)

// Gateway starts a gateway for this test and gives an empty bucket on it. The program is the one that CABINA_VERSITYGW names, else
// bin/tools/versitygw in the repository, where `make tools` puts it. Without it the test is skipped, except in CI, where it fails. Tests that
// need several buckets call it once and then Bucket.
func Gateway(t testing.TB) s3.Config {
	t.Helper()
	program, err := find()
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	dir := folder(t)
	for range 5 { // somebody else may take the port before the gateway does
		endpoint, err := start(t, program, dir)
		if err == nil {
			return Bucket(t, s3.Config{Endpoint: endpoint, Region: "us-east-1", AccessKey: accessKey, SecretKey: secretKey})
		}
		t.Logf("start the gateway: %v", err)
	}
	t.Fatal("the gateway does not start")
	panic("unreachable")
}

// Bucket makes another empty bucket on the service of c, and gives c with that.
func Bucket(t testing.TB, c s3.Config) s3.Config {
	t.Helper()
	c.Bucket = "test-" + strings.ToLower(rand.Text()[:16])
	c.Prefix = ""
	if err := Client(t, c).MakeBucket(t.Context(), c.Bucket, minio.MakeBucketOptions{Region: c.Region}); err != nil {
		t.Fatalf("make a bucket: %v", err)
	}
	return c
}

// Client gives minio-go's own client for the service of c, as that comes: for tests that look past s3.Store.
func Client(t testing.TB, c s3.Config) *minio.Client {
	t.Helper()
	scheme, host, _ := strings.Cut(c.Endpoint, "://")
	client, err := minio.New(host, &minio.Options{
		Creds: credentials.NewStaticV4(c.AccessKey, c.SecretKey, ""), Secure: scheme == "https", Region: c.Region,
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// find gives the gateway's program.
func find() (string, error) {
	if name := os.Getenv("CABINA_VERSITYGW"); name != "" {
		if _, err := os.Stat(name); err != nil {
			return "", fmt.Errorf("CABINA_VERSITYGW: %w", err)
		}
		return name, nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("no go.mod above the test's folder, so no bin/tools either: set CABINA_VERSITYGW")
		}
		dir = up
	}
	name := filepath.Join(dir, "bin", "tools", "versitygw")
	if _, err := os.Stat(name); err != nil {
		return "", fmt.Errorf("no S3 service to test against: run `make tools`, or set CABINA_VERSITYGW (%w)", err)
	}
	return name, nil
}

// folder gives an empty folder on a file system that keeps user attributes, where the gateway writes ETags.
func folder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if keepsAttributes(dir) {
		return dir
	}
	cache, _ := os.UserCacheDir()
	for _, base := range []string{"/var/tmp", cache, "."} {
		dir, err := os.MkdirTemp(base, "cabina-s3test-")
		if err != nil {
			continue
		}
		t.Cleanup(func() { os.RemoveAll(dir) })
		if keepsAttributes(dir) {
			return dir
		}
	}
	t.Fatalf("the gateway needs a file system with user attributes (ext4, XFS, Btrfs): set TMPDIR to one; %s has none", os.TempDir())
	panic("unreachable")
}

func keepsAttributes(dir string) bool {
	return unix.Setxattr(dir, "user.cabina", []byte("x"), 0) == nil && unix.Removexattr(dir, "user.cabina") == nil
}

// start starts the gateway on a free port and waits until it answers. It ends with the test, and with this process however that ends.
func start(t testing.TB, program, dir string) (endpoint string, err error) {
	address, err := freeAddress()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithCancel(context.Background()) // that of the test ends before its Cleanup
	var log bytes.Buffer
	cmd := exec.CommandContext(ctx, program, "--port", address, "--access", accessKey, "--secret", secretKey,
		"--quiet", "--keep-alive", "--health", "/healthz", "posix", dir)
	cmd.Env = []string{"HOME=" + dir} // no setting of the machine's own gateway
	cmd.Stdout, cmd.Stderr = &log, &log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	begun, ended := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(ended)
		// The kernel sends the signal when the thread that started the process ends, not when the program does.
		runtime.LockOSThread()
		begun <- cmd.Start()
		if cmd.Process != nil {
			cmd.Wait()
		}
	}()
	stop := func() { cancel(); <-ended }
	if err := <-begun; err != nil {
		stop()
		return "", err
	}
	if err := answers(ctx, "http://"+address+"/healthz", ended); err != nil {
		stop()
		return "", fmt.Errorf("%w: %s", err, log.Bytes())
	}
	t.Cleanup(stop)
	return "http://" + address, nil
}

// freeAddress gives an address of this machine on which nobody listens now.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// answers waits until url is answered, or the process behind it has ended.
func answers(ctx context.Context, url string, ended <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ended:
			return errors.New("it ended at once")
		case <-ctx.Done():
			return fmt.Errorf("it did not answer within %v", patience)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// BeginUpload begins an upload in parts on the service of c, sends one part of n bytes, and leaves it so, as a process does that is killed.
func BeginUpload(t testing.TB, c s3.Config, key string, n int) {
	t.Helper()
	core := minio.Core{Client: Client(t, c)}
	if c.Prefix != "" {
		key = c.Prefix + "/" + key
	}
	id, err := core.NewMultipartUpload(t.Context(), c.Bucket, key, minio.PutObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := core.PutObjectPart(t.Context(), c.Bucket, key, id, 1, bytes.NewReader(make([]byte, n)), int64(n), minio.PutObjectPartOptions{}); err != nil {
		t.Fatal(err)
	}
}
