package web

import (
	"slices"
	"strings"

	"cabina/archive"
	"cabina/web/locale"
)

// What every form of a transcript says alike.

// textForm is a form in which a transcript can be taken home: what its address ends with, and its name on pages.
type textForm struct{ ext, name string }

// The forms, those of captions and those that are read, in the order in which pages offer them.
var (
	captionForms    = []textForm{{"vtt", "VTT"}, {"srt", "SRT"}}
	transcriptForms = []textForm{{"txt", "TXT"}, {"json", "JSON"}, {"tei.xml", "TEI"}, {"eaf", "ELAN"}}
)

// formFiles gives the links to forms of a text; at is its address without what it ends with.
func formFiles(at string, forms ...textForm) []file {
	var out []file
	for _, f := range forms {
		out = append(out, file{Format: f.name, URL: at + "." + f.ext + "?save=1"})
	}
	return out
}

// whatTextIs says what a text writes down: the floor, or an interpretation, which is not the authentic record.
func whatTextIs(a asked, t *archive.Track, l locale.Lang) string {
	voice := voiceFor(a, t)
	switch {
	case voice != nil && voice.Role == archive.Interpretation && sameSpeech(voice, t):
		return l.Say("watch.printInterpretation", "into", l.Into(t.Language))
	case voice != nil && voice.Role == archive.Floor && sameSpeech(voice, t):
		return l.Say("transcript.headingFloor")
	}
	return l.Say("transcript.heading", "in", l.In(t.Language))
}

// voiceFor gives the voice that a text was timed against, nil where there is none that the asker may hear.
func voiceFor(a asked, t *archive.Track) *archive.Track {
	now := t.Current()
	if now == nil || now.Of == nil {
		return nil
	}
	voice := a.session.Track(now.Of.Track)
	if voice.Current() == nil || archive.Access(a.viewer, a.session, voice) != archive.Yes {
		return nil
	}
	return voice
}

// cueTimes gives every time but 0 at which a cue begins or ends, once and in order.
func cueTimes(cues []archive.Cue) []int64 {
	var out []int64
	for _, cue := range cues {
		out = append(out, cue.StartMs, cue.EndMs)
	}
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) > 0 && out[0] == 0 {
		return out[1:]
	}
	return out
}

// speakers gives the numbered speakers of cues ("Speaker 1"), in the order in which they come.
func speakers(cues []archive.Cue) []string {
	var out []string
	known := map[string]bool{}
	for _, cue := range cues {
		for _, name := range speakersOf(cue) {
			if !known[name] {
				known[name] = true
				out = append(out, name)
			}
		}
	}
	return out
}

// speakersOf gives those of one cue, in which several may speak.
func speakersOf(cue archive.Cue) []string {
	if cue.Speaker == "" {
		return nil
	}
	return strings.Split(cue.Speaker, ", ")
}
