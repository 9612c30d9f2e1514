package archive

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// roles of each kind.
var roles = map[Kind][]Role{
	Video:    {Picture, Sign},
	Audio:    {Floor, Interpretation, Description},
	Text:     {Captions, Description},
	Document: {},
}

var languagePattern = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

// Valid is true of what has the form of a BCP 47 tag.
func (l Language) Valid() bool { return languagePattern.MatchString(string(l)) }

var tokenPattern = regexp.MustCompile(`^[0-9a-f]{32}$`)

// Check holds the session against the invariants of the contract; the error is an *Invalid that names the field.
func (s *Session) Check() error {
	bad := func(field, format string, args ...any) error { return &Invalid{field, fmt.Sprintf(format, args...)} }
	switch {
	case !ValidID(s.ID):
		return bad("id", "want 1 to 64 of a-z, 0-9 and -, got %s", quote(s.ID))
	case s.Conference != "" && !ValidID(s.Conference):
		return bad("conference", "want 1 to 64 of a-z, 0-9 and -, got %s", quote(s.Conference))
	case !slices.Contains([]Visibility{Draft, Unlisted, Public, Restricted, Withdrawn}, s.Visibility):
		return bad("visibility", "want draft, unlisted, public, restricted or withdrawn, got %s", quote(string(s.Visibility)))
	case s.Visibility == Unlisted && !tokenPattern.MatchString(s.Token):
		return bad("token", "an unlisted session needs one of 32 hex digits")
	case s.At != "" && s.Date().IsZero():
		return bad("at", "want a time as 2020-07-14T14:00:00Z or a day as 2020-07-14, got %s", quote(s.At))
	case s.Clock.LengthMs < 0 || s.Clock.N < 1:
		return bad("clock", "want n of 1 or more and lengthMs of 0 or more, got %d and %d", s.Clock.N, s.Clock.LengthMs)
	}
	for _, w := range []struct {
		field string
		words Words
	}{{"title", s.Title}, {"summary", s.Summary}} {
		for l := range w.words {
			if !l.Valid() {
				return bad(w.field, "%s is not a language tag; en, pt-BR or zh-Hant are", quote(string(l)))
			}
		}
	}
	if err := s.checkTimes(); err != nil {
		return err
	}
	return s.checkTracks()
}

func (s *Session) checkTimes() error {
	stretch := func(field string, from, to int64) error {
		if from < 0 || from >= to || to > s.Clock.LengthMs {
			return &Invalid{field, fmt.Sprintf("want 0 ≤ start < end ≤ %d ms (the session's length), got %d to %d", s.Clock.LengthMs, from, to)}
		}
		return nil
	}
	for i, p := range s.Spans {
		if err := stretch("spans."+strconv.Itoa(i), p.StartMs, p.EndMs); err != nil {
			return err
		}
	}
	ids := map[string]bool{}
	for _, w := range s.Withdrawn {
		if err := stretch("withdrawn."+w.ID, w.StartMs, w.EndMs); err != nil {
			return err
		}
		if w.LagMs < 0 || w.LagMs > 600_000 {
			return &Invalid{"withdrawn." + w.ID + ".lagMs", fmt.Sprintf("want 0 to 600000, got %d", w.LagMs)}
		}
		if w.ID == "" || ids[w.ID] {
			return &Invalid{"withdrawn", "each stretch needs an id of its own"}
		}
		ids[w.ID] = true
	}
	for _, c := range s.Chapters {
		if c.ID == "" || ids["c "+c.ID] {
			return &Invalid{"chapters", "each chapter needs an id of its own"}
		}
		ids["c "+c.ID] = true
		if c.StartMs < 0 || s.Clock.LengthMs > 0 && c.StartMs >= s.Clock.LengthMs {
			return &Invalid{"chapters." + c.ID, fmt.Sprintf("want a start from 0 to before %d ms, got %d", s.Clock.LengthMs, c.StartMs)}
		}
	}
	for _, p := range s.People {
		if p.ID == "" || ids["p "+p.ID] {
			return &Invalid{"people", "each person needs an id of its own"}
		}
		ids["p "+p.ID] = true
	}
	return nil
}

func (s *Session) checkTracks() error {
	ids, places := map[string]bool{}, map[string]string{}
	for i := range s.Tracks {
		t := &s.Tracks[i]
		n, err := strconv.Atoi(strings.TrimPrefix(t.ID, "t"))
		if err != nil || t.ID != "t"+strconv.Itoa(n) || n < 1 {
			return &Invalid{"tracks", fmt.Sprintf("want ids t1, t2 …, got %s", quote(t.ID))}
		}
		if ids[t.ID] {
			return &Invalid{"tracks." + t.ID, "there are two of it"}
		}
		if ids[t.ID] = true; n >= s.NextTrack {
			return &Invalid{"nextTrack", fmt.Sprintf("want more than %d, the highest track, got %d", n, s.NextTrack)}
		}
		if err := t.check(); err != nil {
			return err
		}
		if t.Current() == nil {
			continue
		}
		place := string(t.Kind) + " " + string(t.Role) + " " + string(t.Language)
		if other, taken := places[place]; taken {
			return &Invalid{"tracks." + t.ID, fmt.Sprintf("%s is published too as %s: one of each kind, role and language can be", other, place)}
		}
		places[place] = t.ID
	}
	return nil
}

func (t *Track) check() error {
	at := "tracks." + t.ID
	allowed, known := roles[t.Kind]
	switch {
	case !known:
		return &Invalid{at + ".kind", fmt.Sprintf("want video, audio, text or document, got %s", quote(string(t.Kind)))}
	case len(allowed) > 0 && !slices.Contains(allowed, t.Role):
		return &Invalid{at + ".role", fmt.Sprintf("of %s: want one of %v, got %s", t.Kind, allowed, quote(string(t.Role)))}
	case !t.Language.Valid():
		return &Invalid{at + ".language", fmt.Sprintf("want a language tag as en, pt-BR or mul, got %s", quote(string(t.Language)))}
	case t.Visibility != "" && t.Visibility != Staff:
		return &Invalid{at + ".visibility", fmt.Sprintf("want staff or none, got %s", quote(string(t.Visibility)))}
	}
	published := t.Published == 0
	for i, v := range t.Versions {
		if v.V != i+1 {
			return &Invalid{at + ".versions", fmt.Sprintf("want 1, 2, 3 … in order, got %d at place %d", v.V, i+1)}
		}
		published = published || v.V == t.Published && !v.Withdrawn
		if len(v.Parts) == 0 {
			return &Invalid{fmt.Sprintf("%s.versions.%d.parts", at, v.V), "want one at least"}
		}
		for _, p := range v.Parts {
			if !p.Master.Valid() {
				return &Invalid{fmt.Sprintf("%s.versions.%d.parts", at, v.V), fmt.Sprintf("want a master of 64 hex digits, got %s", quote(string(p.Master)))}
			}
			if t.Kind != Text && t.Kind != Document && (p.FromMs < 0 || p.ToMs <= p.FromMs) {
				return &Invalid{fmt.Sprintf("%s.versions.%d.parts", at, v.V), fmt.Sprintf("want 0 ≤ fromMs < toMs, got %d to %d", p.FromMs, p.ToMs)}
			}
		}
	}
	if !published {
		return &Invalid{at + ".published", fmt.Sprintf("want one of its versions that is not withdrawn, or none, got %d", t.Published)}
	}
	return nil
}

// checkGrowth holds a revision against the one before: versions are only appended, track ids never used again.
func checkGrowth(old, next *Session) error {
	if next.NextTrack < old.NextTrack {
		return &Invalid{"nextTrack", fmt.Sprintf("want %d or more: ids of tracks are never used again", old.NextTrack)}
	}
	for i := range next.Tracks {
		t := &next.Tracks[i]
		before := old.Track(t.ID)
		if before == nil {
			continue
		}
		if len(t.Versions) < len(before.Versions) {
			return &Invalid{"tracks." + t.ID + ".versions", "versions are only appended: none may go"}
		}
		for i := range before.Versions {
			if !sameBytes(&before.Versions[i], &t.Versions[i]) {
				return &Invalid{fmt.Sprintf("tracks.%s.versions.%d", t.ID, i+1), "what its bytes are made of never changes: append a new version"}
			}
		}
	}
	return nil
}

// sameBytes is true of two states of a version in which nothing differs that its renditions' bytes depend on.
func sameBytes(a, b *Version) bool {
	return a.V == b.V && a.Channels == b.Channels && a.GainDb == b.GainDb && a.Source == b.Source &&
		slices.EqualFunc(a.Parts, b.Parts, func(p, q Part) bool {
			return p.Master == q.Master && p.Stream == q.Stream && p.FromMs == q.FromMs && p.ToMs == q.ToMs && p.AtMs == q.AtMs && p.Ppm == q.Ppm
		})
}

// Check holds the conference against the invariants of the contract.
func (c *Conference) Check() error {
	switch {
	case !ValidID(c.ID):
		return &Invalid{"id", fmt.Sprintf("want 1 to 64 of a-z, 0-9 and -, got %s", quote(c.ID))}
	case !slices.Contains([]Visibility{Draft, Public, Restricted, Withdrawn}, c.Visibility):
		return &Invalid{"visibility", fmt.Sprintf("want draft, public, restricted or withdrawn, got %s", quote(string(c.Visibility)))}
	}
	for _, l := range c.Languages {
		if !l.Valid() {
			return &Invalid{"languages", fmt.Sprintf("%s is not a language tag", quote(string(l)))}
		}
	}
	return nil
}
