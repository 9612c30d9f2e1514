package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cabina/archive"
)

// verified gives when each master of a world was found right, by its key.
func (w *world) verified() map[string]string {
	w.t.Helper()
	out := map[string]string{}
	for key := range w.state("masters/") {
		if !strings.HasSuffix(key, ".json") {
			continue
		}
		data, _, err := w.store.Get(w.t.Context(), key)
		if err != nil {
			w.t.Fatal(err)
		}
		var m archive.MasterInfo
		if err := json.Unmarshal(data, &m); err != nil {
			w.t.Fatal(err)
		}
		out[key] = m.Verified
	}
	return out
}

func TestVerifyThatIsStoppedGoesOn(t *testing.T) {
	w := newWorld(t, "disk")
	w.must("import", "--no-prepare", folder(t, filepath.Join(t.TempDir(), "s01"), "es.wav", "ru.wav", "fr.wav"))
	// At this pace the recordings take some seconds.
	cmd := program(t, w.env, "verify", "--rate", "1M")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := func() (n int) {
		for _, at := range w.verified() {
			if at != "" {
				n++
			}
		}
		return n
	}
	for end := time.Now().Add(time.Minute); done() < 1 && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	n := done()
	if n < 1 || n > 2 {
		t.Fatalf("%d of 3 masters were read when it was killed", n)
	}
	before := w.verified()
	time.Sleep(1100 * time.Millisecond) // dates are of seconds
	out := w.must("verify")
	says(t, out, "Going on with the verification", "passed by", "all is well")
	for key, at := range w.verified() {
		if before[key] != "" && at != before[key] {
			t.Errorf("%s was read again", key)
		}
		if at == "" {
			t.Errorf("%s was not read", key)
		}
	}
	if out := w.must("verify"); strings.Contains(out, "Going on") || strings.Contains(out, "passed by") {
		t.Errorf("a run after one that went to its end: %s", out)
	}

	t.Run("renditions that were read are passed by, those with a fault are not", func(t *testing.T) {
		var stems []string
		for i := range 3 {
			stem := fmt.Sprintf("renditions/s01/t1.voice.%016x", i)
			empty := fmt.Sprintf(`{"recipe":{},"sha256":"%x","bytes":1}`, sha256.Sum256([]byte("x")))
			w.put(stem+".mp4", "x")
			w.put(stem+".tables", "x")
			w.put(stem+".json", empty)
			stems = append(stems, stem)
		}
		mark, err := json.Marshal(resume{Store: w.place(), Begun: time.Now().UTC().Truncate(time.Second), Rendition: "renditions/zzz", Again: stems[:1]})
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(w.cache, "verify.json"), string(mark))
		says(t, w.must("verify"), "and 1 rendition were read", "2 renditions passed by")
		write(t, filepath.Join(w.cache, "verify.json"), string(mark))
		says(t, w.must("verify", "--anew"), "3 masters and 3 renditions were read; all is well")
	})
}

func TestVerifyKeepsItsPace(t *testing.T) {
	w := made(t, "ru.wav", "es.wav", "fr.wav")
	begun := time.Now()
	w.must("verify", "--rate", "2M")
	var bytes int64
	for key := range w.state("masters/") {
		if info, err := w.store.Stat(t.Context(), key); err == nil && !strings.HasSuffix(key, ".json") {
			bytes += info.Size
		}
	}
	if least := time.Duration(float64(bytes) / (2 << 20) * 0.85 * float64(time.Second)); time.Since(begun) < least {
		t.Errorf("%d bytes at 2 MB a second took %v, want %v at least, over all masters together", bytes, time.Since(begun), least)
	}
}

func TestVerifyWithoutACache(t *testing.T) {
	w := made(t, "ru.m4a")
	if err := os.RemoveAll(w.cache); err != nil {
		t.Fatal(err)
	}
	write(t, w.cache, "a file where the cache should be")
	w.must("verify")
}
