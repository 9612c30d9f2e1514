package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"cabina/archive"

	bsearch "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"
	index "github.com/blevesearch/bleve_index_api"
)

// A walk goes through every place where a query's terms were said, session by session: what lines, counts over time and equivalents are made of.
// Search itself looks at the best passages only. Memory is that of one session.

// walk is a query that is made into the words of the shelves, and can be asked of one session after another.
type walk struct {
	*searching
	wants []narrowed // of each look; want is nil where its shelf has none of the words
}

// foundText is one text of a session with the places where the terms stand in it, in order.
type foundText struct {
	id    textID
	doc   *archive.Session
	track *archive.Track
	v     *archive.Version
	file  *text
	cuts  []archive.Cut
	at    []occurrence
}

// walking compiles the request. What follows is right only while x.reading is held.
func (s *searching) walking(ctx context.Context) (*walk, error) {
	w := &walk{searching: s}
	must, not := s.r.narrowing()
	for _, shelf := range s.shelves {
		l := &look{shelf: shelf}
		if err := s.compile(ctx, l); err != nil {
			return nil, err
		}
		s.looks = append(s.looks, l)
		n := l.every()
		n.must, n.not = must, slices.Concat(n.not, not)
		if shelf == s.x.rest {
			n.must = append(slices.Clone(must), s.rest)
		}
		w.wants = append(w.wants, n)
	}
	return w, nil
}

// everyForm gives the forms by which each place of a term is found; of small words beside others none.
func everyForm(w *wanted) []form {
	if w.small {
		return nil
	}
	return w.every
}

// every makes the query for all places of the words that count.
func (l *look) every() narrowed {
	var n narrowed
	var any []query.Query
	for i := range l.books {
		b := &l.books[i]
		for k := range b.terms {
			for _, f := range everyForm(&b.terms[k]) {
				any = append(any, f.query()...)
			}
		}
		for _, w := range b.without {
			n.not = append(n.not, w.exclusion()...)
		}
	}
	if len(any) > 0 {
		n.want = query.NewDisjunctionQuery(any)
	}
	return n
}

// sessions gives the sessions in which the asker may find any of the words, in the order of less.
func (w *walk) sessions(ctx context.Context, compare func(a, b *archive.Session) int) ([]*archive.Session, error) {
	var out []*archive.Session
	seen := map[string]bool{}
	for i, l := range w.looks {
		if w.wants[i].want == nil {
			continue
		}
		res, err := l.find(ctx, w.wants[i], 0)
		if err != nil {
			return nil, err
		}
		for _, p := range placesOf(res) {
			session, track, _ := placeOf(p.Term)
			if seen[session] {
				continue
			}
			if doc, _ := w.sees(session, track); doc != nil {
				seen[session] = true
				out = append(out, doc)
			}
		}
	}
	slices.SortFunc(out, compare)
	return out, nil
}

// bySession is the order of sessions: by day and hour, those without at the end, then by id.
func bySession(a, b *archive.Session) int {
	return cmp.Or(strings.Compare(hourOf(a), hourOf(b)), strings.Compare(a.ID, b.ID))
}

// hourOf gives a session's day and hour in a form that sorts.
func hourOf(s *archive.Session) string {
	if at := s.Date(); !at.IsZero() {
		return at.UTC().Format(time.RFC3339)
	}
	return "~"
}

// session gives the texts of a session with all places of the words, in the document's order.
func (w *walk) session(ctx context.Context, id string) ([]*foundText, error) {
	texts := map[string]*foundText{} // by track: a text that just moves from one shelf to the other is taken once
	for i, l := range w.looks {
		if w.wants[i].want == nil {
			continue
		}
		passages, err := l.passagesOf(ctx, w.wants[i], id)
		if err != nil {
			return nil, err
		}
		for text, found := range passages {
			if known := texts[text.track]; known != nil && len(known.at) > 0 {
				continue
			}
			if t := w.text(text, found); t != nil {
				texts[text.track] = t
			}
		}
	}
	var out []*foundText
	for _, t := range texts {
		if len(t.at) > 0 {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b *foundText) int { return compareTracks(a.track.ID, b.track.ID) })
	return out, nil
}

// compareTracks sorts t2 before t10.
func compareTracks(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// text finds the places in one text; nil where the asker may not see it.
func (w *walk) text(id textID, passages []found) *foundText {
	doc, track := w.sees(id.session, id.track)
	if doc == nil {
		return nil
	}
	file := w.file(id)
	if file == nil {
		return nil
	}
	t := &foundText{id: id, doc: doc, track: track, v: versionOf(track, file), file: file, cuts: doc.Cuts(track)}
	if t.v.Withdrawn {
		return nil
	}
	for _, p := range passages {
		first, end := 0, 0
		if p.passage < file.Passages {
			first, end = file.passage(p.passage)
		}
		for _, o := range p.occurrences(file, everyForm) {
			if o.cue >= first && o.cue < end && !t.cut(o.cue, o.last) { // what begins in the tail is the next passage's
				t.at = append(t.at, o)
			}
		}
	}
	t.at = slices.CompactFunc(tidy(t.at), func(a, b occurrence) bool {
		return a.cue == b.cue && a.from == b.from && a.last == b.last && a.to == b.to
	})
	return t
}

// cut is true where any of the cues [first, last] lies in a stretch that was withdrawn since the index was made.
func (t *foundText) cut(first, last int) bool {
	for i := first; i <= last && len(t.cuts) > 0; i++ {
		if inCuts(t.cuts, t.file, i) {
			return true
		}
	}
	return false
}

// passagesOf gives the passages of one session that match, with where the words stand.
func (l *look) passagesOf(ctx context.Context, n narrowed, session string) (map[textID][]found, error) {
	reader, err := l.shelf.reader()
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	n.must = append(slices.Clone(n.must), keyword(sessionField, session))
	books := l.byBase()
	out := map[textID][]found{}
	err = eachMatch(ctx, reader, l.shelf, n, func(id string, m *bsearch.DocumentMatch) {
		if s, track, key, p, ok := parsePassageID(id); ok {
			text := textID{s, track, key}
			out[text] = append(out[text], found{passage: p, locations: m.Locations, books: books})
		}
	})
	if err != nil {
		return nil, fmt.Errorf("go through %s in the index %s: %w", session, l.shelf.name, err)
	}
	return out, nil
}

// eachMatch goes through all documents that match, in no order, with the places of the words and without scores.
func eachMatch(ctx context.Context, reader index.IndexReader, s *shelf, q query.Query, do func(id string, m *bsearch.DocumentMatch)) (err error) {
	searcher, err := q.Searcher(ctx, reader, s.index.Mapping(), bsearch.SearcherOptions{IncludeTermVectors: true, Score: "none"})
	if err != nil {
		return err
	}
	defer func() {
		if closing := searcher.Close(); err == nil {
			err = closing
		}
	}()
	c := &bsearch.SearchContext{DocumentMatchPool: bsearch.NewDocumentMatchPool(searcher.DocumentMatchPoolSize()+1, 0), IndexReader: reader}
	for n := 0; ; n++ {
		if n%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		m, err := searcher.Next(c)
		if err != nil || m == nil {
			return err
		}
		id, err := reader.ExternalID(m.IndexInternalID)
		if err != nil {
			return err
		}
		m.Complete(nil)
		do(id, m)
		c.DocumentMatchPool.Put(m)
	}
}

func (l *look) byBase() map[string]*phrasebook {
	books := map[string]*phrasebook{}
	for i := range l.books {
		books[l.books[i].base] = &l.books[i]
	}
	return books
}
