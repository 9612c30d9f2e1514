package web

import (
	"slices"

	"cabina/archive"
	"cabina/search"
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
	Who    said
	Text   []sidePiece
}

// sidePiece is a line of a cell.
type sidePiece struct {
	Text     string
	Invented bool // a machine probably wrote it over silence
}

// sideMaker sets transcripts beside each other.
type sideMaker struct {
	l       locale.Lang
	doc     *archive.Session
	columns []sideColumn
	nowMs   int64 // negative: none

	cues []map[int64]archive.Cue // of each column, by where they begin: who speaks, and what is doubted
}

// rows makes the rows of the page, with the heads of chapters between them.
func (m sideMaker) rows(all []search.SideRow) []sideRow {
	chapters := slices.Clone(m.doc.Chapters)
	slices.SortStableFunc(chapters, func(a, b archive.Chapter) int { return int(a.StartMs - b.StartMs) })
	ids := map[string]int{}
	last := make([]string, len(m.columns))
	var out []sideRow
	now := -1
	for _, t := range all {
		for len(chapters) > 0 && chapters[0].StartMs <= t.StartMs+besideEarly {
			out = append(out, sideRow{Head: m.heads(chapters[0])})
			chapters = chapters[1:]
		}
		r := sideRow{ID: lineID(ids, t.StartMs), StartMs: t.StartMs}
		for n, c := range t.Cells {
			r.Cells = append(r.Cells, m.cell(n, c, &last[n]))
			for _, x := range c.Lines {
				r.EndMs = max(r.EndMs, x.EndMs)
			}
		}
		if m.nowMs >= t.StartMs {
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

// cell shows the lines of a column; who spoke last is named once.
func (m sideMaker) cell(n int, c search.SideCell, last *string) sideCell {
	col := m.columns[n]
	out := sideCell{Number: col.Number, In: c.Language}
	if len(c.Lines) == 0 {
		out.In = col.Language
		return out
	}
	track := col.text.Track
	for i, x := range c.Lines {
		cue := m.cues[n][x.StartMs]
		if i == 0 && cue.Speaker != *last {
			out.Who, *last = scriptMaker{l: m.l}.who(track, cue.Speaker), cue.Speaker
		}
		out.Text = append(out.Text, sidePiece{x.Text, doubted(track, cue)})
	}
	return out
}
