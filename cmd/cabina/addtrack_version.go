package main

import (
	"slices"
	"strconv"
	"strings"

	"cabina/archive"
)

// addVersion puts a version into the track of its place, or a new one. A version of the same parts at the same place that is there already is published
// again, and nothing is added.
func addVersion(s *archive.Session, t archive.Track, v archive.Version, draft bool) (id string, what outcome) {
	tr := placeOf(s, t)
	what = replaced
	if tr == nil {
		t.ID = "t" + strconv.Itoa(s.NextTrack)
		s.NextTrack++
		s.Tracks = append(s.Tracks, t)
		tr, what = &s.Tracks[len(s.Tracks)-1], added
	}
	if cur := tr.Current(); cur != nil && sameParts(cur.Parts, v.Parts) && cur.Channels == v.Channels {
		return tr.ID, same
	}
	if tr.Checked = ""; t.Origin != "" { // whoever checked the text before has not seen this file
		tr.Origin = t.Origin
	}
	v.V = len(tr.Versions) + 1
	if !draft && t.Kind != archive.Text && (s.Clock.LengthMs == 0 || t.Role == archive.Picture && s.Picture() == nil) {
		takeClock(s, v.Parts)
	}
	if t.Kind != archive.Text {
		v.Gate = withLength(v.Gate, s.Clock.LengthMs, v.Parts)
	}
	tr.Versions = append(tr.Versions, v)
	if !draft {
		tr.Published = v.V
	}
	return tr.ID, what
}

// takeClock gives a session that had no picture the length of its first one, or one that had nothing that of its first voice. All else keeps its length.
func takeClock(s *archive.Session, parts []archive.Part) {
	end := archive.EndMs(parts)
	if end <= 0 || end == s.Clock.LengthMs {
		return
	}
	if s.Clock.LengthMs > 0 {
		s.Clock.N++ // renditions of the old length play until those of the new are whole
	}
	s.Clock.LengthMs, s.Clock.By = end, "voice"
	if strings.HasPrefix(parts[0].Stream, "v:") {
		s.Clock.By = "picture"
	}
}

func placeOf(s *archive.Session, t archive.Track) *archive.Track {
	var found *archive.Track
	for i := range s.Tracks {
		c := &s.Tracks[i]
		if c.Kind == t.Kind && c.Role == t.Role && c.Language == t.Language && (found == nil || found.Current() == nil) {
			found = c
		}
	}
	return found
}

func sameParts(a, b []archive.Part) bool {
	return slices.EqualFunc(a, b, func(x, y archive.Part) bool {
		return x.Master == y.Master && x.Stream == y.Stream && x.FromMs == y.FromMs && x.ToMs == y.ToMs && x.AtMs == y.AtMs && x.Ppm == y.Ppm
	})
}
