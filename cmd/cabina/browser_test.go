package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestBrowsers runs the tests under web/browser_test in real Chromium and Firefox, on a server that holds the session they listen to. `make browser`
// runs it; `make test` does so once, after everything else.
func TestBrowsers(t *testing.T) {
	if os.Getenv("CABINA_BROWSERS") == "" {
		t.Skip("make browser")
	}
	front, err := filepath.Abs(filepath.Join("..", "..", "web"))
	if err != nil {
		t.Fatal(err)
	}
	node := func(env []string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "node", args...)
		cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = front, append(os.Environ(), env...), os.Stdout, os.Stderr
		if err := cmd.Run(); err != nil {
			t.Fatalf("node %v: %v", args, err)
		}
	}
	dir := t.TempDir()
	node(nil, "browser_test/fixture.mjs", dir)
	w := newWorld(t, "disk")
	w.must("import", filepath.Join(dir, "tones"), filepath.Join(dir, "held"))
	w.must("set", "held", "clock.lengthMs=longest")
	s := w.start("serve")
	s.wait(t, waitWhole, "/play/tones/master.m3u8", contains(`GROUP-ID="aud-low"`)) // nothing is made any more while browsers play
	s.wait(t, waitWhole, "/play/held/master.m3u8", func(_ int, master string) bool {
		if strings.Count(master, "#EXT-X-STREAM-INF:") != 3 { // the picture, 360 lines, slides
			return false
		}
		pictures, _ := playlistsIn(t, s, "held")
		for _, p := range pictures {
			if _, list := s.get(t, p); strings.Count(list, "#EXT-X-MAP:") != 2 {
				return false
			}
		}
		return true
	})
	tests, err := filepath.Glob(filepath.Join(front, "browser_test", "*.test.mjs"))
	if err != nil || len(tests) == 0 {
		t.Fatalf("no browser tests: %v", err)
	}
	node([]string{"CABINA_URL=" + s.url}, append([]string{"--test", "--test-concurrency=1", "--test-timeout=600000"}, tests...)...)
}
