package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/search"
)

// The ways to read what a search found, as the parameter view names them. Each has an address that can be kept; the first has none in it.
const (
	viewMoments = ""
	viewLines   = "lines"
	viewTime    = "time"
	viewTable   = "table"
)

// perWords is the value of per that asks for lines to 10,000 words.
const perWords = "words"

// asking is what the address of a search asks for: the words, what they are narrowed to, and how the answer is read.
type asking struct {
	page
	viewer     archive.Viewer
	Words      string // as typed
	View       string
	Langs      []archive.Language // of what is said
	Conference string
	Session    string
	Topics     []string
	Role       string // as the filter role: of the words
	Origin     string
	Speaker    string
	From, To   string   // days, 2020-07-14, both meant; empty: any
	Also       []string // equivalents that are ticked, as es:criminalización
	Sort       string   // of lines
	Sample     int      // of lines; 0: all of them
	Seed       int
	Per        string // of the answer over time: perWords, or none
	number     string // of the page of strips
	cursor     string
	open       string // of lines: the one whose moment is shown in the other languages
	left       bool   // a filter of the address could not be read, and was left out
}

// asking reads the address. What is not a value that a filter knows is left out, and the page says so.
func (s *Server) asking(c echo.Context) asking {
	q := c.QueryParams()
	a := asking{page: s.page(c, sectionSearch), viewer: s.viewer(c), cursor: q.Get("cursor"), open: q.Get("open"), number: q.Get("page"), Also: chosen(q, "also"), Sort: q.Get("sort")}
	a.Words = strings.TrimSpace(q.Get("q"))
	if slices.Contains([]string{viewLines, viewTime, viewTable}, q.Get("view")) {
		a.View = q.Get("view")
	}
	if q.Get("per") == perWords {
		a.Per = perWords
	}
	for _, l := range chosen(q, "lang") {
		if a.knows(search.Lang, l) && archive.Language(l).Valid() {
			a.Langs = append(a.Langs, archive.Language(l))
		}
	}
	for _, t := range chosen(q, "topic") {
		if a.knows(search.Topic, t) && len(a.Topics) < mostTopics {
			a.Topics = append(a.Topics, t)
		}
	}
	one := func(into *string, name search.FilterName, parameter string) {
		if v := strings.TrimSpace(q.Get(parameter)); a.knows(name, v) {
			*into = v
		}
	}
	one(&a.Conference, search.ConferenceName, "conference")
	one(&a.Session, search.SessionName, "session")
	one(&a.Role, search.RoleFilter, "role")
	one(&a.Origin, search.Origin, "origin")
	one(&a.Speaker, search.Speaker, "speaker")
	one(&a.From, search.After, "from")
	one(&a.To, search.Before, "to")
	a.Sample, a.Seed = countParam(q.Get("sample")), countParam(q.Get("seed"))
	return a
}

// mostTopics bounds how many topics an address may name: a query takes 16 filters in all.
const mostTopics = 8

// countParam reads a number of an address; what is none, or below 0, is 0.
func countParam(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// knows is true of a value that the filter can be asked for, false of none and of one it does not know, which is noted.
func (a *asking) knows(name search.FilterName, value string) bool {
	if value == "" {
		return false
	}
	_, err := search.Parse("x " + filterText(name, value))
	a.left = a.left || err != nil
	return err == nil
}

// filterText writes a filter as it is typed.
func filterText(name search.FilterName, value string) string {
	value = strings.Map(func(r rune) rune {
		if strings.ContainsRune("\"“”„«»", r) {
			return ' ' // would end the value
		}
		return r
	}, value)
	if strings.ContainsAny(value, " \t\n") {
		value = `"` + value + `"`
	}
	return string(name) + ":" + value
}

// query reads the words. An error is a *search.QueryError, whose place is in the words as they were typed.
func (a asking) query() (*search.Query, error) {
	if _, err := search.Parse(a.Words); err != nil {
		return nil, err
	}
	return search.Parse(a.text(a.Words))
}

// text is the whole query as it could be typed: words, which are those of the page or made from them, and the filters of the form, but for those that are
// parameters of the API, too.
func (a asking) text(words string) string {
	out := []string{words}
	add := func(name search.FilterName, value string) {
		if value != "" {
			out = append(out, filterText(name, value))
		}
	}
	for _, t := range a.Topics {
		add(search.Topic, t)
	}
	add(search.RoleFilter, a.Role)
	add(search.Origin, a.Origin)
	add(search.Speaker, a.Speaker)
	add(search.After, a.From)
	add(search.Before, dayAfter(a.To))
	return strings.Join(out, " ")
}

// dayAfter is the first day that is no longer meant by "to".
func dayAfter(day string) string {
	for _, p := range []struct {
		layout              string
		years, months, days int
	}{{"2006-01-02", 0, 0, 1}, {"2006-01", 0, 1, 0}, {"2006", 1, 0, 0}} {
		if t, err := time.Parse(p.layout, day); err == nil {
			return t.AddDate(p.years, p.months, p.days).Format("2006-01-02")
		}
	}
	return day
}

// request is the search that the page asks for.
func (s *Server) request(a asking, q *search.Query) search.Request {
	return search.Request{
		Query: q, Languages: a.Langs, Session: a.Session, Conference: a.Conference, Cursor: a.cursor,
		Viewer: a.viewer, Lang: string(a.Lang), Sessions: s.Mirror.Session,
	}
}

// narrowed are the parameters of what the words are narrowed to.
func (a asking) narrowed() [][2]string {
	var out [][2]string
	for _, l := range a.Langs {
		out = append(out, [2]string{"lang", string(l)})
	}
	out = append(out, [2]string{"conference", a.Conference}, [2]string{"session", a.Session})
	for _, t := range a.Topics {
		out = append(out, [2]string{"topic", t})
	}
	out = append(out, [2]string{"role", a.Role}, [2]string{"origin", a.Origin}, [2]string{"speaker", a.Speaker}, [2]string{"from", a.From}, [2]string{"to", a.To})
	return slices.DeleteFunc(out, func(p [2]string) bool { return p[1] == "" })
}

// params are the parameters of the page, all but the place in its list, with values.
func (a asking) params() [][2]string {
	out := [][2]string{{"q", a.Words}}
	if a.View != viewMoments {
		out = append(out, [2]string{"view", a.View})
	}
	out = append(out, a.narrowed()...)
	for _, w := range a.Also {
		out = append(out, [2]string{"also", w})
	}
	if a.View == viewTime {
		out = append(out, [2]string{"per", a.Per})
	}
	if a.View == viewLines || a.View == viewTable {
		out = append(out, [2]string{"sort", a.Sort})
		if a.Sample > 0 {
			out = append(out, [2]string{"sample", strconv.Itoa(a.Sample)}, [2]string{"seed", strconv.Itoa(a.Seed)})
		}
	}
	return slices.DeleteFunc(out, func(p [2]string) bool { return p[1] == "" })
}

// Carried gives the parameters that a form of the page carries on, but for those that are its own.
func (a asking) Carried(own ...string) [][2]string {
	return slices.DeleteFunc(a.params(), func(p [2]string) bool { return slices.Contains(own, p[0]) })
}

// At is the same search with some parameters in the place of those of their name; empty ones go away.
func (a asking) At(pairs ...string) string {
	var own []string
	for i := 0; i < len(pairs); i += 2 {
		own = append(own, pairs[i])
	}
	return a.URL("search", append(flat(a.Carried(own...)), pairs...)...)
}
