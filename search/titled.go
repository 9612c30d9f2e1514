package search

import (
	"context"
	"fmt"
	"slices"

	"cabina/archive"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/search/query"
)

// mostTitled is how many sessions found by their title alone an answer has.
const mostTitled = 10

// addTitled adds the sessions whose title, summary, people and topics have all words, unless moments of them are on the page. A query that asks
// for a role, an origin or a speaker is one for what was said.
func (s *searching) addTitled(ctx context.Context, a *Answer) error {
	for _, f := range s.r.Query.Filters {
		if slices.Contains([]FilterName{Lang, RoleFilter, Origin, Speaker}, f.Name) {
			return nil
		}
	}
	with := map[string]bool{}
	for _, f := range a.Sessions {
		with[f.ID] = true
	}
	for _, l := range s.looks {
		ids, err := s.titled(ctx, l.shelf)
		if err != nil {
			return err
		}
		for _, id := range ids {
			doc := s.r.session(id)
			if doc == nil || with[id] || archive.Access(s.r.Viewer, doc, nil) != archive.Yes {
				continue
			}
			with[id] = true
			a.Sessions = append(a.Sessions, s.found(doc))
		}
	}
	return nil
}

// titled gives the ids of a shelf's sessions that have all words, best first. Words need not all be in one language: a title is, a name is in none.
func (s *searching) titled(ctx context.Context, shelf *shelf) ([]string, error) {
	books, err := s.titleBooks(shelf)
	if err != nil || len(books) == 0 {
		return nil, err
	}
	var all []query.Query
	for k := range s.r.Query.Terms {
		var any []query.Query
		small := false
		for _, b := range books {
			small = small || b.terms[k].small
			if len(b.terms[k].forms) > 0 {
				any = append(any, b.terms[k].query())
			}
		}
		if small {
			continue
		}
		if len(any) == 0 {
			return nil, nil
		}
		all = append(all, query.NewDisjunctionQuery(any))
	}
	if len(all) == 0 {
		return nil, nil
	}
	var not []query.Query
	for _, b := range books {
		for _, w := range b.without {
			not = append(not, w.exclusion()...)
		}
	}
	must, excluded := s.r.withoutLanguages().narrowing()
	if shelf == s.x.rest {
		must = append(must, s.rest)
	}
	q := narrowed{want: query.NewConjunctionQuery(all), must: must, not: append(not, excluded...)}
	req := bleve.NewSearchRequestOptions(q, mostTitled, 0, false)
	req.SortBy([]string{"-_score", "_id"})
	res, err := shelf.index.SearchInContext(shelf.counting(ctx, fieldsOf(books)), req)
	if err != nil {
		return nil, fmt.Errorf("search the index %s for titles: %w", shelf.name, err)
	}
	var ids []string
	for _, hit := range res.Hits {
		ids = append(ids, hit.ID)
	}
	return ids, nil
}

// titleBooks makes the query into the words that sessions have. Names and topics are in the languages asked for, whichever those are.
func (s *searching) titleBooks(shelf *shelf) ([]phrasebook, error) {
	reader, err := shelf.reader()
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	keep := s.r.languages()
	c := compiler{x: s.x, shelf: shelf, reader: reader, prefix: "d"}
	return c.compile(s.r.Query, func(base string) bool { return base == string(archive.FloorLanguage) || keep(base) })
}

// withoutLanguages gives the request for sessions, which have no language.
func (r *Request) withoutLanguages() *Request {
	all := *r
	all.Languages = nil
	return &all
}
