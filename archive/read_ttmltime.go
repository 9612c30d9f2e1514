package archive

import (
	"strconv"
	"strings"
)

// ttmlRates are what times in frames and ticks are counted with, each in a second.
type ttmlRates struct {
	frame, tick float64
	sub         float64 // parts of a frame
}

// set takes the parameters of a document (TTML1, section 6.2).
func (r *ttmlRates) set(a map[string]string) {
	number := func(s string) float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil || !(v > 0 && v < 1e10) {
			return 0
		}
		return v
	}
	frame := number(a["frameRate"])
	if frame > 0 {
		r.frame = frame
	}
	if by := strings.FieldsFunc(a["frameRateMultiplier"], func(c rune) bool { return c == ' ' || c == ':' }); len(by) == 2 {
		if over, under := number(by[0]), number(by[1]); over > 0 && under > 0 {
			r.frame *= over / under
		}
	}
	r.sub = number(a["subFrameRate"])
	switch tick := number(a["tickRate"]); {
	case tick > 0:
		r.tick = tick
	case frame > 0:
		r.tick = r.frame * max(r.sub, 1)
	}
}

// read reads a time expression (TTML1, section 10.3.1): 00:01:02.5, 00:01:02:12 with frames, or 62.5s, 1.5m, 200ms, 30f, 10000t. A comma is taken for a
// point, as tools write it. It is in ms.
func (r *ttmlRates) read(s string) (ms int64, ok bool) {
	s = strings.ReplaceAll(strings.TrimSpace(s), ",", ".")
	if !strings.Contains(s, ":") {
		return r.offset(s)
	}
	parts := strings.Split(cutBytes(s, 40), ":")
	if len(parts) != 3 && len(parts) != 4 {
		return 0, false
	}
	var at float64
	for i, p := range parts[:3] {
		v, err := strconv.ParseFloat(p, 64)
		if err != nil || !(v >= 0 && v < 1e6) || strings.Trim(p, "0123456789.") != "" || i < 2 && strings.Contains(p, ".") {
			return 0, false
		}
		at = at*60 + v
	}
	if len(parts) == 4 {
		frames, sub, _ := strings.Cut(parts[3], ".")
		v, err := strconv.ParseFloat(frames, 64)
		if err != nil || !(v >= 0 && v < 1e6) {
			return 0, false
		}
		if n, err := strconv.ParseFloat(sub, 64); err == nil && r.sub > 0 {
			v += n / r.sub
		}
		at += v / r.frame
	}
	return int64(at*1000 + 0.5), true
}

func (r *ttmlRates) offset(s string) (ms int64, ok bool) {
	number := strings.TrimRight(s, "hmsft")
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || !(v >= 0 && v < 1e15) || strings.Trim(number, "0123456789.") != "" {
		return 0, false
	}
	switch s[len(number):] {
	case "h":
		v *= 3600
	case "m":
		v *= 60
	case "s":
	case "ms":
		v /= 1000
	case "f":
		v /= r.frame
	case "t":
		v /= r.tick
	default:
		return 0, false
	}
	if v > 1e7 {
		return 0, false
	}
	return int64(v*1000 + 0.5), true
}

// time finds when an element begins and ends within the one around it. why says what cannot be read of it.
func (t *ttmlReader) time(node *ttmlNode, a map[string]string) (why string) {
	around := ttmlNode{end: -1}
	if n := len(t.open); n > 0 {
		around = t.open[n-1]
	}
	from := around.begin
	if around.seq {
		from = max(from, around.next)
	}
	node.begin, node.end, node.next = from, around.end, from
	var read [3]int64
	for i, name := range []string{"begin", "end", "dur"} {
		if read[i] = -1; a[name] != "" {
			v, ok := t.rates.read(a[name])
			if !ok {
				return "its " + name + " " + quote(a[name]) + " cannot be read; 00:01:02.500, 62.5s and 100f can"
			}
			read[i] = v
		}
	}
	if read[0] >= 0 {
		node.begin = from + read[0]
	}
	// Some tools write times of the document where those within the element around are meant. One that would begin after that has ended is such a time:
	// as it is written, nobody would ever see it.
	if around.end >= 0 && node.begin > around.end && read[0] >= around.begin {
		from, node.begin, node.end = 0, read[0], -1
	}
	if read[1] >= 0 {
		node.end = from + read[1]
	}
	if end := node.begin + read[2]; read[2] >= 0 && (read[1] < 0 || end < node.end) {
		node.end = end
	}
	return ""
}
