package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// contextMost is how many code points of context stand on either side of a line: more than a page shows, cut at the far end between words.
const contextMost = 120

// around gives what was said before and after an occurrence, over the ends of cues: as far as the text goes on in the same language and nothing of it is
// withdrawn. Line ends are spaces; the space next to the word is kept.
func (t *foundText) around(o occurrence) (left, word, right string) {
	if text := t.file.words(o.cue); o.last == o.cue {
		word = text[o.from:o.to]
	} else {
		parts := []string{text[o.from:]}
		for i := o.cue + 1; i < o.last; i++ {
			parts = append(parts, t.file.words(i))
		}
		word = strings.Join(append(parts, t.file.words(o.last)[:o.to]), " ")
	}
	return keepEnd(t.before(o, contextMost)), oneLine(word), keepBegin(t.behind(o, contextMost))
}

// before gives at least n code points of what was said before an occurrence, where there are so many.
func (t *foundText) before(o occurrence, n int) string {
	left := t.file.words(o.cue)[:o.from]
	for i := o.cue - 1; i >= 0 && utf8.RuneCountInString(left) < n && t.goesOn(i, o.cue); i-- {
		left = t.file.words(i) + " " + left
	}
	return oneLine(left)
}

// behind gives at least n code points of what was said after an occurrence, where there are so many.
func (t *foundText) behind(o occurrence, n int) string {
	right := t.file.words(o.last)[o.to:]
	for i := o.last + 1; i < t.file.Cues && utf8.RuneCountInString(right) < n && t.goesOn(i, o.cue); i++ {
		right += " " + t.file.words(i)
	}
	return oneLine(right)
}

func (t *foundText) goesOn(cue, from int) bool {
	return t.file.language(cue) == t.file.language(from) && !t.cut(cue, cue)
}

// span gives an occurrence in code points of its cue, those of the cues that it goes on into counted on.
func (t *foundText) span(o occurrence) (from, to int) {
	text := t.file.words(o.cue)
	from = utf8.RuneCountInString(text[:o.from])
	if o.last == o.cue {
		return from, from + utf8.RuneCountInString(text[o.from:o.to])
	}
	to = utf8.RuneCountInString(text) + 1
	for i := o.cue + 1; i < o.last; i++ {
		to += utf8.RuneCountInString(t.file.words(i)) + 1
	}
	return from, to + utf8.RuneCountInString(t.file.words(o.last)[:o.to])
}

func oneLine(s string) string { return strings.ReplaceAll(s, "\n", " ") }

// longWord is how far to look for a space to cut at; where there is none, as in Chinese, any letter does.
const longWord = 30

// keepEnd keeps the last code points of s, from a word's beginning on.
func keepEnd(s string) string {
	runes := []rune(s)
	if len(runes) <= contextMost {
		return strings.TrimLeftFunc(s, unicode.IsSpace)
	}
	at := len(runes) - contextMost
	for i := at; i < min(at+longWord, len(runes)); i++ {
		if unicode.IsSpace(runes[i]) {
			return string(runes[i+1:])
		}
	}
	for at < len(runes) && joins(runes[at]) {
		at++
	}
	return string(runes[at:])
}

// keepBegin keeps the first code points of s, to a word's end.
func keepBegin(s string) string {
	runes := []rune(s)
	if len(runes) <= contextMost {
		return strings.TrimRightFunc(s, unicode.IsSpace)
	}
	for i := contextMost; i > contextMost-longWord; i-- {
		if unicode.IsSpace(runes[i]) {
			return strings.TrimRightFunc(string(runes[:i]), unicode.IsSpace)
		}
	}
	at := contextMost
	for at > 0 && joins(runes[at]) {
		at--
	}
	return string(runes[:at])
}

// joins is true of what belongs to the letter before it.
func joins(r rune) bool { return unicode.IsMark(r) || unicode.Is(unicode.Cf, r) }

// A line's place in an order depends on so many words of its context, among so many code points.
const (
	sortWords   = 8
	sortContext = 60
)

// fromTheWord gives the words of a line's context as they are compared: folded, from the word outwards. Of scripts without spaces each character is one.
func fromTheWord(text string, left bool) string {
	var words []string
	begin := -1
	folded := fold(strings.ToLower(text))
	for i, r := range folded {
		inWord := letter(r) || r == '\''
		if begin >= 0 && (!inWord || dense(r)) {
			words = append(words, folded[begin:i])
			begin = -1
		}
		if inWord && begin < 0 {
			begin = i
		}
	}
	if begin >= 0 {
		words = append(words, folded[begin:])
	}
	if left {
		slices.Reverse(words)
	}
	return strings.Join(words[:min(len(words), sortWords)], " ")
}
