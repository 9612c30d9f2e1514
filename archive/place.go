package archive

import (
	"context"
	"fmt"
	"io"
	"slices"
)

// Place gives where ms of a master's own time lies on the clock by these parts; ok is false where no part holds it.
func Place(parts []Part, master Ref, ms int64) (clockMs int64, ok bool) {
	for _, p := range parts {
		if p.Master == master && ms >= p.FromMs && (ms < p.ToMs || p.ToMs == 0) {
			return p.AtMs + stretch(ms-p.FromMs, p.Ppm), true
		}
	}
	return 0, false
}

// Source gives which master, and which ms of its own time, lies at clockMs by these parts; ok is false in a gap.
func Source(parts []Part, clockMs int64) (master Ref, ms int64, ok bool) {
	for _, p := range parts {
		at := clockMs - p.AtMs
		if at >= 0 && (p.ToMs == 0 || at < stretch(p.ToMs-p.FromMs, p.Ppm)) {
			return p.Master, p.FromMs + stretch(at, -p.Ppm), true
		}
	}
	return "", 0, false
}

// EndMs is where the part ends on the clock.
func (p Part) EndMs() int64 { return p.AtMs + stretch(p.ToMs-p.FromMs, p.Ppm) }

// EndMs is where the last of the parts ends on the clock.
func EndMs(parts []Part) (end int64) {
	for _, p := range parts {
		end = max(end, p.EndMs())
	}
	return end
}

func stretch(ms int64, ppm float64) int64 { return ms + int64(float64(ms)*ppm/1e6) }

// Moment is a link that lasts: a track, one of its versions, and ms on the clock as that version was placed.
type Moment struct {
	Track string
	V     int
	Ms    int64
}

// String is the form in an address: t4.2.754200.
func (m Moment) String() string { return fmt.Sprintf("%s.%d.%d", m.Track, m.V, m.Ms) }

// ParseMoment reads the form in an address.
func ParseMoment(s string) (Moment, error) {
	var m Moment
	var n int
	if _, err := fmt.Sscanf(s, "t%d.%d.%d", &n, &m.V, &m.Ms); err != nil || n < 1 || m.V < 1 || m.Ms < 0 {
		return Moment{}, fmt.Errorf("moment %s: want track, version and milliseconds, as t4.2.754200", quote(s))
	}
	m.Track = fmt.Sprintf("t%d", n)
	if m.String() != s {
		return Moment{}, fmt.Errorf("moment %s: want track, version and milliseconds, as t4.2.754200", quote(s))
	}
	return m, nil
}

// Today translates a moment to today's clock: the master and master time that its version had there, in today's version. Gone says that
// it is no longer there; clockMs is then the nearest second of what is. A text's moment is one of the voice it was timed against.
func (s *Session) Today(m Moment) (clockMs int64, t *Track, gone bool) {
	t = s.Track(m.Track)
	then, now := t.Version(m.V), t.Current()
	if then == nil || now == nil {
		return s.clamp(m.Ms), t, true
	}
	master, ms, ok := Source(then.Parts, m.Ms)
	if !ok { // a gap between two parts: its own place is all there is
		return s.clamp(m.Ms), t, then.V != now.V
	}
	if at, ok := Place(now.Parts, master, ms); ok && at <= s.Clock.LengthMs {
		return max(at, 0), t, false
	}
	return s.clamp(m.Ms), t, true
}

func (s *Session) clamp(ms int64) int64 { return min(max(ms, 0), max(s.Clock.LengthMs-1000, 0)) }

// Cut is a stretch [FromMs, ToMs) of the clock that a track must not show.
type Cut [2]int64

// Cuts gives the withdrawn stretches as they touch a track, in order and joined where they meet. Interpretations and texts timed against
// one lag behind the floor: theirs last LagMs longer. They end at the session's end.
func (s *Session) Cuts(t *Track) []Cut {
	lags := t.Role == Interpretation
	if t.Kind == Text {
		if v := t.Current(); v != nil && v.Of != nil {
			if voice := s.Track(v.Of.Track); voice != nil {
				lags = voice.Role == Interpretation
			}
		}
	}
	var cuts []Cut
	for _, w := range s.Withdrawn {
		c := Cut{w.StartMs, w.EndMs}
		if lags {
			c[1] += w.LagMs
		}
		c[1] = min(c[1], s.Clock.LengthMs)
		if c[0] < c[1] {
			cuts = append(cuts, c)
		}
	}
	slices.SortFunc(cuts, func(a, b Cut) int { return int(a[0] - b[0]) })
	var out []Cut
	for _, c := range cuts {
		if n := len(out); n > 0 && c[0] <= out[n-1][1] {
			out[n-1][1] = max(out[n-1][1], c[1])
			continue
		}
		out = append(out, c)
	}
	return out
}

// VoiceParts gives the parts of the voice that a text version follows, as they are placed today: those of the voice's current version where
// it still has the master the text was timed against, else those it was timed against. Nil: the text's times are the clock's.
func (s *Session) VoiceParts(v *Version) []Part {
	if v == nil || v.Of == nil {
		return nil
	}
	t := s.Track(v.Of.Track)
	then, now := t.Version(v.Of.V), t.Current()
	switch {
	case then == nil:
		return nil
	case now != nil && sameMasters(then.Parts, now.Parts):
		return now.Parts
	}
	return then.Parts
}

func sameMasters(a, b []Part) bool {
	has := func(ps []Part, r Ref) bool {
		return slices.ContainsFunc(ps, func(p Part) bool { return p.Master == r })
	}
	for _, p := range a {
		if !has(b, p.Master) {
			return false
		}
	}
	return len(a) > 0
}

// Placed puts the cues of a text version, whose times are their master's own, on the session's clock: they move with the voice they were timed
// against, are cut at the session's ends, and cues that lie in a withdrawn stretch, wholly or in part, are left out.
func (s *Session) Placed(t *Track, v *Version, cues []Cue) []Cue {
	if v == nil {
		return nil
	}
	var at int64
	if len(v.Parts) > 0 {
		at = v.Parts[0].AtMs
	}
	voice, cuts := s.VoiceParts(v), s.Cuts(t)
	place := func(ms int64) (int64, bool) { return placeAny(voice, ms) }
	if v.Of != nil {
		if then := s.Track(v.Of.Track).Version(v.Of.V); then != nil && severalMasters(then.Parts) {
			place = func(ms int64) (int64, bool) { return carried(then.Parts, voice, ms) }
		}
	}
	var out []Cue
	for _, c := range cues {
		c.StartMs, c.EndMs = c.StartMs+at, c.EndMs+at
		if len(voice) > 0 {
			from, ok := place(c.StartMs)
			if !ok {
				continue
			}
			c.StartMs, c.EndMs = from, from+c.EndMs-c.StartMs
		}
		c.StartMs, c.EndMs = max(c.StartMs, 0), min(c.EndMs, s.Clock.LengthMs)
		if c.StartMs < c.EndMs && !slices.ContainsFunc(cuts, func(k Cut) bool { return c.StartMs < k[1] && k[0] < c.EndMs }) {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b Cue) int { return int(a.StartMs - b.StartMs) })
	return out
}

// severalMasters is true of a voice that came in several files. There is no clock of its master's then: the times of a text that was timed against it are the
// session's, as the voice lay at that time.
func severalMasters(parts []Part) bool {
	return slices.ContainsFunc(parts, func(p Part) bool { return p.Master != parts[0].Master })
}

// carried gives where a time of the clock lies after the parts then were placed as those of now: it goes with the part that holds it, else with the nearest.
func carried(then, now []Part, ms int64) (int64, bool) {
	off := func(p Part) int64 { return max(p.AtMs-ms, ms-p.EndMs(), 0) }
	p := slices.MinFunc(then, func(a, b Part) int { return int(off(a) - off(b)) })
	for _, q := range now {
		if q.Master == p.Master && q.Stream == p.Stream && q.FromMs == p.FromMs {
			return q.AtMs + stretch(stretch(ms-p.AtMs, -p.Ppm), q.Ppm), true
		}
	}
	return 0, false
}

// placeAny places a time of a voice's own clock: the part that holds it, else the nearest one, as captions may begin a little before the sound.
func placeAny(parts []Part, ms int64) (int64, bool) {
	for _, p := range parts {
		if ms >= p.FromMs && (ms < p.ToMs || p.ToMs == 0) {
			return p.AtMs + stretch(ms-p.FromMs, p.Ppm), true
		}
	}
	const near = 2000 // ms: further off, the sound was cut away there and its text with it
	for _, p := range parts {
		if d := p.FromMs - ms; d > 0 && d <= near {
			return p.AtMs - d, true
		}
		if d := ms - p.ToMs; d >= 0 && d <= near {
			return p.AtMs + stretch(p.ToMs-p.FromMs, p.Ppm) + d, true
		}
	}
	return 0, false
}

// Transcript reads what a version of a text track says, placed on today's clock. It reads the store: search and pages keep what they read.
func (a *Archive) Transcript(ctx context.Context, s *Session, t *Track, v *Version) ([]Cue, error) {
	var raw []Cue
	for _, p := range v.Parts {
		data, err := a.ReadMaster(ctx, p.Master, MaxText)
		if err != nil {
			return nil, fmt.Errorf("text %s of %s: %w", t.ID, s.ID, err)
		}
		text, err := readSubtitles(data, "x."+v.Source, t.Language, v.Encoding)
		if err != nil {
			return nil, fmt.Errorf("text %s of %s: %w", t.ID, s.ID, err)
		}
		raw = append(raw, text.Cues...)
	}
	for i := range raw {
		raw[i].N = i + 1
	}
	return s.Placed(t, v, raw), nil
}

// ReadMaster reads a small master whole.
func (a *Archive) ReadMaster(ctx context.Context, ref Ref, limit int64) ([]byte, error) {
	info, err := a.Store.Stat(ctx, ref.Key())
	if err != nil {
		return nil, fmt.Errorf("master %s: %w", ref, err)
	}
	if info.Size > limit {
		return nil, fmt.Errorf("master %s has %d bytes; %d are the most that is read at once", ref, info.Size, limit)
	}
	r, err := a.Store.Range(ctx, ref.Key(), 0, info.Size)
	if err != nil {
		return nil, fmt.Errorf("master %s: %w", ref, err)
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, info.Size))
	if err != nil {
		return nil, fmt.Errorf("master %s: %w", ref, err)
	}
	return data, nil
}
