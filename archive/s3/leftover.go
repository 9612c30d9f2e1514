package s3

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
)

// Unfinished is an upload in parts that was never put together: one that is under way, or what a killed process left, which costs money and is in no listing.
type Unfinished struct {
	Key   string
	ID    string
	Begun time.Time
	Size  int64 // bytes of the parts that arrived; 0 where the service does not say
}

// Unfinished gives the uploads that were never finished, in the order of their keys.
func (s *Store) Unfinished(ctx context.Context) ([]Unfinished, error) {
	ctx, stop := context.WithCancel(ctx) // else a listing that is broken off goes on for ever
	defer stop()
	var out []Unfinished
	for u := range s.client.ListIncompleteUploads(ctx, s.bucket, s.prefix, true) {
		if u.Err != nil {
			return nil, fmt.Errorf("list unfinished uploads: %w", s.translate(u.Err))
		}
		if key, ours := strings.CutPrefix(u.Key, s.prefix); ours {
			out = append(out, Unfinished{Key: key, ID: u.UploadID, Begun: u.Initiated, Size: u.Size})
		}
	}
	return out, ctx.Err()
}

// Abort takes an unfinished upload back. One that is gone, or was finished meanwhile, is no error.
func (s *Store) Abort(ctx context.Context, u Unfinished) error {
	err := minio.Core{Client: s.client}.AbortMultipartUpload(ctx, s.bucket, s.prefix+u.Key, u.ID)
	if err != nil && codeOf(err) != minio.NoSuchUpload {
		return fmt.Errorf("take back an upload of %s: %w", u.Key, s.translate(err))
	}
	return nil
}

// OldVersions says how many objects that were replaced or deleted the bucket still keeps, and their bytes; known is false where it keeps none, or the key may not ask.
func (s *Store) OldVersions(ctx context.Context) (n int, bytes int64, known bool, err error) {
	config, err := s.client.GetBucketVersioning(ctx, s.bucket)
	if err != nil || config.Status == "" {
		return 0, 0, false, ctx.Err() // many services, and many keys, do not know of versions
	}
	opts := minio.ListObjectsOptions{Prefix: s.prefix, Recursive: true, WithVersions: true}
	for o := range s.client.ListObjectsIter(ctx, s.bucket, opts) {
		if o.Err != nil {
			return 0, 0, false, fmt.Errorf("list old versions: %w", s.translate(o.Err))
		}
		if !o.IsLatest {
			n++
			bytes += o.Size
		}
	}
	return n, bytes, true, ctx.Err()
}
