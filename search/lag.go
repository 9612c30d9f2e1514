package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"cabina/archive"
)

// A booth is behind the floor by what its interpreter needs, two seconds or five. Where two texts of a session have words in common (names, numbers,
// words of one origin), the clock tells how far: the words stand at many distances from each other by chance, and at one by rule.

// lagSlip is a lag that was measured: the text is Ms behind the one it was held against.
type lagSlip struct {
	Ms int64 `json:"ms"`
}

const (
	lagMost     = 10_000 // ms: further off a text is not sought
	lagWithin   = 750    // ms: distances that are taken for one
	lagWords    = 10     // different words must stand at that distance
	lagClearly  = 4      // times as many as stand at others, on the average
	lagOften    = 8      // a word that is said more often tells nothing
	lagMinWord  = 4      // letters, or
	lagMinDigit = 2      // digits
)

// measureLags measures how far the texts of a side are behind its first one that follows the floor. Each side by itself: what one shelf answers does not depend on the other.
func (b *builder) measureLags(on *side) {
	floor := ""
	for _, t := range b.s.Live(archive.Text) {
		voice, _ := voiceOf(b.s, t.Current())
		if _, here := on.texts[t.ID]; here && floor == "" && followsFloor(voice) {
			floor = t.ID
		}
	}
	for track, slip := range on.texts {
		of := ""
		if floor != "" && track != floor {
			of = on.texts[floor].Key + slip.Key
		}
		if slip.LagOf == of {
			continue
		}
		slip.LagOf, slip.Lag = of, nil
		if of != "" {
			slip.Lag = b.measureLag(textID{b.s.ID, floor, on.texts[floor].Key}, textID{b.s.ID, track, slip.Key})
		}
		on.texts[track] = slip
	}
}

// measureLag measures how far a text is behind another; nil where that cannot be told, or a file cannot be read, which is then made again.
func (b *builder) measureLag(from, to textID) *lagSlip {
	a, releaseA, err := b.x.files.use(b.x.files.name(from.session, from.track, from.key))
	if err != nil {
		return nil
	}
	defer releaseA()
	other, release, err := b.x.files.use(b.x.files.name(to.session, to.track, to.key))
	if err != nil {
		return nil
	}
	defer release()
	if ms, ok := lagBetween(wordTimes(a), wordTimes(other)); ok {
		return &lagSlip{ms}
	}
	return nil
}

// wordTimes gives when each telling word of a text is said: its place in its cue taken for its place in time.
func wordTimes(t *text) map[string][]int64 {
	times := map[string][]int64{}
	for i := range t.Cues {
		line := t.words(i)
		length := t.end(i) - t.start(i)
		for at, word := range wordsIn(line) {
			digits := strings.Trim(word, "0123456789") == ""
			if n := utf8.RuneCountInString(word); n < lagMinDigit || !digits && n < lagMinWord {
				continue
			}
			if word = fold(strings.ToLower(word)); len(times[word]) <= lagOften {
				times[word] = append(times[word], t.start(i)+length*int64(at)/int64(len(line)))
			}
		}
	}
	for word, at := range times {
		if len(at) > lagOften {
			delete(times, word)
		}
	}
	return times
}

// wordsIn gives the words of a line by the byte they begin at.
func wordsIn(line string) map[int]string {
	out := map[int]string{}
	begin := -1
	for i, r := range line {
		switch {
		case letter(r) && begin < 0:
			begin = i
		case !letter(r) && begin >= 0:
			out[begin], begin = line[begin:i], -1
		}
	}
	if begin >= 0 {
		out[begin] = line[begin:]
	}
	return out
}

// lagBetween finds the distance at which words of b stand behind the same words of a.
func lagBetween(a, b map[string][]int64) (ms int64, ok bool) {
	type vote struct {
		ms   int64
		word string
	}
	var votes []vote
	for word, at := range a {
		for _, from := range at {
			for _, to := range b[word] {
				if d := to - from; -lagMost <= d && d <= lagMost {
					votes = append(votes, vote{d, word})
				}
			}
		}
	}
	slices.SortFunc(votes, func(a, b vote) int { return int(a.ms - b.ms) })
	best, most := 0, 0
	for i, end := 0, 0; i < len(votes); i++ {
		for end < len(votes) && votes[end].ms-votes[i].ms <= 2*lagWithin {
			end++
		}
		if end-i > most {
			best, most = i, end-i
		}
	}
	words := map[string]bool{}
	for _, v := range votes[best : best+most] {
		words[v.word] = true
	}
	byChance := float64(len(votes)-most) * 2 * lagWithin / (2*lagMost - 2*lagWithin)
	if len(words) < lagWords || float64(most) < lagClearly*byChance {
		return 0, false
	}
	middle := votes[best+most/2].ms // of the stretch with the most, which may lie to one side of them
	near := slices.DeleteFunc(votes, func(v vote) bool { return distance(v.ms, middle) > lagWithin })
	return near[len(near)/2].ms, true
}
