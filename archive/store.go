package archive

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"
)

// ErrConflict is a conditional write that lost: somebody else wrote the key first, or it stood already.
var ErrConflict = errors.New("somebody else wrote it first")

// ErrUnavailable is a store that does not answer, or breaks off, or says that it cannot now: the same may go well in a minute. Nobody is at fault whose work it ends.
var ErrUnavailable = errors.New("the storage does not answer as it should")

// Store is the bucket: keys to bytes, with conditional writes. It is the only truth of an archive, and the only thing
// that has to be shared between machines. `archive/storetest` holds every promise below as a test; a Store is what passes it.
//
// Keys are slash-separated, of [A-Za-z0-9._~-] and at most 512 bytes, never begin or end with a slash, have no empty, "." or ".."
// element, and no key is a folder of another key ("a" and "a/b" are never both written; what happens then is not promised).
// A key that is not well formed is an *InvalidKey error in every method.
//
// A key that is not there is an error for which errors.Is(err, fs.ErrNotExist) holds. A write appears whole or not at all, and is
// seen by every process as soon as the method returned. An error that is neither fs.ErrNotExist nor ErrConflict says nothing
// about whether a write happened: its answer may have been lost. All methods may be called at once from many goroutines.
type Store interface {
	// Get reads a small object (a document, at most 64 MiB) whole, with the version that a conditional Put takes.
	Get(ctx context.Context, key string) (data []byte, version string, err error)

	// Put writes a small object (at most 5 MiB) if cond holds, and gives the new version. A condition that does not hold is
	// ErrConflict and changes nothing; IfVersion on a key that is not there is ErrConflict too. Writing the same bytes again
	// under IfVersion succeeds.
	Put(ctx context.Context, key string, data []byte, cond Condition) (version string, err error)

	// PutFile stores the file at path under key, whatever its size. The file must not change afterwards: a store on the same
	// file system may keep it by a hard link. It is durable when PutFile returns. An existing key is replaced by the whole new
	// bytes; callers name large objects by their hash, so that a replacement has the same bytes.
	PutFile(ctx context.Context, key, path string) error

	// Range reads n bytes from off. The reader is positioned at off and may hold more than n bytes (on disk it is the *os.File
	// itself, so that an HTTP answer leaves through sendfile): the caller reads n bytes and closes. off+n beyond the
	// object's end gives what there is; off at or beyond the end gives io.EOF at the first read.
	Range(ctx context.Context, key string, off, n int64) (io.ReadCloser, error)

	// Stat says what List would say of key.
	Stat(ctx context.Context, key string) (Info, error)

	// List gives the objects whose key begins with prefix (a plain string prefix: "sessions/", "renditions/s03/t1.") and is
	// greater than after, in byte order of the key, whatever the order of directories. What is written while it runs may or may not be seen.
	List(ctx context.Context, prefix, after string) iter.Seq2[Info, error]

	// Delete removes key. Removing what is not there is no error.
	Delete(ctx context.Context, key string) error
}

// Info is what a listing says of an object.
type Info struct {
	Key  string
	Size int64 // bytes
	// Mark changes whenever the object's bytes do. It is compared only with the Mark of another listing or Stat, never with a version.
	Mark     string
	Modified time.Time
}

// Condition is what must hold for a Put. The zero value is no condition.
type Condition struct {
	kind    byte
	version string
}

// IfAbsent lets a Put through only where the key is not there.
func IfAbsent() Condition { return Condition{kind: 'a'} }

// IfVersion lets a Put through only where the object still is the version that Get or Put gave.
func IfVersion(v string) Condition { return Condition{kind: 'v', version: v} }

// Always lets a Put through.
func Always() Condition { return Condition{} }

// Absent is true of IfAbsent.
func (c Condition) Absent() bool { return c.kind == 'a' }

// Version is the version of an IfVersion condition; ok is false for the others.
func (c Condition) Version() (v string, ok bool) { return c.version, c.kind == 'v' }

// InvalidKey is a key that no Store takes.
type InvalidKey struct{ Key, Why string }

func (e *InvalidKey) Error() string { return "key " + quote(e.Key) + ": " + e.Why }
