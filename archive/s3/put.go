package s3

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/minio/minio-go/v7"

	"cabina/archive"
)

// firstWait is how long a write waits before it is tried again for the first time; then twice as long each time.
const firstWait = 50 * time.Millisecond

// Put writes an object if cond holds; see archive.Store.
func (s *Store) Put(ctx context.Context, key string, data []byte, cond archive.Condition) (string, error) {
	version, err := s.put(ctx, key, data, cond)
	if err != nil {
		return "", fmt.Errorf("put %s: %w", key, err)
	}
	return version, nil
}

func (s *Store) put(ctx context.Context, key string, data []byte, cond archive.Condition) (string, error) {
	name, err := s.name(key)
	if err != nil {
		return "", err
	}
	if len(data) > maxPut {
		return "", fmt.Errorf("%d bytes are more than the %d that are put at once; use PutFile", len(data), maxPut)
	}
	opts := signed()
	version, conditional := cond.Version()
	if conditional {
		opts.SetMatchETag(version)
	}
	if cond.Absent() {
		opts.SetMatchETagExcept("*")
		conditional = true
	}
	client := s.client
	if conditional {
		client = s.once
	}
	var done minio.UploadInfo
	err = patiently(ctx, func() (err error) {
		done, err = minio.Core{Client: client}.PutObject(ctx, s.bucket, name, bytes.NewReader(data), int64(len(data)), "", hashOf(data), opts)
		return err
	})
	// IfVersion on what is not there is 404 with some services, 412 with others.
	if _, byVersion := cond.Version(); lost(err) || byVersion && noKey(err) {
		return "", archive.ErrConflict
	}
	return done.ETag, s.translate(err)
}

// lost is true where the service says that the condition did not hold. Of 409 Amazon says that another conditional write was under way.
func lost(err error) bool {
	return is(err, http.StatusPreconditionFailed) || codeOf(err) == "ConditionalRequestConflict"
}

// patiently writes again while the service answers that it did nothing for a reason that passes. minio-go does not for conditional writes.
func patiently(ctx context.Context, write func() error) error {
	for try := 0; ; try++ {
		err := write()
		if try == repeats || !passes(err) {
			return err
		}
		wait := firstWait << try
		select {
		case <-time.After(wait/2 + rand.N(wait/2)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// signed has minio-go sign the hash that it is handed. By itself it would hash the bytes as it sends them: over TLS not at all, and with its
// checksums in a way that a repeated write fails, and for an object of one part, unasked, without any.
func signed() minio.PutObjectOptions { return minio.PutObjectOptions{DisableContentSha256: true} }

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
