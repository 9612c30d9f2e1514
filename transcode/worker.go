package transcode

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"cabina/archive"

	"golang.org/x/sync/errgroup"
)

// Worker makes the renditions that sessions want. Several workers may run in one process, in several and on several machines over the same bucket: each
// rendition is made under its lease, by one of them. Set the fields before the first call and do not change them.
type Worker struct {
	Archive *archive.Archive
	Tools   *Tools
	Scratch string // a folder for what is fetched and made; what dead processes left there is removed
	Jobs    int    // at once; 0: as many as there are processors, at most 4
	Program string // this program's version: after three failures another one tries again
	Log     *slog.Logger

	once    sync.Once
	startup error
	dir     string // of this process, in Scratch
	unlock  func()
	masters masters
	seen    archive.Sightings

	toolMu   sync.Mutex // guards toolName
	toolName string
}

// Progress is what Prepare tells of one rendition.
type Progress struct {
	Want  Want
	Part  float64 // 0 to 1
	Busy  bool    // somebody else is making it
	Done  bool    // it is there, or it failed
	Err   error   // why it failed
	Count int     // of those that are done
	Of    int     // of all that were to be made
}

// idleMasters is how many bytes of fetched masters are kept for the next job.
const idleMasters = 16 << 30

// How soon a session is looked at again whose job could not be done now. A change of the session comes through Watch in any case.
const (
	againBusy   = 5 * time.Second
	againWaits  = 20 * time.Second
	againFailed = time.Minute
)

// begin makes the process's own folder in scratch.
func (w *Worker) begin() error {
	w.once.Do(func() {
		w.dir, w.unlock, w.startup = scratch(w.Scratch)
		w.masters = masters{store: w.Archive.Store, dir: w.dir, limit: idleMasters}
		if w.Tools.Scratch == "" {
			w.Tools.Scratch = w.dir
		}
	})
	return w.startup
}

// Close removes what the worker has in scratch. Call it after Run and Prepare have returned.
func (w *Worker) Close() {
	if w.unlock != nil {
		w.unlock()
	}
}

func (w *Worker) jobs() int {
	if w.Jobs > 0 {
		return w.Jobs
	}
	return min(runtime.NumCPU(), 4)
}

func (w *Worker) log() *slog.Logger {
	if w.Log != nil {
		return w.Log
	}
	return slog.New(slog.DiscardHandler)
}

func (w *Worker) tool(ctx context.Context) (string, error) {
	w.toolMu.Lock()
	defer w.toolMu.Unlock()
	if w.toolName == "" {
		var err error
		if w.toolName, err = w.Tools.Version(ctx); err != nil {
			return "", err
		}
	}
	return w.toolName, nil
}

// Run follows the archive and makes what is wanted, until the context ends, which is no error.
func (w *Worker) Run(ctx context.Context) error {
	if err := w.begin(); err != nil {
		return err
	}
	defer w.Close()
	watch := w.Archive.Watch()
	defer watch.Close()
	q := newQueue()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return w.follow(ctx, watch, q) })
	for range w.jobs() {
		g.Go(func() error {
			for {
				want, ok := q.take(ctx)
				if !ok {
					return nil
				}
				again := w.work(ctx, want)
				q.done(want)
				if again > 0 {
					time.AfterFunc(again, func() { watch.Again(want.Session) })
				}
			}
		})
	}
	return g.Wait()
}

// follow keeps the queue filled with what changed sessions want.
func (w *Worker) follow(ctx context.Context, watch *archive.Watch, q *queue) error {
	for {
		ids, err := watch.Next(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			w.log().ErrorContext(ctx, "changes not read", "err", err)
			if !sleep(ctx, againBusy) {
				return nil
			}
			continue
		}
		for _, id := range ids {
			wants, err := w.plan(ctx, id)
			if err != nil && ctx.Err() == nil {
				w.log().WarnContext(ctx, "session not planned", "session", id, "err", err)
				time.AfterFunc(againBusy, func() { watch.Again(id) })
				continue
			}
			q.set(id, wants)
		}
	}
}

// plan gives what a session still wants; nothing where there is no session of that id, as of a conference.
func (w *Worker) plan(ctx context.Context, id string) ([]Want, error) {
	s, err := w.Archive.Session(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	there, err := have(ctx, w.Archive.Store, id)
	if err != nil {
		return nil, err
	}
	return Plan(s, there), w.endJobs(ctx, id, there)
}

// endJobs ends the jobs of renditions that are there: of a process that died between its last two writes.
func (w *Worker) endJobs(ctx context.Context, session string, there map[Name]archive.Info) error {
	made := map[string]bool{}
	for n := range there {
		made[n.Recipe] = true
	}
	prefix := "jobs/" + session + "/"
	for info, err := range w.Archive.Store.List(ctx, prefix, "") {
		if err != nil {
			return fmt.Errorf("jobs of %s: %w", session, err)
		}
		recipe := strings.TrimSuffix(strings.TrimPrefix(info.Key, prefix), ".json")
		if !made[recipe] {
			continue
		}
		if lease, err := w.Archive.TryLease(ctx, session, recipe, w.Program, &w.seen); err == nil { // else its maker lives and ends it
			if err := lease.Done(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// work does one job of the queue and says after how long its session is to be looked at again; 0: not unless it changes.
func (w *Worker) work(ctx context.Context, want Want) (again time.Duration) {
	err := w.attempt(ctx, want, true, nil)
	switch {
	case err == nil, ctx.Err() != nil:
		return 0
	case errors.Is(err, archive.ErrBusy), errors.Is(err, archive.ErrLost):
		return againBusy
	case errors.Is(err, archive.ErrWaits):
		return againWaits
	case noFault(err):
		w.log().WarnContext(ctx, "rendition put off", "session", want.Session, "track", want.Name.Track, "profile", want.Profile, "recipe", want.Name.Recipe, "err", err)
		return againWaits
	}
	w.log().ErrorContext(ctx, "rendition failed", "session", want.Session, "track", want.Name.Track, "profile", want.Profile, "recipe", want.Name.Recipe, "err", err)
	return againFailed + time.Second
}

// Prepare makes what a session wants of the given profiles, in the order of work, and tells how far it is. It takes the same leases as Run: what somebody
// else is making it waits for. The error joins those of all renditions that failed; the others are made all the same.
func (w *Worker) Prepare(ctx context.Context, session string, profiles []string, tell func(Progress)) error {
	if err := w.begin(); err != nil {
		return err
	}
	tried := map[Name]bool{}
	left := func() ([]Want, error) {
		wants, err := w.plan(ctx, session)
		return slices.DeleteFunc(wants, func(x Want) bool { return tried[x.Name] || !slices.Contains(profiles, x.Profile) }), err
	}
	wants, err := left()
	if err != nil {
		return err
	}
	all := len(wants)
	var mu sync.Mutex // guards count and failed, and lets tell be called once at a time
	var failed []error
	count := 0
	say := func(p Progress) {
		mu.Lock()
		defer mu.Unlock()
		if p.Done {
			count++
		}
		if p.Err != nil {
			failed = append(failed, fmt.Errorf("%s of %s: %w", p.Want.Profile, p.Want.Name.Track, p.Err))
		}
		if p.Count, p.Of = count, all; tell != nil {
			tell(p)
		}
	}
	for len(wants) > 0 {
		var g errgroup.Group
		g.SetLimit(w.jobs())
		for _, want := range wants {
			tried[want.Name] = true
			g.Go(func() error {
				err := w.prepare(ctx, want, say)
				say(Progress{Want: want, Part: 1, Done: true, Err: err})
				return nil
			})
		}
		_ = g.Wait()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if wants, err = left(); err != nil { // what could not be made before: a tail, now that its picture is there
			return err
		}
		all += len(wants)
	}
	return errors.Join(failed...)
}

// prepare makes one rendition, or waits for whoever makes it.
func (w *Worker) prepare(ctx context.Context, want Want, say func(Progress)) error {
	for {
		err := w.attempt(ctx, want, false, func(f float64) { say(Progress{Want: want, Part: f}) })
		if !errors.Is(err, archive.ErrBusy) && !errors.Is(err, archive.ErrLost) {
			return err
		}
		say(Progress{Want: want, Busy: true})
		if !sleep(ctx, time.Second) {
			return ctx.Err()
		}
		if ok, err := w.there(ctx, want); ok || err != nil {
			return err
		}
	}
}

// sleep waits for d; false: the context ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
