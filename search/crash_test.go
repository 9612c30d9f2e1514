package search

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cabina/archive"
	"cabina/archive/disk"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/search/query"
)

// TestMain lets the test program be the process that is killed, and the one that opens an index first.
func TestMain(m *testing.M) {
	switch {
	case os.Getenv("CABINA_TEST_PROBE") != "":
		if err := Probe(os.Getenv("CABINA_TEST_PROBE")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case os.Getenv("CABINA_TEST_FOLLOW") != "":
		followUntilKilled(os.Getenv("CABINA_TEST_FOLLOW"), os.Getenv("CABINA_TEST_STORE"))
	case os.Getenv("CABINA_TEST_BUILD") != "":
		buildAndLeave(os.Getenv("CABINA_TEST_BUILD"), os.Getenv("CABINA_TEST_STORE"))
	default:
		os.Exit(m.Run())
	}
}

// followUntilKilled prints the id of each session as soon as it is acknowledged.
func followUntilKilled(dir, root string) {
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
	go func() { fail(x.Follow(context.Background())) }()
	for told := map[string]bool{}; ; time.Sleep(time.Millisecond) {
		for _, id := range x.held() {
			if !told[id] {
				told[id] = true
				fmt.Println(id)
			}
		}
	}
}

func child(t *testing.T, env ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), env...)
	return cmd
}

// TestKilledWhileIndexing kills the process that indexes, five times, and wants every session it acknowledged to be there whole.
func TestKilledWhileIndexing(t *testing.T) { killWhileIndexing(t, 5) }

// TestTortureKilledWhileIndexing does so fifty times.
func TestTortureKilledWhileIndexing(t *testing.T) {
	if os.Getenv("CABINA_TORTURE") == "" {
		t.Skip("long: with CABINA_TORTURE=1")
	}
	killWhileIndexing(t, 50)
}

func killWhileIndexing(t *testing.T, rounds int) {
	w := newWorld(t)
	root := t.TempDir()
	store, err := disk.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	w.store.Store = store
	for i := range 24 {
		var lines []string
		for k := range 60 {
			lines = append(lines, fmt.Sprintf("Session %d says sentence number %d about something.", i, k))
		}
		w.add(fmt.Sprintf("s%02d", i), []said{{voice: "en", lang: "en", cues: every(4000, lines...)}, {voice: "es", lang: "es", cues: every(4000, lines...)}})
	}
	for round := range rounds {
		cmd := child(t, "CABINA_TEST_FOLLOW="+w.dir, "CABINA_TEST_STORE="+root)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		acknowledged := map[string]bool{}
		for s := bufio.NewScanner(out); s.Scan(); {
			acknowledged[s.Text()] = true
			if len(acknowledged) == 1 {
				go func() {
					time.Sleep(time.Duration(7*(round%12)) * time.Millisecond)
					_ = cmd.Process.Kill()
				}()
			}
		}
		_ = cmd.Wait() // it was killed
		if len(acknowledged) == 0 {
			t.Fatalf("round %d: nothing was acknowledged before the process ended", round)
		}
		x, err := Open(t.Context(), Config{Dir: w.dir, Archive: w.Archive})
		if err != nil {
			t.Fatalf("round %d: Open after kill -9 = %v", round, err)
		}
		for id := range acknowledged {
			r, held := x.public.receipt(id)
			if !held {
				t.Errorf("round %d: %s was acknowledged and is lost", round, id)
				continue
			}
			for track, slip := range r.Texts {
				q := query.NewTermQuery(id + "|" + track)
				q.SetField(trackField)
				res, err := x.public.index.Search(bleve.NewSearchRequest(q))
				if err != nil || int(res.Total) != slip.Passages {
					t.Errorf("round %d: %s %s has %d passages, %v; want %d", round, id, track, res.Total, err, slip.Passages)
				}
			}
		}
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
		if round < rounds-1 { // so that the next round has something to do
			if err := os.RemoveAll(filepath.Join(w.dir, "rest")); err != nil {
				t.Fatal(err)
			}
			for id := range acknowledged {
				if _, err := w.Update(context.Background(), id, func(s *archive.Session) error { s.Topics = append(s.Topics, fmt.Sprint("round-", round)); return nil }); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	w.open()
	for i := range 24 {
		want := fmt.Sprintf("s%02d@12", i)
		if got := places(w.ask(fmt.Sprintf(`"session %d says sentence number 3 about" lang:en`, i))); got != want {
			t.Errorf("after all: Search = %q, want %q", got, want)
		}
	}
}

// TestATruncatedRootIsNoticedByTheProbe: a root.bolt cut short kills the process that opens it.
func TestATruncatedRootIsNoticedByTheProbe(t *testing.T) {
	w := newWorld(t)
	w.add("s1", []said{{voice: "en", lang: "en", cues: every(4000, "The word is hippopotamus.")}})
	w.open()
	w.stop()
	root := filepath.Join(w.dir, "public", "store", "root.bolt")
	if err := os.Truncate(root, 8192); err != nil {
		t.Fatal(err)
	}
	var died error
	x, err := Open(t.Context(), Config{Dir: w.dir, Archive: w.Archive, Probe: func(_ context.Context, path string) error {
		out, err := child(t, "CABINA_TEST_PROBE="+path).CombinedOutput()
		if err != nil {
			died = fmt.Errorf("%w: %.60s", err, out)
		}
		return err
	}})
	if err != nil {
		t.Fatal(err)
	}
	if died == nil || strings.Contains(died.Error(), "no such file") {
		t.Errorf("probe = %v, want that the process ended badly", died)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	w.open()
	if got := places(w.ask("hippopotamus")); got != "s1@0" {
		t.Errorf("Search = %q, want s1@0", got)
	}
}
