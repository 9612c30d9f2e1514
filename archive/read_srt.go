package archive

import (
	"regexp"
	"strconv"
	"strings"
)

// SRT has no standard; this reads what players show. go-astisub loses cues here (a blank line inside one, no blank line between two, one bad time), and
// the format is small, so it is read by ourselves.

// srtTimes is a time line. Hours may be missing, the fraction may be parted by a comma or a point; what follows the second time (positions) is left alone.
var srtTimes = regexp.MustCompile(`^\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[,.:](\d{1,3}))?\s*-{1,2}>\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[,.:](\d{1,3}))?`)

// srtLike is a line that means to be a time line.
var srtLike = regexp.MustCompile(`^\s*\d[\d:,.\s]*-{1,2}>`)

var onlyDigits = regexp.MustCompile(`^\s*\d+\s*$`)

func readSRT(text string) (cues []Cue, unread []Unread) {
	lines := strings.Split(text, "\n")
	var at []int // the time lines
	for i, l := range lines {
		if srtLike.MatchString(l) {
			at = append(at, i)
		}
	}
	for n, i := range at {
		end := len(lines)
		if n+1 < len(at) {
			end = at[n+1]
			if end-1 > i && onlyDigits.MatchString(lines[end-1]) { // the number of the next cue
				end--
			}
		}
		body := plainText(strings.TrimSpace(strings.Join(lines[i+1:end], "\n")))
		m := srtTimes.FindStringSubmatch(lines[i])
		if m == nil {
			unread = append(unread, Unread{Line: i + 1, Why: "the time line cannot be read; 00:01:02,500 --> 00:01:04,000 can", Text: cut(body)})
			continue
		}
		from, to := clockMs(m[1:5]), clockMs(m[5:9])
		if to <= from {
			unread = append(unread, Unread{Line: i + 1, Why: "it ends before it begins", Text: cut(body)})
			continue
		}
		cues = append(cues, Cue{StartMs: from, EndMs: to, Text: body})
	}
	return cues, unread
}

// clockMs turns hours, minutes, seconds and a fraction into ms. The fraction may have one to three digits.
func clockMs(p []string) int64 {
	n := func(s string) int64 { v, _ := strconv.ParseInt(s, 10, 64); return v }
	frac := (p[3] + "000")[:3]
	return n(p[0])*3600_000 + n(p[1])*60_000 + n(p[2])*1000 + n(frac)
}

// markup is what subtitle tools write around words: the few HTML tags that players know, and ASS overrides.
var markup = regexp.MustCompile(`(?i)</?(?:i|b|u|s|font|span|em|strong)(?:\s[^<>\n]*)?>|\{\\[^{}\n]*\}`)

var blankLines = regexp.MustCompile(`\n\s*\n+`)

// plainText takes markup off and blank lines out; any other < or { is what was said.
func plainText(s string) string {
	return strings.TrimSpace(blankLines.ReplaceAllString(markup.ReplaceAllString(s, ""), "\n"))
}

// cut keeps the beginning of a text for a message.
func cut(s string) string {
	const most = 200
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
