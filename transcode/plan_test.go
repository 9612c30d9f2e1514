package transcode

import (
	"slices"
	"strings"
	"testing"

	"cabina/archive"
)

func sortedStrings(s []string) []string { slices.Sort(s); return s }

func order(ws []Want) string {
	var out []string
	for _, w := range ws {
		out = append(out, w.Name.Track+"."+w.Profile)
	}
	return strings.Join(out, " ")
}

func TestWantedIsInOrderOfWork(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*archive.Session)
		want   string
	}{
		{"a copied picture first, then floor and first interpretation", func(s *archive.Session) {
			s.Tracks = append(s.Tracks, archive.Track{ID: "t8", Kind: archive.Audio, Role: archive.Interpretation, Language: "fr", Published: 1, Versions: s.Track("t4").Versions})
		}, "t1.copy t2.voice t4.voice t8.voice t2.small t4.small t8.small t1.slides t1.p360 t1.sheet"},
		{"an encoded picture after the first voices", func(s *archive.Session) { s.Track("t1").Versions[0].Profile = P720 },
			"t2.voice t4.voice t1.p720 t2.small t4.small t1.slides t1.p360 t1.sheet"},
		{"a picture of which nothing was decided is encoded", func(s *archive.Session) { s.Track("t1").Versions[0].Profile = "" },
			"t2.voice t4.voice t1.p720 t2.small t4.small t1.slides t1.p360 t1.sheet"},
		{"a withdrawn stretch cannot be copied", func(s *archive.Session) { withdraw(s) },
			"t2.voice t4.voice t1.p720 t2.small t4.small t1.slides t1.p360 t1.sheet"},
		{"two parts cannot be copied", func(s *archive.Session) {
			p := &s.Track("t1").Versions[0]
			p.Parts = append(p.Parts, archive.Part{Master: refB, Stream: "v:0", ToMs: 5000, AtMs: 7000000})
		}, "t2.voice t4.voice t1.p720 t2.small t4.small t1.slides t1.p360 t1.sheet"},
		{"a picture that ends long before the session is encoded, so that it is held", func(s *archive.Session) { s.Clock.LengthMs += 60000 },
			"t2.voice t4.voice t1.p720 t2.small t4.small t1.slides t1.p360 t1.sheet"},
		{"no picture: a still", func(s *archive.Session) { s.Tracks = s.Tracks[1:] }, "t0.still t2.voice t4.voice t2.small t4.small"},
		{"a track that is not published is not made", func(s *archive.Session) { s.Track("t4").Published = 0 }, "t1.copy t2.voice t2.small t1.slides t1.p360 t1.sheet"},
		{"texts alone want nothing", func(s *archive.Session) { s.Tracks = s.Tracks[3:] }, ""},
		{"no length, nothing to make", func(s *archive.Session) { s.Clock.LengthMs = 0 }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := sample()
			c.change(s)
			if got := order(Wanted(s)); got != c.want {
				t.Errorf("Wanted = %s\nwant     %s", got, c.want)
			}
		})
	}
}

func TestPlanIsWantedLessThere(t *testing.T) {
	s := sample()
	have := map[Name]bool{}
	for _, w := range Wanted(s) {
		if w.Profile != Sheet && w.Name.Track != "t4" {
			have[w.Name] = true
		}
	}
	have[Name{Session: "s03", Track: "t4", Profile: Voice, Recipe: "0000000000000000"}] = true // another recipe is another rendition
	if got, want := order(Plan(s, have)), "t4.voice t4.small t1.sheet"; got != want {
		t.Errorf("Plan = %s, want %s", got, want)
	}
}
