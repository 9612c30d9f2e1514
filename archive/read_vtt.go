package archive

import (
	"cmp"
	"slices"
	"strings"
)

// WebVTT is read as the W3C's parser does (https://www.w3.org/TR/webvtt1/, section 6), but for two things: a file without its header is read all the
// same, and what the parser drops in silence is told. Where not one time of a file is WebVTT's, as in a SubRip file that was only renamed, the times are
// read as SubRip's: else all of its words would be lost for a comma.

func (r *reading) vtt(text string) {
	strict := *r
	strict.unread = slices.Clip(r.unread)
	strict.vttCues(text, (*clock).vtt)
	if len(strict.cues) > 0 || !strict.badTimes {
		*r = strict
		return
	}
	if r.vttCues(text, (*clock).srt); len(r.cues) > 0 {
		r.lost(r.cues[0].line, "from here on the times are SubRip's and not WebVTT's, which are as 00:01:02.500; they were read all the same", "")
	} else {
		*r = strict
	}
}

// vttCues reads the cues; their times are read by time.
func (r *reading) vttCues(text string, time func(*clock) int64) {
	l := lines{text: text}
	line, ok := l.next()
	if strings.HasPrefix(line, "WEBVTT") {
		// The header ends with a blank line, or where the first time line stands.
		for line, ok = l.next(); ok && line != "" && !strings.Contains(line, "-->"); {
			line, ok = l.next()
		}
	}
	style := false // a STYLE block that has not closed its braces goes on behind a blank line
	for ok && !r.full() {
		if !strings.Contains(line, "-->") {
			line, ok = r.vttBlock(&l, line, &style)
			continue
		}
		at, times, from := l.n, line, min(l.at, len(text))
		end := from
		for line, ok = l.next(); ok && line != "" && !strings.Contains(line, "-->"); {
			end = min(l.at, len(text))
			line, ok = l.next()
		}
		r.vttCue(at, times, text[from:end], time)
	}
}

// vttCue takes a cue: the number of its time line, that line, and its text.
func (r *reading) vttCue(at int, times, body string, time func(*clock) int64) {
	c := rawCue{line: at}
	t := clock{rest: times}
	t.space()
	c.StartMs = time(&t)
	t.space()
	t.want("-->")
	t.space()
	c.EndMs = time(&t)
	if len(body) > srtBody {
		r.lost(at, "the cue is longer than 2000 bytes; what follows is left out", body[srtBody:])
		body = strings.ToValidUTF8(body[:srtBody], "")
	}
	read := vttText(body)
	c.Text, c.names = plainLines(read.text), read.voices
	if t.bad {
		r.badTimes = true
		r.lost(at, "the time line cannot be read; 00:01:02.500 --> 00:01:04.000 can", cmp.Or(c.Text, times))
		return
	}
	if read.hidden != "" {
		r.lost(at, "players hide what stands in a tag that WebVTT does not know", read.hidden)
	}
	c.timed, c.Settings = read.timed, vttSettings(t.rest)
	r.add(c)
}

// vttBlock passes a block without a time line, of which line is the first, and gives the line after it. NOTE, STYLE and REGION blocks, and an id before a
// time line, are no cues; any other text has lost its time.
func (r *reading) vttBlock(l *lines, first string, style *bool) (line string, ok bool) {
	at, from := l.n, max(l.at-len(first)-1, 0)
	end, last := from, from
	for line, ok = first, true; ok && line != "" && !strings.Contains(line, "-->"); {
		end, last = min(l.at, len(l.text)), end
		line, ok = l.next()
	}
	if ok && line != "" { // a time line follows: what stands right before it is its id
		end = last
	}
	body := l.text[from:end]
	if ok && line == "" {
		line, ok = l.next()
	}
	switch name := strings.TrimRight(first, " \t"); {
	case strings.TrimSpace(body) == "":
		return line, ok
	case name == "STYLE" || *style:
		*style = strings.Count(body, "{") > strings.Count(body, "}") || *style && !strings.Contains(body, "}")
		return line, ok
	case name == "REGION", name == "NOTE", strings.HasPrefix(name, "NOTE "), strings.HasPrefix(name, "NOTE\t"), strings.HasPrefix(name, "Region:"):
		return line, ok
	}
	r.lost(at, "there is no time line before it", plainLines(cutBytes(body, 1000)))
	return line, ok
}
