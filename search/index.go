package search

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"cabina/archive"

	"golang.org/x/sys/unix"
)

// Config is what an Index needs.
type Config struct {
	Dir     string // of this process alone; made where it is not there
	Archive *archive.Archive
	Log     *slog.Logger
	// Probe opens one of the two indexes in another process (which calls the function Probe) before it is opened here; an error, or that process's death, means: build it
	// anew. Nil: it is opened unprobed.
	Probe func(ctx context.Context, path string) error
	Now   func() time.Time // nil is time.Now
}

// Index finds moments. Open makes it, Follow keeps it true to the archive, Search may be called at once from many goroutines.
type Index struct {
	archive *archive.Archive
	log     *slog.Logger
	now     func() time.Time
	dir     string
	lock    *os.File
	tongues tongues

	public, rest *shelf
	files        *cueFiles

	reading sync.RWMutex // held for reading by each search, for writing while cue files are deleted: a search ends with the files it began with

	mu      sync.Mutex // guards what is below; nothing that waits happens while it is held
	watch   *archive.Watch
	pending map[string]time.Time // what changed and is not in the index yet, since when
	queue   map[string]bool      // those of pending that nobody is taking in right now
	first   map[string]bool      // what was listed at start and was never taken in yet
	listed  bool                 // the list of all documents was read
	asOf    time.Time            // when nothing was pending last
}

// InUse is an index that another process has open.
type InUse struct{ Dir string }

func (e *InUse) Error() string { return "the index in " + e.Dir + " is in use by another cabina" }

// Open opens the index in cfg.Dir, which another process must not have open (*InUse). One that is missing, damaged or of another format is made anew,
// empty; Follow fills it. Close it when done.
func Open(ctx context.Context, cfg Config) (*Index, error) {
	x := &Index{archive: cfg.Archive, log: cfg.Log, now: cfg.Now, dir: cfg.Dir, tongues: newTongues(),
		pending: map[string]time.Time{}, queue: map[string]bool{}, first: map[string]bool{}}
	if x.log == nil {
		x.log = slog.New(slog.DiscardHandler)
	}
	if x.now == nil {
		x.now = time.Now
	}
	x.files = newCueFiles(filepath.Join(cfg.Dir, "cues"))
	if err := x.own(); err != nil {
		return nil, err
	}
	if err := x.open(ctx, cfg.Probe); err != nil {
		return nil, errors.Join(err, x.lock.Close())
	}
	return x, nil
}

// own makes the folder this process's own until it ends.
func (x *Index) own() error {
	if err := os.MkdirAll(x.dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of the index: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(x.dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("lock the index: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return &InUse{x.dir}
		}
		return fmt.Errorf("lock the index: %w", err)
	}
	x.lock = f
	return nil
}

// open opens both shelves. Where either is in doubt both are made anew: what one holds is acknowledged by the other. Cue files are checked one by
// one when they are used, and stay.
func (x *Index) open(ctx context.Context, probe func(context.Context, string) error) error {
	err := x.sound(ctx, probe)
	if err == nil {
		err = x.openShelves()
	}
	if err == nil || ctx.Err() != nil {
		return err
	}
	x.log.WarnContext(ctx, "the index is made anew", "dir", x.dir, "why", err)
	for _, name := range []string{"public", "rest", formatFile, sumsFile} {
		if err := os.RemoveAll(filepath.Join(x.dir, name)); err != nil {
			return fmt.Errorf("make the index anew: %w", err)
		}
	}
	if err := writeWhole(filepath.Join(x.dir, formatFile), []byte(strconv.Itoa(indexFormat)+"\n")); err != nil {
		return fmt.Errorf("make the index anew: %w", err)
	}
	return x.openShelves()
}

const formatFile = "format"

// sound says why the index cannot be opened as it is.
func (x *Index) sound(ctx context.Context, probe func(context.Context, string) error) error {
	data, err := os.ReadFile(filepath.Join(x.dir, formatFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("there is none yet")
	case err != nil:
		return err
	case strings.TrimSpace(string(data)) != strconv.Itoa(indexFormat):
		return fmt.Errorf("it has format %s, not %d", strings.TrimSpace(string(data)), indexFormat)
	}
	if err := x.compareSums(); err != nil {
		return err
	}
	for _, name := range []string{"public", "rest"} {
		if probe == nil {
			break
		}
		if err := probe(ctx, filepath.Join(x.dir, name)); err != nil {
			return fmt.Errorf("the index %s did not open: %w", name, err)
		}
	}
	return nil
}

func (x *Index) openShelves() (err error) {
	if x.public, err = openShelf("public", filepath.Join(x.dir, "public")); err != nil {
		return err
	}
	if x.rest, err = openShelf("rest", filepath.Join(x.dir, "rest")); err != nil {
		return errors.Join(err, x.public.close())
	}
	if info, err := os.Stat(filepath.Join(x.dir, "public", "store", "root.bolt")); err == nil {
		x.asOf = info.ModTime() // when it was written to last
	}
	return nil
}

// Close closes the index. Follow must have ended, and no search may run.
func (x *Index) Close() error {
	err := errors.Join(x.public.close(), x.rest.close())
	x.files.close()
	if err == nil {
		err = x.keepSums(0)
	}
	return errors.Join(err, x.lock.Close())
}

// shelves gives what a search opens: "rest" only where the asker may see anything of it.
func (x *Index) shelves(rest bool) []*shelf {
	if rest {
		return []*shelf{x.public, x.rest}
	}
	return []*shelf{x.public}
}
