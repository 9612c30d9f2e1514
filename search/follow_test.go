package search

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cabina/archive"
)

func TestTheIndexFollows(t *testing.T) {
	w := newWorld(t)
	en := said{voice: "en", lang: "en", cues: every(4000, "The word is hippopotamus.")}
	es := said{voice: "es", lang: "es", cues: every(4000, "La palabra es hipopótamo.")}
	w.add("s1", []said{en, es})
	w.open()
	expect := func(step, query, want string) {
		t.Helper()
		if got := places(w.ask(query)); got != want {
			t.Errorf("%s: Search(%s) = %q, want %q", step, query, got, want)
		}
	}
	expect("at start", "hippopotamus", "s1@0")

	w.add("s2", []said{en}, func(s *archive.Session) { s.At = "2021-01-01" })
	w.followed()
	expect("a session added", "hippopotamus after:2021", "s2@0")

	other := w.master(vtt(every(5000, "Something else.", "The word is rhinoceros.")))
	w.change("s1", func(s *archive.Session) {
		t := s.Track("t3")
		t.Versions = append(t.Versions, archive.Version{V: 2, Source: "vtt", Parts: []archive.Part{{Master: other}}, Of: t.Versions[0].Of})
		t.Published = 2
	})
	expect("a text replaced", "rhinoceros", "s1@5")
	expect("a text replaced, its old words", "hippopotamus before:2021", "")
	expect("a text replaced, the other language", "hipopótamo", "s1@0")
	if n := len(w.cueFiles()); n != 3 {
		t.Errorf("cue files = %d, want 3: that of the old version is gone", n)
	}

	w.change("s1", func(s *archive.Session) { s.Topics = []string{"animals"} })
	expect("a topic added", "rhinoceros topic:animals", "s1@5")

	w.change("s1", func(s *archive.Session) { s.Track("t3").Language = "fr"; s.Track("t1").Language = "fr" })
	expect("relabelled", "rhinoceros lang:en", "")
	expect("relabelled", "rhinoceros lang:fr", "s1@5")

	w.change("s1", func(s *archive.Session) {
		s.Withdrawn = []archive.Withdrawal{{ID: "w1", StartMs: 0, EndMs: 2000}}
	})
	expect("a stretch withdrawn", "hipopótamo", "")
	expect("a stretch withdrawn, elsewhere", "rhinoceros", "s1@5")

	w.change("s1", visibility(archive.Draft))
	expect("made a draft", "rhinoceros", "")
	if got := places(w.ask("rhinoceros", as(archive.Viewer{Standing: archive.Editor}))); got != "s1@5" {
		t.Errorf("made a draft: an editor's Search = %q, want s1@5", got)
	}
	if n := w.x.public.documents(); n != 1 {
		t.Errorf("made a draft: passages in public = %d, want that of s2 alone", n)
	}
	w.change("s1", visibility(archive.Public))
	expect("public again", "rhinoceros", "s1@5")
	if n := w.x.rest.documents(); n != 0 {
		t.Errorf("public again: passages in rest = %d, want 0", n)
	}

	if err := w.store.Delete(context.Background(), "sessions/s2.json"); err != nil {
		t.Fatal(err)
	}
	w.x.again("s2")
	w.followed()
	if _, held := w.x.public.receipt("s2"); held || w.x.public.stats["x_en"].Docs != 0 {
		t.Errorf("removed: the index still holds s2, stats = %v", w.x.public.stats)
	}
	if s := w.x.State(); !s.Complete || time.Since(s.AsOf) > time.Minute {
		t.Errorf("State = %+v, want complete as of now", s)
	}
}

func TestStartCatchesUp(t *testing.T) {
	w := newWorld(t)
	for i := range 5 {
		w.add(fmt.Sprintf("s%d", i), []said{{voice: "en", lang: "en", cues: every(4000, fmt.Sprintf("The word is number%d.", i))}})
	}
	w.open()
	w.stop()
	if _, err := w.Update(context.Background(), "s1", func(s *archive.Session) error { s.Visibility = archive.Draft; return nil }); err != nil {
		t.Fatal(err)
	}
	if err := w.store.Delete(context.Background(), "sessions/s2.json"); err != nil {
		t.Fatal(err)
	}
	w.add("s9", []said{{voice: "en", lang: "en", cues: every(4000, "The word is number9.")}})
	gets := w.masterReads(func() { w.open() })
	for query, want := range map[string]string{"number0": "s0@0", "number1": "", "number2": "", "number9": "s9@0"} {
		if got := places(w.ask(query)); got != want {
			t.Errorf("Search(%s) = %q, want %q", query, got, want)
		}
	}
	if gets != 1 {
		t.Errorf("texts read = %d, want that of the new session alone", gets)
	}
	w.stop()
	if gets := w.masterReads(func() { w.open() }); gets != 0 {
		t.Errorf("texts read when nothing changed = %d, want 0", gets)
	}
}

// TestDamageIsMended breaks what lies on the disk in each way that was seen, and wants the same answers as before.
func TestDamageIsMended(t *testing.T) {
	segment := func(dir string) string {
		found, _ := filepath.Glob(filepath.Join(dir, "public", "store", "*.zap"))
		return found[0]
	}
	for _, c := range []struct {
		name   string
		anew   bool // the index is made anew
		damage func(dir string) error
	}{
		{"all deleted", true, os.RemoveAll},
		{"an index deleted", false, func(dir string) error { return os.RemoveAll(filepath.Join(dir, "rest")) }},
		{"its metadata deleted", true, func(dir string) error { return os.Remove(filepath.Join(dir, "public", "index_meta.json")) }},
		{"root.bolt deleted", true, func(dir string) error { return os.Remove(filepath.Join(dir, "public", "store", "root.bolt")) }},
		{"a segment deleted", true, func(dir string) error { return os.Remove(segment(dir)) }},
		{"a segment cut short", true, func(dir string) error { return os.Truncate(segment(dir), 100) }},
		{"a segment's bytes zeroed", true, func(dir string) error {
			f, err := os.OpenFile(segment(dir), os.O_RDWR, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteAt(make([]byte, 64), 50)
			return errors.Join(err, f.Close())
		}},
		{"another format", true, func(dir string) error { return os.WriteFile(filepath.Join(dir, formatFile), []byte("0\n"), 0o600) }},
		{"checksums unreadable", true, func(dir string) error { return os.WriteFile(filepath.Join(dir, sumsFile), []byte("{"), 0o600) }},
		{"cue files deleted", false, func(dir string) error { return os.RemoveAll(filepath.Join(dir, "cues")) }},
		{"cue files of nobody", false, func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "cues", "s1", ".new-1"), []byte("x"), 0o600)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			for i := range 3 {
				w.add(fmt.Sprintf("s%d", i), []said{{voice: "en", lang: "en", cues: every(4000, fmt.Sprintf("The word is number%d.", i))}})
			}
			w.add("draft", []said{{voice: "en", lang: "en", cues: every(4000, "The word is number7.")}}, visibility(archive.Draft))
			w.open()
			w.stop()
			if err := c.damage(w.dir); err != nil {
				t.Fatal(err)
			}
			w.open()
			if anew := strings.Contains(w.logged.String(), "the index is made anew"); anew != c.anew {
				t.Errorf("made anew = %v, want %v: %s", anew, c.anew, w.logged.String())
			}
			for i := range 3 {
				if got, want := places(w.ask(fmt.Sprintf("number%d", i))), fmt.Sprintf("s%d@0", i); got != want {
					t.Errorf("Search(number%d) = %q, want %q", i, got, want)
				}
			}
			if got := places(w.ask("number7", as(archive.Viewer{Standing: archive.Editor}))); got != "draft@0" {
				t.Errorf("an editor's Search(number7) = %q, want draft@0", got)
			}
			if n := len(w.cueFiles()); n != 4 {
				t.Errorf("cue files = %v, want 4", w.cueFiles())
			}
		})
	}
}

func TestACueFileLostWhileServingIsMadeAgain(t *testing.T) {
	for name, damage := range map[string]func(path string) error{
		"deleted": os.Remove,
		"damaged": func(path string) error {
			return errors.Join(os.Remove(path), os.WriteFile(path, []byte("cabinaQ2 nothing of it"), 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.add("s1", []said{{voice: "en", lang: "en", cues: every(4000, "The word is hippopotamus.")}})
			w.open()
			w.x.files.open.Purge()
			if err := damage(w.cueFiles()[0]); err != nil {
				t.Fatal(err)
			}
			if got := places(w.ask("hippopotamus")); got != "" {
				t.Errorf("Search without the cue file = %q, want nothing", got)
			}
			w.followed()
			if got := places(w.ask("hippopotamus")); got != "s1@0" {
				t.Errorf("Search after it was made again = %q, want s1@0", got)
			}
		})
	}
}

func TestACueFileDeletedWhileItIsOpenIsMadeAgain(t *testing.T) {
	w := newWorld(t)
	w.add("s1", []said{{voice: "en", lang: "en", cues: every(4000, "The word is hippopotamus.")}})
	w.open()
	w.ask("hippopotamus")
	path := w.cueFiles()[0]
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	w.x.again("s1")
	w.until("the cue file is there again", func() bool { _, err := os.Stat(path); return err == nil })
}

func TestASecondProcessIsRefused(t *testing.T) {
	w := newWorld(t).open()
	_, err := Open(t.Context(), Config{Dir: w.dir, Archive: w.Archive})
	var used *InUse
	if !errors.As(err, &used) || !strings.HasSuffix(err.Error(), "is in use by another cabina") {
		t.Errorf("Open of an open index = %v, want InUse", err)
	}
	w.stop()
	w.open()
}

func TestAProbeThatFailsMakesTheIndexAnew(t *testing.T) {
	w := newWorld(t)
	w.add("s1", []said{{voice: "en", lang: "en", cues: every(4000, "The word is hippopotamus.")}})
	w.open()
	w.stop()
	var probed []string
	x, err := Open(t.Context(), Config{Dir: w.dir, Archive: w.Archive, Probe: func(_ context.Context, path string) error {
		probed = append(probed, filepath.Base(path))
		if err := Probe(path); err != nil {
			return err
		}
		if filepath.Base(path) == "rest" {
			return errors.New("signal: bus error")
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if n := x.public.documents(); n != 0 || len(probed) != 2 {
		t.Errorf("probed %v, passages = %d; want both probed and an empty index", probed, n)
	}
}

// TestATextThatCannotBeReadHoldsUpNothing: the other languages of the session are found, and the text is taken in once it is there.
func TestATextThatCannotBeReadHoldsUpNothing(t *testing.T) {
	w := newWorld(t)
	s := w.add("s1", []said{{voice: "en", lang: "en", cues: every(4000, "The word is hippopotamus.")}, {voice: "es", lang: "es", cues: every(4000, "La palabra es hipopótamo.")}})
	lost := s.Track("t4").Versions[0].Parts[0].Master
	if err := w.store.Delete(context.Background(), lost.Key()); err != nil {
		t.Fatal(err)
	}
	w.openUnsettled()
	w.until("the English text is found", func() bool { return places(w.ask("hippopotamus")) == "s1@0" })
	if st := w.x.State(); st.Complete {
		t.Errorf("State = %+v, want not complete", st)
	}
	if again := w.master(vtt(every(4000, "La palabra es hipopótamo."))); again != lost {
		t.Fatalf("master = %s, want %s again", again, lost)
	}
	w.until("the Spanish text is found", func() bool { return places(w.ask("hipopótamo")) == "s1@0" })
	w.settled()
}

// masterReads counts the reads of masters while f runs.
func (w *world) masterReads(f func()) int64 {
	before := w.store.ranges.Load()
	f()
	return w.store.ranges.Load() - before
}
