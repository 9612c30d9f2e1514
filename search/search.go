package search

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cabina/archive"

	"github.com/blevesearch/bleve/v2"
	bsearch "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"
)

// Request is one search. Query, by Parse, and Sessions must be set.
type Request struct {
	Query      *Query
	Languages  []archive.Language // of what is said; none: all
	Session    string             // only this one
	Conference string             // only this one's
	Limit      int                // moments on a page, 1 to 100; 0 is 10
	Cursor     string             // Next of the page before
	Around     bool               // with the neighbouring cues
	Viewer     archive.Viewer
	// Lang is the interface's language: addresses begin with it, and titles are in it where they can be. Empty is en.
	Lang string
	// Sessions gives today's document of a session, nil where there is none: what every hit is checked against. It must not read the store.
	Sessions func(id string) *archive.Session
}

// The bounds of Request.Limit.
const (
	defaultLimit = 10
	mostMoments  = 100
)

// BadCursor is a cursor that is not one of this query's.
type BadCursor struct{}

func (BadCursor) Error() string {
	return "the cursor belongs to another query; leave it out to begin at the first page"
}

// mostPassages are made into moments.
const mostPassages = 200

// Search finds moments. Errors are *QueryError where the query asks for too much, BadCursor, and what the context or the index says.
func (x *Index) Search(ctx context.Context, r Request) (*Answer, error) {
	x.reading.RLock()
	defer x.reading.RUnlock()
	if r.Limit = min(r.Limit, mostMoments); r.Limit <= 0 {
		r.Limit = defaultLimit
	}
	if r.Lang == "" {
		r.Lang = "en"
	}
	after, err := r.readCursor()
	if err != nil {
		return nil, err
	}
	s := searching{x: x, r: &r, files: map[string]*text{}}
	defer s.done()
	if err := s.look(ctx); err != nil {
		return nil, err
	}
	moments := s.moments()
	answer := s.page(moments, after)
	answer.Counts = s.counts(moments)
	if after == nil {
		if err := s.addTitled(ctx, answer); err != nil {
			return nil, err
		}
	}
	return answer, nil
}

// session gives today's document.
func (r *Request) session(id string) *archive.Session { return r.Sessions(id) }

// searching is one search on its way.
type searching struct {
	x        *Index
	r        *Request
	looks    []*look
	files    map[string]*text // cue files in use, by name; nil: not to be had
	releases []func()
}

// look is what one shelf found.
type look struct {
	shelf    *shelf
	books    []phrasebook
	total    int // passages with any word
	places   []*bsearch.TermFacet
	all      []*bsearch.TermFacet // places with all words
	passages map[textID][]found
}

// textID names a text as it was indexed.
type textID struct{ session, track, key string }

func (s *searching) done() {
	for _, release := range s.releases {
		release()
	}
}

// file gives an open cue file, nil where it cannot be had: the session is then taken in again.
func (s *searching) file(id textID) *text {
	name := s.x.files.name(id.session, id.track, id.key)
	if t, known := s.files[name]; known {
		return t
	}
	t, release, err := s.x.files.use(name)
	if err != nil {
		s.x.log.Warn("cue file cannot be read; it is made again", "session", id.session, "track", id.track, "err", err)
		if errors.Is(err, errDamaged) {
			_ = s.x.files.remove(name)
		}
		s.x.again(id.session)
		s.files[name] = nil
		return nil
	}
	s.files[name] = t
	s.releases = append(s.releases, release)
	return t
}

// look asks the shelves.
func (s *searching) look(ctx context.Context) error {
	rest := s.r.visible()
	for _, shelf := range s.x.shelves(rest != nil) {
		l := &look{shelf: shelf, passages: map[textID][]found{}}
		if err := s.compile(ctx, l); err != nil {
			return err
		}
		s.looks = append(s.looks, l)
	}
	s.weighTerms()
	for _, l := range s.looks {
		must, not := s.r.narrowing()
		if l.shelf == s.x.rest {
			must = append(must, rest)
		}
		if err := s.ask(ctx, l, must, not); err != nil {
			return err
		}
	}
	return nil
}

// compile makes the query into a shelf's words, and adds its counts to how rare they are.
func (s *searching) compile(ctx context.Context, l *look) error {
	low, err := l.shelf.index.Advanced()
	if err != nil {
		return fmt.Errorf("index %s: %w", l.shelf.name, err)
	}
	reader, err := low.Reader()
	if err != nil {
		return fmt.Errorf("index %s: %w", l.shelf.name, err)
	}
	defer reader.Close()
	c := compiler{x: s.x, shelf: l.shelf, reader: reader}
	if l.books, err = c.compile(s.r.Query, s.r.languages()); err != nil {
		return err
	}
	for i := range l.books {
		for _, w := range l.books[i].terms {
			counts, err := c.rarity(ctx, w)
			if err != nil {
				return err
			}
			l.books[i].counts = append(l.books[i].counts, counts)
		}
	}
	return nil
}

// weighTerms settles how much each term counts, over all shelves that are opened.
func (s *searching) weighTerms() {
	docs := 0
	counts := map[string][][][]int{} // by language, then by term
	for _, l := range s.looks {
		docs += l.shelf.documents()
		for _, b := range l.books {
			if counts[b.base] == nil {
				counts[b.base] = make([][][]int, len(b.terms))
			}
			for k := range b.terms {
				counts[b.base][k] = addCounts(counts[b.base][k], b.counts[k])
			}
		}
	}
	for _, l := range s.looks {
		for i := range l.books {
			b := &l.books[i]
			for k := range b.terms {
				b.idf = append(b.idf, weightOf(docs, counts[b.base][k]))
			}
		}
	}
}

// ask finds the best passages of a shelf, and where in them the words stand.
func (s *searching) ask(ctx context.Context, l *look, must, not []query.Query) error {
	var any, all []query.Query
	for i := range l.books {
		b := &l.books[i]
		var whole []query.Query
		complete := true
		for _, w := range b.terms {
			if len(w.forms) > 0 {
				any = append(any, w.query())
			}
			if !w.small {
				whole = append(whole, w.query())
				complete = complete && len(w.forms) > 0
			}
		}
		if complete && len(whole) > 0 {
			all = append(all, query.NewConjunctionQuery(whole))
		}
		for _, w := range b.without {
			not = append(not, w.exclusion()...)
		}
	}
	if len(any) == 0 {
		return nil
	}
	ctx = l.shelf.counting(ctx, fieldsOf(l.books))
	want := narrowed{query.NewDisjunctionQuery(any), must, not}
	best, err := l.find(ctx, want, mostPassages)
	if err != nil {
		return err
	}
	l.total, l.places = int(best.Total), placesOf(best)
	if len(s.r.Query.Terms) > 1 && len(all) > 0 && l.total > mostPassages {
		whole, err := l.find(ctx, narrowed{query.NewDisjunctionQuery(all), must, not}, 0)
		if err != nil {
			return err
		}
		l.all = placesOf(whole)
	}
	return l.locate(ctx, best)
}

// find asks for the best passages, and for counts by place.
func (l *look) find(ctx context.Context, q query.Query, size int) (*bleve.SearchResult, error) {
	req := bleve.NewSearchRequestOptions(q, size, 0, false)
	req.SortBy([]string{"-_score", "_id"})
	req.AddFacet(passageField, bleve.NewFacetRequest(passageField, 1<<20))
	if size == 0 {
		req.Score = "none"
	}
	res, err := l.shelf.index.SearchInContext(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("search the index %s: %w", l.shelf.name, err)
	}
	return res, nil
}

func placesOf(res *bleve.SearchResult) []*bsearch.TermFacet {
	if f := res.Facets[passageField]; f != nil && f.Terms != nil {
		return f.Terms.Terms()
	}
	return nil
}

// locate asks again for the passages that are wanted, now with the places of their words: asking that of all that match is what takes time.
func (l *look) locate(ctx context.Context, best *bleve.SearchResult) error {
	if len(best.Hits) == 0 {
		return nil
	}
	ids := make([]string, len(best.Hits))
	for i, hit := range best.Hits {
		ids[i] = hit.ID
	}
	var any []query.Query
	for _, b := range l.books {
		for _, w := range b.terms {
			if len(w.forms) > 0 {
				any = append(any, w.query())
			}
		}
	}
	these := query.NewDocIDQuery(ids)
	these.SetBoost(0)
	req := bleve.NewSearchRequestOptions(narrowed{query.NewDisjunctionQuery(any), []query.Query{these}, nil}, len(ids), 0, false)
	req.IncludeLocations = true
	res, err := l.shelf.index.SearchInContext(ctx, req)
	if err != nil {
		return fmt.Errorf("search the index %s: %w", l.shelf.name, err)
	}
	byBase := map[string]*phrasebook{}
	for i := range l.books {
		byBase[l.books[i].base] = &l.books[i]
	}
	for _, hit := range res.Hits {
		session, track, key, n, ok := parsePassageID(hit.ID)
		if !ok {
			continue
		}
		id := textID{session, track, key}
		l.passages[id] = append(l.passages[id], found{passage: n, locations: hit.Locations, books: byBase})
	}
	return nil
}

// placeOf takes a place apart: session, track and language.
func placeOf(term string) (session, track string, language archive.Language) {
	parts := strings.SplitN(term, "|", 3)
	if len(parts) < 3 {
		return "", "", ""
	}
	return parts[0], parts[1], archive.Language(parts[2])
}

// sees tells whether a text may be shown to the asker today, with the documents it needs.
func (s *searching) sees(session, track string) (*archive.Session, *archive.Track) {
	doc := s.r.session(session)
	if doc == nil {
		return nil, nil
	}
	t := doc.Track(track)
	if t == nil || t.Current() == nil || archive.Access(s.r.Viewer, doc, t) != archive.Yes {
		return nil, nil
	}
	return doc, t
}

// sortedTexts gives the texts that were found, in an order that does not change.
func (l *look) sortedTexts() []textID {
	var ids []textID
	for id := range l.passages {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b textID) int {
		return strings.Compare(a.session+"|"+a.track+"|"+a.key, b.session+"|"+b.track+"|"+b.key)
	})
	return ids
}
