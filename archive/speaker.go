package archive

import (
	"regexp"
	"slices"
	"strconv"
)

// NamedSpeaker is what staff call one of a text's speakers: N is the number that reading the file gave, V the version of the text in which staff named it. It
// holds for every version made of the same file: in another file the same number is somebody else.
type NamedSpeaker struct {
	N       int     `json:"n"`
	V       int     `json:"v"`
	Name    string  `json:"name"`
	Unknown Unknown `json:"-"`
}

var speakerPattern = regexp.MustCompile(`Speaker ([1-9][0-9]{0,5})`)

// SpeakerNumber reads "Speaker 2"; 0: it is none.
func SpeakerNumber(label string) int {
	m := speakerPattern.FindStringSubmatch(label)
	if m == nil || m[0] != label {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// SpeakerNames puts for each speaker of a cue of the version that viewers get what staff call it, where they gave a name; else what unnamed makes of the
// number.
func (t *Track) SpeakerNames(speaker string, unnamed func(n int) string) string {
	if speaker == "" {
		return ""
	}
	now := t.Current()
	return speakerPattern.ReplaceAllStringFunc(speaker, func(label string) string {
		n := SpeakerNumber(label)
		for _, s := range t.Speakers {
			if s.N == n && now != nil && sameFiles(t.Version(s.V), now) {
				return s.Name
			}
		}
		return unnamed(n)
	})
}

// NameSpeaker gives a speaker of the version that viewers get a name, or takes it away.
func (t *Track) NameSpeaker(n int, name string) {
	now := t.Current()
	t.Speakers = slices.DeleteFunc(t.Speakers, func(s NamedSpeaker) bool { return s.N == n && sameFiles(t.Version(s.V), now) })
	if name != "" && now != nil {
		t.Speakers = append(t.Speakers, NamedSpeaker{N: n, V: now.V, Name: name})
	}
}

// sameFiles is true of two versions that are made of the same masters.
func sameFiles(a, b *Version) bool {
	return a != nil && b != nil && slices.EqualFunc(a.Parts, b.Parts, func(p, q Part) bool { return p.Master == q.Master })
}

// Vouched is true of a text that people wrote, or that someone has checked: what looks invented in it was said.
func (t *Track) Vouched() bool { return t.Checked != "" || t.Origin == "human" }

// Drawn gives those of a text's cues that are drawn as captions: all but what a machine seems to have invented, unless someone vouches for it. The
// transcript, its exports and the search keep them all.
func (t *Track) Drawn(cues []Cue) []Cue {
	if t.Vouched() || !slices.ContainsFunc(cues, func(c Cue) bool { return c.Invented }) {
		return cues
	}
	return slices.DeleteFunc(slices.Clone(cues), func(c Cue) bool { return c.Invented })
}
