package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"cabina/archive"
)

// withdrawCmd withdraws a stretch of a session in every language: its bytes are refused at once, and renditions without it are made afterwards.
type withdrawCmd struct {
	Session string        `arg:"" help:"Id of the session."`
	From    string        `required:"" placeholder:"12:34" help:"Where the stretch begins on the session's clock."`
	To      string        `required:"" placeholder:"12:41" help:"Where it ends."`
	Lag     time.Duration `default:"8s" help:"How much longer interpretations and their texts are withdrawn: they speak later than the floor."`
	Reason  string        `help:"Why; kept in the document."`
}

// Run withdraws. The same stretch withdrawn twice is withdrawn once.
func (c *withdrawCmd) Run(ctx context.Context, a *app) error {
	from, err := parseClock(c.From)
	if err != nil {
		return wrong("--from: %w", err)
	}
	to, err := parseClock(c.To)
	if err != nil {
		return wrong("--to: %w", err)
	}
	if to <= from {
		return wrong("--to: %s is not after --from, %s", c.To, c.From)
	}
	if c.Lag < 0 || c.Lag > 10*time.Minute {
		return wrong("--lag: %s is no lag of an interpreter; 0s to 10m are", c.Lag)
	}
	arc, err := a.archive(ctx, toWrite)
	if err != nil {
		return err
	}
	w := archive.Withdrawal{StartMs: from, EndMs: to, LagMs: c.Lag.Milliseconds(), Masters: "kept", By: arc.By, At: arc.Stamp(), Reason: c.Reason}
	var already bool
	now, err := update(ctx, arc, c.Session, func(s *archive.Session) error {
		already = false
		return withdraw(s, w, &already)
	})
	if err != nil {
		return err
	}
	if already {
		fmt.Fprintf(a.Out, "%s: that stretch is withdrawn already (revision %d)\n", now.ID, now.Rev)
		return nil
	}
	fmt.Fprintf(a.Out, "%s: revision %d: %s–%s withdrawn in every language, and %s more in the interpretations. The recordings stay\n",
		now.ID, now.Rev, clock(from), clock(to), seconds(w.LagMs))
	return nil
}

func withdraw(s *archive.Session, w archive.Withdrawal, already *bool) error {
	if w.StartMs >= s.Clock.LengthMs {
		return fmt.Errorf("--from: the session ends at %s", clock(s.Clock.LengthMs))
	}
	w.EndMs = min(w.EndMs, s.Clock.LengthMs)
	taken := map[string]bool{}
	for _, x := range s.Withdrawn {
		if x.StartMs == w.StartMs && x.EndMs == w.EndMs && x.LagMs >= w.LagMs {
			*already = true
			return nil
		}
		taken[x.ID] = true
	}
	n := 1
	for taken["w"+strconv.Itoa(n)] {
		n++
	}
	w.ID = "w" + strconv.Itoa(n)
	s.Withdrawn = append(s.Withdrawn, w)
	return nil
}
