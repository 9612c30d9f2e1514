package search

import (
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"cabina/archive"
	"cabina/archive/disk"
)

// TestBenchSearch prints the design's table: what is found, and how fast beside SQLite FTS5 and PostgreSQL in one alternating run over the same passages. It asserts
// nothing about time. CABINA_BENCH_SEARCH is the number of cues.
func TestBenchSearch(t *testing.T) {
	most, err := strconv.Atoi(os.Getenv("CABINA_BENCH_SEARCH"))
	if err != nil {
		t.Skip("a benchmark: make bench-search runs it")
	}
	rowsFile := filepath.Join(t.TempDir(), "rows.tsv")
	f, err := os.Create(rowsFile)
	if err != nil {
		t.Fatal(err)
	}
	rows := bufio.NewWriter(f)
	w := newWorld(t)
	c := makeCorpus(t, w, most, rows)
	if err := rows.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d cues, %d passages, %.1f MB of text; %s, %d processors", c.cues, c.n, float64(c.bytes)/1e6, runtime.Version(), runtime.NumCPU())
	benchBuild(t, w, c)
	w.open()
	docs := w.documents()
	benchQuality(t, w, c, docs)
	benchSpeed(t, w, c, docs, rowsFile)
	benchReplace(t, w, c)
	underLoad(t, w, c, docs, 200, time.Minute)
}

// benchBuild builds the index in a process of its own and says what that took.
func benchBuild(t *testing.T, w *world, c *corpus) {
	begin := time.Now()
	cmd := child(t, "CABINA_TEST_BUILD="+w.dir, "CABINA_TEST_STORE="+w.root)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	wall := time.Since(begin)
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	peak := float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) / 1024
	var size int64
	err = filepath.WalkDir(w.dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		size += info.Size()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("index against text: %.1f×, %.0f MB (asked: 4×)", float64(size)/float64(c.bytes), float64(size)/1e6)
	t.Logf("building: %.0f s of processor, %.0f cues a second in %.0f s, %.0f MB at most with mapped files (asked: 15,000; 1 GiB); anonymous at its end %s", cpu.Seconds(),
		float64(c.cues)/wall.Seconds(), wall.Seconds(), peak, strings.TrimSpace(string(out)))
	again := child(t, "CABINA_TEST_BUILD="+w.dir, "CABINA_TEST_STORE="+w.root)
	begin = time.Now()
	if out, err = again.Output(); err != nil {
		t.Fatal(err)
	}
	t.Logf("serving what is built: open and compared after %.1f s, %s anonymous (asked: 150 MB)", time.Since(begin).Seconds(), strings.TrimSpace(string(out)))
}

// buildAndLeave is the process that builds.
func buildAndLeave(dir, root string) {
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	store, err := disk.Open(root)
	fail(err)
	x, err := Open(context.Background(), Config{Dir: dir, Archive: &archive.Archive{Store: store}})
	fail(err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- x.Follow(ctx) }()
	for !x.State().Complete {
		time.Sleep(20 * time.Millisecond)
	}
	fmt.Println(anonymous()/1e6, "MB")
	cancel()
	fail(<-done)
	fail(x.Close())
}

// anonymous gives the bytes of memory of this process that are of no file.
func anonymous() int {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(data), "RssAnon:")
	kB, _ := strconv.Atoi(strings.Fields(rest + " 0")[0])
	return kB << 10
}

func benchQuality(t *testing.T, w *world, c *corpus, docs func(string) *archive.Session) {
	random := rand.New(rand.NewPCG(7, 7))
	for _, x := range []struct {
		name    string
		queries []asked
		reach   float64
	}{
		{"8 content words", c.queries(w.x, random, 1500, 8), .99},
		{"4 content words", c.queries(w.x, random, 1500, 4), .94},
		{"3 content words", c.queries(w.x, random, 1500, 3), .81},
		{"4 words in other forms", c.inflected(t, w.x, random, 500), .91},
	} {
		begin := time.Now()
		q := c.held(t, w, docs, x.queries)
		t.Logf("%s: MRR %.3f (asked: %.2f), at the first place and inside the moment %.3f, of %d; %.1f ms a query", x.name, q.mrr, x.reach, q.inside, q.asked,
			float64(time.Since(begin).Milliseconds())/float64(max(q.asked, 1)))
	}
}

// commonWords gives words of a language that stand in one of twenty passages or more, by how they are written.
func (c *corpus) commonWords(x *Index, lang archive.Language, most int) []string {
	count := map[string]int{}
	for _, it := range c.items {
		if it.lang == lang {
			for _, word := range contentWords(x.tongues.of(lang), it.text) {
				count[word]++
			}
		}
	}
	var words []string
	for word := range count {
		words = append(words, word)
	}
	slices.SortFunc(words, func(a, b string) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return strings.Compare(a, b)
	})
	return words[:min(most, len(words))]
}

// benchSpeed asks the same questions of each engine in turn.
func benchSpeed(t *testing.T, w *world, c *corpus, docs func(string) *archive.Session, rows string) {
	lite, pg := startFTS5(t, rows), startPostgres(t, rows)
	common := map[archive.Language][]string{}
	for _, b := range corpusBooths {
		common[b.lang] = c.commonWords(w.x, b.lang, 30)
	}
	passagesOf := func(words string, langs ...archive.Language) time.Duration {
		begin := time.Now()
		s := searching{x: w.x, r: request(t, words, docs, langs), files: map[string]*text{}}
		w.x.reading.RLock()
		defer w.x.reading.RUnlock()
		defer s.done()
		if err := s.look(context.Background()); err != nil {
			t.Fatal(err)
		}
		return time.Since(begin)
	}
	whole := func(text string, langs ...archive.Language) time.Duration {
		begin := time.Now()
		if _, err := w.x.Search(context.Background(), *request(t, text, docs, langs)); err != nil {
			t.Fatal(err)
		}
		return time.Since(begin)
	}
	var word, five, way, faceted []float64
	for round := range 5 {
		for i := range 30 {
			b := corpusBooths[(i+round)%len(corpusBooths)]
			one := common[b.lang][i%len(common[b.lang])]
			q := question{words: []string{one}, lang: string(b.lang)}
			theirs := lite.ask(q)
			word = append(word, ratio(theirs, passagesOf(one, b.lang)))
			way = append(way, ratio(theirs, whole(one, b.lang)))

			var each []string
			for _, b := range corpusBooths {
				each = append(each, common[b.lang][(i+3)%len(common[b.lang])])
			}
			five = append(five, ratio(lite.ask(question{words: each}), passagesOf(strings.Join(each, " OR "))))

			year := 2015 + i%8
			theirs = pg.ask(question{words: []string{one}, lang: string(b.lang), year: year})
			faceted = append(faceted, ratio(whole(fmt.Sprintf("%s after:%d-01-01 before:%d-12-31", one, year, year), b.lang), theirs))
		}
	}
	t.Logf("common word, times faster than FTS5: %s (asked: 5)", spreadOf(word))
	t.Logf("five languages at once, times faster than FTS5: %s (asked: 5)", spreadOf(five))
	t.Logf("the whole way to moments against FTS5's plain first 20, common word, times faster: %s (asked: faster)", spreadOf(way))
	t.Logf("filter with facets against PostgreSQL, times slower: %s (asked: at most 1.5)", spreadOf(faceted))
}

func request(t *testing.T, query string, docs func(string) *archive.Session, langs []archive.Language) *Request {
	t.Helper()
	q, err := Parse(query)
	if err != nil {
		t.Fatal(err)
	}
	return &Request{Query: q, Languages: langs, Sessions: docs, Limit: defaultLimit, Lang: "en"}
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(max(b, 1)) }

// spreadOf gives the median and the middle half.
func spreadOf(list []float64) string {
	slices.Sort(list)
	at := func(p float64) float64 { return list[int(p*float64(len(list)-1))] }
	return fmt.Sprintf("median %.2f, half of them %.2f to %.2f, of %d", at(.5), at(.25), at(.75), len(list))
}

// benchReplace replaces one text after another and waits until the new words are found.
func benchReplace(t *testing.T, w *world, c *corpus) {
	var took []float64
	for i := range 60 {
		it := c.items[i*len(c.items)/60]
		word := fmt.Sprintf("zq%cx%cv", 'a'+i/26, 'a'+i%26)
		var cues []archive.Cue
		for _, other := range c.items {
			if other.session == it.session && other.lang == it.lang {
				cues = append(cues, archive.Cue{StartMs: other.start, EndMs: other.end, Text: other.text})
			}
		}
		cues[len(cues)/2].Text = "here stands " + word
		ref := w.master(vtt(cues))
		begin := time.Now()
		_, err := w.Update(t.Context(), it.session, func(s *archive.Session) error {
			for k := range s.Tracks {
				if tr := &s.Tracks[k]; tr.Kind == archive.Text && tr.Language == it.lang {
					v := tr.Versions[len(tr.Versions)-1]
					v.V++
					v.Parts = []archive.Part{{Master: ref}}
					tr.Versions, tr.Published = append(tr.Versions, v), v.V
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		doc, err := (&archive.Archive{Store: w.store.Store}).Session(t.Context(), it.session)
		if err != nil {
			t.Fatal(err)
		}
		docs := func(string) *archive.Session { return doc }
		w.until("the new text is found", func() bool {
			a, err := w.x.Search(context.Background(), *request(t, word, docs, nil))
			return err == nil && len(a.Sessions) > 0
		})
		took = append(took, float64(time.Since(begin).Milliseconds()))
	}
	slices.Sort(took)
	t.Logf("replaced track findable: median %.0f ms, p95 %.0f ms (asked: p95 150)", took[len(took)/2], took[len(took)*95/100])
}

// underLoad searches from so many at a time for so long: no error, and memory that does not grow.
func underLoad(t *testing.T, w *world, c *corpus, docs func(string) *archive.Session, many int, long time.Duration) {
	t.Helper()
	random := rand.New(rand.NewPCG(9, 9))
	queries := c.queries(w.x, random, 400, 3)
	for _, b := range corpusBooths {
		for _, word := range c.commonWords(w.x, b.lang, 10) {
			queries = append(queries, asked{text: word, item: item{lang: b.lang}})
		}
	}
	var n, failed atomic.Int64
	memory := make([]int, 0, 64)
	stop := time.Now().Add(long)
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			for k := i; time.Now().Before(stop); k++ {
				if q, err := Parse(queries[k%len(queries)].text); err == nil {
					if _, err := w.x.Search(context.Background(), Request{Query: q, Sessions: docs, Limit: 10}); err != nil {
						failed.Add(1)
					}
					n.Add(1)
				}
			}
		})
	}
	for time.Now().Before(stop) {
		time.Sleep(long / 20)
		memory = append(memory, anonymous()/1e6)
	}
	all.Wait()
	early, late := slices.Max(memory[:len(memory)/2]), slices.Max(memory[len(memory)/2:])
	t.Logf("%d at a time for %s: %d searches, %d errors; anonymous memory at most %d MB in the first half, %d MB in the second", many, long, n.Load(), failed.Load(), early, late)
	if failed.Load() > 0 || n.Load() == 0 {
		t.Errorf("%d of %d searches failed, want none of many", failed.Load(), n.Load())
	}
	if late > 2*early+64 {
		t.Errorf("memory grew from %d to %d MB, want it steady", early, late)
	}
}

// TestSearchUnderLoad is the benchmark's small form: floors of quality, and many searches at once.
func TestSearchUnderLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("long; the race detector has TestSearchesWhileTheIndexChanges")
	}
	w := newWorld(t)
	c := makeCorpus(t, w, 20_000, nil)
	w.open()
	docs := w.documents()
	random := rand.New(rand.NewPCG(7, 7))
	for _, x := range []struct {
		name    string
		queries []asked
		floor   float64
	}{
		{"8 content words", c.queries(w.x, random, 200, 8), .98},
		{"4 content words", c.queries(w.x, random, 200, 4), .93},
		{"3 content words", c.queries(w.x, random, 200, 3), .85},
		{"4 words in other forms", c.inflected(t, w.x, random, 100), .85},
	} {
		q := c.held(t, w, docs, x.queries)
		t.Logf("%s: MRR %.3f, at the first place and inside the moment %.3f, of %d", x.name, q.mrr, q.inside, q.asked)
		if q.asked < len(x.queries)/2 || q.mrr < x.floor {
			t.Errorf("%s: MRR %.3f of %d, want %.2f of %d", x.name, q.mrr, q.asked, x.floor, len(x.queries))
		}
	}
	underLoad(t, w, c, docs, 200, 10*time.Second)
}
