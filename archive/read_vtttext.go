package archive

import (
	"html"
	"slices"
	"strings"
)

// vttSaid is what the text of a cue says.
type vttSaid struct {
	text   string
	voices []string // the names in <v>, each once, in order
	timed  bool     // its words are timed one by one
	hidden string   // what stood in a tag that nobody knows, and is shown by no player
}

// vttText reads a cue's text as WebVTT's tokenizer does (W3C WebVTT 1, section 6.4): a < begins a tag, whatever it is, which ends with the next > or with the
// cue. Character references are HTML's.
func vttText(s string) vttSaid {
	var out vttSaid
	var b strings.Builder
	for {
		text, rest, open := strings.Cut(s, "<")
		b.WriteString(html.UnescapeString(text))
		if !open {
			break
		}
		tag, after, closed := strings.Cut(rest, ">")
		if out.tag(tag); !closed {
			break
		}
		s = after
	}
	out.text = b.String()
	return out
}

// tag takes what stands between < and >.
func (v *vttSaid) tag(tag string) {
	name, _ := strings.CutPrefix(tag, "/")
	if end := strings.IndexAny(name, ". \t\n\f"); end >= 0 {
		name = name[:end]
	}
	switch name {
	case "v":
		_, who, _ := strings.Cut(strings.Map(func(r rune) rune {
			if r == '\n' || r == '\t' || r == '\f' {
				return ' '
			}
			return r
		}, tag), " ")
		if who = oneSpace(html.UnescapeString(who)); who != "" && !strings.HasPrefix(tag, "/") && !slices.Contains(v.voices, who) {
			v.voices = append(v.voices, who)
		}
	case "c", "i", "b", "u", "ruby", "rt", "lang", "":
	default:
		c := clock{rest: tag}
		if c.vtt(); !c.bad && c.rest == "" {
			v.timed = true
			return
		}
		if n, _ := markupAt("<" + tag + ">"); n == 1 {
			v.hidden = strings.TrimSpace(v.hidden + " <" + tag + ">")
		}
	}
}

// oneSpace puts one space for each run of them, and none around.
func oneSpace(s string) string { return strings.Join(strings.Fields(s), " ") }
