package search

import (
	"context"
	"errors"
	"strings"
	"time"

	"cabina/archive"

	"github.com/blevesearch/bleve/v2/mapping"
	bsearch "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"
	"github.com/blevesearch/bleve/v2/search/searcher"
	index "github.com/blevesearch/bleve_index_api"
)

// narrowed is a query that documents must match as well as all of must, without scoring those, and none of not; what they match of also only adds to their score. (bleve's own BooleanQuery leaves a
// clause out that can match nothing, and then finds everything else.)
type narrowed struct {
	want query.Query
	also []query.Query
	must []query.Query
	not  []query.Query
}

// Searcher is what bleve asks of a query.
func (n narrowed) Searcher(ctx context.Context, r index.IndexReader, m mapping.IndexMapping, o bsearch.SearcherOptions) (s bsearch.Searcher, err error) {
	var opened []bsearch.Searcher
	defer func() {
		if err != nil {
			for _, s := range opened {
				err = errors.Join(err, s.Close())
			}
		}
	}()
	open := func(q query.Query, o bsearch.SearcherOptions) (bsearch.Searcher, error) {
		s, err := q.Searcher(ctx, r, m, o)
		if err == nil {
			opened = append(opened, s)
		}
		return s, err
	}
	want, err := open(n.want, o)
	if err != nil {
		return nil, err
	}
	all := []bsearch.Searcher{want}
	silent := bsearch.SearcherOptions{Score: "none"}
	for _, q := range n.must {
		s, err := open(q, silent)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	s = want
	if len(all) > 1 {
		if s, err = searcher.NewConjunctionSearcher(ctx, r, all, o); err != nil {
			return nil, err
		}
	}
	var also, without bsearch.Searcher
	if len(n.also) > 0 {
		if also, err = open(query.NewDisjunctionQuery(n.also), o); err != nil {
			return nil, err
		}
	}
	if len(n.not) > 0 {
		if without, err = open(query.NewDisjunctionQuery(n.not), silent); err != nil {
			return nil, err
		}
	}
	if also == nil && without == nil {
		return s, nil
	}
	return searcher.NewBooleanSearcher(ctx, r, s, also, without, o)
}

// narrowing is what a request asks of documents besides the words.
func (r *Request) narrowing() (must, not []query.Query) {
	byName := map[FilterName][]query.Query{}
	for _, f := range r.Query.Filters {
		q := filterQuery(f)
		if f.Not {
			not = append(not, q)
			continue
		}
		byName[f.Name] = append(byName[f.Name], q)
	}
	if r.Session != "" {
		must = append(must, keyword(sessionField, r.Session))
	}
	if r.Conference != "" {
		must = append(must, keyword(conferenceField, r.Conference))
	}
	if len(r.Languages) > 0 {
		var any []query.Query
		for _, l := range r.Languages {
			any = append(any, languageQuery(string(l)))
		}
		must = append(must, query.NewDisjunctionQuery(any))
	}
	for name, any := range byName {
		if name == Before || name == After {
			must = append(must, any...)
			continue
		}
		must = append(must, query.NewDisjunctionQuery(any))
	}
	return must, not
}

func keyword(field, value string) query.Query {
	q := query.NewTermQuery(value)
	q.SetField(field)
	q.SetBoost(0)
	return q
}

func filterQuery(f Filter) query.Query {
	switch f.Name {
	case Lang:
		return languageQuery(f.Value)
	case RoleFilter:
		return keyword(roleField, f.Value)
	case Origin:
		return keyword(originField, f.Value)
	case ConferenceName:
		return keyword(conferenceField, f.Value)
	case SessionName:
		return keyword(sessionField, f.Value)
	case Topic:
		return keyword(topicField, fold(strings.ToLower(f.Value)))
	case Speaker:
		return speakerQuery(f.Value)
	}
	day, _ := time.Parse("2006-01-02", f.Value) // Parse read it
	n, yes, no := dayNumber(day), true, false
	q := query.NewNumericRangeInclusiveQuery(nil, &n, nil, &no)
	if f.Name == After {
		q = query.NewNumericRangeInclusiveQuery(&n, nil, &yes, nil)
	}
	q.SetField(dateField)
	q.SetBoost(0)
	return q
}

// languageQuery takes a tag with a region as it is, a language with all its regions, and mul for the floor: what is said there in several languages.
func languageQuery(tag string) query.Query {
	tag = strings.ToLower(tag)
	switch base := baseOf(archive.Language(tag)); {
	case tag == string(archive.FloorLanguage):
		return query.NewDisjunctionQuery([]query.Query{keyword(baseField, base), keyword(roleField, string(archive.Floor))})
	case strings.Contains(tag, "-"):
		return keyword(languageField, tag)
	default:
		return keyword(baseField, base)
	}
}

// speakerQuery wants all words of a name.
func speakerQuery(name string) query.Query {
	var all []query.Query
	for _, at := range terms((&tongue{}).ready().said, name) {
		all = append(all, keyword(speakerField, at[0]))
	}
	return query.NewConjunctionQuery(all)
}

// visible is what of "rest" the asker may look into; nil: nothing. Hits are checked against their documents besides.
func (r *Request) visible() query.Query {
	var any []query.Query
	for _, v := range []archive.Visibility{archive.Draft, archive.Unlisted, archive.Public, archive.Restricted, archive.Withdrawn} {
		s := &archive.Session{Visibility: v}
		mine := r.Session != "" && r.session(r.Session) != nil && r.session(r.Session).Visibility == v // by its token
		if mine {
			s = r.session(r.Session)
		}
		if v != archive.Public && archive.Access(r.Viewer, s, nil) == archive.Yes {
			any = append(any, keyword(visibleField, string(v)))
		}
		if staff := (&archive.Track{Visibility: archive.Staff}); archive.Access(r.Viewer, s, staff) == archive.Yes {
			any = append(any, keyword(visibleField, visibleValue(s, staff)))
		}
	}
	if len(any) == 0 {
		return nil
	}
	return query.NewDisjunctionQuery(any)
}

// languages tells which bases of languages a request looks into; nil: all.
func (r *Request) languages() func(base string) bool {
	bases := map[string]bool{}
	for _, l := range r.Languages {
		bases[baseOf(l)] = true
	}
	chosen := map[string]bool{}
	for _, f := range r.Query.Filters {
		if f.Name == Lang && !f.Not {
			chosen[baseOf(archive.Language(f.Value))] = true
		}
	}
	in := func(set map[string]bool, base string) bool {
		return len(set) == 0 || set[base] || set[string(archive.FloorLanguage)]
	}
	return func(base string) bool { return in(bases, base) && in(chosen, base) }
}
