package storetest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"cabina/archive"
)

var fileCases = []testCase{
	{"files of all sizes are kept", func(t *testing.T, s archive.Store) {
		// S3 takes the last in two parts of 16 MiB and a rest.
		for _, size := range []int{0, 1, 6 << 20, 33<<20 + 7} {
			key := fmt.Sprintf("masters/aa/%d", size)
			data := noise(size)
			path := file(t, data)
			if err := s.PutFile(t.Context(), key, path); err != nil {
				t.Fatalf("PutFile of %d bytes = %v", size, err)
			}
			if err := os.Remove(path); err != nil {
				t.Fatalf("the caller's file after PutFile: %v, want it left to the caller", err)
			}
			if got := read(t, s, key, 0, int64(size)+10); got != data {
				t.Errorf("%d bytes came back as %d, or changed", size, len(got))
			}
			if info, err := s.Stat(t.Context(), key); err != nil || info.Size != int64(size) {
				t.Errorf("Stat = %+v, %v, want size %d", info, err, size)
			}
		}
	}},
	{"a kept file is got like a document", func(t *testing.T, s archive.Store) {
		if err := s.PutFile(t.Context(), "k", file(t, "whole")); err != nil {
			t.Fatal(err)
		}
		v := want(t, s, "k", "whole")
		if _, err := s.Put(t.Context(), "k", []byte("next"), archive.IfVersion(v)); err != nil {
			t.Errorf("Put IfVersion over a kept file = %v, want it written", err)
		}
		want(t, s, "k", "next")
	}},
	{"a file replaces what was there", func(t *testing.T, s archive.Store) {
		put(t, s, "k", "a longer document than the file")
		before, err := s.Stat(t.Context(), "k")
		if err != nil {
			t.Fatal(err)
		}
		for _, data := range []string{"short", "other"} {
			if err := s.PutFile(t.Context(), "k", file(t, data)); err != nil {
				t.Fatal(err)
			}
			want(t, s, "k", data)
			after, err := s.Stat(t.Context(), "k")
			if err != nil || after.Mark == before.Mark {
				t.Errorf("Stat = %+v, %v, want another Mark than before", after, err)
			}
			before = after
		}
	}},
	{"the same file may be put again, and under two keys", func(t *testing.T, s archive.Store) {
		path := file(t, "bytes")
		for _, key := range []string{"a/k", "a/k", "b/k"} {
			if err := s.PutFile(t.Context(), key, path); err != nil {
				t.Fatalf("PutFile(%q) = %v", key, err)
			}
		}
		put(t, s, "a/k", "replaced")
		want(t, s, "a/k", "replaced")
		want(t, s, "b/k", "bytes")
		if got, err := os.ReadFile(path); err != nil || string(got) != "bytes" {
			t.Errorf("the caller's file is %q, %v, want it untouched", got, err)
		}
		if err := s.Delete(t.Context(), "b/k"); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path); err != nil {
			t.Errorf("the caller's file: %v, want it left", err)
		}
		wantKeys(t, s, "", "", "a/k")
	}},
	{"Modified says when it was kept, not how old the file is", func(t *testing.T, s archive.Store) {
		path := file(t, "x")
		old := time.Now().Add(-10 * 24 * time.Hour)
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
		if err := s.PutFile(t.Context(), "k", path); err != nil {
			t.Fatal(err)
		}
		if info, err := s.Stat(t.Context(), "k"); err != nil || time.Since(info.Modified) > time.Hour {
			t.Errorf("Stat = %+v, %v, want it modified now", info, err)
		}
	}},
	{"what a symbolic link leads to is kept, not the link", func(t *testing.T, s archive.Store) {
		path := file(t, "the bytes")
		link := filepath.Join(t.TempDir(), "link")
		if err := os.Symlink(path, link); err != nil {
			t.Fatal(err)
		}
		if err := s.PutFile(t.Context(), "k", link); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		want(t, s, "k", "the bytes")
	}},
	{"a file that is not there, or is a folder, is refused", func(t *testing.T, s archive.Store) {
		put(t, s, "k", "as before")
		if err := s.PutFile(t.Context(), "k", filepath.Join(t.TempDir(), "nothing")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("PutFile of nothing = %v, want fs.ErrNotExist", err)
		}
		if err := s.PutFile(t.Context(), "k", t.TempDir()); err == nil {
			t.Error("PutFile of a folder = nil, want an error")
		}
		want(t, s, "k", "as before")
	}},
}

var rangeCases = []testCase{
	{"a range gives its bytes, and what there is where it goes beyond the end", func(t *testing.T, s archive.Store) {
		data := noise(100_000)
		if err := s.PutFile(t.Context(), "k", file(t, data)); err != nil {
			t.Fatal(err)
		}
		size := int64(len(data))
		for _, r := range []struct {
			name   string
			off, n int64
			want   string
		}{
			{"the first byte", 0, 1, data[:1]},
			{"the middle", 4711, 1234, data[4711 : 4711+1234]},
			{"all", 0, size, data},
			{"the last byte", size - 1, 1, data[size-1:]},
			{"over the end", size - 10, 100, data[size-10:]},
			{"far over the end", 5, 1<<63 - 1, data[5:]},
			{"at the end", size, 1, ""},
			{"beyond the end", size + 1, 10, ""},
			{"far beyond the end", 1 << 40, 1 << 40, ""},
			{"no bytes", 10, 0, ""},
		} {
			if got := read(t, s, "k", r.off, r.n); got != r.want {
				t.Errorf("%s: Range(%d, %d) = %d bytes, want %d", r.name, r.off, r.n, len(got), len(r.want))
			}
		}
	}},
	{"at the end and beyond, the first read is io.EOF", func(t *testing.T, s archive.Store) {
		put(t, s, "k", "abc")
		put(t, s, "empty", "")
		for _, c := range []struct {
			key string
			off int64
		}{{"k", 3}, {"k", 1000}, {"empty", 0}, {"empty", 7}} {
			r, err := s.Range(t.Context(), c.key, c.off, 10)
			if err != nil {
				t.Errorf("Range(%q, %d) = %v, want a reader", c.key, c.off, err)
				continue
			}
			if n, err := r.Read(make([]byte, 10)); n != 0 || err != io.EOF {
				t.Errorf("Range(%q, %d): first Read = %d, %v, want 0, io.EOF", c.key, c.off, n, err)
			}
			r.Close()
		}
	}},
	{"a negative offset or length is an error", func(t *testing.T, s archive.Store) {
		put(t, s, "k", "abc")
		for _, c := range [][2]int64{{-1, 1}, {0, -1}} {
			if r, err := s.Range(t.Context(), "k", c[0], c[1]); err == nil {
				r.Close()
				t.Errorf("Range(%d, %d) = nil, want an error", c[0], c[1])
			}
		}
	}},
	{"no bytes of what is not there is fs.ErrNotExist too", func(t *testing.T, s archive.Store) {
		if _, err := s.Range(t.Context(), "nothing", 0, 0); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Range = %v, want fs.ErrNotExist", err)
		}
	}},
	{"a range that was begun goes on in the old bytes, or breaks off, but never mixes", func(t *testing.T, s archive.Store) {
		old, young := noise(1<<20), noise(1<<20+1)
		put(t, s, "k", old)
		r, err := s.Range(t.Context(), "k", 0, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		head := make([]byte, 1000)
		if _, err := io.ReadFull(r, head); err != nil {
			t.Fatal(err)
		}
		put(t, s, "k", young)
		rest, err := io.ReadAll(io.LimitReader(r, 1<<20-1000))
		if got := string(head) + string(rest); err == nil && got != old {
			t.Error("the range mixes bytes of two versions")
		}
	}},
}
