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
	"unicode"

	"cabina/archive"

	"github.com/google/go-cmp/cmp"
)

// lines asks for lines as a stranger unless the request says otherwise.
func (w *world) linesOf(text string, with ...func(*LinesRequest)) *LinesAnswer {
	w.t.Helper()
	r := w.linesRequest(text, with...)
	a, err := w.x.Lines(context.Background(), r)
	if err != nil {
		w.t.Fatalf("Lines(%q) = %v", text, err)
	}
	return a
}

func (w *world) linesRequest(text string, with ...func(*LinesRequest)) LinesRequest {
	w.t.Helper()
	q, err := Parse(text)
	if err != nil {
		w.t.Fatalf("Parse(%q) = %v", text, err)
	}
	r := LinesRequest{Request: Request{Query: q, Sessions: w.documents(), Limit: 500}}
	for _, f := range with {
		f(&r)
	}
	return r
}

// every gives all lines as they are streamed.
func (w *world) everyLine(text string, with ...func(*LinesRequest)) []Kwic {
	w.t.Helper()
	var out []Kwic
	for k, err := range w.x.EachLine(context.Background(), w.linesRequest(text, with...)) {
		if err != nil {
			w.t.Fatalf("EachLine(%q) = %v", text, err)
		}
		out = append(out, *k)
	}
	return out
}

func by(s LineSort) func(*LinesRequest) { return func(r *LinesRequest) { r.Sort = s } }

// shown gives lines as "left[word]right".
func shown(lines []Kwic) (out []string) {
	for _, k := range lines {
		out = append(out, k.Left+"["+k.Word+"]"+k.Right)
	}
	return out
}

func TestLines(t *testing.T) {
	w := newWorld(t)
	w.add("s1", []said{
		{voice: "mul", lang: "en", cues: every(3000, "We speak of law. A law is", "made, and laws are", "broken. Sex", "work is work.")},
		{voice: "es", lang: "es", cues: every(3000, "Hablamos de la ley.", "Las leyes se hacen.", "Trabajo", "sexual.")},
	}, func(s *archive.Session) {
		s.Spans = []archive.Span{{StartMs: 0, EndMs: 6000, Language: "en"}, {StartMs: 6000, EndMs: 20000, Language: "es"}}
	})
	w.open()
	for _, c := range []struct {
		name, query string
		want        []string
	}{
		{"every occurrence, in other forms too", "law", []string{
			"We speak of [law]. A law is made, and laws are broken. Sex work is work.",
			"We speak of law. A [law] is made, and laws are broken. Sex work is work.",
			"We speak of law. A law is made, and [laws] are broken. Sex work is work."}},
		{"as said", "exact:law", []string{
			"We speak of [law]. A law is made, and laws are broken. Sex work is work.",
			"We speak of law. A [law] is made, and laws are broken. Sex work is work."}},
		{"a phrase over a cue's end is one", `"sex work"`, []string{"We speak of law. A law is made, and laws are broken. [Sex work] is work."}},
		{"every term", `"sex work" laws -nothing`, []string{
			"We speak of [law]. A law is made, and laws are broken. Sex work is work.",
			"We speak of law. A [law] is made, and laws are broken. Sex work is work.",
			"We speak of law. A law is made, and [laws] are broken. Sex work is work.",
			"We speak of law. A law is made, and laws are broken. [Sex work] is work."}},
		{"two terms at one place are one line", `law laws exact:laws lang:en`, []string{
			"We speak of [law]. A law is made, and laws are broken. Sex work is work.",
			"We speak of law. A [law] is made, and laws are broken. Sex work is work.",
			"We speak of law. A law is made, and [laws] are broken. Sex work is work."}},
		{"a small word beside others is no line", "the is broken", []string{"We speak of law. A law is made, and laws are [broken]. Sex work is work."}},
		{"small words alone", `exact:are`, []string{"We speak of law. A law is made, and laws [are] broken. Sex work is work."}},
		{"either", "broken OR hacen", []string{
			"Hablamos de la ley. Las leyes se [hacen]. Trabajo sexual.",
			"We speak of law. A law is made, and laws are [broken]. Sex work is work."}},
		{"in one language", "ley lang:es", []string{
			"Hablamos de la [ley]. Las leyes se hacen. Trabajo sexual.", "Hablamos de la ley. Las [leyes] se hacen. Trabajo sexual."}},
		{"nothing", "hippopotamus", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := w.linesOf(c.query)
			if got := shown(a.Lines); !cmp.Equal(got, c.want) {
				t.Errorf("Lines(%s):\n%s", c.query, cmp.Diff(c.want, got))
			}
			if a.Total != len(c.want) || !a.Sorted || a.Next != nil || a.Sessions != min(len(c.want), 1) {
				t.Errorf("Lines(%s) = %d lines, sorted %v, next %v, in %d sessions; want %d, sorted, none, 1", c.query, a.Total, a.Sorted, a.Next, a.Sessions, len(c.want))
			}
		})
	}
	k := w.linesOf(`"sex work"`).Lines[0]
	want := Kwic{ID: "s1.t3.1.c0003.8-16", Session: "s1", Title: Title{"en", "Session s1"}, Date: "2020-07-14", Voice: "t1", Text: "t3", Language: "en", Role: "floor",
		Original: false, Origin: "machine", StartMs: 6000, EndMs: 12000, Left: k.Left, Word: "Sex work", Right: " is work.", URL: "/en/sessions/s1?m=t1.1.6000"}
	if !cmp.Equal(k, want) {
		t.Errorf("line:\n%s", cmp.Diff(want, k))
	}
	if k := w.linesOf("exact:law").Lines[0]; !k.Original {
		t.Errorf("line %s = %+v, want an original: the floor spoke English there", k.ID, k)
	}
}

// TestALineIsCutAtItsFarEnds: the context goes over the ends of cues, ends at a word, and stops where the language changes.
func TestALineIsCutAtItsFarEnds(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat("internationally ", 20)
	w.add("s1", []said{{voice: "en", lang: "en", cues: every(3000, long, "before hippopotamus after", long)}})
	w.add("s2", []said{{voice: "zh", lang: "zh", cues: every(3000, strings.Repeat("人权", 80)+"河馬"+strings.Repeat("宣言", 80))}})
	w.add("s3", []said{{voice: "mul", lang: "mul", cues: every(3000, "uno dos", "the zebra sleeps", "tres")}}, func(s *archive.Session) {
		s.Spans = []archive.Span{{StartMs: 0, EndMs: 3000, Language: "es"}, {StartMs: 3000, EndMs: 6000, Language: "en"}, {StartMs: 6000, EndMs: 9000, Language: "es"}}
	})
	w.open()
	k := w.linesOf("hippopotamus").Lines[0]
	if n := len([]rune(k.Left)); !strings.HasSuffix(k.Left, "internationally before ") || !strings.HasPrefix(k.Left, "internationally ") || n < 80 || n > contextMost {
		t.Errorf("left = %q, want 80 to %d letters from a word's beginning on", k.Left, contextMost)
	}
	if n := len([]rune(k.Right)); !strings.HasPrefix(k.Right, " after internationally") || !strings.HasSuffix(k.Right, "internationally") || n < 80 || n > contextMost {
		t.Errorf("right = %q, want 80 to %d letters to a word's end", k.Right, contextMost)
	}
	if k := w.linesOf("河馬").Lines[0]; k.Word != "河馬" || len([]rune(k.Left)) != contextMost || len([]rune(k.Right)) != contextMost {
		t.Errorf("line = %q [%q] %q, want %d letters on both sides", k.Left, k.Word, k.Right, contextMost)
	}
	if got, want := shown(w.linesOf("zebra").Lines), []string{"the [zebra] sleeps"}; !cmp.Equal(got, want) {
		t.Errorf("line = %q, want %q: the floor spoke another language before and after", got, want)
	}
}

func TestTheOrderOfLines(t *testing.T) {
	w := newWorld(t)
	session := func(day, title string) func(*archive.Session) {
		return func(s *archive.Session) { s.At, s.Title = day, archive.Words{"en": title} }
	}
	w.add("a", []said{{voice: "en", lang: "en", cues: every(3000, "Über law zebra.", "Every law Ántes.")}}, session("2020-09-01", "Beta"))
	w.add("b", []said{{voice: "en", lang: "en", cues: every(3000, "very ample law apple.", "one law, every. law")}}, session("2020-07-01", "Gamma"))
	w.add("c", []said{{voice: "en", lang: "en", cues: every(3000, "law.")}}, session("", "Alpha"))
	w.open()
	for _, c := range []struct {
		sort LineSort
		want string
	}{
		{ByTime, "b@0 b@3 b@3 a@0 a@3 c@0"},
		{"", "b@0 b@3 b@3 a@0 a@3 c@0"},
		{BySession, "c@0 a@0 a@3 b@0 b@3 b@3"},
		{ByRight, "b@3 c@0 a@3 b@0 b@3 a@0"}, // nothing, nothing, antes, apple, every, zebra
		{ByLeft, "c@0 b@0 b@3 a@3 b@3 a@0"},  // nothing, ample, every law, every zebra, one, uber
	} {
		var got []string
		for _, k := range w.linesOf("law", by(c.sort)).Lines {
			got = append(got, fmt.Sprintf("%s@%d", k.Session, k.StartMs/1000))
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("sorted by %q: %s, want %s", c.sort, g, c.want)
		}
	}
}

// TestACursorGivesEachLineOnce follows cursors in every order, and holds the pages against the stream.
func TestACursorGivesEachLineOnce(t *testing.T) {
	w := newWorld(t)
	manySessions(w, 4, 30)
	w.open()
	for _, c := range []struct {
		name  string
		limit int
		with  func(*LinesRequest)
		lines int
	}{
		{"by time", 7, by(ByTime), 304},
		{"few at a time", 3, by(BySession), 304},
		{"by left", 50, by(ByLeft), 304},
		{"by right", 33, by(ByRight), 304},
		{"a sample", 9, func(r *LinesRequest) { r.Sample, r.Seed, r.Sort = 40, 7, ByRight }, 40},
		{"a sample larger than all", 100, func(r *LinesRequest) { r.Sample = 1000 }, 304},
	} {
		t.Run(c.name, func(t *testing.T) {
			stream := w.everyLine("apples pears", c.with)
			var pages []Kwic
			for cursor := ""; ; {
				a := w.linesOf("apples pears", c.with, func(r *LinesRequest) { r.Limit, r.Cursor = c.limit, cursor })
				if a.Total != 304 || a.From != len(pages) || !a.Sorted {
					t.Fatalf("page = %d lines in all, after %d, sorted %v; want 304, %d, true", a.Total, a.From, a.Sorted, len(pages))
				}
				pages = append(pages, a.Lines...)
				if a.Next == nil {
					break
				}
				if len(a.Lines) != c.limit {
					t.Fatalf("a page has %d lines, want %d", len(a.Lines), c.limit)
				}
				cursor = *a.Next
			}
			if len(pages) != c.lines || !cmp.Equal(pages, stream) {
				t.Errorf("pages have %d lines, the stream %d; want the same %d", len(pages), len(stream), c.lines)
			}
			seen := map[string]bool{}
			for _, k := range pages {
				if seen[k.ID] {
					t.Errorf("%s came twice", k.ID)
				}
				seen[k.ID] = true
			}
		})
	}
	next := *w.linesOf("apples", func(r *LinesRequest) { r.Limit = 1 }).Next
	for _, with := range []func(*LinesRequest){by(ByLeft), func(r *LinesRequest) { r.Sample = 5 }, func(r *LinesRequest) { r.Session = "s01" }} {
		_, err := w.x.Lines(context.Background(), w.linesRequest("apples", with, func(r *LinesRequest) { r.Cursor = next }))
		if !errors.As(err, new(BadCursor)) {
			t.Errorf("Lines with another request's cursor = %v, want BadCursor", err)
		}
	}
}

func TestASampleIsTheSeeds(t *testing.T) {
	w := newWorld(t)
	manySessions(w, 4, 30)
	w.open()
	ids := func(seed uint64, sort LineSort) []string {
		var out []string
		for _, k := range w.everyLine("apples", by(sort), func(r *LinesRequest) { r.Sample, r.Seed = 50, seed }) {
			out = append(out, k.ID)
		}
		slices.Sort(out)
		return out
	}
	first := ids(7, ByTime)
	if again := ids(7, ByLeft); len(first) != 50 || !cmp.Equal(first, again) {
		t.Errorf("seed 7 gave %d lines, again %d others; want the same 50 in any order", len(first), len(again))
	}
	other, both := ids(8, ByTime), 0
	for _, id := range other {
		if slices.Contains(first, id) {
			both++
		}
	}
	if both > 25 { // of 240: about 10 by chance
		t.Errorf("seeds 7 and 8 have %d of 50 lines in common, want about 10", both)
	}
	w.add("more", []said{{voice: "en", lang: "en", cues: every(3000, "apples")}})
	w.followed()
	kept := 0
	for _, id := range ids(7, ByTime) {
		if slices.Contains(first, id) {
			kept++
		}
	}
	if kept < 49 {
		t.Errorf("with one line more in the archive %d of 50 sampled lines stay, want 49 at least", kept)
	}
}

// plainCount counts a word in a text as anyone would: without accents and capitals, between what is no letter.
func plainCount(text, word string) (n int) {
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) }) {
		if fold(strings.ToLower(w)) == word {
			n++
		}
	}
	return n
}

// TestAsManyLinesAsAPlainCount: for 200 words of the transcripts, fifty a language, the number of lines is that of a count over the text itself.
func TestAsManyLinesAsAPlainCount(t *testing.T) {
	w := newWorld(t)
	verses := bible(t, w, 240)
	w.open()
	text := map[archive.Language]string{}
	for _, v := range verses {
		for l, words := range v.text {
			text[l] += words + "\n"
		}
	}
	docs := w.documents()
	random := rand.New(rand.NewPCG(1, 2))
	for _, b := range booths {
		words := strings.FieldsFunc(text[b.lang], func(r rune) bool { return !unicode.IsLetter(r) })
		for range 50 {
			word := fold(strings.ToLower(words[random.IntN(len(words))]))
			if letters(word) < 2 {
				continue // the s of "man's"
			}
			want := plainCount(text[b.lang], word)
			r := func(r *LinesRequest) { r.Sessions, r.Limit = docs, 1 }
			a := w.linesOf("exact:"+word+" lang:"+string(b.lang), r)
			if a.Total != want || a.ByLanguage[b.lang] != want {
				t.Errorf("Lines(exact:%s lang:%s) = %d, a plain count %d", word, b.lang, a.Total, want)
			}
			same := 0 // words of the same stem
			stems := w.x.tongues.of(b.lang).stems(word)
			for _, other := range strings.FieldsFunc(text[b.lang], func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
				other = strings.ToLower(other)
				if !w.x.tongues.of(b.lang).stop[other] && shares(stems, w.x.tongues.of(b.lang).stems(other)) {
					same++
				}
			}
			small := w.x.tongues.of(b.lang).stop[word]
			if a := w.linesOf(word+" lang:"+string(b.lang), r); !small && a.Total != same {
				t.Errorf("Lines(%s lang:%s) = %d, words of its stem %d", word, b.lang, a.Total, same)
			}
		}
	}
}

func TestTooManyLinesToSort(t *testing.T) {
	w := newWorld(t)
	line := strings.Repeat("apples and ", 100)
	var cues []string
	for range 90 {
		cues = append(cues, line)
	}
	for i := range 6 {
		w.add(fmt.Sprintf("s%d", i), []said{{voice: "en", lang: "en", cues: every(10_000, cues...)}})
	}
	w.open()
	total := 6 * 90 * 100
	if total <= MostSorted {
		t.Fatal("too few lines for the test")
	}
	a := w.linesOf("apples", by(ByRight), func(r *LinesRequest) { r.Limit = 150 })
	if a.Total != total || a.Sorted || a.Lines[0].StartMs != 0 || a.Lines[149].StartMs != 10_000 {
		t.Errorf("Lines = %d, sorted %v, the last of the page at %d ms; want %d, by session and time, at 10 s", a.Total, a.Sorted, a.Lines[149].StartMs, total)
	}
	second := w.linesOf("apples", by(ByRight), func(r *LinesRequest) { r.Limit, r.Cursor = 150, *a.Next })
	if second.Sorted || second.Lines[0].StartMs != 10_000 || second.From != 150 {
		t.Errorf("the second page begins at %d ms, after %d; want where the first ended", second.Lines[0].StartMs, second.From)
	}
	n, last := 0, ""
	for k, err := range w.x.EachLine(context.Background(), w.linesRequest("apples", by(ByRight))) {
		if err != nil || k.Session < last {
			t.Fatalf("EachLine = %+v, %v after %s; want sessions in order", k, err, last)
		}
		last = k.Session
		n++
	}
	if n != total {
		t.Errorf("EachLine gave %d lines, want %d", n, total)
	}
	s := w.linesOf("apples", by(ByRight), func(r *LinesRequest) { r.Sample = 500 })
	if s.Total != total || !s.Sorted || len(s.Lines) != 500 {
		t.Errorf("a sample of 500 = %d of %d, sorted %v; want 500 of %d, sorted", len(s.Lines), s.Total, s.Sorted, total)
	}
	for range w.x.EachLine(context.Background(), w.linesRequest("apples")) {
		break // a reader that stops holds nothing
	}
	if !w.x.reading.TryLock() {
		t.Fatal("a stream that was left holds the index")
	}
	w.x.reading.Unlock()
}

func TestLinesShowOnlyWhatTheAskerMaySee(t *testing.T) {
	w := newWorld(t)
	texts := []said{{voice: "en", lang: "en", cues: every(4000, "One hippopotamus.", "Two and three.", "A second hippopotamus.")},
		{voice: "es", lang: "es", cues: every(4000, "Uno hippopotamus."), staff: true}}
	w.add("open", texts)
	w.add("shut", texts, visibility(archive.Restricted))
	w.open()
	docs := w.documents()
	count := func(v archive.Viewer) int {
		return w.linesOf("hippopotamus", func(r *LinesRequest) { r.Viewer, r.Sessions = v, docs }).Total
	}
	for _, c := range []struct {
		standing archive.Standing
		want     int
	}{{archive.Stranger, 2}, {archive.Reader, 4}, {archive.Editor, 6}} {
		if got := count(archive.Viewer{Standing: c.standing}); got != c.want {
			t.Errorf("a %q sees %d lines, want %d", c.standing, got, c.want)
		}
	}
	docs("open").Withdrawn = []archive.Withdrawal{{ID: "w1", StartMs: 0, EndMs: 2000}}
	if a := w.linesOf("hippopotamus", func(r *LinesRequest) { r.Sessions = docs }); a.Total != 1 || a.Lines[0].Left != "Two and three. A second " {
		t.Errorf("with a stretch withdrawn: %d lines, %q; want one, without the words of that stretch", a.Total, shown(a.Lines))
	}
	docs("open").Visibility = archive.Draft
	if n := count(archive.Viewer{}); n != 0 {
		t.Errorf("hidden, but not yet in the index: a stranger sees %d lines, want none", n)
	}
}

func TestResolve(t *testing.T) {
	w := newWorld(t)
	w.add("s1", []said{{voice: "en", lang: "en", cues: every(3000, "One.", "A hippopotamus\nsleeps in the", "river bank.")},
		{voice: "es", lang: "es", cues: every(3000, "Notas."), staff: true}})
	w.open()
	resolve := func(id string, v archive.Viewer) (*Resolved, error) {
		t.Helper()
		parsed, err := ParseLineID(id)
		if err != nil {
			t.Fatal(err)
		}
		return w.x.Resolve(context.Background(), Request{Viewer: v, Sessions: w.documents()}, parsed)
	}
	k := w.linesOf(`"river bank"`).Lines[0]
	phrase := w.linesOf(`"hippopotamus sleeps"`).Lines[0].ID
	over := w.linesOf(`"the river"`).Lines[0].ID
	first, err := resolve(k.ID, archive.Viewer{})
	want := &Resolved{ID: k.ID, Session: "s1", Voice: "t1", Text: "t3", Language: "en", StartMs: 6000, EndMs: 9000, Line: "river bank.", Word: "river bank", URL: k.URL}
	if err != nil || !cmp.Equal(first, want) {
		t.Errorf("Resolve(%s):\n%s %v", k.ID, cmp.Diff(want, first), err)
	}
	for id, word := range map[string]string{phrase: "hippopotamus sleeps", over: "the river"} {
		if got, err := resolve(id, archive.Viewer{}); err != nil || got.Word != word {
			t.Errorf("Resolve(%s) = %+v, %v, want %s", id, got, err, word)
		}
	}
	for _, id := range []string{"s2.t3.1.c0001.0-3", "s1.t99.1.c0001.0-3", "s1.t1.1.c0001.0-3", "s1.t3.7.c0001.0-3", "s1.x.1.c0001.0-3"} {
		if got, err := resolve(id, archive.Viewer{}); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Resolve(%s) = %+v, %v, want that there is none", id, got, err)
		}
	}
	goneIs := func(step, id string) {
		t.Helper()
		if got, err := resolve(id, archive.Viewer{}); err != nil || !cmp.Equal(got, &Resolved{ID: id, Gone: true}) {
			t.Errorf("%s: Resolve(%s) = %+v, %v, want gone", step, id, got, err)
		}
	}
	goneIs("a staff track, as one that was removed", "s1.t4.1.c0001.0-3")
	goneIs("a cue that never was", "s1.t3.1.c0009.0-3")
	goneIs("letters that never were", "s1.t3.1.c0001.0-300")

	ref := w.master(vtt(at(map[float64]string{0: "One.", 2: "New.", 4.5: "A hippopotamus sleeps", 7: "by the river bank."})))
	old := w.documents()("s1").Track("t3").Versions[0].Parts[0].Master
	w.change("s1", func(s *archive.Session) {
		t := s.Track("t3")
		t.Versions = append(t.Versions, archive.Version{V: 2, Source: "vtt", Parts: []archive.Part{{Master: ref}}, Of: t.Versions[0].Of})
		t.Published = 2
	})
	got, err := resolve(k.ID, archive.Viewer{})
	want.Replaced, want.Now = true, "s1.t3.2.c0004.7-17"
	if err != nil || !cmp.Equal(got, want) {
		t.Errorf("replaced: Resolve(%s):\n%s %v", k.ID, cmp.Diff(want, got), err)
	}
	if now, err := resolve(want.Now, archive.Viewer{}); err != nil || now.Word != "river bank" || now.StartMs != 7000 {
		t.Errorf("Resolve(%s) = %+v, %v, want river bank at 7 s", want.Now, now, err)
	}
	if got, err := resolve(over, archive.Viewer{}); err != nil || got.Word != "the river" || got.Now == "" {
		t.Errorf("replaced, over a cue's end: Resolve(%s) = %+v, %v, want that it is there now too", over, got, err)
	}
	w.change("s1", func(s *archive.Session) {
		t := s.Track("t1")
		moved := t.Versions[0]
		moved.V, moved.Parts = 2, []archive.Part{moved.Parts[0]}
		moved.Parts[0].AtMs = 1500
		t.Versions, t.Published = append(t.Versions, moved), 2
	})
	if got, err := resolve(k.ID, archive.Viewer{}); err != nil || got.StartMs != 7500 {
		t.Errorf("its voice moved: Resolve(%s) = %+v, %v, want 7.5 s", k.ID, got, err)
	}
	w.change("s1", func(s *archive.Session) { s.Withdrawn = []archive.Withdrawal{{ID: "w1", StartMs: 7000, EndMs: 8000}} })
	goneIs("the stretch withdrawn", k.ID)
	w.change("s1", func(s *archive.Session) { s.Withdrawn = nil })
	if err := w.store.Delete(context.Background(), old.Key()); err != nil {
		t.Fatal(err)
	}
	goneIs("the old version erased", k.ID)
	update := func(f func(*archive.Session)) { // the index cannot follow: the old text is erased
		if _, err := w.Update(context.Background(), "s1", func(s *archive.Session) error { f(s); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	update(func(s *archive.Session) { s.Track("t3").Versions[1].Withdrawn, s.Track("t3").Published = true, 1 })
	goneIs("the new version withdrawn", want.Now)
	update(visibility(archive.Withdrawn))
	goneIs("the session withdrawn", want.Now)
}

func TestParseLineID(t *testing.T) {
	for _, s := range []string{"s03.t7.1.c0042.17-32", "a-b.t12.10.c12345.0-1"} {
		if id, err := ParseLineID(s); err != nil || id.String() != s {
			t.Errorf("ParseLineID(%s) = %v, %v, want it again", s, id, err)
		}
	}
	for _, s := range []string{"", "s03", "s03.t7.1.c42.17-32", "s03.t7.1.0042.17-32", "s03.t7.1.c0042.32-17", "s03.t7.1.c0042.17-17", "s03.t7.-1.c0042.1-2", "S3.t7.1.c0042.1-2",
		"s03.t7.1.c0042.+1-2", "s03.t7.1.c0042.1-2.3", "s03.t7.1.c0042.1", strings.Repeat("x", 1<<20)} {
		if id, err := ParseLineID(s); err == nil || len(err.Error()) > 300 {
			t.Errorf("ParseLineID(%.40s) = %v, %v, want a short error", s, id, err)
		}
	}
}

// TestPhrasesAreFoundAtTheirTime takes phrases of two to eight words from real texts, over the ends of cues and passages too, and wants a line where each begins.
func TestPhrasesAreFoundAtTheirTime(t *testing.T) {
	w := newWorld(t)
	bible(t, w, 120)
	w.open()
	docs := w.documents()
	random := rand.New(rand.NewPCG(3, 4))
	for _, track := range docs("s00").Live(archive.Text) {
		cues, err := w.Transcript(context.Background(), docs("s00"), track, track.Current())
		if err != nil {
			t.Fatal(err)
		}
		type word struct {
			text  string
			start int64
		}
		var words []word
		for _, c := range cues {
			for _, f := range strings.Fields(c.Text) {
				if wordy(f) {
					words = append(words, word{strings.Trim(f, `"“”«»`), c.StartMs})
				}
			}
		}
		for range 40 {
			n := 2 + random.IntN(7)
			i := random.IntN(len(words) - n)
			var phrase []string
			for _, f := range words[i : i+n] {
				phrase = append(phrase, f.text)
			}
			q := `"` + strings.Join(phrase, " ") + `" lang:` + string(track.Language)
			a := w.linesOf(q, func(r *LinesRequest) { r.Sessions = docs })
			if !slices.ContainsFunc(a.Lines, func(k Kwic) bool { return k.StartMs == words[i].start }) {
				t.Errorf("Lines(%s) = %d lines, none at %d ms", q, a.Total, words[i].start)
			}
		}
	}
}
