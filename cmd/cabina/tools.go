package main

import (
	"context"

	"cabina/archive"
	"cabina/transcode"
)

// silentLUFS is the loudness below which nothing was said into the microphone.
const silentLUFS = -65

// hearing is what was heard in one sound of a master, as far as a version is decided by it.
type hearing struct {
	Stream   string // of the master, as a:0
	Sound    *transcode.Sound
	Channels channels // what can be taken of its channels
	Gate     []archive.Finding
}

// hear listens to the whole of a sound. said is what somebody said of its channels: "left", "right", "mix"; empty: nothing.
func hear(ctx context.Context, tools *transcode.Tools, m *master, stream, said string, progress func(float64)) (*hearing, error) {
	s, err := tools.Measure(ctx, m.Path, m.Facts, stream, progress)
	if err != nil {
		return nil, err
	}
	h := &hearing{Stream: stream, Sound: s, Channels: channelsOf(s, said)}
	if s.LUFS < silentLUFS {
		h.Gate = append(h.Gate, archive.Finding{Code: findSilent})
	} else if h.Channels.unlike {
		h.Gate = append(h.Gate, archive.Finding{Code: findChannels})
	}
	return h, nil
}

// estimateMs is how far a probe's length of a sound may lie from what was heard: an MP3 without an index is only estimated.
const estimateMs = 100

// heardMs is a sound's length after it was heard.
func (h *hearing) heardMs(probed int64) int64 {
	if d := h.Sound.DurationMs - probed; h.Sound.DurationMs > 0 && (d > estimateMs || d < -estimateMs) {
		return h.Sound.DurationMs
	}
	return probed
}

// keepMeasures keeps what was found in a master beside it, once it was accepted, so that nobody reads it again for that. heard is by stream.
func keepMeasures(ctx context.Context, arc *archive.Archive, m *master, heard map[string]*transcode.Sound) error {
	if m.Facts == nil {
		return nil
	}
	measures := transcode.Measures{Store: arc.Store}
	if err := measures.KeepFacts(ctx, m.Ref, m.Facts); err != nil {
		return err
	}
	for stream, s := range heard {
		if err := measures.KeepSound(ctx, m.Ref, stream, s); err != nil {
			return err
		}
	}
	return nil
}
