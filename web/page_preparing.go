package web

import (
	"context"
	"math"
	"time"

	"cabina/archive"
	"cabina/transcode"
)

// preparing is what stands in the place of the desk while nothing can be played: how far it is, and what can be done already.
type preparing struct {
	Voices  []voiceState
	Done    int
	All     int
	Picture bool // is ready
	Listen  string
	Read    bool
}

type voiceState struct {
	Language archive.Language
	Ready    bool
	Word     string
}

func (w *watching) preparing(keys []key) *preparing {
	p := &preparing{Picture: w.view.Main() != nil, Read: w.text != nil}
	for _, k := range keys {
		if k.State == "none" {
			continue
		}
		p.All++
		if k.State == "ready" {
			p.Done++
			p.Listen = w.url("/listen", "voice", w.voice)
		}
		p.Voices = append(p.Voices, voiceState{Language: k.Language, Ready: k.State == "ready", Word: k.Word})
	}
	return p
}

// minutesLeft tells for voices that are being made how long that still takes, from how far their jobs came since they began. It reads the store, and
// only where something is being made; what cannot be told is left out.
func (s *Server) minutesLeft(ctx context.Context, w *watching) map[string]int {
	waits := false
	for _, x := range w.view.Voices {
		waits = waits || x.State != transcode.Ready
	}
	if !waits {
		return nil
	}
	jobs, err := s.Archive.Jobs(ctx, w.doc.ID)
	if err != nil {
		s.log().WarnContext(ctx, "jobs cannot be read", "session", w.doc.ID, "err", err)
		return nil
	}
	out := map[string]int{}
	for _, want := range transcode.Wanted(w.a.session) {
		job, ok := jobs[want.Name.Recipe]
		if !ok || want.Track == nil || want.Profile != transcode.Voice {
			continue
		}
		if n := minutesOf(job, s.now()); n > 0 {
			out[want.Track.ID] = n
		}
	}
	return out
}

// minutesOf is how many minutes a job still takes at its pace so far, at least 1; 0 where that cannot be told.
func minutesOf(job archive.Job, now time.Time) int {
	const least = 0.02 // of the work done, to tell a pace from
	began, err := time.Parse(time.RFC3339, job.Started)
	if err != nil || job.Progress < least || job.Progress > 1 || now.Before(began) {
		return 0
	}
	left := now.Sub(began).Minutes() * (1 - job.Progress) / job.Progress
	if left > 24*60 {
		return 0
	}
	return max(int(math.Ceil(left)), 1)
}
