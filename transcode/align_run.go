package transcode

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Placing says where one recording lies on the time of another by their pictures.
type Placing struct {
	// Stretches are placed each by itself, in order; several where minutes are missing in one of the two. None: it could not be told, and Why says why.
	Stretches []Stretch
	Why       string
	Changes   int   // that were looked at
	Agree     int   // of them
	WithinMs  int64 // of the place that was found, all that agree
	// Differs are stretches of the kept recording's time in which the other shows something else.
	Differs [][2]int64
}

// Stretch is [FromMs, ToMs) of the own time of the picture that is placed (0 is its first frame), at AtMs of the other's, away from which it runs by Ppm.
type Stretch struct {
	FromMs, ToMs, AtMs int64
	Ppm                float64
	LooseMs            int64 // how far the beginning may be off, where the picture stands still at a cut
}

const (
	mostLooked  = 32      // changes at the picture's own rate, in each stretch
	weak        = 0.25    // of the strongest but three: weaker changes are looked at only where there are too few
	mustAgree   = 2.0 / 3 // of them
	toleranceMs = 40      // or a frame of the coarser of the two
	sharpMs     = 1000    // around an edge, that are looked at frame by frame
)

// Align places own on kept. Both must have been looked at. It believes a place when two thirds of at least eight changes, the strongest there are, agree on it
// within 40 ms or a frame of the coarser; all else is no place, with the reason.
func Align(own, kept *Footage) (*Placing, error) {
	list, changes, why := coarse(own.even, kept.even)
	if why != "" {
		return &Placing{Why: why, Changes: len(changes)}, nil
	}
	tone := toneOf(own.even, kept.even, list)
	loose := spread(list, changes, own.even, kept.even, tone)
	p := &Placing{}
	tolerance := max(toleranceMs, own.frameMs, kept.frameMs)
	fits := make([]agreed, len(list))
	for i, s := range list {
		looked := strongest(changes, s, kept.even.n(), leastOf(len(list)))
		found, err := measureAll(own, kept, looked, s.by)
		if err != nil {
			return nil, err
		}
		f := fitOffsets(found, tolerance)
		if least := leastOf(len(list)); len(looked) < least || float64(f.agree) < mustAgree*float64(len(looked)) {
			return &Placing{Changes: len(looked), Agree: f.agree, Why: whyNot(len(looked), f.agree, least, s, len(list))}, nil
		}
		for _, by := range s.rivals {
			other, err := measureAll(own, kept, looked, by)
			if err != nil {
				return nil, err
			}
			if n := fitOffsets(other, tolerance).agree; float64(n) >= rivalShare*float64(f.agree) {
				why := fmt.Sprintf("the picture repeats itself: it fits at %s and at %s", secondsSigned(s.by*glanceEvery), secondsSigned(by*glanceEvery))
				return &Placing{Changes: len(looked), Agree: f.agree, Why: why}, nil
			}
		}
		fits[i] = f
		p.Changes, p.Agree, p.WithinMs = p.Changes+len(looked), p.Agree+f.agree, max(p.WithinMs, int64(math.Ceil(f.withinMs)))
	}
	if p.Changes < leastChanges {
		return &Placing{Changes: p.Changes, Agree: p.Agree, Why: whyNot(p.Changes, p.Agree, leastChanges, list[0], 1)}, nil
	}
	p.Differs = differing(own.even, kept.even, list, tone)
	for i, s := range list {
		from, to := int64(s.from)*glanceEvery, int64(s.to)*glanceEvery
		if i == len(list)-1 {
			to = max(to, own.lengthMs)
		}
		p.Stretches = append(p.Stretches, Stretch{FromMs: from, ToMs: to, LooseMs: int64(loose[i]) * glanceEvery})
	}
	for i := range list[1:] {
		if err := sharpen(own, kept, p.Stretches[i:i+2], fits[i:i+2], tone); err != nil {
			return nil, err
		}
	}
	for i := range p.Stretches {
		s := &p.Stretches[i]
		s.AtMs, s.Ppm = s.FromMs+int64(math.Round(fits[i].at(float64(s.FromMs)))), fits[i].ppm
	}
	return p, nil
}

// leastOf is how many changes a stretch must have: of one alone eight; each of several has fewer, and together they have eight.
func leastOf(stretches int) int {
	if stretches == 1 {
		return leastChanges
	}
	return leastInOne
}

func whyNot(looked, agree, least int, s stretch, stretches int) string {
	where := ""
	if stretches > 1 {
		where = fmt.Sprintf(" from %s to %s", clockOf(s.from), clockOf(s.to))
	}
	if looked < least {
		return fmt.Sprintf("the picture hardly changes%s: %d changes were found, and %d are the least that would do", where, looked, least)
	}
	return fmt.Sprintf("%d of %d changes%s agree with the other picture, and two thirds are the least that would do", agree, looked, where)
}

// spread lets the stretches reach from the picture's beginning to its end, each to where the next begins. What lies between two as the other picture lacks it is in
// neither. loose is how uncertain the beginning of each is, in glances.
func spread(list []stretch, changes []change, own, kept *glances, t shade) (loose []int) {
	loose = make([]int, len(list))
	for i := range list[1:] {
		// A change or two beside the edge may fit the wrong side by chance: the edge is looked for beyond them too.
		first, second := list[i], list[i+1]
		first.to = min(first.to, changes[first.matched[len(first.matched)-3]].k+1)
		second.from = changes[second.matched[2]].k
		list[i].to, list[i+1].from, loose[i+1] = edge(own, kept, first, second, t)
	}
	list[0].from, list[len(list)-1].to = 0, own.n()
	return loose
}

// strongest chooses the changes by which a stretch is placed: the strongest of those that lie well within both pictures, but not all from one place; least at least,
// where there are as many.
func strongest(changes []change, s stretch, keptN, least int) []change {
	const edges, slots, inSlot = 4, 12, 3
	var within []change
	for _, c := range changes {
		if c.k >= s.from+1 && c.k < s.to && c.k+s.by >= edges && c.k+s.by < keptN-edges {
			within = append(within, c)
		}
	}
	slices.SortStableFunc(within, func(a, b change) int { return cmp.Compare(b.size, a.size) })
	var out, rest []change
	var full [slots + 1]int
	for _, c := range within {
		slot := (c.k - s.from) * slots / max(s.to-s.from, 1)
		if full[slot]++; full[slot] > inSlot {
			rest = append(rest, c)
			continue
		}
		out = append(out, c)
	}
	out = append(out, rest...)
	out = out[:min(len(out), mostLooked)]
	for n, c := range out {
		if n >= least && c.size < weak*within[3].size {
			return out[:n]
		}
	}
	return out
}

// measureAll looks at changes frame by frame in both pictures. A change that is not to be seen in the other gives nothing.
func measureAll(own, kept *Footage, list []change, by int) ([]measured, error) {
	byMs := float64(by) * glanceEvery
	var out []measured
	for _, c := range list {
		a, err := own.between(c.ms()-fineBefore, c.ms()+fineBefore)
		if err != nil {
			return nil, err
		}
		b, err := kept.between(c.ms()+byMs-fineBefore-fineReach, c.ms()+byMs+fineBefore+fineReach)
		if err != nil {
			return nil, err
		}
		if ms, ok := shift(sight{a, own.frameMs}, sight{b, kept.frameMs}, own.even.difference(c.k), c.ms(), byMs); ok {
			out = append(out, measured{c.ms(), byMs + ms})
		}
	}
	return out, nil
}

// sharpen finds the edge between two stretches at the own rate of the picture in which something is cut away.
func sharpen(own, kept *Footage, s []Stretch, f []agreed, tone shade) error {
	if s[1].LooseMs > sharpMs {
		return nil
	}
	firstBy, secondBy := f[0].at(float64(s[0].ToMs)), f[1].at(float64(s[1].FromMs))
	if secondBy > firstBy { // own lacks something
		edge, ok, err := sharpEdge(own, kept, float64(s[0].ToMs), firstBy, secondBy, tone.off)
		if ok {
			s[0].ToMs, s[1].FromMs = int64(math.Round(edge)), int64(math.Round(edge))
		}
		return err
	}
	edge, ok, err := sharpEdge(kept, own, float64(s[0].ToMs)+firstBy, -firstBy, -secondBy, func(a, b []byte) float64 { return tone.off(b, a) })
	if ok {
		s[0].ToMs, s[1].FromMs = int64(math.Round(edge-firstBy)), int64(math.Round(edge-secondBy))
	}
	return err
}

// sharpEdge looks at a cut picture around a cut at ms of its time, and at the whole one firstBy later, as before the cut, and secondBy later, as behind it.
func sharpEdge(cut, whole *Footage, ms, firstBy, secondBy float64, off func(cut, whole []byte) float64) (edge float64, ok bool, err error) {
	seen, err := cut.between(ms-sharpMs, ms+sharpMs)
	if err != nil {
		return 0, false, err
	}
	var sides [2][]timed
	for i, by := range []float64{firstBy, secondBy} {
		if sides[i], err = whole.between(ms+by-sharpMs-100, ms+by+sharpMs+100); err != nil {
			return 0, false, err
		}
		for j := range sides[i] {
			sides[i][j].ms -= by
		}
	}
	edge, ok = frameEdge(seen, sides[0], sides[1], off)
	return edge, ok, nil
}
