package transcode

import (
	"iter"
	"unicode"
	"unicode/utf8"
)

// vttLetters parts a text into letters as a reader sees them: a base with all that is joined to it. It is Unicode's extended grapheme cluster
// (UAX #29) told from general categories, which is at least as long where the two differ; what matters is that no cut falls inside one.
func vttLetters(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for len(text) > 0 {
			n := vttLetter(text)
			if !yield(text[:n]) {
				return
			}
			text = text[n:]
		}
	}
}

// vttLetter is how many bytes the first letter of a text has.
func vttLetter(text string) int {
	before, at := utf8.DecodeRuneInString(text)
	flags := 0
	if vttFlag(before) {
		flags = 1
	}
	for at < len(text) {
		r, n := utf8.DecodeRuneInString(text[at:])
		joined := false
		switch {
		case before == '\n' || r == '\n':
		case vttExtends(r), vttJoins(before), vttPrepends(before):
			joined = true
		case vttFlag(r) && flags == 1: // a flag is two of them
			joined, flags = true, 2
		case vttHangul(before, r):
			joined = true
		}
		if !joined {
			return at
		}
		before, at = r, at+n
	}
	return at
}

// vttExtends is true of what is part of the letter before it: marks, joiners, variation selectors, skin tones, tags.
func vttExtends(r rune) bool {
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Mc, unicode.Variation_Selector) ||
		r == 0x200d || r == 0x200c || r == 0xe33 || r == 0xeb3 || r >= 0x1f3fb && r <= 0x1f3ff || r >= 0xe0020 && r <= 0xe007f || r == 0xff9e || r == 0xff9f
}

// vttJoins is true of what joins the letter after it to the one before: the zero width joiner, and the viramas of scripts of India, which make
// one conjunct of two consonants.
func vttJoins(r rune) bool {
	switch r {
	case 0x200d, 0x94d, 0x9cd, 0xa4d, 0xacd, 0xb4d, 0xbcd, 0xc4d, 0xccd, 0xd4d, 0xdca, 0x1039, 0x17d2:
		return true
	}
	return false
}

// vttPrepends is true of marks that belong to the letter after them, such as Arabic number signs.
func vttPrepends(r rune) bool { return unicode.In(r, unicode.Prepended_Concatenation_Mark) }

// vttFlag is true of the letters that flags are written with, two for each.
func vttFlag(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }

// vttPictograph is true of emoji that are shown as wide as two letters.
func vttPictograph(r rune) bool { return r >= 0x1f300 && r <= 0x1faff || vttFlag(r) }

// vttHangul is true where two parts of a Korean syllable meet (UAX #29, GB6 to GB8).
func vttHangul(a, b rune) bool {
	leading := func(r rune) bool { return r >= 0x1100 && r <= 0x115f || r >= 0xa960 && r <= 0xa97c }
	vowel := func(r rune) bool { return r >= 0x1160 && r <= 0x11a7 || r >= 0xd7b0 && r <= 0xd7c6 }
	trailing := func(r rune) bool { return r >= 0x11a8 && r <= 0x11ff || r >= 0xd7cb && r <= 0xd7fb }
	syllable := func(r rune) bool { return r >= 0xac00 && r <= 0xd7a3 }
	open := func(r rune) bool { return syllable(r) && (r-0xac00)%28 == 0 }
	switch {
	case leading(a):
		return leading(b) || vowel(b) || syllable(b)
	case vowel(a) || open(a):
		return vowel(b) || trailing(b)
	case trailing(a) || syllable(a):
		return trailing(b)
	}
	return false
}
