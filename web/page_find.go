package web

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// marked cuts a text at the places where it holds the words sought, whatever their case, accents and spaces. Nothing sought marks nothing.
func marked(text, sought string) []piece {
	want, _ := folded(sought)
	want = []rune(strings.TrimSpace(string(want)))
	if len(want) == 0 {
		return []piece{{Text: text}}
	}
	have, from := folded(text)
	runes := []rune(text)
	var out []piece
	done := 0
	for at := 0; at+len(want) <= len(have); {
		if string(have[at:at+len(want)]) != string(want) {
			at++
			continue
		}
		start, end := from[at], from[at+len(want)-1]+1
		for end < len(runes) && unicode.Is(unicode.Mn, runes[end]) {
			end++ // marks belong to the letter before
		}
		if start > done {
			out = append(out, piece{Text: string(runes[done:start])})
		}
		out = append(out, piece{Text: string(runes[start:end]), Mark: true})
		done = end
		at += len(want)
	}
	if done < len(runes) || len(out) == 0 {
		out = append(out, piece{Text: string(runes[done:])})
	}
	return out
}

// folded gives a text in small letters without marks, a run of spaces as one, and for each of its letters the place in the text that it came from.
func folded(text string) (letters []rune, from []int) {
	i := -1
	for _, r := range text {
		i++
		if unicode.IsSpace(r) {
			if len(letters) == 0 || letters[len(letters)-1] != ' ' {
				letters, from = append(letters, ' '), append(from, i)
			}
			continue
		}
		for _, d := range norm.NFKD.String(string(unicode.ToLower(r))) {
			if !unicode.Is(unicode.Mn, d) {
				letters, from = append(letters, d), append(from, i)
			}
		}
	}
	return letters, from
}
