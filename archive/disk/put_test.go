package disk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"cabina/archive"
)

func TestPutFileLinks(t *testing.T) {
	base := t.TempDir()
	s := create(t, filepath.Join(base, "archive"))
	path := filepath.Join(base, "master")
	if err := os.WriteFile(path, []byte("bytes"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := s.PutFile(t.Context(), "masters/aa/1", path); err != nil {
		t.Fatal(err)
	}
	there, err := os.Stat(filepath.Join(s.dir, "masters", "aa", "1"))
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if !os.SameFile(here, there) {
		t.Error("PutFile copied, want a hard link: both lie on one file system")
	}
	if here.Mode().Perm() != 0o640 {
		t.Errorf("the caller's file has mode %v now, want it untouched", here.Mode())
	}
	if err := s.PutFile(t.Context(), "masters/aa/1", path); err != nil { // rename does nothing between two names of one file
		t.Fatal(err)
	}
	if left, err := os.ReadDir(s.temporaries()); err != nil || len(left) != 0 {
		t.Errorf("temporary files left: %v, %v", left, err)
	}
}

func TestPutFileCopies(t *testing.T) {
	s := create(t, t.TempDir())
	path := filepath.Join(t.TempDir(), "master")
	data := bytes.Repeat([]byte("0123456789abcdef"), copyStep/16+5)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tmp, err := s.copy(t.Context(), f, int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(tmp); err != nil || !bytes.Equal(got, data) {
		t.Errorf("the copy has %d bytes, %v, want the %d of the file", len(got), err, len(data))
	}
	if _, err := s.copy(t.Context(), f, 10); err == nil || !strings.Contains(err.Error(), "ended after 0 of 10 bytes") {
		t.Errorf("copy of a file that is shorter than it was = %v, want an error that says so", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.copy(ctx, f, 10); !errors.Is(err, context.Canceled) {
		t.Errorf("copy with an ended context = %v", err)
	}
	if left, err := os.ReadDir(s.temporaries()); err != nil || len(left) != 1 {
		t.Errorf("temporary files: %v, %v, want the one of the copy that succeeded", left, err)
	}
}

// TestPutFileFromElsewhere goes over the border of a file system where the machine has a second one.
func TestPutFileFromElsewhere(t *testing.T) {
	elsewhere, err := os.MkdirTemp("/dev/shm", "cabina-test-")
	if err != nil {
		elsewhere = t.TempDir() // then it is a link like any other
	}
	t.Cleanup(func() { os.RemoveAll(elsewhere) })
	path := filepath.Join(elsewhere, "master")
	if err := os.WriteFile(path, []byte("from elsewhere"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := create(t, t.TempDir())
	if err := s.PutFile(t.Context(), "k", path); err != nil {
		t.Fatal(err)
	}
	if data, _, err := s.Get(t.Context(), "k"); err != nil || string(data) != "from elsewhere" {
		t.Errorf("Get = %q, %v", data, err)
	}
}

func TestKeyCannotBeAFolderOfAnother(t *testing.T) {
	s := create(t, t.TempDir())
	if _, err := s.Put(t.Context(), "a/b", []byte("x"), archive.Always()); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"a", "a/b/c"} {
		if _, err := s.Put(t.Context(), key, []byte("x"), archive.Always()); err == nil || !strings.Contains(err.Error(), "folder of another") {
			t.Errorf("Put(%q) beside a/b = %v, want an error that says why not", key, err)
		}
	}
	if left, err := os.ReadDir(s.temporaries()); err != nil || len(left) != 0 {
		t.Errorf("temporary files left: %v, %v", left, err)
	}
}

func TestFoldersComeAndGo(t *testing.T) {
	s := create(t, t.TempDir())
	put := func(key string) {
		t.Helper()
		if _, err := s.Put(t.Context(), key, []byte("x"), archive.Always()); err != nil {
			t.Fatal(err)
		}
	}
	put("uploads/u1/info.json")
	put("uploads/u2/info.json")
	if err := s.Delete(t.Context(), "uploads/u1/info.json"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "uploads", "u1")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder of the last object: %v, want it gone", err)
	}
	if err := s.Delete(t.Context(), "uploads/u2/info.json"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "uploads")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder above: %v, want it gone", err)
	}
	// Another process deletes the folder's last object again and again.
	var wg sync.WaitGroup
	var over atomic.Bool
	wg.Go(func() {
		for !over.Load() {
			syscall.Rmdir(filepath.Join(s.dir, "jobs", "s1"))
			syscall.Rmdir(filepath.Join(s.dir, "jobs"))
		}
	})
	for range 10 {
		put("jobs/s1/x.json")
		if err := s.Delete(t.Context(), "jobs/s1/x.json"); err != nil {
			t.Error(err)
		}
	}
	over.Store(true)
	wg.Wait()
}

// TestTimesAreFine holds what Mark rests on: the kernel's own stamps are some ms coarse on many machines.
func TestTimesAreFine(t *testing.T) {
	s := create(t, t.TempDir())
	seen := map[int64]bool{}
	for i := range 50 {
		tmp, err := s.write([]byte("same size"))
		if err != nil {
			t.Fatal(err)
		}
		st, err := os.Stat(tmp)
		if err != nil {
			t.Fatal(err)
		}
		if seen[st.ModTime().UnixNano()] {
			t.Fatalf("file %d has the time of one before it", i)
		}
		seen[st.ModTime().UnixNano()] = true
	}
}

// TestKilled kills a process that writes without pause: what stands is always a whole document, no lock stays, and nobody sees
// the rest.
func TestKilled(t *testing.T) {
	const place = "CABINA_DISK_TEST_KILLED"
	content := func(i int) []byte { return bytes.Repeat([]byte{byte('a' + i%26)}, 500_000+i%26) }
	if dir := os.Getenv(place); dir != "" {
		s := create(t, dir)
		for i := 0; ; i++ {
			if _, err := s.Put(t.Context(), fmt.Sprintf("sessions/s%d.json", i%3), content(i), archive.Always()); err != nil {
				t.Fatal(err)
			}
		}
	}
	dir := t.TempDir()
	for round := range 5 {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilled$")
		cmd.Env = append(os.Environ(), place+"="+dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for { // until it writes
			if _, err := os.Stat(filepath.Join(dir, "sessions", "s2.json")); err == nil {
				break
			}
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(3*round) * time.Millisecond)
		cmd.Process.Kill()
		cmd.Wait()

		s := create(t, dir)
		n := 0
		for info, err := range s.List(t.Context(), "", "") {
			if err != nil {
				t.Fatal(err)
			}
			data, version, err := s.Get(t.Context(), info.Key)
			if err != nil || len(data) < 500_000 || !bytes.Equal(data, content(int(data[0]-'a'))) {
				t.Fatalf("after kill -9 %s holds %d bytes, %v, want a whole document", info.Key, len(data), err)
			}
			if _, err := s.Put(t.Context(), info.Key, content(7), archive.IfVersion(version)); err != nil {
				t.Fatalf("Put after kill -9 = %v", err)
			}
			n++
		}
		if n != 3 {
			t.Fatalf("%d objects listed after kill -9, want 3", n)
		}
		if err := s.Delete(t.Context(), "sessions/s2.json"); err != nil {
			t.Fatal(err)
		}
	}
}

// FuzzKeys holds that no key leads out of the archive's folder or into the store's own.
func FuzzKeys(f *testing.F) {
	for _, key := range []string{"a", "a/b", "../a", "/etc/passwd", "a/../../b", ".cabina/tmp/x", ".", "a//b", "a\x00b", "a/.cabina", strings.Repeat("x", 300)} {
		f.Add(key)
	}
	base := f.TempDir()
	dir := filepath.Join(base, "archive")
	s := create(f, dir)
	f.Fuzz(func(t *testing.T, key string) {
		_, err := s.Put(t.Context(), key, []byte(key), archive.Always())
		if outside, e := os.ReadDir(base); e != nil || len(outside) != 1 {
			t.Fatalf("Put(%q) wrote outside of the archive: %v, %v", key, outside, e)
		}
		if invalid := (*archive.InvalidKey)(nil); errors.As(err, &invalid) {
			for _, err := range s.List(t.Context(), key, "") { // a prefix may be well formed where a key is not
				if err != nil && !errors.As(err, &invalid) {
					t.Fatalf("List(%q) = %v", key, err)
				}
			}
			return
		}
		if err != nil {
			t.Fatalf("Put(%q) = %v, want it written or an InvalidKey", key, err)
		}
		if st, err := os.Stat(filepath.Join(dir, key)); err != nil || !st.Mode().IsRegular() {
			t.Fatalf("Put(%q): %v, want a file of that name", key, err)
		}
		if data, _, err := s.Get(t.Context(), key); err != nil || string(data) != key {
			t.Fatalf("Get(%q) = %q, %v", key, data, err)
		}
		if err := s.Delete(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Stat(t.Context(), key); !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("Stat(%q) after Delete = %v", key, err)
		}
	})
}
