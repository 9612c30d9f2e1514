package main

import (
	"context"
	"fmt"
	"os"

	"cabina/archive"
	"cabina/archive/disk"
	"cabina/transcode"
)

// rebuildCmd makes all that is derived and is not there: measures, renditions of every profile, and the index anew. Who deleted all of it has the same
// archive afterwards, with the same ids, addresses, playlists and answers.
type rebuildCmd struct {
	Sessions []string `arg:"" optional:"" name:"session" help:"Only these sessions; the index is left as it is then."`
}

// Run rebuilds. It can be stopped and repeated at any point.
func (c *rebuildCmd) Run(ctx context.Context, a *app) error {
	arc, conf, err := a.open(ctx, toWrite)
	if err != nil {
		return err
	}
	dir, remove, err := scratch(conf)
	if err != nil {
		return err
	}
	defer remove()
	tools := mediaTools(dir)
	if err := tools.Check(); err != nil {
		return err
	}
	r := rebuilding{app: a, arc: arc, measures: &transcode.Measures{Store: arc.Store, Tools: tools}, scratch: dir, progress: newProgress(a.Err)}
	ids, failed, err := r.all(ctx, c.Sessions)
	if err != nil {
		return err
	}
	r.progress.clear()
	ok, err := a.prepare(ctx, arc, conf, ids, allProfiles())
	if err != nil {
		return err
	}
	if len(c.Sessions) > 0 {
		return saidIf(failed || !ok)
	}
	if serverRuns(ctx, conf.Cache) {
		fmt.Fprintln(a.Out, "The index is kept by the cabina serve that runs on this cache.")
	} else if err := reindex(ctx, a, arc, conf); err != nil {
		return err
	}
	return saidIf(failed || !ok)
}

// saidIf is errSaid where something failed.
func saidIf(failed bool) error {
	if failed {
		return errSaid
	}
	return nil
}

// rebuilding is the measuring of rebuild.
type rebuilding struct {
	app      *app
	arc      *archive.Archive
	measures *transcode.Measures
	scratch  string
	progress *progress
}

// all measures sessions, those named or else every one, and gives their ids. failed is true where one could not be measured, which was said then.
func (r *rebuilding) all(ctx context.Context, named []string) (ids []string, failed bool, err error) {
	sessions := r.arc.Sessions(ctx)
	if len(named) > 0 {
		sessions = func(yield func(*archive.Session, error) bool) {
			for _, id := range named {
				if !yield(session(ctx, r.arc, id)) {
					return
				}
			}
		}
	}
	for s, err := range sessions {
		if err == nil {
			ids = append(ids, s.ID)
			if err = r.session(ctx, s); err != nil {
				err = fmt.Errorf("%s: %w", s.ID, err)
			}
		}
		if ctx.Err() != nil {
			return nil, true, ctx.Err()
		}
		if err != nil {
			r.say(err)
			failed = true
		}
	}
	return ids, failed, nil
}

func (r *rebuilding) say(err error) {
	r.progress.clear()
	fmt.Fprintln(r.app.Err, oneLine(err.Error()))
}

// session measures again what versions of a session are made of, each master once.
func (r *rebuilding) session(ctx context.Context, s *archive.Session) error {
	done := map[string]bool{}
	for _, t := range s.Live(archive.Video, archive.Audio) {
		for _, p := range t.Current().Parts {
			if done[string(p.Master)+p.Stream] {
				continue
			}
			done[string(p.Master)+p.Stream] = true
			if err := r.part(ctx, s.ID, t, p); err != nil {
				return fmt.Errorf("%s: %w", t.ID, err)
			}
		}
	}
	return nil
}

func (r *rebuilding) part(ctx context.Context, id string, t *archive.Track, p archive.Part) error {
	var fetched string
	defer func() {
		if fetched != "" {
			_ = os.Remove(fetched) // scratch, which is removed as a whole anyway
		}
	}()
	open := func() (path string, err error) {
		path, fetched, err = localMaster(ctx, r.arc, p.Master, r.scratch, fetched)
		return path, err
	}
	if _, err := r.measures.Facts(ctx, p.Master, open); err != nil || t.Kind != archive.Audio {
		return err
	}
	_, err := r.measures.Sound(ctx, p.Master, p.Stream, open, func(done float64) {
		r.progress.say("%s: listening to %s, %d %%", id, t.ID, int(done*100))
	})
	return err
}

// localMaster gives the path at which a master's bytes can be read on this machine: in a store on disk its own, else a copy in dir, which is fetched
// once and given as fetched.
func localMaster(ctx context.Context, arc *archive.Archive, ref archive.Ref, dir, was string) (path, fetched string, err error) {
	if was != "" {
		return was, was, nil
	}
	info, err := arc.Store.Stat(ctx, ref.Key())
	if err != nil {
		return "", "", err
	}
	r, err := arc.Store.Range(ctx, ref.Key(), 0, info.Size)
	if err != nil {
		return "", "", err
	}
	defer r.Close()
	if f, ok := r.(*os.File); ok {
		if _, local := arc.Store.(*disk.Store); local {
			return f.Name(), "", nil
		}
	}
	s, err := archive.Spool(ctx, r, dir)
	if err != nil {
		return "", "", err
	}
	if s.Ref != ref {
		s.Remove()
		return "", "", fmt.Errorf("master %s is damaged: its bytes have the hash %s", ref, s.Ref)
	}
	return s.Path, s.Path, nil
}
