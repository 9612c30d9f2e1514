package search

import (
	"context"
	"errors"
	"slices"

	"cabina/archive"
)

// errEnough ends a walk that has what it was for.
var errEnough = errors.New("enough")

// eachLine does the work of EachLine; do says false when it has had enough.
func (x *Index) eachLine(ctx context.Context, r *LinesRequest, do func(*Kwic) bool) error {
	keys, few, err := x.lineKeys(ctx, r)
	if err != nil {
		return err
	}
	if few {
		return x.eachKey(ctx, r, keys, do)
	}
	return x.eachBySession(ctx, r, do)
}

// step does f with the index as it is now. Nothing that waits for others may happen in it.
func (x *Index) step(ctx context.Context, r *LinesRequest, f func(w *walk) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	x.reading.RLock()
	defer x.reading.RUnlock()
	s := x.searching(&r.Request)
	defer s.done()
	w, err := s.walking(ctx)
	if err != nil {
		return err
	}
	return f(w)
}

// lineKeys gives the keys of all lines in order; few is false where there are more than are sorted.
func (x *Index) lineKeys(ctx context.Context, r *LinesRequest) (keys []lineKey, few bool, err error) {
	sample := newSample(r)
	take := func(texts []*foundText) error {
		for _, t := range texts {
			for _, o := range t.at {
				if sample != nil {
					sample.offer(t, o)
					continue
				}
				if len(keys) == MostSorted {
					return errEnough
				}
				keys = append(keys, r.key(t, o))
			}
		}
		return nil
	}
	err = x.step(ctx, r, func(w *walk) error { return w.each(ctx, r.compareSessions, take) })
	switch {
	case errors.Is(err, errEnough):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	case sample != nil:
		keys = sample.keys()
	}
	slices.SortFunc(keys, lineKey.compare)
	return keys, true, nil
}

// atOnce is how many lines are made before they are handed on.
const atOnce = 500

// eachKey makes the lines of keys, some at a time.
func (x *Index) eachKey(ctx context.Context, r *LinesRequest, keys []lineKey, do func(*Kwic) bool) error {
	for part := range slices.Chunk(keys, atOnce) {
		var lines []*Kwic
		err := x.step(ctx, r, func(w *walk) (err error) {
			lines, err = w.lines(ctx, part, r.Beside)
			return err
		})
		if err != nil {
			return err
		}
		for _, k := range lines {
			if !do(k) {
				return nil
			}
		}
	}
	return nil
}

// eachBySession makes the lines of one session after another.
func (x *Index) eachBySession(ctx context.Context, r *LinesRequest, do func(*Kwic) bool) error {
	var sessions []*archive.Session
	err := x.step(ctx, r, func(w *walk) (err error) {
		sessions, err = w.sessions(ctx, r.compareSessions)
		return err
	})
	if err != nil {
		return err
	}
	for _, doc := range sessions {
		var lines []*Kwic
		err := x.step(ctx, r, func(w *walk) error {
			texts, err := w.session(ctx, doc.ID)
			for _, l := range inOrder(texts) {
				lines = append(lines, w.line(l, texts, r.Beside))
			}
			return err
		})
		if err != nil {
			return err
		}
		for _, k := range lines {
			if !do(k) {
				return nil
			}
		}
	}
	return nil
}

// lines makes the lines of keys, without those that are no longer there or not to be seen any more.
func (w *walk) lines(ctx context.Context, keys []lineKey, beside bool) ([]*Kwic, error) {
	var out []*Kwic
	texts := map[string][]*foundText{} // by session, where those beside are asked for
	for _, k := range keys {
		t := w.reopen(k.text)
		if t == nil || k.at.last >= t.file.Cues || t.cut(k.at.cue, k.at.last) {
			continue
		}
		if _, known := texts[k.Session]; beside && !known {
			var err error
			if texts[k.Session], err = w.session(ctx, k.Session); err != nil {
				return nil, err
			}
		}
		out = append(out, w.line(placed{t, k.at}, texts[k.Session], beside))
	}
	return out, nil
}

// line makes one line; texts are those of its session that have any of the words, in which the words beside it are marked.
func (w *walk) line(l placed, texts []*foundText, beside bool) *Kwic {
	k := w.kwic(l.text, l.at)
	if beside {
		k.Beside = w.row(l, texts)
	}
	return k
}

// reopen gives a text as it was walked through; nil where it is another by now or not to be seen any more.
func (w *walk) reopen(id textID) *foundText {
	if now, ok := w.held(id.session, id.track); !ok || now != id {
		return nil
	}
	return w.text(id, nil)
}
