package web

import (
	"context"
	"errors"
	"html/template"
	"slices"
	"strings"

	"cabina/archive"
	"cabina/search"
	"cabina/web/locale"
)

// momentsPart is the answer as sessions with their moments, best first.
type momentsPart struct {
	Sessions    []foundRow
	First, Next string
}

// foundRow is a session with moments of it.
type foundRow struct {
	URL        string
	Pic        string // address of a picture of the best moment; empty: a drawn tile stands there
	Title      said
	Conference *link
	Date       string
	DateISO    string
	Cover      cover
	Moments    []momentRow
	More       string // address; empty: no more
	MoreCount  int
}

// momentRow is a moment with the line that has the words, between its neighbours.
type momentRow struct {
	playAt
	To       string
	Original bool
	Learned  bool // an equivalent found it
	Before   string
	Quote    []piece
	After    string
	Also     []alsoRow
	Cite     string
	Side     string // address of the languages side by side; empty: there is only one
}

// playAt is a link to a second of a session in one of its voices, which the script plays in place.
type playAt struct {
	URL      string
	Session  string // as addresses name it
	Voice    string // track; empty: there is text and no sound
	StartMs  int64
	At       string           // 0:48:12
	Says     string           // what the link does, in words
	Number   int              // of the channel, -1: none
	Language archive.Language // of the channel
	In       archive.Language // of the words
}

// alsoRow is what another language says at the same moment.
type alsoRow struct {
	playAt
	Quote []piece
}

// perSearch is how many moments a page shows.
const perSearch = 10

// finder makes a page of what was found.
type finder struct {
	s       *Server
	page    *searchPage
	request search.Request
	counts  search.Counts
	rail    *rail
}

// moments asks for moments.
func (f *finder) moments(ctx context.Context) error {
	g, r := f.page, f.request
	r.Limit, r.Around = perSearch, true
	answer, err := f.s.Search.Search(ctx, r)
	if errors.As(err, new(search.BadCursor)) { // of another query or an older index: begins again from the first page, and says so
		g.Notes = append(g.Notes, note{Kind: "warn", Icon: "warn", Text: g.Lang.Say("search.stale")})
		r.Cursor = ""
		answer, err = f.s.Search.Search(ctx, r)
	}
	if err != nil {
		return err
	}
	f.counts = answer.Counts
	m := &momentsPart{Sessions: f.rows(answer.Sessions)}
	if answer.Next != nil {
		m.Next = g.At("cursor", *answer.Next)
	}
	if r.Cursor != "" {
		m.First = g.At()
	}
	g.Moments, g.None = m, len(m.Sessions) == 0
	g.Count = template.HTML(template.HTMLEscapeString(g.countMoments(answer, len(m.Sessions))))
	return nil
}

// countMoments says how much was found. Above 200 passages the word is passages: they were not all made into moments. Where only what is written about sessions has
// the words, that is said: it is not nothing.
func (g *searchPage) countMoments(a *search.Answer, shown int) string {
	if a.Counts.AnyWord == 0 {
		return g.Lang.Say("search.onlyTitled", "n", shown)
	}
	unit := "count.moments"
	if a.Counts.Unit == search.UnitPassages {
		unit = "count.passages"
	}
	out := g.Lang.Say("count.found", "found", g.Lang.Say(unit, "n", a.Counts.AnyWord), "sessions", g.Lang.Say("count.inSessions", "n", a.Counts.Sessions)) + "."
	if a.Counts.AllWords < a.Counts.AnyWord {
		out += " " + g.Lang.Say("search.allWords", "n", a.Counts.AllWords)
	}
	return out
}

func (f *finder) rows(sessions []search.FoundSession) []foundRow {
	pics := f.pictures(sessions)
	var out []foundRow
	for _, x := range sessions {
		place := f.placeOf(x.ID)
		if place == nil {
			continue // withdrawn since
		}
		r := foundRow{URL: place.url(), Pic: pics[x.ID], Title: place.title(), Conference: place.conference(), Cover: place.published(), MoreCount: x.More}
		if day := place.doc.Date(); !day.IsZero() {
			r.Date, r.DateISO = f.page.Lang.Day(day), day.Format("2006-01-02")
		}
		if x.More > 0 && f.request.Session == "" {
			r.More = f.page.At("session", x.ID)
		}
		for _, m := range x.Moments {
			r.Moments = append(r.Moments, f.moment(place, m))
		}
		out = append(out, r)
	}
	return out
}

// pictures gives for each session what is seen at its best moment, else what stands for it; empty where there is none, or where the store does not tell in time.
func (f *finder) pictures(sessions []search.FoundSession) map[string]string {
	var all []asked
	for _, x := range sessions {
		if doc := f.s.Mirror.Session(x.ID); archive.Access(f.page.viewer, doc, nil) == archive.Yes {
			all = append(all, asked{session: doc, viewer: f.page.viewer, address: addressOf(doc)})
		}
	}
	views := f.s.viewsWithin(pictureWait, all)
	out := map[string]string{}
	for _, x := range sessions {
		i := slices.IndexFunc(all, func(a asked) bool { return a.session.ID == x.ID })
		if i < 0 {
			continue
		}
		conf := f.s.conferenceOf(f.page.viewer, all[i].session)
		if out[x.ID] = posterURL(all[i], conf, views[i]); len(x.Moments) > 0 {
			out[x.ID] = tileURL(all[i], conf, views[i], x.Moments[0].StartMs)
		}
	}
	return out
}

func (f *finder) moment(place *foundPlace, m search.Moment) momentRow {
	best := m.Hits[0]
	r := momentRow{
		playAt: place.play(best.Text, best.Voice, best.Language, m.StartMs, "m", m.ID), To: locale.Timecode(m.EndMs),
		Original: best.Original && best.Role != archive.Floor, Before: joined(best.Before), Quote: quote(best.Lines), After: joined(best.After), Cite: place.cite(m.ID), Learned: f.learned(best),
	}
	also := func(text, voice string, in archive.Language, ms int64, lines []search.Line) {
		if len(lines) > 0 {
			r.Also = append(r.Also, alsoRow{playAt: place.besides(text, voice, in, ms), Quote: quote(lines)})
		}
	}
	for _, h := range m.Hits[1:] {
		also(h.Text, h.Voice, h.Language, h.StartMs, h.Lines)
	}
	for _, p := range m.Parallel {
		also(p.Text, p.Voice, p.Language, p.StartMs, p.Lines)
	}
	slices.SortStableFunc(r.Also, func(a, b alsoRow) int { return a.Number - b.Number })
	if len(r.Also) > 0 {
		r.Side = place.side(m.StartMs, r.Language, r.Also[0].Language)
	}
	return r
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
