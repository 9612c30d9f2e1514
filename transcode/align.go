package transcode

import (
	"fmt"
	"slices"
)

// stretch is a piece of one picture, in glances [from, to) of its own time, that lies at from + by on the other's.
type stretch struct {
	from, to int
	by       int
	matched  []int // its changes that have one like them in the other picture
	rivals   []int // other offsets at which most of these would fit as well
}

const (
	alike       = 0.6 // of two changes, from which they may be the same
	slack       = 2   // glances that two sights of one change may lie apart: both are rounded, and clocks drift a little
	mostOffsets = 24  // that are weighed against each other
	newStretch  = 4   // changes that a stretch must explain better than its neighbour would, to be one
	leastInOne  = 5   // changes of a stretch among several
	rivalShare  = 0.6 // of a stretch's changes that agree, from which another place for them is as good
)

// candidates weighs where one picture may lie on another.
type candidates struct {
	own, other []change
	pairs      [][]int // of each own change, how much later each like it in the other lies; ascending
	offsets    []int   // the best supported, the best first
}

func newCandidates(own, other []change, ownN, otherN int) *candidates {
	c := &candidates{own: own, other: other, pairs: make([][]int, len(own))}
	votes := make([]int, ownN+otherN+1)
	for i := range own {
		for j := range other {
			if own[i].like(&other[j]) >= alike {
				by := other[j].k - own[i].k
				c.pairs[i] = append(c.pairs[i], by)
				votes[by+ownN]++
			}
		}
	}
	c.offsets = peaks(votes, ownN)
	return c
}

// peaks gives the offsets with most votes, their neighbours' counted with them, and none near a better one.
func peaks(votes []int, zero int) []int {
	sum := make([]int, len(votes))
	for i := range votes {
		for j := max(i-1, 0); j <= min(i+1, len(votes)-1); j++ {
			sum[i] += votes[j]
		}
		sum[i] = sum[i]*4 + votes[i] // of equals the middle one
	}
	var out []int
	for len(out) < mostOffsets {
		best := 0
		for i, v := range sum {
			if v > sum[best] {
				best = i
			}
		}
		if sum[best] == 0 {
			break
		}
		out = append(out, best-zero)
		for i := max(best-apart, 0); i <= min(best+apart, len(sum)-1); i++ {
			sum[i] = 0
		}
	}
	return out
}

// matches is true of an own change that has one like it at that offset.
func (c *candidates) matches(i, by int) bool {
	at, _ := slices.BinarySearch(c.pairs[i], by-slack)
	return at < len(c.pairs[i]) && c.pairs[i][at] <= by+slack
}

// stretches finds the few stretches that explain most changes: the best path through the changes, each at one of the offsets, where going over to another offset
// costs as much as newStretch changes and the other picture's time never goes back.
func (c *candidates) stretches() []stretch {
	if len(c.own) == 0 || len(c.offsets) == 0 {
		return nil
	}
	n := len(c.offsets)
	score, from := make([]int, n), make([][]int, len(c.own))
	reached := make([]int, n) // of the other picture, by the last change that matched on the way to each offset
	for i := range c.own {
		next, to := make([]int, n), make([]int, n)
		from[i] = make([]int, n)
		for p, by := range c.offsets {
			there := c.own[i].k + by
			next[p], to[p], from[i][p] = score[p], reached[p], p
			for q := range c.offsets {
				if i > 0 && score[q]-newStretch > next[p] && there >= reached[q] {
					next[p], to[p], from[i][p] = score[q]-newStretch, reached[q], q
				}
			}
			if c.matches(i, by) {
				next[p]++
				to[p] = there
			}
		}
		score, reached = next, to
	}
	at := 0
	for p := range score {
		if score[p] > score[at] {
			at = p
		}
	}
	path := make([]int, len(c.own))
	for i := len(c.own) - 1; i >= 0; i-- {
		path[i] = at
		at = from[i][at]
	}
	return c.runs(path)
}

func (c *candidates) runs(path []int) []stretch {
	var out []stretch
	for i, p := range path {
		by := c.offsets[p]
		if !c.matches(i, by) {
			continue
		}
		if n := len(out); n == 0 || out[n-1].by != by {
			out = append(out, stretch{from: c.own[i].k, by: by})
		}
		s := &out[len(out)-1]
		s.matched, s.to = append(s.matched, i), c.own[i].k+1
	}
	return out
}

// rivals gives the other offsets at which most of a stretch's changes would fit too. Heads that move have some by chance, which a closer look tells; a picture that
// comes again and again has true ones.
func (c *candidates) rivals(s stretch) (list []int) {
	for _, by := range c.offsets {
		if d := by - s.by; d >= -2*apart && d <= 2*apart {
			continue
		}
		n := 0
		for _, i := range s.matched {
			if c.matches(i, by) {
				n++
			}
		}
		if n >= leastInOne && float64(n) >= rivalShare*float64(len(s.matched)) {
			list = append(list, by)
		}
	}
	return list
}

// coarse places one picture on another by the glances, to slack. Where it cannot, the reason is given.
func coarse(own, other *glances) (list []stretch, changes []change, why string) {
	changes = own.changes()
	theirs := other.changes()
	if few := min(len(changes), len(theirs)); few < leastChanges {
		return nil, changes, fmt.Sprintf("the picture hardly changes: %d changes were found, and %d are the least that would do", few, leastChanges)
	}
	c := newCandidates(changes, theirs, own.n(), other.n())
	list = c.stretches()
	matched := 0
	for _, s := range list {
		matched += len(s.matched)
	}
	if matched < leastInOne {
		return nil, changes, fmt.Sprintf("the pictures have nothing in common: %d of %d changes have one like them at the same place", matched, len(changes))
	}
	for i := range list[1:] {
		if d := list[i+1].by - list[i].by; max(d, -d)*glanceEvery < leastHoleMs {
			return nil, changes, fmt.Sprintf("it runs away from the other picture, by %d ms at %s: another speed, or pictures are missing", d*glanceEvery, clockOf(list[i+1].from))
		}
	}
	list = slices.DeleteFunc(list, func(s stretch) bool { return len(s.matched) < leastInOne })
	for i := range list {
		list[i].rivals = c.rivals(list[i])
	}
	return list, changes, ""
}

const (
	leastChanges = 8    // that must have been looked at before anything is believed
	leastHoleMs  = 1600 // between two stretches: less is no hole but another speed
)

func secondsSigned(ms int) string { return fmt.Sprintf("%+.1f s", float64(ms)/1000) }

// clockOf writes the time of a glance as 0:12:34.
func clockOf(k int) string {
	s := k * glanceEvery / 1000
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}
