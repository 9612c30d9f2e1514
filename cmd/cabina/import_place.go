package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"cabina/archive"
	"cabina/transcode"
)

// placeVoices lays the voices of the videos whose picture is not the session's where their pictures show the same. Of a session that is there only what is new is
// looked at: what was decided before stands in its document.
func (w *work) placeVoices(ctx context.Context, outcomes []outcome) error {
	voices := map[*master][]*take{}
	var picture *take
	for i, t := range w.merge.plan.Takes {
		switch {
		case t.byPicture && outcomes[i] != same:
			voices[t.Master] = append(voices[t.Master], t)
		case t.Role == archive.Picture && !t.spare:
			picture = t
		}
	}
	if len(voices) == 0 {
		return nil
	}
	kept := &transcode.Footage{Path: picture.Master.Path, Facts: picture.Master.Facts}
	defer kept.Close()
	unseen, err := w.lookAt(ctx, kept, picture.Name)
	if err != nil {
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(max(w.config.Jobs, 1))
	for m, takes := range voices {
		g.Go(func() error {
			p := &transcode.Placing{Why: unseen}
			if unseen == "" {
				own := &transcode.Footage{Path: m.Path, Facts: m.Facts}
				defer own.Close()
				why, err := w.lookAt(gctx, own, takes[0].Name)
				if err == nil && why == "" {
					p, err = transcode.Align(own, kept)
				}
				if err != nil {
					return err
				}
				if why != "" {
					p.Why = why
				}
			}
			for _, t := range takes {
				t.placed(p)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("place the voices: %w", err)
	}
	w.merge.plan.settleLength()
	return nil
}

// lookAt looks at a picture. Where it cannot be decoded, unseen says so; that is no error: the voice is there all the same.
func (w *work) lookAt(ctx context.Context, f *transcode.Footage, name string) (unseen string, err error) {
	err = w.tools.Look(ctx, f, func(done float64) { w.progress.say("%s: looking at %s, %d %%", w.id, name, int(done*100)) })
	var failed *transcode.ToolError
	if errors.As(err, &failed) {
		return fmt.Sprintf("the picture of %s cannot be looked at (%s)", name, oneLine(failed.Reason)), nil
	}
	return "", err
}

// placed takes over where the voice lies, and what there is to say of it.
func (t *take) placed(p *transcode.Placing) {
	t.Placing = p
	if len(p.Stretches) == 0 {
		t.Gate = append(t.Gate, archive.Finding{Code: findLook, Why: p.Why})
		return
	}
	t.Placed = placedParts(t.Part, t.Master.Facts.OffsetMs(t.Master.Facts.Stream(t.Part.Stream)), p.Stretches)
	t.Gate = append(t.Gate, placedFindings(t.Placed)...)
	var ms int64
	var where []string
	for _, d := range p.Differs {
		ms += d[1] - d[0]
		where = append(where, clock(d[0])+"–"+clock(d[1]))
	}
	if ms > 0 {
		const most = 3
		if n := len(where); n > most {
			where = append(where[:most], fmt.Sprintf("and %d more", n-most))
		}
		t.Gate = append(t.Gate, archive.Finding{Code: findPicture, Ms: ms, Why: strings.Join(where, ", ")})
	}
}

// placedParts cuts a voice as its picture was. The whole is all of the voice; offsetMs is where it starts on its picture's time. Before the first stretch and behind
// the last the voice goes on.
func placedParts(whole archive.Part, offsetMs int64, stretches []transcode.Stretch) []archive.Part {
	var out []archive.Part
	for i, s := range stretches {
		p := whole
		if i > 0 {
			p.FromMs = max(s.FromMs-offsetMs, 0)
		}
		if i < len(stretches)-1 {
			p.ToMs = min(s.ToMs-offsetMs, whole.ToMs)
		}
		since := p.FromMs + offsetMs - s.FromMs
		p.AtMs, p.Ppm = s.AtMs+since+int64(float64(since)*s.Ppm/1e6), s.Ppm
		if p.FromMs < p.ToMs {
			out = append(out, p)
		}
	}
	return out
}

// placedFindings says what lies between the parts of a voice.
func placedFindings(parts []archive.Part) []archive.Finding {
	var out []archive.Finding
	for i := 1; i < len(parts); i++ {
		before, p := parts[i-1], parts[i]
		end := archive.EndMs(parts[i-1 : i])
		if silent := p.AtMs - end; silent > 0 {
			out = append(out, archive.Finding{Code: findHole, Ms: silent, Why: "at " + clock(end)})
		}
		if unseen := p.FromMs - before.ToMs; unseen > 0 {
			out = append(out, archive.Finding{Code: findUnseen, Ms: unseen, Why: "at " + clock(end)})
		}
	}
	return out
}

// placingWords says how a voice was placed.
func placingWords(p *transcode.Placing) string {
	if p == nil || len(p.Stretches) == 0 {
		return ""
	}
	return fmt.Sprintf("placed by its picture, on which %d of %d changes agree within %d ms", p.Agree, p.Changes, p.WithinMs)
}
