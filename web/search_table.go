package web

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"cabina/archive"
	"cabina/search"
)

// tablePart is the answer as a table: one row for each place where the words were said, one column for each language.
type tablePart struct {
	Columns     []archive.Language
	Rows        []tableRow
	Page        string
	First, Next string
}

// tableRow is a place with what each language said then.
type tableRow struct {
	Title   said
	Watch   string
	Date    string
	DateISO string
	Cells   []tableCell
}

// tableCell is what one language said at a row's moment.
type tableCell struct {
	playAt
	Quote     []piece
	Own       bool // the line itself
	Unwritten bool // there is sound, and nobody wrote down what was said
	Absent    bool // the session has neither sound nor text in this language
}

// perTable is how many rows a page of the table has.
const perTable = 20

// table asks for lines with all their languages.
func (f *finder) table(ctx context.Context) error {
	g := f.page
	answer, err := f.askLines(ctx, perTable)
	if err != nil {
		return err
	}
	m := &tablePart{Columns: f.tableColumns(answer)}
	for _, k := range answer.Lines {
		if row, ok := f.tableRow(k, m.Columns); ok {
			m.Rows = append(m.Rows, row)
		}
	}
	g.Table, g.None = m, answer.Total == 0
	g.Count = g.countLines(answer)
	m.Page = g.pageOfLines(answer)
	m.First, m.Next = g.linePages(answer)
	return nil
}

// tableColumns are the languages of the page's rows: by the numbers of their channels, where they have some.
func (f *finder) tableColumns(a *search.LinesAnswer) []archive.Language {
	number := map[archive.Language]int{}
	for _, k := range a.Lines {
		place := f.placeOf(k.Session)
		if place == nil {
			continue
		}
		for _, l := range append([]archive.Language{place.channelOf(k.Text, k.Language)}, place.channelsOf(k.Beside)...) {
			n := slices.Index(place.channels, l)
			if n < 0 {
				n = len(place.channels)
			}
			if old, known := number[l]; !known || n < old {
				number[l] = n
			}
		}
	}
	out := slices.Collect(maps.Keys(number))
	slices.SortFunc(out, func(a, b archive.Language) int {
		return cmp.Or(number[a]-number[b], strings.Compare(string(a), string(b)))
	})
	return out
}

func (p *foundPlace) channelsOf(cells []search.Beside) []archive.Language {
	var out []archive.Language
	for _, b := range cells {
		out = append(out, p.channelOf(b.Text, b.Language))
	}
	return out
}

func (f *finder) tableRow(k search.Kwic, columns []archive.Language) (tableRow, bool) {
	place := f.placeOf(k.Session)
	if place == nil {
		return tableRow{}, false
	}
	r := tableRow{Title: place.title(), Watch: place.url(), Cells: make([]tableCell, len(columns))}
	if day := place.doc.Date(); !day.IsZero() {
		r.Date, r.DateISO = f.page.Lang.Day(day), day.Format("2006-01-02")
	}
	for i := range r.Cells {
		r.Cells[i].Absent = true
	}
	own := []piece{{Text: lastWords(k.Left)}, {Text: k.Word, Mark: true}, {Text: firstWords(k.Right)}}
	r.Cells[slices.Index(columns, place.channelOf(k.Text, k.Language))] = tableCell{playAt: place.play(k.Text, k.Voice, k.Language, k.StartMs, "m", momentOf(k.URL)), Quote: own, Own: true}
	for _, b := range k.Beside {
		c := &r.Cells[slices.Index(columns, place.channelOf(b.Text, b.Language))]
		if c.Own || len(c.Quote) > 0 {
			continue // a description beside a voice of its language, or a floor text in the line's own language
		}
		*c = tableCell{Unwritten: b.Text == ""}
		if len(b.Lines) > 0 {
			*c = tableCell{playAt: place.besides(b.Text, b.Voice, b.Language, b.StartMs), Quote: quote(b.Lines)}
		}
	}
	return r, true
}

// cellContext is how much of what stands before and after the word a cell shows, in code points.
const cellContext = 60

// lastWords cuts a text at its beginning, firstWords at its end: between words, with a sign that there is more.
func lastWords(text string) string {
	runes := []rune(text)
	if len(runes) <= cellContext {
		return text
	}
	cut := string(runes[len(runes)-cellContext:])
	if i := strings.IndexByte(cut, ' '); i >= 0 {
		cut = cut[i+1:]
	}
	return "… " + cut
}

func firstWords(text string) string {
	runes := []rune(text)
	if len(runes) <= cellContext {
		return text
	}
	cut := string(runes[:cellContext])
	if i := strings.LastIndexByte(cut, ' '); i > 0 {
		cut = cut[:i]
	}
	return cut + " …"
}
