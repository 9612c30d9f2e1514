package transcode

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"cabina/archive"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"
)

// Catalog says what of a session can be played now, and which names may be served. It reads a session's renditions by one listing and keeps what it found until
// Forget: a request for what was asked before reads nothing from the store but the bytes that it serves. It may be used from many goroutines.
type Catalog struct {
	Now func() time.Time // nil: time.Now

	archive *archive.Archive
	log     *slog.Logger
	indexes *lru.Cache[Name, *Index]
	texts   *lru.Cache[string, []archive.Cue]
	flights singleflight.Group

	mu      sync.Mutex // guards what is below; no store is read while it is held
	shelves map[string]*shelf
	turns   map[string]int // how often a session was forgotten: a shelf that was read before is not kept
}

// shelf is what is known of one session in one revision.
type shelf struct {
	rev    int
	update string
	there  map[Name]archive.Info // whose index is in the store
	view   *View
	shown  map[Name]*Rendition // all that the view holds
}

const (
	keptIndexes = 1024 // of about 30 kB
	keptTexts   = 64   // of about 300 kB
)

// NewCatalog makes a catalog over an archive.
func NewCatalog(a *archive.Archive, log *slog.Logger) *Catalog {
	indexes, err := lru.New[Name, *Index](keptIndexes)
	if err != nil {
		panic(err) // the size is above
	}
	texts, err := lru.New[string, []archive.Cue](keptTexts)
	if err != nil {
		panic(err)
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Catalog{archive: a, log: log, indexes: indexes, texts: texts, shelves: map[string]*shelf{}, turns: map[string]int{}}
}

// Forget drops what is kept of a session, for it or its renditions changed. Indexes and cues stay: their names say all that they depend on.
func (c *Catalog) Forget(session string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.shelves, session)
	c.turns[session]++
}

// View gives what of a session can be played. It is shared: never change it.
func (c *Catalog) View(ctx context.Context, s *archive.Session) (*View, error) {
	sh, err := c.shelf(ctx, s)
	if err != nil {
		return nil, err
	}
	return sh.view, nil
}

// Open gives n bytes from off of a rendition's file of that ending, as archive.Store.Range does. Whether it may be served is Rendition's to say.
func (c *Catalog) Open(ctx context.Context, name Name, ext string, off, n int64) (io.ReadCloser, error) {
	return c.archive.Store.Range(ctx, name.Key(ext), off, n)
}

// Cues gives what a text's published version says, placed on the clock, with the recipe16 of its address. It is shared: never change it.
func (c *Catalog) Cues(ctx context.Context, s *archive.Session, t *archive.Track) ([]archive.Cue, string, error) {
	v := t.Current()
	if v == nil {
		return nil, "", fs.ErrNotExist
	}
	recipe := TextRecipe(s, t)
	// How a file is read depends on its format and declared language too, which its address does not name.
	key := s.ID + " " + t.ID + " " + recipe + " " + v.Source + " " + string(t.Language)
	if cues, ok := c.texts.Get(key); ok {
		return cues, recipe, nil
	}
	got, err, _ := c.flights.Do("text "+key, func() (any, error) {
		ctx, cancel := sharedRead(ctx)
		defer cancel()
		cues, err := c.archive.Transcript(ctx, s, t, v)
		if err == nil {
			c.texts.Add(key, cues)
		}
		return cues, err
	})
	if err != nil {
		return nil, "", err
	}
	return got.([]archive.Cue), recipe, nil
}

// readWithin bounds a read of the store that readers wait for: a storage that is silent is said to them.
const readWithin = 10 * time.Second

// sharedRead is the context of a read that many may wait for: it does not end with the one who came first.
func sharedRead(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), readWithin)
}

// shelf gives what is known of a session as it is in s, reading it if it is not kept.
func (c *Catalog) shelf(ctx context.Context, s *archive.Session) (*shelf, error) {
	c.mu.Lock()
	sh, turn := c.shelves[s.ID], c.turns[s.ID]
	c.mu.Unlock()
	if sh != nil && sh.rev == s.Rev && sh.update == s.Update {
		return sh, nil
	}
	key := "shelf " + s.ID + " " + strconv.Itoa(s.Rev) + " " + s.Update + " " + strconv.Itoa(turn)
	got, err, _ := c.flights.Do(key, func() (any, error) {
		// Many may wait for it: the first one leaving must not take it from the others.
		ctx, cancel := sharedRead(ctx)
		defer cancel()
		sh, err := c.read(ctx, s)
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.turns[s.ID] == turn {
			c.shelves[s.ID] = sh
		}
		return sh, nil
	})
	if err != nil {
		return nil, err
	}
	return got.(*shelf), nil
}

func (c *Catalog) read(ctx context.Context, s *archive.Session) (*shelf, error) {
	there, err := have(ctx, c.archive.Store, s.ID)
	if err != nil {
		return nil, err
	}
	ch := chooser{there: there, index: func(n Name) (*Index, error) { return c.index(ctx, n) }}
	view, err := ch.view(s)
	if err == nil && s.Clock.N > 1 && !complete(s, view) {
		view, err = c.formerView(ctx, s, view, ch)
	}
	if err != nil {
		return nil, err
	}
	return &shelf{rev: s.Rev, update: s.Update, there: there, view: view, shown: view.all()}, nil
}

// index gives a rendition's index; fs.ErrNotExist where there is none that can be read, or one of another recipe than its name says.
func (c *Catalog) index(ctx context.Context, n Name) (*Index, error) {
	if x, ok := c.indexes.Get(n); ok {
		return x, nil
	}
	data, _, err := c.archive.Store.Get(ctx, n.Key(".json"))
	if err != nil {
		return nil, err
	}
	x := new(Index)
	if err := json.Unmarshal(data, x); err != nil || !isNamed(x.Recipe, n.Recipe) {
		c.log.WarnContext(ctx, "index is not that of its name", "session", n.Session, "rendition", n.File(), "err", err)
		return nil, fs.ErrNotExist
	}
	c.indexes.Add(n, x)
	return x, nil
}

func (c *Catalog) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

func absent(err error) bool { return errors.Is(err, fs.ErrNotExist) }
