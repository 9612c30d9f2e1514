package web

import (
	"cmp"
	"slices"

	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/web/locale"
)

// homePage lists the conferences and the newest sessions.
type homePage struct {
	page
	Voices      []choice // what can be heard, in how many sessions
	Conferences []conferenceRow
	Sessions    []row
	Pager       *pager
	Loose       []row // of no conference, and not among Sessions
	Empty       bool
	Command     string // what staff would type
}

// conferenceRow is a conference on the home page.
type conferenceRow struct {
	URL      string
	Title    said
	When     string
	Sessions int
	Length   string
	Summary  said
	Cover    cover
}

// newest is how many sessions the home page lists at once.
const newest = 12

// mostLoose bounds those of no conference below them; the others come as one turns the pages of the newest.
const mostLoose = 50

// home lists what there is. What languages a conference has is summed up from documents; what of a session is whole is looked up for those shown.
func (s *Server) home(c echo.Context) error {
	p := s.page(c, sectionHome)
	p.Title = p.Lang.Say("home.title")
	v := s.viewer(c)
	all := s.list(v)
	h := homePage{page: p, Voices: s.hearable(p, all), Command: "cabina import"}
	h.Conferences = s.conferenceRows(p, v, all)
	h.Empty = len(all) == 0 && len(h.Conferences) == 0
	shown, pager := part(p, "", c.QueryParam("page"), newest, all, "voice", p.Voice)
	loose := slices.DeleteFunc(slices.Clone(all), func(x listed) bool {
		return x.conf != nil || slices.ContainsFunc(shown, func(y listed) bool { return y.doc.ID == x.doc.ID })
	})
	ctx := c.Request().Context()
	var err error
	if shown, err = s.covered(ctx, shown); err != nil {
		return err
	}
	if loose, err = s.covered(ctx, loose[:min(len(loose), mostLoose)]); err != nil {
		return err
	}
	h.Sessions, h.Pager, h.Loose = rows(p, nil, shown), pager, rows(p, nil, loose)
	return s.show(c, p.Lang, "home", h, keepFor(v))
}

func (s *Server) conferenceRows(p page, v archive.Viewer, all []listed) []conferenceRow {
	var out []conferenceRow
	for _, conf := range s.Mirror.Conferences() {
		if seesConference(v, conf) != archive.Yes {
			continue
		}
		r := conferenceRow{URL: p.URL("conferences/"+conf.ID, "voice", p.Voice), Title: conferenceTitle(conf, p.Lang), When: p.Lang.Span(conf.From, conf.To), Summary: say(conf.Summary, p.Lang)}
		var covers []cover
		var ms int64
		for _, x := range all {
			if x.conf == conf {
				covers = append(covers, x.published())
				ms += x.doc.Clock.LengthMs
			}
		}
		r.Sessions, r.Length, r.Cover = len(covers), p.Lang.Length(ms), coverAll(conf, covers)
		out = append(out, r)
	}
	return out
}

// hearable gives the voices that any of the sessions has.
func (s *Server) hearable(p page, all []listed) []choice {
	count := map[archive.Language]int{}
	for _, x := range all {
		for _, l := range x.published().Sound {
			count[l]++
		}
	}
	var have []archive.Language
	for l := range count {
		have = append(have, l)
	}
	slices.SortFunc(have, func(a, b archive.Language) int { return s.order(count, a, b) })
	lit, _ := locale.Choose(wished(p), have)
	var out []choice
	for _, l := range have {
		out = append(out, choice{Name: "voice", Value: string(l), Language: l, Count: count[l], Chosen: l == lit})
	}
	return out
}

// order puts the floor first, then the languages that the interface speaks, in its order, then those that more sessions have, then by tag.
func (s *Server) order(count map[archive.Language]int, a, b archive.Language) int {
	rank := func(l archive.Language) int {
		if l == archive.FloorLanguage {
			return -1
		}
		langs := s.langs()
		if i := slices.IndexFunc(langs, func(x locale.Lang) bool { return x.Language() == l }); i >= 0 {
			return i
		}
		return len(langs)
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
}
