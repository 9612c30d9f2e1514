package web

import (
	"fmt"
	"html/template"
	"slices"

	"cabina/archive"
	"cabina/web/locale"
)

// script is a transcript as a page shows it: lines with their times in the margin, under the heads of the chapters, with a second language beside if asked for.
type script struct {
	Lines  []line
	In     archive.Language // of the lines
	Beside archive.Language // of those beside; empty: none
	Two    bool
	Follow string // parameters behind ?t= in the links of the times
	Base   string // what stands before: the session's page, or nothing on that page itself
}

// At is the address of a line's second: on the session's own page it stays there.
func (s script) At(x line) string {
	return s.Base + "?t=" + seconds(x.StartMs) + s.Follow + "#" + x.ID
}

// line is a passage of the script, or the head of a chapter.
type line struct {
	Head       *chapterHead
	ID         string
	StartMs    int64
	EndMs      int64
	Now        bool // the second that the page opens at
	Speaker    said
	Invented   bool             // a machine probably wrote it over silence
	In         archive.Language // of the text; the floor's where that is not known of this line
	Text       []piece
	BesideIn   archive.Language
	BesideWho  said
	BesideText []piece
}

type chapterHead struct {
	Title, Beside said
}

// piece is a stretch of a line's text, marked where it is what was sought.
type piece struct {
	Text string
	Mark bool
}

// scriptMaker makes a script of cues.
type scriptMaker struct {
	l        locale.Lang
	doc      *archive.Session
	in       archive.Language
	cues     []archive.Cue
	track    *archive.Track // of the lines
	besideOf *archive.Track
	besideIn archive.Language
	beside   []archive.Cue
	find     string // keep only the lines that hold these words
	nowMs    int64  // negative: none
}

// besideEarly is how much earlier than its own line a line beside it may begin, in ms.
const besideEarly = 500

func (m scriptMaker) lines() []line {
	groups := alongside(m.cues, m.beside)
	ids := map[string]int{}
	chapters := slices.Clone(m.doc.Chapters)
	slices.SortStableFunc(chapters, func(a, b archive.Chapter) int { return int(a.StartMs - b.StartMs) })
	now := m.now()
	var out []line
	for i, c := range m.cues {
		found := marked(c.Text, m.find)
		x := line{ID: lineID(ids, c.StartMs), StartMs: c.StartMs, EndMs: c.EndMs, Speaker: m.who(m.track, c.Speaker), Invented: doubted(m.track, c), In: m.spoken(m.in, c), Text: found, Now: i == now}
		if i > 0 && m.cues[i-1].Speaker == c.Speaker {
			x.Speaker = said{}
		}
		for n, b := range groups[i] {
			if n == 0 {
				x.BesideWho, x.BesideIn = m.who(m.besideOf, b.Speaker), m.spoken(m.besideIn, b)
			} else {
				x.BesideText = append(x.BesideText, piece{Text: " "})
			}
			x.BesideText = append(x.BesideText, marked(b.Text, m.find)...)
		}
		if m.find != "" && !hasMark(x.Text) && !hasMark(x.BesideText) {
			continue
		}
		for m.find == "" && len(chapters) > 0 && chapters[0].StartMs <= c.StartMs+besideEarly {
			out = append(out, line{Head: m.head(chapters[0])})
			chapters = chapters[1:]
		}
		out = append(out, x)
	}
	return out
}

// who says who speaks: in the interface's language where that is a number, in none where staff gave a name.
func (m scriptMaker) who(t *archive.Track, speaker string) said {
	out := said{Words: speakerWords(t, speaker, m.l)}
	t.SpeakerNames(speaker, func(int) string { out.In = m.l.Language(); return "" })
	return out
}

// spoken gives the language of a cue: that of its text; of a text of the floor the one that the room spoke then, where the session says so.
func (m scriptMaker) spoken(in archive.Language, c archive.Cue) archive.Language {
	if in != archive.FloorLanguage {
		return in
	}
	middle := (c.StartMs + c.EndMs) / 2
	for _, s := range m.doc.Spans {
		if s.StartMs <= middle && middle < s.EndMs && s.Language != "" {
			return s.Language
		}
	}
	return in
}

func (m scriptMaker) head(c archive.Chapter) *chapterHead {
	h := &chapterHead{Title: say(c.Title, m.l, m.in)}
	if t := sayIn(c.Title, m.in, m.l); t.Words != "" {
		h.Title = t
	}
	if m.besideIn != "" {
		h.Beside = sayIn(c.Title, m.besideIn, m.l)
	}
	return h
}

// sayIn gives words in a language of the content, else as they suit a page in l.
func sayIn(w archive.Words, in archive.Language, l locale.Lang) said {
	var have []archive.Language
	for tag, words := range w {
		if words != "" {
			have = append(have, tag)
		}
	}
	slices.Sort(have)
	if found, ok := locale.Choose(in, have); ok {
		return said{w[found], found}
	}
	return say(w, l)
}

// now gives the cue that is said at nowMs, or was said last; -1 for none.
func (m scriptMaker) now() int {
	if m.nowMs < 0 {
		return -1
	}
	n, found := slices.BinarySearchFunc(m.cues, m.nowMs, func(c archive.Cue, at int64) int { return int(c.StartMs - at) })
	if !found {
		n--
	}
	return n
}

// lineID names a line by its second, as links do; a second one in the same second is t754-2.
func lineID(taken map[string]int, ms int64) string {
	id := fmt.Sprintf("t%d", ms/1000)
	taken[id]++
	if n := taken[id]; n > 1 {
		return fmt.Sprintf("%s-%d", id, n)
	}
	return id
}

// alongside gives for each cue of a those of b that begin in it, or after it and before the next: the booths follow the room, so lines are matched by time. What
// begins before all of them stands beside the first.
func alongside(a, b []archive.Cue) [][]archive.Cue {
	out := make([][]archive.Cue, len(a))
	at := 0
	for _, c := range b {
		for at+1 < len(a) && a[at+1].StartMs <= c.StartMs+besideEarly {
			at++
		}
		if at < len(a) {
			out[at] = append(out[at], c)
		}
	}
	return out
}

func hasMark(pieces []piece) bool {
	return slices.ContainsFunc(pieces, func(p piece) bool { return p.Mark })
}

// found counts the lines of a script that are not heads.
func found(lines []line) int {
	n := 0
	for _, x := range lines {
		if x.Head == nil {
			n++
		}
	}
	return n
}

// piecesHTML marks what was sought.
func piecesHTML(pieces []piece) template.HTML {
	var b []byte
	for _, p := range pieces {
		text := template.HTMLEscapeString(p.Text)
		if p.Mark {
			text = "<mark>" + text + "</mark>"
		}
		b = append(b, text...)
	}
	return template.HTML(b)
}
