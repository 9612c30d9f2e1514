package main

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestKilled ends import and serve, as a power cut does, again and again at moments of a fixed seed, in the middle of spooling, of renditions and of
// indexing. Afterwards the archive is what it is without any of that, verify finds nothing wrong, and every word is found.
func TestKilled(t *testing.T) {
	dir := fixture(t, "opinion")
	whole := func(t *testing.T, w *world) map[string]bool {
		t.Helper()
		s := w.start("serve")
		defer s.kill()
		s.wait(t, waitWhole, "/play/opinion/master.m3u8", contains(`GROUP-ID="aud-low"`))
		s.wait(t, waitWhole, "/api/v1/search?q=injerencias", contains(`"complete":true`, `"moments":[{`))
		deadline := time.Now().Add(waitWhole)
		for {
			keys := map[string]bool{}
			made := 0
			for key := range w.state("sessions/", "masters/", "renditions/", "jobs/") {
				keys[key] = true
				for _, profile := range []string{".p360.", ".slides.", ".sheet."} {
					if strings.Contains(key, profile) && strings.HasSuffix(key, ".json") {
						made++
					}
				}
				if strings.HasPrefix(key, "jobs/") {
					made = -10 // somebody is at it
				}
			}
			if made == 3 || time.Now().After(deadline) {
				return keys
			}
			time.Sleep(100 * time.Millisecond)
		}
	}
	calm := newWorld(t, "disk")
	calm.must("import", dir)
	want := whole(t, calm)

	for _, kind := range []string{"disk", "s3"} {
		t.Run(kind, func(t *testing.T) {
			w := newWorld(t, kind)
			random := rand.New(rand.NewPCG(1, 2))
			for range 4 {
				cmd := program(t, w.env, "import", dir)
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Duration(100+random.IntN(1500)) * time.Millisecond)
				_ = cmd.Process.Kill()
				_ = cmd.Wait()
			}
			w.must("import", dir)
			for range 4 {
				s := w.start("serve")
				time.Sleep(time.Duration(random.IntN(1200)) * time.Millisecond)
				s.kill()
			}
			got := whole(t, w)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("keys (-without kills +with):\n%s", diff)
			}
			w.must("verify")
		})
	}
}
