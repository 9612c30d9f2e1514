package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"cabina/archive"
)

// report says what was found in a folder and what was decided.
func (w *work) report(s *archive.Session, outcomes []outcome) {
	state := fmt.Sprintf("revision %d", s.Rev)
	switch {
	case w.cmd.DryRun && w.was == nil:
		state = "would be new"
	case w.cmd.DryRun:
		state = "is there"
	case w.was == nil:
		state = "new"
	case w.was.Rev == s.Rev:
		state = "nothing has changed"
	}
	head := nonEmpty(string(s.Visibility), conferenceWords(s), clock(s.Clock.LengthMs)+" by its "+s.Clock.By, state)
	w.print("%s: %s; %s\n", w.id, title(s), strings.Join(head, ", "))
	width := 12
	for _, t := range w.merge.plan.Takes {
		width = max(width, utf8.RuneCountInString(t.Name))
	}
	for i, t := range w.merge.plan.Takes {
		w.print("  %-*s  %s\n", width, t.Name, strings.Join(append([]string{t.words()}, t.details(s, outcomes[i])...), "; "))
	}
	for _, l := range w.merge.plan.Left {
		w.print("  %-*s  left alone%s\n", width, l.Name, prefixed(": ", l.Why))
	}
}

// unreadTold is how many places that cannot be read are told in the line of a file.
const unreadTold = 3

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func conferenceWords(s *archive.Session) string { return prefixed("conference ", s.Conference) }

// details says what there is to know of a take, a phrase each.
func (t *take) details(s *archive.Session, what outcome) []string {
	out := nonEmpty(t.Why)
	switch t.Kind {
	case archive.Video:
		out = append(out, t.pictureWords())
	case archive.Audio:
		out = append(out, t.soundWords(s, what)...)
	case archive.Text:
		x := t.Master.Text
		out = append(out, count(len(x.Cues), "cue", "cues"), string(x.Format), x.Encoding)
		if x.Machine {
			out = append(out, "written by a machine")
		}
		if n := x.Speakers; n > 0 {
			out = append(out, count(n, "speaker", "speakers"))
		}
		if n := x.Invented(); n > 0 {
			out = append(out, count(n, "line looks", "lines look")+" invented")
		}
		for i, u := range x.Unread {
			if i == unreadTold {
				out = append(out, fmt.Sprintf("and %d more unread; cabina show lists them", len(x.Unread)-i))
				break
			}
			out = append(out, fmt.Sprintf("line %d unread: %s", u.Line, u.Why))
		}
		if of := followed(s, t.Language); of != nil && s.Track(of.Track).Language != t.Language {
			out = append(out, "timed against the floor")
		}
	}
	switch what {
	case same:
		out = append(out, "is there already")
	case replaced:
		out = append(out, "a new version")
	}
	return out
}

func (t *take) pictureWords() string {
	facts := t.Master.Facts
	how := "encoded anew, as " + facts.WhyNotCopy
	if facts.Copyable {
		how = "copied as it is"
	}
	for _, s := range facts.Streams {
		if s.Kind == archive.Video {
			return fmt.Sprintf("%s %d × %d, %s; %s", s.Codec, s.Width, s.Height, clock(s.DurationMs), how)
		}
	}
	return how
}

// soundWords says how long a voice is, where it lies and what is wrong with it; of one that is there already what its document says.
func (t *take) soundWords(s *archive.Session, what outcome) []string {
	out := []string{clock(t.Part.ToMs)}
	parts, gate := t.parts(), withLength(t.Gate, s.Clock.LengthMs, t.parts())
	if v := heldBy(s, t); what == same && v != nil {
		parts, gate = v.Parts, v.Gate
	}
	if n := len(parts); n > 1 {
		out = append(out, count(n, "part", "parts"))
	}
	if at := parts[0].AtMs; at != 0 {
		out = append(out, fmt.Sprintf("begins at %+.3f s", float64(at)/1000))
	}
	out = append(out, nonEmpty(placingWords(t.Placing))...)
	if t.Channels == "left" || t.Channels == "right" {
		out = append(out, t.Channels+" channel")
	}
	if what != same && t.GainDb != 0 {
		out = append(out, decibels(t.GainDb))
	}
	if what == added && t.byPicture && t.Placing == nil {
		out = append(out, "will be placed by its picture")
	}
	for _, f := range gate {
		out = append(out, findingIn(s, f))
	}
	return out
}

// heldBy is the version of the session that has a take's stream: what viewers get, else the newest.
func heldBy(s *archive.Session, t *take) *archive.Version {
	for i := range s.Tracks {
		if c := &s.Tracks[i]; c.Kind == t.Kind && holds(c, t) {
			if v := c.Current(); v != nil {
				return v
			}
			return &c.Versions[len(c.Versions)-1]
		}
	}
	return nil
}
