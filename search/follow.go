package search

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"time"

	"cabina/archive"

	"golang.org/x/sync/errgroup"
)

const (
	batchSize = 750             // documents, but sessions stay whole: one document a batch exhausts file handles
	grace     = 5 * time.Second // a change younger than this may still be on its way into the index
	retryMost = 5 * time.Minute
)

// Follow keeps the index true to the archive until ctx ends: first all documents are compared with what the index acknowledges, then each change is
// taken in. A process runs it once. What fails (a store that does not answer, a text that cannot be read) is logged and tried again, ever more seldom.
func (x *Index) Follow(ctx context.Context) error {
	w := x.archive.Watch()
	defer w.Close()
	x.mu.Lock()
	x.watch = w
	x.mu.Unlock()
	defer func() {
		x.mu.Lock()
		x.watch = nil
		x.mu.Unlock()
	}()
	f := follower{x: x, watch: w, wake: make(chan struct{}, 1), tries: map[string]int{}}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return f.listen(ctx) })
	g.Go(func() error { return f.work(ctx) })
	return g.Wait()
}

// State says how far the index is.
func (x *Index) State() State {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := State{Complete: x.listed && len(x.first) == 0, AsOf: x.asOf.UTC().Truncate(time.Second)}
	for _, since := range x.pending {
		if x.now().Sub(since) > grace {
			s.Complete = false
		}
	}
	return s
}

// again has a session compared again: a cue file of it was missing or damaged.
func (x *Index) again(session string) {
	x.mu.Lock()
	w := x.watch
	x.mu.Unlock()
	if w != nil {
		w.Again(session)
	}
}

type follower struct {
	x     *Index
	watch *archive.Watch
	wake  chan struct{}
	tries map[string]int // of what failed, since it last succeeded; work's alone
}

// listen notes what changed as soon as it is told.
func (f *follower) listen(ctx context.Context) error {
	for {
		ids, err := f.watch.Next(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			f.x.log.WarnContext(ctx, "the index cannot list the documents; trying again", "err", err)
			if !rest(ctx, time.Second) {
				return nil
			}
			continue
		}
		f.x.note(ids)
		select {
		case f.wake <- struct{}{}:
		default:
		}
	}
}

// held gives the ids of all sessions the index holds anything of.
func (x *Index) held() []string {
	var ids []string
	for _, s := range []*shelf{x.public, x.rest} {
		s.mu.RLock()
		ids = slices.AppendSeq(ids, maps.Keys(s.receipts))
		s.mu.RUnlock()
	}
	return ids
}

// note puts ids on the list of what is to be taken in. The first list is that of all documents; what the index holds and it does not name was
// removed while nobody followed.
func (x *Index) note(ids []string) {
	held := x.held()
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.listed {
		x.listed = true
		ids = append(held, ids...)
		for _, id := range ids {
			x.first[id] = true
		}
	}
	for _, id := range ids {
		if _, known := x.pending[id]; !known {
			x.pending[id] = x.now()
		}
		x.queue[id] = true
	}
	x.settle()
}

// settle notes the time at which nothing is pending. x.mu is held.
func (x *Index) settle() {
	if x.listed && len(x.pending) == 0 {
		x.asOf = x.now()
	}
}

// take empties the list.
func (x *Index) take() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	ids := slices.Sorted(maps.Keys(x.queue))
	clear(x.queue)
	return ids
}

// taken notes that a session is in the index, as it was read. If it changed since, it is on the list again and stays pending.
func (x *Index) taken(id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.queue[id] {
		delete(x.pending, id)
	}
	delete(x.first, id)
	x.settle()
}

func (f *follower) work(ctx context.Context) error {
	tick := time.NewTicker(quiet)
	defer tick.Stop()
	swept := false
	for {
		if ids := f.x.take(); len(ids) > 0 {
			f.index(ctx, ids)
			continue
		}
		if !swept && f.x.caughtUp() {
			swept = true
			f.sweep(ctx)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-f.wake:
		case <-tick.C:
			if err := f.x.keepSums(quiet); err != nil {
				f.x.log.WarnContext(ctx, "checksums of the index not kept", "err", err)
			}
		}
	}
}

// caughtUp is true once all that was listed at start is in the index.
func (x *Index) caughtUp() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.listed && len(x.first) == 0
}

// sweep deletes cue files that no receipt names: what a crash left behind.
func (f *follower) sweep(ctx context.Context) {
	wanted := map[string]bool{}
	for _, s := range []*shelf{f.x.public, f.x.rest} {
		s.mu.RLock()
		for id, r := range s.receipts {
			for _, name := range f.x.fileNames(id, r) {
				wanted[name] = true
			}
		}
		s.mu.RUnlock()
	}
	f.x.reading.Lock()
	defer f.x.reading.Unlock()
	if err := f.x.files.only(wanted); err != nil {
		f.x.log.WarnContext(ctx, "old cue files not removed", "err", err)
	}
}

// index takes sessions in, many in one batch.
func (f *follower) index(ctx context.Context, ids []string) {
	var b batch
	for _, id := range ids {
		s, err := f.x.archive.Session(ctx, id)
		if errors.Is(err, fs.ErrNotExist) {
			s, err = nil, nil // removed, or the id of a conference
		}
		var p planned
		if err == nil {
			p, err = f.x.plan(ctx, id, s)
		}
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			f.failed(ctx, id, err)
			continue
		}
		if b.add(p); b.size >= batchSize {
			f.write(ctx, &b)
		}
	}
	f.write(ctx, &b)
}

// failed has a session tried again after 1, 2, 4 … s, at most 5 min.
func (f *follower) failed(ctx context.Context, id string, err error) {
	wait := min(time.Second<<min(f.tries[id], 10), retryMost)
	f.tries[id]++
	f.x.log.ErrorContext(ctx, "session not in the index; trying again", "session", id, "after", wait, "err", err)
	time.AfterFunc(wait, func() { f.watch.Again(id) })
}

// rest waits; false: ctx ended.
func rest(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
