package search

import (
	"cabina/archive"

	bsearch "github.com/blevesearch/bleve/v2/search"
)

// counts counts moments, or passages where not all of them were made into moments. What the asker may not see any more is not counted.
func (s *searching) counts(moments []moment) Counts {
	c := Counts{Unit: UnitMoments, ByLanguage: map[archive.Language]int{}, ByYear: map[string]int{}, ByConference: map[string]int{}}
	sessions := map[string]bool{}
	add := func(doc *archive.Session, language archive.Language, n int) {
		c.AnyWord += n
		c.ByLanguage[language] += n
		if day := doc.Date(); !day.IsZero() {
			c.ByYear[day.Format("2006")] += n
		}
		if doc.Conference != "" {
			c.ByConference[doc.Conference] += n
		}
		sessions[doc.ID] = true
	}
	total := 0
	for _, l := range s.looks {
		total += l.total
	}
	if total <= mostPassages {
		for _, m := range moments {
			add(m.hits[0].doc, m.hits[0].language(), 1)
			if m.hits[0].full() {
				c.AllWords++
			}
		}
		c.Sessions = len(sessions)
		return c
	}
	c.Unit = UnitPassages
	for _, l := range s.looks {
		s.each(l.places, add)
		s.each(l.all, func(_ *archive.Session, _ archive.Language, n int) { c.AllWords += n })
	}
	if len(s.r.Query.Terms) == 1 {
		c.AllWords = c.AnyWord
	}
	c.Sessions = len(sessions)
	return c
}

// each goes through places that the asker may see.
func (s *searching) each(places []*bsearch.TermFacet, do func(*archive.Session, archive.Language, int)) {
	for _, p := range places {
		session, track, language := placeOf(p.Term)
		if doc, _ := s.sees(session, track); doc != nil {
			do(doc, language, p.Count)
		}
	}
}
