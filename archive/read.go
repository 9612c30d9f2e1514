package archive

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// The most that is taken of a subtitle file.
const (
	MaxText     = 20 << 20 // bytes
	maxCues     = 50_000
	maxCueBytes = 2_000 // of a cue's text
	maxUnread   = 1_000 // places that are told one by one; a document is read whole each time, so it must stay small
	maxUnreadKB = 64    // of their texts together
)

// Unreadable is a subtitle file of which nothing can be used. Why is one line that says what would do.
type Unreadable struct{ Why string }

func (e *Unreadable) Error() string { return e.Why }

// ReadSubtitles reads a subtitle file: SRT, WebVTT, TTML, SSA/ASS or EBU STL, in UTF-8, UTF-16 or an 8-bit code page. name is the file's name, of which only
// the ending counts, and only where the bytes do not tell; lang is the declared language, which helps to tell the code page. No cue is lost in silence:
// what cannot be read is in Unread, with its line. A file that gives no cue at all is *Unreadable.
//
// All five formats are read here and not by a library: go-astisub 0.34 loses in silence what stands in nested divs of TTML and refuses whole files of SSA,
// TTML and STL for one bad line, time or block; of STL it knows the Latin table alone, and shows comments.
//
// The same bytes always give the same cues and the same numbers of speakers: names that staff gave hang on them.
func ReadSubtitles(data []byte, name string, lang Language) (*ReadText, error) {
	return readSubtitles(data, name, lang, "")
}

// readSubtitles reads a file whose encoding is known from an earlier reading; "" has it found out.
func readSubtitles(data []byte, name string, lang Language, encoding string) (*ReadText, error) {
	if len(data) > MaxText {
		return nil, &Unreadable{TooLong(int64(len(data)))}
	}
	if isSTL(data) {
		return finish(readSTL(data))
	}
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return nil, &Unreadable{"it is an archive or a document of a word processor" + readFormats}
	}
	text, encoding, err := toUTF8(data, lang, encoding)
	if err != nil {
		return nil, err
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	r := &reading{encoding: encoding, lang: lang}
	if i := strings.IndexRune(text, '\uFFFD'); i >= 0 && encoding == "utf-8" && !strings.Contains(string(data), "\uFFFD") {
		r.lost(1+strings.Count(text[:i], "\n"), fmt.Sprintf("%d places of the file are no UTF-8; � stands for each", strings.Count(text, "\uFFFD")), "")
	}
	text = strings.ReplaceAll(text, "\x00", "\uFFFD")
	switch r.format = formatOf(text, name); r.format {
	case SRT:
		r.srt(text)
	case VTT:
		r.vtt(text)
	case TTML:
		r.ttml(text)
	case ASS:
		r.ass(text)
	default:
		return nil, &Unreadable{"it is " + otherFormat(text) + readFormats}
	}
	return finish(r)
}

const readFormats = "; SRT, WebVTT, TTML, SSA/ASS and EBU STL are the subtitle formats that are read"

// TooLong says that a subtitle file of n bytes is too long. Whoever knows the size asks before reading it.
func TooLong(n int64) string {
	return fmt.Sprintf("it has %.1f MB; a subtitle file may have %d MB", float64(n)/(1<<20), MaxText>>20)
}

// reading is a subtitle file while it is read.
type reading struct {
	format   TextFormat
	encoding string
	lang     Language
	cues     []rawCue
	unread   []Unread
	more     int  // places that could not be read beyond maxUnread
	kept     int  // bytes of their texts
	badTimes bool // a time line of WebVTT was none
}

// rawCue is a cue as the file has it.
type rawCue struct {
	Cue
	line  int      // where it begins, from 1
	names []string // who speaks, as the file calls them
	timed bool     // its words are timed one by one
	lang  string   // of the div of TTML it stands in
}

// full is true once there are more cues than are taken, or as many places that cannot be read: the file is refused, and nobody need read on.
func (r *reading) full() bool { return len(r.cues) > maxCues || r.more > maxCues }

// lost keeps what could not be read: at which line, why, and what it says.
func (r *reading) lost(line int, why, text string) {
	if len(r.unread) >= maxUnread {
		r.more++
		return
	}
	text = cut(strings.TrimSpace(text))
	if r.kept += len(text); r.kept > maxUnreadKB<<10 {
		text = ""
	}
	r.unread = append(r.unread, Unread{Line: line, Why: why, Text: text})
}

// add takes a cue of which the times are known, or says why it cannot be used. A cue without a letter shows nothing, so nothing of it is lost.
func (r *reading) add(c rawCue) {
	switch {
	case c.Text == "":
	case c.EndMs == c.StartMs:
		r.lost(c.line, "it ends in the moment in which it begins", c.Text)
	case c.EndMs < c.StartMs:
		r.lost(c.line, "it ends before it begins", c.Text)
	default:
		if len(c.Text) > maxCueBytes {
			kept := strings.ToValidUTF8(c.Text[:maxCueBytes], "")
			r.lost(c.line, fmt.Sprintf("the cue is longer than %d bytes; what follows is left out", maxCueBytes), c.Text[len(kept):])
			c.Text = kept
		}
		r.cues = append(r.cues, c)
	}
}

// finish holds the cues against the limits, puts them in order, and makes of what machines write what was said.
func finish(r *reading) (*ReadText, error) {
	switch {
	case len(r.cues) > maxCues:
		return nil, &Unreadable{"it has more than 50,000 cues; 50,000 are the most"}
	case r.full():
		return nil, &Unreadable{fmt.Sprintf("more than 50,000 places of it cannot be read; the first is line %d: %s", r.unread[0].Line, r.unread[0].Why)}
	}
	if r.more > 0 {
		r.unread = append(r.unread, Unread{Line: r.unread[len(r.unread)-1].Line, Why: fmt.Sprintf("%d more places after this one cannot be read", r.more)})
	}
	if len(r.cues) == 0 {
		why := "there is no cue with a time and a text in it"
		if len(r.unread) > 0 {
			why = fmt.Sprintf("no cue of it can be read; line %d: %s", r.unread[0].Line, r.unread[0].Why)
		}
		return nil, &Unreadable{why}
	}
	slices.SortStableFunc(r.unread, func(a, b Unread) int { return a.Line - b.Line })
	slices.SortStableFunc(r.cues, func(a, b rawCue) int { return int(a.StartMs - b.StartMs) })
	rolls := r.unroll()
	out := &ReadText{Format: r.format, Encoding: r.encoding, Unread: r.unread}
	var zoom bool
	out.Speakers, zoom = r.speakers()
	out.Cues = make([]Cue, len(r.cues))
	for i, c := range r.cues {
		out.Cues[i] = c.Cue
	}
	marked := markInvented(out.Cues)
	out.Machine = rolls || zoom || marked
	return out, nil
}
