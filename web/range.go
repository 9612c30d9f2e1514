package web

import (
	"net/http"
	"strings"
)

// span is a stretch of a representation: n bytes from off.
type span struct{ off, n int64 }

// wanted is what a Range header asks for.
type wanted byte

const (
	rangeWhole wanted = iota // no range, or one that RFC 9110 lets a server ignore
	rangePart                // one that can be given
	rangeNone                // one that lies beyond the end: 416
)

// parseRange reads a Range header (RFC 9110, 14.1 and 14.2) against a representation of size bytes. What is ignored, so that the whole is given: other
// units than bytes, what cannot be read, and more than one range: "a server MAY ignore the Range header field", and no player asks for several.
func parseRange(header string, size int64) (span, wanted) {
	unit, set, ok := strings.Cut(header, "=")
	if !ok || !strings.EqualFold(unit, "bytes") {
		return span{}, rangeWhole
	}
	one := ""
	for item := range strings.SplitSeq(set, ",") {
		if item = strings.Trim(item, " \t"); item == "" {
			continue // empty elements of a list count as nothing (5.6.1.2)
		}
		if one != "" {
			return span{}, rangeWhole
		}
		one = item
	}
	first, last, ok := strings.Cut(one, "-")
	if !ok {
		return span{}, rangeWhole
	}
	if first == "" {
		return suffix(last, size)
	}
	from, ok1 := decimal(first)
	to, ok2 := size-1, true
	if last != "" {
		to, ok2 = decimal(last)
	}
	switch {
	case !ok1, !ok2, last != "" && to < from:
		return span{}, rangeWhole
	case from >= size:
		return span{}, rangeNone
	}
	return span{from, min(to, size-1) - from + 1}, rangePart
}

// suffix reads "-500": the last 500 bytes.
func suffix(digits string, size int64) (span, wanted) {
	n, ok := decimal(digits)
	switch {
	case !ok:
		return span{}, rangeWhole
	case n == 0 || size == 0:
		return span{}, rangeNone
	}
	n = min(n, size)
	return span{size - n, n}, rangePart
}

// decimal reads a number of digits alone; one that is too large for an int64 counts as the largest.
func decimal(s string) (int64, bool) {
	const most = 1<<63 - 1
	if s == "" {
		return 0, false
	}
	var n int64
	for i := range len(s) {
		d := int64(s[i]) - '0'
		if d < 0 || d > 9 {
			return 0, false
		}
		if n > (most-d)/10 {
			n = most
			continue
		}
		n = 10*n + d
	}
	return n, true
}

// preconditions holds If-Match and If-None-Match against the strong tag of what would be given (RFC 9110, 13.2.2); 0: go on. There are no dates of change here: fields
// that compare one are ignored, as 13.1.3 and 13.1.4 say.
func preconditions(r *http.Request, tag string) int {
	if match := r.Header["If-Match"]; match != nil && !anyTag(match, tag, true) {
		return http.StatusPreconditionFailed
	}
	if no := r.Header["If-None-Match"]; no != nil && anyTag(no, tag, false) {
		return http.StatusNotModified
	}
	return 0
}

// rangeHolds says whether a Range is to be looked at: there is no If-Range, or it names the very representation. A date never does.
func rangeHolds(r *http.Request, tag string) bool {
	cond := r.Header["If-Range"]
	return cond == nil || len(cond) == 1 && strings.Trim(cond[0], " \t") == tag
}

// anyTag is true where a list of entity tags has tag, or is *. Compared strongly, a weak tag equals none; compared weakly, W/ counts for nothing, nor does it
// matter whether a body was compressed.
func anyTag(lines []string, tag string, strong bool) bool {
	for _, line := range lines {
		for line = strings.TrimLeft(line, " \t,"); line != ""; line = strings.TrimLeft(line, " \t,") {
			if line[0] == '*' {
				return true
			}
			found, rest, ok := cutTag(line)
			if !ok {
				break
			}
			line = rest
			switch {
			case found == tag:
				return true
			case !strong && plainTag(found) == plainTag(tag):
				return true
			}
		}
	}
	return false
}

// cutTag takes the entity tag that s begins with, W/ and quotes and all.
func cutTag(s string) (tag, rest string, ok bool) {
	start := 0
	if strings.HasPrefix(s, "W/") {
		start = 2
	}
	if len(s) <= start || s[start] != '"' {
		return "", "", false
	}
	end := strings.IndexByte(s[start+1:], '"')
	if end < 0 {
		return "", "", false
	}
	end += start + 2
	return s[:end], s[end:], true
}

func plainTag(tag string) string {
	tag = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(tag, "W/"), `"`), `"`)
	return strings.TrimSuffix(tag, zipMark)
}
