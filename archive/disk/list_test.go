package disk

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestWantsFolder(t *testing.T) {
	for _, c := range []struct {
		name, prefix, after, folder string
		want                        bool
	}{
		{"everything is wanted", "", "", "a/", true},
		{"a folder under the prefix", "a", "", "ab/", true},
		{"a folder above the prefix", "a/b/c", "", "a/b/", true},
		{"a folder beside the prefix", "a/b/c", "", "a/c/", false},
		{"a folder after", "", "a/b", "b/", true},
		{"a folder before", "", "b/c", "a/", false},
		{"the folder that after is in", "", "b/c/d", "b/c/", true},
		{"the folder that after names", "", "b/c/", "b/c/", true},
		{"the folder of the key that after names", "", "b", "b/", true},
		{"'.' is before '/'", "", "a/x", "a.b/", false},
	} {
		l := listing{prefix: c.prefix, after: c.after}
		if got := l.wantsFolder(c.folder); got != c.want {
			t.Errorf("%s: wantsFolder(%q) with prefix %q, after %q = %v", c.name, c.folder, c.prefix, c.after, got)
		}
	}
}

// BenchmarkList lists 10,000 documents, and the last ten of 10,000 folders.
func BenchmarkList(b *testing.B) {
	s := create(b, b.TempDir())
	for i := range 10_000 {
		for _, key := range []string{fmt.Sprintf("sessions/s%05d.json", i), fmt.Sprintf("renditions/s%05d/t1.voice.json", i)} {
			name := filepath.Join(s.dir, key)
			if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
				b.Fatal(err)
			}
			if err := os.WriteFile(name, nil, 0o600); err != nil {
				b.Fatal(err)
			}
		}
	}
	list := func(b *testing.B, prefix, after string, want int) {
		for b.Loop() {
			n := 0
			for _, err := range s.List(b.Context(), prefix, after) {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
			if n != want {
				b.Fatalf("%d listed, want %d", n, want)
			}
		}
	}
	b.Run("documents", func(b *testing.B) { list(b, "sessions/", "", 10_000) })
	b.Run("folders", func(b *testing.B) { list(b, "renditions/", "", 10_000) })
	b.Run("the last ten folders", func(b *testing.B) { list(b, "", "renditions/s09990", 10_010) })
	b.Run("one session's renditions", func(b *testing.B) { list(b, "renditions/s05000/", "", 1) })
}
