package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"cabina/archive"
	"cabina/transcode"
)

// rehearse does the merge to a copy of the session, so that what is wrong with it is known before anything is written.
func (w *work) rehearse() (*archive.Session, []outcome, error) {
	s := w.empty()
	if w.was != nil {
		data, err := json.Marshal(w.was)
		if err != nil {
			return nil, nil, err
		}
		s = new(archive.Session)
		if err := json.Unmarshal(data, s); err != nil {
			return nil, nil, err
		}
	}
	outcomes := w.merge.into(s)
	return s, outcomes, s.Check()
}

func (w *work) empty() *archive.Session { return &archive.Session{ID: w.id} }

// write measures what is new, puts its masters into the store and then the document, in one piece. Whatever stands when it is cut off, the next import goes
// on from there.
func (w *work) write(ctx context.Context, outcomes []outcome) ([]refusal, error) {
	w.arc.Reached(archive.PointSpooled)
	if refused, err := w.measure(ctx, outcomes); err != nil || len(refused) > 0 {
		return refused, err
	}
	w.arc.Reached(archive.PointMeasured)
	if err := w.placeVoices(ctx, outcomes); err != nil {
		return nil, err
	}
	if err := w.keep(ctx, outcomes); err != nil {
		return nil, err
	}
	w.arc.Reached(archive.PointMasters)
	if err := w.ensureConference(ctx, w.merge.conference, w.src.Conference); err != nil {
		return nil, err
	}
	w.arc.Reached(archive.PointConference)
	for {
		s, err := w.document(ctx, &outcomes)
		if errors.Is(err, archive.ErrConflict) && w.was == nil {
			// Another import of the same folder was first; if it was another folder, its id is taken now.
			if err := w.locate(ctx, w.merge.key); err != nil {
				return nil, err
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		if w.was == nil || w.was.Rev != s.Rev {
			w.changed++
		}
		w.report(s, outcomes)
		return nil, nil
	}
}

// document creates or changes the session's document.
func (w *work) document(ctx context.Context, outcomes *[]outcome) (*archive.Session, error) {
	if w.was == nil {
		s := w.empty()
		*outcomes = w.merge.into(s)
		return w.arc.Create(ctx, s)
	}
	return w.arc.Update(ctx, w.id, func(s *archive.Session) error {
		*outcomes = w.merge.into(s)
		return nil
	})
}

// keep puts the masters of what is new into the store, each once, and what was found in them beside them.
func (w *work) keep(ctx context.Context, outcomes []outcome) error {
	heard := map[*master]map[string]*transcode.Sound{}
	for i, t := range w.merge.plan.Takes {
		if outcomes[i] == same {
			continue
		}
		if heard[t.Master] == nil {
			heard[t.Master] = map[string]*transcode.Sound{}
		}
		if t.Sound != nil {
			heard[t.Master][t.Part.Stream] = t.Sound
		}
	}
	for _, t := range w.merge.plan.Takes {
		sounds, wanted := heard[t.Master]
		if !wanted {
			continue
		}
		delete(heard, t.Master)
		w.progress.say("%s: keeping %s", w.id, t.Name)
		if t.Master.spool != nil {
			if err := w.arc.Keep(ctx, t.Master.spool, t.Name); err != nil {
				return err
			}
		}
		if err := keepMeasures(ctx, w.arc, t.Master, sounds); err != nil {
			return err
		}
	}
	return nil
}

// measure listens to each new sound: its gain is decided by that, and its true length, which of some formats a probe can only estimate.
func (w *work) measure(ctx context.Context, outcomes []outcome) ([]refusal, error) {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(w.config.Jobs)
	takes := w.merge.plan.Takes
	refused := make([]*refusal, len(takes))
	for i, t := range takes {
		if outcomes[i] == same || t.Kind != archive.Audio {
			continue
		}
		g.Go(func() error {
			h, err := hear(gctx, w.tools, t.Master, t.Part.Stream, t.File.Said.Channel, func(done float64) {
				w.progress.say("%s: listening to %s, %d %%", w.id, t.Name, int(done*100))
			})
			if err == nil {
				t.Channels, _, err = agreed([]channels{h.Channels}, channelField)
			}
			if why, ok := whyRefused(err); ok {
				refused[i] = &refusal{t.Name, why}
				return nil
			}
			if err != nil {
				return err
			}
			t.Sound, t.GainDb, t.Gate, t.Part.ToMs = h.Sound, transcode.GainOf(h.Sound, t.Channels), h.Gate, h.heardMs(t.Part.ToMs)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("measure: %w", err)
	}
	w.merge.plan.settleLength()
	var out []refusal
	for _, r := range refused {
		if r != nil {
			out = append(out, *r)
		}
	}
	return out, nil
}
