package archive

import (
	"strings"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// stlTable gives the characters that a table's number in the head of an STL file means; nil for none.
func stlTable(number string) *stlCharacters {
	iso := func(name string, m *charmap.Charmap) *stlCharacters {
		return &stlCharacters{name, func(b []byte) string {
			return stlLines(b, func(b []byte) string {
				s, _ := m.NewDecoder().Bytes(b) // what it does not know becomes �
				return string(s)
			})
		}}
	}
	switch number {
	case "00":
		return &stlCharacters{"iso-6937", func(b []byte) string { return stlLines(b, latin6937) }}
	case "01":
		return iso("iso-8859-5", charmap.ISO8859_5)
	case "02":
		return iso("iso-8859-6", charmap.ISO8859_6)
	case "03":
		return iso("iso-8859-7", charmap.ISO8859_7)
	case "04":
		return iso("iso-8859-8", charmap.ISO8859_8)
	}
	return nil
}

// The upper half of ISO/IEC 6937 as EBU Tech 3264 has it, from A0 on, sixteen in a row; � where there is none. C1 to CF are marks that stand before their
// letter.
var upper6937 = []rune("\u00a0¡¢£$¥#§¤‘“«←↑→↓" +
	"°±²³×µ¶·÷’”»¼½¾¿" +
	"�\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u0308\u030a\u0327\u0332\u030b\u0328\u030c" +
	"―¹®©™♪¬¦����⅛⅜⅝⅞" +
	"ΩÆĐªĦ�ĲĿŁØŒºÞŦŊŉ" +
	"ĸæđðħıĳŀłøœßþŧŋ\u00ad")

// latin6937 reads ISO/IEC 6937.
func latin6937(b []byte) string {
	var out strings.Builder
	var mark rune
	for _, c := range b {
		r := rune(c)
		if c >= 0xa0 {
			r = upper6937[c-0xa0]
		} else if c == '$' {
			r = '$' // the table has ¤ here, which nobody means
		}
		if c >= 0xc1 && c <= 0xcf {
			mark = r
			continue
		}
		out.WriteRune(r)
		if mark != 0 {
			out.WriteRune(mark)
			mark = 0
		}
	}
	return norm.NFC.String(out.String())
}
