package web

import (
	"maps"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"cabina/archive"
)

// conferencePage is a conference with its languages and its sessions.
type conferencePage struct {
	page
	Heading   said
	When      string
	Place     string
	Summary   said
	Channels  []channelRow
	All       int // sessions of the conference
	Sessions  []row
	Pager     *pager
	Texts     []choice // filters: a transcript in this language
	Topics    []choice
	Filtered  bool
	Unfilter  string
	Rights    rights
	HasRights bool
}

// channelRow is a language of a conference and how many of its sessions have it.
type channelRow struct {
	Number      int
	Language    archive.Language
	Sound, Text int
}

// perPage is how many sessions of a conference are listed at once.
const perPage = 24

func (s *Server) conference(c echo.Context) error {
	conf, v, err := s.askConference(c)
	if err != nil {
		return err
	}
	p := s.page(c, sectionHome)
	g := conferencePage{page: p, Heading: conferenceTitle(conf, p.Lang), When: p.Lang.Span(conf.From, conf.To), Place: conf.Place, Summary: say(conf.Summary, p.Lang)}
	g.Title, g.Hidden = g.Heading.Words, conf.Visibility != archive.Public
	all := slices.DeleteFunc(s.list(v), func(x listed) bool { return x.conf != conf })
	g.All, g.Channels = len(all), channelRows(conf, all)
	if conf.Rights != nil {
		g.Rights, g.HasRights = rightsOf(conf.Rights), true
	}
	q := c.QueryParams()
	langs, about := chosen(q, "lang"), chosen(q, "topic")
	left := slices.DeleteFunc(slices.Clone(all), func(x listed) bool { return !x.passes(langs, about) })
	g.Texts, g.Topics = textChoices(g.Channels, langs), topicChoices(all, about)
	g.Filtered, g.Unfilter = len(langs)+len(about) > 0, p.URL("conferences/"+conf.ID, "voice", p.Voice)
	pairs := []string{"voice", p.Voice}
	for _, l := range langs {
		pairs = append(pairs, "lang", l)
	}
	for _, t := range about {
		pairs = append(pairs, "topic", t)
	}
	shown, pager := part(p, "conferences/"+conf.ID, c.QueryParam("page"), perPage, left, pairs...)
	if shown, err = s.covered(c.Request().Context(), shown); err != nil {
		return err
	}
	g.Sessions, g.Pager = rows(p, conf, shown), pager
	return s.show(c, p.Lang, "conference", g, keepFor(v))
}

// channelRows counts the sessions that have sound and text in each language of the conference, and in those that only its sessions have.
func channelRows(conf *archive.Conference, all []listed) []channelRow {
	langs := append([]archive.Language{archive.FloorLanguage}, conf.Languages...)
	extra := map[archive.Language]bool{}
	for _, x := range all {
		for _, l := range archive.Channels(conf, x.doc) {
			if !slices.Contains(langs, l) {
				extra[l] = true
			}
		}
	}
	langs = append(langs, slices.Sorted(maps.Keys(extra))...)
	var out []channelRow
	for n, l := range langs {
		r := channelRow{Number: n, Language: l}
		for _, x := range all {
			if x.hears(l) {
				r.Sound++
			}
			if x.reads(l) {
				r.Text++
			}
		}
		out = append(out, r)
	}
	return out
}

// passes is true of a session with a transcript in one of the languages, and about one of the topics; none of either asks nothing.
func (x listed) passes(langs, about []string) bool {
	text := len(langs) == 0 || slices.ContainsFunc(langs, func(l string) bool { return x.reads(archive.Language(l)) })
	topic := len(about) == 0 || slices.ContainsFunc(about, func(t string) bool { return slices.Contains(x.doc.Topics, t) })
	return text && topic
}

func textChoices(channels []channelRow, langs []string) []choice {
	var out []choice
	for _, r := range channels {
		if r.Text > 0 {
			out = append(out, choice{Name: "lang", Value: string(r.Language), Language: r.Language, Count: r.Text, Chosen: slices.Contains(langs, string(r.Language))})
		}
	}
	return out
}

// topicChoices gives the topics of sessions, most frequent first.
func topicChoices(all []listed, about []string) []choice {
	count := map[string]int{}
	for _, x := range all {
		for _, t := range slices.Compact(slices.Sorted(slices.Values(x.doc.Topics))) {
			count[t]++
		}
	}
	var out []choice
	for t, n := range count {
		out = append(out, choice{Name: "topic", Value: t, Words: said{Words: t}, Count: n, Chosen: slices.Contains(about, t)})
	}
	slices.SortFunc(out, func(a, b choice) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.Value, b.Value)
	})
	return out
}

// rights are what may be done with a session or a conference; none of them said means that all are reserved.
type rights struct {
	Licence, Holder, Contact string
}

func rightsOf(r *archive.Rights) rights {
	if r == nil {
		return rights{}
	}
	return rights{Licence: r.Licence, Holder: r.Holder, Contact: r.Contact}
}
