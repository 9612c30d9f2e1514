package transcode

import (
	"cmp"
	"slices"
)

// piece is a part as it is rendered: what of its stream, and from where to where on the clock. Pieces are in the clock's order and never overlap; between
// them, before and behind them is silence or black.
type piece struct {
	input          int // number of the part, and so of the input
	stream         string
	fromMs         int64 // of the stream's own time, 0 is its first sample or picture
	toMs           int64 // of the stream's own time; 0: to its end
	atMs           int64 // on the clock
	endMs          int64 // on the clock: what comes later is cut away. It is where the next piece begins, else the session's end
	ppm            float64
	lastOfSession  bool
	firstOfSession bool
}

// pieces places the parts of a recipe within [0, lengthMs): what lies outside is cut away, and where two parts overlap the earlier one ends.
func pieces(r Recipe) []piece {
	var out []piece
	for i, p := range r.Parts {
		at, from := p.AtMs, p.FromMs
		if at < 0 {
			from, at = from+unstretch(-at, p.Ppm), 0
		}
		if at >= r.LengthMs || p.ToMs > 0 && from >= p.ToMs {
			continue
		}
		out = append(out, piece{input: i, stream: p.Stream, fromMs: from, toMs: p.ToMs, atMs: at, endMs: r.LengthMs, ppm: p.Ppm})
	}
	slices.SortStableFunc(out, func(a, b piece) int { return cmp.Compare(a.atMs, b.atMs) })
	out = slices.CompactFunc(out, func(a, b piece) bool { return a.atMs == b.atMs })
	for i := range out[:max(len(out)-1, 0)] {
		out[i].endMs = out[i+1].atMs
	}
	if n := len(out); n > 0 {
		out[0].firstOfSession, out[n-1].lastOfSession = true, true
	}
	return out
}

// unstretch gives how much of a stream's own time lies in ms of the clock.
func unstretch(ms int64, ppm float64) int64 { return int64(float64(ms) / (1 + ppm/1e6)) }
