package main

import (
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cabina/archive"
	"cabina/archive/s3"
	"cabina/archive/s3/s3test"
)

// shaken is a world in a bucket whose service is reached through a proxy; its own store goes past that.
func shaken(t *testing.T) (*world, *s3test.Proxy) {
	t.Helper()
	w := newWorld(t, "disk")
	c := s3test.Gateway(t)
	store, err := s3.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	p := s3test.NewProxy(t, c)
	w.store = store
	w.reach(p.Config())
	return w, p
}

// asks gives status, Retry-After and how long it took.
func (r *running) asks(t *testing.T, path string) (status int, retry string, took time.Duration) {
	t.Helper()
	begun := time.Now()
	res, err := http.Get(r.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode, res.Header.Get("Retry-After"), time.Since(begun)
}

func TestStorageThatIsAway(t *testing.T) {
	t.Parallel()
	w, p := shaken(t)
	dir := meetings(t, 1)[0]
	masters := s3test.On(http.MethodPut, "masters/")
	p.BreakAll(masters, s3test.Refuse())
	_, errOut, code := w.try("import", dir)
	if code != exitFailed || !strings.Contains(errOut, archive.ErrUnavailable.Error()) || !strings.Contains(errOut, "the same command goes on where it was") {
		t.Errorf("import while nothing can be put: exit code %d, %q", code, errOut)
	}
	p.Mend()
	w.must("import", dir)

	s := w.start("serve", "--no-work")
	list := s.wait(t, time.Minute, "/play/m00/master.m3u8", contains("#EXTM3U"))
	playlist := "/play/m00/" + playFile.FindString(list)
	_, body := s.get(t, playlist)
	object := "/media/m00/" + strings.SplitN(body[strings.Index(body, "/media/m00/")+len("/media/m00/"):], `"`, 2)[0]
	for _, path := range []string{object, "/en/sessions/m00"} {
		if status, _, _ := s.asks(t, path); status != http.StatusOK {
			t.Fatalf("%s: %d", path, status)
		}
	}
	for name, fault := range map[string]s3test.Fault{"refuses": s3test.Refuse(), "stalls": s3test.Stall(), "says 500": s3test.Answer(500, "InternalError")} {
		p.BreakAll(s3test.On("", ""), fault)
		if status, _, took := s.asks(t, "/en/sessions/m00"); status != http.StatusOK || took > 12*time.Second {
			t.Errorf("a page while the storage %s: %d after %v, want it from memory", name, status, took)
		}
		if status, retry, took := s.asks(t, object); status != http.StatusServiceUnavailable || retry == "" || took > 15*time.Second {
			t.Errorf("media while the storage %s: %d, Retry-After %q, after %v; want 503 soon", name, status, retry, took)
		}
		if status, _, took := s.asks(t, "/readyz"); status != http.StatusServiceUnavailable || took > 10*time.Second {
			t.Errorf("/readyz while the storage %s: %d after %v", name, status, took)
		}
		p.Mend()
		if status, _, _ := s.asks(t, object); status != http.StatusOK {
			t.Errorf("media once the storage %s no more: %d", name, status)
		}
	}
	p.Break(s3test.On(http.MethodGet, "renditions/"), s3test.CutBody(100))
	if res, err := http.Get(s.url + object); err == nil {
		n, err := io.Copy(io.Discard, res.Body)
		res.Body.Close()
		if err == nil {
			t.Errorf("media whose source breaks off: %d bytes without an error, want the connection cut", n)
		}
	}
}

func TestTortureRenditionsWaitForTheStorage(t *testing.T) {
	torture(t)
	t.Parallel()
	w, p := shaken(t)
	w.must("import", "--no-prepare", meetings(t, 1)[0])
	p.BreakAll(s3test.On(http.MethodPut, "renditions/"), s3test.Answer(503, "SlowDown"))
	w.start("work")
	job := func() (found *archive.Job) {
		for info, err := range w.store.List(t.Context(), "jobs/", "") {
			if err != nil {
				t.Fatal(err)
			}
			var j archive.Job
			if data, _, err := w.store.Get(t.Context(), info.Key); err == nil && json.Unmarshal(data, &j) == nil && j.Reason != "" {
				found = &j
			}
		}
		return found
	}
	for end := time.Now().Add(2 * time.Minute); job() == nil; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("no job says why it waits")
		}
	}
	if j := job(); j.Attempts != 0 || !strings.Contains(j.Reason, archive.ErrUnavailable.Error()) {
		t.Errorf("job %+v: want the storage named, and no attempt counted", j)
	}
	p.Mend()
	arc := &archive.Archive{Store: w.store}
	for end := time.Now().Add(3 * time.Minute); len(w.unmade(arc)) > 0; time.Sleep(200 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not made though the storage is back: %v", w.unmade(arc))
		}
	}
}

func TestStorageThatAnswersLateTwiceOrNotAtAll(t *testing.T) {
	t.Parallel()
	dir := meetings(t, 1)[0]
	whole := newWorld(t, "disk")
	whole.must("import", dir)
	whole.must("set", "m00", "title.en=Opening")
	w, p := shaken(t)
	puts, any := s3test.On(http.MethodPut, ""), s3test.On("", "")
	p.BreakAll(s3test.Each(7, puts), s3test.CutAnswer())
	p.BreakAll(s3test.Each(5, puts), s3test.Twice())
	p.BreakAll(s3test.Each(11, any), s3test.Late(200*time.Millisecond))
	p.BreakAll(s3test.Each(13, any), s3test.Refuse())
	for _, args := range [][]string{{"import", dir}, {"set", "m00", "title.en=Opening"}} {
		code := exitFailed
		var said string
		for range 5 { // what fails says so, and the same command goes on
			if _, said, code = w.try(args...); code == exitDone {
				break
			}
		}
		if code != exitDone {
			t.Fatalf("%v: %s", args, said)
		}
	}
	p.Mend()
	if diff := cmp.Diff(whole.ending(), w.ending()); diff != "" {
		t.Errorf("the archive (-over a good connection +over a bad one):\n%s", diff)
	}
	w.clean("a bad connection")
}

// TestAWorkerThatIsFrozen freezes a worker that has made a rendition and not put it: another takes over, the first goes on, and there is one result.
func TestAWorkerThatIsFrozen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "disk")
	w.must("import", "--no-prepare", meetings(t, 1)[0])
	frozen := *w
	frozen.env = append(append([]string{}, w.env...), "CABINA_FREEZE_AT="+string(archive.PointMade), "CABINA_CACHE="+filepath.Join(t.TempDir(), "cache"))
	a := frozen.start("work", "--jobs", "1")
	stopped := func() bool {
		return strings.Contains(procState(a.Process.Pid), "T")
	}
	for end := time.Now().Add(time.Minute); !stopped(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it never came to the point")
		}
	}
	b := w.start("work")
	arc := &archive.Archive{Store: w.store}
	begun := time.Now()
	for len(w.unmade(arc)) > 0 {
		if time.Since(begun) > 2*time.Minute {
			t.Fatalf("the other has not taken over: %v", w.unmade(arc))
		}
		time.Sleep(200 * time.Millisecond)
	}
	t.Logf("taken over and made after %v", time.Since(begun).Round(time.Second))
	before := w.marks("renditions/")
	if err := a.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(30 * time.Second); len(w.marks("jobs/")) > 0 && time.Now().Before(end); {
		time.Sleep(100 * time.Millisecond)
	}
	time.Sleep(2 * time.Second) // whatever it still does, it does now
	if diff := cmp.Diff(before, w.marks("renditions/")); diff != "" {
		t.Errorf("the one that was frozen wrote (-before +after):\n%s", diff)
	}
	if jobs := w.marks("jobs/"); len(jobs) > 0 {
		t.Errorf("jobs are left: %v", jobs)
	}
	// Both live and go on with what comes next.
	w.must("set", "m00", w.read("m00").Voice("es").ID+".shiftMs=80")
	for end := time.Now().Add(time.Minute); len(w.unmade(arc)) > 0; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nobody makes what came then")
		}
	}
	for _, r := range []*running{a, b} {
		select {
		case <-r.done:
			t.Error("a worker has ended")
		default:
		}
	}
	w.clean("a freeze")
}

// marks gives what a listing says of the bytes of each object.
func (w *world) marks(prefix string) map[string]string {
	w.t.Helper()
	out := map[string]string{}
	for info, err := range w.store.List(w.t.Context(), prefix, "") {
		if err != nil {
			w.t.Fatal(err)
		}
		out[info.Key] = info.Mark
	}
	return out
}
