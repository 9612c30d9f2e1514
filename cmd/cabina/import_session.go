package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cabina/archive"
	"cabina/transcode"
)

// session takes in one folder. ok is false where it was refused, which was said then; an error ends the whole run.
func (im *importer) session(ctx context.Context, src *source) (ok bool, err error) {
	w := &work{importer: im, src: src}
	defer w.clean()
	refused, err := w.take(ctx)
	var invalid *archive.Invalid
	var cannot cannotTake
	switch {
	case errors.As(err, &cannot):
		refused = []refusal{{src.Name, cannot.Error()}}
	case err == nil && len(refused) == 0:
		im.written = append(im.written, w.id)
		return true, nil
	case errors.As(err, &invalid):
		refused = []refusal{{sessionFile, invalid.Error()}}
	case ctx.Err() != nil:
		return false, ctx.Err()
	case err != nil:
		refused = []refusal{{src.Name, oneLine(err.Error()) + "; the same command goes on where it was"}}
	}
	im.refused++
	for _, r := range refused {
		im.refuse(src, r)
	}
	return false, nil
}

// cannotTake is why a folder as a whole is not taken in.
type cannotTake string

func (c cannotTake) Error() string { return string(c) }

// work is the taking in of one session.
type work struct {
	*importer
	src       *source
	described *described
	listing   listing
	merge     *merge
	id        string
	was       *archive.Session // as it stood; nil: it is new
}

// clean takes what was copied to scratch away.
func (w *work) clean() {
	for _, f := range w.listing.Files {
		if f.Master == nil {
			continue
		}
		for _, m := range f.Master.all() {
			if m.spool != nil {
				m.spool.Remove()
			}
		}
	}
}

// all gives a master and those that were taken out of it.
func (m *master) all() []*master {
	out := []*master{m}
	for i := range m.Inner {
		out = append(out, &m.Inner[i].master)
	}
	return out
}

// take goes the whole way for one folder: what is in it, what becomes of it, the masters, the document. Nothing is written before all of it is known to be
// right.
func (w *work) take(ctx context.Context) ([]refusal, error) {
	d, err := readDescribed(w.src)
	if err != nil {
		return []refusal{{sessionFile, oneLine(err.Error())}}, nil
	}
	w.described = d
	w.listing = tellFiles(w.src.Entries, d)
	conference := w.cmd.conferenceOf(w.src, d)
	key := keyOf(conference, w.src.Name)
	if other := w.taken[key]; other != "" && other != w.src.Dir {
		return nil, cannotTake(fmt.Sprintf("%s is called so too, and a folder's name ties it to its session; rename one of the two, or import them into different conferences", other))
	}
	w.taken[key] = w.src.Dir
	if err := w.locate(ctx, key); err != nil {
		return nil, err
	}
	refused, err := w.look(ctx)
	if err != nil {
		return nil, err
	}
	languages, err := w.channels(ctx, conference)
	if err != nil {
		return nil, err
	}
	p := decide(without(w.listing.Files, refused), languages, w.pictureKept())
	if refused = allRefused(append(refused, w.listing.Refused...), p.Refused); len(refused) > 0 {
		return refused, nil
	}
	p.Left = append(p.Left, w.listing.Left...)
	w.merge = &merge{plan: p, described: d, conference: conference, key: key, draft: w.cmd.Draft, token: newToken()}
	if w.arc != nil {
		w.merge.at, w.merge.by = w.arc.Stamp(), w.arc.By
	}
	// What the document's own rules refuse is refused before a byte is written.
	s, outcomes, err := w.rehearse()
	if err != nil {
		return nil, err
	}
	if w.cmd.DryRun {
		w.report(s, outcomes)
		return nil, nil
	}
	return w.write(ctx, outcomes)
}

// without gives the files that were not refused.
func without(files []*file, refused []refusal) []*file {
	return slices.DeleteFunc(slices.Clone(files), func(f *file) bool {
		return slices.ContainsFunc(refused, func(r refusal) bool { return r.Name == f.Name })
	})
}

// allRefused joins what was refused of single files and by the plan made of the others: so all is said at once. That the others make no session says
// nothing then.
func allRefused(files, planned []refusal) []refusal {
	for _, r := range planned {
		if r.Name != "" || len(files) == 0 {
			files = append(files, r)
		}
	}
	slices.SortStableFunc(files, func(a, b refusal) int { return strings.Compare(a.Name, b.Name) })
	return files
}

func readDescribed(src *source) (*described, error) {
	data, err := os.ReadFile(filepath.Join(src.Dir, sessionFile))
	if errors.Is(err, fs.ErrNotExist) {
		return &described{}, nil
	}
	if err != nil {
		return nil, err
	}
	return parseDescribed(data)
}

// locate finds the session that came from this folder before, else an id that is free.
func (w *work) locate(ctx context.Context, key string) error {
	ids, chosen := w.cmd.idsOf(w.src, w.described, key)
	w.id, w.was = ids[0], nil
	if w.arc == nil {
		return nil
	}
	if !chosen {
		id, err := w.byKey(ctx, key)
		if err != nil {
			return err
		}
		if id != "" {
			ids = []string{id}
		}
	}
	for _, id := range ids {
		s, err := w.arc.Session(ctx, id)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			w.id = id
			return nil
		case err != nil:
			return err
		case sameFolder(s, key), chosen && s.Import == nil:
			w.id, w.was = id, s
			return nil
		case chosen:
			return cannotTake(fmt.Sprintf("the session %s came from another folder, %q; choose another id for this one", id, s.Import.Key))
		}
	}
	return cannotTake(fmt.Sprintf("a hundred sessions are called %s already; choose an id with --id", ids[0]))
}

// byKey gives the id of the session that came from the folder of that key, empty where there is none. The documents are read once in a run.
func (im *importer) byKey(ctx context.Context, key string) (string, error) {
	if im.keys == nil {
		im.keys = map[string]string{}
		for s, err := range readable(ctx, im.arc) {
			if err != nil {
				return "", err
			}
			if s.Import != nil {
				im.keys[s.Import.Key] = s.ID
			}
		}
	}
	return im.keys[key], nil
}

// look looks into the files. They are copied to scratch only where a session may come of it: not in a dry run, and not where a name was refused already.
func (w *work) look(ctx context.Context) ([]refusal, error) {
	bytes := counter{}
	for _, f := range w.listing.Files {
		if st, err := os.Stat(filepath.Join(w.src.Dir, f.Name)); err == nil {
			bytes.total += st.Size()
		}
	}
	l := looker{tools: w.tools, seen: func(name string, n int64) {
		w.progress.say("%s: reading %s, %d %%", w.id, name, bytes.add(n))
	}}
	if !w.cmd.DryRun && len(w.listing.Refused) == 0 {
		l.scratch = w.scratch
	}
	if w.was != nil {
		if !w.cmd.DryRun {
			l.measures = &transcode.Measures{Store: w.arc.Store, Tools: w.tools}
		}
		l.known = func(r archive.Ref) bool { return names(w.was, r) }
	}
	refused, err := l.look(ctx, w.src.Dir, w.listing.Files)
	slices.SortFunc(refused, func(a, b refusal) int { return strings.Compare(a.Name, b.Name) })
	return refused, err
}

// pictureKept is the master of the picture that the session has; empty where it has none.
func (w *work) pictureKept() archive.Ref {
	if w.was == nil {
		return ""
	}
	if v := w.was.Picture().Current(); v != nil {
		return v.Parts[0].Master
	}
	return ""
}

// names is true of a session one of whose versions has that master.
func names(s *archive.Session, ref archive.Ref) bool {
	for _, t := range s.Tracks {
		for _, v := range t.Versions {
			for _, p := range v.Parts {
				if p.Master == ref {
					return true
				}
			}
		}
	}
	return false
}
