package transcode

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cabina/archive"
)

// Ladder is what a master playlist offers. URIs are those of media playlists, relative to the master playlist or whole.
type Ladder struct {
	Pictures []Variant // best first: copy, p720 or still, then p360; each goes with Voices
	// Slides is the picture for slow lines: it goes with Low, and is offered only while Low holds exactly the tracks of Voices. Of a
	// session without a picture it is the still again.
	Slides *Variant
	Voices []VoiceEntry // in the order of the keys
	Low    []VoiceEntry // the same in fewer bytes, in any order
	Texts  []TextEntry
}

// Variant is one size of the picture.
type Variant struct {
	Index *Index
	URI   string
}

// VoiceEntry is one voice.
type VoiceEntry struct {
	Track    string
	Language archive.Language
	Role     archive.Role
	Index    *Index
	URI      string
}

// TextEntry is one text.
type TextEntry struct {
	Language archive.Language
	Role     archive.Role
	URI      string
}

// MasterOptions is what a master playlist needs to know of the viewer.
type MasterOptions struct {
	// Prefer is the track of the voice that a player is to begin with. If it is not among the voices, none is preferred: no other is
	// started in its place.
	Prefer    string
	FloorName string                           // the interface's word for the floor
	NameOf    func(of archive.Language) string // a language's name in its own script; nil: its tag
}

// The groups of renditions.
const (
	hlsVoices = "aud"
	hlsLow    = "aud-low"
	hlsTexts  = "subs"
)

// Master makes the master playlist (RFC 8216, 4.3.4, and Apple's HLS Authoring Specification); empty while there is no picture. The
// renditions of a group have names of their own, and each group of voices holds the same languages under the same names.
func (l *Ladder) Master(opt MasterOptions) string {
	if len(l.Pictures) == 0 {
		return ""
	}
	w := &hlsWriter{}
	w.line("#EXTM3U")
	w.line("#EXT-X-VERSION:7")
	w.line("#EXT-X-INDEPENDENT-SEGMENTS")
	names := hlsNames{opt: opt}
	var called []string
	for _, v := range l.Voices {
		called = append(called, names.of(v.Language, v.Role))
	}
	w.voices(hlsVoices, l.Voices, called, opt.Prefer)
	low := l.low()
	w.voices(hlsLow, low, called, opt.Prefer)
	w.texts(l.Texts, hlsNames{opt: opt})
	for _, p := range l.Pictures {
		w.variant(p, hlsVoices, l.Voices, len(l.Texts) > 0)
	}
	if low != nil {
		w.variant(*l.Slides, hlsLow, low, len(l.Texts) > 0)
	}
	return w.String()
}

// low gives the voices of Low in the order of Voices; nil unless there are slides, and Low holds exactly what Voices does.
func (l *Ladder) low() []VoiceEntry {
	if l.Slides == nil || len(l.Low) != len(l.Voices) {
		return nil
	}
	var out []VoiceEntry
	for _, v := range l.Voices {
		i := slices.IndexFunc(l.Low, func(low VoiceEntry) bool { return low.Track == v.Track && low.Language == v.Language })
		if i < 0 {
			return nil
		}
		out = append(out, l.Low[i])
	}
	return out
}

// hlsNames gives names to the renditions of one group, each but once.
type hlsNames struct {
	opt  MasterOptions
	used []string
}

func (n *hlsNames) of(lang archive.Language, role archive.Role) string {
	name := string(lang)
	switch {
	case role == archive.Floor || lang == archive.FloorLanguage:
		name = n.opt.FloorName
	case n.opt.NameOf != nil:
		name = n.opt.NameOf(lang)
	}
	unique := name
	for i := 2; slices.Contains(n.used, unique); i++ {
		unique = fmt.Sprintf("%s %d", name, i)
	}
	n.used = append(n.used, unique)
	return unique
}

// hlsWriter writes tags.
type hlsWriter struct{ strings.Builder }

func (w *hlsWriter) line(parts ...string) {
	for _, p := range parts {
		w.WriteString(p)
	}
	w.WriteByte('\n')
}

// voices writes a group of voices (RFC 8216, 4.3.4.1). Apple's players choose by the device's language among those that say AUTOSELECT,
// whatever the DEFAULT is: so where a voice is preferred, it is the only one to be chosen by itself. The floor never is, unless preferred.
func (w *hlsWriter) voices(group string, voices []VoiceEntry, names []string, prefer string) {
	asked := slices.ContainsFunc(voices, func(v VoiceEntry) bool { return v.Track == prefer })
	for i, v := range voices {
		mine := v.Track == prefer
		auto := mine || !asked && prefer == "" && v.Role != archive.Floor && v.Role != archive.Description
		attr := []string{"TYPE=AUDIO", "GROUP-ID=" + hlsQuote(group), "LANGUAGE=" + hlsQuote(string(v.Language)), "NAME=" + hlsQuote(names[i]),
			"DEFAULT=" + hlsYes(mine), "AUTOSELECT=" + hlsYes(auto)}
		if v.Role == archive.Description {
			attr = append(attr, `CHARACTERISTICS="public.accessibility.describes-video"`)
		}
		attr = append(attr, "CHANNELS="+hlsQuote(strconv.Itoa(max(1, v.Index.Channels))), "URI="+hlsQuote(v.URI))
		w.line("#EXT-X-MEDIA:", strings.Join(attr, ","))
	}
}

// texts writes the group of captions. The floor's name stands for captions in several languages.
func (w *hlsWriter) texts(texts []TextEntry, names hlsNames) {
	for _, t := range texts {
		characteristics := "public.accessibility.transcribes-spoken-dialog"
		if t.Role == archive.Description {
			characteristics = "public.accessibility.describes-video"
		}
		w.line("#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=", hlsQuote(hlsTexts), ",LANGUAGE=", hlsQuote(string(t.Language)), ",NAME=", hlsQuote(names.of(t.Language, t.Role)),
			",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,CHARACTERISTICS=", hlsQuote(characteristics), ",URI=", hlsQuote(t.URI))
	}
}

// variant writes one size of the picture with a group of voices (RFC 8216, 4.3.4.2).
func (w *hlsWriter) variant(p Variant, group string, voices []VoiceEntry, texts bool) {
	peak, mean := hlsRates(p.Index)
	codecs := []string{p.Index.Codecs}
	voicePeak, voiceMean := int64(0), int64(0)
	for _, v := range voices {
		p, m := hlsRates(v.Index)
		voicePeak, voiceMean = max(voicePeak, p), max(voiceMean, m)
		if !slices.Contains(codecs, v.Index.Codecs) {
			codecs = append(codecs, v.Index.Codecs)
		}
	}
	attr := []string{
		"BANDWIDTH=" + strconv.FormatInt(peak+voicePeak, 10),
		"AVERAGE-BANDWIDTH=" + strconv.FormatInt(mean+voiceMean, 10),
		"CODECS=" + hlsQuote(strings.Join(codecs, ",")),
		fmt.Sprintf("RESOLUTION=%dx%d", p.Index.Width, p.Index.Height),
	}
	if p.Index.FrameRate > 0 {
		attr = append(attr, "FRAME-RATE="+strconv.FormatFloat(p.Index.FrameRate, 'f', -1, 64))
	}
	if len(voices) > 0 {
		attr = append(attr, "AUDIO="+hlsQuote(group))
	}
	if texts {
		attr = append(attr, "SUBTITLES="+hlsQuote(hlsTexts))
	}
	w.line("#EXT-X-STREAM-INF:", strings.Join(attr, ","))
	w.line(p.URI)
}

func hlsYes(yes bool) string {
	if yes {
		return "YES"
	}
	return "NO"
}

// hlsQuote writes a quoted string, which can hold neither quotes nor line ends (RFC 8216, 4.2).
func hlsQuote(s string) string {
	return `"` + strings.Map(func(r rune) rune {
		switch {
		case r == '"':
			return '\''
		case r < ' ' || r == 0x7f:
			return ' '
		}
		return r
	}, s) + `"`
}
