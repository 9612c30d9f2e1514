package archive

import (
	"html"
	"strings"
)

// lines walks the lines of a text, without making a list of them: a hostile file has twenty million.
type lines struct {
	text string
	at   int // where the next line begins; beyond the text after the last one
	n    int // number of the line that next gave, from 1
}

// next gives the next line without its end; ok is false after the last.
func (l *lines) next() (line string, ok bool) {
	if l.at > len(l.text) {
		return "", false
	}
	l.n++
	rest := l.text[l.at:]
	end := strings.IndexByte(rest, '\n')
	if end < 0 {
		end = len(rest)
	}
	l.at += end + 1
	return rest[:end], true
}

// plainLines trims the lines of a cue and leaves out those without a letter.
func plainLines(s string) string {
	if !strings.Contains(s, "\n") {
		return strings.TrimSpace(s)
	}
	var b strings.Builder
	for line := range strings.SplitSeq(s, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(line)
		}
	}
	return b.String()
}

// unescape decodes the character references of a text that end in a semicolon; any other & is what was said.
func unescape(s string) string {
	if !strings.Contains(s, "&") {
		return s
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "&")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		end := strings.IndexByte(cutBytes(rest, 12), ';')
		b.WriteString(html.UnescapeString("&" + rest[:end+1]))
		s = rest[end+1:]
	}
}

// withoutMarkup takes off what subtitle tools write around words: the few HTML tags that players know, and the commands of ASS. Any other < or { is
// what was said.
func withoutMarkup(s string) string {
	if !strings.ContainsAny(s, "<{") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		n := strings.IndexAny(s[i:], "<{")
		if n < 0 {
			b.WriteString(s[i:])
			break
		}
		b.WriteString(s[i : i+n])
		i += n
		length, is := markupAt(s[i:])
		b.WriteString(is)
		i += length
	}
	return b.String()
}

// markupAt gives how long the markup is that a text begins with, and what stands for it: nothing, a line end for <br>, or its own < or { if it is none.
func markupAt(s string) (length int, is string) {
	const most = 300 // bytes of a tag
	head := cutBytes(s, most)
	if s[0] == '{' {
		end := strings.IndexAny(head[1:], "{}\n")
		if !strings.HasPrefix(s, `{\`) || end < 0 || head[1+end] != '}' {
			return 1, "{"
		}
		return end + 2, ""
	}
	end := strings.IndexAny(head[1:], "<>")
	if end < 0 || head[1+end] != '>' {
		return 1, "<"
	}
	name, _, _ := strings.Cut(strings.ToLower(strings.Trim(head[1:1+end], "/ ")), " ")
	switch name {
	case "br":
		return end + 2, "\n"
	case "i", "b", "u", "s", "font", "span", "em", "strong":
		return end + 2, ""
	}
	return 1, "<"
}

// cut keeps the beginning of a text for a message.
func cut(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	if r := []rune(cutBytes(s, 4*most)); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// cutBytes gives at most the first n bytes.
func cutBytes(s string, n int) string { return s[:min(len(s), n)] }
