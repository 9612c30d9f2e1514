package config

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// KeySize is the length of the key file in bytes.
const KeySize = 32

// Key reads the key file, and makes it, for its owner alone, where there is none. Several processes that start at once get the same key. Machines that
// share a bucket share the key file.
func Key(path string) ([]byte, error) {
	key, err := readKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	tmp, err := os.CreateTemp(dir, ".key-") // 0600
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	defer os.Remove(tmp.Name())
	key = make([]byte, KeySize)
	_, _ = rand.Read(key) // never fails (crypto/rand)
	_, err = tmp.Write(key)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	// A link, not a rename: who comes second must not replace the key that the first already seals with.
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("key file: %w", err)
	}
	return readKey(path)
}

func readKey(path string) ([]byte, error) {
	key, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	if len(key) != KeySize {
		return nil, fmt.Errorf("key file %s: it has %d bytes and must have %d; take the one of the other machines, or move it away to have a new one made (who is logged in must log in again)",
			path, len(key), KeySize)
	}
	return key, nil
}
