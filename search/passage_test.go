package search

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cabina/archive"

	"github.com/google/go-cmp/cmp"
)

func TestPassagesEnd(t *testing.T) {
	words := func(n int) string { return strings.TrimSpace(strings.Repeat("word ", n)) }
	repeat := func(n int, ms int64, text string) []cue {
		var out []cue
		for _, c := range every(ms, make([]string, n)...) {
			c.Text = text
			out = append(out, cue{Cue: c, language: "en"})
		}
		return out
	}
	with := func(cues []cue, change func(cues []cue)) []cue { change(cues); return cues }
	for _, c := range []struct {
		name string
		cues []cue
		want []int
	}{
		{"nothing", nil, nil},
		{"one cue", repeat(1, 3000, "a"), []int{0}},
		{"short of 27 s", repeat(8, 3000, "a."), []int{0}},
		{"at a sentence's end from 27 s on", repeat(20, 3000, "a."), []int{0, 9, 18}},
		{"at a sentence's end behind a closing mark", repeat(20, 3000, "a.»"), []int{0, 9, 18}},
		{"at an Arabic question mark", repeat(20, 3000, "a؟"), []int{0, 9, 18}},
		{"without an end at 40 s", repeat(20, 3000, "a"), []int{0, 13}},
		{"at a pause", with(repeat(20, 3000, "a"), func(c []cue) { c[9].EndMs -= 700 }), []int{0, 10}},
		{"not at a shorter pause", with(repeat(12, 3000, "a"), func(c []cue) { c[9].EndMs -= 699 }), []int{0}},
		{"at a sentence's end from 71 words on", repeat(20, 1000, words(12)+"."), []int{0, 6, 12, 18}},
		{"without an end at 106 words", repeat(20, 1000, words(12)), []int{0, 8, 16}},
		{"where the language changes", with(repeat(6, 3000, "a"), func(c []cue) { c[2].language, c[3].language = "es", "es" }), []int{0, 2, 4}},
		{"one cue longer than all bounds", repeat(3, 50_000, words(200)), []int{0, 1, 2}},
	} {
		if got := passages(c.cues); !cmp.Equal(got, c.want) {
			t.Errorf("%s: passages begin at %v, want %v", c.name, got, c.want)
		}
	}
}

func TestACueHasTheFloorsLanguage(t *testing.T) {
	spans := []archive.Span{{StartMs: 0, EndMs: 5000, Language: "en"}, {StartMs: 5000, EndMs: 9000, Language: "es"}, {StartMs: 20_000, EndMs: 30_000}}
	cues := every(4000, "all in the first", "mostly in the second", "in the second, a little", "in none", "in none", "in one without a language")
	for _, c := range []struct {
		text archive.Language
		want []archive.Language
	}{
		{"mul", []archive.Language{"en", "es", "es", "mul", "mul", "mul"}},
		{"fr", []archive.Language{"fr", "fr", "fr", "fr", "fr", "fr"}},
	} {
		var got []archive.Language
		for _, c := range spoken(cues, c.text, spans) {
			got = append(got, c.language)
		}
		if !cmp.Equal(got, c.want) {
			t.Errorf("languages of a text in %s = %v, want %v", c.text, got, c.want)
		}
	}
}

func TestCueFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s1", "t1.x.cues")
	var cues []cue
	for i := range 30 {
		cues = append(cues, cue{Cue: archive.Cue{N: i + 7, StartMs: int64(i) * 3000, EndMs: int64(i)*3000 + 2500, Text: fmt.Sprintf("Línea número %d.\nدو", i)}, language: []archive.Language{"en", "pt-BR"}[i/15]})
	}
	if err := writeCues(path, cueHeader{Session: "s1", Track: "t1", V: 2, Voice: "t4", VoiceV: 3}, cues); err != nil {
		t.Fatal(err)
	}
	f, err := openCues(path)
	if err != nil {
		t.Fatal(err)
	}
	if f.Session != "s1" || f.Track != "t1" || f.V != 2 || f.Voice != "t4" || f.VoiceV != 3 || f.Cues != 30 || f.Passages != len(passages(cues)) {
		t.Errorf("header = %+v, want what was written", f.cueHeader)
	}
	for i, c := range cues {
		if f.start(i) != c.StartMs || f.end(i) != c.EndMs || f.words(i) != c.Text || f.number(i) != c.N || f.language(i) != c.language || f.size(i) != len(c.Text) {
			t.Errorf("cue %d = %d–%d %q %s, want %+v", i, f.start(i), f.end(i), f.words(i), f.language(i), c)
		}
	}
	next := 0
	for n := range f.Passages {
		first, end := f.passage(n)
		if first != next || end <= first {
			t.Errorf("passage %d = [%d, %d), want one that begins at %d", n, first, end, next)
		}
		next = end
	}
	if next != 30 {
		t.Errorf("passages end at cue %d, want 30", next)
	}
	for ms, want := range map[int64]int{-1: 0, 0: 0, 1: 1, 3000: 1, 87_000: 29, 87_001: 30} {
		if got := f.after(ms); got != want {
			t.Errorf("first cue at %d ms or later = %d, want %d", ms, got, want)
		}
	}
	if err := f.close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{0, 8, 12, 14, 20, 100, len(whole) - 1} {
		bad := append([]byte{}, whole...)
		bad[at] ^= 1
		for _, data := range [][]byte{bad, whole[:at]} {
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := openCues(path); !errors.Is(err, errDamaged) {
				t.Errorf("a file of %d bytes, damaged at %d: openCues = %v, want errDamaged", len(data), at, err)
			}
		}
	}
}
