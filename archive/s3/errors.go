package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"

	"github.com/minio/minio-go/v7"

	"cabina/archive"
)

// unknownUser is what Versity says of an access key that it does not know.
const unknownUser = "XAdminUserNotFound"

// translate turns the service's codes into the errors of archive.Store, and those that a person can mend into a sentence.
func (s *Store) translate(err error) error {
	switch code := codeOf(err); {
	case err == nil:
		return nil
	case noKey(err):
		return fs.ErrNotExist
	case code == minio.NoSuchBucket, code == minio.AccessDenied, code == minio.InvalidAccessKeyID, code == unknownUser, code == minio.SignatureDoesNotMatch:
		return s.unusable(err)
	case away(err):
		return fmt.Errorf("%s: %w: %w", s.endpoint, archive.ErrUnavailable, err)
	}
	return err
}

// away is true of a service that cannot be reached, falls silent, breaks off or says that it cannot. That the context has ended is another thing.
func away(err error) bool {
	var answer minio.ErrorResponse
	var lost net.Error
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, archive.ErrUnavailable):
		return false
	case errors.As(err, &answer) && answer.StatusCode != 0:
		return answer.StatusCode >= 500 || answer.StatusCode == http.StatusTooManyRequests
	case err == context.DeadlineExceeded:
		return false // the caller's; the transport's own comes in an envelope
	}
	return errors.As(err, &lost) || errors.Is(err, io.ErrUnexpectedEOF)
}

// unusable says what is wrong with the settings of a bucket that cannot be used at all.
func (s *Store) unusable(err error) error {
	switch codeOf(err) {
	case minio.NoSuchBucket:
		return fmt.Errorf("there is no bucket %q at %s: make it first, private, or name another", s.bucket, s.endpoint)
	case minio.AccessDenied:
		return fmt.Errorf("bucket %q at %s: the access key may not do this; it needs to list, get, put and delete: %w", s.bucket, s.endpoint, err)
	case minio.InvalidAccessKeyID, unknownUser, minio.SignatureDoesNotMatch:
		return fmt.Errorf("bucket %q at %s: the access key or the secret key is wrong: %w", s.bucket, s.endpoint, err)
	}
	if away(err) {
		return fmt.Errorf("bucket %q at %s: %w: %w", s.bucket, s.endpoint, archive.ErrUnavailable, err)
	}
	return fmt.Errorf("bucket %q at %s: %w", s.bucket, s.endpoint, err)
}

// noKey is true where the service says that there is no such object. That there is no such bucket is another thing.
func noKey(err error) bool { return codeOf(err) == minio.NoSuchKey }

// passes is true where the service says that it did nothing, for a reason that passes.
func passes(err error) bool {
	switch codeOf(err) {
	case "SlowDown", "SlowDownWrite", "ServiceUnavailable", "Throttling", "RequestLimitExceeded":
		return is(err, http.StatusServiceUnavailable) || is(err, http.StatusTooManyRequests)
	case "ExistingObjectIsDirectory":
		// Versity says so of every failure to put a file in its place, also where the last object of the folder was deleted meanwhile.
		return is(err, http.StatusConflict)
	}
	return false
}

// is tells whether the service answered with that status.
func is(err error, status int) bool {
	var answer minio.ErrorResponse
	return errors.As(err, &answer) && answer.StatusCode == status
}

func codeOf(err error) string {
	var answer minio.ErrorResponse
	if errors.As(err, &answer) {
		return answer.Code
	}
	return ""
}
