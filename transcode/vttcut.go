package transcode

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"cabina/archive"
)

// vttCut gives the cues that show c: none without a letter, one where it fits, else several that follow each other without a gap.
func vttCut(c archive.Cue) []archive.Cue {
	c.StartMs = min(max(c.StartMs, 0), vttMost)
	c.EndMs = min(max(c.EndMs, c.StartMs+1), vttMost+1)
	var texts []string
	if lines := vttClean(c.Text); vttFits(lines) {
		texts = []string{strings.Join(lines, "\n")}
	} else {
		texts = vttPieces(vttJoin(lines))
	}
	if len(texts) == 1 && texts[0] == "" {
		return nil
	}
	total, done := 0, 0
	for _, t := range texts {
		total += vttWide(t)
	}
	out := make([]archive.Cue, 0, len(texts))
	at := c.StartMs
	for i, t := range texts {
		done += vttWide(t)
		// Not shorter than a millisecond, however short the cue.
		end := max(at+1, c.StartMs+(c.EndMs-c.StartMs)*int64(done)/int64(max(total, 1)))
		if i == len(texts)-1 {
			end = max(at+1, c.EndMs)
		}
		piece := c
		piece.Text, piece.StartMs, piece.EndMs = t, at, end
		out, at = append(out, piece), end
	}
	return out
}

// vttClean gives the lines of a text that hold something, without control characters and outer space.
func vttClean(text string) []string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", "\n", "\v", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n").Replace(text)
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.Map(func(r rune) rune {
			switch {
			case r == '\t':
				return ' '
			case unicode.IsControl(r):
				return -1
			}
			return r
		}, line)
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// vttJoin makes one line of several. Between letters of scripts without spaces none comes in.
func vttJoin(lines []string) string {
	out := lines[0]
	for _, l := range lines[1:] {
		first, _ := utf8.DecodeRuneInString(l)
		if last, _ := utf8.DecodeLastRuneInString(out); !vttSpaceless(last) || !vttSpaceless(first) {
			out += " "
		}
		out += l
	}
	return out
}

// vttFits is true of lines that can be shown at once as they are.
func vttFits(lines []string) bool {
	if len(lines) > vttLines {
		return false
	}
	for _, l := range lines {
		if vttWide(l) > vttWidth {
			return false
		}
	}
	return true
}

// vttAtom is what no line end may stand in: a word, or a letter of a script that has no spaces.
type vttAtom struct {
	text  string
	width int
	space bool // a space stands before it, unless it begins a line
}

// vttPieces sets a text in lines, two to a piece. All lines are about equally long: the shortest width is taken that needs no more pieces
// than the whole width does.
func vttPieces(text string) []string {
	atoms := vttAtoms(text)
	pieces := (len(vttSet(atoms, vttWidth)) + vttLines - 1) / vttLines
	low, high := 1, vttWidth
	for low < high {
		mid := (low + high) / 2
		if len(vttSet(atoms, mid)) <= pieces*vttLines && vttWidest(atoms) <= mid {
			high = mid
		} else {
			low = mid + 1
		}
	}
	lines := vttSet(atoms, high)
	var out []string
	var open []rune // stretches of another direction that the pieces so far have left open
	for i := 0; i < len(lines); i += vttLines {
		var piece string
		piece, open = vttBidi(strings.Join(lines[i:min(i+vttLines, len(lines))], "\n"), open)
		out = append(out, piece)
	}
	return out
}

// vttSet sets atoms in lines of at most width. An atom that is wider has a line of its own.
func vttSet(atoms []vttAtom, width int) []string {
	var lines []string
	var line strings.Builder
	wide := 0
	for _, a := range atoms {
		need := a.width
		if a.space && line.Len() > 0 {
			need++
		}
		if line.Len() > 0 && wide+need > width {
			lines = append(lines, line.String())
			line.Reset()
			wide, need = 0, a.width
		}
		if a.space && line.Len() > 0 {
			line.WriteByte(' ')
		}
		line.WriteString(a.text)
		wide += need
	}
	if line.Len() > 0 {
		lines = append(lines, line.String())
	}
	return lines
}

func vttWidest(atoms []vttAtom) int {
	widest := 0
	for _, a := range atoms {
		widest = max(widest, a.width)
	}
	return widest
}
