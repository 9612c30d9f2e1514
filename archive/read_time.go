package archive

import "strings"

// clock reads the times of subtitle files from the front of a text. bad stays true once something was not as it should be.
type clock struct {
	rest string
	bad  bool
}

// digits takes digits and gives their number and count; more than nine are bad.
func (c *clock) digits() (value int64, n int) {
	for n < len(c.rest) && c.rest[n] >= '0' && c.rest[n] <= '9' {
		if n < 9 {
			value = value*10 + int64(c.rest[n]-'0')
		}
		n++
	}
	c.rest = c.rest[n:]
	c.bad = c.bad || n > 9
	return value, n
}

// take takes one of these bytes, and gives it; 0: none of them is next.
func (c *clock) take(any string) byte {
	if c.rest == "" || strings.IndexByte(any, c.rest[0]) < 0 {
		return 0
	}
	b := c.rest[0]
	c.rest = c.rest[1:]
	return b
}

// want takes a text, or is bad.
func (c *clock) want(s string) {
	rest, ok := strings.CutPrefix(c.rest, s)
	c.rest, c.bad = rest, c.bad || !ok
}

func (c *clock) space() { c.rest = strings.TrimLeft(c.rest, " \t\f") }

// vtt takes a time as WebVTT's parser does (W3C WebVTT 1, section 6.1, "collect a WebVTT timestamp"), in ms.
func (c *clock) vtt() int64 {
	first, n := c.digits()
	c.bad = c.bad || n == 0
	hours := n != 2 || first > 59
	c.want(":")
	second, n2 := c.digits()
	c.bad = c.bad || n2 != 2
	var third int64
	if hours || strings.HasPrefix(c.rest, ":") {
		c.want(":")
		var n3 int
		third, n3 = c.digits()
		c.bad = c.bad || n3 != 2
	} else {
		first, second, third = 0, first, second
	}
	c.want(".")
	ms, n4 := c.digits()
	c.bad = c.bad || n4 != 3 || second > 59 || third > 59
	return ((first*60+second)*60+third)*1000 + ms
}

// srt takes a time as SubRip's tools write it, in ms: hours may be missing, the fraction may have one to three digits after a comma or a point, or be
// missing, too. After a colon three digits are a fraction, two are frames, of which a second is taken to have 25.
func (c *clock) srt() int64 {
	var parts []int64
	for len(parts) < 3 {
		v, n := c.digits()
		c.bad = c.bad || n == 0
		if parts = append(parts, v); len(parts) == 3 || c.take(":") == 0 {
			break
		}
	}
	c.bad = c.bad || len(parts) < 2
	var at int64
	for _, p := range parts {
		at = at*60 + p
	}
	at *= 1000
	if mark := c.take(",.:"); mark != 0 {
		v, n := c.digits()
		switch {
		case mark == ':' && n < 3:
			at += v * 40
		case n > 0:
			at += fraction(v, n)
		}
		c.bad = c.bad || n == 0
	}
	return at
}

// fraction gives the ms of a decimal fraction of a second, of n digits.
func fraction(v int64, n int) int64 {
	for ; n < 3; n++ {
		v *= 10
	}
	for ; n > 3; n-- {
		v /= 10
	}
	return v
}
