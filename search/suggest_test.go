package search

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"cabina/archive"

	"github.com/google/go-cmp/cmp"
)

func (w *world) suggested(typed string, with ...func(*Request)) []Suggestion {
	w.t.Helper()
	r := Request{}
	for _, f := range with {
		f(&r)
	}
	if r.Sessions == nil {
		r.Sessions = w.documents()
	}
	out, err := w.x.Suggest(context.Background(), r, typed)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w *world) corrections(text string, with ...func(*Request)) []Correction {
	w.t.Helper()
	r := w.request(text, with...)
	out, err := w.x.DidYouMean(context.Background(), r)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// talk is a small archive of words to suggest.
func talk(w *world) {
	w.add("s1", []said{
		{voice: "en", lang: "en", cues: at(map[float64]string{0: "Sex work is work.", 60: "Sex workers said so: criminalisation.", 120: "Sex work, sexual health.", 180: "Criminalisation and stigma.", 240: "The stigma, the criminal law."})},
		{voice: "es", lang: "es", cues: at(map[float64]string{2: "El trabajo sexual es trabajo.", 62: "La criminalización, dijo.", 122: "Trabajo sexual y educación.", 182: "Criminalización y estigma."})},
		{voice: "ru", lang: "ru", cues: at(map[float64]string{2: "Секс-работа это работа.", 62: "Криминализация и ещё."})},
	})
	w.add("hidden", []said{{voice: "en", lang: "en", cues: every(4000, "Sexy secretword stigmas crimson sex pistols", "Sex pistols")}}, visibility(archive.Restricted))
}

func TestSuggest(t *testing.T) {
	w := newWorld(t)
	talk(w)
	w.open()
	for _, c := range []struct{ typed, want string }{
		{"crim", "criminalisation|criminalización|criminal"},
		{"CRIMINALISACIO", ""},
		{"criminalizacio", "criminalización"},
		{"educacio", "educación"},
		{"sex", "sex|sexual|sex work"},
		{"sex w", "sex work|sex workers"},
		{"sex ", "sex work"},
		{`"sex w`, `"sex work|"sex workers`},
		{"law OR stig", "law OR stigma"},
		{"-stig", "-stigma"},
		{"stigma crim", "stigma criminalisation|stigma criminalización|stigma criminal"},
		{"работ", "работа"},
		{"ещ", "ещё"},
		{"secretw", ""},
		{"s", ""}, {"", ""}, {"lang:e", ""}, {"lang:es tra", "lang:es trabajo|lang:es trabajo sexual"}, {"crim*", ""}, {"\xffcrim", ""}, {strings.Repeat("crim ", 100), ""},
	} {
		var got []string
		for _, s := range w.suggested(c.typed) {
			got = append(got, s.Text)
		}
		if g := strings.Join(got, "|"); g != c.want {
			t.Errorf("Suggest(%q) = %s, want %s", c.typed, g, c.want)
		}
	}
	if got := w.suggested("secretw", as(archive.Viewer{Standing: archive.Editor})); len(got) == 0 || got[0].Text != "secretword" {
		t.Errorf("an editor's Suggest(secretw) = %v, want secretword", got)
	}
	if got := w.suggested("secretw", as(archive.Viewer{Standing: archive.Reader})); len(got) > 0 {
		t.Errorf("a reader's Suggest(secretw) = %v, want nothing: in the same index are drafts", got)
	}
	if got := w.suggested("crim", func(r *Request) { r.Languages = []archive.Language{"es"} }); len(got) == 0 || got[0].Text != "criminalización" || got[0].Language != "es" {
		t.Errorf("in Spanish alone: %v, want criminalización", got)
	}
	docs := w.documents()
	docs("s1").Visibility = archive.Draft
	if got := w.suggested("crim", func(r *Request) { r.Sessions = docs }); len(got) > 0 {
		t.Errorf("hidden, but not yet in the index: Suggest(crim) = %v, want nothing", got)
	}
}

func TestDidYouMean(t *testing.T) {
	w := newWorld(t)
	talk(w)
	w.open()
	for _, c := range []struct{ query, want string }{
		{"criminalisatoin", "criminalisation 3"}, // of the same stem is criminal
		{"stimga criminalisatoin", "stigma criminalisation 2"},
		{`"sex werk"`, `"sex work" 2`},
		{"stigam~ role:interpretation", "stigma role:interpretation 2|estigma role:interpretation 1"},
		{"-law criminalisatoin", "-law criminalisation 2"},
		{"работаа", "работа 1"},
		{"edukacion", "educación 1"},
		{"criminalisation", ""}, {"criminalised", ""}, {"criminal*", ""}, {"secretworf", ""}, {"zzzzzzzzzz", ""}, {"abc", ""},
	} {
		var got []string
		for _, k := range w.corrections(c.query) {
			got = append(got, fmt.Sprint(k.Text, " ", k.AllWords))
		}
		if g := strings.Join(got, "|"); g != c.want {
			t.Errorf("DidYouMean(%q) = %s, want %s", c.query, g, c.want)
		}
	}
	if got := w.corrections("secretworf", as(archive.Viewer{Standing: archive.Administrator})); len(got) != 1 || got[0].Text != "secretword" {
		t.Errorf("an administrator's DidYouMean(secretworf) = %v, want secretword", got)
	}
}

func TestTypos(t *testing.T) {
	for pair, want := range map[string]int{"stigma stigma": 0, "stigam stigma": 1, "stima stigma": 1, "stiggma stigma": 1, "stikma stigma": 1, "работаа работа": 1, "ab ba": 1, "abc xyz": 3, "abcd badc": 2} {
		a, b, _ := strings.Cut(pair, " ")
		if got, back := typos(a, b), typos(b, a); got != want || back != want {
			t.Errorf("typos(%s, %s) = %d, %d the other way; want %d", a, b, got, back, want)
		}
	}
	if got := readAll("sex w"); !cmp.Equal(got, typed{"sex ", "sex", "w"}, cmp.AllowUnexported(typed{})) {
		t.Errorf("readTyped = %+v", got)
	}
}

func readAll(s string) typed { t, _ := readTyped(s); return t }
