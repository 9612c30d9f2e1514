package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold brings a lower-case word to the form in which it is compared: without the marks of Latin, Greek, Cyrillic and Arabic letters (й stays a
// letter of its own), ё as е, œ æ ß as two letters, Arabic without vowel signs, tatweel and hamza, its digits and full-width letters as
// ASCII. Kana are never decomposed: that would make て of で.
func fold(word string) string {
	if ascii(word) {
		return word
	}
	var b strings.Builder
	b.Grow(len(word))
	var base rune // the last letter written, which a mark belongs to
	for _, r := range norm.NFC.String(word) {
		if s, ok := foldings[r]; ok {
			b.WriteString(s)
			base, _ = utf8.DecodeLastRuneInString(s)
			continue
		}
		switch {
		case r < utf8.RuneSelf, r == 'й':
			b.WriteRune(r)
			base = r
		case unicode.Is(unicode.Mn, r):
			if !markless(base) {
				b.WriteRune(r)
			}
		case unicode.Is(unicode.Cf, r), r == 'ـ': // joiners, direction marks, soft hyphen; tatweel
		case wide(r):
			b.WriteString(strings.ToLower(norm.NFKC.String(string(r))))
			base = r
		default:
			base = foldRune(&b, r)
		}
	}
	return b.String()
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// foldings are letters that no decomposition takes apart, or that ours takes apart differently.
var foldings = map[rune]string{
	'œ': "oe", 'æ': "ae", 'ß': "ss", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ı': "i", 'ŀ': "l", 'ς': "σ",
	'ﬀ': "ff", 'ﬁ': "fi", 'ﬂ': "fl", 'ﬃ': "ffi", 'ﬄ': "ffl", 'ﬅ': "st", 'ﬆ': "st",
	'ة': "ه", 'ى': "ي", 'ی': "ي", 'ک': "ك", 'ٱ': "ا", '’': "'", 'ʼ': "'", '＇': "'",
}

// foldRune writes r without its marks and gives the base letter.
func foldRune(b *strings.Builder, r rune) rune {
	switch {
	case r >= '٠' && r <= '٩':
		r -= '٠' - '0'
	case r >= '۰' && r <= '۹':
		r -= '۰' - '0'
	case markless(r):
		for _, d := range norm.NFD.String(string(r)) {
			if !unicode.Is(unicode.Mn, d) {
				r = d
				if s, ok := foldings[d]; ok {
					b.WriteString(s)
					return d
				}
				b.WriteRune(d)
			}
		}
		return r
	}
	b.WriteRune(r)
	return r
}

// markless is true of letters of scripts in which a word without its marks is taken for the word.
func markless(r rune) bool {
	return r < utf8.RuneSelf || unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic)
}

// wide is true of full-width and half-width forms, and of Arabic letters drawn in one of their positions.
func wide(r rune) bool {
	return r >= 0xff00 && r <= 0xffef || r >= 0xfb50 && r <= 0xfdff || r >= 0xfe70 && r <= 0xfefc
}
