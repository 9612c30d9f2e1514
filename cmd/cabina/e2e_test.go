package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cabina/archive"
	"cabina/archive/disk"
	"cabina/archive/s3"
	"cabina/archive/s3/s3test"
)

// world is one archive with the program around it: its own store, cache and settings, as a user has them.
type world struct {
	t     testing.TB
	env   []string
	cache string
	store archive.Store
	disk  *smallDisk // where the program runs; nil: like the test
}

// program is a command of the program over this world.
func (w *world) program(args ...string) *exec.Cmd {
	w.t.Helper()
	cmd := program(w.t, w.env, args...)
	if w.disk != nil {
		w.disk.inside(cmd)
	}
	return cmd
}

// newWorld makes one on a disk or in a bucket of a real gateway.
func newWorld(t testing.TB, kind string) *world {
	t.Helper()
	home := t.TempDir()
	w := &world{t: t, cache: filepath.Join(home, "cache")}
	w.env = []string{"HOME=" + home, "XDG_CONFIG_HOME=" + home, "XDG_DATA_HOME=" + home, "XDG_CACHE_HOME=" + home, "CABINA_CACHE=" + w.cache, "CABINA_LISTEN=127.0.0.1:0"}
	if kind == "s3" {
		c := s3test.Gateway(t)
		store, err := s3.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		w.store = store
		w.reach(c)
		return w
	}
	dir := filepath.Join(home, "store")
	w.env = append(w.env, "CABINA_STORE="+dir)
	store, err := disk.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	w.store = store
	return w
}

// reach has the program reach its bucket through the service of c.
func (w *world) reach(c s3.Config) {
	w.env = append(w.env, "CABINA_STORE=s3://"+c.Bucket, "CABINA_S3_ENDPOINT="+c.Endpoint, "CABINA_S3_REGION="+c.Region,
		"CABINA_S3_ACCESS_KEY="+c.AccessKey, "CABINA_S3_SECRET_KEY="+c.SecretKey)
}

// try runs a command and gives what it printed and its exit code.
func (w *world) try(args ...string) (stdout, stderr string, code int) {
	w.t.Helper()
	cmd := w.program(args...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	_ = cmd.Run()
	return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
}

// must runs a command that has to succeed.
func (w *world) must(args ...string) string {
	w.t.Helper()
	out, errOut, code := w.try(args...)
	if code != 0 {
		w.t.Fatalf("cabina %s: exit code %d\n%s%s", strings.Join(args, " "), code, out, errOut)
	}
	return out
}

// running is a process that serves or works.
type running struct {
	*exec.Cmd
	url  string
	done chan struct{} // closed when it ended
}

var readyAt = regexp.MustCompile(`ready at (\S+)`)

// start starts serve or work and waits until it says that it is there.
func (w *world) start(args ...string) *running {
	w.t.Helper()
	cmd := w.program(args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	var errOut bytes.Buffer
	cmd.Stderr = &errOut
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	r := &running{Cmd: cmd, done: make(chan struct{})}
	w.t.Cleanup(r.kill)
	said := make(chan string)
	go func() {
		s := bufio.NewScanner(out)
		for s.Scan() {
			select {
			case said <- s.Text():
			default:
			}
		}
		close(said)
		_ = cmd.Wait()
		close(r.done)
	}()
	for {
		select {
		case line, ok := <-said:
			if !ok {
				w.t.Fatalf("cabina %v ended: %s", args, errOut.String())
			}
			if m := readyAt.FindStringSubmatch(line); m != nil {
				r.url = m[1]
				return r
			}
			if args[0] == "work" {
				return r
			}
		case <-time.After(60 * time.Second):
			w.t.Fatalf("cabina %v was not ready after 60 s: %s", args, errOut.String())
		}
	}
}

// kill ends the process as a power cut does.
func (r *running) kill() {
	_ = r.Process.Kill()
	select {
	case <-r.done:
	case <-time.After(10 * time.Second):
	}
}

// get asks for a path and gives status and body.
func (r *running) get(t testing.TB, path string) (int, string) {
	t.Helper()
	res, err := http.Get(r.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return res.StatusCode, string(body)
}

// wait asks until ok is true of the answer.
func (r *running) wait(t testing.TB, limit time.Duration, path string, ok func(status int, body string) bool) string {
	t.Helper()
	deadline := time.Now().Add(limit)
	for {
		status, body := r.get(t, path)
		if ok(status, body) {
			return body
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: not as wanted after %v: %d %.600s", path, limit, status, body)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func contains(want ...string) func(int, string) bool {
	return func(status int, body string) bool {
		for _, w := range want {
			if !strings.Contains(body, w) {
				return false
			}
		}
		return status == http.StatusOK
	}
}

const fixtureSeconds = 24

// waitWhole is how long all profiles of a minute of session may take on a machine that does other things as well.
const waitWhole = 3 * time.Minute

// fixture makes a folder whose session can be told by ear: a picture with a white flash and, in every voice, a beep at each whole 10 s; each voice has a
// tone of its own.
func fixture(t testing.TB, id string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), id)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	ff := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "ffmpeg", append([]string{"-nostdin", "-v", "error", "-y"}, args...)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("ffmpeg %v: %v: %s", args, err, out)
		}
	}
	d := fmt.Sprint(fixtureSeconds)
	ff("-f", "lavfi", "-i", "color=c=0x203040:s=640x360:r=25:d="+d, "-vf", "drawbox=color=white:t=fill:enable='lt(mod(t,10),0.1)'", "-c:v", "libx264", "-preset", "ultrafast",
		"-pix_fmt", "yuv420p", "-bf", "0", "-g", "75", "video.mp4")
	for i, name := range []string{"floor", "en", "es", "ru"} {
		ff("-f", "lavfi", "-i", fmt.Sprintf("aevalsrc=0.25*sin(2*PI*%d*t)+0.5*sin(2*PI*2600*t)*lt(mod(t\\,10)\\,0.1):s=48000:d=%s", 400+150*i, d), "-c:a", "flac", name+".flac")
	}
	for lang, lines := range map[string][]string{
		"en": {"Everyone has the right", "to freedom of opinion and expression", "without interference"},
		"es": {"Todo individuo tiene derecho", "a la libertad de opinión y de expresión", "sin injerencias"},
		"ru": {"Каждый человек имеет право", "на свободу убеждений и на свободное их выражение", "без вмешательства"},
	} {
		var b strings.Builder
		b.WriteString("WEBVTT\n\n")
		for i, l := range lines {
			fmt.Fprintf(&b, "%s --> %s\n%s\n\n", vttTime(int64(2000+3000*i)), vttTime(int64(5000+3000*i)), l)
		}
		write(t, filepath.Join(dir, lang+".vtt"), b.String())
	}
	write(t, filepath.Join(dir, "session.json"), `{"title":{"en":"Opinion and expression","es":"Opinión y expresión"},"at":"2026-11-10","chapters":[{"id":"c1","startMs":0,"title":{"en":"Start"}}]}`)
	return dir
}

func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// state is what an archive holds, without what differs by nature between two runs: who made what when.
func (w *world) state(prefixes ...string) map[string]string {
	w.t.Helper()
	a := &archive.Archive{Store: w.store}
	out := map[string]string{}
	for _, p := range prefixes {
		for info, err := range w.store.List(w.t.Context(), p, "") {
			if err != nil {
				w.t.Fatal(err)
			}
			sum, _, err := a.Sum(w.t.Context(), info.Key)
			if err != nil {
				w.t.Fatal(err)
			}
			out[info.Key] = string(sum)
		}
	}
	return out
}

func TestEndToEnd(t *testing.T) {
	for _, kind := range []string{"disk", "s3"} {
		t.Run(kind, func(t *testing.T) { endToEnd(t, newWorld(t, kind)) })
	}
}

func endToEnd(t *testing.T, w *world) {
	dir := fixture(t, "opinion")
	w.must("import", dir)
	s := w.start("serve", "--no-work")

	t.Run("every page of the session answers in every language", func(t *testing.T) {
		for _, lang := range []string{"en", "es", "fr", "pt", "ru", "ar"} {
			for _, page := range []string{"/", "/sessions/opinion", "/sessions/opinion/listen", "/sessions/opinion/transcript/es", "/search?q=libertad"} {
				if status, body := s.get(t, "/"+lang+page); status != 200 || !strings.Contains(body, `lang="`+lang+`"`) {
					t.Errorf("/%s%s: %d", lang, page, status)
				}
			}
		}
	})
	t.Run("players read it to the end without a complaint", func(t *testing.T) {
		out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", s.url+"/play/opinion/master.m3u8", "-map", "0", "-f", "null", "-").CombinedOutput()
		if err != nil || len(bytes.TrimSpace(out)) > 0 {
			t.Errorf("%v: %s", err, out)
		}
	})
	t.Run("a phrase over the end of a line is found and its link opens there", func(t *testing.T) {
		body := s.wait(t, 30*time.Second, "/api/v1/search?q=%22tiene+derecho+a+la+libertad%22", contains(`"moments":[{`))
		var a struct {
			Sessions []struct {
				ID      string
				Moments []struct {
					StartMs int64
					URL     string
				}
			}
		}
		if err := json.Unmarshal([]byte(body), &a); err != nil {
			t.Fatal(err)
		}
		m := a.Sessions[0].Moments[0]
		if a.Sessions[0].ID != "opinion" || m.StartMs != 2000 {
			t.Errorf("found %s at %d ms, want opinion at 2000", a.Sessions[0].ID, m.StartMs)
		}
		if status, page := s.get(t, m.URL); status != 200 || !strings.Contains(page, `"startMs":2000`) {
			t.Errorf("%s: %d, and the page does not open at 2000 ms", m.URL, status)
		}
		if out := w.must("search", "свободу убеждений"); !strings.Contains(out, "opinion") {
			t.Errorf("cabina search: %s", out)
		}
		if out := w.must("search", "--lines", `"свободу убеждений"`); !strings.HasPrefix(out, "opinion  0:00:05  ru") || !strings.Contains(out, "[свободу убеждений]") {
			t.Errorf("cabina search --lines, of the running server: %s", out)
		}
	})
	t.Run("a shift of one voice by 80 ms changes that voice and its captions, and no other byte", func(t *testing.T) { shifted(t, w, s) })
	t.Run("work beside serve: both see each other within 10 s", func(t *testing.T) { workBeside(t, w, s) })
	t.Run("importing again changes nothing", func(t *testing.T) {
		before := w.state("sessions/", "masters/", "renditions/", "history/")
		w.must("import", dir)
		if diff := cmp.Diff(before, w.state("sessions/", "masters/", "renditions/", "history/")); diff != "" {
			t.Errorf("(-before +after):\n%s", diff)
		}
	})
	s.kill()
	t.Run("verify names what is damaged or missing", func(t *testing.T) { verifies(t, w) })
	t.Run("rebuild gives the same addresses, playlists and answers", func(t *testing.T) { rebuilds(t, w) })
}

// playFile is the last element of an address in a playlist.
var playFile = regexp.MustCompile(`(t\d+)\.[a-z0-9.]+\.(mp4|m3u8|vtt)\b`)

// addresses gives every address of the session's playlists, by track.
func addresses(t *testing.T, s *running) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	queue := []string{"master.m3u8"}
	for len(queue) > 0 {
		_, list := s.get(t, "/play/opinion/"+queue[0])
		queue = queue[1:]
		for _, m := range playFile.FindAllStringSubmatch(list, -1) {
			address := map[string]string{"mp4": "/media", "m3u8": "/play", "vtt": "/play"}[m[2]] + "/opinion/" + m[0]
			if slices.Contains(out[m[1]], address) {
				continue
			}
			out[m[1]] = append(out[m[1]], address)
			if m[2] == "m3u8" {
				queue = append(queue, m[0])
			}
		}
	}
	return out
}

func shifted(t *testing.T, w *world, s *running) {
	sess := func() *archive.Session {
		d, err := (&archive.Archive{Store: w.store}).Session(t.Context(), "opinion")
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	voice := sess().Voice("es").ID
	var text string
	for _, x := range sess().Live(archive.Text) {
		if x.Language == "es" {
			text = x.ID
		}
	}
	w.must("rebuild", "opinion") // every profile is made, so that what is new afterwards is new by the shift
	s.wait(t, 20*time.Second, "/play/opinion/master.m3u8", contains(`GROUP-ID="aud-low"`))
	before, objects := addresses(t, s), w.state("renditions/", "masters/")
	_, cuesBefore := s.get(t, vttOf(before[text]))
	w.must("set", "opinion", voice+".shiftMs=80")
	w.must("rebuild", "opinion")
	s.wait(t, 20*time.Second, "/play/opinion/master.m3u8", func(_ int, body string) bool { return !strings.Contains(body, filepath.Base(before[voice][0])) })
	after, objectsAfter := addresses(t, s), w.state("renditions/", "masters/")
	for track := range before {
		if same := slices.Equal(before[track], after[track]); same != (track != voice && track != text) {
			t.Errorf("addresses of %s: %v, then %v", track, before[track], after[track])
		}
	}
	for key, sum := range objects {
		if objectsAfter[key] != sum {
			t.Errorf("%s changed", key)
		}
	}
	for key := range objectsAfter {
		if _, old := objects[key]; !old && !strings.Contains(key, "/"+voice+".") {
			t.Errorf("%s is new", key)
		}
	}
	_, cuesAfter := s.get(t, vttOf(after[text]))
	if !strings.Contains(cuesBefore, "00:02.000 --> 00:05.000") && !strings.Contains(cuesBefore, "00:00:02.000 --> 00:00:05.000") || !strings.Contains(cuesAfter, "02.080 --> ") {
		t.Errorf("captions before:\n%s\nafter:\n%s", cuesBefore, cuesAfter)
	}
}

func vttOf(addresses []string) string {
	for _, a := range addresses {
		if strings.HasSuffix(a, ".vtt") {
			return a
		}
	}
	return ""
}

// workBeside adds a voice without preparing it; a process that only works makes it, and serve shows it.
func workBeside(t *testing.T, w *world, s *running) {
	src := filepath.Join(t.TempDir(), "fr.wav")
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-f", "lavfi", "-i", fmt.Sprintf("sine=f=1150:d=%d", fixtureSeconds), src).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	other := *w
	other.env = append(slices.Clone(w.env), "CABINA_CACHE="+filepath.Join(t.TempDir(), "other machine"))
	worker := other.start("work")
	defer worker.kill()
	w.must("add-track", "opinion", "--kind", "audio", "--lang", "fr", "--no-prepare", src)
	begun := time.Now()
	s.wait(t, 60*time.Second, "/play/opinion/master.m3u8", contains(`LANGUAGE="fr"`))
	t.Logf("made and seen %v after it was added", time.Since(begun).Round(10*time.Millisecond))
}

func verifies(t *testing.T, w *world) {
	w.must("verify")
	var key string
	for info, err := range w.store.List(t.Context(), "renditions/opinion/", "") {
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(info.Key, ".mp4") && info.Size < 4<<20 {
			key = info.Key
		}
	}
	r, err := w.store.Range(t.Context(), key, 0, 4<<20)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	r.Close()
	if err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(data)
	damaged[len(damaged)/2] ^= 1
	put := func(b []byte) {
		path := filepath.Join(t.TempDir(), "object")
		write(t, path, string(b))
		if err := w.store.PutFile(t.Context(), key, path); err != nil {
			t.Fatal(err)
		}
	}
	put(damaged)
	if out, errOut, code := w.try("verify"); code != 1 || !strings.Contains(out+errOut, filepath.Base(key)) {
		t.Errorf("a flipped bit in %s: exit code %d: %s%s", key, code, out, errOut)
	}
	put(data)
	w.must("verify")
}

func rebuilds(t *testing.T, w *world) {
	s := w.start("serve")
	look := func(s *running) map[string]string {
		out := map[string]string{}
		for _, list := range addresses(t, s) {
			for _, a := range list {
				_, out[a] = s.get(t, a)
				if strings.HasSuffix(a, ".mp4") {
					out[a] = "" // its bytes may differ between two runs of an encoder; its address and index say what it is
				}
			}
		}
		for _, a := range []string{"/play/opinion/master.m3u8", "/api/v1/sessions/opinion"} {
			_, out[a] = s.get(t, a)
		}
		body := s.wait(t, 30*time.Second, "/api/v1/search?q=libertad", contains(`"complete":true`, `"moments":[{`))
		out["search"] = regexp.MustCompile(`"asOf":"[^"]*"`).ReplaceAllString(body, "")
		return out
	}
	s.wait(t, waitWhole, "/play/opinion/master.m3u8", contains(`GROUP-ID="aud-low"`)) // all profiles are whole
	time.Sleep(time.Second)
	before := look(s)
	s.kill()
	for _, prefix := range []string{"renditions/", "measures/", "jobs/", "changes/"} {
		for info, err := range w.store.List(t.Context(), prefix, "") {
			if err != nil {
				t.Fatal(err)
			}
			if err := w.store.Delete(t.Context(), info.Key); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.RemoveAll(w.cache); err != nil {
		t.Fatal(err)
	}
	w.must("rebuild")
	s = w.start("serve")
	s.wait(t, waitWhole, "/play/opinion/master.m3u8", contains(`GROUP-ID="aud-low"`))
	time.Sleep(time.Second)
	after := look(s)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after))); diff != "" {
		t.Errorf("addresses (-before +after):\n%s", diff)
	}
	for a := range before {
		if diff := cmp.Diff(before[a], after[a]); diff != "" {
			t.Errorf("%s (-before +after):\n%s", a, diff)
		}
	}
}
