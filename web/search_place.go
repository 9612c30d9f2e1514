package web

import (
	"net/url"
	"slices"
	"strings"

	"cabina/archive"
	"cabina/web/locale"
)

// foundPlace is a session in which something was found, as the searcher sees it.
type foundPlace struct {
	listed
	finder   *finder
	channels []archive.Language
}

// placeOf gives the session of that id; nil where the searcher may not see it (any more). No store is read: what is published counts as there.
func (f *finder) placeOf(id string) *foundPlace {
	doc := f.s.Mirror.Session(id)
	if doc == nil || archive.Access(f.page.viewer, doc, nil) != archive.Yes {
		return nil
	}
	a := asked{session: doc, viewer: f.page.viewer, address: addressOf(doc)}
	p := &foundPlace{listed: listed{asked: a, conf: f.s.conferenceOf(f.page.viewer, doc), doc: a.seen()}, finder: f}
	p.channels = archive.Channels(p.conf, p.doc)
	return p
}

func (p *foundPlace) lang() locale.Lang { return p.finder.page.Lang }

func (p *foundPlace) title() said { return title(p.doc, p.lang()) }

func (p *foundPlace) url(pairs ...string) string {
	return p.finder.page.URL("sessions/"+p.address, pairs...)
}

func (p *foundPlace) conference() *link {
	if p.conf == nil {
		return nil
	}
	return &link{p.finder.page.URL("conferences/" + p.conf.ID), conferenceTitle(p.conf, p.lang())}
}

// play is a link to a second of a text, in the voice that it follows, or in none where it has no sound. in is the language of the words; a text of the floor may hold
// several, and is the floor's all the same. pairs are the parameters that lead there on the session's page.
func (p *foundPlace) play(text, voice string, in archive.Language, ms int64, pairs ...string) playAt {
	l := p.channelOf(text, in)
	x := playAt{URL: p.url(pairs...), Session: p.address, Voice: voice, StartMs: ms, At: locale.Timecode(ms), Number: slices.Index(p.channels, l), Language: l, In: in}
	if t := p.doc.Track(voice); t == nil || t.Current() == nil {
		x.Voice = ""
	}
	x.Says = p.lang().Say("search.playFloor", "time", x.At)
	if l != archive.FloorLanguage {
		x.Says = p.lang().Say("search.play", "time", x.At, "in", p.lang().In(l))
	}
	p.finder.rail.takes(p)
	return x
}

// channelOf is the language of a text's channel: the floor's is the floor, whatever was spoken there.
func (p *foundPlace) channelOf(text string, in archive.Language) archive.Language {
	if t := p.doc.Track(text); t != nil {
		return t.Language
	}
	return in
}

// cite is the address of a moment's citation.
func (p *foundPlace) cite(moment string) string {
	return p.finder.page.URL("sessions/"+p.address+"/cite", "m", moment)
}

// side is the address of languages side by side, opened at a second.
func (p *foundPlace) side(ms int64, langs ...archive.Language) string {
	var names []string
	for _, l := range langs {
		names = append(names, string(l))
	}
	return p.finder.page.URL("sessions/"+p.address+"/side", "voices", strings.Join(names, ","), "t", seconds(ms))
}

// momentOf gives the moment that a link of the index leads to.
func momentOf(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	return u.Query().Get("m")
}
