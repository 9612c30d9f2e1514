package search

import (
	"slices"
	"unicode/utf8"

	"cabina/archive"
)

// page makes the answer with the moments that stand after the cursor.
func (s *searching) page(moments []moment, after *cursor) *Answer {
	a := &Answer{Query: Asked{Text: s.r.Query.Text, Languages: s.r.chosen()}, Index: s.x.State(), Sessions: []FoundSession{}}
	from := 0
	if after != nil {
		from = len(moments)
		if at := slices.IndexFunc(moments, after.before); at >= 0 {
			from = at
		}
	}
	to := min(from+s.r.Limit, len(moments))
	at := map[string]int{}
	for _, m := range moments[from:to] {
		doc := m.hits[0].doc
		n, known := at[doc.ID]
		if !known {
			n = len(a.Sessions)
			at[doc.ID] = n
			a.Sessions = append(a.Sessions, s.found(doc))
		}
		a.Sessions[n].Moments = append(a.Sessions[n].Moments, s.moment(m))
	}
	for _, m := range moments[to:] {
		if n, known := at[m.hits[0].doc.ID]; known {
			a.Sessions[n].More++
		}
	}
	if to > from && to < len(moments) {
		next := s.r.cursorAt(moments[to-1])
		a.Next = &next
	}
	return a
}

// chosen gives the languages that were asked for, never nil.
func (r *Request) chosen() []archive.Language {
	out := append([]archive.Language{}, r.Languages...)
	for _, f := range r.Query.Filters {
		if l := archive.Language(f.Value); f.Name == Lang && !f.Not && !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

func (s *searching) found(doc *archive.Session) FoundSession {
	f := FoundSession{ID: doc.ID, Conference: doc.Conference, Moments: []Moment{}}
	f.Title.Language, f.Title.Text = doc.Title.In(archive.Language(s.r.Lang))
	if day := doc.Date(); !day.IsZero() {
		f.Date = day.Format("2006-01-02")
	}
	return f
}

func (s *searching) moment(m moment) Moment {
	out := Moment{Languages: []archive.Language{}, Hits: []Hit{}, Parallel: []Parallel{}}
	for i := range m.hits {
		h := m.hits[i].show(s.r.Around)
		if !slices.Contains(out.Languages, h.Language) {
			out.Languages = append(out.Languages, h.Language)
		}
		out.Hits = append(out.Hits, h)
	}
	best := &m.hits[0]
	out.ID = best.id().String()
	out.StartMs, out.EndMs = out.Hits[0].StartMs, out.Hits[0].EndMs
	out.Words = Matched{best.matched, best.of}
	out.Parallel = append(out.Parallel, s.parallel(m)...)
	out.URL = s.r.link(best.doc, best.id())
	return out
}

// link is the address of a moment that lasts.
func (r *Request) link(doc *archive.Session, m archive.Moment) string {
	lang := r.Lang
	if lang == "" {
		lang = "en"
	}
	return "/" + lang + "/sessions/" + address(doc) + "?m=" + m.String()
}

// address is how a session is named in addresses: an unlisted one only with its token.
func address(s *archive.Session) string {
	if s.Visibility == archive.Unlisted && s.Token != "" {
		return s.ID + "~" + s.Token
	}
	return s.ID
}

// around is how many cues stand before and after a hit.
const around = 2

func (h *hit) show(neighbours bool) Hit {
	out := Hit{Text: h.track.ID, Voice: h.file.Voice, Language: h.language(), Role: roleOf(h.doc, h.track, h.v), Origin: h.track.Origin}
	out.Lines = h.lines(h.first, h.last+1)
	out.StartMs, out.EndMs = out.Lines[0].StartMs, out.Lines[len(out.Lines)-1].EndMs
	out.Original = original(h.doc, h.track, h.v, out.Language, out.StartMs, out.EndMs)
	if neighbours {
		out.Before = h.lines(max(h.first-around, 0), h.first)
		out.After = h.lines(h.last+1, min(h.last+1+around, h.file.Cues))
	}
	return out
}

// lines gives the cues [first, end) with their marks, without those that were withdrawn.
func (h *hit) lines(first, end int) []Line {
	lines := []Line{}
	for i := first; i < end; i++ {
		if !h.cut(i) {
			l := line(h.file, i)
			l.Marks = h.marks(i, l.Text)
			lines = append(lines, l)
		}
	}
	return lines
}

func line(t *text, cue int) Line {
	return Line{StartMs: t.start(cue), EndMs: t.end(cue), Text: t.words(cue), Marks: [][2]int{}}
}

// marks gives where the query's words stand in a cue, in code points. Small words are not marked where others were asked for.
func (h *hit) marks(cue int, text string) [][2]int { return marksOf(h.at, cue, text) }

// longestPhrase is how many cues an occurrence may go on.
const longestPhrase = 64

// marksOf gives the marks of a cue by all occurrences of its text, which are tidy.
func marksOf(all []occurrence, cue int, text string) [][2]int {
	marks := [][2]int{}
	first, _ := slices.BinarySearchFunc(all, cue-longestPhrase, func(o occurrence, cue int) int { return o.cue - cue })
	for _, o := range all[first:] {
		if o.cue > cue {
			break
		}
		if o.last < cue || o.small() {
			continue
		}
		from, to := 0, len(text)
		if o.cue == cue {
			from = o.from
		}
		if o.last == cue {
			to = o.to
		}
		if from >= to || to > len(text) {
			continue
		}
		a := utf8.RuneCountInString(text[:from])
		marks = append(marks, [2]int{a, a + utf8.RuneCountInString(text[from:to])})
	}
	slices.SortFunc(marks, func(a, b [2]int) int { return a[0] - b[0] })
	out := marks[:0]
	for _, m := range marks {
		if n := len(out); n > 0 && m[0] <= out[n-1][1] {
			out[n-1][1] = max(out[n-1][1], m[1])
			continue
		}
		out = append(out, m)
	}
	return out
}
