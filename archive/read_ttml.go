package archive

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// TTML (https://www.w3.org/TR/ttml1/) is read for what is said and when: body, div, p and span carry times, each within the one around it. Elements are
// told by their local names, whatever namespace a tool gave them. No entity is ever expanded but HTML's names, nothing outside the file is read: Go's
// encoding/xml knows no other way.

// The most that is taken of a document. A real one has a few elements a cue and ten around it.
const (
	ttmlDepth    = 50
	ttmlElements = 600_000
	ttmlMends    = 1_000 // times that a broken document is gone on with
)

// ttmlReader is a document while it is read.
type ttmlReader struct {
	*reading
	rates    ttmlRates
	open     []ttmlNode
	agents   map[string]string // names of who speaks, by xml:id
	agent    string            // whose name is being read
	cue      *rawCue           // the paragraph that is being read
	text     strings.Builder
	elements int
}

// ttmlNode is an open element. Times are ms of the document.
type ttmlNode struct {
	name       string
	begin, end int64 // end is -1 where it has none
	seq        bool  // its children follow each other
	next       int64 // of seq: where the next child begins
	lang       string
}

func xmlReader(text string) *xml.Decoder {
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // it is UTF-8 by now, whatever it says
	return d
}

func (r *reading) ttml(text string) {
	t := &ttmlReader{reading: r, rates: ttmlRates{frame: 30, tick: 1}, agents: map[string]string{}}
	offset, line := 0, 1 // of what is left of a broken document
	defer t.oneLanguage()
	for mends := 0; ; mends++ {
		d := xmlReader(text[offset:])
		err := t.read(d, line)
		if err == nil || r.full() {
			t.leave("p")
			return
		}
		at, _ := d.InputPos()
		at += line - 1
		done := offset + int(d.InputOffset())
		why := "the document is broken here"
		var syntax *xml.SyntaxError
		if errors.As(err, &syntax) {
			why += " (" + syntax.Msg + ")"
		}
		if errors.Is(err, errTTML) {
			r.lost(at, err.Error()+"; what follows is left out", "")
			return
		}
		next := nextParagraph(text, done)
		if next < 0 || mends == ttmlMends {
			r.lost(at, why+"; nothing after it can be read", text[min(done, len(text)):])
			t.leave("p")
			return
		}
		r.lost(at, why+"; reading goes on with the next paragraph", text[min(done, next):next])
		t.leave("p")
		line += strings.Count(text[offset:next], "\n")
		offset = next
	}
}

// oneLanguage leaves out what stands in divs of other languages, where there are divs in the declared one: a text never mixes languages.
func (t *ttmlReader) oneLanguage() {
	base := func(l string) string {
		l, _, _ = strings.Cut(strings.ToLower(l), "-")
		return l
	}
	others := map[string]int{} // number of cues, by language
	own := false
	for _, c := range t.cues {
		if l := base(c.lang); l != "" && l == base(string(t.lang)) {
			own = true
		} else if l != "" {
			others[l]++
		}
	}
	if !own {
		return
	}
	for l, n := range others {
		i := slices.IndexFunc(t.cues, func(c rawCue) bool { return base(c.lang) == l })
		t.lost(t.cues[i].line, fmt.Sprintf("%d cues from here on are in %s; the text is in %s", n, l, t.lang), "")
		t.cues = slices.DeleteFunc(t.cues, func(c rawCue) bool { return base(c.lang) == l })
	}
}

var errTTML = errors.New("the document has more elements, or more within each other, than subtitles have")

// nextParagraph finds the next <p or <tt:p from a place on; -1: there is none.
func nextParagraph(text string, from int) int {
	for from < len(text) {
		i := strings.IndexByte(text[from:], '<')
		if i < 0 {
			return -1
		}
		from += i
		name, _, _ := strings.Cut(cutBytes(text[from+1:], 20), " ")
		if _, local, ok := strings.Cut(name, ":"); ok {
			name = local
		}
		if name == "p" || strings.HasPrefix(name, "p>") || strings.HasPrefix(name, "p\n") {
			return from
		}
		from++
	}
	return -1
}

// read takes tokens until the document ends, or breaks.
func (t *ttmlReader) read(d *xml.Decoder, line int) error {
	for !t.full() {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			at, _ := d.InputPos()
			if t.elements++; t.elements > ttmlElements || len(t.open) > ttmlDepth {
				return errTTML
			}
			t.enter(token, at+line-1)
		case xml.EndElement:
			t.leave(token.Name.Local)
		case xml.CharData:
			t.say(string(token))
		}
	}
	return nil
}

func (t *ttmlReader) say(text string) {
	switch {
	case t.agent != "":
		t.agents[t.agent] = oneSpace(cutBytes(t.agents[t.agent]+" "+text, 200))
	case t.cue != nil && t.text.Len() < srtBody && !t.within("metadata", "title", "desc"):
		t.text.WriteString(cutBytes(text, srtBody))
	}
}

func (t *ttmlReader) within(names ...string) bool {
	for _, n := range t.open {
		for _, name := range names {
			if n.name == name {
				return true
			}
		}
	}
	return false
}

func (t *ttmlReader) enter(e xml.StartElement, line int) {
	a := attributes(e)
	node := ttmlNode{name: e.Name.Local, end: -1, seq: a["timeContainer"] == "seq", lang: a["lang"]}
	switch node.name {
	case "tt":
		t.rates.set(a)
	case "agent":
		t.agent = a["id"]
	case "br":
		if t.cue != nil {
			t.text.WriteString("\v") // a line end that the folding of spaces leaves alone
		}
	case "body", "div", "p", "span":
		why := t.time(&node, a)
		if node.name == "p" {
			t.leave("p") // it was not closed
			t.begin(node, a, line, why)
		} else if node.name == "span" && t.cue != nil {
			t.spanTimes(node, a)
		}
	}
	if who := t.agents[a["agent"]]; who != "" && t.cue != nil {
		t.cue.names = append(t.cue.names, who)
	}
	t.open = append(t.open, node)
}

// begin takes the start of a paragraph.
func (t *ttmlReader) begin(node ttmlNode, a map[string]string, line int, why string) {
	c := &rawCue{line: line}
	for _, n := range t.open {
		if n.name == "div" && n.lang != "" {
			c.lang = n.lang
		}
	}
	c.StartMs, c.EndMs = node.begin, node.end
	if why != "" {
		c.StartMs, c.EndMs = -1, -1
		c.Settings = why // until it is closed, when its text can be told with it
	} else if a["begin"] == "" && a["end"] == "" && a["dur"] == "" && !t.timed() {
		c.StartMs, c.EndMs = -1, -1 // its spans may say
	}
	t.cue = c
	t.text.Reset()
}

// timed is true where something around says when it begins or ends.
func (t *ttmlReader) timed() bool {
	for _, n := range t.open {
		if n.end >= 0 || n.begin > 0 {
			return true
		}
	}
	return false
}

// spanTimes lets a paragraph without times last from its first span to its last.
func (t *ttmlReader) spanTimes(node ttmlNode, a map[string]string) {
	if t.cue.Settings != "" || a["begin"] == "" || node.end < 0 {
		return
	}
	if t.cue.StartMs < 0 {
		t.cue.StartMs, t.cue.EndMs = node.begin, node.end
	} else if !t.timed() {
		t.cue.StartMs, t.cue.EndMs = min(t.cue.StartMs, node.begin), max(t.cue.EndMs, node.end)
	}
}

// leave closes an element, and whatever in it was not closed. One that is not open is none.
func (t *ttmlReader) leave(name string) {
	i := len(t.open) - 1
	for i >= 0 && t.open[i].name != name {
		i--
	}
	if name == "agent" {
		t.agent = ""
	}
	if i < 0 {
		return
	}
	for n := len(t.open) - 1; n >= i; n-- {
		if t.open[n].name == "p" && t.cue != nil {
			t.finish()
		}
		if n > 0 && t.open[n-1].seq && t.open[n].end >= 0 {
			t.open[n-1].next = t.open[n].end
		}
	}
	t.open = t.open[:i]
}

func (t *ttmlReader) finish() {
	c := *t.cue
	t.cue = nil
	var kept []string
	for l := range strings.SplitSeq(t.text.String(), "\v") {
		kept = append(kept, oneSpace(l))
	}
	c.Text = plainLines(strings.Join(kept, "\n"))
	why := c.Settings
	c.Settings = ""
	switch {
	case c.Text == "":
	case why != "":
		t.lost(c.line, why, c.Text)
	case c.StartMs < 0:
		t.lost(c.line, "it has no time, nor has anything around it", c.Text)
	case c.EndMs < 0:
		t.lost(c.line, "the end time is missing", c.Text)
	default:
		t.add(c)
	}
}

func attributes(e xml.StartElement) map[string]string {
	a := make(map[string]string, len(e.Attr))
	for _, x := range e.Attr {
		if x.Name.Space != "xmlns" {
			a[x.Name.Local] = x.Value
		}
	}
	return a
}
