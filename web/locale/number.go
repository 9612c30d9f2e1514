package locale

import (
	"strconv"
	"strings"
)

// nbsp keeps a number and its unit on one line.
const nbsp = "\u00a0"

// Number writes a whole number with the language's separator of thousands, from 10,000 on: 9999, 61,204.
func (l Lang) Number(n int64) string {
	s := strconv.FormatInt(max(n, -n), 10)
	if len(s) > 4 {
		for i := len(s) - 3; i > 0; i -= 3 {
			s = s[:i] + l.Say("number.group") + s[i:]
		}
	}
	if n < 0 {
		return "-" + s
	}
	return s
}

// Size writes a number of bytes in the unit that leaves at most three digits, with one decimal below ten: 9 kB, 1.2 MB, 237 MB. Units are decimal.
func (l Lang) Size(bytes int64) string {
	const kilo = 1000
	v, key := float64(bytes)/kilo, "size.kb"
	for _, next := range []string{"size.mb", "size.gb"} {
		if v < kilo-0.5 {
			break
		}
		v, key = v/kilo, next
	}
	digits := 0
	if v < 9.95 && key != "size.kb" {
		digits = 1
	}
	if key == "size.kb" && bytes > 0 {
		v = max(v, 1)
	}
	s := strings.TrimSuffix(strconv.FormatFloat(v, 'f', digits, 64), ".0")
	return l.Say(key, "n", strings.Replace(s, ".", l.Say("number.decimal"), 1))
}

// Rate writes how much data an hour takes: 16 MB an hour.
func (l Lang) Rate(bytes, ms int64) string {
	if ms <= 0 {
		return l.Say("size.hour", "size", l.Size(bytes))
	}
	const hour = 3_600_000
	return l.Say("size.hour", "size", l.Size(int64(float64(bytes)/float64(ms)*hour)))
}

// Decimal writes a number with one decimal, 12.3; from a hundred on, without.
func (l Lang) Decimal(v float64) string {
	if v >= 100 {
		return l.Number(int64(v + 0.5))
	}
	return strings.Replace(strconv.FormatFloat(v, 'f', 1, 64), ".", l.Say("number.decimal"), 1)
}
