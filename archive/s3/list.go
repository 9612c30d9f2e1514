package s3

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/minio/minio-go/v7"

	"cabina/archive"
)

// List gives objects in the order of their keys, asking for a thousand at a time; see archive.Store.
func (s *Store) List(ctx context.Context, prefix, after string) iter.Seq2[archive.Info, error] {
	return func(yield func(archive.Info, error) bool) {
		fail := func(err error) { yield(archive.Info{}, fmt.Errorf("list %s: %w", prefix, s.translate(err))) }
		if err := checkPrefix(prefix); err != nil {
			fail(err)
			return
		}
		opts := minio.ListObjectsOptions{Prefix: s.prefix + prefix, Recursive: true, FetchOwner: new(bool)}
		if after != "" {
			opts.StartAfter = s.prefix + after
		}
		last := after
		for o := range s.client.ListObjectsIter(ctx, s.bucket, opts) {
			if o.Err != nil {
				fail(o.Err)
				return
			}
			key, ours := strings.CutPrefix(o.Key, s.prefix)
			if !ours || archive.CheckKey(key) != nil {
				continue // a "folder" that somebody's browser of buckets made
			}
			if key <= last && last != "" {
				fail(fmt.Errorf("the service gave %q after %q: it does not list in the order of bytes", key, last))
				return
			}
			last = key
			if !yield(info(key, o), nil) {
				return
			}
		}
		// minio-go ends a listing in silence when the context ends.
		if err := ctx.Err(); err != nil {
			fail(err)
		}
	}
}

// checkPrefix says why no key can begin with prefix; nil when one can.
func checkPrefix(prefix string) error {
	if prefix == "" || archive.CheckKey(prefix) == nil {
		return nil
	}
	err := archive.CheckKey(prefix + "x") // its last element may go on
	if invalid := (*archive.InvalidKey)(nil); errors.As(err, &invalid) {
		return &archive.InvalidKey{Key: prefix, Why: invalid.Why}
	}
	return err
}
