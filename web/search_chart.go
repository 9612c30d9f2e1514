package web

import (
	"strconv"

	"cabina/archive"
	"cabina/search"
	"cabina/web/locale"
)

// chart is the drawing of how often: a row of bars for each language, a bar for each session in the order they were held, or for each year where there are too many
// sessions to tell apart. Sizes are in the drawing's own units.
type chart struct {
	Height, Foot, FootText int
	ByYear                 bool
	Bars                   int // in a row
	Groups                 []chartLine
	Rows                   []chartRow
	Below                  []chartWord
}

// chartLine is where a month or a year begins.
type chartLine struct {
	X, TextX int
	Words    string // empty: no room for them
}

type chartRow struct {
	Language archive.Language
	Lines    int
	Y, YText int // of the name and what stands under it
	Base     string
	Bars     []chartBar
}

type chartBar struct {
	X, Y, Width, Height int
	Nothing             bool
	Words               string // its number, where it is tall enough to need one
	TextX, TextY        int
}

type chartWord struct {
	X     int
	Words string
}

// The drawing's measures.
const (
	chartLeft   = 110
	chartWidth  = 1207
	chartStep   = 56 // most, from bar to bar
	chartRowH   = 92
	chartTall   = 64
	chartMost   = 110 // bars
	chartApart  = 92  // between two words above
	chartNumber = 3   // from this many lines on a bar carries its number
)

// column is what one bar of each row stands for.
type column struct {
	group  string // month or year, as 2020-07 or 2020
	shares map[archive.Language]search.Share
}

func newChart(l locale.Lang, a *search.OverTime, langs []archive.Language, byShare bool) chart {
	columns, byYear := columnsOf(a)
	c := chart{ByYear: byYear, Bars: len(columns), Height: 24 + chartRowH*len(langs) + 16}
	c.Foot, c.FootText = c.Height-20, c.Height-4
	if len(columns) == 0 {
		return c
	}
	step := min(chartStep, (chartWidth-chartLeft)/len(columns))
	c.group(l, columns, step)
	tallest := 0.0
	for _, col := range columns {
		for _, in := range langs {
			tallest = max(tallest, height(col.shares[in], byShare))
		}
	}
	for n, in := range langs {
		base := 24 + chartRowH*n + 78
		r := chartRow{Language: in, Lines: a.Languages[in].Lines, Y: base - 30, YText: base - 12, Base: "M110 " + strconv.Itoa(base) + ".5H1207"}
		for i, col := range columns {
			r.Bars = append(r.Bars, bar(l, col.shares[in], byShare, tallest, chartLeft+4+i*step, base, max(step-max(step/4, 1), 1)))
		}
		c.Rows = append(c.Rows, r)
	}
	return c
}

// columnsOf gives a column for each session, or for each year.
func columnsOf(a *search.OverTime) (out []column, byYear bool) {
	if len(a.Sessions) > chartMost {
		for _, y := range a.Years {
			out = append(out, column{y.Year, y.Languages})
		}
		return out, true
	}
	for _, s := range a.Sessions {
		out = append(out, column{s.Date[:min(len(s.Date), len("2020-07"))], s.Languages})
	}
	return out, false
}

func height(s search.Share, byShare bool) float64 {
	if byShare {
		return s.Per10000()
	}
	return float64(s.Lines)
}

func bar(l locale.Lang, s search.Share, byShare bool, tallest float64, x, base, width int) chartBar {
	b := chartBar{X: x, Y: base - 1, Width: width, Height: 1, Nothing: s.Lines == 0}
	if b.Nothing {
		return b
	}
	b.Height = max(int(height(s, byShare)/tallest*chartTall), 3)
	b.Y = base - b.Height
	if s.Lines >= chartNumber && width >= 14 {
		b.Words = l.Number(int64(s.Lines))
		if byShare {
			b.Words = l.Decimal(s.Per10000())
		}
		b.TextX, b.TextY = x+width/2, b.Y-4
	}
	return b
}

// group writes the months above, and the numbers of the bars below.
func (c *chart) group(l locale.Lang, columns []column, step int) {
	group, word := "", -chartApart
	for i, col := range columns {
		x := chartLeft + i*step
		if col.group != "" && col.group != group {
			line := chartLine{X: x - 2, TextX: x + 4}
			if x-word >= chartApart {
				line.Words, word = monthOrYear(l, col.group), x
			}
			c.Groups = append(c.Groups, line)
		}
		group = col.group
		if n := i + 1; !c.ByYear && (n == 1 || n == len(columns) || n%5 == 0 && len(columns)-n >= 3) {
			c.Below = append(c.Below, chartWord{x + 4 + (step-step/4)/2, l.Number(int64(n))})
		}
	}
}

func monthOrYear(l locale.Lang, group string) string {
	if len(group) == len("2020") {
		return group
	}
	return l.Span(group, "")
}
