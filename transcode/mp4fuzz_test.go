package transcode

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// seedMP4 adds the files of testdata and, where it is there, of ../shared.
func seedMP4(f *testing.F, add func([]byte)) {
	f.Helper()
	folders := []string{filepath.Join("testdata", "mp4")}
	shared := filepath.Join("..", "..", "shared", "data", "media")
	if _, err := os.Stat(shared); err == nil {
		folders = append(folders, shared)
	} else if os.Getenv("CI") != "" {
		f.Fatalf("%v: the seeds in ../shared are needed in CI", err)
	}
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".mp4") && !strings.HasSuffix(path, ".m4s") && !strings.HasSuffix(path, ".cmfv") {
				return err
			}
			if info, err := d.Info(); err != nil || info.Size() > 64<<10 {
				return err
			}
			b, err := os.ReadFile(path)
			add(b)
			return err
		})
		if err != nil {
			f.Fatal(err)
		}
	}
}

// What ReadIndex takes of any bytes is in order and in bounds, its tables can be read again, and the file made of them reads to its end.
func FuzzReadIndex(f *testing.F) {
	seedMP4(f, func(b []byte) { f.Add(b) })
	f.Fuzz(func(t *testing.T, b []byte) {
		x, tables, err := indexOf(b)
		if err != nil {
			return
		}
		if x.Timescale <= 0 || x.Init.Len <= 0 || x.Bytes != int64(len(b)) || x.Codecs == "" || len(x.Fragments) == 0 || x.DurationMs < 0 {
			t.Fatalf("ReadIndex = %+v, want all that playlists need", x)
		}
		end, at := x.Init.Len, x.Fragments[0].Start
		for i, g := range x.Fragments {
			if g.Off < end || g.Len <= 0 || g.Off+g.Len > x.Bytes || g.Start != at || g.Duration < 0 {
				t.Fatalf("fragment %d = %+v, want it behind byte %d, at tick %d", i, g, end, at)
			}
			end, at = g.Off+g.Len, g.Start+g.Duration
		}
		checkTables(t, tables, &x, b)
	})
}

// checkTables reads tables; where they are whole, a computed file is made of them and read.
func checkTables(t *testing.T, tables []byte, x *Index, object []byte) {
	s, err := unpackTables(tables)
	if err != nil {
		t.Fatalf("tables: %v", err)
	}
	samples := 0
	for _, r := range s.durations {
		samples += r.count
	}
	if samples != len(s.sizes) {
		t.Fatalf("durations of %d samples, sizes of %d", samples, len(s.sizes))
	}
	if len(s.sizes) > 1<<16 {
		return // right as well, but too slow for a fuzz test
	}
	file, err := NewFile(&FilePart{Index: x, Tables: tables, Open: openBytes(object)}, nil)
	if err != nil {
		return // its samples stand out of order, or its moov is not whole
	}
	n, err := io.Copy(io.Discard, file.Open(t.Context()))
	if err != nil || n != file.Size() {
		t.Fatalf("computed file: read %d bytes, %v: want %d", n, err, file.Size())
	}
}

// Tables are our own, but they are read from a store that others may have written to: no panic, bounded memory.
func FuzzTables(f *testing.F) {
	seedMP4(f, func(b []byte) {
		if _, tables, err := indexOf(b); err == nil {
			f.Add(tables)
			f.Add(unzipped(f, tables)) // the engine finds more in it than in gzip
		}
	})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, packed := range [][]byte{b, zipped(b)} {
			s, err := unpackTables(packed)
			if err != nil || len(s.sizes) > 1<<16 {
				continue
			}
			file, err := NewFile(nil, &FilePart{Index: &Index{Bytes: 1 << 60}, Tables: packed, Open: openBytes(nil)})
			if err == nil && file.Size() < s.bytes() {
				t.Fatalf("computed file: %d bytes, want %d of samples and a head", file.Size(), s.bytes())
			}
		}
	})
}
