package disk

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"cabina/archive"
)

const (
	// copyStep is how much is copied between two looks at the context, in bytes.
	copyStep = 8 << 20
	// staleAfter is how long a temporary file was left alone before it is taken for the remains of a crash.
	staleAfter = time.Hour
)

// Put writes an object if cond holds; see archive.Store.
func (s *Store) Put(ctx context.Context, key string, data []byte, cond archive.Condition) (string, error) {
	version, err := s.put(ctx, key, data, cond)
	if err != nil {
		return "", fmt.Errorf("put %s: %w", key, err)
	}
	return version, nil
}

func (s *Store) put(ctx context.Context, key string, data []byte, cond archive.Condition) (string, error) {
	name, err := s.path(ctx, key)
	if err != nil {
		return "", err
	}
	if len(data) > maxPut {
		return "", fmt.Errorf("%d bytes are more than the %d that are put at once; use PutFile", len(data), maxPut)
	}
	unlock, err := s.lock(ctx, key)
	if err != nil {
		return "", err
	}
	defer unlock()
	if err := s.holds(ctx, key, cond); err != nil {
		return "", err
	}
	tmp, err := s.write(data)
	if err != nil {
		return "", err
	}
	if err := s.place(tmp, name); err != nil {
		os.Remove(tmp)
		return "", err
	}
	return versionOf(data), nil
}

// holds is archive.ErrConflict where cond does not hold. The key's lock is held.
func (s *Store) holds(ctx context.Context, key string, cond archive.Condition) error {
	want, conditional := cond.Version()
	switch {
	case cond.Absent():
		_, err := s.Stat(ctx, key)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
	case conditional:
		_, version, err := s.Get(ctx, key)
		if err == nil && version == want {
			return nil
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	default:
		return nil
	}
	return archive.ErrConflict
}

// PutFile keeps the file at path, by a hard link where the file system allows it, else by a copy; see archive.Store.
func (s *Store) PutFile(ctx context.Context, key, path string) error {
	if err := s.putFile(ctx, key, path); err != nil {
		return fmt.Errorf("put file %s: %w", key, err)
	}
	return nil
}

func (s *Store) putFile(ctx context.Context, key, path string) error {
	name, err := s.path(ctx, key)
	if err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if !st.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", path)
	}
	tmp, err := s.link(f)
	if err != nil {
		// Another file system, one without links, or a file of somebody else's: whatever it was, bytes can be copied.
		tmp, err = s.copy(ctx, f, st.Size())
	}
	if err != nil {
		return err
	}
	// Where the key is the same file already, rename leaves both names.
	defer os.Remove(tmp)
	unlock, err := s.lock(ctx, key)
	if err != nil {
		return err
	}
	defer unlock()
	return s.place(tmp, name)
}

// link gives f a second, temporary name and syncs it. It goes by the open file, not by its path, which may be a symbolic link or name
// another file by now.
func (s *Store) link(f *os.File) (string, error) {
	if err := f.Sync(); err != nil {
		return "", err
	}
	tmp := filepath.Join(s.temporaries(), "link-"+rand.Text())
	err := s.inHidden(s.temporaries(), func() error {
		self := "/proc/self/fd/" + strconv.Itoa(int(f.Fd()))
		return unix.Linkat(unix.AT_FDCWD, self, unix.AT_FDCWD, tmp, unix.AT_SYMLINK_FOLLOW)
	})
	return tmp, err
}

func (s *Store) copy(ctx context.Context, from *os.File, size int64) (string, error) {
	return s.temporary(func(to *os.File) error {
		var done int64
		for done < size {
			if err := ctx.Err(); err != nil {
				return err
			}
			n, err := io.CopyN(to, from, min(copyStep, size-done)) // copy_file_range where that works
			done += n
			if err != nil {
				return fmt.Errorf("%s ended after %d of %d bytes: %w", from.Name(), done, size, err)
			}
		}
		return nil
	})
}

func (s *Store) write(data []byte) (string, error) {
	return s.temporary(func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
}

// temporary makes a file in the hidden folder, has it filled, and syncs it.
func (s *Store) temporary(fill func(*os.File) error) (name string, err error) {
	var f *os.File
	err = s.inHidden(s.temporaries(), func() error {
		f, err = os.CreateTemp(s.temporaries(), "put-*")
		return err
	})
	if err != nil {
		return "", err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if err := fill(f); err != nil {
		return "", err
	}
	// The kernel stamps files with the time of its last tick, some ms ago, and uses inodes again at once: within a tick, two
	// contents of one size could get the same Mark.
	now := time.Now()
	if err := os.Chtimes(f.Name(), now, now); err != nil {
		return "", err
	}
	return f.Name(), f.Sync()
}

// place renames a temporary file to its name, making the folders above it, and makes all of that durable. The key's lock is held.
func (s *Store) place(tmp, name string) error {
	dir := filepath.Dir(name)
	err := os.Rename(tmp, name)
	made := false
	// Deleting the last object of a folder takes the folder away, perhaps just now and again.
	for try := 0; errors.Is(err, fs.ErrNotExist) && try < 1000; try++ {
		made = true
		if err = os.MkdirAll(dir, 0o700); err == nil {
			err = os.Rename(tmp, name)
		}
	}
	switch {
	case errors.Is(err, syscall.EXDEV):
		return fmt.Errorf("all folders of the archive must be on one file system: %w", err)
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EISDIR), errors.Is(err, syscall.ENOTEMPTY), errors.Is(err, syscall.EEXIST):
		return fmt.Errorf("a key cannot be a folder of another key: %w", err)
	case err != nil:
		return err
	}
	err = syncDir(dir)
	for made && err == nil && dir != s.dir {
		dir = filepath.Dir(dir)
		err = syncDir(dir)
	}
	return err
}

// syncDir makes the names in dir durable. A dir that is gone holds nothing that could be lost.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

func (s *Store) temporaries() string { return filepath.Join(s.dir, hidden, "tmp") }

// inHidden does what needs a folder of the hidden ones, making that where it is not there yet.
func (s *Store) inHidden(dir string, do func() error) error {
	err := do()
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, e := os.Stat(s.dir); e != nil {
		return e // the archive itself is gone, and is not made again behind the operator's back
	}
	if e := os.MkdirAll(dir, 0o700); e != nil {
		return e
	}
	return do()
}
