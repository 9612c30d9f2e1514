package search

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"unicode"

	"cabina/archive"

	"github.com/blevesearch/bleve/v2"
	bsearch "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"
)

// OverTime says how often the words of a query were said: in each session, year and language, as counts of lines and against how much was spoken there in all. Sessions
// are all in which the request looks, also those without a line, in the order of their days.
type OverTime struct {
	Total     int                        `json:"total"` // lines
	Index     State                      `json:"index"`
	Sessions  []SessionOverTime          `json:"sessions"`
	Years     []YearOverTime             `json:"years"` // in order; sessions without a date are in none
	Languages map[archive.Language]Share `json:"languages"`
	// MarksCut: there are more than MostSorted lines; the sessions that come later have no Marks.
	MarksCut bool `json:"marksCut"`
}

// SessionOverTime is a session with where in it the lines stand.
type SessionOverTime struct {
	ID         string                     `json:"id"`
	Title      Title                      `json:"title"`
	Conference string                     `json:"conference,omitempty"`
	Date       string                     `json:"date,omitempty"` // 2020-07-14
	LengthMs   int64                      `json:"lengthMs"`
	Lines      int                        `json:"lines"`
	Languages  map[archive.Language]Share `json:"languages"`
	Marks      []Mark                     `json:"marks"` // by time
}

// YearOverTime is a year.
type YearOverTime struct {
	Year      string                     `json:"year"`
	Sessions  int                        `json:"sessions"`
	Lines     int                        `json:"lines"`
	Languages map[archive.Language]Share `json:"languages"`
}

// Share is how many lines there are among so many words. Of languages without spaces between words, characters are counted: Unit says so, and their shares
// cannot be held against those of others.
type Share struct {
	Lines int    `json:"lines"`
	Of    int    `json:"of"`
	Unit  string `json:"unit"`
}

// The units of Share.
const (
	UnitWords      = "words"
	UnitCharacters = "characters"
)

// Per10000 is how many lines there are to 10,000 words or characters; 0 where nothing was said.
func (s Share) Per10000() float64 {
	if s.Of == 0 {
		return 0
	}
	return float64(s.Lines) * 10_000 / float64(s.Of)
}

// Mark is a line's place on its session's strip.
type Mark struct {
	StartMs  int64            `json:"startMs"`
	Language archive.Language `json:"language"`
	Voice    string           `json:"voice,omitempty"`
	Moment   string           `json:"moment"` // archive.Moment, for ?m=
}

// OverTime counts. Of Request all but Limit, Cursor and Around counts. Errors are what the context or the index says.
func (x *Index) OverTime(ctx context.Context, r Request) (*OverTime, error) {
	x.reading.RLock()
	defer x.reading.RUnlock()
	s := x.searching(&r)
	defer s.done()
	w, err := s.walking(ctx)
	if err != nil {
		return nil, err
	}
	o := overTime{s: s, sessions: map[string]*SessionOverTime{}}
	if err := o.spoken(ctx); err != nil {
		return nil, err
	}
	if err := w.each(ctx, bySession, o.lines); err != nil {
		return nil, err
	}
	return o.answer(), nil
}

// overTime is an OverTime on its way.
type overTime struct {
	s        *searching
	sessions map[string]*SessionOverTime
	docs     []*archive.Session
	total    int
	cut      bool
}

func (o *overTime) session(doc *archive.Session) *SessionOverTime {
	n := o.sessions[doc.ID]
	if n == nil {
		n = &SessionOverTime{ID: doc.ID, Conference: doc.Conference, LengthMs: doc.Clock.LengthMs, Languages: map[archive.Language]Share{}, Marks: []Mark{}}
		n.Title.Language, n.Title.Text = doc.Title.In(archive.Language(o.s.r.Lang))
		if day := doc.Date(); !day.IsZero() {
			n.Date = day.Format("2006-01-02")
		}
		o.sessions[doc.ID] = n
		o.docs = append(o.docs, doc)
	}
	return n
}

func (o *overTime) add(n *SessionOverTime, l archive.Language, lines, of int) {
	s := n.Languages[l]
	s.Lines, s.Of, s.Unit = s.Lines+lines, s.Of+of, o.s.x.unitOf(l)
	n.Languages[l] = s
	n.Lines += lines
}

// lines takes in the lines of a session.
func (o *overTime) lines(texts []*foundText) error {
	n := o.session(texts[0].doc)
	for _, l := range inOrder(texts) {
		language, start := l.text.file.language(l.at.cue), l.text.file.start(l.at.cue)
		o.add(n, language, 1, 0)
		if o.total++; o.total > MostSorted {
			o.cut = true
			continue
		}
		n.Marks = append(n.Marks, Mark{start, language, l.text.file.Voice, momentOf(l.text.track, l.text.file, start).String()})
	}
	return nil
}

// spoken adds up how much was said wherever the request looks.
func (o *overTime) spoken(ctx context.Context) error {
	must, not := o.s.r.narrowing()
	for _, shelf := range o.s.shelves {
		want := must
		if shelf == o.s.x.rest {
			want = append(slices.Clone(must), o.s.rest)
		}
		if err := o.spokenOn(ctx, shelf, narrowed{want: query.NewMatchAllQuery(), must: want, not: not}); err != nil {
			return err
		}
	}
	return nil
}

func (o *overTime) spokenOn(ctx context.Context, shelf *shelf, q narrowed) error {
	req := bleve.NewSearchRequestOptions(q, 0, 0, false)
	req.Score = "none"
	req.AddFacet(passageField, bleve.NewFacetRequest(passageField, 1<<20))
	res, err := shelf.index.SearchInContext(ctx, req)
	if err != nil {
		return fmt.Errorf("search the index %s: %w", shelf.name, err)
	}
	for _, p := range placesOf(res) {
		session, track, language := placeOf(p.Term)
		doc, t := o.s.sees(session, track)
		if doc == nil {
			continue
		}
		r, _ := shelf.receipt(session)
		slip, ok := r.Texts[track]
		if !ok {
			continue
		}
		words := slip.Words[language]
		if r.Mark != markOf(doc) || o.s.r.inPassages() { // of a document that changed since, something may be withdrawn
			if words, err = o.counted(ctx, shelf, q, textID{session, track, slip.Key}, doc, t, language); err != nil {
				return err
			}
		}
		if words > 0 {
			o.add(o.session(doc), language, 0, words)
		}
	}
	return nil
}

// inPassages is true of a request that may hold for some passages of a text and not for others.
func (r *Request) inPassages() bool {
	return slices.ContainsFunc(r.Query.Filters, func(f Filter) bool { return f.Name == Speaker || f.Name == RoleFilter })
}

// counted counts the words of the passages of a text that a query lets through, without what was withdrawn since.
func (o *overTime) counted(ctx context.Context, shelf *shelf, q narrowed, id textID, doc *archive.Session, t *archive.Track, language archive.Language) (int, error) {
	file := o.s.file(id)
	if file == nil {
		return 0, nil
	}
	reader, err := shelf.reader()
	if err != nil {
		return 0, err
	}
	defer reader.Close()
	q.must = append(slices.Clone(q.must), keyword(trackField, id.session+"|"+id.track))
	n, cuts, tongue := 0, doc.Cuts(t), o.s.x.tongues.of(language)
	err = eachMatch(ctx, reader, shelf, q, func(doc string, _ *bsearch.DocumentMatch) {
		_, _, _, p, ok := parsePassageID(doc)
		if !ok || p >= file.Passages {
			return
		}
		first, end := file.passage(p)
		for i := first; i < end && file.language(first) == language; i++ {
			if !inCuts(cuts, file, i) {
				n += tongue.count(file.words(i))
			}
		}
	})
	return n, err
}

func (o *overTime) answer() *OverTime {
	a := &OverTime{Total: o.total, Index: o.s.x.State(), Sessions: []SessionOverTime{}, Years: []YearOverTime{}, Languages: map[archive.Language]Share{}, MarksCut: o.cut}
	years := map[string]*YearOverTime{}
	slices.SortFunc(o.docs, bySession)
	for _, doc := range o.docs {
		n := o.sessions[doc.ID]
		a.Sessions = append(a.Sessions, *n)
		addShares(a.Languages, n.Languages)
		day := doc.Date()
		if day.IsZero() {
			continue
		}
		year := day.Format("2006")
		if years[year] == nil {
			years[year] = &YearOverTime{Year: year, Languages: map[archive.Language]Share{}}
		}
		years[year].Sessions++
		years[year].Lines += n.Lines
		addShares(years[year].Languages, n.Languages)
	}
	for _, year := range slices.Sorted(maps.Keys(years)) {
		a.Years = append(a.Years, *years[year])
	}
	return a
}

func addShares(to, from map[archive.Language]Share) {
	for l, s := range from {
		t := to[l]
		to[l] = Share{t.Lines + s.Lines, t.Of + s.Of, s.Unit}
	}
}

// unitOf says what is counted of a language.
func (x *Index) unitOf(l archive.Language) string {
	if x.tongues.of(l).cjk {
		return UnitCharacters
	}
	return UnitWords
}

// wordsOf counts what a text says, by language.
func (x *Index) wordsOf(t *text) map[archive.Language]int {
	out := map[archive.Language]int{}
	for i := range t.Cues {
		out[t.language(i)] += x.tongues.of(t.language(i)).count(t.words(i))
	}
	return out
}

// count counts words as a plain count does, by what stands between two signs that are neither letter nor digit; of scripts without spaces, characters.
func (t *tongue) count(text string) int {
	n, inside := 0, false
	for _, r := range text {
		switch {
		case !letter(r) && !unicode.Is(unicode.Cf, r):
			inside = false
		case t.cjk && (dense(r) || unspaced(r)):
			if inside = false; !unicode.IsMark(r) {
				n++
			}
		case !inside:
			inside = true
			n++
		}
	}
	return n
}
