package transcode

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	scratchPrefix = "work-"
	scratchLock   = "lock"
	newPrefix     = ".new-" // until its lock is held
	newFor        = time.Hour
)

// scratch makes a folder of this process's own in parent, and removes those of processes that are dead: a living one holds the lock in its own.
func scratch(parent string) (dir string, remove func(), err error) {
	if parent == "" {
		parent = os.TempDir()
	}
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return "", nil, err
	}
	dead, err := DeadScratch(parent)
	if err != nil {
		return "", nil, err
	}
	for _, d := range dead {
		if err := os.RemoveAll(d); err != nil {
			return "", nil, err
		}
	}
	// The lock is taken before the folder has its name, so that no other process takes it for a dead one's.
	hidden, err := os.MkdirTemp(parent, newPrefix)
	if err != nil {
		return "", nil, err
	}
	lock, err := os.OpenFile(filepath.Join(hidden, scratchLock), os.O_CREATE|os.O_RDWR, 0o600)
	if err == nil {
		err = unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	}
	dir = filepath.Join(parent, scratchPrefix+strings.TrimPrefix(filepath.Base(hidden), newPrefix))
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

// DeadScratch gives the folders that workers which run no more left in parent. A parent that is not there holds none.
func DeadScratch(parent string) (dead []string, err error) {
	entries, err := os.ReadDir(parent)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		dir := filepath.Join(parent, e.Name())
		if e.IsDir() && (strings.HasPrefix(e.Name(), scratchPrefix) && isDead(dir) || strings.HasPrefix(e.Name(), newPrefix) && isOld(e)) {
			dead = append(dead, dir)
		}
	}
	return dead, nil
}

// isDead is true of a folder whose lock nobody holds.
func isDead(dir string) bool {
	lock, err := os.OpenFile(filepath.Join(dir, scratchLock), os.O_RDWR, 0)
	if err != nil {
		return true
	}
	defer lock.Close()
	return unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil
}

func isOld(e fs.DirEntry) bool {
	info, err := e.Info()
	return err == nil && time.Since(info.ModTime()) > newFor
}
