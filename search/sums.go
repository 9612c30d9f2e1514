package search

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"time"
)

// Segments of an index never change once they are written. Their checksums are kept from when they are first seen: bytes that the disk lost would
// otherwise be opened in silence and answer wrongly.

const (
	sumsFile = "sums.json"
	// quiet is how long a segment must not have been written to before its checksum is taken: one that is still being merged is not whole.
	quiet = 30 * time.Second
)

// segments lists the segment files of both shelves, by their path in the folder, not younger than age.
func (x *Index) segments(age time.Duration) ([]string, error) {
	var names []string
	for _, shelf := range []string{"public", "rest"} {
		found, err := filepath.Glob(filepath.Join(x.dir, shelf, "store", "*.zap"))
		if err != nil {
			return nil, err
		}
		for _, path := range found {
			info, err := os.Stat(path)
			if errors.Is(err, fs.ErrNotExist) {
				continue // merged into another since
			}
			if err != nil {
				return nil, err
			}
			if time.Since(info.ModTime()) >= age {
				name, _ := filepath.Rel(x.dir, path) // path begins with dir
				names = append(names, name)
			}
		}
	}
	return names, nil
}

// keepSums takes the checksums of segments that are new and at least age old, and forgets those of segments that are gone.
func (x *Index) keepSums(age time.Duration) error {
	old, err := x.readSums()
	if err != nil {
		old = nil // a sum that cannot be read is taken again
	}
	names, err := x.segments(age)
	if err != nil {
		return err
	}
	sums := map[string]uint32{}
	for _, name := range names {
		sum, known := old[name]
		if !known {
			if sum, err = checksum(filepath.Join(x.dir, name)); errors.Is(err, fs.ErrNotExist) {
				continue
			} else if err != nil {
				return err
			}
		}
		sums[name] = sum
	}
	if maps.Equal(old, sums) {
		return nil
	}
	data, err := json.Marshal(sums)
	if err != nil {
		return err
	}
	return writeWhole(filepath.Join(x.dir, sumsFile), data)
}

// compareSums says which segment is not what it was.
func (x *Index) compareSums() error {
	sums, err := x.readSums()
	if err != nil {
		return err
	}
	names, err := x.segments(0)
	if err != nil {
		return err
	}
	for _, name := range names {
		want, known := sums[name]
		if !known {
			continue
		}
		got, err := checksum(filepath.Join(x.dir, name))
		if err != nil {
			return err
		}
		if got != want {
			return fmt.Errorf("the segment %s is damaged", name)
		}
	}
	return nil
}

func (x *Index) readSums() (map[string]uint32, error) {
	data, err := os.ReadFile(filepath.Join(x.dir, sumsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var sums map[string]uint32
	if err := json.Unmarshal(data, &sums); err != nil {
		return nil, fmt.Errorf("%s: %w", sumsFile, err)
	}
	return sums, nil
}

func checksum(path string) (uint32, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	h := crc32.New(castagnoli)
	if _, err := io.Copy(h, f); err != nil {
		return 0, fmt.Errorf("read %s: %w", path, err)
	}
	return h.Sum32(), nil
}
