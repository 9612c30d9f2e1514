package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"cabina/archive"
)

// undoCmd writes the contents of an earlier revision as a new one: nothing is taken out of the history, and an undo can be undone.
type undoCmd struct {
	Session string `arg:"" help:"Id of the session."`
	Rev     int    `arg:"" help:"The revision whose contents shall stand again."`
}

// Run undoes.
func (c *undoCmd) Run(ctx context.Context, a *app) error {
	arc, err := a.archive(ctx, toWrite)
	if err != nil {
		return err
	}
	was, err := session(ctx, arc, c.Session)
	if err != nil {
		return err
	}
	then, err := arc.Revision(ctx, c.Session, c.Rev)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("session %s has no revision %d; it has 1 to %d: `cabina history %s` lists them", c.Session, c.Rev, was.Rev, c.Session)
	}
	if err != nil {
		return err
	}
	now, err := update(ctx, arc, c.Session, func(s *archive.Session) error { restore(s, then); return nil })
	if err != nil {
		return err
	}
	if now.Rev == was.Rev {
		fmt.Fprintf(a.Out, "%s: nothing to undo, revision %d says the same\n", now.ID, c.Rev)
		return nil
	}
	fmt.Fprintf(a.Out, "%s: revision %d, with the contents of revision %d: %s\n", now.ID, now.Rev, c.Rev, strings.Join(changesBetween(was, now), ", "))
	for _, w := range was.Withdrawn {
		if !slices.ContainsFunc(now.Withdrawn, func(x archive.Withdrawal) bool { return x.ID == w.ID }) {
			fmt.Fprintf(a.Out, "note: the stretch %s–%s, which was withdrawn, is shown again\n", clock(w.StartMs), clock(w.EndMs))
		}
	}
	return nil
}

// restore gives s the contents of then. What may never go back stays as it is in s: track ids that were given away are not given again, versions that
// were appended stay appended (then's published one is what viewers get), and a version that was withdrawn stays withdrawn.
func restore(s, then *archive.Session) {
	next := *then
	next.NextTrack = max(then.NextTrack, s.NextTrack)
	if next.Clock.N = s.Clock.N; then.Clock.LengthMs != s.Clock.LengthMs {
		next.Clock.N++ // another length, whatever it was before: what plays now does so until all is made
	}
	next.Tracks = slices.Clone(then.Tracks)
	for i := range next.Tracks {
		t := &next.Tracks[i]
		now := s.Track(t.ID)
		if now == nil {
			continue
		}
		t.Versions = now.Versions
		if v := t.Version(t.Published); v != nil && v.Withdrawn {
			t.Published = 0
			for _, v := range t.Versions[:v.V] {
				if !v.Withdrawn {
					t.Published = v.V
				}
			}
		}
	}
	*s = next
}
