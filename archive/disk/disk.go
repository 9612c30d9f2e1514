// Package disk keeps an archive in a folder of a local file system: a Store whose keys are paths.
//
// A key is the path of a regular file below the folder, so that an operator can look at an archive, copy it and back it up with
// ordinary tools. What the store needs for itself lies in .cabina at its top, which no key names: 64 lock files and the
// temporary files of writes that are under way.
//
// A version is the SHA-256 of the content, so that it survives a restart and a backup. A write holds the flock of one of the
// lock files, chosen by its key, which excludes the goroutines of this process and all other processes on this machine. Under it the
// condition is compared, a temporary file is written, synced, renamed to its place, and the folder is synced. Readers take no lock:
// they see the old file or the new one. After a crash there may be a temporary file too many; nobody sees it, and Create removes
// it once it is old.
//
// flock and rename mean what they should on local file systems only: Check refuses NFS, SMB and FUSE.
package disk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"cabina/archive"
)

const (
	hidden     = ".cabina"
	maxGet     = 64 << 20 // bytes, as archive.Store says of Get
	maxPut     = 5 << 20  // bytes, as archive.Store says of Put
	maxElement = 255      // bytes of a file name: NAME_MAX of Linux
)

// Store is an archive.Store in a folder. Several Stores, also in several processes of one machine, may use the same folder.
type Store struct {
	dir string
	// turns lets one goroutine of this process at a time wait for each lock file.
	turns [lockCount]chan struct{}
}

var _ archive.Store = (*Store)(nil)

// Open gives the store in dir. It writes nothing. A dir that is not there is an error for which errors.Is(err, fs.ErrNotExist) holds.
func Open(dir string) (*Store, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	st, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no archive at %s: name the folder of one, or import into it to make one: %w", dir, fs.ErrNotExist)
	case err != nil:
		return nil, fmt.Errorf("open the archive's folder: %w", err)
	case !st.IsDir():
		return nil, fmt.Errorf("the archive's place %s is a file: name a folder", dir)
	}
	s := &Store{dir: dir}
	for i := range s.turns {
		s.turns[i] = make(chan struct{}, 1)
	}
	return s, nil
}

// Create is Open for programs that write: it makes dir, readable by its owner alone, where it is not there, and removes the temporary
// files that a crash left behind.
func Create(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the archive's folder: %w", err)
	}
	s, err := Open(dir)
	if err != nil {
		return nil, err
	}
	return s, s.sweep(time.Now())
}

// Get reads an object whole; see archive.Store.
func (s *Store) Get(ctx context.Context, key string) ([]byte, string, error) {
	f, size, err := s.open(ctx, key)
	if err != nil {
		return nil, "", fmt.Errorf("get %s: %w", key, err)
	}
	defer f.Close()
	if size > maxGet {
		return nil, "", fmt.Errorf("get %s: its %d bytes are more than the %d that are read whole; read ranges of it", key, size, maxGet)
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, "", fmt.Errorf("get %s: %w", key, err)
	}
	return data, versionOf(data), nil
}

// Range gives the *os.File itself, positioned at off; see archive.Store.
func (s *Store) Range(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	if off < 0 || n < 0 {
		return nil, fmt.Errorf("range of %s: %d bytes from %d: neither may be negative", key, n, off)
	}
	f, _, err := s.open(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("range of %s: %w", key, err)
	}
	if _, err := f.Seek(off, io.SeekStart); err != nil {
		f.Close()
		return nil, fmt.Errorf("range of %s: %w", key, err)
	}
	return f, nil
}

// Stat says what List would; see archive.Store.
func (s *Store) Stat(ctx context.Context, key string) (archive.Info, error) {
	name, err := s.path(ctx, key)
	if err != nil {
		return archive.Info{}, fmt.Errorf("stat %s: %w", key, err)
	}
	st, err := os.Lstat(name)
	if err == nil && !st.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		return archive.Info{}, fmt.Errorf("stat %s: %w", key, absent(err))
	}
	return info(key, st), nil
}

// Delete removes an object, and the folders that it leaves empty; see archive.Store.
func (s *Store) Delete(ctx context.Context, key string) error {
	name, err := s.path(ctx, key)
	if err != nil {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	unlock, err := s.lock(ctx, key)
	if err != nil {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	defer unlock()
	// Not os.Remove, which would take an empty folder for the object.
	if err := syscall.Unlink(name); err != nil {
		err = &fs.PathError{Op: "unlink", Path: name, Err: err}
		if errors.Is(err, syscall.EISDIR) || errors.Is(absent(err), fs.ErrNotExist) {
			return nil
		}
		return fmt.Errorf("delete %s: %w", key, err)
	}
	dir := filepath.Dir(name)
	if err := syncDir(dir); err != nil {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	for dir != s.dir && syscall.Rmdir(dir) == nil {
		dir = filepath.Dir(dir)
	}
	return nil
}

// path gives the file of a key, or says why there can be none.
func (s *Store) path(ctx context.Context, key string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if err := checkKey(key); err != nil {
		return "", err
	}
	return filepath.Join(s.dir, filepath.FromSlash(key)), nil
}

func checkKey(key string) error {
	if err := archive.CheckKey(key); err != nil {
		return err
	}
	elements := strings.Split(key, "/")
	if elements[0] == hidden {
		return &archive.InvalidKey{Key: key, Why: "the store keeps " + hidden + " for itself"}
	}
	for _, e := range elements {
		if len(e) > maxElement {
			return &archive.InvalidKey{Key: key, Why: "an element between slashes is longer than 255 bytes"}
		}
	}
	return nil
}

// open opens the file of a key for reading and gives its size.
func (s *Store) open(ctx context.Context, key string) (*os.File, int64, error) {
	name, err := s.path(ctx, key)
	if err != nil {
		return nil, 0, err
	}
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, 0, absent(err)
	}
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, st.Size(), nil
}

// absent turns the ways in which a path can lead nowhere into fs.ErrNotExist: a file where a folder should be, a symbolic link at the end.
func absent(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ELOOP) {
		return fs.ErrNotExist
	}
	return err
}

func versionOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// info makes the Mark from the inode, the size and the time of the last change of the content: no byte is read. Modified is the time
// at which the file came to stand at its key or a little later, not the time that a linked file brings from elsewhere.
func info(key string, st fs.FileInfo) archive.Info {
	sys := st.Sys().(*syscall.Stat_t)
	mark := strconv.FormatUint(sys.Ino, 36) + "-" + strconv.FormatInt(st.Size(), 36) + "-" + strconv.FormatInt(st.ModTime().UnixNano(), 36)
	return archive.Info{Key: key, Size: st.Size(), Mark: mark, Modified: time.Unix(sys.Ctim.Unix()).UTC()}
}
