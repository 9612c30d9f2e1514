package search

import (
	"cabina/archive"
)

// Beside is a cell of the table that lines make: what another text of the session has at a line's moment, or that a voice has none. A cell without
// Lines is one in which nothing was said at that moment; where Text is empty nobody wrote down what was.
type Beside struct {
	Text     string           `json:"text"`  // the text track; "" of a voice without one
	Voice    string           `json:"voice"` // "" of a text that follows the clock
	Language archive.Language `json:"language"`
	Role     archive.Role     `json:"role"` // the voice's, else the text's own
	Original bool             `json:"original"`
	Origin   string           `json:"origin"`
	StartMs  int64            `json:"startMs"` // of Lines; 0 where there are none
	EndMs    int64            `json:"endMs"`
	Matches  bool             `json:"matches"` // one of the query's words is marked in Lines
	Lines    []Line           `json:"lines"`
}

// row gives what stands beside a line: a cell for each other text, in the document's order, then one for each voice without a text that the asker may see.
func (w *walk) row(l placed, texts []*foundText) []Beside {
	doc := l.text.doc
	cells := []Beside{}
	written := map[string]bool{l.text.file.Voice: true}
	for _, t := range doc.Live(archive.Text) {
		if _, seen := w.sees(doc.ID, t.ID); seen == nil || t.ID == l.text.track.ID {
			continue
		}
		file := w.textOf(doc.ID, t.ID)
		if file == nil || versionOf(t, file).Withdrawn {
			continue
		}
		written[file.Voice] = true
		cells = append(cells, w.cell(l, t, file, occurrencesOf(texts, t.ID)))
	}
	for _, v := range doc.Live(archive.Audio) {
		if _, seen := w.sees(doc.ID, v.ID); seen != nil && !written[v.ID] && v.Role != archive.Description {
			cells = append(cells, Beside{Voice: v.ID, Language: v.Language, Role: v.Role, Original: v.Role == archive.Floor, Lines: []Line{}})
		}
	}
	return cells
}

func occurrencesOf(texts []*foundText, track string) []occurrence {
	for _, t := range texts {
		if t.track.ID == track {
			return t.at
		}
	}
	return nil
}

func (w *walk) cell(l placed, t *archive.Track, file *text, marked []occurrence) Beside {
	doc, v := l.text.doc, versionOf(t, file)
	c := Beside{Text: t.ID, Voice: file.Voice, Language: t.Language, Role: roleOf(doc, t, v), Origin: t.Origin, Lines: []Line{}}
	window := w.window(doc, l.text.track, l.text.v, t, v)
	for _, k := range window.cues(l.text.file, l.text.cuts, l.at.cue, l.at.last, file, doc.Cuts(t)) {
		if len(c.Lines) == 0 {
			c.Language, c.StartMs = file.language(k), file.start(k)
			c.Original = original(doc, t, v, c.Language, file.start(k), file.end(k))
		}
		line := line(file, k)
		line.Marks = marksOf(marked, k, line.Text)
		c.Matches = c.Matches || len(line.Marks) > 0
		c.EndMs = max(c.EndMs, line.EndMs)
		c.Lines = append(c.Lines, line)
	}
	return c
}
