package archive

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// The most that is read of a subtitle file.
const (
	maxCues     = 50_000
	maxCueBytes = 2_000
)

// Unreadable is a subtitle file of which nothing can be used. Why is one line that says what would do.
type Unreadable struct{ Why string }

func (e *Unreadable) Error() string { return e.Why }

// ReadSubtitles reads a subtitle file: SRT, WebVTT, TTML, SSA/ASS or EBU STL, in UTF-8, UTF-16 or an 8-bit code page. name is the file's name, of which only
// the ending counts, and only where the bytes do not tell; lang is the declared language, which helps to tell the code page. No cue is lost in silence:
// what cannot be read is in Unread, with its line. A file that gives no cue at all is *Unreadable.
func ReadSubtitles(data []byte, name string, lang Language) (*ReadText, error) {
	if len(data) > maxText {
		return nil, &Unreadable{fmt.Sprintf("it has %d bytes; a subtitle file may have %d", len(data), maxText)}
	}
	if isSTL(data) {
		return readSTL(data)
	}
	text, encoding, err := toUTF8(data, lang)
	if err != nil {
		return nil, err
	}
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "�").Replace(text)
	out := &ReadText{Format: formatOf(text, name), Encoding: encoding}
	switch out.Format {
	case SRT:
		out.Cues, out.Unread = readSRT(text)
	case VTT:
		out.Cues, out.Unread = readVTT(text)
	case TTML, ASS:
		out.Cues, err = readForeign(out.Format, text)
	default:
		return nil, &Unreadable{"it is none of the subtitle formats that are read: SRT, WebVTT, TTML, ASS or EBU STL"}
	}
	if err != nil {
		return nil, err
	}
	return out, out.tidy()
}

// tidy holds the cues against the limits and puts them in order.
func (t *ReadText) tidy() error {
	if len(t.Cues) > maxCues {
		return &Unreadable{fmt.Sprintf("it has %d cues; %d are the most", len(t.Cues), maxCues)}
	}
	t.Cues = slices.DeleteFunc(t.Cues, func(c Cue) bool { return strings.TrimSpace(c.Text) == "" })
	for i := range t.Cues {
		if c := &t.Cues[i]; len(c.Text) > maxCueBytes {
			t.Unread = append(t.Unread, Unread{Why: fmt.Sprintf("the cue at %s is longer than %d bytes; the rest of it is left out", clockText(c.StartMs), maxCueBytes)})
			c.Text = strings.ToValidUTF8(c.Text[:maxCueBytes], "")
		}
	}
	if len(t.Cues) == 0 {
		why := "there is no cue with a time and a text in it"
		if len(t.Unread) > 0 {
			why = fmt.Sprintf("no cue of it can be read; line %d: %s", t.Unread[0].Line, t.Unread[0].Why)
		}
		return &Unreadable{why}
	}
	slices.SortStableFunc(t.Cues, func(a, b Cue) int { return int(a.StartMs - b.StartMs) })
	return nil
}

var ttmlRoot = regexp.MustCompile(`(?s)^\s*(<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(\w+:)?tt[\s>]`)

// formatOf tells the format from the text, and from the name's ending only between formats that look alike.
func formatOf(text, name string) TextFormat {
	head := strings.TrimLeft(text, " \t\n")
	switch {
	case strings.HasPrefix(text, "WEBVTT"):
		return VTT
	case ttmlRoot.MatchString(text):
		return TTML
	case strings.HasPrefix(head, "[Script Info]"), strings.Contains(text, "\n[Events]"):
		return ASS
	case strings.EqualFold(path.Ext(name), ".vtt") && strings.Contains(text, "-->"):
		return VTT
	case strings.Contains(text, "-->"):
		return SRT
	}
	return ""
}

func isSTL(data []byte) bool {
	return len(data) >= 1024 && bytes.HasPrefix(data[3:], []byte("STL")) && (len(data)-1024)%128 == 0
}

// clockText writes ms as 0:12:34.500.
func clockText(ms int64) string {
	return fmt.Sprintf("%d:%02d:%02d.%03d", ms/3600_000, ms/60_000%60, ms/1000%60, ms%1000)
}
