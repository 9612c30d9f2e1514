package transcode

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	scratchPrefix = "work-"
	scratchLock   = "lock"
)

// scratch makes a folder of this process's own in parent, and removes those of processes that are dead: a living one holds the lock in its own.
func scratch(parent string) (dir string, remove func(), err error) {
	if parent == "" {
		parent = os.TempDir()
	}
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return "", nil, err
	}
	entries, err := os.ReadDir(parent)
	if err != nil {
		return "", nil, err
	}
	for _, e := range entries {
		if e.IsDir() && strings.HasPrefix(e.Name(), scratchPrefix) {
			removeDead(filepath.Join(parent, e.Name()))
		}
	}
	// The lock is taken before the folder has its name, so that no other process takes it for a dead one's.
	hidden, err := os.MkdirTemp(parent, ".new-")
	if err != nil {
		return "", nil, err
	}
	lock, err := os.OpenFile(filepath.Join(hidden, scratchLock), os.O_CREATE|os.O_RDWR, 0o600)
	if err == nil {
		err = unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	}
	dir = filepath.Join(parent, scratchPrefix+strings.TrimPrefix(filepath.Base(hidden), ".new-"))
	if err == nil {
		err = os.Rename(hidden, dir)
	}
	if err != nil {
		os.RemoveAll(hidden)
		return "", nil, err
	}
	return dir, func() {
		os.RemoveAll(dir)
		lock.Close()
	}, nil
}

func removeDead(dir string) {
	lock, err := os.OpenFile(filepath.Join(dir, scratchLock), os.O_RDWR, 0)
	if err != nil {
		os.RemoveAll(dir)
		return
	}
	defer lock.Close()
	if unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil {
		os.RemoveAll(dir)
	}
}
