package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestANewerFormatIsReadAndNotWritten puts documents of a newer program into an archive and runs every command that writes: none of them changes a byte.
func TestANewerFormatIsReadAndNotWritten(t *testing.T) {
	source := folder(t, filepath.Join(t.TempDir(), "s01"), "ru.m4a")
	french := filepath.Join(folder(t, t.TempDir(), "fr.m4a"), "fr.m4a")
	w := newWorld(t, "disk")
	w.must("import", "--no-prepare", "--conference", "c1", source)
	future := func(key string) {
		data, _, err := w.store.Get(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		w.put(key, `{"format":2,"new":"field",`+strings.Replace(strings.TrimSpace(string(data))[1:], `"format": 1,`, "", 1))
	}
	commands := map[string][]string{
		"set": {"set", "s01", "title.en=x"}, "remove": {"remove", "s01", "t1"}, "withdraw": {"withdraw", "s01", "--from", "0:01", "--to", "0:02"},
		"undo": {"undo", "s01", "1"}, "add-track": {"add-track", "s01", "--kind", "audio", "--lang", "fr", "--no-prepare", french},
		"import": {"import", "--no-prepare", "--conference", "c1", folder(t, filepath.Join(t.TempDir(), "s01"), "ru.m4a", "es.mp3")},
	}
	t.Run("session", func(t *testing.T) {
		w.must("set", "s01", "title.en=first")
		future("sessions/s01.json")
		before := w.state("sessions/", "history/")
		for name, args := range commands {
			_, errOut, code := w.try(args...)
			if code == exitDone || !strings.Contains(errOut, "newer") {
				t.Errorf("%s: exit code %d, %q; want it said that a newer program wrote it", name, code, errOut)
			}
			if diff := cmp.Diff(before, w.state("sessions/", "history/")); diff != "" {
				t.Errorf("%s wrote (-before +after):\n%s", name, diff)
			}
		}
		says(t, w.must("show", "s01", "--json"), `"new":"field"`)
	})
	t.Run("master, job and index", func(t *testing.T) {
		ref := w.read("s01").Track("t1").Versions[0].Parts[0].Master
		future(ref.InfoKey())
		w.put("jobs/gone/0123456789abcdef.json", `{"format":2}`)
		w.put("renditions/gone/t1.voice.0123456789abcdef.json", `{"format":2}`)
		before := w.state(ref.InfoKey(), "jobs/", "renditions/gone/")
		w.try("verify")
		w.must("tidy", "--yes")
		if diff := cmp.Diff(before, w.state(ref.InfoKey(), "jobs/", "renditions/gone/")); diff != "" {
			t.Errorf("(-before +after):\n%s", diff)
		}
	})
	t.Run("archive", func(t *testing.T) {
		w.put("format.json", `{"format":2,"archive":"x"}`)
		before := w.state("")
		for name, args := range commands {
			if _, errOut, code := w.try(args...); code == exitDone || !strings.Contains(errOut, "newer") {
				t.Errorf("%s: exit code %d, %q", name, code, errOut)
			}
		}
		for _, args := range [][]string{{"serve"}, {"work"}, {"rebuild"}, {"reindex"}, {"tidy", "--yes"}} {
			if _, errOut, code := w.try(args...); code == exitDone || !strings.Contains(errOut, "newer") {
				t.Errorf("%v: exit code %d, %q", args, code, errOut)
			}
		}
		w.must("show", "s01")
		w.try("verify")
		if diff := cmp.Diff(before, w.state("")); diff != "" {
			t.Errorf("(-before +after):\n%s", diff)
		}
	})
}
