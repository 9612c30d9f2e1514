package transcode

import (
	"cmp"
	"math"
	"slices"
)

// change is where a picture changes: a cut, another slide, a head that moves.
type change struct {
	k    int       // it lies between glance k−1 and k
	size float64   // grey levels: root mean square of what differs before and after
	sign []float32 // what changed and how, at half the glance's size; of length 1
}

// ms is the change's time on the picture's own clock, to half of glanceEvery.
func (c *change) ms() float64 { return float64(c.k)*glanceEvery - glanceEvery/2 }

const (
	changesAMinute = 20  // of which the strongest are taken
	leastChange    = 1.0 // grey levels: less is what an encoder makes of nothing
	apart          = 4   // glances between two changes
	signSize       = glanceSize / 4
)

// changes finds where a picture changes most, in the order of time: so many of each minute, so that a lively beginning does not outshine all the rest. How strong a
// change is depends on the room; only their order counts.
func (g *glances) changes() []change {
	n := g.n()
	score := make([]float64, n)
	for k := 1; k < n; k++ {
		score[k] = rms(g.at(k), g.at(k-1)) + rms(g.at(k+1), g.at(k-2))
	}
	const block = 60_000 / glanceEvery
	var out []change
	for from := 1; from < n; from += block {
		var found []change
		for k := from; k < min(from+block, n); k++ {
			if size := rms(g.at(k+1), g.at(k-2)); size >= leastChange && highest(score, k) {
				found = append(found, change{k: k, size: size})
			}
		}
		slices.SortFunc(found, func(a, b change) int { return cmp.Or(cmp.Compare(score[b.k], score[a.k]), a.k-b.k) })
		out = append(out, found[:min(len(found), changesAMinute)]...)
	}
	slices.SortFunc(out, func(a, b change) int { return a.k - b.k })
	for i := range out {
		out[i].sign = sign(g.difference(out[i].k))
	}
	return out
}

// highest is true of the first highest place among its neighbours.
func highest(score []float64, k int) bool {
	for i := max(k-apart, 0); i <= min(k+apart, len(score)-1); i++ {
		if score[i] > score[k] || score[i] == score[k] && i < k {
			return false
		}
	}
	return true
}

// difference is what the picture shows after a change less what it showed before. It reaches over 600 ms, so that it hardly depends on when glances are taken.
func (g *glances) difference(k int) []float32 {
	before, after := g.at(k-2), g.at(k+1)
	out := make([]float32, glanceSize)
	for i := range out {
		out[i] = float32(after[i]) - float32(before[i])
	}
	return out
}

// sign makes a difference small and of length 1: contrast and brightness of the whole no longer count.
func sign(d []float32) []float32 {
	out := make([]float32, 0, signSize)
	var sum float64
	for y := 0; y < glanceHigh; y += 2 {
		for x := 0; x < glanceWide; x += 2 {
			i := y*glanceWide + x
			v := d[i] + d[i+1] + d[i+glanceWide] + d[i+glanceWide+1]
			out, sum = append(out, v), sum+float64(v*v)
		}
	}
	if length := float32(math.Sqrt(sum)); length > 0 {
		for i := range out {
			out[i] /= length
		}
	}
	return out
}

// like says how alike two changes are: 1 the same, 0 nothing in common, −1 the opposite.
func (c *change) like(d *change) float32 {
	var sum float32
	b := d.sign[:len(c.sign)]
	for i, v := range c.sign {
		sum += v * b[i]
	}
	return sum
}

func rms(a, b []byte) float64 {
	var sum int
	b = b[:len(a)]
	for i, v := range a {
		d := int(v) - int(b[i])
		sum += d * d
	}
	return math.Sqrt(float64(sum) / float64(len(a)))
}
