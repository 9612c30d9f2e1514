package web

import (
	"html/template"
	"strconv"

	"cabina/archive"
	"cabina/transcode"
	"cabina/web/locale"
)

// hearing is what a reader of a session's page is to hear: the voice they asked for, or none. Another language is never put in the place of one that is not
// there.
type hearing struct {
	Voice   *transcode.VoiceView // ready; nil: nothing is chosen
	Asked   bool                 // by name, in the address
	Missing archive.Language     // what was wanted and cannot be heard; empty: nothing is missing, or its name is unknown
	Unknown bool                 // a name that is neither a voice of the session nor a language
	Waiting bool                 // what is missing is being prepared
}

// hear chooses the voice. What the address asks for comes first. Else the reader's browser is asked, down to the language of the page: what a browser adds
// behind that, English as a rule, is no wish for it. Else it is the page's language.
func hear(name string, accepted []archive.Language, l locale.Lang, v *transcode.View) hearing {
	if name != "" {
		x := voiceNamed(name, v)
		if x == nil && archive.Language(name).Valid() && name != string(archive.Floor) {
			return hearing{Asked: true, Missing: archive.Language(name)}
		}
		if x == nil {
			return hearing{Asked: true, Unknown: true}
		}
		return heard(x, true)
	}
	for _, want := range append(accepted, l.Language()) {
		if found, ok := locale.Choose(want, spoken(v)); ok {
			return heard(voiceIn(v, found), false)
		}
		if locale.Lang(baseOf(want)) == l {
			break
		}
	}
	return hearing{Missing: l.Language()}
}

func heard(x *transcode.VoiceView, asked bool) hearing {
	if x.State == transcode.Ready {
		return hearing{Voice: x, Asked: asked}
	}
	return hearing{Asked: asked, Missing: x.Track.Language, Waiting: true}
}

// voiceNamed gives the voice that a name in an address means: floor and mul, a track, a language; nil where there is none.
func voiceNamed(name string, v *transcode.View) *transcode.VoiceView {
	if x := v.Voice(name); x != nil {
		return x
	}
	if name == string(archive.Floor) {
		name = string(archive.FloorLanguage)
	}
	if archive.Language(name) == archive.FloorLanguage {
		return voiceIn(v, archive.FloorLanguage)
	}
	if found, ok := locale.Choose(archive.Language(name), spoken(v)); ok {
		return voiceIn(v, found)
	}
	return nil
}

// spoken gives the languages in which a session can be heard, or will be. A floor of several languages is in none of them.
func spoken(v *transcode.View) []archive.Language {
	var out []archive.Language
	for _, x := range v.Voices {
		if x.Track.Role != archive.Description && x.Track.Language != archive.FloorLanguage {
			out = append(out, x.Track.Language)
		}
	}
	return out
}

func baseOf(l archive.Language) string {
	for i, r := range l {
		if r == '-' {
			return string(l[:i])
		}
	}
	return string(l)
}

// key is a voice key of the desk. One without a Track is text, not a button.
type key struct {
	Number   int
	Track    string
	Value    string // of the parameter voice
	Language archive.Language
	Lit      bool
	State    string // for the script: ready, wait or none
	Word     string // of its state, while another voice sounds
	Playing  string // while it sounds
	Honest   string // what stands under the desk while it sounds
	Playlist string
}

// Written is the word that stands on the key.
func (k key) Written() string {
	if k.Lit {
		return k.Playing
	}
	return k.Word
}

// desk gathers what the keys are made from.
type keyMaker struct {
	l       locale.Lang
	a       asked
	view    *transcode.View
	conf    *archive.Conference
	hearing hearing
	saver   bool           // the reader pays for data: keys say how much
	minutes map[string]int // by track: until a voice is ready, where that can be told
}

// keys gives the row of voices, a key for each channel, then the descriptions of the picture.
func (m keyMaker) keys() []key {
	var out []key
	for n, l := range archive.Channels(m.conf, m.a.seen()) {
		x := voiceIn(m.view, l)
		if x == nil && l == archive.FloorLanguage && textIn(m.view, l) == nil {
			continue
		}
		out = append(out, m.key(n, l, x))
	}
	for i := range m.view.Voices {
		if x := &m.view.Voices[i]; x.Track.Role == archive.Description {
			k := m.key(out[len(out)-1].Number+1, x.Track.Language, x)
			k.Value = x.Track.ID
			out = append(out, k)
		}
	}
	return out
}

func (m keyMaker) key(number int, l archive.Language, x *transcode.VoiceView) key {
	k := key{Number: number, Language: l, Value: string(l), State: "none"}
	switch {
	case x == nil && textIn(m.view, l) != nil:
		k.Word = m.l.Say("voice.textOnly")
	case x == nil:
		k.Word = m.l.Say("voice.nothing")
	case x.State != transcode.Ready:
		k.State, k.Word = "wait", m.l.Say("voice.preparing")
		if n := m.minutes[x.Track.ID]; n > 0 {
			k.Word = m.l.Say("voice.readyIn", "n", n)
		}
	default:
		k.State, k.Track, k.Playing = "ready", x.Track.ID, m.l.Say("voice.playing")
		k.Word = m.l.Say(roleKey(x.Track))
		if m.saver {
			k.Word = m.l.Rate(lightest(x).Index.Bytes, m.view.LengthMs)
			k.Playing = m.l.Say("voice.playingRate", "playing", k.Playing, "rate", k.Word)
		}
		k.Lit = m.hearing.Voice != nil && m.hearing.Voice.Track.ID == k.Track
		k.Honest = honest(m.l, x.Track)
		k.Playlist = "/play/" + m.a.address + "/" + x.Voice.File() + ".m3u8"
	}
	return k
}

// lightest is the rendition of a voice that takes least.
func lightest(x *transcode.VoiceView) *transcode.Rendition {
	if x.Small != nil {
		return x.Small
	}
	return x.Voice
}

func roleKey(t *archive.Track) string {
	switch t.Role {
	case archive.Floor:
		return "voice.asSpoken"
	case archive.Description:
		return "voice.description"
	}
	return "voice.interpretation"
}

// honest says of a voice what it is to the record: an interpretation is not it, the floor is.
func honest(l locale.Lang, t *archive.Track) string {
	switch t.Role {
	case archive.Floor:
		return l.Say("voice.honestFloor", "voice", l.Say("voice.honestFloorVoice"))
	case archive.Interpretation:
		return l.Say("voice.honest", "voice", l.Say("voice.honestVoice", "into", l.Into(t.Language)))
	}
	return ""
}

func honestHTML(l locale.Lang, t *archive.Track) template.HTML {
	bold := func(s string) template.HTML {
		return template.HTML("<b>" + template.HTMLEscapeString(s) + "</b>")
	}
	switch t.Role {
	case archive.Floor:
		return l.HTML("voice.honestFloor", "voice", bold(l.Say("voice.honestFloorVoice")))
	case archive.Interpretation:
		return l.HTML("voice.honest", "voice", bold(l.Say("voice.honestVoice", "into", l.Into(t.Language))))
	}
	return ""
}

// note is one fact above the content.
type note struct {
	Kind string // good, warn, bad, wait or none
	Icon string
	Head string
	Text string
}

// notes say what is missing, and what there is in its place.
func (h hearing) notes(l locale.Lang, v *transcode.View) []note {
	switch {
	case h.Unknown:
		return []note{{"warn", "warn", l.Say("voice.missingUnknown"), ""}}
	case h.Missing == "":
		return nil
	case h.Waiting:
		if h.Missing == archive.FloorLanguage {
			return []note{{"wait", "wait", l.Say("voice.missingPreparingFloor"), l.Say("voice.missingPreparingText")}}
		}
		return []note{{"wait", "wait", l.Say("voice.missingPreparing", "in", l.In(h.Missing)), l.Say("voice.missingPreparingText")}}
	case h.Missing == archive.FloorLanguage:
		return []note{{"warn", "warn", l.Say("voice.missingFloor"), ""}}
	}
	text := "voice.missingNoText"
	if textNamed(string(h.Missing), v) != nil {
		text = "voice.missingHasText"
	}
	return []note{{"warn", "warn", l.Say("voice.missing", "in", l.In(h.Missing)), l.Say(text, "in", l.In(h.Missing))}}
}

// textNamed gives the text that a name in an address means: a track, a language; nil where there is none.
func textNamed(name string, v *transcode.View) *transcode.TextView {
	var have []archive.Language
	for i := range v.Texts {
		if v.Texts[i].Track.ID == name {
			return &v.Texts[i]
		}
		have = append(have, v.Texts[i].Track.Language)
	}
	if name == string(archive.Floor) {
		name = string(archive.FloorLanguage)
	}
	found, ok := locale.Choose(archive.Language(name), have)
	if !ok {
		return nil
	}
	if x := textIn(v, found); x != nil {
		return x
	}
	for i := range v.Texts { // a description alone
		if v.Texts[i].Track.Language == found {
			return &v.Texts[i]
		}
	}
	return nil
}

// seconds writes a place on the clock for an address: 754, 754.2.
func seconds(ms int64) string {
	return strconv.FormatFloat(float64(ms)/1000, 'f', -1, 64)
}
