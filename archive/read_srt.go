package archive

import (
	"strconv"
	"strings"
)

// SRT has no standard; this reads what players show: a blank line inside a cue is part of it, none between two is missed, a bad time costs its own cue.

// srtBody is how many bytes of a cue are looked through; a text is cut long before.
const srtBody = 16 << 10

func (r *reading) srt(text string) {
	l := lines{text: text}
	var c *srtCue // being read; nil before the first time line
	before := ""  // the line before this one, which may be the next cue's number
	beforeAt := 0
	from := 0
	for {
		at := l.at
		line, ok := l.next()
		if ok && !srtTimes(line) {
			before, beforeAt = line, at
			continue
		}
		end := min(at, len(text))
		number := -1
		if ok && beforeAt >= from {
			if n, err := strconv.Atoi(strings.TrimSpace(before)); err == nil && n >= 0 {
				number, end = n, beforeAt
			}
		}
		if c == nil {
			if head := strings.TrimSpace(text[from:max(end, from)]); ok && head != "" {
				r.lost(1+strings.Count(text[:strings.Index(text, cutBytes(head, 40))], "\n"), "it stands before the first time line", head)
			}
		} else {
			c.close(r, text[from:max(end, from)])
		}
		if !ok || r.full() {
			return
		}
		c = &srtCue{line: l.n, number: number, times: line}
		from, before, beforeAt = l.at, "", l.at
		if from > len(text) {
			from = len(text)
		}
	}
}

// srtCue is a cue of which the time line was read, and the text was not.
type srtCue struct {
	line   int
	number int // its own; -1 for none
	times  string
}

// close reads the text of a cue. Where a blank line and the next number in order are followed by a text, a cue has lost its time line there.
func (c *srtCue) close(r *reading, body string) {
	out := rawCue{line: c.line}
	if len(body) > 4*srtBody {
		r.lost(c.line, "what follows is too long for a cue and is left out", body[4*srtBody:])
		body = body[:4*srtBody]
	}
	own := body
	l := lines{text: body}
	number, blank, from, lineOf := c.number, false, -1, 0
	for {
		at := l.at
		line, ok := l.next()
		if !ok {
			break
		}
		line = strings.TrimSpace(line)
		if blank && number >= 0 && line == strconv.Itoa(number+1) && strings.TrimSpace(body[min(l.at, len(body)):]) != "" {
			if from < 0 {
				own = body[:at]
			} else {
				r.lost(c.line+lineOf, "the time line is missing", body[from:at])
			}
			number, from, lineOf = number+1, min(l.at, len(body)), l.n
		}
		blank = line == ""
	}
	if from >= 0 {
		r.lost(c.line+lineOf, "the time line is missing", body[from:])
	}
	if len(own) > srtBody {
		r.lost(c.line, "the cue is longer than 2000 bytes; what follows is left out", own[srtBody:])
		own = strings.ToValidUTF8(own[:srtBody], "")
	}
	if strings.Contains(own, "<v") {
		t := vttText(own)
		own, out.names = t.text, t.voices
	}
	out.Text = plainLines(unescape(withoutMarkup(own)))
	t := clock{rest: c.times}
	t.space()
	out.StartMs = t.srt()
	t.space()
	t.want("-")
	t.take("-")
	t.want(">")
	t.space()
	missing := t.rest == ""
	out.EndMs = t.srt()
	switch {
	case missing:
		r.lost(c.line, "the end time is missing", out.Text)
	case t.bad:
		r.lost(c.line, "the time line cannot be read; 00:01:02,500 --> 00:01:04,000 can", out.Text)
	default:
		r.add(out)
	}
}

// srtTimes is true of a line that means to be a time line: an arrow, a time on one side of it, and nothing but a time before it.
func srtTimes(line string) bool {
	const most = 400
	if len(line) < len("0:00->") {
		return false
	}
	line = cutBytes(line, most)
	before, after, ok := strings.Cut(line, "->")
	if before = strings.TrimSpace(strings.TrimRight(before, "-")); !ok || len(before) > 30 {
		return false
	}
	digit := func(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }
	after = strings.TrimSpace(after)
	timed := digit(before) && strings.Contains(before, ":")
	return timed && (after == "" || digit(after) || !strings.Contains(before, " ")) || before == "" && digit(after) && strings.Contains(cutBytes(after, 6), ":")
}
