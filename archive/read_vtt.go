package archive

import (
	"fmt"
	"html"
	"regexp"
	"strings"
)

// WebVTT is read as the W3C's parser does (https://www.w3.org/TR/webvtt1/, section 6), but for two things: a file without its header is read all the
// same, and what the parser drops in silence is told.

var vttTimes = regexp.MustCompile(`^[ \t\f]*(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})[ \t\f]*-->[ \t\f]*(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})(.*)$`)

func readVTT(text string) (cues []Cue, unread []Unread) {
	lines := strings.Split(text, "\n")
	speakers := speakerNames{}
	i := 0
	if strings.HasPrefix(text, "WEBVTT") {
		for i < len(lines) && lines[i] != "" && !strings.Contains(lines[i], "-->") {
			i++
		}
	}
	for i < len(lines) {
		if !strings.Contains(lines[i], "-->") {
			i = skipBlock(lines, i)
			continue
		}
		m := vttTimes.FindStringSubmatch(lines[i])
		at := i
		i++
		from := i
		for i < len(lines) && lines[i] != "" && !strings.Contains(lines[i], "-->") {
			i++
		}
		body := lines[from:i]
		if m == nil {
			unread = append(unread, Unread{Line: at + 1, Why: "the time line cannot be read; 00:01:02.500 --> 00:01:04.000 can", Text: cut(strings.Join(body, "\n"))})
			continue
		}
		c := Cue{StartMs: clockMs(m[1:5]), EndMs: clockMs(m[5:9]), Settings: vttSettings(m[9])}
		c.Text, c.Speaker = vttText(strings.Join(body, "\n"), speakers)
		if c.EndMs <= c.StartMs {
			unread = append(unread, Unread{Line: at + 1, Why: "it ends before it begins", Text: cut(c.Text)})
			continue
		}
		cues = append(cues, c)
	}
	return cues, unread
}

// skipBlock passes an id, a NOTE, STYLE or REGION block, or blank lines: up to the next blank line, or to a time line.
func skipBlock(lines []string, i int) int {
	i++
	for i < len(lines) && lines[i-1] != "" && !strings.Contains(lines[i], "-->") {
		i++
	}
	return i
}

var vttSetting = regexp.MustCompile(`^(?:vertical:(?:rl|lr)|line:-?\d{1,4}(?:\.\d{1,3})?%?(?:,(?:start|center|end))?|position:\d{1,3}(?:\.\d{1,3})?%(?:,(?:line-left|center|line-right))?|size:\d{1,3}(?:\.\d{1,3})?%|align:(?:start|center|end|left|right))$`)

// vttSettings keeps the settings that are well formed; regions are not kept.
func vttSettings(s string) string {
	var keep []string
	for _, f := range strings.Fields(s) {
		if vttSetting.MatchString(f) {
			keep = append(keep, f)
		}
	}
	return strings.Join(keep, " ")
}

// speakerNames gives the names of a file numbers, in the order in which they come: a participant's name is published by nobody's accident.
type speakerNames map[string]int

func (n speakerNames) of(name string) string {
	name = strings.Join(strings.Fields(name), " ")
	if name == "" {
		return ""
	}
	if _, ok := n[name]; !ok {
		n[name] = len(n) + 1
	}
	return fmt.Sprintf("Speaker %d", n[name])
}

// vttTag is a start or end tag, or a time inside a cue (section 6.4). A < that begins none of the known tags is what was said.
var vttTag = regexp.MustCompile(`<(?:(/?)(c|i|b|u|v|ruby|rt|lang)(?:\.[^\s<>]*)?(?:[ \t\n]([^<>]*))?|\d{2,}(?::\d{2}){1,2}\.\d{3})>`)

// vttText takes tags off, decodes character references, and gives the first voice that the cue names.
func vttText(s string, speakers speakerNames) (text, speaker string) {
	for _, m := range vttTag.FindAllStringSubmatch(s, -1) {
		if m[1] == "" && m[2] == "v" && speaker == "" {
			speaker = speakers.of(html.UnescapeString(m[3]))
		}
	}
	return strings.TrimSpace(html.UnescapeString(markup.ReplaceAllString(vttTag.ReplaceAllString(s, ""), ""))), speaker
}
