package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cabina/archive"
	"cabina/transcode"
)

// The program is ended as a power cut does, at random moments and at each named point. After each, verify finds nothing wrong; in the end the archive is the one without
// kills. The short forms are in `make test`, the long ones in `make torture`.

// torture is true where the long forms run.
func torture(t *testing.T) {
	if os.Getenv("CABINA_TORTURE") == "" {
		t.Skip("the long form: make torture")
	}
}

// seed is CABINA_SEED, else a fixed one, and is said.
func seed(t *testing.T) *rand.Rand {
	n := uint64(1)
	if s := os.Getenv("CABINA_SEED"); s != "" {
		var err error
		if n, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatalf("CABINA_SEED=%q is no number", s)
		}
	}
	t.Logf("CABINA_SEED=%d", n)
	return rand.New(rand.NewPCG(n, 0))
}

// meetings makes n folders of sessions m00, m01 …: a picture of four seconds, two voices and a text, all small, each session's sound its own.
func meetings(t *testing.T, n int) (dirs []string) {
	t.Helper()
	root := t.TempDir()
	for i := range n {
		dir := filepath.Join(root, fmt.Sprintf("m%02d", i))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		media(t, filepath.Join(dir, "silent.mp4"), "-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=4", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-bf", "0", "-g", "20")
		for j, lang := range []string{"es", "ru"} {
			media(t, filepath.Join(dir, lang+".wav"), "-f", "lavfi", "-i", fmt.Sprintf("sine=f=%d:r=8000:d=4", 300+50*i+400*j), "-ac", "1")
		}
		write(t, filepath.Join(dir, "es.srt"), subtitles)
		dirs = append(dirs, dir)
	}
	return dirs
}

// times are what differs in two documents that say the same.
var times = regexp.MustCompile(`"(update|at)": "[^"]*"`)

// ending is what an archive holds but what differs by nature between two runs: times, update ids, and the bytes of encoders, which the recipe in a rendition's name stands for.
func (w *world) ending() map[string]string {
	w.t.Helper()
	out := map[string]string{}
	for key, sum := range w.state("") {
		folder, _, _ := strings.Cut(key, "/")
		switch folder {
		case "changes", "format.json":
		case "sessions", "conferences", "history":
			data, _, err := w.store.Get(w.t.Context(), key)
			if err != nil {
				w.t.Fatal(err)
			}
			out[key] = times.ReplaceAllString(string(data), "")
		case "masters":
			if out[key] = sum; strings.HasSuffix(key, ".json") {
				out[key] = ""
			}
		default:
			out[key] = ""
		}
	}
	return out
}

// stuckAfter is how long a job may stand without a sign of life or an end while somebody works.
const stuckAfter = 45 * time.Second

// settle serves until every session has all that it wants, no job is left, and the index is complete; then it gives what a search answers.
func (w *world) settle() string {
	w.t.Helper()
	s := w.start("serve")
	defer s.kill()
	type sight struct {
		data  string
		since time.Time
	}
	jobs := map[string]sight{}
	arc := &archive.Archive{Store: w.store}
	for deadline := time.Now().Add(10 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		left := w.unmade(arc)
		for info, err := range w.store.List(w.t.Context(), "jobs/", "") {
			if err != nil {
				w.t.Fatal(err)
			}
			key := info.Key
			left = append(left, key)
			data, _, err := w.store.Get(w.t.Context(), key)
			if err != nil {
				continue // it was done since
			}
			if jobs[key].data != string(data) {
				jobs[key] = sight{string(data), time.Now()}
			} else if time.Since(jobs[key].since) > stuckAfter {
				w.t.Fatalf("%s is stuck: %s", key, data)
			}
		}
		if len(left) == 0 {
			break
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("after ten minutes not made yet: %v", left)
		}
	}
	body := s.wait(w.t, time.Minute, "/api/v1/search?q=reduction&limit=100", contains(`"complete":true`, `"moments":[{`))
	return regexp.MustCompile(`"asOf":"[^"]*"`).ReplaceAllString(body, "")
}

// unmade gives what sessions want and nobody has made.
func (w *world) unmade(arc *archive.Archive) (left []string) {
	w.t.Helper()
	for s, err := range arc.Sessions(w.t.Context()) {
		if err != nil {
			w.t.Fatal(err)
		}
		for _, want := range transcode.Wanted(s) {
			if _, err := w.store.Stat(w.t.Context(), want.Key(".json")); err != nil {
				left = append(left, want.Key(""))
			}
		}
	}
	return left
}

// killedAfter starts a command and ends it after d, as a power cut does, or finds it done.
func (w *world) killedAfter(d time.Duration, args ...string) {
	w.t.Helper()
	cmd := program(w.t, w.env, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	time.Sleep(d)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

// clean fails unless verify finds nothing wrong.
func (w *world) clean(after string) {
	w.t.Helper()
	if _, _, err := w.store.Get(w.t.Context(), "format.json"); err != nil {
		return // it was killed before there was an archive
	}
	if out, errOut, code := w.try("verify"); code != exitDone {
		w.t.Fatalf("verify after %s: exit code %d\n%s%s", after, code, out, errOut)
	}
}

// atRandom kills import, serve and work n times over those folders, and compares the end with that of a calm run.
func atRandom(t *testing.T, kind string, n int, dirs []string, want map[string]string, answer string) {
	random := seed(t)
	w := newWorld(t, kind)
	for i := range n {
		dir := dirs[i*len(dirs)/n]
		if random.IntN(4) == 0 {
			w.forgetRenditions(filepath.Base(dir)) // so that there is something to make
		}
		args := [][]string{{"import", dir}, {"import", dir}, {"serve"}, {"work"}}[random.IntN(4)]
		after := time.Duration(random.IntN(1500)) * time.Millisecond
		w.killedAfter(after, args...)
		w.clean(fmt.Sprintf("kill %d, of %v after %v", i, args, after))
	}
	for _, dir := range dirs {
		w.must("import", dir)
	}
	got := w.settle()
	if diff := cmp.Diff(want, w.ending()); diff != "" {
		t.Errorf("the archive (-without kills +with):\n%s", diff)
	}
	if diff := cmp.Diff(answer, got); diff != "" {
		t.Errorf("a search (-without kills +with):\n%s", diff)
	}
	w.clean("all")
	if left, _ := filepath.Glob(filepath.Join(w.cache, "scratch", "*")); len(left) > 0 {
		t.Errorf("scratch still holds %v", left)
	}
}

// forgetRenditions takes all renditions of a session away, which may be done at any time.
func (w *world) forgetRenditions(id string) {
	w.t.Helper()
	for key := range w.state("renditions/" + id + "/") {
		if err := w.store.Delete(w.t.Context(), key); err != nil {
			w.t.Fatal(err)
		}
	}
}

// calm is the end without kills.
func calm(t *testing.T, dirs []string) (map[string]string, string) {
	w := newWorld(t, "disk")
	for _, dir := range dirs {
		w.must("import", dir)
	}
	answer := w.settle()
	return w.ending(), answer
}

func TestKilledAtRandom(t *testing.T) {
	dirs := meetings(t, 1)
	want, answer := calm(t, dirs)
	for _, kind := range []string{"disk", "s3"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			atRandom(t, kind, 4, dirs, want, answer)
		})
	}
}

func TestTortureRandom(t *testing.T) {
	torture(t)
	dirs := meetings(t, 6)
	want, answer := calm(t, dirs)
	for _, kind := range []string{"disk", "s3"} {
		t.Run(kind, func(t *testing.T) { atRandom(t, kind, 100, dirs, want, answer) })
	}
}

// way is what is done of which a point is part: only what concerns it.
func way(point archive.Point, dir string) [][]string {
	take := []string{"import", "--conference", "c1", dir}
	if !strings.HasPrefix(string(point), "rendition: ") {
		take = []string{"import", "--no-prepare", "--conference", "c1", dir}
	}
	steps := [][]string{take, {"set", "m00", "title.en=Opening"}}
	if strings.HasPrefix(string(point), "index: ") {
		steps = append(steps, []string{"search", "--json", "reduction"})
	}
	return steps
}

// goWay goes a way and gives the end, and what the last command said.
func (w *world) goWay(steps [][]string, point archive.Point) (ending map[string]string, said string) {
	w.t.Helper()
	killed := point == ""
	for _, args := range steps {
		if !killed {
			if killed = w.diesAt(point, args...); killed {
				w.clean(string(point))
			}
		}
		said = w.must(args...)
	}
	if !killed {
		w.t.Errorf("nothing comes to the point %q", point)
	}
	return w.ending(), said
}

// diesAt runs a command that is ended at a point; false: it never came there.
func (w *world) diesAt(point archive.Point, args ...string) bool {
	w.t.Helper()
	cmd := program(w.t, append(w.env, "CABINA_KILL_AT="+string(point)), args...)
	out, err := cmd.CombinedOutput()
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		return true
	}
	if err != nil {
		w.t.Fatalf("cabina %v: %v\n%s", args, err, out)
	}
	return false
}

func atEachPoint(t *testing.T, kind string) {
	dir := meetings(t, 1)[0]
	type end struct {
		keys map[string]string
		said string
	}
	ends := map[int]end{} // without kills, by the length of the way
	calmly := func(point archive.Point) end {
		steps := way(point, dir)
		n := len(steps) + len(steps[0])*10
		if _, ok := ends[n]; !ok {
			keys, said := newWorld(t, kind).goWay(steps, "")
			ends[n] = end{keys, said}
		}
		return ends[n]
	}
	for _, point := range archive.Points() {
		want := calmly(point)
		t.Run(string(point), func(t *testing.T) {
			t.Parallel()
			keys, said := newWorld(t, kind).goWay(way(point, dir), point)
			if diff := cmp.Diff(want.keys, keys); diff != "" {
				t.Errorf("the archive (-without the kill +with):\n%s", diff)
			}
			if strings.HasPrefix(string(point), "index: ") {
				if diff := cmp.Diff(withoutTimes(t, want.said), withoutTimes(t, said)); diff != "" {
					t.Errorf("a search (-without the kill +with):\n%s", diff)
				}
			}
		})
	}
}

// withoutTimes is an answer of a search without when it was true.
func withoutTimes(t *testing.T, answer string) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(answer), &out); err != nil {
		t.Fatal(err)
	}
	delete(out, "index")
	return out
}

func TestKilledAtEachPoint(t *testing.T) { atEachPoint(t, "disk") }

func TestTorturePoints(t *testing.T) {
	torture(t)
	atEachPoint(t, "s3")
}
