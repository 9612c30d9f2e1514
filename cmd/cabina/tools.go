package main

import (
	"context"

	"cabina/archive"
	"cabina/transcode"
)

// What is heard in a sound that the gate speaks of.
const (
	silentLUFS = -65 // below it nothing was said into the microphone
	// Below unlike, two channels have different things to say, where both are within faint of the mix: an interpreter on one, the floor on the other.
	unlike  = 0.3
	faintDb = -20
)

// hearing is what was heard in one sound of a master, as far as a version is decided by it.
type hearing struct {
	DurationMs int64
	GainDb     float64
	Gate       []archive.Finding
}

// hear listens to the whole of a sound.
func hear(ctx context.Context, tools *transcode.Tools, m *master, stream, channels string, progress func(float64)) (*hearing, error) {
	s, err := tools.Measure(ctx, m.Path, m.Facts, stream, progress)
	if err != nil {
		return nil, err
	}
	h := &hearing{DurationMs: s.DurationMs, GainDb: transcode.GainOf(s, channels)}
	if s.LUFS < silentLUFS {
		h.Gate = append(h.Gate, archive.Finding{Code: findSilent})
	} else if x := s.Stereo; x != nil && channels == "mix" && x.Correlation < unlike && x.LeftDb > faintDb && x.RightDb > faintDb {
		h.Gate = append(h.Gate, archive.Finding{Code: findChannels})
	}
	return h, nil
}

// estimateMs is how far a probe's length of a sound may lie from what was heard: an MP3 without an index is only estimated.
const estimateMs = 100

// heardMs is a sound's length after it was heard.
func (h *hearing) heardMs(probed int64) int64 {
	if d := h.DurationMs - probed; h.DurationMs > 0 && (d > estimateMs || d < -estimateMs) {
		return h.DurationMs
	}
	return probed
}
