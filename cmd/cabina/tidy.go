package main

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"cabina/archive"
	"cabina/archive/disk"
	"cabina/archive/s3"
	"cabina/config"
	"cabina/transcode"
)

// tidyCmd lists what nobody needs any more, and removes it where it is told to: superseded renditions, what was never finished, jobs and markers of the past, scratch of
// killed processes. Never a master, never a document, never what somebody works on now: a rendition is taken away under its own lease, after it was judged once more.
type tidyCmd struct {
	Yes       bool   `help:"Remove what is listed."`
	OlderThan string `default:"1d" placeholder:"1d" help:"How long ago an upload to the bucket must have been begun to count as left behind."`
}

// Run tidies.
func (c *tidyCmd) Run(ctx context.Context, a *app) error {
	age, err := parseAge(c.OlderThan)
	if err != nil {
		return wrong("--older-than: %w", err)
	}
	arc, conf, err := a.open(ctx, toRead)
	if err != nil {
		return err
	}
	if _, _, err := arc.Identity(ctx); err != nil && !isAbsent(err) {
		return err
	}
	if c.Yes {
		if err := arc.Init(ctx); err != nil {
			return err
		}
	}
	return newTidier(a, arc, conf, c.Yes, age).all(ctx)
}

func newTidier(a *app, arc *archive.Archive, conf *config.Config, yes bool, age time.Duration) *tidier {
	return &tidier{app: a, arc: arc, conf: conf, yes: yes, age: age, progress: newProgress(a.Err), sessions: map[string]*judged{},
		catalog: transcode.NewCatalog(arc, slog.New(slog.DiscardHandler))}
}

func (t *tidier) all(ctx context.Context) error {
	for _, step := range []func(context.Context) error{t.jobs, t.renditions, t.markers, t.checks, t.scratch, t.bucket} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	t.progress.clear()
	t.summary()
	return nil
}

// tidier is one run of tidy.
type tidier struct {
	app      *app
	arc      *archive.Archive
	conf     *config.Config
	yes      bool
	age      time.Duration
	progress *progress
	catalog  *transcode.Catalog
	seen     archive.Sightings

	sessions map[string]*judged
	kinds    []kindOfLeftover
}

// kindOfLeftover counts one kind, in the order in which they are found.
type kindOfLeftover struct {
	name  string
	n     int
	bytes int64
}

// leftover is one thing that nobody needs.
type leftover struct {
	kind  string // as "superseded rendition"
	name  string
	bytes int64
	// remove takes it away; false: it was not what it seemed, and is left.
	remove func(context.Context) (bool, error)
}

// found says a leftover, and removes it where that is wanted.
func (t *tidier) found(ctx context.Context, l leftover) error {
	t.progress.clear()
	if t.yes {
		removed, err := l.remove(ctx)
		if err != nil {
			return fmt.Errorf("%s %s: %w", l.kind, l.name, err)
		}
		if !removed {
			fmt.Fprintf(t.app.Out, "%-26s %s: left, somebody needs it now\n", l.kind, l.name)
			return nil
		}
	}
	fmt.Fprintf(t.app.Out, "%-26s %s  %s\n", l.kind, l.name, megabytes(l.bytes))
	i := slices.IndexFunc(t.kinds, func(k kindOfLeftover) bool { return k.name == l.kind })
	if i < 0 {
		i = len(t.kinds)
		t.kinds = append(t.kinds, kindOfLeftover{name: l.kind})
	}
	t.kinds[i].n++
	t.kinds[i].bytes += l.bytes
	return nil
}

func (t *tidier) summary() {
	var bytes int64
	n := 0
	for _, k := range t.kinds {
		n += k.n
		bytes += k.bytes
	}
	switch {
	case n == 0:
		fmt.Fprintln(t.app.Out, "There is nothing to tidy.")
	case t.yes:
		fmt.Fprintf(t.app.Out, "Removed: %s, %s.\n", count(n, "thing", "things"), megabytes(bytes))
	default:
		fmt.Fprintf(t.app.Out, "%s, %s. Nothing was removed; cabina tidy --yes removes them.\n", count(n, "thing", "things"), megabytes(bytes))
	}
}

// object is a leftover that is one key of the store.
func (t *tidier) object(kind string, info archive.Info) leftover {
	return leftover{kind, info.Key, info.Size, func(ctx context.Context) (bool, error) { return true, t.delete(ctx, info.Key) }}
}

// delete removes a key that may be removed at all.
func (t *tidier) delete(ctx context.Context, key string) error {
	for _, folder := range []string{"renditions/", "jobs/", "changes/", "checks/"} {
		if strings.HasPrefix(key, folder) {
			return t.arc.Store.Delete(ctx, key)
		}
	}
	return fmt.Errorf("%s is not derived and is never removed", key)
}

// markers finds the hints of changes that nobody follows any more.
func (t *tidier) markers(ctx context.Context) error {
	old, err := t.arc.OldMarkers(ctx)
	for _, info := range old {
		if err := t.found(ctx, t.object("old change marker", info)); err != nil {
			return err
		}
	}
	return err
}

// checks finds the keys that a `cabina check` raced for, where it was killed.
func (t *tidier) checks(ctx context.Context) error {
	for info, err := range t.arc.Store.List(ctx, "checks/", "") {
		if err != nil {
			return err
		}
		if time.Since(info.Modified) < time.Hour {
			continue
		}
		if err := t.found(ctx, t.object("left by a check", info)); err != nil {
			return err
		}
	}
	return nil
}

// scratch finds what killed imports and workers left in the cache, and killed writes in a store on disk.
func (t *tidier) scratch(ctx context.Context) error {
	commands, err := deadScratch(filepath.Join(t.conf.Cache, "scratch"))
	if err != nil {
		return err
	}
	workers, err := transcode.DeadScratch(workScratch(t.conf))
	if err != nil {
		return err
	}
	for _, dir := range append(commands, workers...) {
		l := leftover{"scratch of a dead process", dir, sizeOf(dir), func(context.Context) (bool, error) { return true, removeScratch(dir) }}
		if err := t.found(ctx, l); err != nil {
			return err
		}
	}
	store, ok := t.arc.Store.(*disk.Store)
	if !ok {
		return nil
	}
	stale, err := store.Stale(time.Now())
	if err != nil {
		return err
	}
	for _, f := range stale {
		l := leftover{"file of a write cut off", f.Path, f.Size, func(context.Context) (bool, error) { return true, f.Remove() }}
		if err := t.found(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

// sizeOf gives the bytes of the files in a folder, as far as they can be seen.
func sizeOf(dir string) (bytes int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
			bytes += info.Size()
		}
		return nil
	})
	return bytes
}

// bucket finds uploads that nobody finished. Of old versions it only speaks: a bucket that keeps them was told to.
func (t *tidier) bucket(ctx context.Context) error {
	store, ok := t.arc.Store.(*s3.Store)
	if !ok {
		return nil
	}
	uploads, err := store.Unfinished(ctx)
	if err != nil {
		return err
	}
	young := 0
	for _, u := range uploads {
		if time.Since(u.Begun) < t.age {
			young++
			continue
		}
		l := leftover{"upload never finished", u.Key + ", begun " + u.Begun.Local().Format("2006-01-02 15:04"), u.Size,
			func(ctx context.Context) (bool, error) { return true, store.Abort(ctx, u) }}
		if err := t.found(ctx, l); err != nil {
			return err
		}
	}
	if young > 0 {
		fmt.Fprintf(t.app.Out, "note: %s younger than --older-than %s may be under way and %s left alone\n", count(young, "upload", "uploads"), t.age, are(young))
	}
	n, bytes, known, err := store.OldVersions(ctx)
	if known && n > 0 {
		fmt.Fprintf(t.app.Out, "note: the bucket keeps %s that were replaced or deleted, %s; its lifecycle rules remove them, tidy does not\n", count(n, "object", "objects"), megabytes(bytes))
	}
	return err
}

func are(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
