package search

import (
	"cmp"
	"slices"
	"strings"

	"cabina/archive"
)

// hit is a window with all that is needed to show it.
type hit struct {
	window
	doc   *archive.Session
	track *archive.Track
	v     *archive.Version
	file  *text
	at    []occurrence // all of the text
	cuts  []archive.Cut
}

// moment is what several texts of a session have within 15 s.
type moment struct {
	hits []hit // best first
}

const sameMomentMs = 15_000

func (h *hit) start() int64 { return h.file.start(h.first) }

func (h *hit) language() archive.Language { return h.file.language(h.first) }

// id is the link that lasts: the voice and its version by which the text was placed, else the text's own.
func (h *hit) id() archive.Moment { return momentOf(h.track, h.file, h.start()) }

func momentOf(t *archive.Track, file *text, ms int64) archive.Moment {
	if file.Voice != "" {
		return archive.Moment{Track: file.Voice, V: file.VoiceV, Ms: ms}
	}
	return archive.Moment{Track: t.ID, V: file.V, Ms: ms}
}

// full is true where all words are there that count.
func (h *hit) full() bool { return h.matched == h.of }

// dedicated is true of a text that is in one language from end to end.
func (h *hit) dedicated() bool { return h.track.Language != archive.FloorLanguage }

// cut is true of a cue in a stretch that was withdrawn since the index was made.
func (h *hit) cut(cue int) bool { return inCuts(h.cuts, h.file, cue) }

func inCuts(cuts []archive.Cut, t *text, cue int) bool {
	return slices.ContainsFunc(cuts, func(c archive.Cut) bool { return t.start(cue) < c[1] && c[0] < t.end(cue) })
}

// moments makes the passages that were found into moments, best first.
func (s *searching) moments() []moment {
	var hits []hit
	seen := map[[2]string]bool{} // a text that just moves from one shelf to the other
	for _, l := range s.looks {
		for _, id := range l.sortedTexts() {
			if key := [2]string{id.session, id.track}; !seen[key] {
				found := s.hits(id, l.passages[id])
				seen[key] = len(found) > 0
				hits = append(hits, found...)
			}
		}
	}
	slices.SortFunc(hits, compareHits)
	return once(group(hits))
}

// hits finds the windows of one text.
func (s *searching) hits(id textID, passages []found) []hit {
	doc, track := s.sees(id.session, id.track)
	file := s.file(id)
	if doc == nil || file == nil {
		return nil
	}
	v := versionOf(track, file)
	if v.Withdrawn {
		return nil
	}
	h := hit{doc: doc, track: track, v: v, file: file, cuts: doc.Cuts(track)}
	var all []occurrence
	for _, p := range passages {
		all = append(all, p.occurrences(file, allForms)...)
	}
	h.at = slices.DeleteFunc(tidy(all), func(o occurrence) bool { return h.cut(o.cue) || h.cut(o.last) })
	var hits []hit
	for _, w := range windows(file, h.at) {
		if w.matched > 0 {
			h.window = w
			hits = append(hits, h)
		}
	}
	return hits
}

// versionOf gives the version that a cue file was made of. The index may be ahead of the document by a moment: then it is today's.
func versionOf(t *archive.Track, file *text) *archive.Version {
	if v := t.Version(file.V); v != nil {
		return v
	}
	return t.Current()
}

// compareHits puts those with all words first, then by score. Of equals the text of one language stands before the floor's, which goes on in another.
func compareHits(a, b hit) int {
	return cmp.Or(
		cmpBool(a.full(), b.full()),
		cmp.Compare(b.score, a.score),
		strings.Compare(a.doc.ID, b.doc.ID),
		cmpBool(a.dedicated(), b.dedicated()),
		cmp.Compare(a.start(), b.start()),
		strings.Compare(a.track.ID, b.track.ID),
	)
}

// cmpBool puts true first.
func cmpBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// group makes one moment of the windows of a session that begin within 15 s in different texts. hits are sorted, and so are the moments.
func group(hits []hit) []moment {
	bySession := map[string][]int{}
	for i, h := range hits {
		bySession[h.doc.ID] = append(bySession[h.doc.ID], i)
	}
	taken := make([]bool, len(hits))
	var out []moment
	for i, h := range hits {
		if taken[i] {
			continue
		}
		m, tracks := moment{hits: []hit{h}}, map[string]bool{h.track.ID: true}
		taken[i] = true
		for _, k := range bySession[h.doc.ID] {
			o := hits[k]
			if apart := o.start() - h.start(); taken[k] || tracks[o.track.ID] || apart > sameMomentMs || apart < -sameMomentMs {
				continue
			}
			taken[k], tracks[o.track.ID] = true, true
			m.hits = append(m.hits, o)
		}
		out = append(out, m)
	}
	return out
}

// once leaves out what is the same in several uploads: the same words, with the same cues about them, in another session.
func once(moments []moment) []moment {
	seen := map[string]string{}
	return slices.DeleteFunc(moments, func(m moment) bool {
		h := &m.hits[0]
		var b strings.Builder
		for i := max(h.first-2, 0); i < min(h.last+3, h.file.Cues); i++ {
			b.WriteString(fold(strings.ToLower(h.file.words(i))))
			b.WriteByte('\n')
		}
		first, known := seen[b.String()]
		if !known {
			seen[b.String()] = h.doc.ID
		}
		return known && first != h.doc.ID
	})
}
