package web

import (
	"context"
	"errors"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/search"
	"cabina/web/locale"
)

// searchPage asks for words and shows the moments at which they were said.
type searchPage struct {
	page
	Asked       bool
	Wrong       template.HTML // why the query cannot be read
	WrongAt     []piece       // the query, with the place marked
	Notes       []note
	Count       string // a sentence
	AllWords    string
	Found       []foundRow
	First, Next string
	None        bool
	Searchable  int                // sessions with a transcript
	Languages   []archive.Language // of the transcripts
	Unfilter    string             // the same words everywhere; empty: nothing is filtered
	Langs       []choice
	Conferences []choice
	Session     string // filter that is carried on
	SessionName said
	Examples    []example
	Star, Wave  string
}

// example is a way to ask, and what it finds.
type example struct{ Code, Text string }

// perSearch is how many moments a page shows.
const perSearch = 10

func (s *Server) searchPage(c echo.Context) error {
	if s.Search == nil {
		return busy(errNoIndex)
	}
	p := s.page(c, sectionSearch)
	v := s.viewer(c)
	g := searchPage{page: p, Session: c.QueryParam("session"), Examples: examples(p.Lang), Star: p.Lang.Say("search.helpStarExample"), Wave: p.Lang.Say("search.helpWaveExample")}
	g.Sought = strings.TrimSpace(c.QueryParam("q"))
	g.Title, g.Hidden = p.Lang.Say("search.title"), g.Sought != ""
	g.Searchable, g.Languages = s.searchable(s.list(v))
	if !s.Search.State().Complete {
		g.Notes = append(g.Notes, note{Kind: "wait", Icon: "wait", Text: p.Lang.Say("search.catchingUp")})
	}
	if g.Sought != "" {
		g.Title = p.Lang.Say("search.titleFor", "words", g.Sought)
		if err := s.fillSearch(c, &g, v); err != nil {
			return err
		}
	}
	c.Response().Header()["Vary"] = varyEncoding
	return s.show(c, p.Lang, "search", g, keepFor(v))
}

// fillSearch asks the index. What the reader can mend of the query is said on the page; the answer is 200 then, too: the page is there.
func (s *Server) fillSearch(c echo.Context, g *searchPage, v archive.Viewer) error {
	r := search.Request{
		Session: g.Session, Conference: c.QueryParam("conference"), Cursor: c.QueryParam("cursor"), Limit: perSearch, Around: true,
		Viewer: v, Lang: string(g.Lang), Sessions: s.Mirror.Session,
	}
	for _, l := range chosen(c.QueryParams(), "lang") {
		if archive.Language(l).Valid() {
			r.Languages = append(r.Languages, archive.Language(l))
		}
	}
	answer, err := s.asked(c.Request().Context(), g, &r)
	var wrong *search.QueryError
	if errors.As(err, &wrong) {
		g.Wrong = g.Lang.HTML("query."+string(wrong.Code), "at", wrong.At[0]+1, "arg", wrong.Arg)
		g.WrongAt = pieces(g.Sought, [][2]int{wrong.At})
		return nil
	}
	if err != nil {
		return err
	}
	g.Asked = true
	f := finder{page: g.page, s: s, viewer: v, wait: pictureWait, request: r, languages: r.Languages}
	g.Found = f.rows(answer.Sessions)
	g.None = len(g.Found) == 0
	if len(r.Languages) > 0 || r.Conference != "" || r.Session != "" {
		g.Unfilter = g.URL("search", "q", g.Sought)
	}
	g.count(answer, r.Query)
	g.Langs, g.Conferences = f.filters(answer.Counts)
	if doc := s.Mirror.Session(r.Session); doc != nil && archive.Access(v, doc, nil) == archive.Yes {
		g.SessionName = title(doc, g.Lang)
	}
	if answer.Next != nil {
		g.Next = f.url("cursor", *answer.Next)
	}
	if r.Cursor != "" {
		g.First = f.url()
	}
	return nil
}

// asked searches; a cursor that is no longer one of this query begins again from the first page, and says so.
func (s *Server) asked(ctx context.Context, g *searchPage, r *search.Request) (*search.Answer, error) {
	var err error
	if r.Query, err = search.Parse(g.Sought); err != nil {
		return nil, err
	}
	answer, err := s.Search.Search(ctx, *r)
	if errors.As(err, new(search.BadCursor)) {
		g.Notes = append(g.Notes, note{Kind: "warn", Icon: "warn", Text: g.Lang.Say("search.stale")})
		r.Cursor = ""
		answer, err = s.Search.Search(ctx, *r)
	}
	return answer, err
}

// count says how much was found. Above 200 passages the word is passages: they were not all made into moments.
func (g *searchPage) count(a *search.Answer, q *search.Query) {
	unit := "count.moments"
	if a.Counts.Unit == search.UnitPassages {
		unit = "count.passages"
	}
	g.Count = g.Lang.Say("count.found", "found", g.Lang.Say(unit, "n", a.Counts.AnyWord), "sessions", g.Lang.Say("count.inSessions", "n", a.Counts.Sessions))
	if len(q.Terms) > 1 && a.Counts.AllWords < a.Counts.AnyWord {
		g.AllWords = g.Lang.Say("search.allWords", "n", a.Counts.AllWords)
	}
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

func examples(l locale.Lang) []example {
	var out []example
	for _, key := range []string{"search.helpWords", "search.helpPhrase", "search.helpWithout", "search.helpStar", "search.helpWave", "search.helpOr", "search.helpOnly"} {
		out = append(out, example{l.Say(key + "Example"), l.Say(key)})
	}
	return out
}
