// Package storetest is the contract of archive.Store, as tests. A Store is what passes Run, and RunProcesses from two processes.
//
// Every promise of archive/store.go has its case here, named by what it says; a promise that is added there gets one. What is
// particular to one store (a crash on disk, a lost answer from S3) is tested beside that store.
package storetest

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cabina/archive"
)

// Run tests a kind of store. Open gives an empty one, another each time it is called.
func Run(t *testing.T, open func(t *testing.T) archive.Store) {
	groups := []struct {
		name  string
		cases []testCase
	}{
		{"keys", keyCases},
		{"documents", documentCases},
		{"large objects", fileCases},
		{"ranges", rangeCases},
		{"listing", listCases},
		{"races", raceCases},
	}
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			for _, c := range g.cases {
				t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
			}
		})
	}
}

// testCase is one promise, tested on an empty store.
type testCase struct {
	name string
	run  func(t *testing.T, s archive.Store)
}

// put writes without a condition.
func put(t *testing.T, s archive.Store, key, data string) (version string) {
	t.Helper()
	version, err := s.Put(t.Context(), key, []byte(data), archive.Always())
	if err != nil {
		t.Fatalf("Put(%q) = %v, want it written", key, err)
	}
	return version
}

// want fails unless the object holds data, and gives its version.
func want(t *testing.T, s archive.Store, key, data string) (version string) {
	t.Helper()
	got, version, err := s.Get(t.Context(), key)
	if err != nil {
		t.Fatalf("Get(%q) = %v, want %s", key, err, brief(data))
	}
	if string(got) != data {
		t.Fatalf("Get(%q) = %s, want %s", key, brief(string(got)), brief(data))
	}
	return version
}

// wantAbsent fails unless every way to ask for the key says that it is not there.
func wantAbsent(t *testing.T, s archive.Store, key string) {
	t.Helper()
	if _, _, err := s.Get(t.Context(), key); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Get(%q) = %v, want fs.ErrNotExist", key, err)
	}
	if _, err := s.Stat(t.Context(), key); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Stat(%q) = %v, want fs.ErrNotExist", key, err)
	}
	if r, err := s.Range(t.Context(), key, 0, 1); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			r.Close()
		}
		t.Errorf("Range(%q) = %v, want fs.ErrNotExist before anything is read", key, err)
	}
	for info, err := range s.List(t.Context(), key, "") {
		if err != nil {
			t.Errorf("List(%q) = %v, want it without the key", key, err)
		} else if info.Key == key {
			t.Errorf("List(%q) has the key, want it not there", key)
		}
	}
}

// keys lists, and fails on an error.
func keys(t *testing.T, s archive.Store, prefix, after string) []string {
	t.Helper()
	var got []string
	for info, err := range s.List(t.Context(), prefix, after) {
		if err != nil {
			t.Fatalf("List(%q, %q) = %v after %q", prefix, after, err, got)
		}
		got = append(got, info.Key)
	}
	return got
}

func wantKeys(t *testing.T, s archive.Store, prefix, after string, want ...string) {
	t.Helper()
	if got := keys(t, s, prefix, after); !slices.Equal(got, want) {
		t.Errorf("List(%q, %q) = %q, want %q", prefix, after, got, want)
	}
}

// read gives n bytes of a range, as a caller of Range reads them.
func read(t *testing.T, s archive.Store, key string, off, n int64) string {
	t.Helper()
	r, err := s.Range(t.Context(), key, off, n)
	if err != nil {
		t.Fatalf("Range(%q, %d, %d) = %v", key, off, n, err)
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, n))
	if err != nil {
		t.Fatalf("Range(%q, %d, %d): reading it: %v", key, off, n, err)
	}
	return string(data)
}

// file writes data to a new file outside of the store.
func file(t *testing.T, data string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// noise gives n bytes in which each stretch differs from every other, so that bytes of the wrong place do not pass.
func noise(n int) string {
	b := make([]byte, n)
	x := uint64(n) | 1
	for i := range b {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b[i] = byte(x >> 32)
	}
	return string(b)
}

func brief(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return strings.ToValidUTF8(s, "?")
}

// ended gives a context that was cancelled already.
func ended(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
