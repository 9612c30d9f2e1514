package search

import (
	"strings"
	"unicode"

	"cabina/archive"
)

// A passage is the unit of the index: consecutive cues of one text in one language. One cue alone ranks far worse (a rank-1 hit for .32 of known items
// of four words, against .73), a whole text costs time that grows with the archive.
const (
	passageMs    = 27_000 // from here on a passage ends at the next sentence's end or pause
	passageWords = 71     // so it does from here on
	passageMost  = 40_000 // ms: it ends here in any case
	wordsMost    = 106
	pauseMs      = 700
)

// cue is a cue with the language it is in, and of a text that follows the floor that which the floor spoke then, where it is known.
type cue struct {
	archive.Cue
	language archive.Language
	floor    archive.Language
}

// spoken gives each cue its language: the text's own, but of a text in several languages that of the session's span that holds most of the cue; where no span
// is, it stays the text's.
func spoken(cues []archive.Cue, text archive.Language, spans []archive.Span) []cue {
	out := make([]cue, len(cues))
	for i, c := range cues {
		out[i] = cue{Cue: c, language: text}
		if text != archive.FloorLanguage {
			continue
		}
		if l := spanAt(spans, c.StartMs, c.EndMs).Language; l != "" {
			out[i].language = l
		}
	}
	return out
}

// withFloor notes what the floor spoke at each cue of a text that follows it.
func withFloor(cues []cue, spans []archive.Span) []cue {
	for i := range cues {
		cues[i].floor = spanAt(spans, cues[i].StartMs, cues[i].EndMs).Language
	}
	return cues
}

// spanAt gives the span that holds most of [start, end); the zero span where there is none.
func spanAt(spans []archive.Span, start, end int64) archive.Span {
	var best archive.Span
	var most int64
	for _, s := range spans {
		if part := min(end, s.EndMs) - max(start, s.StartMs); part > most {
			best, most = s, part
		}
	}
	return best
}

// passages cuts a text: it gives the index of each passage's first cue.
func passages(cues []cue) []int {
	var firsts []int
	begin, words := 0, 0
	for i, c := range cues {
		if i == begin {
			firsts = append(firsts, i)
			words = 0
		}
		words += countWords(c.Text)
		if i+1 < len(cues) && ends(cues[begin], c, cues[i+1], words) {
			begin = i + 1
		}
	}
	return firsts
}

// ends decides whether a passage that began with first ends between last and next.
func ends(first, last, next cue, words int) bool {
	switch {
	case last.language != next.language, last.floor != next.floor:
		return true
	case next.EndMs-first.StartMs > passageMost, words+countWords(next.Text) > wordsMost:
		return true
	case last.EndMs-first.StartMs < passageMs && words < passageWords:
		return false
	}
	return sentenceEnds(last.Text) || next.StartMs-last.EndMs >= pauseMs
}

func sentenceEnds(text string) bool {
	text = strings.TrimRightFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.In(r, unicode.Pe, unicode.Pf) || r == '"' || r == '\''
	})
	return strings.HasSuffix(text, ".") || strings.HasSuffix(text, "?") || strings.HasSuffix(text, "!") || strings.HasSuffix(text, "…") ||
		strings.HasSuffix(text, "。") || strings.HasSuffix(text, "！") || strings.HasSuffix(text, "？") || strings.HasSuffix(text, "؟") || strings.HasSuffix(text, "।")
}

// countWords counts words between spaces, and of scripts without spaces every third character for two.
func countWords(text string) int {
	words, characters, inside := 0, 0, false
	for _, r := range text {
		switch {
		case dense(r):
			characters++
			inside = false
		case unicode.IsSpace(r):
			inside = false
		case !inside:
			inside = true
			words++
		}
	}
	return words + characters*2/3
}

// dense is true of letters of scripts without spaces.
func dense(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}
