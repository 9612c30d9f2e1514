package web

import (
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/web/locale"
)

// page is what every page has: its masthead, its other languages, its foot. Each page's own struct embeds it.
type page struct {
	Lang      locale.Lang
	Title     string   // of the window, without the site's name
	Section   string   // of the masthead that the page belongs to: sectionHome, sectionSearch or none
	Tongues   []tongue // this page in the languages of the interface
	Alternate bool     // the page is there in each of them
	Canonical string   // its address without what varies
	Hidden    bool     // not for search engines
	Voice     string   // the voice that the reader chose by the address, which links to sessions carry on
	Script    bool     // the page is played or followed by the script
	Meta      []meta   // for programs
}

const (
	sectionHome   = "conferences"
	sectionSearch = "search"
)

// tongue is a language of the interface in the masthead.
type tongue struct {
	Lang    locale.Lang
	Host    string // of the public address, for search engines
	URL     string
	Current bool
}

// page begins the page of a request.
func (s *Server) page(c echo.Context, section string) page {
	l, u := s.lang(c), c.Request().URL
	first, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	if named, ok := s.langOf(first); ok {
		l = named // also of an address that leads nowhere
	}
	p := page{Lang: l, Section: section, Voice: c.QueryParam("voice")}
	rest, under := strings.CutPrefix(u.Path, "/"+string(l)+"/")
	p.Alternate = under
	rest = "/" + rest
	if !under {
		rest = "/"
	}
	for _, other := range s.langs() {
		at := url.URL{Path: "/" + string(other) + rest}
		if under {
			at.RawQuery = u.RawQuery
		}
		p.Tongues = append(p.Tongues, tongue{Lang: other, Host: s.PublicURL, URL: at.String(), Current: other == l})
	}
	p.Canonical = s.PublicURL + (&url.URL{Path: u.Path}).String()
	return p
}

// URL is an address of this site in the page's language: what stands behind /{lang}/, with parameters in pairs; those without a value are left out.
func (p page) URL(path string, pairs ...string) string {
	u := url.URL{Path: "/" + string(p.Lang) + "/" + path}
	u.RawQuery = query(pairs...)
	return u.String()
}

// query writes parameters in the order in which they come.
func query(pairs ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(pairs[i]) + "=" + url.QueryEscape(pairs[i+1]))
	}
	return b.String()
}

// Home is the address of the home page.
func (p page) Home() string { return p.URL("", "voice", p.Voice) }

// About is the address of the page about this archive.
func (p page) About() string { return p.URL("about") }

// Search is the address of the search page.
func (p page) Search() string { return p.URL("search") }

// Suggest is where the script asks how words that are being typed may go on.
func (p page) Suggest() string { return p.URL("suggest") }

// show fills a page and sends it.
func (s *Server) show(c echo.Context, l locale.Lang, name string, data any, k keep) error {
	body, err := s.pages.execute(l, name, data)
	if err != nil {
		return err
	}
	return s.answer(c, htmlType, body, k)
}

// said is a text and the language it is in; none means the page's.
type said struct {
	Words string
	In    archive.Language
}

// say gives the words that suit a page in language l: in that language or one of its regions, else in the next one there is. More names languages that are
// better than any other.
func say(w archive.Words, l locale.Lang, more ...archive.Language) said {
	have := make([]archive.Language, 0, len(w))
	for in, words := range w {
		if words != "" {
			have = append(have, in)
		}
	}
	slices.Sort(have)
	var first []archive.Language
	for _, want := range append([]archive.Language{l.Language()}, more...) {
		if found, ok := locale.Choose(want, have); ok {
			first = append(first, found)
		}
	}
	in, words := w.In(first...)
	return said{words, in}
}

// title gives a session's title; one without is named by its id.
func title(doc *archive.Session, l locale.Lang) said {
	if t := say(doc.Title, l); t.Words != "" {
		return t
	}
	return said{Words: doc.ID}
}

func conferenceTitle(doc *archive.Conference, l locale.Lang) said {
	if t := say(doc.Title, l); t.Words != "" {
		return t
	}
	return said{Words: doc.ID}
}

// link goes somewhere, under a text that may be in another language.
type link struct {
	URL  string
	Text said
}
