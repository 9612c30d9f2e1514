package search

import (
	"slices"

	"cabina/archive"
)

// beside is where a cue of another text begins to stand beside one: from so many ms after its start to so many.
type beside struct{ from, to int64 }

const (
	besideMs = 4000 // that far from where a text is expected beside another
	boothMs  = 2000 // how far a booth is taken to be behind the floor where it was not measured
)

// besideOf gives the stretch for a text that lags behind its session's floor by one of these, beside a text that lags by the other. With lags that were not measured it is from
// floor to booth [-2 s, +6 s], from booth to floor [-6, +2], else [-4, +4]. a is beside b exactly when b is beside a.
func besideOf(lag, otherLag int64) beside {
	return beside{otherLag - lag - besideMs, otherLag - lag + besideMs}
}

// lag is how far a text is behind the floor: as it was measured when it was taken in, else what is usual of its kind.
func (s *searching) lag(doc *archive.Session, t *archive.Track, v *archive.Version) (ms int64, measured bool) {
	for _, shelf := range s.shelves {
		if r, ok := shelf.receipt(doc.ID); ok {
			if slip, ok := r.Texts[t.ID]; ok && slip.Lag != nil {
				return slip.Lag.Ms, true
			}
		}
	}
	if booth(doc, v) {
		return boothMs, false
	}
	return 0, false
}

// window gives the stretch in which one text of a session stands beside another.
func (s *searching) window(doc *archive.Session, t *archive.Track, v *archive.Version, other *archive.Track, otherV *archive.Version) beside {
	lag, _ := s.lag(doc, t, v)
	otherLag, _ := s.lag(doc, other, otherV)
	return besideOf(lag, otherLag)
}

// booth is true of a text that follows an interpretation or a description, not the floor or the clock itself.
func booth(s *archive.Session, v *archive.Version) bool {
	voice, _ := voiceOf(s, v)
	return voice != nil && voice.Role != archive.Floor
}

// parallel gives what the session's other texts say about the lines of the best hit.
func (s *searching) parallel(m moment) []Parallel {
	best := &m.hits[0]
	var out []Parallel
	for _, t := range best.doc.Live(archive.Text) {
		if slices.ContainsFunc(m.hits, func(h hit) bool { return h.track.ID == t.ID }) || archive.Access(s.r.Viewer, best.doc, t) != archive.Yes {
			continue
		}
		file := s.textOf(best.doc.ID, t.ID)
		if file == nil {
			continue
		}
		v := versionOf(t, file)
		if v.Withdrawn {
			continue
		}
		if p := s.beside(best, t, v, file); len(p.Lines) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// textOf gives the cue file of a text by what the shelves hold that were opened; nil where there is none.
func (s *searching) textOf(session, track string) *text {
	if id, ok := s.held(session, track); ok {
		return s.file(id)
	}
	return nil
}

// held names a text as the shelves hold it that were opened.
func (s *searching) held(session, track string) (textID, bool) {
	for _, shelf := range s.shelves {
		if r, ok := shelf.receipt(session); ok {
			if slip, ok := r.Texts[track]; ok {
				return textID{session, track, slip.Key}, true
			}
		}
	}
	return textID{}, false
}

func (s *searching) beside(best *hit, t *archive.Track, v *archive.Version, file *text) Parallel {
	p := Parallel{Text: t.ID, Voice: file.Voice, Lines: []Line{}}
	w := s.window(best.doc, best.track, best.v, t, v)
	for _, k := range w.cues(best.file, best.cuts, best.first, best.last, file, best.doc.Cuts(t)) {
		if len(p.Lines) == 0 {
			p.Language = file.language(k)
		}
		p.Lines = append(p.Lines, line(file, k))
	}
	if n := len(p.Lines); n > 0 {
		p.StartMs, p.EndMs = p.Lines[0].StartMs, p.Lines[n-1].EndMs
	}
	return p
}

// cues gives the cues of b that stand beside the cues [first, last] of a, without those that were withdrawn of either.
func (w beside) cues(a *text, aCuts []archive.Cut, first, last int, b *text, bCuts []archive.Cut) []int {
	var out []int
	next := 0
	for i := first; i <= last; i++ {
		if inCuts(aCuts, a, i) {
			continue
		}
		at := a.start(i)
		for k := max(next, b.after(at+w.from)); k < b.Cues && b.start(k) <= at+w.to; k++ {
			next = k + 1
			if !inCuts(bCuts, b, k) {
				out = append(out, k)
			}
		}
	}
	return out
}
