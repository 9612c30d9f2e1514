package transcode

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"cabina/archive"
)

// recording is a store without local files that notes which masters are read.
type recording struct {
	archive.Store
	mu   sync.Mutex // guards read
	read map[string]int
}

func (r *recording) Range(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	r.mu.Lock()
	r.read[key]++
	r.mu.Unlock()
	body, err := r.Store.Range(ctx, key, off, n)
	return struct{ io.ReadCloser }{body}, err
}

func TestAddingALanguageNeverReadsThePicture(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	s := film(t, a, "s1")
	store := &recording{Store: a.Store, read: map[string]int{}}
	w := newWorker(t, &archive.Archive{Store: store, By: "test"})
	if err := w.Prepare(t.Context(), "s1", []string{Copy, Voice}, nil); err != nil {
		t.Fatal(err)
	}
	picture, floor := s.Track("t1").Versions[0].Parts[0].Master.Key(), s.Track("t2").Versions[0].Parts[0].Master.Key()
	if store.read[picture] != 1 || store.read[floor] != 1 {
		t.Errorf("read %v, want each master once", store.read)
	}
	clear(store.read)
	es := keep(t, a, makeMedia(t, "es.ogg", append(beeps(900, 8, 4), "-c:a", "libopus", "-f", "ogg")...))
	if _, err := a.Update(t.Context(), "s1", func(s *archive.Session) error {
		s.Tracks = append(s.Tracks, track("t4", archive.Audio, archive.Interpretation, "es", archive.Version{V: 1, Parts: []archive.Part{{Master: es, Stream: "a:0", ToMs: 8000}}, Channels: "mix"}))
		s.NextTrack = 5
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := w.Prepare(t.Context(), "s1", []string{Copy, Voice}, nil); err != nil {
		t.Fatal(err)
	}
	if len(store.read) != 1 || store.read[es.Key()] != 1 {
		t.Errorf("read %v, want the new voice's master alone, once", store.read)
	}
}

// TestWhatACrashLeavesIsMadeWhole begins with all that a process can leave that died: files without their index, a lease that nobody keeps up, a job whose
// rendition is there.
func TestWhatACrashLeavesIsMadeWhole(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	began := time.Now()
	a.Now = func() time.Time { return began.Add(40 * time.Since(began)) } // half a minute is three quarters of a second
	s := film(t, a, "s1")
	w := newWorker(t, a)
	if err := w.Prepare(t.Context(), "s1", []string{Copy}, nil); err != nil {
		t.Fatal(err)
	}
	dead := `{"owner":"elsewhere 0 1 1","update":"x","progress":0.5}`
	put := func(key, data string) {
		if _, err := a.Store.Put(t.Context(), key, []byte(data), archive.Always()); err != nil {
			t.Fatal(err)
		}
	}
	voice := name(s, "t2.voice")
	put(voice.Key(".mp4"), "half of it")
	put(voice.Key(".tables"), "")
	put("jobs/s1/"+voice.Recipe+".json", dead)
	put("jobs/s1/"+name(s, "t1.copy").Recipe+".json", dead)
	busy := false
	if err := w.Prepare(t.Context(), "s1", []string{Copy, Voice}, func(p Progress) { busy = busy || p.Busy }); err != nil || !busy {
		t.Fatalf("Prepare = %v, waited %v; want it to wait for the one who is not there, and then to do it itself", err, busy)
	}
	if got := left(t, a, "s1"); strings.Contains(got, "voice") {
		t.Errorf("left is %s, want no voice", got)
	}
	info, err := a.Store.Stat(t.Context(), voice.Key(".mp4"))
	if err != nil || info.Size < 10000 {
		t.Errorf("the voice has %d bytes, %v; want all of it", info.Size, err)
	}
	waitFor(t, "no job is left", func() bool {
		if _, err := w.plan(t.Context(), "s1"); err != nil {
			t.Fatal(err)
		}
		jobs, err := a.Jobs(t.Context(), "s1")
		return err == nil && len(jobs) == 0
	})
}
