package search

import (
	"context"
	"strings"
	"testing"

	"cabina/archive"

	"github.com/google/go-cmp/cmp"
)

func (w *world) overTime(text string, with ...func(*Request)) *OverTime {
	w.t.Helper()
	r := w.request(text, with...)
	o, err := w.x.OverTime(context.Background(), r)
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

func TestOverTime(t *testing.T) {
	w := newWorld(t)
	on := func(day string) func(*archive.Session) { return func(s *archive.Session) { s.At = day } }
	people := func(s *archive.Session) {
		s.People = []archive.Person{{ID: "p1", Name: "Anna Able"}, {ID: "p2", Name: "Bela Bold"}}
		s.Spans = []archive.Span{{StartMs: 0, EndMs: 90_000, Language: "en", Person: "p1"}, {StartMs: 90_000, EndMs: 150_000, Language: "es", Person: "p2"}}
	}
	w.add("b", []said{{voice: "en", lang: "en", cues: every(3000, "One law, two laws.", "It's three: l'eau.")}, {voice: "zh", lang: "zh", cues: every(3000, "法律abc法。")}}, on("2020-03-01"))
	w.add("a", []said{{voice: "mul", lang: "en", cues: at(map[float64]string{0: "law and order", 100: "the law, said in Spanish"})}}, on("2021-03-01"), people)
	w.add("none", []said{{voice: "en", lang: "en", cues: every(3000, "Nothing of it here.")}}, on("2020-01-01"))
	w.add("undated", []said{{voice: "en", lang: "en", cues: every(3000, "law")}}, on(""))
	w.open()
	o := w.overTime("law 法")
	type row struct {
		ID    string
		Lines int
		En    Share
	}
	var got []row
	for _, s := range o.Sessions {
		got = append(got, row{s.ID, s.Lines, s.Languages["en"]})
	}
	want := []row{{"none", 0, Share{0, 4, "words"}}, {"b", 4, Share{2, 9, "words"}}, {"a", 2, Share{2, 8, "words"}}, {"undated", 1, Share{1, 1, "words"}}}
	if !cmp.Equal(got, want) {
		t.Errorf("sessions:\n%s", cmp.Diff(want, got))
	}
	if zh := o.Languages["zh"]; zh != (Share{2, 4, "characters"}) { // 法律 法 and abc
		t.Errorf("Chinese = %+v, want 2 lines among 4 characters", zh)
	}
	if en := o.Languages["en"]; en != (Share{5, 22, "words"}) || en.Per10000() != 50_000.0/22 {
		t.Errorf("English = %+v, %v of 10,000; want 5 lines among 22 words", en, en.Per10000())
	}
	wantYears := []YearOverTime{
		{"2020", 2, 4, map[archive.Language]Share{"en": {2, 13, "words"}, "zh": {2, 4, "characters"}}},
		{"2021", 1, 2, map[archive.Language]Share{"en": {2, 8, "words"}}}}
	if !cmp.Equal(o.Years, wantYears) {
		t.Errorf("years:\n%s", cmp.Diff(wantYears, o.Years))
	}
	if o.Total != 7 || o.MarksCut {
		t.Errorf("total = %d, cut %v; want 7 lines, all with marks", o.Total, o.MarksCut)
	}
	if got, want := o.Sessions[2].Marks, []Mark{{0, "en", "t1", "t1.1.0"}, {100_000, "en", "t1", "t1.1.100000"}}; !cmp.Equal(got, want) {
		t.Errorf("marks:\n%s", cmp.Diff(want, got))
	}
	for _, c := range []struct {
		query string
		want  Share // of English
		ids   string
	}{
		{"law lang:en", Share{5, 22, "words"}, "none b a undated"},
		{"law after:2021", Share{2, 8, "words"}, "a"},
		{"law session:b", Share{2, 9, "words"}, "b"},
		{`law speaker:"bela bold"`, Share{1, 5, "words"}, "a"},
		{"law role:original", Share{1, 3, "words"}, "a"},
		{"law -role:original", Share{4, 19, "words"}, "none b a undated"},
		{"law role:interpreted", Share{3, 14, "words"}, "none b undated"},
		{"hippopotamus", Share{0, 22, "words"}, "none b a undated"},
	} {
		o := w.overTime(c.query)
		var ids []string
		for _, s := range o.Sessions {
			ids = append(ids, s.ID)
		}
		if o.Languages["en"] != c.want || strings.Join(ids, " ") != c.ids {
			t.Errorf("OverTime(%s) = %+v in %s, want %+v in %s", c.query, o.Languages["en"], ids, c.want, c.ids)
		}
		if lines := w.linesOf(c.query); lines.Total != o.Total {
			t.Errorf("OverTime(%s) counts %d lines, there are %d", c.query, o.Total, lines.Total)
		}
	}
	docs := w.documents()
	docs("b").Withdrawn = []archive.Withdrawal{{ID: "w1", StartMs: 0, EndMs: 1000}}
	docs("b").Rev++
	docs("a").Visibility = archive.Restricted
	if o := w.overTime("law", func(r *Request) { r.Sessions = docs }); o.Languages["en"] != (Share{1, 10, "words"}) || o.Languages["zh"].Of != 0 {
		t.Errorf("with a session hidden and a stretch withdrawn: %+v, want 1 line among 10 words, no Chinese", o.Languages)
	}
}
