package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cabina/archive"
)

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	nothing := filepath.Join(dir, "nothing")
	if _, err := Open(nothing); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), nothing) {
		t.Errorf("Open(nothing) = %v, want fs.ErrNotExist that names the folder", err)
	}
	if _, err := os.Stat(nothing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open made the folder: %v", err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file); err == nil || errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "name a folder") {
		t.Errorf("Open(file) = %v, want an error that says what would do", err)
	}
	if _, err := Create(file); err == nil {
		t.Error("Create(file) = nil, want an error")
	}
	made := filepath.Join(dir, "a", "b")
	for range 2 {
		create(t, made)
	}
	if st, err := os.Stat(made); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("Create: folder %v, %v, want it for its owner alone", st.Mode(), err)
	}
	if _, err := Open(made); err != nil {
		t.Errorf("Open = %v", err)
	}
	if left, err := os.ReadDir(made); err != nil || len(left) != 0 {
		t.Errorf("an archive in which nothing was written holds %v, %v, want nothing", left, err)
	}
}

func TestArchiveMovedAway(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "archive")
	s := create(t, dir)
	if _, err := s.Put(t.Context(), "sessions/s1.json", []byte("{}"), archive.Always()); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	var got error
	for _, err := range s.List(t.Context(), "sessions/", "") {
		got = err
	}
	if got == nil {
		t.Error("List of an archive that is gone = nothing, want an error: it is not an empty one")
	}
	if _, err := s.Put(t.Context(), "k", nil, archive.Always()); err == nil {
		t.Error("Put into an archive that is gone = nil, want an error")
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("Put made the archive's folder again")
	}
}

func TestOwnFolderIsHidden(t *testing.T) {
	dir := t.TempDir()
	s := create(t, dir)
	for _, key := range []string{".cabina", ".cabina/x", ".cabina/tmp/x", ".cabina/lock/00"} {
		_, err := s.Put(t.Context(), key, []byte("x"), archive.Always())
		if invalid := (*archive.InvalidKey)(nil); !errors.As(err, &invalid) {
			t.Errorf("Put(%q) = %v, want an InvalidKey", key, err)
		}
	}
	for _, key := range []string{".cabin", ".cabina2", "a/.cabina"} {
		if _, err := s.Put(t.Context(), key, []byte("x"), archive.Always()); err != nil {
			t.Errorf("Put(%q) = %v, want it written", key, err)
		}
	}
	plantStranger(t, dir)
	var got []string
	for info, err := range s.List(t.Context(), "", "") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, info.Key)
	}
	if want := []string{".cabin", ".cabina2", "a/.cabina"}; !slices.Equal(got, want) {
		t.Errorf("List = %q, want %q: neither the store's own files nor a stranger's", got, want)
	}
	if tmp, err := os.ReadDir(filepath.Join(dir, hidden, "tmp")); err != nil || len(tmp) != 0 {
		t.Errorf("temporary files left: %v, %v", tmp, err)
	}
}

// plantStranger puts into an archive what an operator or a file system may leave there.
func plantStranger(t *testing.T, dir string) {
	t.Helper()
	for _, d := range []string{"lost+found", "a/empty"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "lost+found", "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "a", "passwd")); err != nil {
		t.Fatal(err)
	}
}

func TestSymbolicLinkIsNoObject(t *testing.T) {
	dir := t.TempDir()
	s := create(t, dir)
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "k")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Get(t.Context(), "k"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Get of a symbolic link = %v, want fs.ErrNotExist", err)
	}
}

func TestSweep(t *testing.T) {
	dir := t.TempDir()
	s := create(t, dir)
	if _, err := s.Put(t.Context(), "k", []byte("x"), archive.Always()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"put-1", "link-2"} {
		path := filepath.Join(dir, hidden, "tmp", name)
		if err := os.WriteFile(path, []byte("stump"), 0o600); err != nil {
			t.Fatal(err)
		}
		// The content's time says nothing: a file that is being linked brings an old one.
		old := time.Now().Add(-100 * staleAfter)
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	left := func(now time.Time) int {
		if err := s.sweep(now); err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(filepath.Join(dir, hidden, "tmp"))
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	if n := left(time.Now()); n != 2 {
		t.Errorf("%d temporary files after a sweep, want 2: they may be under way", n)
	}
	if n := left(time.Now().Add(staleAfter + time.Minute)); n != 0 {
		t.Errorf("%d temporary files after a sweep an hour later, want 0", n)
	}
	if data, _, err := s.Get(t.Context(), "k"); err != nil || string(data) != "x" {
		t.Errorf("Get after sweeps = %q, %v", data, err)
	}
}

func TestFileSystems(t *testing.T) {
	for _, c := range []struct {
		kind    uint32
		name    string
		refused bool
	}{
		{0xef53, "ext4", false},
		{0x58465342, "XFS", false},
		{0x9123683e, "Btrfs", false},
		{0x01021994, "tmpfs", false},
		{0x6969, "NFS", true},
		{0x517b, "SMB", true},
		{0xff534d42, "SMB", true},
		{0xfe534d42, "SMB", true},
		{0x65735546, "FUSE", true},
		{0x01021997, "9P", true},
		{0x00c36400, "Ceph", true},
		{0x12345, "file system 0x12345", false},
	} {
		if got := fileSystemOf(c.kind); got.name != c.name || (got.refused != "") != c.refused {
			t.Errorf("fileSystemOf(%#x) = %+v, want %s, refused %v", c.kind, got, c.name, c.refused)
		}
	}
	s := create(t, t.TempDir())
	name, free, err := s.Facts()
	if err != nil || name == "" || free <= 0 {
		t.Errorf("Facts = %q, %d, %v, want a name and room", name, free, err)
	}
}
