package transcode

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cabina/archive"
	"cabina/archive/disk"

	"github.com/google/go-cmp/cmp"
)

// newArchive is an empty archive in a folder of the test's.
func newArchive(t testing.TB) *archive.Archive {
	t.Helper()
	store, err := disk.Create(filepath.Join(t.TempDir(), "store"))
	if err != nil {
		t.Fatal(err)
	}
	a := &archive.Archive{Store: store, By: "test", Poll: 50 * time.Millisecond}
	if err := a.Init(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a
}

// keep puts a file as a master.
func keep(t testing.TB, a *archive.Archive, path string) archive.Ref {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := archive.Spool(t.Context(), f, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Remove()
	if err := a.Keep(t.Context(), s, filepath.Base(path)); err != nil {
		t.Fatal(err)
	}
	return s.Ref
}

// film is a session of 8 s: an H.264 picture, a floor and a Russian voice.
func film(t testing.TB, a *archive.Archive, id string) *archive.Session {
	t.Helper()
	picture := keep(t, a, makeMedia(t, "v.mp4", append(flashes("320x180", "25", 8, 4), "-c:v", "libx264", "-pix_fmt", "yuv420p", "-bf", "2", "-g", "50")...))
	floor := keep(t, a, makeMedia(t, "floor.wav", beeps(400, 8, 4)...))
	ru := keep(t, a, makeMedia(t, "ru.mp3", beeps(700, 8, 4)...))
	s, err := a.Create(t.Context(), &archive.Session{
		ID: id, Visibility: archive.Public, Title: archive.Words{"en": "Opening"}, Clock: archive.Clock{N: 1, LengthMs: 8000, By: "picture"}, NextTrack: 4,
		Tracks: []archive.Track{
			track("t1", archive.Video, archive.Picture, "zxx", archive.Version{V: 1, Parts: []archive.Part{{Master: picture, Stream: "v:0", ToMs: 8000}}, Profile: Copy}),
			track("t2", archive.Audio, archive.Floor, "mul", archive.Version{V: 1, Parts: []archive.Part{{Master: floor, Stream: "a:0", ToMs: 8000}}, Channels: "mix"}),
			track("t3", archive.Audio, archive.Interpretation, "ru", archive.Version{V: 1, Parts: []archive.Part{{Master: ru, Stream: "a:0", ToMs: 8000}}, Channels: "mix", GainDb: 1.5}),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func track(id string, kind archive.Kind, role archive.Role, lang archive.Language, v archive.Version) archive.Track {
	return archive.Track{ID: id, Kind: kind, Role: role, Language: lang, Published: 1, Versions: []archive.Version{v}}
}

func newWorker(t testing.TB, a *archive.Archive) *Worker {
	t.Helper()
	w := &Worker{Archive: a, Tools: &Tools{Jail: selfJail}, Scratch: filepath.Join(t.TempDir(), "scratch"), Jobs: 2, Program: "test"}
	t.Cleanup(w.Close)
	return w
}

// stored gives the hash of every rendition's file in the store, by key, indexes left out.
func stored(t testing.TB, a *archive.Archive, session string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for info, err := range a.Store.List(t.Context(), "renditions/"+session+"/", "") {
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(info.Key, ".json") {
			continue
		}
		r, err := a.Store.Range(t.Context(), info.Key, 0, info.Size)
		if err != nil {
			t.Fatal(err)
		}
		h := sha256.New()
		if _, err := io.CopyN(h, r, info.Size); err != nil {
			t.Fatal(err)
		}
		r.Close()
		out[info.Key] = hex.EncodeToString(h.Sum(nil))
	}
	return out
}

func waitFor(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after two minutes not yet: %s", what)
		}
	}
}

// running runs workers until the test, or the function given, ends them.
func running(t testing.TB, ws ...*Worker) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for _, w := range ws {
		all.Go(func() {
			if err := w.Run(ctx); err != nil {
				t.Errorf("Run = %v", err)
			}
		})
		all.Go(func() { _ = w.Archive.Follow(ctx) })
	}
	stop = sync.OnceFunc(func() { cancel(); all.Wait() })
	t.Cleanup(stop)
	return stop
}

func left(t testing.TB, a *archive.Archive, session string) string {
	t.Helper()
	s, err := a.Session(t.Context(), session)
	if err != nil {
		t.Fatal(err)
	}
	there, err := have(t.Context(), a.Store, session)
	if err != nil {
		t.Fatal(err)
	}
	return order(Plan(s, there))
}

func TestTwoWorkersMakeEverythingOnce(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	film(t, a, "s1")
	second := &archive.Archive{Store: a.Store, By: "other", Poll: 50 * time.Millisecond}
	one, two := newWorker(t, a), newWorker(t, second)
	stop := running(t, one, two)
	waitFor(t, "all is made", func() bool { return left(t, a, "s1") == "" })
	waitFor(t, "no job is left", func() bool { jobs, err := a.Jobs(t.Context(), "s1"); return err == nil && len(jobs) == 0 })
	stop()
	s, _ := a.Session(t.Context(), "s1")
	for _, w := range Wanted(s) {
		data, _, err := a.Store.Get(t.Context(), w.Key(".json"))
		if err != nil || !strings.Contains(string(data), `"tool":"ffmpeg `) {
			t.Errorf("index of %s: %.80s, %v; want it with its tool", w.File(), data, err)
		}
	}
	for _, w := range []*Worker{one, two} {
		if entries, err := os.ReadDir(w.Scratch); err != nil || len(entries) > 0 {
			t.Errorf("scratch holds %v, %v; want nothing", entries, err)
		}
	}
}

func TestPrepareMakesASessionPlay(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	s := film(t, a, "s1")
	w := newWorker(t, a)
	var told []string
	err := w.Prepare(t.Context(), "s1", []string{Copy, P720, Still, Voice}, func(p Progress) {
		if p.Done {
			told = append(told, p.Want.Name.Track+"."+p.Want.Profile)
			if p.Of != 3 || p.Count != len(told) || p.Err != nil {
				t.Errorf("progress %d of %d, %v; want %d of 3", p.Count, p.Of, p.Err, len(told))
			}
		}
	})
	if err != nil {
		t.Fatalf("Prepare = %v", err)
	}
	slices.Sort(told)
	if want := []string{"t1.copy", "t2.voice", "t3.voice"}; !slices.Equal(told, want) {
		t.Errorf("told of %v, want %v", told, want)
	}
	c := NewCatalog(a, nil)
	v, err := c.View(t.Context(), s)
	if err != nil || !v.Plays() || v.Main().Profile != Copy || len(v.Voices) != 2 || v.Voices[0].Track.ID != "t2" || v.Voices[0].State != Ready {
		t.Fatalf("View = %+v, %v; want copy with two voices, the floor first", v, err)
	}
	before := stored(t, a, "s1")
	if err := w.Prepare(t.Context(), "s1", []string{Copy, Voice}, func(Progress) { t.Error("there is nothing to tell") }); err != nil {
		t.Errorf("Prepare again = %v, want nothing to do", err)
	}
	if diff := cmp.Diff(before, stored(t, a, "s1")); diff != "" {
		t.Errorf("repeating changed renditions: %s", diff)
	}
}

func TestAShiftChangesOneVoiceAndNothingElse(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	film(t, a, "s1")
	w := newWorker(t, a)
	all := []string{Copy, Voice, Small, Slides, P360, Sheet}
	if err := w.Prepare(t.Context(), "s1", all, nil); err != nil {
		t.Fatal(err)
	}
	before := stored(t, a, "s1")
	s, err := a.Update(t.Context(), "s1", func(s *archive.Session) error {
		tr := s.Track("t3")
		v := tr.Versions[0]
		v.V, v.Parts = 2, slices.Clone(v.Parts)
		v.Parts[0].AtMs += 80
		tr.Versions, tr.Published = append(tr.Versions, v), 2
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c := NewCatalog(a, nil)
	if v, err := c.View(t.Context(), s); err != nil || v.Voice("t3").Voice.V != 1 {
		t.Errorf("View = %+v, %v; want version 1 of t3 until 2 is whole", v, err)
	}
	if err := w.Prepare(t.Context(), "s1", all, nil); err != nil {
		t.Fatal(err)
	}
	after := stored(t, a, "s1")
	var added []string
	for k, sum := range after {
		switch old, was := before[k]; {
		case !was:
			added = append(added, strings.Join(strings.Split(strings.TrimPrefix(k, "renditions/s1/"), ".")[:2], "."))
		case old != sum:
			t.Errorf("%s changed", k)
		}
	}
	slices.Sort(added)
	if want := []string{"t3.small", "t3.small", "t3.voice", "t3.voice"}; !slices.Equal(slices.Compact(added), slices.Compact(want)) {
		t.Errorf("new are %v, want %v", added, want)
	}
	c.Forget("s1")
	v, err := c.View(t.Context(), s)
	if err != nil || v.Voice("t3").Voice.V != 2 {
		t.Fatalf("View = %+v, %v; want version 2 of t3", v, err)
	}
	file, err := a.Store.Range(t.Context(), v.Voice("t3").Voice.Key(".mp4"), 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if got := beepNear(samples(t, file.(*os.File).Name()), 4080); got < 4060 || got > 4100 {
		t.Errorf("beep at %.1f ms, want 4080 ± 20", got)
	}
}

func TestAFailureKeepsItsReasonAndWaits(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	s := film(t, a, "s1")
	if err := a.Store.Delete(t.Context(), s.Track("t3").Versions[0].Parts[0].Master.Key()); err != nil {
		t.Fatal(err)
	}
	w := newWorker(t, a)
	err := w.Prepare(t.Context(), "s1", []string{Copy, Voice}, nil)
	if err == nil || !strings.Contains(err.Error(), "voice of t3") {
		t.Errorf("Prepare = %v, want that the voice of t3 failed", err)
	}
	if got := left(t, a, "s1"); !strings.HasPrefix(got, "t3.voice") || strings.Contains(got, "t2.voice") {
		t.Errorf("left is %s; want t3.voice first, and no other voice", got)
	}
	jobs, err := a.Jobs(t.Context(), "s1")
	if err != nil || len(jobs) != 1 {
		t.Fatalf("Jobs = %v, %v; want the one that failed", jobs, err)
	}
	for _, j := range jobs {
		if j.Attempts != 1 || j.Owner != "" || !strings.Contains(j.Reason, "master") || strings.Contains(j.Reason, "\n") {
			t.Errorf("job %+v; want one attempt, no owner, a reason in one line", j)
		}
	}
	if err := w.Prepare(t.Context(), "s1", []string{Voice}, nil); !errors.Is(err, archive.ErrWaits) {
		t.Errorf("Prepare at once = %v, want ErrWaits", err)
	}
}

func TestACancelledJobLeavesNothing(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	film(t, a, "s1")
	w := newWorker(t, a)
	ctx, cancel := context.WithCancel(t.Context())
	err := w.Prepare(ctx, "s1", []string{Voice}, func(Progress) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Prepare = %v, want the context's error", err)
	}
	if jobs, err := a.Jobs(t.Context(), "s1"); err != nil || len(jobs) != 0 {
		t.Errorf("Jobs = %v, %v; want none", jobs, err)
	}
	if err := w.Prepare(t.Context(), "s1", []string{Voice}, nil); err != nil {
		t.Errorf("Prepare again = %v", err)
	}
}
