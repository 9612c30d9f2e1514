package search

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/blevesearch/bleve/v2"
	bsearch "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"
)

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

// look asks the shelves.
func (s *searching) look(ctx context.Context) error {
	for _, shelf := range s.shelves {
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
			must = append(must, s.rest)
		}
		if err := s.ask(ctx, l, must, not); err != nil {
			return err
		}
	}
	return nil
}

// compile makes the query into a shelf's words, and adds its counts to how rare they are.
func (s *searching) compile(ctx context.Context, l *look) error {
	reader, err := l.shelf.reader()
	if err != nil {
		return err
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

// ask finds the best passages of a shelf, and where in them the words stand. Between the two questions the index may have moved on; then both are
// asked again.
func (s *searching) ask(ctx context.Context, l *look, must, not []query.Query) error {
	any, all := l.queries()
	if any.want == nil {
		return nil
	}
	any.must, any.not = must, slices.Concat(any.not, not)
	all.must, all.not = any.must, any.not
	ctx = l.shelf.counting(ctx, fieldsOf(l.books))
	for try := 1; ; try++ {
		best, err := l.find(ctx, any, mostPassages)
		if err != nil {
			return err
		}
		l.total, l.places = int(best.Total), placesOf(best)
		if whole, err := l.locate(ctx, any, best); err != nil {
			return err
		} else if whole || try == mostTries {
			break
		}
	}
	if len(s.r.Query.Terms) == 1 || all.want == nil || l.total <= mostPassages {
		return nil
	}
	whole, err := l.find(ctx, all, 0)
	if err != nil {
		return err
	}
	l.all = placesOf(whole)
	return nil
}

// mostTries bounds how often a search begins again because the index moves on under it.
const mostTries = 5

// queries makes the queries for any of the words that count, which small words only help to rank, and for all of them in one language. They want
// nothing where the shelf has none.
func (l *look) queries() (any, all narrowed) {
	var some, whole []query.Query
	for i := range l.books {
		b := &l.books[i]
		var together []query.Query
		complete := true
		for _, w := range b.terms {
			switch {
			case len(w.forms) == 0:
				complete = complete && w.small
			case w.small:
				any.also = append(any.also, w.query())
			default:
				some, together = append(some, w.query()), append(together, w.query())
			}
		}
		if complete && len(together) > 0 {
			whole = append(whole, query.NewConjunctionQuery(together))
		}
		for _, w := range b.without {
			any.not = append(any.not, w.exclusion()...)
		}
	}
	if len(some) > 0 {
		any.want = query.NewDisjunctionQuery(some)
	}
	if len(whole) > 0 {
		all.want = query.NewDisjunctionQuery(whole)
	}
	return any, all
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

// locate asks again for the passages that are wanted, now with the places of their words: asking that of all that match is what takes time. False:
// some are not there any more.
func (l *look) locate(ctx context.Context, any narrowed, best *bleve.SearchResult) (bool, error) {
	clear(l.passages)
	if len(best.Hits) == 0 {
		return true, nil
	}
	ids := make([]string, len(best.Hits))
	for i, hit := range best.Hits {
		ids[i] = hit.ID
	}
	these := query.NewDocIDQuery(ids)
	these.SetBoost(0)
	req := bleve.NewSearchRequestOptions(narrowed{want: any.want, also: any.also, must: []query.Query{these}}, len(ids), 0, false)
	req.IncludeLocations = true
	res, err := l.shelf.index.SearchInContext(ctx, req)
	if err != nil {
		return false, fmt.Errorf("search the index %s: %w", l.shelf.name, err)
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
	return len(res.Hits) == len(ids), nil
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
