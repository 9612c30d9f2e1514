package web

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"cabina/archive"
	"cabina/search"
	"cabina/web/locale"
)

// timePart is the answer over time: how often the words were said in each session, year and language, and where in each session.
type timePart struct {
	Chart     chart
	By        []tab // what the bars stand for
	ByShare   bool
	Languages []archive.Language
	Sessions  []timeRow // with at least one line
	Years     []timeRow // where there are several
	Units     string    // that characters are counted where words cannot be
	Strips    []stripRow
	Pager     *pager
	MarksCut  string
}

// timeRow is a row of the numbers.
type timeRow struct {
	Number  int // of the bar; 0: none
	URL     string
	Title   said
	Date    string
	DateISO string
	Cells   []timeCell
}

// timeCell is what one language has in it.
type timeCell struct {
	Lines   int
	Share   string // lines to 10,000 words
	Nothing bool   // nothing was said, or written down, in this language
}

// stripRow is a session with the places of the lines along its length.
type stripRow struct {
	URL    string
	Title  said
	Lines  int
	Marks  []stripMark
	Length string
	All    string // the address of its lines
}

// stripMark is a place on a strip, in thousandths of its length.
type stripMark struct {
	playAt
	X int
}

const (
	perStrips  = 40  // strips on a page
	mostRows   = 500 // rows of numbers
	stripApart = 3   // in thousandths: marks nearer than that are one
)

// time asks how often.
func (f *finder) time(ctx context.Context) error {
	g := f.page
	answer, err := f.s.Search.OverTime(ctx, f.request)
	if err != nil {
		return err
	}
	m := &timePart{ByShare: g.Per == perWords}
	for l, share := range answer.Languages {
		if share.Lines > 0 {
			m.Languages = append(m.Languages, l)
		}
		if share.Unit == search.UnitCharacters && share.Lines > 0 {
			m.Units = g.Lang.Say("search.characters")
		}
	}
	slices.SortFunc(m.Languages, func(a, b archive.Language) int {
		return cmp.Or(answer.Languages[b].Lines-answer.Languages[a].Lines, strings.Compare(string(a), string(b)))
	})
	with := 0
	for i, x := range answer.Sessions {
		if x.Lines == 0 {
			continue
		}
		with++
		if place := f.placeOf(x.ID); place != nil {
			if len(m.Sessions) < mostRows {
				m.Sessions = append(m.Sessions, f.timeRow(place, i+1, x.Languages, m.Languages))
			}
			m.Strips = append(m.Strips, f.strip(place, x))
		}
	}
	if len(answer.Years) > 1 {
		for _, y := range answer.Years {
			m.Years = append(m.Years, timeRow{Title: said{Words: y.Year}, Cells: timeCells(g.Lang, y.Languages, m.Languages)})
		}
	}
	slices.SortStableFunc(m.Strips, func(a, b stripRow) int { return b.Lines - a.Lines })
	m.Strips, m.Pager = part(g.page, "search", g.number, perStrips, m.Strips, flat(g.params())...)
	f.counts = search.Counts{ByLanguage: linesOf(answer.Languages)}
	if answer.MarksCut {
		m.MarksCut = g.Lang.Say("search.marksCut", "most", search.MostSorted)
	}
	m.By = []tab{{g.At("per", ""), g.Lang.Say("search.perCount"), !m.ByShare}, {g.At("per", perWords), g.Lang.Say("search.perWords"), m.ByShare}}
	m.Chart = newChart(g.Lang, answer, m.Languages, m.ByShare)
	g.Time, g.None = m, answer.Total == 0
	g.Count = g.Lang.HTML("search.linesOver", "found", g.Lang.Say("count.lines", "n", answer.Total), "k", with, "n", len(answer.Sessions))
	return nil
}

func linesOf(shares map[archive.Language]search.Share) map[archive.Language]int {
	out := map[archive.Language]int{}
	for l, s := range shares {
		if s.Lines > 0 {
			out[l] = s.Lines
		}
	}
	return out
}

func (f *finder) timeRow(place *foundPlace, number int, shares map[archive.Language]search.Share, langs []archive.Language) timeRow {
	r := timeRow{Number: number, URL: place.url(), Title: place.title(), Cells: timeCells(f.page.Lang, shares, langs)}
	if day := place.doc.Date(); !day.IsZero() {
		r.Date, r.DateISO = f.page.Lang.Day(day), day.Format("2006-01-02")
	}
	return r
}

func timeCells(l locale.Lang, shares map[archive.Language]search.Share, langs []archive.Language) []timeCell {
	var out []timeCell
	for _, in := range langs {
		s, there := shares[in]
		out = append(out, timeCell{Lines: s.Lines, Share: l.Decimal(s.Per10000()), Nothing: !there || s.Of == 0})
	}
	return out
}

// strip places a session's lines along its length.
func (f *finder) strip(place *foundPlace, x search.SessionOverTime) stripRow {
	r := stripRow{URL: place.url(), Title: place.title(), Lines: x.Lines, Length: locale.Timecode(x.LengthMs), All: f.page.At("view", viewLines, "session", x.ID, "per", "")}
	if x.LengthMs <= 0 {
		return r
	}
	last := -stripApart
	for _, k := range x.Marks {
		at := int(min(k.StartMs, x.LengthMs) * 996 / x.LengthMs)
		if at-last < stripApart {
			continue
		}
		last = at
		r.Marks = append(r.Marks, stripMark{place.playVoice(k), at})
	}
	return r
}

// playVoice is a link to a mark of a strip.
func (p *foundPlace) playVoice(k search.Mark) playAt {
	x := p.play("", k.Voice, k.Language, k.StartMs, "m", k.Moment)
	if t := p.doc.Track(k.Voice); t != nil && t.Role == archive.Floor {
		x.Says = p.lang().Say("search.playFloor", "time", x.At)
	}
	return x
}
