package transcode

import (
	"cmp"
	"fmt"
	"slices"
)

// Bounds of what is read. They are far above what a session of 25 hours needs, and keep a hostile file from filling the memory.
const (
	mp4MaxMoov    = 1 << 20 // bytes
	mp4MaxMoof    = 4 << 20 // bytes
	mp4MaxSamples = 8 << 20
	mp4MaxBoxes   = 1 << 20 // at the top of the file
	mp4MaxTicks   = 1 << 53 // what a number of JSON holds
	mp4MaxBytes   = 1 << 53
)

// mp4Samples is what a computed file must know of an object: where its samples are, how long each lasts and which are key frames.
// It is what the tables keep.
type mp4Samples struct {
	moov      []byte // the box, header and all
	spans     []mp4Span
	durations []mp4Run // of decoding, ticks
	shifts    []mp4Run // composition less decode time, ticks; none where all are 0
	keys      []uint32 // numbers of the key frames from 0, rising; none where each sample is one
	sizes     []uint32 // bytes
	start     int64    // decode time of the first sample, ticks
}

// mp4Span is a stretch of samples that stand one after the other in the object.
type mp4Span struct {
	off, n int64 // bytes
	count  int   // samples
}

// mp4Run is a number of samples with the same value.
type mp4Run struct {
	count int
	value int64
}

func mp4AddRun(runs []mp4Run, value int64) []mp4Run {
	if n := len(runs); n > 0 && runs[n-1].value == value {
		runs[n-1].count++
		return runs
	}
	return append(runs, mp4Run{count: 1, value: value})
}

// stretch adds ticks, which may be below 0, to the duration of the last sample.
func (s *mp4Samples) stretch(ticks int64) error {
	last := &s.durations[len(s.durations)-1]
	value := last.value + ticks
	if value < 0 {
		return fmt.Errorf("begins %d ticks before the sample before it", -value)
	}
	if value >= 1<<32 {
		return fmt.Errorf("begins %d ticks after the sample before it: want less than 2^32", value)
	}
	if last.count--; last.count == 0 {
		s.durations = s.durations[:len(s.durations)-1]
	}
	s.durations = mp4AddRun(s.durations, value)
	return nil
}

// ticks is how long all samples last.
func (s *mp4Samples) ticks() int64 {
	var sum int64
	for _, r := range s.durations {
		sum += int64(r.count) * r.value
	}
	return sum
}

// bytes is how long all samples are.
func (s *mp4Samples) bytes() int64 {
	var sum int64
	for _, p := range s.spans {
		sum += p.n
	}
	return sum
}

// mp4Median is the value that half of the samples are at or below.
func mp4Median(runs []mp4Run) int64 {
	sorted, n := slices.Clone(runs), 0
	for _, r := range runs {
		n += r.count
	}
	slices.SortFunc(sorted, func(a, b mp4Run) int { return cmp.Compare(a.value, b.value) })
	seen := 0
	for _, r := range sorted {
		if seen += r.count; 2*seen >= n {
			return r.value
		}
	}
	return 0
}
