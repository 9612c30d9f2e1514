package archive

import (
	"slices"
	"strings"
)

// SSA and ASS are read for what is said and when: the Dialogue lines of the [Events] section, by the columns that its Format line names. A line that cannot be
// read costs itself alone.

var assColumns = []string{"layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text"}

func (r *reading) ass(text string) {
	columns := assColumns
	events := false
	l := lines{text: text}
	for line, ok := l.next(); ok && !r.full(); line, ok = l.next() {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") {
			events = hasPrefixFold(line, "[events]")
			continue
		}
		if !events || line == "" || line[0] == ';' || line[0] == '!' {
			continue
		}
		kind, rest, _ := strings.Cut(line, ":")
		switch strings.ToLower(kind) {
		case "format":
			columns = nil
			for c := range strings.SplitSeq(cutBytes(rest, 1000), ",") {
				columns = append(columns, strings.ToLower(strings.TrimSpace(c)))
			}
		case "dialogue":
			r.assLine(l.n, strings.SplitN(rest, ",", max(len(columns), 1)), columns)
		case "comment", "picture", "sound", "movie", "command":
		default:
			r.lost(l.n, "it is none of the lines that [Events] may have", line)
		}
	}
}

func (r *reading) assLine(at int, fields, columns []string) {
	field := func(names ...string) string {
		for _, name := range names {
			if i := slices.Index(columns, name); i >= 0 && i < len(fields) {
				return strings.TrimSpace(fields[i])
			}
		}
		return ""
	}
	if len(fields) < len(columns) {
		r.lost(at, "it has fewer columns than its Format line", strings.Join(fields, ","))
		return
	}
	c := rawCue{line: at}
	c.Text = plainLines(assText(field("text")))
	if who := oneSpace(field("name", "actor")); who != "" {
		c.names = []string{who}
	}
	from, to := clock{rest: field("start")}, clock{rest: field("end")}
	c.StartMs, c.EndMs = from.srt(), to.srt()
	if from.bad || to.bad || from.rest != "" || to.rest != "" {
		r.lost(at, "its times cannot be read; 0:01:02.50 can", c.Text)
		return
	}
	r.add(c)
}

var assBreaks = strings.NewReplacer(`\N`, "\n", `\n`, "\n", `\h`, "\u00a0")

// assText takes the {commands} off a text, and what is drawn and not said: all between {\p1} and {\p0}.
func assText(s string) string {
	if len(s) > srtBody {
		s = strings.ToValidUTF8(s[:srtBody], "")
	}
	var b strings.Builder
	drawing := false
	for {
		before, rest, open := strings.Cut(s, "{")
		commands, after, closed := strings.Cut(rest, "}")
		if !drawing {
			b.WriteString(before)
			if open && !closed {
				b.WriteString("{" + rest)
			}
		}
		if !closed {
			return assBreaks.Replace(b.String())
		}
		for c := range strings.SplitSeq(commands, `\`) {
			if n := strings.TrimSpace(strings.TrimPrefix(c, "p")); strings.HasPrefix(c, "p") && n != "" && strings.Trim(n, "0123456789") == "" {
				drawing = strings.Trim(n, "0") != ""
			}
		}
		s = after
	}
}
