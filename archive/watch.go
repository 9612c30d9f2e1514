package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// A change is told twice over: in the process at once, and to others by an empty marker under changes/ and by overwriting changes/bell. Followers look
// at the bell, which costs one request, list the markers when it rang, and list all documents every so often, which is the truth.

const (
	bellKey     = "changes/bell"
	markerTime  = "20060102T150405.000Z"
	defaultPoll = 3 * time.Second
	truthEvery  = 10 * time.Minute
	markersKept = 24 * time.Hour
	// clockSkew is how far the clocks of two machines may differ for a marker to be seen at once; beyond, the full listing finds the change.
	clockSkew = 10 * time.Minute
)

// watchers are the Watches of one process.
type watchers struct {
	mu   sync.Mutex // guards what is below; nothing that waits happens while it is held
	all  map[*Watch]struct{}
	seen map[string]bool // markers that need no telling: own ones, and those told before
}

// Watch hands out the ids of what changed: sessions and conferences alike, coalesced and never dropped. Whoever gets one reads the document again.
type Watch struct {
	archive *Archive
	wake    chan struct{}

	mu      sync.Mutex // guards pending and begun
	pending map[string]bool
	begun   bool
}

// Watch begins a watch. Its first Next gives all ids that there are. Close it when done.
func (a *Archive) Watch() *Watch {
	w := &Watch{archive: a, wake: make(chan struct{}, 1), pending: map[string]bool{}}
	a.watches.mu.Lock()
	defer a.watches.mu.Unlock()
	if a.watches.all == nil {
		a.watches.all = map[*Watch]struct{}{}
	}
	a.watches.all[w] = struct{}{}
	return w
}

// Close ends the watch.
func (w *Watch) Close() {
	w.archive.watches.mu.Lock()
	defer w.archive.watches.mu.Unlock()
	delete(w.archive.watches.all, w)
}

// Next waits until something changed and gives the ids, in order; the first one waits for nothing and may give none. Its error is that of the context,
// or of the first listing, after which it may be called again.
func (w *Watch) Next(ctx context.Context) ([]string, error) {
	first, err := w.begin(ctx)
	if err != nil {
		return nil, err
	}
	for {
		w.mu.Lock()
		ids := slices.Sorted(maps.Keys(w.pending))
		clear(w.pending)
		w.mu.Unlock()
		if len(ids) > 0 || first {
			return ids, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-w.wake:
		}
	}
}

// Again puts ids back that could not be dealt with; the next Next gives them once more.
func (w *Watch) Again(ids ...string) {
	w.mu.Lock()
	for _, id := range ids {
		w.pending[id] = true
	}
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// begin fills a new watch with all there is; first is true when it did.
func (w *Watch) begin(ctx context.Context) (first bool, err error) {
	w.mu.Lock()
	begun := w.begun
	w.mu.Unlock()
	if begun {
		return false, nil
	}
	marks, err := w.archive.marks(ctx)
	if err != nil {
		return false, err
	}
	w.mu.Lock()
	w.begun = true
	w.mu.Unlock()
	for key := range marks {
		w.Again(idOf(key))
	}
	return true, nil
}

// Changed says that something derived of a session changed (a rendition was finished), so that every process looks at it again.
func (a *Archive) Changed(ctx context.Context, session string) { a.ring(ctx, session) }

// ring tells everyone that id changed. What fails here is only a hint lost: the full listing finds the change.
func (a *Archive) ring(ctx context.Context, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	marker := "changes/" + a.now().UTC().Format(markerTime) + "-" + id + "-" + random(2)
	a.tell(id, marker)
	if _, err := a.Store.Put(ctx, marker, nil, Always()); err != nil {
		a.log().WarnContext(ctx, "change marker not written", "id", id, "err", err)
		return
	}
	a.Reached(PointMarker)
	if _, err := a.Store.Put(ctx, bellKey, []byte(random(8)), Always()); err != nil {
		a.log().WarnContext(ctx, "bell not rung", "id", id, "err", err)
	}
}

// tell hands id to every watch of this process, once for each marker; an empty marker always tells.
func (a *Archive) tell(id, marker string) {
	a.watches.mu.Lock()
	if a.watches.seen == nil {
		a.watches.seen = map[string]bool{}
	}
	known := marker != "" && a.watches.seen[marker]
	if marker != "" {
		a.watches.seen[marker] = true
	}
	all := slices.Collect(maps.Keys(a.watches.all))
	a.watches.mu.Unlock()
	if known {
		return
	}
	for _, w := range all {
		w.Again(id)
	}
}

// Follow tells the watches of this process what other processes change, until ctx ends. A process runs it once.
func (a *Archive) Follow(ctx context.Context) error {
	poll := a.Poll
	if poll == 0 {
		poll = defaultPoll
	}
	f := follower{archive: a}
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		if err := f.look(ctx); err != nil && ctx.Err() == nil {
			a.log().WarnContext(ctx, "changes cannot be followed; trying again", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// follower is what one Follow remembers.
type follower struct {
	archive *Archive
	bell    string            // its mark
	marks   map[string]string // of all documents, as of the last full listing
	truth   time.Time         // when that was
}

func (f *follower) look(ctx context.Context) error {
	if f.marks == nil || f.archive.now().Sub(f.truth) >= truthEvery {
		if err := f.compare(ctx); err != nil {
			return err
		}
	}
	info, err := f.archive.Store.Stat(ctx, bellKey)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && info.Mark == f.bell:
		return nil
	case err != nil:
		return fmt.Errorf("bell: %w", err)
	}
	if err := f.markers(ctx); err != nil {
		return err
	}
	f.bell = info.Mark
	return nil
}

// markers tells of each marker that was not told before.
func (f *follower) markers(ctx context.Context) error {
	after := "changes/" + f.archive.now().Add(-2*clockSkew).UTC().Format(markerTime)
	for info, err := range f.archive.Store.List(ctx, "changes/", after) {
		if err != nil {
			return fmt.Errorf("list changes: %w", err)
		}
		if id, _, ok := parseMarker(info.Key); ok {
			f.archive.tell(id, info.Key)
		}
	}
	return nil
}

// compare lists all documents, tells of what is not as it was, and clears old markers away.
func (f *follower) compare(ctx context.Context) error {
	marks, err := f.archive.marks(ctx)
	if err != nil {
		return err
	}
	for key := range f.marks {
		if _, there := marks[key]; !there {
			f.archive.tell(idOf(key), "")
		}
	}
	for key, mark := range marks {
		if f.marks != nil && f.marks[key] != mark {
			f.archive.tell(idOf(key), "")
		}
	}
	f.marks, f.truth = marks, f.archive.now()
	return f.sweep(ctx)
}

func (f *follower) sweep(ctx context.Context) error {
	old, err := f.archive.OldMarkers(ctx)
	for _, info := range old {
		if err := f.archive.Store.Delete(ctx, info.Key); err != nil {
			return fmt.Errorf("clear old changes: %w", err)
		}
		f.archive.watches.mu.Lock()
		delete(f.archive.watches.seen, info.Key)
		f.archive.watches.mu.Unlock()
	}
	return err
}

// OldMarkers gives the markers of changes that nobody needs any more: those a day old. Followers remove them, too.
func (a *Archive) OldMarkers(ctx context.Context) (old []Info, err error) {
	for info, err := range a.Store.List(ctx, "changes/", "") {
		if err != nil {
			return old, fmt.Errorf("list changes: %w", err)
		}
		_, at, ok := parseMarker(info.Key)
		if !ok || a.now().Sub(at) < markersKept {
			break // in order of time
		}
		old = append(old, info)
	}
	return old, nil
}

// marks lists all documents.
func (a *Archive) marks(ctx context.Context) (map[string]string, error) {
	marks := map[string]string{}
	for _, folder := range []string{conferences.folder, sessions.folder} {
		for info, err := range a.Store.List(ctx, folder+"/", "") {
			if err != nil {
				return nil, fmt.Errorf("list %s: %w", folder, err)
			}
			marks[info.Key] = info.Mark
		}
	}
	return marks, nil
}

func idOf(key string) string {
	return strings.TrimSuffix(key[strings.LastIndexByte(key, '/')+1:], ".json")
}

// parseMarker reads changes/<time>-<id>-<4 hex>.
func parseMarker(key string) (id string, at time.Time, ok bool) {
	name := strings.TrimPrefix(key, "changes/")
	stamp, rest, ok1 := strings.Cut(name, "-")
	end := strings.LastIndexByte(rest, '-')
	at, err := time.Parse(markerTime, stamp)
	if !ok1 || end < 1 || err != nil {
		return "", time.Time{}, false
	}
	return rest[:end], at, true
}
