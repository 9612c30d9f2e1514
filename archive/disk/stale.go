package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Stale is a temporary file that a write which was cut off left behind.
type Stale struct {
	Path string
	Size int64 // bytes
}

// Remove takes it away. It may be gone already.
func (f Stale) Remove() error {
	if err := os.Remove(f.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove a stale temporary file: %w", err)
	}
	return nil
}

// Stale gives the temporary files that nobody has touched for an hour. The time of a file's last change of any kind counts: that of its content may be old in a file that
// was just linked. Create removes them.
func (s *Store) Stale(now time.Time) ([]Stale, error) {
	entries, err := os.ReadDir(s.temporaries())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("look for stale temporary files: %w", err)
	}
	var out []Stale
	for _, e := range entries {
		st, err := e.Info()
		if err != nil || now.Sub(info("", st).Modified) < staleAfter {
			continue
		}
		out = append(out, Stale{filepath.Join(s.temporaries(), e.Name()), st.Size()})
	}
	return out, nil
}

// sweep removes what is stale.
func (s *Store) sweep(now time.Time) error {
	list, err := s.Stale(now)
	for _, f := range list {
		err = errors.Join(err, f.Remove())
	}
	return err
}
