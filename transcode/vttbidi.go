package transcode

import "strings"

// The characters that open and close a stretch of another direction (Unicode, UAX #9).
const (
	vttOpeners = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"
	vttPop     = '\u202c' // closes the last of the first four
	vttPopIso  = '\u2069' // closes the last of the other three, and all in it
	vttBidiMax = 60       // stretches within each other; UAX #9 knows no more than 125
)

// vttBidi makes each line of a text that was cut whole in itself: every line is a paragraph to a player, so a stretch of another direction that goes on in the
// next line ends there unless it is opened again.
func vttBidi(piece string, open []rune) (string, []rune) {
	if len(open) == 0 && !strings.ContainsAny(piece, vttOpeners) {
		return piece, nil
	}
	var b strings.Builder
	for i, line := range strings.Split(piece, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(string(open))
		b.WriteString(line)
		for _, r := range line {
			open = vttOpen(open, r)
		}
		for n := len(open) - 1; n >= 0; n-- {
			if vttIsolate(open[n]) {
				b.WriteRune(vttPopIso)
			} else {
				b.WriteRune(vttPop)
			}
		}
	}
	return b.String(), open
}

// vttOpen gives what is open after a character.
func vttOpen(open []rune, r rune) []rune {
	switch {
	case strings.ContainsRune(vttOpeners, r) && len(open) < vttBidiMax:
		return append(open, r)
	case r == vttPop && len(open) > 0 && !vttIsolate(open[len(open)-1]):
		return open[:len(open)-1]
	case r == vttPopIso:
		for n := len(open) - 1; n >= 0; n-- {
			if vttIsolate(open[n]) {
				return open[:n]
			}
		}
	}
	return open
}

func vttIsolate(r rune) bool { return r >= 0x2066 && r <= 0x2068 }

// vttControl is true of characters that say in which direction letters run; they are of no width.
func vttControl(r rune) bool {
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0x61c
}
