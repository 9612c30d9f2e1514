package search

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"
)

// mostOpen bounds how many cue files are mapped at once; the kernel's own bound is 65,530 mappings a process.
const mostOpen = 4096

// cueFiles opens the cue files of a folder when they are asked for, and keeps the last ones open.
type cueFiles struct {
	dir string

	mu   sync.Mutex // guards open and every held.users; a file is opened while it is held
	open *lru.Cache[string, *held]
}

// held is an open file that may be in use: it is closed when it has left the cache and its last user has.
type held struct {
	*text
	users int
	gone  bool
}

func newCueFiles(dir string) *cueFiles {
	c := &cueFiles{dir: dir}
	c.open, _ = lru.NewWithEvict(mostOpen, func(_ string, h *held) { // an error only for a size below 1
		h.gone = true
		h.drop()
	})
	return c
}

// drop closes a file that nobody needs any more.
func (h *held) drop() {
	if h.gone && h.users == 0 {
		_ = h.close() // of a read-only mapping: nothing is lost
	}
}

// name is where a text's cues are: by session, track and key.
func (c *cueFiles) name(session, track, key string) string {
	return filepath.Join(session, track+"."+key+".cues")
}

func (c *cueFiles) path(name string) string { return filepath.Join(c.dir, name) }

// use gives the file of that name; release must be called when done with it.
func (c *cueFiles) use(name string) (t *text, release func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h, ok := c.open.Get(name)
	if !ok {
		t, err := openCues(c.path(name))
		if err != nil {
			return nil, nil, err
		}
		h = &held{text: t}
		c.open.Add(name, h)
	}
	h.users++
	return h.text, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		h.users--
		h.drop()
	}, nil
}

// there tells whether a file is there; whether it is whole shows when it is opened.
func (c *cueFiles) there(name string) bool {
	_, err := os.Stat(c.path(name))
	return err == nil
}

// good tells whether a file is there and whole.
func (c *cueFiles) good(name string) bool {
	if !c.there(name) {
		return false // although it may still be open
	}
	_, release, err := c.use(name)
	if err != nil {
		return false
	}
	release()
	return true
}

// remove deletes a file. Whoever uses it may go on.
func (c *cueFiles) remove(name string) error {
	c.mu.Lock()
	c.open.Remove(name)
	c.mu.Unlock()
	if err := os.Remove(c.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// only deletes all files but the wanted, what a crash left behind too.
func (c *cueFiles) only(wanted map[string]bool) error {
	return filepath.WalkDir(c.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		}
		name, err := filepath.Rel(c.dir, path)
		if err != nil || wanted[name] {
			return err
		}
		return c.remove(name)
	})
}

// close closes what is open and not in use.
func (c *cueFiles) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open.Purge()
}
