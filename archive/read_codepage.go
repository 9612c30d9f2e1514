package archive

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/saintfish/chardet"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
)

// codePages are the 8-bit encodings that are told apart.
var codePages = map[string]encoding.Encoding{
	"windows-1250": charmap.Windows1250,
	"windows-1251": charmap.Windows1251,
	"windows-1252": charmap.Windows1252,
	"windows-1253": charmap.Windows1253,
	"windows-1254": charmap.Windows1254,
	"windows-1255": charmap.Windows1255,
	"windows-1256": charmap.Windows1256,
	"koi8-r":       charmap.KOI8R,
	"iso-8859-5":   charmap.ISO8859_5,
	"iso-8859-6":   charmap.ISO8859_6,
	"iso-8859-2":   charmap.ISO8859_2,
}

// codePage tells the code page: of those that the language's script is written in the one whose text looks most like that script; where the language says
// nothing, what chardet thinks. ok is false for languages that none of them can write.
func codePage(data []byte, lang Language) (name string, ok bool) {
	primary, _, _ := strings.Cut(strings.ToLower(string(lang)), "-")
	var script *unicode.RangeTable
	var names []string
	switch primary {
	case "ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "tg":
		script, names = unicode.Cyrillic, []string{"windows-1251", "koi8-r", "iso-8859-5"}
	case "ar", "fa", "ur":
		script, names = unicode.Arabic, []string{"windows-1256", "iso-8859-6"}
	case "el":
		script, names = unicode.Greek, []string{"windows-1253"}
	case "he", "yi":
		script, names = unicode.Hebrew, []string{"windows-1255"}
	case "pl", "cs", "sk", "hu", "sl", "hr", "ro":
		names = []string{"windows-1250"}
	case "tr", "az":
		names = []string{"windows-1254"}
	case "", "mul", "und":
		names = []string{guess(data)}
	case "zh", "ja", "ko", "yue", "hi", "bn", "ta", "te", "ml", "mr", "gu", "kn", "pa", "ne", "si", "th", "lo", "km", "my", "ka", "hy", "am":
		return "", false
	default:
		names = []string{"windows-1252"}
	}
	best := -1 << 30
	for _, n := range names {
		if s := score(decoded(codePages[n], data), script); s > best {
			name, best = n, s
		}
	}
	return name, true
}

func guess(data []byte) string {
	if r, err := chardet.NewTextDetector().DetectBest(data); err == nil {
		name := strings.ToLower(r.Charset)
		if _, ok := codePages[name]; ok {
			return name
		}
	}
	return "windows-1252"
}

// score is how much a text looks like one of a script: its small letters count for it, capitals after small letters and control characters against.
func score(text string, script *unicode.RangeTable) int {
	n := 0
	last := ' '
	for _, r := range text {
		switch {
		case r == utf8.RuneError, unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r':
			n -= 10
		case script != nil && unicode.Is(script, r) && unicode.IsUpper(r) && unicode.IsLower(last):
			n -= 2
		case script != nil && unicode.Is(script, r):
			n++
		}
		last = r
	}
	return n
}
