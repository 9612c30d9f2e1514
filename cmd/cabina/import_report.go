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
		out = append(out, clock(t.Part.ToMs))
		if t.Part.AtMs != 0 {
			out = append(out, fmt.Sprintf("begins at %+.3f s", float64(t.Part.AtMs)/1000))
		}
		if t.Channels == "left" || t.Channels == "right" {
			out = append(out, t.Channels+" channel")
		}
		if what != same && t.GainDb != 0 {
			out = append(out, decibels(t.GainDb))
		}
		for _, f := range withLength(t.Gate, s.Clock.LengthMs, []archive.Part{t.Part}) {
			out = append(out, findingWords(f))
		}
	case archive.Text:
		x := t.Master.Text
		out = append(out, count(len(x.Cues), "cue", "cues"), string(x.Format), x.Encoding)
		for _, u := range x.Unread {
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
