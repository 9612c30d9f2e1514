package archive

import (
	"slices"
	"strings"
)

// Rolling captions show each line again and again: it comes in below, moves up when the next one comes, and of two cues one only holds what the other showed
// (YouTube), or each cue repeats the one before with a word more. Read as they are, every word would be said three times.

// rollGap is how far apart two cues may be, in ms, for the second to go on with the first.
const rollGap = 250

// unroll makes single lines of rolling captions, each with the times in which it is said; other captions stay as they are.
func (r *reading) unroll() bool {
	if !r.rolls() {
		return false
	}
	var out []rawCue
	var shown []string // the lines on the screen
	for i, c := range r.cues {
		now := strings.Split(c.Text, "\n")
		fresh := now
		if i > 0 && c.StartMs-r.cues[i-1].EndMs <= rollGap {
			n, how := follows(shown, now)
			switch last := len(out) - 1; {
			case how == grown:
				out[last].Text, out[last].EndMs = now[n-1], c.EndMs
				fresh = now[n:]
			case how != apart:
				fresh = now[n:]
			}
		}
		if shown = now; len(fresh) == 0 {
			continue
		}
		if last := len(out) - 1; last >= 0 && c.StartMs > out[last].StartMs {
			out[last].EndMs = min(out[last].EndMs, c.StartMs)
		}
		c.Text = strings.Join(fresh, "\n")
		out = append(out, c)
	}
	r.cues = out
	return true
}

// rolls is true where so many cues go on with lines of the one before that no people wrote them: two in five, and where words are timed one by one, half
// of a few.
func (r *reading) rolls() bool {
	all, go_on, words := 0, 0, 0
	var before []string
	for i, c := range r.cues {
		now := strings.Split(c.Text, "\n")
		if c.timed {
			words++
		}
		if i > 0 && c.StartMs-r.cues[i-1].EndMs <= rollGap {
			all++
			switch _, how := follows(before, now); {
			case how == moved, how == grown, how == same && r.cues[i-1].timed && !c.timed:
				go_on++
			}
		}
		before = now
	}
	return words > 0 && go_on >= 2 && 2*go_on >= all || go_on >= 4 && 5*go_on >= 2*all
}

// following is how the lines of one cue go on with those of the one before.
type following int

const (
	apart following = iota // they do not
	same                   // they are the same
	moved                  // some moved up, or stayed alone
	grown                  // the last one has more words
)

// follows tells how now goes on with before, and how many lines of now were there before, a grown one among them.
func follows(before, now []string) (n int, how following) {
	if slices.Equal(before, now) {
		return len(now), same
	}
	for k := min(len(before), len(now)); k > 0; k-- {
		if slices.Equal(before[len(before)-k:], now[:k]) {
			return k, moved
		}
	}
	for k := min(len(before), len(now)); k > 0; k-- {
		was, is := before[len(before)-k:], now[:k]
		if slices.Equal(was[:k-1], is[:k-1]) && strings.HasPrefix(is[k-1], was[k-1]+" ") {
			return k, grown
		}
	}
	return 0, apart
}
