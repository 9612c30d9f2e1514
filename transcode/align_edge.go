package transcode

import (
	"math"
	"slices"
)

// shade is how bright one picture is against the other: own = gain·other + lift, in grey levels.
type shade struct{ gain, lift float64 }

// toneOf fits the tone over the stretches, thrice: each time without the points that are far off, which show something else.
func toneOf(own, other *glances, list []stretch) shade {
	t := shade{1, 0}
	var total int
	for _, s := range list {
		total += s.to - s.from
	}
	every := max(total/400, 1)
	for _, far := range []float64{256, 40, 15} {
		var n, sa, sb, sbb, sab float64
		for _, s := range list {
			for k := s.from; k < s.to; k += every {
				if k+s.by < 0 || k+s.by >= other.n() {
					continue
				}
				a, b := own.at(k), other.at(k+s.by)
				for i := range a {
					x, y := float64(a[i]), float64(b[i])
					if math.Abs(x-t.gain*y-t.lift) <= far {
						n, sa, sb, sbb, sab = n+1, sa+x, sb+y, sbb+y*y, sab+x*y
					}
				}
			}
		}
		if v := n*sbb - sb*sb; n > glanceSize && v > 0 {
			if gain := (n*sab - sa*sb) / v; gain > 0.3 && gain < 3 {
				t = shade{gain, (sa - gain*sb) / n}
			}
		}
	}
	return t
}

// off says how much two glances differ beyond their tone, in grey levels (root mean square).
func (t shade) off(own, other []byte) float64 {
	var sum float64
	other = other[:len(own)]
	for i, v := range own {
		d := float64(v) - t.gain*float64(other[i]) - t.lift
		sum += d * d
	}
	return math.Sqrt(sum / float64(len(own)))
}

// mostOff is where differing pictures count no more: any two rooms differ so much.
const mostOff = 30

// edge finds where one stretch ends and the next begins: until from the pictures fit at the first place, from to on at the second. Where the other picture has
// more than this one (a hole in this one) the two are the same glance; where it has less, the glances between are those that it lacks. loose is how many glances
// the edge may lie anywhere within, as the picture stands still there.
func edge(own, other *glances, first, second stretch, t shade) (from, to, loose int) {
	lo, hi := first.to, second.from
	lack := max(first.by-second.by, 0)
	if hi-lo < lack {
		lo, hi = (lo+hi-lack)/2, (lo+hi+lack)/2
	}
	n := hi - lack - lo + 1
	offAt := func(k, by int) float64 { return min(t.off(own.at(k), other.at(k+by)), mostOff) }
	before, after := make([]float64, n), make([]float64, n)
	for i := 1; i < n; i++ {
		before[i] = before[i-1] + offAt(lo+i-1, first.by)
	}
	for i := n - 2; i >= 0; i-- {
		after[i] = after[i+1] + offAt(lo+i+lack, second.by)
	}
	least := math.Inf(1)
	for i := range n {
		least = min(least, before[i]+after[i])
	}
	var fit []int
	for i := range n {
		if before[i]+after[i] <= least+1 {
			fit = append(fit, i)
		}
	}
	at := lo + fit[len(fit)/2]
	return at, at + lack, fit[len(fit)-1] - fit[0]
}

// frameEdge finds an edge again at the picture's own rate: until which of its frames it fits the first place. seen are the frames around the edge of the picture in
// which something is cut away, first and second those of the whole picture on either side of the cut, on the seen one's time. off is how much two of them differ.
func frameEdge(seen, first, second []timed, off func(seen, whole []byte) float64) (ms float64, ok bool) {
	if len(seen) < 2 || len(first) == 0 || len(second) == 0 {
		return 0, false
	}
	cost := 0.0
	for _, f := range seen {
		cost += min(off(f.points, at(second, f.ms)), mostOff)
	}
	least, ms := cost, seen[0].ms
	for i, f := range seen {
		cost += min(off(f.points, at(first, f.ms)), mostOff) - min(off(f.points, at(second, f.ms)), mostOff)
		if cost < least-1 && i+1 < len(seen) {
			least, ms = cost, seen[i+1].ms
		}
	}
	return ms, ms > seen[0].ms
}

// at gives what is seen at ms.
func at(frames []timed, ms float64) []byte {
	i, found := slices.BinarySearchFunc(frames, ms, func(f timed, ms float64) int {
		switch {
		case f.ms < ms:
			return -1
		case f.ms > ms:
			return 1
		}
		return 0
	})
	if !found {
		i = max(i-1, 0)
	}
	return frames[min(i, len(frames)-1)].points
}

const (
	differAbove = 5  // grey levels beyond the tone, from which two pictures show different things
	differFor   = 50 // glances, of which half must
)

// differing gives the stretches of the other picture's time in which the two show different things for ten seconds and more: another slide, a signer. Glances
// are held against the nearest three, as the two are not taken at the same instant.
func differing(own, other *glances, list []stretch, t shade) [][2]int64 {
	var out [][2]int64
	for _, s := range list {
		for k := s.from; k+differFor <= s.to; k += differFor {
			n, seen := 0, 0
			for i := k; i < k+differFor; i++ {
				j := i + s.by
				if j < 0 || j >= other.n() {
					continue
				}
				seen++
				off := min(t.off(own.at(i), other.at(j-1)), t.off(own.at(i), other.at(j)), t.off(own.at(i), other.at(j+1)))
				if off > differAbove {
					n++
				}
			}
			if 2*n <= seen || seen < differFor/2 {
				continue
			}
			from, to := int64(k+s.by)*glanceEvery, int64(k+s.by+differFor)*glanceEvery
			if last := len(out) - 1; last >= 0 && out[last][1] == from {
				out[last][1] = to
				continue
			}
			out = append(out, [2]int64{from, to})
		}
	}
	return out
}
