package web

import (
	"context"
	"errors"
	"html/template"
	"maps"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/search"
)

// searchPage asks for words and shows where they were said, in one of several ways: of Moments, Lines, Time and Table one is there, or none.
type searchPage struct {
	asking
	Wrong      template.HTML // why the query cannot be read
	WrongAt    []piece       // the query, with the place marked
	Notes      []note
	Count      template.HTML // what was found, in a sentence or two
	Chips      []chip
	Meant      []meantRow
	Tabs       []tab
	Take       []file // all lines, as files
	Moments    *momentsPart
	Lines      *linesPart
	Table      *tablePart
	Time       *timePart
	Filters    *filterForm
	None       bool
	Searchable int                // sessions with a transcript
	Languages  []archive.Language // of the transcripts
	Everywhere string             // the same words everywhere; empty: nothing is filtered
	Within     said               // the title of the only session that is looked into
	Rail       *rail
}

// tab leads to another way of reading the same answer.
type tab struct {
	URL, Words string
	Current    bool
}

// searchPage shows what a search finds. What the reader can mend of the query is said on the page; the answer is 200 then, too: the page is there.
func (s *Server) searchPage(c echo.Context) error {
	if s.Search == nil {
		return busy(errNoIndex)
	}
	a := s.asking(c)
	g := &searchPage{asking: a}
	g.Title, g.Hidden = a.Lang.Say("search.title"), a.Words != ""
	g.Script = true
	all := s.list(a.viewer)
	g.Searchable, g.Languages = s.searchable(all)
	if !s.Search.State().Complete {
		g.Notes = append(g.Notes, note{Kind: "wait", Icon: "wait", Text: a.Lang.Say("search.catchingUp")})
	}
	if a.left {
		g.Notes = append(g.Notes, note{Kind: "warn", Icon: "warn", Text: a.Lang.Say("search.filterLeft")})
	}
	if a.Words != "" {
		if err := s.fillSearch(c, g, all); err != nil {
			return err
		}
	}
	c.Response().Header()["Vary"] = varyEncoding
	return s.show(c, a.Lang, "search", g, keepFor(a.viewer))
}

// fillSearch asks the index for what the page shows.
func (s *Server) fillSearch(c echo.Context, g *searchPage, all []listed) error {
	g.Tabs = g.tabs()
	g.Title = g.Lang.Say("search.titleFor", "words", g.Words, "view", g.Tabs[slices.IndexFunc(g.Tabs, func(t tab) bool { return t.Current })].Words)
	q, err := g.query()
	var wrong *search.QueryError
	if errors.As(err, &wrong) {
		g.Wrong = g.Lang.HTML("query."+string(wrong.Code), "at", wrong.At[0]+1, "arg", wrong.Arg)
		g.WrongAt = pieces(g.Words, [][2]int{wrong.At})
		return nil
	}
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := s.learnEquivalents(ctx, g, q); err != nil {
		return err
	}
	text := g.text(g.with())
	if q, err = search.Parse(text); err != nil { // with its equivalents it is longer than a query may be
		g.Notes = append(g.Notes, note{Kind: "warn", Icon: "warn", Text: g.Lang.Say("search.alsoTooMany")})
		if q, err = g.query(); err != nil {
			return err
		}
	}
	g.Take = g.take(q.Text)
	if len(g.narrowed()) > 0 {
		g.Everywhere = g.URL("search", "q", g.Words, "view", g.View)
	}
	if doc := s.Mirror.Session(g.Session); doc != nil && archive.Access(g.viewer, doc, nil) == archive.Yes {
		g.Within = title(doc, g.Lang)
	}
	f := &finder{s: s, page: g, request: s.request(g.asking, q), rail: newRail(g.page)}
	read := map[string]func(context.Context) error{viewMoments: f.moments, viewLines: f.lines, viewTable: f.table, viewTime: f.time}
	if err := read[g.View](ctx); err != nil {
		return err
	}
	if g.None || f.counts.Unit != "" && f.counts.AllWords == 0 {
		if err := f.meant(ctx); err != nil {
			return err
		}
	}
	g.Filters = s.filters(g, all, f.counts)
	g.Rail = f.rail.orNone()
	return nil
}

// tabs are the ways to read the answer.
func (a asking) tabs() []tab {
	var out []tab
	for _, t := range []struct{ view, words string }{{viewMoments, "search.moments"}, {viewLines, "search.lines"}, {viewTable, "search.table"}, {viewTime, "search.time"}} {
		out = append(out, tab{a.At("view", t.view, "open", ""), a.Lang.Say(t.words), t.view == a.View})
	}
	return out
}

// take leads to all lines as files: those of the API, for the same query. The table takes along what the other languages said.
func (g *searchPage) take(text string) []file {
	pairs := []string{"q", text}
	for _, l := range g.Langs {
		pairs = append(pairs, "lang", string(l))
	}
	pairs = append(pairs, "conference", g.Conference, "session", g.Session)
	if order, ok := search.ParseLineSort(g.Sort); ok && g.Sort != "" {
		pairs = append(pairs, "sort", string(order))
	}
	if g.Sample > 0 {
		pairs = append(pairs, "sample", strconv.Itoa(min(g.Sample, search.MostSorted)), "seed", strconv.Itoa(g.Seed))
	}
	if g.View == viewTable {
		pairs = append(pairs, "beside", "1")
	}
	var out []file
	for _, f := range []struct{ format, name string }{{"csv", "CSV"}, {"jsonl", "JSONL"}, {"xlsx", "XLSX"}} {
		out = append(out, file{Format: f.name, URL: "/api/v1/lines?" + query(append(slices.Clone(pairs), "format", f.format)...)})
	}
	return out
}

// searchable counts the sessions that have a transcript, and gives the transcripts' languages.
func (s *Server) searchable(all []listed) (int, []archive.Language) {
	n, langs := 0, map[archive.Language]int{}
	for _, x := range all {
		texts := x.doc.Live(archive.Text)
		for _, t := range texts {
			langs[t.Language]++
		}
		if len(texts) > 0 {
			n++
		}
	}
	have := slices.Collect(maps.Keys(langs))
	slices.SortFunc(have, func(a, b archive.Language) int { return s.order(langs, a, b) })
	return n, have
}

// example is a way to ask, and what it finds.
type example struct {
	Code string
	Text template.HTML
}

// Examples are the help for the grammar.
func (a asking) Examples() []example {
	var out []example
	for _, key := range []string{
		"search.helpWords", "search.helpPhrase", "search.helpWithout", "search.helpStar", "search.helpWave", "search.helpOr", "search.helpExact", "search.helpOnly", "search.helpMore",
	} {
		out = append(out, example{a.Example(key), a.Lang.HTML(key, "names", code("speaker: topic: session: conference: before:"))})
	}
	return out
}

// Example is the example of a piece of that help.
func (a asking) Example(key string) string { return a.Lang.Say(key + "Example") }
