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

// foundRow is a session with moments of it.
type foundRow struct {
	URL        string
	Title      said
	Conference *link
	Date       string
	DateISO    string
	Moments    []momentRow
	More       string // address; empty: no more
	MoreCount  int
}

// momentRow is a moment with the line that has the words, between its neighbours.
type momentRow struct {
	URL      string
	At, To   string
	Number   int
	Language archive.Language
	Original bool
	Before   string
	Quote    []piece
	After    string
	Also     []alsoRow
	Play     string // what the link says
}

// alsoRow is what another language says at the same moment.
type alsoRow struct {
	Number   int
	Language archive.Language
	URL      string
	At       string
	Quote    []piece
}

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
	g.Searchable, g.Languages = searchable(s.list(v))
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
	f := finder{page: g.page, s: s, viewer: v, request: r, languages: r.Languages}
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
func searchable(all []listed) (int, []archive.Language) {
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
	slices.SortFunc(have, func(a, b archive.Language) int { return order(langs, a, b) })
	return n, have
}

func examples(l locale.Lang) []example {
	var out []example
	for _, key := range []string{"search.helpWords", "search.helpPhrase", "search.helpWithout", "search.helpStar", "search.helpWave", "search.helpOr", "search.helpOnly"} {
		out = append(out, example{l.Say(key + "Example"), l.Say(key)})
	}
	return out
}

// finder shows what was found.
type finder struct {
	page
	s         *Server
	viewer    archive.Viewer
	request   search.Request
	languages []archive.Language
}

// url is the same search with other parameters.
func (f finder) url(pairs ...string) string {
	all := []string{"q", f.request.Query.Text}
	for _, l := range f.languages {
		all = append(all, "lang", string(l))
	}
	all = append(all, "conference", f.request.Conference, "session", f.request.Session)
	return f.URL("search", append(all, pairs...)...)
}

func (f finder) rows(sessions []search.FoundSession) []foundRow {
	var out []foundRow
	for _, x := range sessions {
		doc := f.s.Mirror.Session(x.ID)
		if archive.Access(f.viewer, doc, nil) != archive.Yes {
			continue // withdrawn since
		}
		conf := f.s.conferenceOf(f.viewer, doc)
		at := "sessions/" + addressOf(doc)
		r := foundRow{URL: f.URL(at), Title: said{x.Title.Text, x.Title.Language}, MoreCount: x.More}
		if r.Title.Words == "" {
			r.Title = said{Words: doc.ID}
		}
		if conf != nil {
			r.Conference = &link{f.URL("conferences/" + conf.ID), conferenceTitle(conf, f.Lang)}
		}
		if day := doc.Date(); !day.IsZero() {
			r.Date, r.DateISO = f.Lang.Day(day), day.Format("2006-01-02")
		}
		if x.More > 0 && f.request.Session == "" {
			r.More = f.URL("search", "q", f.request.Query.Text, "session", x.ID)
		}
		seen := asked{session: doc, viewer: f.viewer}.seen()
		channels := archive.Channels(conf, seen)
		for _, m := range x.Moments {
			r.Moments = append(r.Moments, f.moment(at, channels, m))
		}
		out = append(out, r)
	}
	return out
}

func (f finder) moment(at string, channels []archive.Language, m search.Moment) momentRow {
	best := m.Hits[0]
	r := momentRow{
		URL: f.URL(at, "m", m.ID), At: locale.Timecode(m.StartMs), To: locale.Timecode(m.EndMs),
		Number: slices.Index(channels, best.Language), Language: best.Language, Original: best.Original && best.Role != archive.Floor,
		Before: joined(best.Before), Quote: quote(best.Lines), After: joined(best.After),
	}
	r.Play = f.Lang.Say("search.playFloor", "time", r.At)
	if best.Language != archive.FloorLanguage {
		r.Play = f.Lang.Say("search.play", "time", r.At, "in", f.Lang.In(best.Language))
	}
	also := func(l archive.Language, voice string, ms int64, lines []search.Line) {
		if len(lines) == 0 {
			return
		}
		if voice == "" {
			voice = string(l)
		}
		r.Also = append(r.Also, alsoRow{
			Number: slices.Index(channels, l), Language: l, URL: f.URL(at, "t", seconds(ms), "voice", voice), At: locale.Timecode(ms), Quote: quote(lines),
		})
	}
	for _, h := range m.Hits[1:] {
		also(h.Language, h.Voice, h.StartMs, h.Lines)
	}
	for _, p := range m.Parallel {
		also(p.Language, p.Voice, p.StartMs, p.Lines)
	}
	return r
}

// filters offers the languages and conferences that have any of it.
func (f finder) filters(c search.Counts) (langs, conferences []choice) {
	count := maps.Clone(c.ByLanguage)
	if count == nil {
		count = map[archive.Language]int{}
	}
	for _, l := range f.languages {
		count[l] += 0
	}
	have := slices.Collect(maps.Keys(count))
	slices.SortFunc(have, func(a, b archive.Language) int { return order(count, a, b) })
	for _, l := range have {
		langs = append(langs, choice{Name: "lang", Value: string(l), Language: l, Count: count[l], Chosen: slices.Contains(f.languages, l)})
	}
	for _, id := range slices.Sorted(maps.Keys(c.ByConference)) {
		if conf := f.s.Mirror.Conference(id); seesConference(f.viewer, conf) == archive.Yes {
			conferences = append(conferences, choice{Name: "conference", Value: id, Words: conferenceTitle(conf, f.Lang), Count: c.ByConference[id], Chosen: f.request.Conference == id})
		}
	}
	return langs, conferences
}

func joined(lines []search.Line) string {
	var out []string
	for _, x := range lines {
		out = append(out, x.Text)
	}
	return strings.Join(out, " ")
}

// quote joins lines into one text with its marks.
func quote(lines []search.Line) []piece {
	var out []piece
	for i, x := range lines {
		if i > 0 {
			out = append(out, piece{Text: " "})
		}
		out = append(out, pieces(x.Text, x.Marks)...)
	}
	return out
}

// pieces cuts a text at its marks, half-open ranges of code points in order; what lies outside the text is left out.
func pieces(text string, marks [][2]int) []piece {
	runes := []rune(text)
	var out []piece
	done := 0
	for _, m := range marks {
		from, to := max(m[0], done), min(m[1], len(runes))
		if from >= to {
			continue
		}
		if from > done {
			out = append(out, piece{Text: string(runes[done:from])})
		}
		out = append(out, piece{string(runes[from:to]), true})
		done = to
	}
	if done < len(runes) {
		out = append(out, piece{Text: string(runes[done:])})
	}
	return out
}
