package search

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"cabina/archive"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/search/query"
)

// manySessions gives n sessions in which "apples" is said every minute or so, and "pears" beside it now and then.
func manySessions(w *world, n, minutes int) {
	for i := range n {
		lines := map[float64]string{}
		for m := range minutes {
			at := float64(m*60 + i)
			lines[at] = fmt.Sprintf("we speak of apples, number %d of %d", m, i)
			if m%4 == 0 {
				lines[at+5] = fmt.Sprintf("and then of pears and plums %d", m)
			}
		}
		w.add(fmt.Sprintf("s%02d", i), []said{{voice: "en", lang: "en", cues: at(lines)}, {voice: "mul", lang: "mul", cues: at(lines)}},
			func(s *archive.Session) {
				s.Conference = []string{"first", "second"}[i%2]
				s.At = fmt.Sprintf("20%02d-03-01", 18+i%3)
				s.Spans = []archive.Span{{StartMs: 0, EndMs: s.Clock.LengthMs, Language: "es"}}
			})
	}
}

func TestACursorGivesEachMomentOnce(t *testing.T) {
	for _, c := range []struct {
		name              string
		sessions, minutes int
		limit             int
		unit              string
	}{
		{"few: moments are counted", 3, 8, 4, UnitMoments},
		{"a page of one", 2, 4, 1, UnitMoments},
		{"more than 200 passages: they are counted", 6, 40, 7, UnitPassages},
		{"the largest page", 3, 40, 100, UnitPassages},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			manySessions(w, c.sessions, c.minutes)
			w.open()
			all := map[string]int{}
			var order []string
			cursor, left := "", map[string]int{}
			for pages := 0; ; pages++ {
				if pages > 1000 {
					t.Fatal("the cursor has no end")
				}
				a := w.ask("apples pears", func(r *Request) { r.Limit, r.Cursor = c.limit, cursor })
				if a.Counts.Unit != c.unit {
					t.Fatalf("unit = %q, want %q", a.Counts.Unit, c.unit)
				}
				n := 0
				for _, s := range a.Sessions {
					for _, m := range s.Moments {
						n++
						all[s.ID+" "+m.ID]++
						order = append(order, s.ID)
						left[s.ID]--
					}
					if want, known := left[s.ID], pages > 0; known && want >= 0 && s.More != want {
						t.Errorf("page %d: %s has %d more, want %d", pages, s.ID, s.More, want)
					}
					left[s.ID] = s.More
				}
				if n > c.limit || n == 0 {
					t.Fatalf("page %d has %d moments, want 1 to %d", pages, n, c.limit)
				}
				if a.Next == nil {
					if c.unit == UnitMoments && len(order) != a.Counts.AnyWord {
						t.Errorf("moments = %d, want as many as counted: %d", len(order), a.Counts.AnyWord)
					}
					break
				}
				if n != c.limit {
					t.Errorf("page %d has %d moments and is not the last, want %d", pages, n, c.limit)
				}
				cursor = *a.Next
			}
			for id, n := range all {
				if n != 1 {
					t.Errorf("%s came %d times, want once", id, n)
				}
			}
			whole := w.ask("apples pears", func(r *Request) { r.Limit = 100 })
			if n := len(whole.Flat().Moments); n != min(len(order), 100) {
				t.Errorf("one page of 100 has %d moments, the pages together %d", n, len(order))
			}
		})
	}
}

func TestACursorOfAnotherQueryIsRefused(t *testing.T) {
	w := newWorld(t)
	manySessions(w, 2, 4)
	w.open()
	next := *w.ask("apples", func(r *Request) { r.Limit = 1 }).Next
	for _, cursor := range []string{next, "x", next[:len(next)-4]} {
		q, _ := Parse("pears")
		_, err := w.x.Search(context.Background(), Request{Query: q, Cursor: cursor, Sessions: w.documents()})
		if !errors.As(err, new(BadCursor)) {
			t.Errorf("Search with the cursor %q = %v, want BadCursor", cursor, err)
		}
	}
}

func TestCounts(t *testing.T) {
	for _, c := range []struct {
		name              string
		sessions, minutes int
		unit              string
	}{{"moments", 3, 8, UnitMoments}, {"passages", 6, 40, UnitPassages}} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			manySessions(w, c.sessions, c.minutes)
			w.open()
			n := w.ask("apples pears").Counts
			sum := func(m map[string]int) (all int) {
				for _, k := range m {
					all += k
				}
				return all
			}
			languages := map[string]int{}
			for l, k := range n.ByLanguage {
				languages[string(l)] = k
			}
			if n.Unit != c.unit || n.Sessions != c.sessions || sum(languages) != n.AnyWord || sum(n.ByYear) != n.AnyWord || sum(n.ByConference) != n.AnyWord {
				t.Errorf("counts = %+v, want %s of %d sessions, adding up by language, year and conference", n, c.unit, c.sessions)
			}
			if n.AllWords == 0 || n.AllWords >= n.AnyWord || len(n.ByConference) != 2 || len(n.ByYear) != 3 {
				t.Errorf("counts = %+v, want fewer with all words than with any, 2 conferences, 3 years", n)
			}
			if one := w.ask("pears").Counts; one.AllWords != one.AnyWord {
				t.Errorf("counts of one word = %+v, want all as many as any", one)
			}
			if es := w.ask("apples lang:es").Counts; len(es.ByLanguage) != 1 || es.ByLanguage["es"] != es.AnyWord {
				t.Errorf("counts in Spanish = %+v, want Spanish alone", es)
			}
		})
	}
}

// TestAllWordsStandFirst: moments with all words before those with some, whatever their scores.
func TestAllWordsStandFirst(t *testing.T) {
	w := newWorld(t)
	manySessions(w, 3, 8)
	w.open()
	some := 0
	for _, found := range w.ask("apples pears", func(r *Request) { r.Limit = 100 }).Sessions {
		before := true
		for _, m := range found.Moments {
			full := m.Words.Matched == m.Words.Of
			if full && !before {
				t.Errorf("%s %s has all words and stands behind one that has some", found.ID, m.ID)
			}
			if before = before && full; !full {
				some++
			}
		}
	}
	if some == 0 {
		t.Error("no moment has some of the words only, want some")
	}
}

// TestTheScoreIsBM25WithTrueStatistics reads bleve's explanation: the average length is that of the field's tokens, the number of documents that of passages, and
// filters do not score.
func TestTheScoreIsBM25WithTrueStatistics(t *testing.T) {
	w := newWorld(t)
	w.add("s1", []said{
		{voice: "en", lang: "en", cues: at(map[float64]string{0: "one two three four apples", 100: "apples and pears and plums and cherries and quinces", 200: "nothing"})},
		{voice: "es", lang: "es", cues: every(4000, "manzanas y peras")},
	})
	w.open()
	q, err := Parse("apples role:interpretation")
	if err != nil {
		t.Fatal(err)
	}
	r := Request{Query: q, Sessions: w.documents()}
	s := w.x.searching(&r)
	l := &look{shelf: w.x.public}
	if err := s.compile(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	must, not := r.narrowing()
	var en query.Query
	for _, b := range l.books {
		if b.base == "en" {
			en = b.terms[0].query()
		}
	}
	req := bleve.NewSearchRequest(narrowed{want: en, must: must, not: not})
	req.Explain = true
	res, err := w.x.public.index.SearchInContext(w.x.public.counting(t.Context(), fieldsOf(l.books)), req)
	if err != nil || len(res.Hits) != 2 {
		t.Fatalf("hits = %v, %v, want 2", res, err)
	}
	text := fmt.Sprint(res.Hits[0].Expl)
	// 4 passages in all; t_en has 10 tokens (small words left out) in 3 documents: 3.33, rounded up by bleve
	for _, want := range []string{"as per bm25 model", "maxDocs=4)", "avgFieldLength=4.000000", "idf(docFreq=2"} {
		if !strings.Contains(text, want) {
			t.Errorf("explanation lacks %q:\n%s", want, text)
		}
	}
	plain := bleve.NewSearchRequest(narrowed{want: en})
	without, err := w.x.public.index.SearchInContext(w.x.public.counting(t.Context(), fieldsOf(l.books)), plain)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := res.Hits[0].Score/res.Hits[1].Score, without.Hits[0].Score/without.Hits[1].Score; res.Hits[0].ID != without.Hits[0].ID || a < b*.999 || a > b*1.001 {
		t.Errorf("a filter changes how much more the first is worth: %v, without it %v", a, b)
	}
}
