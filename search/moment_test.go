package search

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"cabina/archive"
)

func sortedWords(s string) string {
	words := strings.Fields(s)
	slices.Sort(words)
	return strings.Join(words, " ")
}

// at gives cues by their start in seconds, 3 s each.
func at(lines map[float64]string) []archive.Cue {
	var cues []archive.Cue
	for s, l := range lines {
		cues = append(cues, archive.Cue{StartMs: int64(s * 1000), EndMs: int64(s*1000) + 3000, Text: l})
	}
	slices.SortFunc(cues, func(a, b archive.Cue) int { return int(a.StartMs - b.StartMs) })
	return cues
}

func TestMomentsByTheWindow(t *testing.T) {
	w := newWorld(t)
	w.add("s1", []said{{voice: "en", lang: "en", cues: at(map[float64]string{
		0: "apples grow here", 40: "apples and then", 44: "pears grow too", 58: "pears again", 100: "apples once more", 104: "apples for all",
		200: "pears far away", 214: "and apples after a while",
	})}})
	w.open()
	for _, c := range []struct{ name, query, want string }{
		{"two words close together first, then far apart, then one alone", "apples pears", "s1@40 s1@200 s1@100 s1@0"},
		{"one word: more of it first; each occurrence in one moment only", "apples", "s1@100 s1@0 s1@40 s1@214"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := places(w.ask(c.query)); got != c.want {
				t.Errorf("Search(%s) = %q, want %q", c.query, got, c.want)
			}
		})
	}
	m := w.ask("apples pears").Sessions[0].Moments[0]
	if m.Words != (Matched{2, 2}) || m.StartMs != 40000 || m.EndMs != 47000 || len(m.Hits[0].Lines) != 2 {
		t.Errorf("moment = %+v, want 2 of 2 words in 2 lines from 40 to 47 s", m)
	}
}

func TestSmallWordsDoNotCount(t *testing.T) {
	w := newWorld(t)
	w.add("s1", []said{{voice: "en", lang: "en", cues: at(map[float64]string{0: "apples grow here", 100: "the pears and the apples", 200: "the end of it"})}})
	w.open()
	for _, c := range []struct {
		query, places string
		words         []Matched
		line          string
	}{
		{"the apples", "s1@100 s1@0", []Matched{{1, 1}, {1, 1}}, "the pears and the [apples]"},
		{"apples and the pears", "s1@100 s1@0", []Matched{{2, 2}, {1, 2}}, "the [pears] and the [apples]"},
		{"apples and zebras", "s1@100 s1@0", []Matched{{1, 2}, {1, 2}}, "the pears and the [apples]"},
	} {
		a := w.ask(c.query)
		if got := places(a); got != c.places || a.Counts.AnyWord != len(c.words) {
			t.Errorf("Search(%s) = %q, counted %d, want %q", c.query, got, a.Counts.AnyWord, c.places)
			continue
		}
		for i, m := range a.Sessions[0].Moments {
			if m.Words != c.words[i] {
				t.Errorf("Search(%s): words of moment %d = %+v, want %+v", c.query, i, m.Words, c.words[i])
			}
		}
		if got := marked(a.Sessions[0].Moments[0].Hits[0].Lines[0]); got != c.line {
			t.Errorf("Search(%s) line = %q, want %q", c.query, got, c.line)
		}
	}
}

func TestAMomentHasItsLanguages(t *testing.T) {
	w := newWorld(t)
	w.add("s1", []said{
		{voice: "mul", lang: "mul", cues: at(map[float64]string{10: "the word is solidarity", 13: "we need it", 60: "la palabra es solidaridad"})},
		{voice: "es", lang: "es", cues: at(map[float64]string{12.5: "la palabra es solidaridad", 15: "la necesitamos", 61: "repito"})},
		{voice: "fr", lang: "fr", cues: at(map[float64]string{9: "avant", 13: "le mot est solidarité", 19.5: "bien après"})},
	}, func(s *archive.Session) {
		s.Spans = []archive.Span{{StartMs: 0, EndMs: 50_000, Language: "en", Person: "p1"}, {StartMs: 50_000, EndMs: 90_000, Language: "es", Person: "p2"}}
		s.People = []archive.Person{{ID: "p1", Name: "María García"}, {ID: "p2", Name: "Иван Петров"}, {ID: "p3", Name: "Hidden Name", Hidden: true}}
		s.Topics = []string{"harm-reduction"}
		s.Conference = "hiv2020"
	})
	w.open()
	a := w.ask("solidarity OR solidaridad", func(r *Request) { r.Lang, r.Around = "ru", true })
	if got := places(a); got != "s1@12.5 s1@60" && got != "s1@10 s1@60" {
		t.Fatalf("Search = %q, want two moments, at 10 or 12.5 and at 60", got)
	}
	m := a.Sessions[0].Moments[0]
	if len(m.Hits) != 2 || len(m.Languages) != 2 {
		t.Fatalf("hits = %+v in %v, want the floor's in en and the booth's in es", m.Hits, m.Languages)
	}
	floor := m.Hits[slices.IndexFunc(m.Hits, func(h Hit) bool { return h.Voice == "t1" })]
	if floor.Language != "en" || floor.Role != archive.Floor || !floor.Original || floor.Text != "t4" || floor.Origin != "machine" {
		t.Errorf("floor's hit = %+v, want original en of voice t1", floor)
	}
	if len(floor.Before) != 0 || len(floor.After) != 2 || floor.After[0].Text != "we need it" {
		t.Errorf("neighbours = %v, %v, want none before and two after", floor.Before, floor.After)
	}
	es := m.Hits[slices.IndexFunc(m.Hits, func(h Hit) bool { return h.Voice == "t2" })]
	if es.Language != "es" || es.Role != archive.Interpretation || es.Original {
		t.Errorf("booth's hit = %+v, want es, interpretation, not original", es)
	}
	if len(m.Parallel) != 1 || m.Parallel[0].Voice != "t3" || m.Parallel[0].Lines[len(m.Parallel[0].Lines)-1].Text != "le mot est solidarité" {
		t.Errorf("parallel = %+v, want the French line", m.Parallel)
	}
	if want := fmt.Sprintf("/ru/sessions/s1?m=%s.1.%d", m.Hits[0].Voice, m.StartMs); m.URL != want {
		t.Errorf("url = %q, want %q", m.URL, want)
	}
	for _, c := range []struct{ query, want string }{
		{"solidaridad role:original", "s1@60"},
		{"solidaridad role:interpretation", "s1@12.5"},
		{"solidaridad role:interpreted", "s1@12.5"},
		{"solidaridad -role:floor", "s1@12.5"},
		{"solidaridad lang:mul", "s1@60"},
		{"solidaridad lang:es", "s1@12.5 s1@60"},
		{"solidaridad lang:en", ""},
		{"palabra speaker:petrov", ""},
		{"palabra speaker:петров", "s1@60"},
		{"solidarity speaker:garcia", "s1@10"},
		{"solidarity speaker:hidden", ""},
		{"solidarity topic:harm-reduction", "s1@10"},
		{"solidarity topic:harm", ""},
		{"solidarity conference:hiv2020", "s1@10"},
		{"solidarity -conference:hiv2020", ""},
		{"solidarity session:s1", "s1@10"},
		{"solidarity session:s2", ""},
		{"solidarity origin:machine", "s1@10"},
		{"solidarity origin:human", ""},
		{"solidarity before:2020-07-14", ""},
		{"solidarity before:2020-07-15", "s1@10"},
		{"solidarity after:2020-07-14", "s1@10"},
		{"solidarity after:2020-07-15", ""},
		{"solidarity after:2020 before:2021", "s1@10"},
	} {
		if got := sortedWords(places(w.ask(c.query))); got != c.want {
			t.Errorf("Search(%s) = %q, want %q", c.query, got, c.want)
		}
	}
}

// TestBesideIsMutual: a line is beside another exactly when the other is beside it.
func TestBesideIsMutual(t *testing.T) {
	for lags, want := range map[[2]int64]beside{{0, 0}: {-4000, 4000}, {0, boothMs}: {-2000, 6000}, {boothMs, 0}: {-6000, 2000}, {boothMs, boothMs}: {-4000, 4000},
		{3100, 1800}: {-5300, 2700}, {0, -900}: {-4900, 3100}} {
		there, back := besideOf(lags[0], lags[1]), besideOf(lags[1], lags[0])
		if there != want {
			t.Errorf("beside a text %d ms behind the floor one of %d stands from %v, want %v", lags[0], lags[1], there, want)
		}
		for d := int64(-10_000); d <= 10_000; d += 500 {
			if a, b := there.from <= d && d <= there.to, back.from <= -d && -d <= back.to; a != b {
				t.Errorf("%v ms behind the floor, %d ms apart: beside = %v one way, %v the other", lags, d, a, b)
			}
		}
	}
}

func TestAMovedVoiceMovesItsMoments(t *testing.T) {
	w := newWorld(t)
	w.add("s1", []said{{voice: "es", lang: "es", cues: at(map[float64]string{10: "la palabra es solidaridad"})}})
	w.open()
	w.change("s1", func(s *archive.Session) {
		v := s.Tracks[0].Versions[0]
		v.V, v.Parts = 2, []archive.Part{v.Parts[0]}
		v.Parts[0].AtMs += 80
		s.Tracks[0].Versions = append(s.Tracks[0].Versions, v)
		s.Tracks[0].Published = 2
	})
	m := w.ask("solidaridad").Sessions[0].Moments[0]
	if m.ID != "t1.2.10080" || m.StartMs != 10080 {
		t.Errorf("moment = %s at %d ms, want t1.2.10080", m.ID, m.StartMs)
	}
	if files := w.cueFiles(); len(files) != 1 {
		t.Errorf("cue files = %v, want one: the old one is not needed any more", files)
	}
}

func TestMarksAreCodePoints(t *testing.T) {
	w := newWorld(t)
	w.add("s1", []said{
		{lang: "es", cues: every(3000, "El nin\u0303o 👍🏽 comio\u0301 la man\u0303ana de ayer.")},
		{lang: "zh", cues: every(3000, "这是人权宣言🙂人权。")},
		{lang: "ar", cues: every(3000, "قَالَ: حُقُوقُ الإِنْسَانِ لِلجَمِيعِ")},
		{lang: "hi", cues: every(3000, "यह मानव अधिकार है")},
	})
	w.open()
	for _, c := range []struct{ query, want string }{
		{"mañana", "El nin\u0303o 👍🏽 comio\u0301 la [man\u0303ana] de ayer."},
		{"niño", "El [nin\u0303o] 👍🏽 comio\u0301 la man\u0303ana de ayer."},
		{"人权", "这是[人权]宣言🙂[人权]。"},
		{"权", "这是人[权]宣言🙂人[权]。"},
		{"حقوق الانسان", "قَالَ: [حُقُوقُ] [الإِنْسَانِ] لِلجَمِيعِ"},
		{`"حقوق الانسان"`, "قَالَ: [حُقُوقُ الإِنْسَانِ] لِلجَمِيعِ"},
		{"अधिकार", "यह मानव [अधिकार] है"},
	} {
		a := w.ask(c.query)
		if len(a.Sessions) != 1 {
			t.Errorf("Search(%s) = %q, want one moment", c.query, places(a))
			continue
		}
		if got := marked(a.Sessions[0].Moments[0].Hits[0].Lines[0]); got != c.want {
			t.Errorf("Search(%s) marks %q, want %q", c.query, got, c.want)
		}
	}
}

// TestAPhraseIsFoundAcrossPassages takes phrases from a long text, over the ends of cues and of passages.
func TestAPhraseIsFoundAcrossPassages(t *testing.T) {
	var lines []string
	for i := range 120 {
		lines = append(lines, fmt.Sprintf("alpha%d beta%d gamma%d delta%d.", i, i, i, i))
	}
	w := newWorld(t)
	w.add("s1", []said{{voice: "en", lang: "en", cues: every(3000, lines...)}})
	w.open()
	if n := w.x.public.documents(); n < 10 {
		t.Fatalf("passages = %d, want at least 10 of 6 minutes", n)
	}
	for i := range 119 {
		q := fmt.Sprintf(`"gamma%d delta%d alpha%d beta%d"`, i, i, i+1, i+1)
		a := w.ask(q)
		if got, want := places(a), fmt.Sprintf("s1@%d", 3*i); got != want {
			t.Fatalf("Search(%s) = %q, want %q", q, got, want)
		}
		lines := a.Sessions[0].Moments[0].Hits[0].Lines
		if len(lines) != 2 || len(lines[0].Marks) != 1 || len(lines[1].Marks) != 1 {
			t.Fatalf("Search(%s) lines = %+v, want a mark in each of two", q, lines)
		}
	}
}

func TestTheSameTextInSeveralUploadsShowsOnce(t *testing.T) {
	w := newWorld(t)
	same := []said{{voice: "en", lang: "en", cues: every(3000, "This is the opening.", "The word is hippopotamus.", "And this the end.")}}
	w.add("first", same)
	w.add("second", same)
	w.add("third", []said{{voice: "en", lang: "en", cues: every(3000, "Another opening.", "The word is hippopotamus.", "And another end.")}})
	w.open()
	if got := sortedWords(places(w.ask("hippopotamus"))); got != "first@3 third@3" {
		t.Errorf("Search = %q, want first@3 third@3", got)
	}
}

func TestASessionIsFoundByItsTitle(t *testing.T) {
	w := newWorld(t)
	about := func(s *archive.Session) {
		s.Title = archive.Words{"es": "Trabajo sexual y derechos laborales", "en": "Sex work and labour rights"}
		s.Summary = archive.Words{"en": "What the inspectorates say"}
		s.People = []archive.Person{{ID: "p1", Name: "Иван Петров"}, {ID: "p2", Name: "Secret Name", Hidden: true}}
	}
	w.add("s1", []said{{voice: "en", lang: "en", cues: every(3000, "Good morning to all of you.")}}, about)
	w.add("s2", nil, about, visibility(archive.Draft))
	w.open()
	for _, c := range []struct{ query, want string }{
		{"derecho laboral", "s1"}, {"labor", "s1"}, {"inspectorate", "s1"}, {"петров", "s1"}, {`"sex work"`, "s1"}, {"labour rights петров", "s1"},
		{"labour zebra", ""}, {"secret", ""}, {"labour role:floor", ""}, {"labour before:2020", ""}, {"labour -sex", ""},
	} {
		a := w.ask(c.query)
		got := ""
		for _, s := range a.Sessions {
			got += s.ID
			if len(s.Moments) != 0 {
				t.Errorf("Search(%s): moments = %v, want none", c.query, s.Moments)
			}
		}
		if got != c.want || a.Counts.AnyWord != 0 {
			t.Errorf("Search(%s) = %q with %d moments, want %q by its title", c.query, got, a.Counts.AnyWord, c.want)
		}
	}
	a := w.ask("derecho laboral", func(r *Request) { r.Lang = "es" })
	if a.Sessions[0].Title != (Title{"es", "Trabajo sexual y derechos laborales"}) {
		t.Errorf("title = %+v, want the Spanish one", a.Sessions[0].Title)
	}
}

// TestTheAnswerIsTheContracts holds the JSON against the fields of the contract.
func TestTheAnswerIsTheContracts(t *testing.T) {
	w := newWorld(t)
	w.add("s03", []said{
		{voice: "es", lang: "es", cues: at(map[float64]string{752.96: "los derechos humanos y la policía"})},
		{voice: "ru", lang: "ru", cues: at(map[float64]string{754.1: "права человека и полиция"})},
	}, func(s *archive.Session) { s.Conference = "hiv2020"; s.Title = archive.Words{"es": "Título"} })
	w.open()
	a := w.ask(`"derechos humanos" policía`, func(r *Request) { r.Languages, r.Lang = []archive.Language{"es"}, "es" })
	a.Index.AsOf = a.Index.AsOf.AddDate(2026-a.Index.AsOf.Year(), 0, 0)
	got, err := json.MarshalIndent(a, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	asOf, _ := json.Marshal(a.Index.AsOf)
	want := `{
 "query": {"text": "\"derechos humanos\" policía", "languages": ["es"]},
 "index": {"complete": true, "asOf": ` + string(asOf) + `},
 "counts": {"unit": "moments", "allWords": 1, "anyWord": 1, "sessions": 1, "byLanguage": {"es": 1}, "byYear": {"2020": 1}, "byConference": {"hiv2020": 1}},
 "sessions": [{"id": "s03", "title": {"language": "es", "text": "Título"}, "conference": "hiv2020", "date": "2020-07-14", "more": 0, "moments": [
  {"id": "t1.1.752960", "startMs": 752960, "endMs": 755960, "words": {"matched": 2, "of": 2}, "languages": ["es"],
   "hits": [{"text": "t3", "voice": "t1", "language": "es", "role": "interpretation", "original": false, "origin": "machine", "startMs": 752960, "endMs": 755960,
    "lines": [{"startMs": 752960, "endMs": 755960, "text": "los derechos humanos y la policía", "marks": [[4, 20], [26, 33]]}]}],
   "parallel": [{"text": "t4", "voice": "t2", "language": "ru", "startMs": 754100, "endMs": 757100,
    "lines": [{"startMs": 754100, "endMs": 757100, "text": "права человека и полиция", "marks": []}]}],
   "url": "/es/sessions/s03?m=t1.1.752960"}]}],
 "next": null}`
	if compact(t, got) != compact(t, []byte(want)) {
		t.Errorf("answer =\n%s\nwant\n%s", got, want)
	}
}

func compact(t *testing.T, data []byte) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
