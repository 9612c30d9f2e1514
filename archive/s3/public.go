package s3

import (
	"context"
	"fmt"
	"net/http"

	"github.com/minio/minio-go/v7"
)

// Public tells whether anyone without a key may list the bucket or read an object of the archive. An archive's bucket must not be: whoever
// reads it sees drafts, withdrawn recordings and masters. An archive without an object is judged by the listing alone.
func (s *Store) Public(ctx context.Context) (bool, error) {
	opts := minio.ListObjectsOptions{Prefix: s.prefix, Recursive: true, MaxKeys: 1, FetchOwner: new(bool)}
	for o := range s.stranger.ListObjectsIter(ctx, s.bucket, opts) {
		if o.Err == nil {
			return true, nil
		}
		if !refused(o.Err) {
			return false, fmt.Errorf("list the bucket without a key: %w", s.translate(o.Err))
		}
		return s.publicObject(ctx)
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	return true, nil // a listing of nothing is a listing
}

// publicObject asks without a key for an object that is there.
func (s *Store) publicObject(ctx context.Context) (bool, error) {
	for o, err := range s.List(ctx, "", "") {
		if err != nil {
			return false, err
		}
		body, _, _, err := minio.Core{Client: s.stranger}.GetObject(ctx, s.bucket, s.prefix+o.Key, minio.GetObjectOptions{})
		if err == nil {
			body.Close()
			return true, nil
		}
		if !refused(err) {
			return false, fmt.Errorf("get %s without a key: %w", o.Key, s.translate(err))
		}
		break
	}
	return false, nil
}

func refused(err error) bool {
	return is(err, http.StatusForbidden) || is(err, http.StatusUnauthorized)
}
