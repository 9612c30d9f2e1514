package search

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"cabina/archive"

	"github.com/google/go-cmp/cmp"
)

// tracks gives the text tracks of a session by language.
func textTracks(s *archive.Session) map[archive.Language]string {
	out := map[archive.Language]string{}
	for _, t := range s.Live(archive.Text) {
		out[t.Language] = t.ID
	}
	return out
}

// TestTheLagIsMeasured: by names and numbers that texts have in common; where there are too few, it is not.
func TestTheLagIsMeasured(t *testing.T) {
	w := newWorld(t)
	bible(t, w, 360)
	w.add("few", []said{{voice: "mul", lang: "en", cues: every(4000, "Nothing in common here.", "Covid 2020 twice.")}, {voice: "es", lang: "es", cues: every(4000, "Nada.", "Covid 2020.")}})
	w.open()
	docs := w.documents()
	q, _ := Parse("x")
	s := w.x.searching(&Request{Query: q, Sessions: docs})
	defer s.done()
	lag := func(session string, l archive.Language) (int64, bool) {
		track := docs(session).Track(textTracks(docs(session))[l])
		return s.lag(docs(session), track, track.Current())
	}
	found := 0
	for _, session := range []string{"s00", "s01", "s02"} {
		for _, b := range booths {
			got, measured := lag(session, b.lang)
			t.Logf("%s %s: %d ms, measured %v; it is %d", session, b.lang, got, measured, b.lag)
			if measured && b.lang != "en" {
				found++
				if got < b.lag-400 || got > b.lag+400 {
					t.Errorf("%s: %s is %d ms behind the floor, want %d ± 400", session, b.lang, got, b.lag)
				}
			} else if b.lang == "en" && (measured || got != 0) {
				t.Errorf("%s: the floor is %d ms behind itself", session, got)
			}
		}
	}
	if found < 3 { // Spanish and Portuguese have names in common with English, Russian writes them otherwise
		t.Errorf("lags measured = %d, want 3 at least", found)
	}
	if got, measured := lag("few", "es"); measured || got != boothMs {
		t.Errorf("of two words in common: %d ms, measured %v; want what is usual, %d", got, measured, boothMs)
	}
	for n := range 200 { // by chance
		random := rand.New(rand.NewPCG(uint64(n), 1))
		a, b := map[string][]int64{}, map[string][]int64{}
		for i := range 60 {
			word := fmt.Sprint("word", i)
			a[word], b[word] = []int64{random.Int64N(60_000)}, []int64{random.Int64N(60_000)}
		}
		if ms, ok := lagBetween(a, b); ok {
			t.Errorf("words at random, %d: a lag of %d ms, want none", n, ms)
		}
	}
}

// TestSide lays real texts beside each other, in every order of the columns.
func TestSide(t *testing.T) {
	w := newWorld(t)
	bible(t, w, 120)
	w.open()
	docs := w.documents()
	tracks := textTracks(docs("s00"))
	side := func(langs ...archive.Language) *SideBySide {
		var ids []string
		for _, l := range langs {
			ids = append(ids, tracks[l])
		}
		got, err := w.x.Side(context.Background(), Request{Session: "s00", Sessions: docs}, ids)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for _, order := range [][]archive.Language{{"en", "es"}, {"es", "en"}, {"en", "es", "ru"}, {"ru", "es", "en"}, {"es", "pt"}, {"pt", "es"}} {
		got := side(order...)
		full := 0
		for i := range order {
			var lines []string
			for _, r := range got.Rows {
				if len(r.Cells) != len(order) {
					t.Fatalf("%v: a row has %d cells", order, len(r.Cells))
				}
				for _, l := range r.Cells[i].Lines {
					lines = append(lines, fmt.Sprintf("%d %s", l.StartMs, l.Text))
				}
			}
			file, release, err := w.x.files.use(w.x.files.name("s00", tracks[order[i]], func() string { r, _ := w.x.public.receipt("s00"); return r.Texts[tracks[order[i]]].Key }()))
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for k := range file.Cues {
				want = append(want, fmt.Sprintf("%d %s", file.start(k), file.words(k)))
			}
			release()
			if !slices.Equal(lines, want) {
				t.Errorf("%v: the column %s has not every cue once and in order: %d of %d", order, order[i], len(lines), len(want))
			}
		}
		for _, r := range got.Rows {
			lag := func(i int) int64 { return got.Columns[i].LagMs }
			if len(r.Cells[0].Lines) > 0 && len(r.Cells[1].Lines) > 0 {
				full++
				a, b := r.Cells[0].Lines[0].StartMs-lag(0), r.Cells[1].Lines[0].StartMs-lag(1)
				if len(order) == 2 && distance(a, b) > besideMs {
					t.Errorf("%v: %q and %q stand in one row, %d ms apart", order, r.Cells[0].Lines[0].Text, r.Cells[1].Lines[0].Text, distance(a, b))
				}
			}
		}
		if full < len(got.Rows)*7/10 {
			t.Errorf("%v: %d of %d rows have both, want 7 of 10", order, full, len(got.Rows))
		}
		turned := slices.Clone(order)
		slices.Reverse(turned)
		back := side(turned...)
		for i := range back.Rows {
			slices.Reverse(back.Rows[i].Cells)
		}
		if !cmp.Equal(got.Rows, back.Rows) {
			t.Errorf("%v: other rows than with the columns turned round", order)
		}
	}
}

func TestSideShowsOnlyWhatTheAskerMaySee(t *testing.T) {
	w := newWorld(t)
	w.add("s1", []said{{voice: "mul", lang: "en", cues: every(4000, "One.", "Two.", "Three.")}, {voice: "es", lang: "es", cues: every(4000, "Uno.", "Dos.", "Tres.")},
		{voice: "fr", lang: "fr", cues: every(4000, "Un."), staff: true}})
	w.open()
	docs := w.documents()
	ask := func(v archive.Viewer, texts ...string) (*SideBySide, error) {
		return w.x.Side(context.Background(), Request{Session: "s1", Viewer: v, Sessions: docs}, texts)
	}
	docs("s1").Withdrawn = []archive.Withdrawal{{ID: "w1", StartMs: 4000, EndMs: 5000}}
	got, err := ask(archive.Viewer{}, "t4", "t5")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, r := range got.Rows {
		row := fmt.Sprint(r.StartMs)
		for _, c := range r.Cells {
			row += "|"
			for _, l := range c.Lines {
				row += l.Text
			}
		}
		rows = append(rows, row)
	}
	if want := "0|One.|Uno. 8000|Three.|Tres."; strings.Join(rows, " ") != want {
		t.Errorf("Side = %q, want %q", rows, want)
	}
	for _, texts := range [][]string{{"t4", "t6"}, {"t4", "t9"}, {"t1", "t4"}} {
		if _, err := ask(archive.Viewer{}, texts...); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a stranger's Side of %v = %v, want that there is none", texts, err)
		}
	}
	if _, err := ask(archive.Viewer{Standing: archive.Editor}, "t4", "t6"); err != nil {
		t.Errorf("an editor's Side of a staff track = %v", err)
	}
}

// TestTheTable asks for what stands beside each line, and holds it against the other way round.
func TestTheTable(t *testing.T) {
	w := newWorld(t)
	w.add("s1", []said{
		{voice: "mul", lang: "en", cues: at(map[float64]string{10: "the law of the land", 40: "a law again"})},
		{voice: "es", lang: "es", cues: at(map[float64]string{12: "la ley del país", 30: "silencio"})},
		{voice: "fr", lang: "fr", cues: at(map[float64]string{13: "law en français", 41: "encore"}), staff: true},
		{voice: "pt", lang: "pt", cues: at(map[float64]string{14: "a law"})},
		{lang: "ru", cues: at(map[float64]string{9: "закон"})},
	}, func(s *archive.Session) {
		s.Tracks = append(s.Tracks, archive.Track{ID: "t10", Kind: archive.Audio, Role: archive.Interpretation, Language: "ar", Published: 1, Versions: s.Tracks[0].Versions})
		s.NextTrack = 11
	})
	w.open()
	rows := func(v archive.Viewer) string {
		var out []string
		for _, k := range w.linesOf("law lang:en", func(r *LinesRequest) { r.Beside, r.Viewer = true, v }).Lines {
			for _, b := range k.Beside {
				cell := fmt.Sprintf("%d %s", k.StartMs, b.Language)
				for _, l := range b.Lines {
					cell += " " + marked(l)
				}
				if b.Matches {
					cell += " !"
				}
				if b.Text == "" {
					cell += " no text"
				}
				out = append(out, cell)
			}
		}
		return strings.Join(out, "\n")
	}
	want := "10000 es la ley del país\n10000 pt a law\n10000 ru закон\n10000 fr no text\n10000 ar no text\n40000 es\n40000 pt\n40000 ru\n40000 fr no text\n40000 ar no text"
	if got := rows(archive.Viewer{}); got != want {
		t.Errorf("a stranger's table:\n%s", cmp.Diff(want, got))
	}
	if got := rows(archive.Viewer{Standing: archive.Editor}); !strings.Contains(got, "10000 fr law en français") || !strings.Contains(got, "40000 fr encore") {
		t.Errorf("an editor's table:\n%s\nwant the French of the staff too", got)
	}
	both := w.linesOf("law OR país", func(r *LinesRequest) { r.Beside = true })
	beside := map[string]bool{}
	for _, k := range both.Lines {
		for _, b := range k.Beside {
			for _, l := range b.Lines {
				beside[fmt.Sprintf("%s@%d %s@%d", k.Text, k.StartMs, b.Text, l.StartMs)] = true
			}
			if b.Language == "pt" && k.StartMs == 10_000 && (!b.Matches || marked(b.Lines[0]) != "a [law]") {
				t.Errorf("beside %s: %+v, want the word marked", k.ID, b)
			}
		}
	}
	for pair := range beside {
		a, b, _ := strings.Cut(pair, " ")
		if a < b && !beside[b+" "+a] && slices.ContainsFunc(both.Lines, func(k Kwic) bool { return fmt.Sprintf("%s@%d", k.Text, k.StartMs) == b }) {
			t.Errorf("%s stands beside %s, but not the other way round", b, a)
		}
	}
}
