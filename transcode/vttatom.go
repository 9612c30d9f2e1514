package transcode

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Punctuation of Chinese, Japanese and Korean that may not begin a line, and that may not end one (W3C, Requirements for Chinese Text Layout
// and for Japanese Text Layout).
const (
	vttNoBegin = "、。，．・：；？！」』）］｝〉》】〕〗”’…‥ー々ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ％)]},.!?:;"
	vttNoEnd   = "「『（［｛〈《【〔〖“‘([{"
)

// vttAtoms parts a text where a line may end: at spaces, and between letters of scripts that have none. A word wider than a line is parted
// between its letters as well. Never within a letter and what is joined to it.
func vttAtoms(text string) []vttAtom {
	var out []vttAtom
	for _, word := range strings.FieldsFunc(text, vttSpace) {
		space := true
		for _, a := range vttWord(word) {
			a.space = space
			out, space = append(out, a), false
		}
	}
	return out
}

// vttSpace is true of spaces at which a line may end: not of those that are there to prevent it.
func vttSpace(r rune) bool { return unicode.IsSpace(r) && r != 0xa0 && r != 0x2007 && r != 0x202f }

// vttWord parts what stands between two spaces.
func vttWord(word string) []vttAtom {
	var out []vttAtom
	glue := false // the next letter belongs to the atom before
	for letter := range vttLetters(word) {
		first := []rune(letter)[0]
		a := vttAtom{text: letter, width: vttLetterWidth(first)}
		n := len(out)
		narrow := n > 0 && !vttSpaceless(first) && !vttSpaceless(vttLast(out[n-1].text))
		if n > 0 && (glue || narrow || strings.ContainsRune(vttNoBegin, first)) && out[n-1].width+a.width <= vttWidth {
			out[n-1].text += a.text
			out[n-1].width += a.width
		} else {
			out = append(out, a)
		}
		glue = strings.ContainsRune(vttNoEnd, first)
	}
	return out
}

func vttLast(s string) rune {
	r := []rune(s)
	for i := len(r) - 1; i > 0; i-- {
		if !vttExtends(r[i]) {
			return r[i]
		}
	}
	return r[0]
}

// vttWide is how many letters wide a text is shown; line ends are of no width.
func vttWide(text string) int {
	n := 0
	for letter := range vttLetters(text) {
		n += vttLetterWidth([]rune(letter)[0])
	}
	return n
}

func vttLetterWidth(first rune) int {
	switch {
	case first == '\n', vttControl(first):
		return 0
	case vttPictograph(first):
		return 2
	}
	switch width.LookupRune(first).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// vttSpaceless is true of letters of scripts that are written without spaces between words, between which a line may end.
func vttSpaceless(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan,
		unicode.Yi, unicode.Bopomofo) || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef || vttPictograph(r)
}
