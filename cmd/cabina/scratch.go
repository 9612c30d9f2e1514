package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"cabina/config"
)

// scratchPrefix begins the name of a command's own folder in the scratch of the cache.
const scratchPrefix = "command-"

// scratch gives a folder of the cache in which this command alone writes, and what removes it. What a killed command left behind is removed first.
func scratch(c *config.Config) (dir string, remove func(), err error) {
	under := filepath.Join(c.Cache, "scratch")
	if err := os.MkdirAll(under, 0o700); err != nil {
		return "", nil, fmt.Errorf("scratch: %w", err)
	}
	if err := sweepScratch(under); err != nil {
		return "", nil, err
	}
	for range 10 {
		dir, err = os.MkdirTemp(under, scratchPrefix)
		if err != nil {
			return "", nil, fmt.Errorf("scratch: %w", err)
		}
		unlock, err := lockDir(dir)
		if err != nil {
			continue // another command was sweeping in between, and takes it away
		}
		if _, err := os.Stat(dir); err != nil {
			unlock()
			continue
		}
		return dir, func() { _ = os.RemoveAll(dir); unlock() }, nil
	}
	return "", nil, fmt.Errorf("scratch: no folder in %s could be held; do its files change all the time?", under)
}

// lockDir holds dir for this process: as long as it lives, nobody sweeps it.
func lockDir(dir string) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}

// sweepScratch removes the folders of commands that run no more.
func sweepScratch(under string) error {
	dead, err := deadScratch(under)
	for _, dir := range dead {
		err = errors.Join(err, removeScratch(dir))
	}
	return err
}

// removeScratch removes one of them. Its lock is held meanwhile, as it may be a new one that its command has not locked yet.
func removeScratch(dir string) error {
	unlock, err := lockDir(dir)
	if err != nil {
		return nil
	}
	defer unlock()
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("scratch: %w", err)
	}
	return nil
}

// deadScratch gives the folders of commands that run no more: their lock is free.
func deadScratch(under string) (dead []string, err error) {
	entries, err := os.ReadDir(under)
	if err != nil && !isAbsent(err) {
		return nil, fmt.Errorf("scratch: %w", err)
	}
	for _, e := range entries {
		dir := filepath.Join(under, e.Name())
		if !e.IsDir() || !strings.HasPrefix(e.Name(), scratchPrefix) {
			continue
		}
		unlock, err := lockDir(dir)
		if err != nil {
			continue // its command runs, or has just ended and taken it away
		}
		unlock()
		dead = append(dead, dir)
	}
	return dead, nil
}
