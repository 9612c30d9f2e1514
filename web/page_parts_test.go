package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cabina/archive"
	"cabina/web/locale"
)

func TestMarkedFindsWordsWhateverTheirForm(t *testing.T) {
	for _, c := range []struct{ name, text, sought, want string }{
		{"nothing sought", "a line", "", "a line"},
		{"nothing found", "a line", "word", "a line"},
		{"capitals", "The Right", "right", "The [Right]"},
		{"accents in the text", "educación", "educacion", "[educación]"},
		{"accents in the question", "educacion", "educación", "[educacion]"},
		{"marks as letters of their own", "educacio\u0301n es", "educación", "[educacio\u0301n] es"},
		{"twice", "la la", "la", "[la] [la]"},
		{"over a line's end", "human\n rights", "human rights", "[human\n rights]"},
		{"Russian", "Право на ЁЛКУ", "ёлку", "Право на [ЁЛКУ]"},
		{"Arabic with its vowels", "حُقُوق", "حقوق", "[حُقُوق]"},
		{"one Chinese letter", "人人有权", "权", "人人有[权]"},
		{"a ligature", "ﬁnd", "find", "[ﬁnd]"},
	} {
		var b strings.Builder
		for _, p := range marked(c.text, c.sought) {
			if p.Mark {
				b.WriteString("[" + p.Text + "]")
			} else {
				b.WriteString(p.Text)
			}
		}
		if b.String() != c.want {
			t.Errorf("%s: %q, want %q", c.name, b.String(), c.want)
		}
	}
}

func FuzzMarked(f *testing.F) {
	f.Add("Educación \u0301para\n todos", "ó p")
	f.Add("ﬁ\u202eﬁ", "i")
	f.Fuzz(func(t *testing.T, text, sought string) {
		text = strings.ToValidUTF8(text, "?")
		var b strings.Builder
		for _, p := range marked(text, sought) {
			b.WriteString(p.Text)
		}
		if b.String() != text {
			t.Errorf("the pieces make %q, want %q", b.String(), text)
		}
	})
}

func TestLinesStandBesideThoseSaidAtTheirTime(t *testing.T) {
	at := func(ms ...int64) []archive.Cue {
		var out []archive.Cue
		for _, m := range ms {
			out = append(out, archive.Cue{StartMs: m, EndMs: m + 1000})
		}
		return out
	}
	for _, c := range []struct {
		name string
		a, b []archive.Cue
		want [][]int64
	}{
		{"the interpreter lags", at(0, 5000, 10000), at(1500, 6500, 11500), [][]int64{{1500}, {6500}, {11500}}},
		{"a little early is still its own", at(0, 5000), at(4600), [][]int64{nil, {4600}}},
		{"before all stands at the first", at(5000), at(0, 1000), [][]int64{{0, 1000}}},
		{"several at one", at(0, 9000), at(1000, 4000, 8000), [][]int64{{1000, 4000, 8000}, nil}},
		{"none", at(0), nil, [][]int64{nil}},
		{"beside nothing", nil, at(0), [][]int64{}},
	} {
		got := [][]int64{}
		for _, g := range alongside(c.a, c.b) {
			var starts []int64
			for _, x := range g {
				starts = append(starts, x.StartMs)
			}
			got = append(got, starts)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestALineOfTheFloorIsInWhatTheRoomSpoke(t *testing.T) {
	doc := &archive.Session{Spans: []archive.Span{{StartMs: 0, EndMs: 5000, Language: "ar"}, {StartMs: 5000, EndMs: 9000, Language: "es"}}}
	m := scriptMaker{l: "en", doc: doc, in: "mul", nowMs: -1, cues: []archive.Cue{{StartMs: 100, EndMs: 2000}, {StartMs: 4900, EndMs: 7000}, {StartMs: 9500, EndMs: 9900}, {StartMs: 9700, EndMs: 9900}}}
	var got []string
	for _, x := range m.lines() {
		got = append(got, x.ID+" "+string(x.In))
	}
	if d := cmp.Diff([]string{"t0 ar", "t4 es", "t9 mul", "t9-2 mul"}, got); d != "" {
		t.Error(d)
	}
}

func TestHowLongAJobStillTakes(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		job  archive.Job
		want int
	}{
		{"a quarter in one minute leaves three", archive.Job{Started: "2026-11-24T11:59:00Z", Progress: .25}, 3},
		{"nearly done is a minute", archive.Job{Started: "2026-11-24T11:59:00Z", Progress: .99}, 1},
		{"too early to tell", archive.Job{Started: "2026-11-24T11:59:00Z", Progress: .01}, 0},
		{"not begun", archive.Job{}, 0},
		{"a clock that is ahead", archive.Job{Started: "2026-11-24T12:59:00Z", Progress: .5}, 0},
		{"more than a day is not said", archive.Job{Started: "2026-11-20T12:00:00Z", Progress: .1}, 0},
	} {
		if got := minutesOf(c.job, now); got != c.want {
			t.Errorf("%s: %d minutes, want %d", c.name, got, c.want)
		}
	}
}

func TestPartOfALongList(t *testing.T) {
	p := page{Lang: "en"}
	list := make([]int, 25)
	for _, c := range []struct {
		number         string
		size           int
		text           string
		previous, next string
		length         int
	}{
		{"", 25, "", "", "", 25},
		{"", 10, "Sessions 1 to 10 of 25", "", "/en/x?voice=es&page=2#list", 10},
		{"2", 10, "Sessions 11 to 20 of 25", "/en/x?voice=es#list", "/en/x?voice=es&page=3#list", 10},
		{"3", 10, "Sessions 21 to 25 of 25", "/en/x?voice=es&page=2#list", "", 5},
		{"4", 10, "Sessions 1 to 10 of 25", "", "/en/x?voice=es&page=2#list", 10},
		{"no", 10, "Sessions 1 to 10 of 25", "", "/en/x?voice=es&page=2#list", 10},
	} {
		got, g := part(p, "x", c.number, c.size, list, "voice", "es")
		if g == nil {
			g = &pager{}
		}
		if len(got) != c.length || *g != (pager{c.text, c.previous, c.next}) {
			t.Errorf("page %q of %d: %d items and %+v", c.number, c.size, len(got), *g)
		}
	}
}

func TestPiecesCutAtMarks(t *testing.T) {
	for _, c := range []struct {
		name  string
		marks [][2]int
		want  []piece
	}{
		{"none", nil, []piece{{"añb", false}}},
		{"by letters, not bytes", [][2]int{{1, 2}}, []piece{{"a", false}, {"ñ", true}, {"b", false}}},
		{"outside is left out", [][2]int{{2, 9}, {-4, 1}, {5, 6}}, []piece{{"añ", false}, {"b", true}}},
	} {
		if d := cmp.Diff(c.want, pieces("añb", c.marks)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestSayTakesTheReadersWordsElseTheNextThereAre(t *testing.T) {
	for _, c := range []struct {
		name string
		w    archive.Words
		l    locale.Lang
		want said
	}{
		{"the page's language", archive.Words{"en": "a", "es": "b"}, "es", said{"b", "es"}},
		{"a region of it", archive.Words{"en": "a", "pt-BR": "b"}, "pt", said{"b", "pt-BR"}},
		{"English next", archive.Words{"en": "a", "de": "b"}, "ru", said{"a", "en"}},
		{"else what there is", archive.Words{"fr": "c", "de": "b"}, "ru", said{"b", "de"}},
		{"an empty one is none", archive.Words{"ru": "", "de": "b"}, "ru", said{"b", "de"}},
		{"nothing", nil, "ru", said{}},
	} {
		if got := say(c.w, c.l); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// No page is worded in Go: two words in a row in a string are a sentence, but in errors and log lines.
func TestNoSentenceStandsInTheCodeOfPages(t *testing.T) {
	files := []string{"home.go", "conference.go", "session.go", "listen.go", "transcript.go", "searchpage.go", "about.go", "page.go"}
	more, err := filepath.Glob("page_*.go")
	if err != nil {
		t.Fatal(err)
	}
	sentence := regexp.MustCompile(`\pL{2,} \pL{2,}`)
	for _, name := range append(files, more...) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.CallExpr:
				if f, ok := x.Fun.(*ast.SelectorExpr); ok && (strings.HasSuffix(f.Sel.Name, "Context") || f.Sel.Name == "Errorf" || f.Sel.Name == "New") {
					return false
				}
			case *ast.BasicLit:
				if x.Kind == token.STRING && sentence.MatchString(x.Value) && x.Value != `"cabina import"` {
					t.Errorf("%s says %s", name, x.Value)
				}
			}
			return true
		})
	}
}
