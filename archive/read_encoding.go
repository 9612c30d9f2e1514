package archive

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	xunicode "golang.org/x/text/encoding/unicode"
)

// toUTF8 finds the encoding of a subtitle file and gives its text without a byte order mark. known is what an earlier reading found, which counts before
// anything that could be guessed; the declared language decides between code pages that fit alike.
func toUTF8(data []byte, lang Language, known string) (text, name string, err error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return strings.ToValidUTF8(string(data[3:]), "�"), "utf-8", nil
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		return utf16(data, xunicode.LittleEndian, "utf-16le")
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		return utf16(data, xunicode.BigEndian, "utf-16be")
	}
	if e, ok := codePages[known]; ok {
		out, err := e.NewDecoder().Bytes(data)
		return string(out), known, err
	}
	switch even, odd := zeros(data); {
	case odd > len(data)/50 && odd > 9*even:
		return utf16(data, xunicode.LittleEndian, "utf-16le")
	case even > len(data)/50 && even > 9*odd:
		return utf16(data, xunicode.BigEndian, "utf-16be")
	case even+odd > len(data)/50:
		return "", "", &Unreadable{"it is no text: it is full of zero bytes; saved as UTF-8 it can be read"}
	}
	if utf8.Valid(data) {
		return string(data), "utf-8", nil
	}
	if mostlyUTF8(data) {
		return strings.ToValidUTF8(string(data), "�"), "utf-8", nil
	}
	if name, ok := declared(data); ok {
		out, err := codePages[name].NewDecoder().Bytes(data)
		return string(out), name, err
	}
	name, ok := codePage(sample(data), lang)
	if !ok {
		return "", "", &Unreadable{"its encoding cannot be told; saved as UTF-8 it can be read"}
	}
	out, err := codePages[name].NewDecoder().Bytes(data)
	return string(out), name, err
}

func utf16(data []byte, e xunicode.Endianness, name string) (string, string, error) {
	data = data[:len(data)&^1] // half a letter at the end is none
	out, err := xunicode.UTF16(e, xunicode.UseBOM).NewDecoder().Bytes(data)
	if err != nil {
		return "", "", &Unreadable{"it looks like UTF-16 and is not; saved as UTF-8 it can be read"}
	}
	return string(out), name, nil
}

// zeros counts the zero bytes at even and at odd places: a text in UTF-16 has its line ends and digits with a zero at one of the two, one of 8 bits has none.
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

// mostlyUTF8 is true of a file in UTF-8 that is damaged in a few places: twenty letters of several bytes for one that is none. In a code page, hardly any
// two letters make one of UTF-8.
func mostlyUTF8(data []byte) bool {
	good, bad := 0, 0
	for len(data) > 0 {
		if data[0] < utf8.RuneSelf {
			data = data[1:]
			continue
		}
		r, n := utf8.DecodeRune(data)
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		data = data[n:]
	}
	return good > 20*bad
}

var xmlEncoding = regexp.MustCompile(`^\s*<\?xml[^>]{0,100}encoding=["']([A-Za-z0-9_-]{1,30})["']`)

// declared gives the code page that an XML document says it is in.
func declared(data []byte) (name string, ok bool) {
	m := xmlEncoding.FindSubmatch(data[:min(len(data), 300)])
	if m == nil {
		return "", false
	}
	name = strings.ToLower(string(m[1]))
	if name == "iso-8859-1" {
		name = "windows-1252"
	}
	_, ok = codePages[name]
	return name, ok
}

// sample takes those lines of a file that have letters beyond ASCII, for guessing: what they say of the code page, a hundredth of them says as well.
func sample(data []byte) []byte {
	const most = 100_000 // bytes
	var out []byte
	for len(data) > 0 && len(out) < most {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		if bytes.ContainsFunc(line[:min(len(line), most)], func(r rune) bool { return r >= utf8.RuneSelf }) {
			out = append(append(out, line[:min(len(line), most)]...), '\n')
		}
		data = rest
	}
	return out
}

// decoded gives bytes as a code page reads them.
func decoded(e encoding.Encoding, data []byte) string {
	out, _ := e.NewDecoder().Bytes(data) // a code page of 8 bits reads everything: what it does not know becomes �
	return string(out)
}
