package web

import (
	"html/template"
	"net/url"
	"slices"
	"strconv"

	"cabina/archive"
	"cabina/web/locale"
)

// row is a session in a list.
type row struct {
	URL        string
	Pic        string // address of a picture; empty: a drawn tile stands there
	Title      said
	Conference *link // nil where the list is of one conference
	Date       string
	DateISO    string
	Length     string // 0:41:20; empty where it is not known yet
	People     []string
	Topics     []topic
	Cover      cover
	Mine       template.HTML // what there is in the reader's language
}

// topic is what a session is about, and the sessions of its conference that are about it, too.
type topic struct {
	Words string
	URL   string // empty: of no conference
}

// row shows a listed session on page p; within is the conference that the page is about.
func (x listed) row(p page, within *archive.Conference) row {
	l := p.Lang
	r := row{
		URL: p.URL("sessions/"+x.address, "voice", p.Voice), Pic: x.pic,
		Title: title(x.doc, l), Cover: x.cover, People: named(people(x.doc, x.viewer)), Topics: topics(p, x.doc, x.conf),
		Mine: mine(l, x.cover, wished(p)),
	}
	if x.conf != nil && within == nil {
		r.Conference = &link{p.URL("conferences/"+x.conf.ID, "voice", p.Voice), conferenceTitle(x.conf, l)}
	}
	if day := x.doc.Date(); !day.IsZero() {
		r.Date, r.DateISO = l.Day(day), day.Format("2006-01-02")
	}
	if x.doc.Clock.LengthMs > 0 {
		r.Length = locale.Timecode(x.doc.Clock.LengthMs)
	}
	return r
}

func rows(p page, within *archive.Conference, all []listed) []row {
	var out []row
	for _, x := range all {
		out = append(out, x.row(p, within))
	}
	return out
}

func named(all []archive.Person) []string {
	var out []string
	for _, p := range all {
		out = append(out, p.Name)
	}
	return out
}

func topics(p page, doc *archive.Session, conf *archive.Conference) []topic {
	var out []topic
	for _, words := range doc.Topics {
		t := topic{Words: words}
		if conf != nil {
			t.URL = p.URL("conferences/"+conf.ID, "voice", p.Voice, "topic", words)
		}
		out = append(out, t)
	}
	return out
}

// wished is the language whose state lists tell in words: the one chosen by the address, else the interface's.
func wished(p page) archive.Language {
	switch v := archive.Language(p.Voice); {
	case v == "floor":
		return archive.FloorLanguage
	case v.Valid():
		return v
	}
	return p.Lang.Language()
}

// mine says in words what a session has in one language.
func mine(l locale.Lang, c cover, of archive.Language) template.HTML {
	k := c.key(of)
	key := "cover.neither"
	switch {
	case k.Sound && k.Text:
		key = "cover.both"
	case k.Sound:
		key = "cover.onlySound"
	case k.Waiting:
		key = "cover.waits"
	case k.Text:
		key = "cover.onlyText"
	}
	return l.HTML(key, "language", ownName(l, k.Language))
}

// pager goes through a long list.
type pager struct {
	Text     string // which of how many
	Previous string
	Next     string
}

// part cuts the piece of a list that the parameter page names (1 is the first), and gives the way to the others; no pager where all fit.
func part[T any](p page, path, number string, size int, all []T, pairs ...string) ([]T, *pager) {
	n, err := strconv.Atoi(number)
	last := max((len(all)+size-1)/size, 1)
	if err != nil || n < 1 || n > last {
		n = 1
	}
	if last == 1 {
		return all, nil
	}
	from, to := (n-1)*size, min(n*size, len(all))
	at := func(n int) string {
		if n == 1 {
			return p.URL(path, pairs...) + "#list"
		}
		return p.URL(path, append(slices.Clone(pairs), "page", strconv.Itoa(n))...) + "#list"
	}
	g := &pager{Text: p.Lang.Say("pager.sessions", "from", from+1, "to", to, "n", len(all))}
	if n > 1 {
		g.Previous = at(n - 1)
	}
	if n < last {
		g.Next = at(n + 1)
	}
	return all[from:to], g
}

// choice is a key or a box by which a reader narrows what is listed.
type choice struct {
	Name     string // of the parameter
	Value    string
	Language archive.Language // of a language's
	Words    said             // of another's
	Count    int
	Chosen   bool
}

// chosen reads a parameter that may come several times.
func chosen(q url.Values, name string) []string {
	const most = 50
	return q[name][:min(len(q[name]), most)]
}
