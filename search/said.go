package search

import "cabina/archive"

// Said is what a cue is to the record: what hits and lines say of it, for those who read a whole text.
type Said struct {
	Language archive.Language // of a text in several languages that of the span in which the cue lies
	Role     archive.Role     // of the voice, of a text without one its own
	Voice    string           // the track of it; empty: none
	Original bool             // these words were spoken in the room, in the floor's own language
	Moment   archive.Moment   // the link that lasts
}

// SaidOf tells what a cue of a text's current version is, as it is placed today; v is that version and not nil.
func SaidOf(s *archive.Session, t *archive.Track, v *archive.Version, c archive.Cue) Said {
	out := Said{
		Language: spoken([]archive.Cue{c}, t.Language, s.Spans)[0].language,
		Role:     roleOf(s, t, v),
		Moment:   archive.Moment{Track: t.ID, V: v.V, Ms: c.StartMs},
	}
	if voice, n := voiceOf(s, v); voice != nil {
		out.Voice, out.Moment.Track, out.Moment.V = voice.ID, voice.ID, n
	}
	out.Original = original(s, t, v, out.Language, c.StartMs, c.EndMs)
	return out
}
