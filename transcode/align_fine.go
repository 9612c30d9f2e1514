package transcode

import (
	"math"
	"slices"
)

// Fine placing: a change is seen in both pictures at their own rate, and what it changes is followed through both, as a line over time that goes from 0 to 1.
// Where the two lines lie upon each other is how far one picture is from the other, closer than their frames lie apart.

const (
	fineStep   = 5    // ms
	fineReach  = 500  // ms that it may be off after the glances
	fineBefore = 1000 // ms of the line before the change, and as many behind it
	fineLike   = 0.85 // correlation of the two lines, from which it is one change
)

// follow writes how much of a difference is to be seen at each step from fromMs on. Between two pictures the line goes straight, but no longer than a frame lasts: a
// picture that stands still may have none for many seconds.
func follow(frames []timed, difference []float32, fromMs float64, steps int, frameMs float64) []float64 {
	seen := make([]float64, len(frames))
	for i, f := range frames {
		var sum float32
		for j, v := range f.points {
			sum += float32(v) * difference[j]
		}
		seen[i] = float64(sum)
	}
	out := make([]float64, steps)
	next := 0 // the first picture behind
	for s := range out {
		ms := fromMs + float64(s*fineStep)
		for next < len(frames) && frames[next].ms <= ms {
			next++
		}
		switch {
		case next == 0:
			out[s] = seen[0]
		case next == len(frames):
			out[s] = seen[next-1]
		default:
			a, b := frames[next-1], frames[next]
			long := min(b.ms-a.ms, frameMs)
			part := max(0, 1-(b.ms-ms)/long)
			out[s] = seen[next-1] + part*(seen[next]-seen[next-1])
		}
	}
	return out
}

// sight is one picture around a change: its frames, and how long one lasts.
type sight struct {
	frames  []timed
	frameMs float64
}

// shift gives how much later the change lies in other than predicted; own is seen around ownMs, the other around ownMs + byMs. ok is false where the two
// do not show the same.
func shift(own, other sight, difference []float32, ownMs, byMs float64) (ms float64, ok bool) {
	if len(own.frames) < 2 || len(other.frames) < 2 {
		return 0, false
	}
	const reach, steps = fineReach / fineStep, 2 * fineBefore / fineStep
	a := follow(own.frames, difference, ownMs-fineBefore, steps, own.frameMs)
	b := follow(other.frames, difference, ownMs+byMs-fineBefore-fineReach, steps+2*reach, other.frameMs)
	like := make([]float64, 2*reach+1)
	best := 0
	for d := range like {
		like[d] = correlation(a, b[d:d+steps])
		if like[d] > like[best] {
			best = d
		}
	}
	if like[best] < fineLike || best == 0 || best == len(like)-1 {
		return 0, false
	}
	return float64((best - reach) * fineStep), true
}

func correlation(a, b []float64) float64 {
	n := float64(len(a))
	var sa, sb, saa, sbb, sab float64
	for i, x := range a {
		y := b[i]
		sa, sb, saa, sbb, sab = sa+x, sb+y, saa+x*x, sbb+y*y, sab+x*y
	}
	va, vb := saa-sa*sa/n, sbb-sb*sb/n
	if va <= 0 || vb <= 0 {
		return 0
	}
	return (sab - sa*sb/n) / math.Sqrt(va*vb)
}

// measured is what one change says: at ms of its own time the picture lies byMs later on the other's.
type measured struct{ ms, byMs float64 }

// agreed is where a stretch lies: byMs later at its own time 0, and running away by ppm.
type agreed struct {
	byMs, ppm float64
	agree     int
	withinMs  float64 // of which all that agree are
}

func (f agreed) at(ms float64) float64 { return f.byMs + ms*f.ppm/1e6 }

// fitOffsets finds the place on which most of the changes agree within tolerance. A drift is believed only where it matters and explains them clearly better.
func fitOffsets(list []measured, tolerance float64) agreed {
	level := fitLevel(list, 0, tolerance)
	ppm, reach := slope(list)
	if math.Abs(ppm) > mostPpm || math.Abs(ppm)*reach/1e6 < leastDriftMs {
		return level
	}
	drift := fitLevel(list, math.Round(ppm*10)/10, tolerance)
	if drift.agree > level.agree || drift.agree == level.agree && drift.withinMs < 0.6*level.withinMs {
		return drift
	}
	return level
}

const (
	mostPpm      = 300 // clocks of recorders differ by less
	leastDriftMs = 30  // from the first change to the last
)

// fitLevel takes ppm out and finds the place where most lie within tolerance on either side, then their middle.
func fitLevel(list []measured, ppm, tolerance float64) agreed {
	by := make([]float64, len(list))
	for i, m := range list {
		by[i] = m.byMs - m.ms*ppm/1e6
	}
	slices.Sort(by)
	best, from := 0, 0
	var spread float64
	for i, to := 0, 0; i < len(by); i++ {
		for to < len(by) && by[to]-by[i] <= 2*tolerance {
			to++
		}
		if n := to - i; n > best || n == best && by[to-1]-by[i] < spread {
			best, from, spread = n, i, by[to-1]-by[i]
		}
	}
	if best == 0 {
		return agreed{}
	}
	middle := by[from : from+best]
	f := agreed{ppm: ppm, byMs: (middle[(best-1)/2] + middle[best/2]) / 2}
	for _, v := range by { // those that agree with the middle itself
		if d := math.Abs(v - f.byMs); d <= tolerance {
			f.agree++
			f.withinMs = max(f.withinMs, d)
		}
	}
	return f
}

// slope is the middle of how the offset changes between any two changes that lie far apart, in ppm; reach is how far all lie apart.
func slope(list []measured) (ppm, reach float64) {
	if len(list) < leastChanges {
		return 0, 0
	}
	lo, hi := list[0].ms, list[0].ms
	for _, m := range list {
		lo, hi = min(lo, m.ms), max(hi, m.ms)
	}
	var all []float64
	for i, a := range list {
		for _, b := range list[i+1:] {
			if d := b.ms - a.ms; math.Abs(d) >= (hi-lo)/4 && d != 0 {
				all = append(all, (b.byMs-a.byMs)/d*1e6)
			}
		}
	}
	if len(all) == 0 {
		return 0, 0
	}
	slices.Sort(all)
	return all[len(all)/2], hi - lo
}
