package archive

import (
	"bytes"
	"encoding/xml"
	"path"
	"strings"
)

// formatOf tells the format from the text, and from the name's ending only between formats that look alike. "" is none that is read.
func formatOf(text, name string) TextFormat {
	head := strings.TrimLeft(text, " \t\n")
	switch {
	case strings.HasPrefix(text, "WEBVTT"):
		return VTT
	case strings.HasPrefix(head, `{\rtf`):
		return ""
	case strings.HasPrefix(head, "<"):
		switch root(head) {
		case "tt":
			return TTML
		case "sami":
			return ""
		}
	case hasPrefixFold(head, "[Script Info]"), strings.Contains(text, "\n[Events]"):
		return ASS
	}
	switch ending := strings.ToLower(path.Ext(name)); {
	case !strings.Contains(text, "->"):
	case ending == ".vtt" && strings.Contains(text, "-->"):
		return VTT
	default:
		return SRT
	}
	return ""
}

// root is the name of an XML document's outermost element, in small letters; "" where it has none.
func root(text string) string {
	d := xmlReader(text)
	for {
		switch t, err := d.RawToken(); t := t.(type) {
		case xml.StartElement:
			return strings.ToLower(t.Name.Local)
		case nil:
			_ = err // whatever is wrong with it, it has no root
			return ""
		}
	}
}

// otherFormat names a format that is not read, so that whoever has it knows what to export anew.
func otherFormat(text string) string {
	head := strings.TrimLeft(text, " \t\n\uFEFF")
	switch {
	case strings.TrimSpace(text) == "":
		return "empty"
	case hasPrefixFold(head, "<sami"):
		return "SAMI"
	case strings.HasPrefix(head, `{\rtf`):
		return "a document of a word processor (RTF)"
	case strings.HasPrefix(head, "Scenarist_SCC"):
		return "SCC"
	case strings.HasPrefix(head, "{") && strings.Contains(cutBytes(head, 40), "}{"):
		return "MicroDVD"
	}
	return "none of those"
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// isSTL is true of what begins as EBU STL does: a code page, then "STL25.01" or "STL30.01".
func isSTL(data []byte) bool {
	return len(data) >= stlHead && bytes.HasPrefix(data[3:], []byte("STL")) && data[8] == '.'
}
