package web

import (
	"cmp"
	"context"
	"errors"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"cabina/archive"
	"cabina/search"
	"cabina/web/locale"
)

// linesPart is the answer as a concordance: every place where the words were said, a line for each.
type linesPart struct {
	Rows        []lineRow
	Orders      []tab
	About       string // which lines these are: all, a sample, or more than are sorted
	Sampled     *tab   // to a sample, or back to all lines; nil: all are sorted
	Page        string // lines 1 to 30 of 84
	First, Next string
}

// lineRow is a line of the concordance.
type lineRow struct {
	playAt
	ID      string // of the row on the page
	Line    string // search.LineID
	Left    string // what stands in the cell on the page's start side; Right on its end side
	Word    string
	Right   string
	Swapped bool // the line's language runs the other way than the page
	Title   said
	Watch   string // the session's page
	Date    string
	DateISO string
	Open    bool // its moment in the other languages stands below it
	Opens   string
	Cite    string
	Also    []alsoRow
}

// Dir is the direction in which the line's words stand.
func (r lineRow) Dir() template.HTMLAttr {
	if r.In == archive.FloorLanguage || !r.In.Valid() {
		return `dir="auto"`
	}
	return template.HTMLAttr(`lang="` + string(r.In) + `" dir="` + locale.Dir(r.In) + `"`) // a valid tag holds letters, digits and - alone
}

const (
	perLines  = 30  // lines on a page
	perSample = 500 // that are offered of more lines than are sorted
)

// lines asks for lines.
func (f *finder) lines(ctx context.Context) error {
	g := f.page
	answer, err := f.askLines(ctx, perLines)
	if err != nil {
		return err
	}
	m := &linesPart{Orders: g.orders()}
	for _, k := range answer.Lines {
		if row, ok := f.lineRow(k); ok {
			m.Rows = append(m.Rows, row)
		}
	}
	g.Lines, g.None = m, answer.Total == 0
	g.Count = g.countLines(answer)
	m.about(g, answer)
	m.Page = g.pageOfLines(answer)
	m.First, m.Next = g.linePages(answer)
	return nil
}

// askLines asks for a page of lines with what stands beside each. A cursor that is none of this query begins again from the first page, and the page says so.
func (f *finder) askLines(ctx context.Context, limit int) (*search.LinesAnswer, error) {
	g := f.page
	r := search.LinesRequest{Request: f.request, Sample: g.Sample, Seed: uint64(g.Seed), Beside: true}
	r.Limit = limit
	r.Sort, _ = search.ParseLineSort(g.Sort)
	answer, err := f.s.Search.Lines(ctx, r)
	if errors.As(err, new(search.BadCursor)) {
		g.Notes = append(g.Notes, note{Kind: "warn", Icon: "warn", Text: g.Lang.Say("search.stale")})
		r.Cursor = ""
		answer, err = f.s.Search.Lines(ctx, r)
	}
	if err != nil {
		return nil, err
	}
	f.counts.ByLanguage = answer.ByLanguage
	return answer, nil
}

// linePages are the ways to the other pages of lines.
func (g *searchPage) linePages(a *search.LinesAnswer) (first, next string) {
	if a.From > 0 {
		first = g.At()
	}
	if a.Next != nil {
		next = g.At("cursor", *a.Next)
	}
	return first, next
}

func (g *searchPage) pageOfLines(a *search.LinesAnswer) string {
	if len(a.Lines) == 0 {
		return ""
	}
	all := a.Total
	if g.Sample > 0 {
		all = min(all, g.Sample)
	}
	return g.Lang.Say("search.linesOf", "from", a.From+1, "to", a.From+len(a.Lines), "n", all)
}

// countLines says how many lines there are, and in which languages.
func (g *searchPage) countLines(a *search.LinesAnswer) template.HTML {
	var each []template.HTML
	langs := make([]archive.Language, 0, len(a.ByLanguage))
	for l := range a.ByLanguage {
		langs = append(langs, l)
	}
	slices.SortFunc(langs, func(x, y archive.Language) int {
		return cmp.Or(a.ByLanguage[y]-a.ByLanguage[x], strings.Compare(string(x), string(y)))
	})
	for _, l := range langs {
		each = append(each, "<bdi>"+ownName(g.Lang, l)+" "+template.HTML(g.Lang.Number(int64(a.ByLanguage[l])))+"</bdi>")
	}
	found := g.Lang.Say("count.found", "found", g.Lang.Say("count.lines", "n", a.Total), "sessions", g.Lang.Say("count.inSessions", "n", a.Sessions))
	return g.Lang.HTML("search.linesIn", "found", found, "languages", g.Lang.ListHTML(each))
}

// about says which of the lines stand on the page, and leads to a sample where there are more than are sorted.
func (m *linesPart) about(g *searchPage, a *search.LinesAnswer) {
	l := g.Lang
	switch {
	case g.Sample > 0 && a.Total > g.Sample:
		m.About = l.Say("search.sampled", "n", g.Sample, "of", a.Total, "seed", strconv.Itoa(g.Seed))
		m.Sampled = &tab{URL: g.At("sample", "", "seed", ""), Words: l.Say("search.allTheLines")}
	case !a.Sorted:
		m.About = l.Say("search.unsorted", "most", search.MostSorted)
		m.Sampled = &tab{URL: g.At("sample", strconv.Itoa(perSample), "seed", "1"), Words: l.Say("search.takeSample", "n", perSample)}
	default:
		m.About = l.Say("search.everyLine", "n", a.Total)
	}
}

func (f *finder) lineRow(k search.Kwic) (lineRow, bool) {
	place := f.placeOf(k.Session)
	if place == nil {
		return lineRow{}, false
	}
	g := f.page
	r := lineRow{ID: "l-" + k.ID, Line: k.ID, Left: k.Left, Word: k.Word, Right: k.Right, Title: place.title(), Watch: place.url()}
	r.playAt = place.play(k.Text, k.Voice, k.Language, k.StartMs, "m", momentOf(k.URL))
	if r.Swapped = k.Language != archive.FloorLanguage && locale.Dir(k.Language) != g.Lang.Dir(); r.Swapped {
		r.Left, r.Right = r.Right, r.Left
	}
	if day := place.doc.Date(); !day.IsZero() {
		r.Date, r.DateISO = g.Lang.Day(day), day.Format("2006-01-02")
	}
	r.Also, r.Cite = f.beside(place, k), place.cite(momentOf(k.URL))
	r.Open = g.open == k.ID
	r.Opens = g.At("cursor", g.cursor, "open", k.ID) + "#" + r.ID
	if r.Open {
		r.Opens = g.At("cursor", g.cursor) + "#" + r.ID
	}
	return r, true
}

// beside is what the other languages said at a line's moment; those that said nothing are left out.
func (f *finder) beside(place *foundPlace, k search.Kwic) []alsoRow {
	var out []alsoRow
	for _, b := range k.Beside {
		if len(b.Lines) > 0 {
			out = append(out, alsoRow{playAt: place.besides(b.Text, b.Voice, b.Language, b.StartMs), Quote: quote(b.Lines)})
		}
	}
	slices.SortStableFunc(out, func(a, b alsoRow) int { return a.Number - b.Number })
	return out
}

// besides is a link to what another language says at a moment.
func (p *foundPlace) besides(text, voice string, in archive.Language, ms int64) playAt {
	return p.play(text, voice, in, ms, "t", seconds(ms), "voice", cmp.Or(voice, string(in)))
}

// orders are the ways to sort lines.
func (g *searchPage) orders() []tab {
	now, _ := search.ParseLineSort(g.Sort)
	var out []tab
	for _, o := range []struct {
		by    search.LineSort
		words string
	}{{search.ByTime, "search.sortTime"}, {search.ByLeft, "search.sortLeft"}, {search.ByRight, "search.sortRight"}, {search.BySession, "search.sortSession"}} {
		by := string(o.by)
		if o.by == search.ByTime {
			by = ""
		}
		out = append(out, tab{g.At("sort", by), g.Lang.Say(o.words), o.by == now})
	}
	return out
}
