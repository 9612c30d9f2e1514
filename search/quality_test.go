package search

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

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
// paragraphs. Here twenty paragraphs, a minute apart, are a session, and what is ranked are moments of 30 s.
func TestKnownItems(t *testing.T) {
	for _, c := range []struct {
		lang  archive.Language
		floor float64
	}{{"en", .93}, {"ru", .90}} {
		t.Run(string(c.lang), func(t *testing.T) {
			type doc struct{ ID, Text string }
			type query struct{ Q, Doc string }
			w := newWorld(t)
			where := map[string]verse{}
			var cues []archive.Cue
			paragraphs := jsonLines[doc](t, shared(t, "relevance/known-item/docs."+string(c.lang)+".jsonl"))
			for i, d := range paragraphs {
				from := int64(0)
				if len(cues) > 0 {
					from = cues[len(cues)-1].EndMs + 60_000
				}
				cues = append(cues, spokenText(d.Text, 10, from)...)
				where[d.ID] = verse{session: fmt.Sprintf("s%02d", i/20), start: from, end: cues[len(cues)-1].EndMs}
				if i%20 == 19 || i == len(paragraphs)-1 {
					w.add(where[d.ID].session, []said{{lang: c.lang, cues: cues}})
					cues = nil
				}
			}
			w.open()
			docs := w.documents()
			right, all, mrr := 0, 0, 0.0
			for i, q := range jsonLines[query](t, shared(t, "relevance/known-item/queries."+string(c.lang)+".jsonl")) {
				if i%3 != 0 { // a third of them says it
					continue
				}
				all++
				a := w.ask(strings.NewReplacer("\"", " ", "*", " ", " - ", " ", "»", " ", "«", " ").Replace(q.Q), func(r *Request) { r.Sessions = docs })
				for n, m := range a.Flat().Moments {
					if v := where[q.Doc]; m.Session == v.session && m.StartMs >= v.start && m.StartMs <= v.end {
						mrr += 1 / float64(n+1)
						if n == 0 {
							right++
						}
						break
					}
				}
			}
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

// booths are the languages of the Bible sessions, with how long each lags behind the floor.
var booths = []struct {
	lang archive.Language
	file string
	lag  int64
}{{"en", "en.ASV.tsv.gz", 0}, {"es", "es.SpaRV.tsv.gz", 2400}, {"pt", "pt.PorBLivre.tsv.gz", 3100}, {"ru", "ru.RusSynodal.tsv.gz", 1800}}

// verse is where a verse is said.
type verse struct {
	session    string
	start, end int64 // on the floor
	text       map[archive.Language]string
}

// bible makes sessions of 120 verses, each verse beginning at the same time in every language but for its lag.
func bible(t testing.TB, w *world, most int) []verse {
	t.Helper()
	texts := map[archive.Language]map[string]string{}
	var refs []string
	for i, b := range booths {
		r, text := verses(t, b.file, most)
		if texts[b.lang] = text; i == 0 {
			refs = r
		}
	}
	var out []verse
	for n := 0; n < len(refs); n += 120 {
		id := fmt.Sprintf("s%02d", n/120)
		said := make([]said, len(booths))
		from := int64(0)
		for _, ref := range refs[n:min(n+120, len(refs))] {
			v, longest := verse{session: id, start: from, text: map[archive.Language]string{}}, from
			for i, b := range booths {
				cues := spokenText(texts[b.lang][ref], 8, from+b.lag)
				said[i].voice, said[i].lang = b.lang, b.lang
				said[i].cues = append(said[i].cues, cues...)
				v.text[b.lang] = texts[b.lang][ref]
				if len(cues) > 0 {
					longest = max(longest, cues[len(cues)-1].EndMs-b.lag)
				}
			}
			v.end, from = longest, longest+300
			out = append(out, v)
		}
		said[0].voice = archive.FloorLanguage
		w.add(id, said)
	}
	return out
}

// TestVersesAreFound asks for words of a verse, of one language, and wants the verse; then what the other languages say there.
func TestVersesAreFound(t *testing.T) {
	w := newWorld(t)
	all := bible(t, w, 1800)
	w.open()
	docs := w.documents()
	random := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		words int
		floor float64
	}{{8, .98}, {4, .90}, {3, .80}} {
		asked, mrr, first, beside, sides := 0, 0.0, 0, 0, 0
		for range 150 {
			v, b := all[random.IntN(len(all))], booths[random.IntN(len(booths))]
			words := contentWords(w.x.tongues.of(b.lang), v.text[b.lang])
			if len(words) < c.words {
				continue
			}
			random.Shuffle(len(words), func(i, k int) { words[i], words[k] = words[k], words[i] })
			asked++
			a := w.ask(strings.Join(words[:c.words], " "), func(r *Request) { r.Sessions, r.Limit = docs, 10 })
			for i, m := range a.Flat().Moments {
				if m.Session != v.session || m.EndMs < v.start || m.StartMs > v.end+b.lag {
					continue
				}
				mrr += 1 / float64(i+1)
				if i == 0 {
					first++
					sides += len(m.Parallel)
					for _, p := range m.Parallel {
						if strings.Contains(v.text[p.Language], strings.Fields(p.Lines[0].Text)[0]) || len(p.Lines) > 1 && strings.Contains(v.text[p.Language], p.Lines[1].Text) {
							beside++
						}
					}
				}
				break
			}
		}
		got := mrr / float64(asked)
		t.Logf("%d words: MRR %.3f, at the first place %.3f of %d; parallel lines of the verse %d of %d", c.words, got, float64(first)/float64(asked), asked, beside, sides)
		if got < c.floor {
			t.Errorf("%d words: MRR %.3f, want at least %.2f", c.words, got, c.floor)
		}
		if float64(beside) < .88*float64(sides) || sides < asked {
			t.Errorf("%d words: parallel lines of the verse %d of %d, want .88 of them", c.words, beside, sides)
		}
	}
}

// contentWords gives the words of a text that count, none twice.
func contentWords(t *tongue, text string) []string {
	var out []string
	for _, w := range strings.Fields(text) {
		w = strings.ToLower(strings.Trim(w, ".,;:!?¿¡()[]«»“”‘’'\"—-"))
		if letters(w) > 2 && len(terms(t.meant, w)) == 1 && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}
