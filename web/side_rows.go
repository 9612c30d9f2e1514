package web

import (
	"slices"

	"cabina/archive"
	"cabina/web/locale"
)

// sideRow is what the columns say at one time, or the head of a chapter in each of them.
type sideRow struct {
	Head    []said
	ID      string
	StartMs int64
	EndMs   int64
	Now     bool // the second that the page opens at
	Cells   []sideCell
}

// sideCell is what one column says there; a booth that said nothing has none of it.
type sideCell struct {
	Number int
	In     archive.Language
	Who    string
	Text   string
}

// sideMaker sets transcripts beside each other.
type sideMaker struct {
	l       locale.Lang
	doc     *archive.Session
	columns []sideColumn
	nowMs   int64 // negative: none
}

// sideReach is how long, in ms, after its end a row still takes in what begins then; later it is a row of its own: the first column said nothing there.
const sideReach = 6000

// timed is a row while it is made: for each column the cues that stand in it.
type timed struct {
	from, to int64
	cues     [][]archive.Cue
}

// align gives rows in the order of time. Each cue stands in exactly one: that of the first column's cue during which it begins, or which it follows.
func align(columns [][]archive.Cue) []timed {
	var rows []timed
	for n, cues := range columns {
		var own []timed // what begins where no row is
		at, mine := -1, -1
		for _, c := range cues {
			for at+1 < len(rows) && rows[at+1].from <= c.StartMs+besideEarly {
				at++
			}
			switch {
			case n > 0 && at < 0 && len(rows) > 0 && rows[0].from <= c.EndMs+sideReach:
				rows[0].cues[n] = append(rows[0].cues[n], c) // begins just before all of them
			case n > 0 && at >= 0 && c.StartMs <= rows[at].to+sideReach:
				rows[at].cues[n] = append(rows[at].cues[n], c)
			case n > 0 && mine >= 0 && own[mine].from > rowStart(rows, at) && c.StartMs <= own[mine].from+sideReach:
				own[mine].cues[n] = append(own[mine].cues[n], c)
				own[mine].to = max(own[mine].to, c.EndMs)
			default:
				mine = len(own)
				own = append(own, timed{from: c.StartMs, to: c.EndMs, cues: make([][]archive.Cue, len(columns))})
				own[mine].cues[n] = []archive.Cue{c}
			}
		}
		rows = append(rows, own...)
		slices.SortStableFunc(rows, func(a, b timed) int { return int(a.from - b.from) })
	}
	return rows
}

func rowStart(rows []timed, at int) int64 {
	if at < 0 {
		return -1
	}
	return rows[at].from
}

// rows makes the rows of the page, with the heads of chapters between them.
func (m sideMaker) rows(columns [][]archive.Cue) []sideRow {
	chapters := slices.Clone(m.doc.Chapters)
	slices.SortStableFunc(chapters, func(a, b archive.Chapter) int { return int(a.StartMs - b.StartMs) })
	ids := map[string]int{}
	who := make([]string, len(columns))
	var out []sideRow
	now := -1
	for _, t := range align(columns) {
		for len(chapters) > 0 && chapters[0].StartMs <= t.from+besideEarly {
			out = append(out, sideRow{Head: m.heads(chapters[0])})
			chapters = chapters[1:]
		}
		r := sideRow{ID: lineID(ids, t.from), StartMs: t.from, EndMs: t.to}
		for n, cues := range t.cues {
			r.Cells = append(r.Cells, m.cell(n, cues, &who[n]))
		}
		if m.nowMs >= t.from {
			now = len(out)
		}
		out = append(out, r)
	}
	if now >= 0 {
		out[now].Now = true
	}
	return out
}

func (m sideMaker) heads(c archive.Chapter) []said {
	var out []said
	for _, col := range m.columns {
		out = append(out, sayIn(c.Title, col.Language, m.l))
	}
	return out
}

// cell joins the cues of a column; who spoke last is named once.
func (m sideMaker) cell(n int, cues []archive.Cue, last *string) sideCell {
	c := sideCell{Number: m.columns[n].Number, In: m.columns[n].Language}
	for i, cue := range cues {
		if i == 0 {
			c.In = scriptMaker{doc: m.doc}.spoken(c.In, cue)
			if cue.Speaker != *last {
				c.Who = cue.Speaker
			}
			c.Text = cue.Text
		} else {
			c.Text += " " + cue.Text
		}
		*last = cue.Speaker
	}
	return c
}
