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

// verifyCmd reads every master and every rendition to its end, holds each against its hash, and each document against its rules.
type verifyCmd struct {
	Rate      string `placeholder:"50M" help:"Read at most that many bytes a second."`
	OlderThan string `placeholder:"30d" help:"Pass by masters that were verified within that time: 30d, 12h."`
}

// Run verifies. What is damaged or missing is said, one line each, and makes the exit code 1; what is only worth knowing is not.
func (c *verifyCmd) Run(ctx context.Context, a *app) error {
	v := verifier{app: a, used: map[archive.Ref]string{}, progress: newProgress(a.Err)}
	if c.Rate != "" {
		n, err := config.ParseBytes(c.Rate)
		if err != nil || n == 0 {
			return wrong("--rate: %q is no number of bytes a second; 50M is", c.Rate)
		}
		v.rate = n
	}
	if c.OlderThan != "" {
		d, err := parseAge(c.OlderThan)
		if err != nil {
			return wrong("--older-than: %w", err)
		}
		v.olderThan = d
	}
	arc, err := a.archive(ctx, toRead)
	if err != nil {
		return err
	}
	v.arc = arc
	for _, step := range []func(context.Context) error{v.documents, v.masters, v.renditions, v.absent} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	v.progress.clear()
	fmt.Fprintf(a.Out, "%s, %s and %s were read", count(v.count.documents, "document", "documents"), count(v.count.masters, "master", "masters"),
		count(v.count.renditions, "rendition", "renditions"))
	if v.count.passed > 0 {
		fmt.Fprintf(a.Out, ", %s passed by", count(v.count.passed, "master", "masters"))
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
	rate      int64         // bytes a second; 0: as fast as it goes
	olderThan time.Duration // 0: every master
	progress  *progress

	used     map[archive.Ref]string // masters that documents name, with who names them
	sessions []*archive.Session
	made     map[string]bool // renditions whose index is there, by session/name
	faults   int
	count    struct{ documents, masters, passed, renditions int }
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

// slowed is a reader that gives at most rate bytes a second and stops with its context.
type slowed struct {
	ctx  context.Context // of the one read that this is made for
	r    io.Reader
	rate int64
	read int64
	from time.Time
}

func (s *slowed) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	if s.rate > 0 {
		ahead := time.Duration(float64(s.read)/float64(s.rate)*float64(time.Second)) - time.Since(s.from)
		if ahead > 0 {
			select {
			case <-s.ctx.Done():
				return 0, s.ctx.Err()
			case <-time.After(ahead):
			}
		}
		p = p[:min(int64(len(p)), max(s.rate/10, 1))]
	}
	n, err := s.r.Read(p)
	s.read += int64(n)
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
