package web

import (
	"slices"

	"cabina/archive"
)

// meta is a property of a page for programs, in its head.
type meta struct{ Name, Content string }

// citeMeta says of a session's page what reference managers read (Zotero, by Highwire's tags, Dublin Core and Open Graph): the same for whoever asks, and nobody who
// is hidden.
func (s *Server) citeMeta(w *watching) []meta {
	doc := w.doc
	var out []meta
	add := func(content string, names ...string) {
		for _, name := range names {
			if content = oneLine(content); content != "" {
				out = append(out, meta{name, content})
			}
		}
	}
	add(title(doc, w.l).Words, "citation_title", "DC.title", "og:title")
	for _, p := range people(doc, archive.Viewer{}) {
		add(p.Name, "citation_author", "DC.creator")
	}
	if d := doc.Date(); !d.IsZero() {
		add(d.Format("2006/01/02"), "citation_publication_date")
		add(d.Format("2006-01-02"), "DC.date")
	}
	if w.conf != nil {
		add(conferenceTitle(w.conf, w.l).Words, "DC.relation.ispartof")
	}
	var languages []archive.Language
	for _, t := range doc.Live(archive.Audio) {
		if !slices.Contains(languages, t.Language) {
			languages = append(languages, t.Language)
			add(string(t.Language), "citation_language", "DC.language")
		}
	}
	if doc.Picture() != nil {
		add("video.other", "og:type")
		add("MovingImage", "DC.type")
	} else {
		add("Sound", "DC.type")
	}
	if r := s.rights(doc); r != nil {
		add(r.Holder, "DC.publisher")
		add(r.Licence, "DC.rights")
	}
	add(w.host+w.url(""), "citation_public_url", "DC.identifier", "og:url")
	return out
}
