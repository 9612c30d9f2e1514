package search

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"cabina/archive"
)

// TestSearchesWhileTheIndexChanges: while a text is replaced over and over, each search finds it once, as it was before or is now.
func TestSearchesWhileTheIndexChanges(t *testing.T) {
	w := newWorld(t)
	w.add("s1", []said{{voice: "en", lang: "en", cues: every(4000, "The word is hippopotamus, state 0.")}, {voice: "es", lang: "es", cues: every(4000, "La palabra.")}})
	w.open()
	q, err := Parse("hippopotamus")
	if err != nil {
		t.Fatal(err)
	}
	mirror := archive.NewMirror(w.Archive)
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = mirror.Run(ctx, nil) })
	<-mirror.Ready()
	for range 4 {
		wg.Go(func() {
			for ctx.Err() == nil {
				a, err := w.x.Search(context.Background(), Request{Query: q, Sessions: mirror.Session, Around: true})
				if err != nil {
					t.Errorf("Search = %v", err)
					return
				}
				if got := places(a); got != "s1@0" {
					t.Errorf("Search = %q, want s1@0 at any time", got)
					return
				}
			}
		})
	}
	for n := 1; n <= 12; n++ {
		ref := w.master(vtt(every(4000, fmt.Sprintf("The word is hippopotamus, state %d.", n))))
		w.change("s1", func(s *archive.Session) {
			t := s.Track("t3")
			t.Versions = append(t.Versions, archive.Version{V: n + 1, Source: "vtt", Parts: []archive.Part{{Master: ref}}, Of: t.Versions[0].Of})
			t.Published = n + 1
		})
	}
	stop()
	wg.Wait()
	if line := w.ask("hippopotamus").Sessions[0].Moments[0].Hits[0].Lines[0].Text; !strings.HasSuffix(line, "state 12.") {
		t.Errorf("line = %q, want the last state", line)
	}
}

// TestAWideQueryIsBounded: as many prefixes and likenesses as a query may have, over a dictionary in which each stands for thousands of words.
func TestAWideQueryIsBounded(t *testing.T) {
	w := newWorld(t)
	var lines []string
	for i := range 1500 {
		lines = append(lines, fmt.Sprintf("aaa%d aab%d aac%d aad%d", i, i*7, i*13, i*17))
	}
	w.add("s1", []said{{voice: "en", lang: "en", cues: every(3000, lines...)}, {voice: "es", lang: "es", cues: every(3000, lines...)}})
	w.open()
	for _, text := range []string{"aaa*", "aaa* aab*", strings.Repeat("aaa* aab* ", 16), strings.Repeat("aaa11~ aab77~ ", 16), strings.Repeat("aaa* OR ", 31) + "aac*"} {
		q, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		r := Request{Query: q, Sessions: w.documents()}
		s, l := w.x.searching(&r), &look{shelf: w.x.public}
		if err := s.compile(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		for _, b := range l.books {
			n := 0
			for _, term := range b.terms {
				for _, f := range term.forms {
					for _, alternatives := range f.row {
						n += len(alternatives)
					}
				}
			}
			if most := max(mostExpansions, fewestExpansions*q.expanding()); n > most || n == 0 {
				t.Errorf("Search(%.20s…) in %s looks for %d words, want 1 to %d", text, b.base, n, most)
			}
		}
		if a := w.ask(text); a.Counts.AnyWord == 0 {
			t.Errorf("Search(%.20s…) found nothing", text)
		}
	}
}
