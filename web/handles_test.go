package web

import (
	"context"
	"io"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"cabina/archive"
)

// fileStore gives one file under every key, and counts how often it was opened.
type fileStore struct {
	archive.Store
	path string
	mu   sync.Mutex // guards open
	open []*os.File
}

func (s *fileStore) Range(_ context.Context, _ string, off, _ int64) (io.ReadCloser, error) {
	f, err := os.Open(s.path)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.open = append(s.open, f)
	s.mu.Unlock()
	_, err = f.Seek(off, io.SeekStart)
	return f, err
}

// stillOpen counts the files that nobody has closed.
func (s *fileStore) stillOpen() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.open {
		if _, err := f.Stat(); err == nil {
			n++
		}
	}
	return n
}

func newFileStore(t *testing.T) *fileStore {
	t.Helper()
	path := t.TempDir() + "/file"
	if err := os.WriteFile(path, []byte("0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	return &fileStore{path: path}
}

func (s *fileStore) read(t *testing.T, h *handles, key string, off, n int64) string {
	t.Helper()
	body, err := h.open(t.Context(), s, key, off, n)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	data, err := io.ReadAll(io.LimitReader(body, n))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestHandles(t *testing.T) {
	s := newFileStore(t)
	synctest.Test(t, func(t *testing.T) {
		var h handles
		for _, c := range []struct {
			off, n int64
			want   string
		}{{0, 4, "0123"}, {6, 2, "67"}, {1, 3, "123"}} {
			if got := s.read(t, &h, "a", c.off, c.n); got != c.want {
				t.Errorf("%d bytes from %d = %q, want %q", c.n, c.off, got, c.want)
			}
		}
		if len(s.open) != 1 {
			t.Errorf("3 ranges opened %d files, want one", len(s.open))
		}
		one, err := h.open(t.Context(), s, "a", 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.read(t, &h, "a", 5, 2); got != "56" || len(s.open) != 2 {
			t.Errorf("a range while another is being sent = %q from %d files, want 56 from one of its own", got, len(s.open))
		}
		if got := s.read(t, &h, "b", 5, 2); got != "56" || len(s.open) != 3 {
			t.Errorf("a range of another key = %q from %d files, want 56 from one of its own", got, len(s.open))
		}
		time.Sleep(handlesFor + time.Second)
		s.read(t, &h, "a", 0, 1)
		if len(s.open) != 4 {
			t.Errorf("a range after a while opened %d files in all, want another one", len(s.open))
		}
		if err := one.Close(); err != nil {
			t.Error(err)
		}
		time.Sleep(2 * handlesFor)
		synctest.Wait()
		if n := s.stillOpen(); n != 0 || h.n != 0 || len(h.idle) != 0 || h.wipe != nil {
			t.Errorf("after a while %d files are open and %d kept, want none", n, h.n)
		}
	})
}

func TestHandlesAreBounded(t *testing.T) {
	s := newFileStore(t)
	synctest.Test(t, func(t *testing.T) {
		var h handles
		var all []io.ReadCloser
		for range handlesKept + 10 {
			body, err := h.open(t.Context(), s, "a", 0, 1)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, body)
		}
		for _, body := range all {
			if err := body.Close(); err != nil {
				t.Error(err)
			}
		}
		if n := s.stillOpen(); n != handlesKept {
			t.Errorf("%d files are kept, want %d", n, handlesKept)
		}
		time.Sleep(2 * handlesFor)
		synctest.Wait()
	})
}

func TestHandlesAtOnce(t *testing.T) {
	s := newFileStore(t)
	var h handles
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			for range 200 {
				off := int64(i % 8)
				body, err := h.open(context.Background(), s, "a", off, 2)
				if err != nil {
					t.Error(err)
					return
				}
				got := make([]byte, 2)
				if _, err := io.ReadFull(body, got); err != nil || string(got) != "0123456789"[off:off+2] {
					t.Errorf("2 bytes from %d = %q (%v), want those", off, got, err)
				}
				_ = body.Close()
			}
		})
	}
	all.Wait()
	if n := len(s.open); n > 100 {
		t.Errorf("3200 ranges opened %d files, want about as many as were read at once", n)
	}
}
