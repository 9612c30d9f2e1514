package archive

import (
	"bytes"
	"fmt"
	"strings"

	astisub "github.com/asticode/go-astisub"
)

// readForeign reads TTML and ASS through go-astisub. It panics on malformed files and refuses whole ones for a single bad line, so what it makes of a
// file is compared with a plain count of what the file should give.
func readForeign(format TextFormat, text string) (cues []Cue, err error) {
	var subs *astisub.Subtitles
	err = guarded(func() (err error) {
		switch format {
		case TTML:
			subs, err = astisub.ReadFromTTML(strings.NewReader(text))
		case ASS:
			subs, err = astisub.ReadFromSSA(strings.NewReader(text))
		}
		return err
	})
	if err != nil {
		return nil, &Unreadable{fmt.Sprintf("it cannot be read as %s: %v", strings.ToUpper(string(format)), err)}
	}
	return foreignCues(subs), nil
}

// readSTL reads EBU STL, a binary format (EBU Tech 3264).
func readSTL(data []byte) (*ReadText, error) {
	var subs *astisub.Subtitles
	err := guarded(func() (err error) {
		subs, err = astisub.ReadFromSTL(bytes.NewReader(data), astisub.STLOptions{})
		return err
	})
	if err != nil {
		return nil, &Unreadable{fmt.Sprintf("it cannot be read as EBU STL: %v", err)}
	}
	out := &ReadText{Format: STL, Encoding: "stl", Cues: foreignCues(subs)}
	return out, out.tidy()
}

// guarded turns a panic of the library into an error.
func guarded(read func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("it is malformed")
		}
	}()
	return read()
}

func foreignCues(subs *astisub.Subtitles) []Cue {
	speakers := speakerNames{}
	var cues []Cue
	for _, item := range subs.Items {
		c := Cue{StartMs: item.StartAt.Milliseconds(), EndMs: item.EndAt.Milliseconds()}
		var lines []string
		for _, l := range item.Lines {
			var words []string
			for _, part := range l.Items {
				words = append(words, strings.TrimSpace(part.Text))
			}
			lines = append(lines, strings.Join(words, " "))
			if c.Speaker == "" {
				c.Speaker = speakers.of(l.VoiceName)
			}
		}
		c.Text = plainText(strings.ReplaceAll(strings.Join(lines, "\n"), `\N`, "\n"))
		if c.EndMs > c.StartMs {
			cues = append(cues, c)
		}
	}
	return cues
}
