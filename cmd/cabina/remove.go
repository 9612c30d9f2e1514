package main

import (
	"context"
	"fmt"
	"slices"

	"cabina/archive"
)

// removeCmd withdraws a session, or takes one track out of its document. Masters stay, and undo brings either back.
type removeCmd struct {
	Session string `arg:"" help:"Id of the session."`
	Track   string `arg:"" optional:"" help:"Id of one track, as t4; without it the whole session is withdrawn."`
}

// Run removes.
func (c *removeCmd) Run(ctx context.Context, a *app) error {
	arc, err := a.archive(ctx, toWrite)
	if err != nil {
		return err
	}
	was, err := session(ctx, arc, c.Session)
	if err != nil {
		return err
	}
	what := "withdrawn; its address says so"
	change := func(s *archive.Session) error { s.Visibility = archive.Withdrawn; return nil }
	if c.Track != "" {
		e := editor{Session: was}
		t, err := e.track("remove", c.Track)
		if err != nil {
			return err
		}
		what = t.ID + " (" + trackWords(t.Kind, t.Role, t.Language) + ") removed"
		change = func(s *archive.Session) error {
			s.Tracks = slices.DeleteFunc(s.Tracks, func(t archive.Track) bool { return t.ID == c.Track })
			return nil
		}
	}
	now, err := update(ctx, arc, c.Session, change)
	if err != nil {
		return err
	}
	if now.Rev == was.Rev {
		fmt.Fprintf(a.Out, "%s: it is so already (revision %d)\n", now.ID, now.Rev)
		return nil
	}
	fmt.Fprintf(a.Out, "%s: revision %d: %s. The recordings stay; `cabina undo %s %d` brings it back\n", now.ID, now.Rev, what, now.ID, now.Rev-1)
	return nil
}
