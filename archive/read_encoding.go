package archive

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/saintfish/chardet"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	xunicode "golang.org/x/text/encoding/unicode"
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

// toUTF8 finds the encoding of a subtitle file and gives its text without a byte order mark. The declared language decides between code pages that
// fit alike.
func toUTF8(data []byte, lang Language) (text, name string, err error) {
	utf16 := func(e xunicode.Endianness, name string) (string, string, error) {
		out, err := xunicode.UTF16(e, xunicode.UseBOM).NewDecoder().Bytes(data)
		if err != nil {
			return "", "", &Unreadable{"it looks like UTF-16 and is not; saved as UTF-8 it can be read"}
		}
		return string(out), name, nil
	}
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return strings.ToValidUTF8(string(data[3:]), "�"), "utf-8", nil
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		return utf16(xunicode.LittleEndian, "utf-16le")
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		return utf16(xunicode.BigEndian, "utf-16be")
	}
	if even, odd := zeros(data); even+odd > len(data)/5 {
		if odd > even {
			return utf16(xunicode.LittleEndian, "utf-16le")
		}
		return utf16(xunicode.BigEndian, "utf-16be")
	}
	if utf8.Valid(data) {
		return string(data), "utf-8", nil
	}
	return codePage(data, lang)
}

// zeros counts the zero bytes at even and at odd places: a text in UTF-16 has many of them at one of the two.
func zeros(data []byte) (even, odd int) {
	for i, b := range data {
		if b == 0 && i%2 == 0 {
			even++
		} else if b == 0 {
			odd++
		}
	}
	return even, odd
}

// codePage tries the code pages of the language's script, takes the one whose text looks most like that script, and asks chardet where the language says
// nothing.
func codePage(data []byte, lang Language) (string, string, error) {
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
	default:
		names = []string{"windows-1252"}
	}
	best, bestName, bestScore := "", "", -1<<30
	for _, name := range names {
		out, err := codePages[name].NewDecoder().Bytes(data)
		if err != nil {
			continue
		}
		if s := score(string(out), script); s > bestScore {
			best, bestName, bestScore = string(out), name, s
		}
	}
	if bestName == "" {
		return "", "", &Unreadable{"its encoding cannot be told; saved as UTF-8 it can be read"}
	}
	return best, bestName, nil
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
