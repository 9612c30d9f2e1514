package web

import (
	"maps"
	"slices"
	"strings"
	"time"

	"cabina/archive"
	"cabina/search"
	"cabina/web/locale"
)

// foundRow is a session with moments of it.
type foundRow struct {
	URL        string
	Pic        string // address of a picture of the best moment; empty: a drawn tile stands there
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

// finder shows what was found.
type finder struct {
	page
	s         *Server
	viewer    archive.Viewer
	wait      time.Duration // for what the store has to be asked about pictures
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
	pics := f.pictures(sessions)
	var out []foundRow
	for _, x := range sessions {
		doc := f.s.Mirror.Session(x.ID)
		if archive.Access(f.viewer, doc, nil) != archive.Yes {
			continue // withdrawn since
		}
		conf := f.s.conferenceOf(f.viewer, doc)
		at := "sessions/" + addressOf(doc)
		r := foundRow{URL: f.URL(at), Pic: pics[x.ID], Title: said{x.Title.Text, x.Title.Language}, MoreCount: x.More}
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

// pictures gives for each session what is seen at its best moment, else what stands for it; empty where there is none, or where the store does not tell in time.
func (f finder) pictures(sessions []search.FoundSession) map[string]string {
	var all []asked
	for _, x := range sessions {
		if doc := f.s.Mirror.Session(x.ID); archive.Access(f.viewer, doc, nil) == archive.Yes {
			all = append(all, asked{session: doc, viewer: f.viewer, address: addressOf(doc)})
		}
	}
	views := f.s.viewsWithin(f.wait, all)
	out := map[string]string{}
	for _, x := range sessions {
		i := slices.IndexFunc(all, func(a asked) bool { return a.session.ID == x.ID })
		if i < 0 {
			continue
		}
		conf := f.s.conferenceOf(f.viewer, all[i].session)
		if out[x.ID] = posterURL(all[i], conf, views[i]); len(x.Moments) > 0 {
			out[x.ID] = tileURL(all[i], conf, views[i], x.Moments[0].StartMs)
		}
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
	slices.SortFunc(have, func(a, b archive.Language) int { return f.s.order(count, a, b) })
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
