package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

var rangeCases = []struct {
	name, header string
	size         int64
	want         wanted
	span         span
}{
	{"no header gives the whole", "", 1000, rangeWhole, span{}},
	{"first 500 bytes", "bytes=0-499", 1000, rangePart, span{0, 500}},
	{"second 500 bytes", "bytes=500-999", 1000, rangePart, span{500, 500}},
	{"one byte", "bytes=0-0", 1000, rangePart, span{0, 1}},
	{"from a byte to the end", "bytes=950-", 1000, rangePart, span{950, 50}},
	{"the last 100 bytes", "bytes=-100", 1000, rangePart, span{900, 100}},
	{"a suffix longer than all gives all", "bytes=-5000", 1000, rangePart, span{0, 1000}},
	{"an end beyond the end is cut", "bytes=900-5000", 1000, rangePart, span{900, 100}},
	{"an end beyond every number is cut", "bytes=900-99999999999999999999999999", 1000, rangePart, span{900, 100}},
	{"a suffix beyond every number gives all", "bytes=-99999999999999999999999999", 1000, rangePart, span{0, 1000}},
	{"units in capitals are the same", "Bytes=1-2", 1000, rangePart, span{1, 2}},
	{"blanks and empty elements count as nothing", "bytes=, 1-2 ,", 1000, rangePart, span{1, 2}},
	{"a begin at the end cannot be given", "bytes=1000-", 1000, rangeNone, span{}},
	{"a begin beyond every number cannot be given", "bytes=99999999999999999999999999-", 1000, rangeNone, span{}},
	{"the last no bytes cannot be given", "bytes=-0", 1000, rangeNone, span{}},
	{"nothing can be given of nothing", "bytes=0-", 0, rangeNone, span{}},
	{"no suffix can be given of nothing", "bytes=-5", 0, rangeNone, span{}},
	{"two ranges give the whole", "bytes=0-1,5-6", 1000, rangeWhole, span{}},
	{"an end before the begin is ignored", "bytes=5-4", 1000, rangeWhole, span{}},
	{"another unit is ignored", "seconds=1-2", 1000, rangeWhole, span{}},
	{"no dash is ignored", "bytes=5", 1000, rangeWhole, span{}},
	{"a dash alone is ignored", "bytes=-", 1000, rangeWhole, span{}},
	{"a sign is ignored", "bytes=+1-2", 1000, rangeWhole, span{}},
	{"two dashes are ignored", "bytes=1--2", 1000, rangeWhole, span{}},
	{"blanks inside are ignored", "bytes=1 -2", 1000, rangeWhole, span{}},
	{"no set is ignored", "bytes=", 1000, rangeWhole, span{}},
	{"digits of another script are ignored", "bytes=٠-٩", 1000, rangeWhole, span{}},
}

func TestParseRange(t *testing.T) {
	for _, c := range rangeCases {
		t.Run(c.name, func(t *testing.T) {
			got, want := parseRange(c.header, c.size)
			if got != c.span || want != c.want {
				t.Errorf("parseRange(%q, %d) = %v, %d, want %v, %d (%s)", c.header, c.size, got, want, c.span, c.want, c.name)
			}
		})
	}
}

// FuzzParseRange: what is given lies within the object, whatever is asked.
func FuzzParseRange(f *testing.F) {
	for _, c := range rangeCases {
		f.Add(c.header, c.size)
	}
	f.Fuzz(func(t *testing.T, header string, size int64) {
		if size < 0 {
			return
		}
		got, want := parseRange(header, size)
		if want == rangePart && (got.off < 0 || got.n < 1 || got.off > size-got.n) {
			t.Errorf("parseRange(%q, %d) = %v, want a stretch of the object", header, size, got)
		}
		if want != rangePart && got != (span{}) {
			t.Errorf("parseRange(%q, %d) = %v and no part of the object", header, size, got)
		}
		if want == rangePart {
			again, _ := parseRange(fmt.Sprintf("bytes=%d-%d", got.off, got.off+got.n-1), size)
			if again != got {
				t.Errorf("parseRange(%q, %d) = %v, which asked for plainly is %v", header, size, got, again)
			}
		}
	})
}

func TestPreconditions(t *testing.T) {
	const tag = `"abc-gz"`
	for _, c := range []struct {
		name, header, value string
		want                int
	}{
		{"nothing asked", "X", "", 0},
		{"the same is not modified", "If-None-Match", tag, 304},
		{"the same, weakly, is not modified", "If-None-Match", "W/" + tag, 304},
		{"the same uncompressed is not modified", "If-None-Match", `"abc"`, 304},
		{"one of several is not modified", "If-None-Match", `"x", "y",` + tag, 304},
		{"a star is not modified", "If-None-Match", "*", 304},
		{"another is given", "If-None-Match", `"abd"`, 0},
		{"what cannot be read is given", "If-None-Match", `abc`, 0},
		{"an open quote is given", "If-None-Match", `"abc`, 0},
		{"a comma within a tag parts nothing", "If-None-Match", `"x,` + tag, 0},
		{"If-Match of the same goes on", "If-Match", tag, 0},
		{"If-Match of a star goes on", "If-Match", "*", 0},
		{"If-Match of another fails", "If-Match", `"abd"`, 412},
		{"If-Match is compared strongly", "If-Match", "W/" + tag, 412},
		{"If-Match is of these very bytes", "If-Match", `"abc"`, 412},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &http.Request{Header: http.Header{c.header: {c.value}}}
			if got := preconditions(r, tag); got != c.want {
				t.Errorf("preconditions(%s: %s) = %d, want %d (%s)", c.header, c.value, got, c.want, c.name)
			}
		})
	}
}

func TestTakesGzip(t *testing.T) {
	for header, want := range map[string]bool{
		"":                         false,
		"gzip":                     true,
		"gzip, deflate, br":        true,
		"br;q=1.0, GZIP;q=0.8":     true,
		"gzip;q=0":                 false,
		"gzip; q=0.000, *":         false,
		"*":                        true,
		"*;q=0":                    false,
		"identity":                 false,
		"deflate, x-gzip":          true,
		"br":                       false,
		"gzip;q=nonsense":          true,
		strings.Repeat(",", 10000): false,
	} {
		if got := takesGzip([]string{header}); got != want {
			t.Errorf("takesGzip(%.40q) = %v, want %v", header, got, want)
		}
	}
}
