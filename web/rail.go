package web

import (
	"cabina/archive"
	"cabina/web/locale"
)

// rail is the small player at the foot of a page that speaks of seconds of sessions: sound alone, in any of a session's voices. What it can play is told to its
// script (player/rail.ts); without script each link opens the session instead.
type rail struct {
	Sessions map[string]railSession `json:"sessions"` // by the name in addresses
	Says     sentences              `json:"say"`
	Opens    *railOpen              `json:"opens,omitempty"` // nil: the rail waits out of sight for the first link

	Form   string      `json:"-"` // where a key leads without script
	Stay   [][2]string `json:"-"` // the parameters it carries on
	Src    string      `json:"-"` // what plays without script; empty: no voice is chosen
	asking page
}

// railOpen is what a rail has in it when the page comes.
type railOpen struct {
	Session string `json:"session"`
	Voice   string `json:"voice"` // empty: none is chosen
	StartMs int64  `json:"startMs"`
}

// Keys are the voices of what the rail opens with.
func (r *rail) Keys() []railVoice {
	if r.Opens == nil {
		return nil
	}
	return r.Sessions[r.Opens.Session].Voices
}

// IsChosen is true of the voice that it opens with.
func (r *rail) IsChosen(v railVoice) bool { return r.Opens != nil && v.Track == r.Opens.Voice }

// railSession is a session that can be heard.
type railSession struct {
	Title    string      `json:"title"`
	Lang     string      `json:"lang,omitempty"` // of the title, where it is not the page's
	Dir      string      `json:"dir,omitempty"`
	LengthMs int64       `json:"lengthMs"`
	Watch    string      `json:"watch"` // its page
	Voices   []railVoice `json:"voices"`
}

// railVoice is one of its voices.
type railVoice struct {
	Track    string           `json:"track"`
	Number   int              `json:"number"`
	Name     string           `json:"name"`
	Language archive.Language `json:"language"`
	Dir      string           `json:"dir,omitempty"`
	Value    string           `json:"value"` // as an address names it
	Src      string           `json:"src"`
	Honest   string           `json:"honest,omitempty"`
}

func newRail(p page) *rail {
	r := &rail{Sessions: map[string]railSession{}, Says: sentences{}, Form: p.Search(), asking: p}
	for name, key := range map[string]string{
		"play": "player.play", "pause": "player.pause", "position": "player.positionOf", "now": "player.now", "choose": "player.choose", "linkTo": "watch.linkTo", "unplayable": "player.railUnplayable",
	} {
		r.Says[name] = p.Lang.Pattern(key)
	}
	return r
}

// takes in a session, once.
func (r *rail) takes(p *foundPlace) {
	if _, known := r.Sessions[p.address]; known {
		return
	}
	r.add(p.address, title(p.doc, r.asking.Lang), p.doc, p.channels)
}

// add puts in a session as the reader sees it; its voices are those that are published.
func (r *rail) add(address string, t said, doc *archive.Session, channels []archive.Language) {
	l := r.asking.Lang
	x := railSession{Title: t.Words, LengthMs: doc.Clock.LengthMs, Watch: r.asking.URL("sessions/" + address), Voices: []railVoice{}}
	if t.In != "" && t.In != l.Language() {
		x.Lang, x.Dir = string(t.In), locale.Dir(t.In)
	}
	taken := map[string]bool{} // a floor of one language has two numbers: its first is enough
	for n, in := range channels {
		t := voiceOn(doc, in)
		if t == nil || taken[t.ID] {
			continue
		}
		taken[t.ID] = true
		v := railVoice{Track: t.ID, Number: n, Name: nameOf(l, in), Language: in, Value: valueOf(t), Src: "/download/" + address + "/" + t.ID + ".m4a", Honest: honest(l, t)}
		if in != archive.FloorLanguage {
			v.Dir = locale.Dir(in)
		}
		x.Voices = append(x.Voices, v)
	}
	r.Sessions[address] = x
}

// voiceOn gives the published voice of a channel: as voiceIn does, from the document alone.
func voiceOn(doc *archive.Session, l archive.Language) *archive.Track {
	var floor *archive.Track
	for _, t := range doc.Live(archive.Audio) {
		switch {
		case t.Role == archive.Interpretation && t.Language == l:
			return t
		case t.Role == archive.Floor && (l == archive.FloorLanguage || t.Language == l):
			floor = t
		}
	}
	return floor
}

// orNone gives nil where nothing can be played.
func (r *rail) orNone() *rail {
	for _, x := range r.Sessions {
		if len(x.Voices) > 0 {
			return r
		}
	}
	return nil
}
