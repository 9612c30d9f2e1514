package search

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cabina/archive"
)

// shared opens a file of the shared data, which is beside the repository. Without it a test is skipped, but not where CI is set.
func shared(t testing.TB, path string) io.Reader {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "shared", "data", path))
	if os.IsNotExist(err) && os.Getenv("CI") == "" {
		t.Skipf("no shared data: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if !strings.HasSuffix(path, ".gz") {
		return f
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// jsonLines reads a value a line.
func jsonLines[T any](t testing.TB, r io.Reader) []T {
	t.Helper()
	var out []T
	for d := json.NewDecoder(r); ; {
		var v T
		err := d.Decode(&v)
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
}

// spokenText cuts a text into cues of about n words, 400 ms a word, ended early at a sentence's end.
func spokenText(text string, n int, from int64) []archive.Cue {
	var cues []archive.Cue
	var words []string
	flush := func() {
		if len(words) > 0 {
			length := int64(len(words)) * 400
			cues = append(cues, archive.Cue{StartMs: from, EndMs: from + length, Text: strings.Join(words, " ")})
			from += length
			words = nil
		}
	}
	for _, w := range strings.Fields(text) {
		words = append(words, w)
		if len(words) >= n || len(words) >= n/2 && sentenceEnds(w) {
			flush()
		}
	}
	flush()
	return cues
}

// TestKnownItems asks questions of which the right paragraph is known: SQLite FTS5 with stems has .930 (en) and .911 (ru) at the first place over whole
// paragraphs; here a paragraph is a session, and what is ranked are moments of 30 s in it.
func TestKnownItems(t *testing.T) {
	for _, c := range []struct {
		lang  archive.Language
		floor float64
	}{{"en", .93}, {"ru", .90}} {
		t.Run(string(c.lang), func(t *testing.T) {
			type doc struct{ ID, Text string }
			type query struct{ Q, Doc string }
			w := newWorld(t)
			ids := map[string]string{}
			for i, d := range jsonLines[doc](t, shared(t, "relevance/known-item/docs."+string(c.lang)+".jsonl")) {
				ids[d.ID] = fmt.Sprintf("s%d", i)
				w.add(ids[d.ID], []said{{lang: c.lang, cues: spokenText(d.Text, 10, 0)}}, func(s *archive.Session) { s.Title = nil })
			}
			start := time.Now()
			w.open()
			t.Logf("indexed in %v", time.Since(start))
			start = time.Now()
			docs := w.documents()
			right, all, mrr := 0, 0, 0.0
			for i, q := range jsonLines[query](t, shared(t, "relevance/known-item/queries."+string(c.lang)+".jsonl")) {
				if i%3 != 0 { // a third of them says it: all of them gave .945 and .913
					continue
				}
				all++
				a := w.ask(strings.NewReplacer("\"", " ", "*", " ", " - ", " ", "»", " ", "«", " ").Replace(q.Q), func(r *Request) { r.Sessions = docs })
				for n, s := range a.Sessions {
					if s.ID == ids[q.Doc] {
						mrr += 1 / float64(n+1)
						if n == 0 {
							right++
						}
					}
				}
			}
			t.Logf("asked in %v", time.Since(start))
			got := float64(right) / float64(all)
			t.Logf("%s: right at the first place %.3f of %d, MRR %.3f", c.lang, got, all, mrr/float64(all))
			if got < c.floor {
				t.Errorf("%s: right at the first place %.3f, want at least %.2f", c.lang, got, c.floor)
			}
		})
	}
}

// verses reads a Bible: text by reference.
func verses(t testing.TB, file string, most int) (refs []string, text map[string]string) {
	t.Helper()
	text = map[string]string{}
	for s := bufio.NewScanner(shared(t, "text-parallel/bible/"+file)); s.Scan() && len(refs) < most; {
		ref, words, ok := strings.Cut(s.Text(), "\t")
		if !ok {
			t.Fatalf("%s: %q has no tab", file, s.Text())
		}
		refs = append(refs, ref)
		text[ref] = words
	}
	return refs, text
}
