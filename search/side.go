package search

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"slices"

	"cabina/archive"
)

// SideBySide is texts of one session beside each other. Every cue of every text that is not withdrawn stands in one row, in order; which stand in one row does not
// depend on the order of the columns.
type SideBySide struct {
	Columns []SideColumn `json:"columns"`
	Rows    []SideRow    `json:"rows"`
}

// SideColumn is a text. LagMs is how far behind the floor it is laid: measured of it, or what is usual of a booth.
type SideColumn struct {
	Text     string           `json:"text"`
	Voice    string           `json:"voice,omitempty"`
	Language archive.Language `json:"language"`
	Role     archive.Role     `json:"role"`
	Origin   string           `json:"origin,omitempty"`
	LagMs    int64            `json:"lagMs"`
	Measured bool             `json:"measured"`
}

// SideRow is what is said at one moment; StartMs is where its first cue begins. As many cells as there are columns.
type SideRow struct {
	StartMs int64      `json:"startMs"`
	Cells   []SideCell `json:"cells"`
}

// SideCell is what one text says there; without lines it says nothing.
type SideCell struct {
	Language archive.Language `json:"language,omitempty"` // of its first line
	Lines    []Line           `json:"lines"`
}

// Side lays two or more texts of r.Session beside each other; one alone is a column too. Of Request only Session, Viewer and Sessions count. An error that is
// fs.ErrNotExist: the session or a text is not there, or not for this viewer.
func (x *Index) Side(ctx context.Context, r Request, texts []string) (*SideBySide, error) {
	x.reading.RLock()
	defer x.reading.RUnlock()
	s := x.searching(&r)
	defer s.done()
	out := &SideBySide{Columns: []SideColumn{}, Rows: []SideRow{}}
	var columns []*column
	for i, id := range texts {
		c := s.column(i, id)
		if c == nil {
			return nil, fmt.Errorf("text %s of %s: %w", id, r.Session, fs.ErrNotExist)
		}
		columns = append(columns, c)
		out.Columns = append(out.Columns, c.SideColumn)
	}
	slices.SortFunc(columns, func(a, b *column) int {
		return cmp.Or(cmpBool(!booth(a.doc, a.v), !booth(b.doc, b.v)), compareTracks(a.Text, b.Text))
	})
	for _, row := range align(columns) {
		out.Rows = append(out.Rows, row.show(columns))
	}
	return out, nil
}

// column is a text that is to be laid beside others.
type column struct {
	SideColumn
	place int // among the columns asked for
	doc   *archive.Session
	v     *archive.Version
	file  *text
	cues  []int // without those that were withdrawn
}

func (s *searching) column(place int, id string) *column {
	doc, t := s.sees(s.r.Session, id)
	if doc == nil || t.Kind != archive.Text {
		return nil
	}
	file := s.textOf(doc.ID, id)
	if file == nil {
		return nil
	}
	v := versionOf(t, file)
	c := &column{place: place, doc: doc, v: v, file: file, SideColumn: SideColumn{Text: id, Voice: file.Voice, Language: t.Language, Role: roleOf(doc, t, v), Origin: t.Origin}}
	c.LagMs, c.Measured = s.lag(doc, t, v)
	cuts := doc.Cuts(t)
	for i := range file.Cues {
		if !inCuts(cuts, file, i) {
			c.cues = append(c.cues, i)
		}
	}
	return c
}

// said is when a cue's words were said in the room, as far as is known.
func (c *column) said(cue int) int64 { return c.file.start(cue) - c.LagMs }

// aligned is a row: cues by column, as columns are sorted.
type aligned struct {
	at    int64 // when the cue that began the row was said in the room
	first int   // the column that began it
	cues  [][]int
}

// align makes rows: the first column's cues begin one each, and a cue of another joins the nearest of them that it stands beside. What is left begins rows of its own,
// by the same rule.
func align(columns []*column) []aligned {
	left := make([][]int, len(columns))
	for i, c := range columns {
		left[i] = c.cues
	}
	var rows []aligned
	for first, c := range columns {
		begun := len(rows)
		for _, cue := range left[first] {
			row := aligned{at: c.said(cue), first: first, cues: make([][]int, len(columns))}
			row.cues[first] = []int{cue}
			rows = append(rows, row)
		}
		for i := first + 1; i < len(columns); i++ {
			left[i] = join(rows[begun:], i, columns[i], left[i])
		}
	}
	slices.SortStableFunc(rows, func(a, b aligned) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.first, b.first)) })
	return rows
}

// join puts the cues of a column into the rows they stand beside, which are in order, and gives the others.
func join(rows []aligned, place int, c *column, cues []int) (left []int) {
	n := 0
	for _, cue := range cues {
		at := c.said(cue)
		for n+1 < len(rows) && distance(rows[n+1].at, at) < distance(rows[n].at, at) {
			n++
		}
		if n >= len(rows) || distance(rows[n].at, at) > besideMs {
			left = append(left, cue)
			continue
		}
		rows[n].cues[place] = append(rows[n].cues[place], cue)
	}
	return left
}

func distance(a, b int64) int64 { return max(a-b, b-a) }

func (r *aligned) show(columns []*column) SideRow {
	out := SideRow{Cells: make([]SideCell, len(columns))}
	begun := false
	for i, c := range columns {
		cell := SideCell{Lines: []Line{}}
		for _, cue := range r.cues[i] {
			l := line(c.file, cue)
			if len(cell.Lines) == 0 {
				cell.Language = c.file.language(cue)
			}
			if !begun || l.StartMs < out.StartMs {
				out.StartMs, begun = l.StartMs, true
			}
			cell.Lines = append(cell.Lines, l)
		}
		out.Cells[c.place] = cell
	}
	return out
}
