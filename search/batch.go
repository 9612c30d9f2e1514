package search

import (
	"context"
	"errors"

	"cabina/archive"
)

// batch is what is written at once.
type batch struct {
	plans        []planned
	public, rest []change
	size         int
}

func (b *batch) add(p planned) {
	b.plans = append(b.plans, p)
	if p.done {
		return
	}
	if p.public.size() > 0 {
		b.public = append(b.public, p.public)
	}
	if p.rest.size() > 0 {
		b.rest = append(b.rest, p.rest)
	}
	b.size += p.public.size() + p.rest.size()
}

// write writes the batch, public first, so that what is hidden leaves before all else, and empties it.
func (f *follower) write(ctx context.Context, b *batch) {
	f.x.archive.Reached(archive.PointCues)
	err := f.x.public.apply(b.public)
	if err == nil {
		f.x.archive.Reached(archive.PointShelf)
		err = f.x.rest.apply(b.rest)
	}
	f.x.archive.Reached(archive.PointTaken)
	var spare []string
	for _, p := range b.plans {
		switch {
		case err != nil:
			f.failed(ctx, p.session, err)
			continue
		case p.failed != nil:
			f.failed(ctx, p.session, p.failed)
		default:
			delete(f.tries, p.session)
			f.x.taken(p.session)
		}
		spare = append(spare, p.spare...)
	}
	if err := f.x.removeFiles(spare); err != nil {
		f.x.log.WarnContext(ctx, "old cue files not removed", "err", err)
	}
	*b = batch{}
}

// removeFiles waits for the searches that run: they end with the files they began with.
func (x *Index) removeFiles(names []string) error {
	if len(names) == 0 {
		return nil
	}
	x.reading.Lock()
	defer x.reading.Unlock()
	var errs []error
	for _, name := range names {
		errs = append(errs, x.files.remove(name))
	}
	return errors.Join(errs...)
}
