package web

import (
	"regexp"
	"strings"
	"testing"

	"cabina/archive"
)

// TestPlantedWord: whatever a stranger takes home is byte for byte what it is without the sessions that are not theirs, in which a word is said that is nowhere else.
func TestPlantedWord(t *testing.T) {
	const word = "xilofonista"
	make := func(t *testing.T, planted bool) *site {
		return newSite(t, func(s *site) {
			s.add(s.recorded("public-0", archive.Public))
			if !planted {
				return
			}
			for visibility, id := range sessionIDs {
				if visibility == archive.Public {
					continue
				}
				doc := s.recorded(id, visibility)
				doc.Rights = &archive.Rights{Holder: word}
				doc.Tracks[4].Versions[0].Parts[0].Master = s.master("1\n00:00:01,000 --> 00:00:03,000\nlos derechos humanos " + word + "\n")
				s.add(doc)
			}
		})
	}
	with, without := make(t, true), make(t, false)
	asOf := regexp.MustCompile(`"asOf":"[^"]*"`)
	for _, path := range []string{
		"/api/v1/corpus", "/api/v1/corpus?lang=es", "/api/v1/corpus?session=restrict", "/api/v1/corpus?session=draft-00", "/api/v1/sessions", "/api/v1/openapi.json",
		"/api/v1/search?q=derechos", "/api/v1/search?q=" + word, "/api/v1/moments?q=xilo*", "/api/v1/moments?q=xilofonysta~", "/api/v1/moments?q=derechos&around=1",
		"/api/v1/lines?q=derechos&beside=1", "/api/v1/lines?q=" + word, "/api/v1/lines?q=derechos&sort=right", "/api/v1/lines?q=derechos&sample=3&seed=1",
		"/api/v1/lines?q=derechos&format=csv&beside=1", "/api/v1/lines?q=derechos&format=jsonl", "/api/v1/lines?q=xilo*&format=csv", "/api/v1/lines?q=derechos&format=xlsx",
		"/api/v1/sessions/restrict", "/api/v1/sessions/draft-00/transcripts/es", "/api/v1/lines/restrict.t5.1.c0001.4-12", "/download/restrict/t5.tei.xml", "/download/unlisted/t5.eaf",
		"/en/sessions/restrict/cite?m=t3.1.1000", "/en/sessions/public-0/cite?m=t3.1.1000", "/en/search?q=derechos", "/en/search?q=" + word, "/en/search?q=derechos&view=lines",
		"/en/search?q=derechos&view=time", "/en/search?q=derechos&view=table", "/en/",
	} {
		a, b := with.get(path), without.get(path)
		got, want := asOf.ReplaceAllString(body(t, a), ""), asOf.ReplaceAllString(body(t, b), "")
		if got != want || a.StatusCode != b.StatusCode {
			t.Errorf("GET %s = %d with sessions that are not the asker's, %d without; the bodies are\n%.600q\n%.600q", path, a.StatusCode, b.StatusCode, got, want)
		}
		if !strings.Contains(path, word) && strings.Contains(got, word) {
			t.Errorf("GET %s holds the planted word", path)
		}
	}
	if staff := body(t, with.get("/api/v1/lines?q="+word+"&format=jsonl", whoHeader, string(archive.Editor))); strings.Count(staff, "\n") != 4 {
		t.Errorf("an editor's lines of the word are %q, want those of the four sessions", staff)
	}
}
