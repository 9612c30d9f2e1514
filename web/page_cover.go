package web

import (
	"context"
	"slices"

	"cabina/archive"
	"cabina/transcode"
	"cabina/web/locale"
)

// cover says which languages of a session, or of several, have sound and text: a key for each channel. Lists hold languages in the order of their channels; the
// floor is archive.FloorLanguage.
type cover struct {
	Keys    []coverKey
	Sound   []archive.Language
	Text    []archive.Language
	Waiting []archive.Language // their sound is being prepared
}

// coverKey is one channel's key in the strip.
type coverKey struct {
	Language archive.Language
	Sound    bool
	Text     bool
	Waiting  bool
}

// Class is how the key is drawn: filled, underlined, hatched, hollow.
func (k coverKey) Class() string {
	switch {
	case k.Sound && k.Text:
		return "s t"
	case k.Sound:
		return "s"
	case k.Waiting && k.Text:
		return "p t"
	case k.Waiting:
		return "p"
	case k.Text:
		return "t"
	}
	return "n"
}

// Short is what stands on the key: the language's tag; the floor's is a word of the interface.
func (k coverKey) Short() string {
	if k.Language == archive.FloorLanguage {
		return ""
	}
	return string(k.Language)
}

func (c *cover) add(k coverKey) {
	c.Keys = append(c.Keys, k)
	if k.Sound {
		c.Sound = append(c.Sound, k.Language)
	}
	if k.Text {
		c.Text = append(c.Text, k.Language)
	}
	if k.Waiting {
		c.Waiting = append(c.Waiting, k.Language)
	}
}

// key gives what there is in a language, by its channel or by the general name of one; nothing where there is no such channel.
func (c cover) key(of archive.Language) coverKey {
	var have []archive.Language
	for _, k := range c.Keys {
		have = append(have, k.Language)
	}
	if found, ok := locale.Choose(of, have); ok {
		return c.Keys[slices.Index(have, found)]
	}
	return coverKey{Language: of}
}

// Interpretations is how many languages beside the floor can be heard.
func (c cover) Interpretations() int {
	return len(c.Sound) - c.floors()
}

// HasFloor is true where the room itself can be heard.
func (c cover) HasFloor() bool { return c.floors() > 0 }

func (c cover) floors() int {
	if slices.Contains(c.Sound, archive.FloorLanguage) {
		return 1
	}
	return 0
}

// cover gives what a session has, as its view tells.
func coverOf(conf *archive.Conference, doc *archive.Session, v *transcode.View) cover {
	var c cover
	for _, l := range archive.Channels(conf, doc) {
		k := coverKey{Language: l}
		if x := voiceIn(v, l); x != nil {
			k.Sound, k.Waiting = x.State == transcode.Ready, x.State != transcode.Ready
		}
		k.Text = textIn(v, l) != nil
		if l == archive.FloorLanguage && !k.Sound && !k.Waiting && !k.Text {
			continue // a session without a floor: no hole, it never had one
		}
		c.add(k)
	}
	return c
}

// published gives what a session has by its document alone, for sums over many sessions: a published voice counts as sound, whole or not yet.
func (x listed) published() cover {
	var c cover
	for _, l := range archive.Channels(x.conf, x.doc) {
		if k := (coverKey{Language: l, Sound: x.hears(l), Text: x.reads(l)}); k.Sound || k.Text || l != archive.FloorLanguage {
			c.add(k)
		}
	}
	return c
}

// coverAll joins what several sessions have: a language counts as soon as one of them has it.
func coverAll(conf *archive.Conference, each []cover) cover {
	joined := map[archive.Language]coverKey{}
	var more []archive.Language
	for _, c := range each {
		for _, k := range c.Keys {
			j, seen := joined[k.Language]
			if !seen {
				more = append(more, k.Language)
			}
			joined[k.Language] = coverKey{k.Language, j.Sound || k.Sound, j.Text || k.Text, (j.Waiting || k.Waiting)}
		}
	}
	order := []archive.Language{archive.FloorLanguage}
	if conf != nil {
		order = append(order, conf.Languages...)
	}
	slices.Sort(more)
	var c cover
	for _, l := range append(order, more...) {
		k, ok := joined[l]
		if !ok {
			continue
		}
		delete(joined, l)
		k.Waiting = k.Waiting && !k.Sound
		c.add(k)
	}
	return c
}

// voiceIn gives the voice of a channel: the interpretation into its language, else a floor that was spoken in it alone; nil where there is none. A
// description is a voice beside the channels.
func voiceIn(v *transcode.View, l archive.Language) *transcode.VoiceView {
	var floor *transcode.VoiceView
	for i := range v.Voices {
		x := &v.Voices[i]
		switch {
		case x.Track.Role == archive.Interpretation && x.Track.Language == l:
			return x
		case x.Track.Role == archive.Floor && (l == archive.FloorLanguage || x.Track.Language == l):
			floor = x
		}
	}
	return floor
}

// textIn gives the captions of a channel, nil where there are none. Those of the floor are in the floor's language, be it one or several.
func textIn(v *transcode.View, l archive.Language) *transcode.TextView {
	for i := range v.Texts {
		if x := &v.Texts[i]; x.Track.Role == archive.Captions && x.Track.Language == l {
			return x
		}
	}
	return nil
}

// seen is the session as the viewer of a sees it: without the tracks that are not for them. It is a copy.
func (a asked) seen() *archive.Session {
	mine := *a.session
	mine.Tracks = slices.DeleteFunc(slices.Clone(a.session.Tracks), func(t archive.Track) bool {
		return archive.Access(a.viewer, a.session, &t) != archive.Yes
	})
	return &mine
}

// listed is a session in a list, for those who may see it there.
type listed struct {
	asked
	conf  *archive.Conference // nil: none, or none that the viewer may see
	doc   *archive.Session    // as the viewer sees it
	cover cover
	pic   string // address of the picture that stands for it; empty: none
}

// list gives the sessions that may be listed to a viewer, newest first. cover is left empty: see covered.
func (s *Server) list(v archive.Viewer) []listed {
	var out []listed
	for _, doc := range s.visible(v) {
		a := asked{session: doc, viewer: v, address: addressOf(doc), open: archive.Findable(doc, nil)}
		a.viewer.Token = doc.Token
		out = append(out, listed{asked: a, conf: s.conferenceOf(v, doc), doc: a.seen()})
	}
	return out
}

// covered looks up what can be played of each.
func (s *Server) covered(ctx context.Context, of []listed) ([]listed, error) {
	out := slices.Clone(of)
	for i := range out {
		v, err := s.view(ctx, out[i].asked)
		if err != nil {
			return nil, err
		}
		out[i].cover, out[i].pic = coverOf(out[i].conf, out[i].doc, v), posterURL(out[i].asked, out[i].conf, v)
	}
	return out, nil
}

// conferenceOf gives a session's conference, nil where it has none or none that the viewer may see.
func (s *Server) conferenceOf(v archive.Viewer, doc *archive.Session) *archive.Conference {
	if doc.Conference == "" {
		return nil
	}
	conf := s.Mirror.Conference(doc.Conference)
	if seesConference(v, conf) != archive.Yes {
		return nil
	}
	return conf
}

// hears and reads say, from the document alone, whether a session has published sound or text in a language; whether it is whole is the view's to say.
func (x listed) hears(l archive.Language) bool {
	return slices.ContainsFunc(x.doc.Live(archive.Audio), func(t *archive.Track) bool {
		return t.Role != archive.Description && (t.Language == l || t.Role == archive.Floor && l == archive.FloorLanguage)
	})
}

func (x listed) reads(l archive.Language) bool {
	return slices.ContainsFunc(x.doc.Live(archive.Text), func(t *archive.Track) bool { return t.Language == l })
}
