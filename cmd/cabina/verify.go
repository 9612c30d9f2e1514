package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"cabina/archive"
	"cabina/config"
)

// verifyCmd reads every master and every rendition to its end, holds each against its hash, and each document against its rules. When a master was last found right
// stands beside it; a run that was stopped goes on from there (verify_resume.go).
type verifyCmd struct {
	Rate      string `placeholder:"50M" help:"Read at most that many bytes a second."`
	OlderThan string `placeholder:"30d" help:"Pass by masters that were verified within that time: 30d, 12h."`
	Anew      bool   `help:"Begin at the beginning, also where an earlier run was stopped."`
}

// Run verifies. What is damaged or missing is said, one line each, and makes the exit code 1; what is only worth knowing is not.
func (c *verifyCmd) Run(ctx context.Context, a *app) error {
	v := verifier{app: a, used: map[archive.Ref]string{}, progress: newProgress(a.Err)}
	if c.Rate != "" {
		n, err := config.ParseBytes(c.Rate)
		if err != nil || n == 0 {
			return wrong("--rate: %q is no number of bytes a second; 50M is", c.Rate)
		}
		v.pace.rate = n
	}
	if c.OlderThan != "" {
		d, err := parseAge(c.OlderThan)
		if err != nil {
			return wrong("--older-than: %w", err)
		}
		v.olderThan = d
	}
	arc, conf, err := a.open(ctx, toRead)
	if err != nil {
		return err
	}
	v.arc = arc
	if _, _, err := arc.Identity(ctx); errors.Is(err, archive.ErrNewer) {
		v.note("%s; so no dates of verifying are written", err)
		v.readOnly = true
	}
	v.begin(conf, c.Anew)
	for _, step := range []func(context.Context) error{v.documents, v.masters, v.renditions, v.absent} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	v.progress.clear()
	v.end()
	fmt.Fprintf(a.Out, "%s, %s and %s were read", count(v.count.documents, "document", "documents"), count(v.count.masters, "master", "masters"),
		count(v.count.renditions, "rendition", "renditions"))
	if n := v.count.passed; n > 0 {
		fmt.Fprintf(a.Out, ", %s passed by", count(n, "master", "masters"))
	}
	if n := v.count.passedRenditions; n > 0 {
		fmt.Fprintf(a.Out, ", %s passed by", count(n, "rendition", "renditions"))
	}
	if v.faults > 0 {
		fmt.Fprintf(a.Out, "; %s\n", count(v.faults, "fault was found", "faults were found"))
		return errSaid
	}
	fmt.Fprintln(a.Out, "; all is well")
	return nil
}

// verifier is one run of verify.
type verifier struct {
	app       *app
	arc       *archive.Archive
	pace      pace
	olderThan time.Duration // 0: every master
	readOnly  bool          // nothing is written: a newer program's archive
	resume    resume
	progress  *progress

	used     map[archive.Ref]string // masters that documents name, with who names them
	sessions []*archive.Session
	made     map[string]bool // renditions whose index is there, by session/name
	faults   int
	count    struct{ documents, masters, passed, renditions, passedRenditions int }
}

// fault says something that is wrong, note something worth knowing.
func (v *verifier) fault(format string, args ...any) {
	v.faults++
	v.progress.clear()
	fmt.Fprintf(v.app.Err, format+"\n", args...)
}

func (v *verifier) note(format string, args ...any) {
	v.progress.clear()
	fmt.Fprintf(v.app.Out, format+"\n", args...)
}

// documents holds every conference and session against the rules, and gathers the masters they name.
func (v *verifier) documents(ctx context.Context) error {
	conferences := map[string]bool{}
	for c, err := range v.arc.Conferences(ctx) {
		if c == nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			v.fault("%s", err)
			continue
		}
		v.count.documents++
		conferences[c.ID] = true
		if err := c.Check(); err != nil {
			v.fault("conferences/%s.json: %s", c.ID, err)
		}
	}
	for s, err := range v.arc.Sessions(ctx) {
		if s == nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			v.fault("%s", err)
			continue
		}
		v.count.documents++
		v.sessions = append(v.sessions, s)
		v.session(s)
		if s.Conference != "" && !conferences[s.Conference] {
			v.note("sessions/%s.json: its conference %s has no document; `cabina import --conference %s` makes one", s.ID, s.Conference, s.Conference)
		}
	}
	return nil
}

func (v *verifier) session(s *archive.Session) {
	if err := s.Check(); err != nil {
		v.fault("sessions/%s.json: %s", s.ID, err)
	}
	for _, t := range s.Tracks {
		for _, ver := range t.Versions {
			for _, p := range ver.Parts {
				v.used[p.Master] = s.ID + " " + t.ID
			}
			if of := ver.Of; of != nil && s.Track(of.Track) != nil && s.Track(of.Track).Version(of.V) == nil {
				v.fault("sessions/%s.json: tracks.%s.versions.%d.of: %s has no version %d", s.ID, t.ID, ver.V, of.Track, of.V)
			}
		}
	}
}

// pace bounds how many bytes are read in a second, over all objects together.
type pace struct {
	rate int64     // 0: as fast as it goes
	next time.Time // when the next byte may be read
}

// slowed is a reader that keeps a pace and stops with its context.
type slowed struct {
	ctx  context.Context // of the one read that this is made for
	r    io.Reader
	pace *pace
}

func (s *slowed) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	p := s.pace
	if p.rate == 0 {
		return s.r.Read(b)
	}
	select {
	case <-s.ctx.Done():
		return 0, s.ctx.Err()
	case <-time.After(time.Until(p.next)):
	}
	n, err := s.r.Read(b[:min(int64(len(b)), max(p.rate/10, 1))])
	if now := time.Now(); p.next.Before(now) {
		p.next = now
	}
	p.next = p.next.Add(time.Duration(float64(n) / float64(p.rate) * float64(time.Second)))
	return n, err
}

// parseAge reads 30d, 12h, 90m.
func parseAge(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if d, err := time.ParseDuration(days + "h"); err == nil && d >= 0 {
			return 24 * d, nil
		}
	} else if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return d, nil
	}
	return 0, fmt.Errorf("%q is no time; 30d and 12h are", text)
}

func isAbsent(err error) bool { return errors.Is(err, fs.ErrNotExist) }

func sorted[T ~string](list []T) []T { slices.Sort(list); return list }
