package archive

import (
	"strings"
	"unicode"
)

// Machines that write down speech have learned from the subtitles of films, and over silence they write what stands at their ends. These are lines that are
// known from many recordings in which nobody said them; they are marked and kept, for someone may have said one all the same.

// loopCues is how often a line stands in a row, and loopWords how often a phrase stands in a line, for nobody to have said it so.
const (
	loopCues  = 5
	loopWords = 10
)

// markInvented marks the lines that look invented, and tells whether there is a credit or a loop among them, which only machines write.
func markInvented(cues []Cue) (machine bool) {
	run, before := 0, ""
	for i := range cues {
		c := &cues[i]
		words := bareWords(c.Text)
		if words == "" || strings.HasPrefix(c.Text, "[") || strings.HasPrefix(c.Text, "(") {
			run, before = 0, "" // a sound, as [Music], may well go on
			continue
		}
		if words == before {
			run++
		} else {
			run, before = 1, words
		}
		if run == loopCues {
			for k := i - loopCues + 2; k < i; k++ { // the first may have been said
				cues[k].Invented = true
			}
		}
		known := inventedLine(words)
		if c.Invented = known || run >= loopCues || loops(words); c.Invented {
			machine = true
		}
	}
	return machine
}

// bareWords gives the words of a text in small letters, without anything between them but one space.
func bareWords(s string) string {
	return oneSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
			return unicode.ToLower(r)
		case r == '\'', r == '’':
			return -1
		}
		return ' '
	}, s))
}

// inventedLine is true of words that are nothing but an invented line.
func inventedLine(words string) bool {
	const most = 16 // words that a credit may have, names and years among them
	for _, l := range inventedLines {
		if words == l.whole || l.begins != "" && strings.HasPrefix(words+" ", l.begins+" ") && strings.Count(words, " ") < most {
			return true
		}
	}
	return false
}

// loops is true of a line that says one to eight words again and again.
func loops(words string) bool {
	w := strings.Split(words, " ")
	for period := 1; period <= 8 && period*loopWords <= len(w); period++ {
		same := true
		for i := period; same && i < len(w); i++ {
			same = w[i] == w[i-period]
		}
		if same {
			return true
		}
	}
	return false
}
