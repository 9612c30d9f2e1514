package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestAnImportThatIsKilled kills an import at several points and repeats it: the end is that of an import that was not.
func TestAnImportThatIsKilled(t *testing.T) {
	root := t.TempDir()
	dir := folder(t, filepath.Join(root, "s01"), "silent.mp4", "es.m4a", "ru.m4a", "es.srt="+subtitles)
	whole := newWorld(t, "disk")
	whole.must("import", dir)
	want := endState(whole)
	has := func(prefix, suffix string, n int) func(*world) bool {
		return func(w *world) bool {
			found := 0
			for info, err := range w.store.List(w.t.Context(), prefix, "") {
				if err == nil && strings.HasSuffix(info.Key, suffix) {
					found++
				}
			}
			return found >= n
		}
	}
	for name, at := range map[string]func(*world) bool{
		"at once": func(*world) bool { return true },
		"with scratch begun": func(w *world) bool {
			m, _ := filepath.Glob(filepath.Join(w.cache, "scratch", "*", "spool-*"))
			return len(m) > 0
		},
		"with one master kept":             has("masters/", ".json", 1),
		"with all masters kept":            has("masters/", ".json", 4),
		"with the document written":        has("sessions/", ".json", 1),
		"with a rendition under way":       has("jobs/", ".json", 1),
		"with one rendition and not more":  has("renditions/", ".json", 1),
		"with two renditions and not more": has("renditions/", ".json", 2),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "disk")
			cmd := program(t, w.env, "import", dir)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			done := make(chan struct{})
			go func() { _ = cmd.Wait(); close(done) }()
			for deadline := time.Now().Add(2 * time.Minute); !at(w) && time.Now().Before(deadline); {
				select {
				case <-done:
					t.Log("it was done before it could be killed")
					deadline = time.Time{}
				case <-time.After(time.Millisecond):
				}
			}
			_ = cmd.Process.Kill()
			<-done
			w.must("import", dir)
			if diff := cmp.Diff(want, endState(w)); diff != "" {
				t.Errorf("(-whole +killed and repeated):\n%s", diff)
			}
			if left, _ := filepath.Glob(filepath.Join(w.cache, "scratch", "*")); len(left) > 0 {
				t.Errorf("scratch still holds %v", left)
			}
		})
	}
}

// endState is what an archive holds but what differs by nature between two runs: times, update ids, and the bytes of encoders.
func endState(w *world) map[string]string {
	w.t.Helper()
	out := map[string]string{}
	for key, sum := range w.state("") {
		switch {
		case strings.HasPrefix(key, "changes/"), key == "format.json":
		case strings.HasPrefix(key, "masters/") && !strings.HasSuffix(key, ".json"):
			out[key] = sum
		default:
			out[key] = ""
		}
	}
	data, _, err := w.store.Get(w.t.Context(), "sessions/s01.json")
	if err != nil {
		w.t.Fatal(err)
	}
	out["document"] = regexp.MustCompile(`"(update|at)": "[^"]*"`).ReplaceAllString(string(data), "")
	return out
}
