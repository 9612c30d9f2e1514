package web

import (
	"bytes"
	"encoding/xml"
	"strings"
)

// xmlFile writes an XML file, an element a line. Text is text: what XML 1.0 cannot hold (section 2.2: control characters, broken letters) is left out.
type xmlFile struct {
	bytes.Buffer
	open []string
}

func newXML() *xmlFile {
	x := &xmlFile{}
	x.WriteString(strings.TrimSpace(xml.Header))
	return x
}

// start opens an element; attrs are names and values in turn, and those without a value are left out.
func (x *xmlFile) start(name string, attrs ...string) {
	x.tag(name, attrs)
	x.WriteByte('>')
	x.open = append(x.open, name)
}

// end closes the element that was opened last.
func (x *xmlFile) end() {
	name := x.open[len(x.open)-1]
	x.open = x.open[:len(x.open)-1]
	x.line()
	x.WriteString("</" + name + ">")
}

// empty writes an element that holds nothing.
func (x *xmlFile) empty(name string, attrs ...string) {
	x.tag(name, attrs)
	x.WriteString("/>")
}

// leaf writes an element that holds text alone. Lines of it are parted by the element br, or by spaces where br is empty.
func (x *xmlFile) leaf(br, name, text string, attrs ...string) {
	x.tag(name, attrs)
	x.WriteByte('>')
	for i, line := range textLines(text) {
		switch {
		case i > 0 && br != "":
			x.WriteString("<" + br + "/>")
		case i > 0:
			x.WriteByte(' ')
		}
		x.text(line)
	}
	x.WriteString("</" + name + ">")
}

// bytes gives the whole file.
func (x *xmlFile) bytes() []byte {
	for len(x.open) > 0 {
		x.end()
	}
	x.WriteByte('\n')
	return x.Bytes()
}

func (x *xmlFile) tag(name string, attrs []string) {
	x.line()
	x.WriteString("<" + name)
	for i := 0; i+1 < len(attrs); i += 2 {
		if attrs[i+1] != "" {
			x.WriteString(" " + attrs[i] + `="`)
			x.text(attrs[i+1])
			x.WriteByte('"')
		}
	}
}

func (x *xmlFile) line() {
	x.WriteByte('\n')
	for range x.open {
		x.WriteByte(' ')
	}
}

func (x *xmlFile) text(s string) { _ = xml.EscapeText(&x.Buffer, []byte(xmlText(s))) } // a buffer takes all

// xmlText gives a text without what XML cannot hold.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r', ' ' <= r && r < 0xFFFE, 0x10000 <= r && r <= 0x10FFFF:
			return r
		}
		return -1
	}, s)
}

// textLines gives the lines of a text that are not blank, trimmed.
func textLines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
