package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestBench measures what the README quotes, as ratios against named rivals in one run, and prints them. It judges nothing: machines differ.
//
//	make bench
func TestBench(t *testing.T) {
	if os.Getenv("CABINA_BENCH") == "" {
		t.Skip("make bench")
	}
	t.Logf("machine: %s", machine())
	t.Run("ranges against nginx", benchRanges)
	t.Run("a 2-hour picture against ffmpeg, sha256sum and fsync", benchPicture)
	t.Run("memory", benchMemory)
}

func machine() string {
	model := "unknown processor"
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if m := regexp.MustCompile(`model name\s*: (.*)`).FindSubmatch(b); m != nil {
			model = string(m[1])
		}
	}
	return fmt.Sprintf("%s, %d cores, %s", model, runtime.NumCPU(), runtime.Version())
}

// spread prints the median of the ratios with the lowest and the highest.
func spread(t *testing.T, what string, ratios []float64) {
	t.Helper()
	slices.Sort(ratios)
	t.Logf("%s: median %.2f (%.2f to %.2f, %d pairs)", what, ratios[len(ratios)/2], ratios[0], ratios[len(ratios)-1], len(ratios))
}

// builtProgram is bin/cabina as it is built for people, not the test binary.
func builtProgram(t *testing.T) string {
	t.Helper()
	bin := filepath.Join("..", "..", "bin", "cabina")
	if _, err := os.Stat(bin); err != nil {
		t.Fatal("make build comes before: ", err)
	}
	abs, err := filepath.Abs(bin)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

func benchRanges(t *testing.T) {
	w := newWorld(t, "disk")
	w.must("import", twoHours(t, "long"))
	s := w.start("serve", "--no-work")
	name := pictureIn(t, w, s, "long")
	address, key := "/media/long/"+name+".mp4", "renditions/long/"+name+".mp4"
	root := strings.TrimPrefix(w.env[slices.IndexFunc(w.env, func(e string) bool { return strings.HasPrefix(e, "CABINA_STORE=") })], "CABINA_STORE=")
	size := fileSize(t, filepath.Join(root, key))
	rival := nginx(t, root)
	const rounds, each = 9, 3 * time.Second
	var ratios []float64
	script := wrkScript(t, size)
	for range rounds {
		ours := wrk(t, script, s.url+address, each)
		theirs := wrk(t, script, rival+"/"+key, each)
		ratios = append(ratios, ours/theirs)
		t.Logf("cabina %.0f, nginx %.0f ranges a second", ours, theirs)
	}
	spread(t, "256 KiB ranges at 32 connections, requests a second, Cabina : nginx with sendfile", ratios)
}

func fileSize(t *testing.T, path string) int64 {
	t.Helper()
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return st.Size()
}

// twoHours makes a folder with two hours of 720p H.264 without sound: two minutes are encoded and repeated.
func twoHours(t *testing.T, id string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), id)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) {
		if out, err := exec.CommandContext(t.Context(), "ffmpeg", append([]string{"-nostdin", "-v", "error", "-y"}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("ffmpeg %v: %v: %s", args, err, out)
		}
	}
	part := filepath.Join(t.TempDir(), "part.mp4")
	run("-f", "lavfi", "-i", "testsrc2=s=1280x720:r=25:d=120", "-vf", "noise=alls=6:allf=t", "-c:v", "libx264", "-preset", "veryfast", "-b:v", "690k", "-maxrate", "900k", "-bufsize", "1800k",
		"-pix_fmt", "yuv420p", "-bf", "0", "-g", "250", part)
	run("-stream_loop", "59", "-i", part, "-c", "copy", filepath.Join(dir, "video.mp4"))
	return dir
}

// benchPicture compares, whole process by whole process: import until the picture's playlist is served, against the three commands a person would run.
func benchPicture(t *testing.T) {
	dir := twoHours(t, "film")
	video := filepath.Join(dir, "video.mp4")
	t.Logf("2 h of 720p, %d MB", fileSize(t, video)/1e6)
	var ratios []float64
	for range 5 {
		rival := timed(t, "sh", "-c", fmt.Sprintf("ffmpeg -nostdin -v error -y -i %[1]s -c copy %[2]s && sha256sum %[2]s >/dev/null && sync %[2]s", video, filepath.Join(t.TempDir(), "copy.mp4")))
		w := newWorld(t, "disk")
		s := w.start("serve", "--no-work")
		begun := time.Now()
		w.must("import", dir)
		pictureIn(t, w, s, "film")
		ours := time.Since(begun)
		s.kill()
		t.Logf("cabina %.2f s, by hand %.2f s", ours.Seconds(), rival.Seconds())
		ratios = append(ratios, ours.Seconds()/rival.Seconds())
	}
	spread(t, "import of a 2-hour picture until its playlist is served, Cabina : ffmpeg -c copy + sha256sum + fsync", ratios)

	w := newWorld(t, "disk")
	w.must("import", dir)
	voice := filepath.Join(t.TempDir(), "es.mp3")
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "anoisesrc=d=7200:c=pink:r=48000:a=0.1", "-c:a", "libmp3lame", "-b:a", "64k", voice).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	benchVoice(t, w, "film", voice)
}

// pictureIn waits until the playlist of a session's copied picture is served, and gives the name of the rendition.
func pictureIn(t *testing.T, w *world, s *running, session string) string {
	t.Helper()
	for info, err := range w.store.List(t.Context(), "renditions/"+session+"/", "") {
		if err != nil {
			t.Fatal(err)
		}
		if name, ok := strings.CutSuffix(filepath.Base(info.Key), ".json"); ok && strings.Contains(name, ".copy.") {
			s.wait(t, 30*time.Second, "/play/"+session+"/"+name+".m3u8", contains("#EXTINF"))
			return name
		}
	}
	t.Fatal("there is no copied picture of ", session)
	return ""
}

// benchVoice compares adding one language with the two ffmpeg command lines of it, run by hand one after the other.
func benchVoice(t *testing.T, w *world, session, voice string) {
	var ratios []float64
	for i, lang := range []string{"es", "fr", "pt"} {
		measure := timed(t, "sh", "-c", "ffmpeg -nostdin -hide_banner -v error -y -i "+voice+" -filter_complex '[0:a:0]asplit=2[a][b];[a]ebur128=framelog=verbose:peak=sample,silencedetect=n=-45dB:d=1.5,anullsink;[b]aresample=8000,aformat=s16:channel_layouts=mono[p]' -map '[p]' -f s16le pipe:1 >/dev/null 2>&1")
		encode := timed(t, "sh", "-c", "ffmpeg -nostdin -hide_banner -v error -y -i "+voice+" -map 0:a:0 -vn -af 'aresample=48000,volume=3dB,alimiter=limit=0.79:level=disabled,aformat=channel_layouts=mono,atrim=start_sample=1264,asetpts=N/SR/TB,apad' -t 7200 -c:a aac -b:a 64k -movflags +empty_moov+default_base_moof+global_sidx -frag_duration 6000000 "+filepath.Join(t.TempDir(), "v.mp4"))
		begun := time.Now()
		w.must("add-track", session, "--kind", "audio", "--lang", lang, voice)
		ours := time.Since(begun)
		t.Logf("pair %d: cabina %.1f s, by hand %.1f + %.1f s", i+1, ours.Seconds(), measure.Seconds(), encode.Seconds())
		ratios = append(ratios, ours.Seconds()/(measure+encode).Seconds())
	}
	spread(t, "adding one language to a 2-hour session, Cabina : measuring pass + encode by hand", ratios)
}

func timed(t *testing.T, name string, args ...string) time.Duration {
	t.Helper()
	begun := time.Now()
	if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v: %s", name, args, err, out)
	}
	return time.Since(begun)
}

// benchMemory prints the anonymous memory of serve at rest, and with 500 viewers who each play a voice and the picture.
func benchMemory(t *testing.T) {
	w := newWorld(t, "disk")
	w.must("import", fixture(t, "opinion"))
	s := w.startBuilt(builtProgram(t), "serve")
	s.wait(t, 60*time.Second, "/play/opinion/master.m3u8", contains(`GROUP-ID="aud-low"`))
	time.Sleep(5 * time.Second)
	t.Logf("anonymous memory of serve at rest: %d MB", anonymous(t, s.Process.Pid))
	lists := addresses(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var wg sync.WaitGroup
	var highest int64
	for range 500 {
		wg.Go(func() { view(ctx, s.url, lists) })
	}
	for ctx.Err() == nil {
		highest = max(highest, anonymous(t, s.Process.Pid))
		time.Sleep(200 * time.Millisecond)
	}
	wg.Wait()
	t.Logf("anonymous memory of serve with 500 viewers: %d MB at most", highest)
}

// view plays as a player does: playlists, then ranges, a few a second.
func view(ctx context.Context, base string, lists map[string][]string) {
	client := &http.Client{}
	defer client.CloseIdleConnections()
	for ctx.Err() == nil {
		for _, list := range lists {
			for _, a := range list {
				req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+a, nil)
				if err != nil {
					return
				}
				if strings.HasSuffix(a, ".mp4") {
					req.Header.Set("Range", "bytes=0-262143")
				}
				if res, err := client.Do(req); err == nil {
					_, _ = io.Copy(io.Discard, res.Body)
					res.Body.Close()
				}
				select {
				case <-ctx.Done():
				case <-time.After(300 * time.Millisecond):
				}
			}
		}
	}
}

func anonymous(t *testing.T, pid int) int64 {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`RssAnon:\s*(\d+) kB`).FindSubmatch(b)
	kb, _ := strconv.ParseInt(string(m[1]), 10, 64)
	return kb / 1024
}

// startBuilt is start for the built program.
func (w *world) startBuilt(bin string, args ...string) *running {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), bin, args...)
	cmd.Env = append(os.Environ(), w.env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var out lockedBuffer
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	r := &running{Cmd: cmd, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		close(r.done)
	}()
	w.t.Cleanup(r.kill)
	for range 600 {
		if m := readyAt.FindStringSubmatch(out.String()); m != nil {
			r.url = m[1]
			return r
		}
		time.Sleep(100 * time.Millisecond)
	}
	w.t.Fatal("not ready after a minute")
	return nil
}

type lockedBuffer struct {
	mu sync.Mutex // guards b
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// nginx serves a folder with sendfile and gives its address.
func nginx(t *testing.T, root string) string {
	t.Helper()
	dir := t.TempDir()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	conf := fmt.Sprintf(`daemon off; master_process on; worker_processes auto; pid %[1]s/pid; error_log %[1]s/error.log; user root;
events { worker_connections 1024; }
http { sendfile on; tcp_nopush on; access_log off; keepalive_requests 1000000;
 client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
 server { listen %[2]s; root %[3]s; } }`, dir, addr, root)
	path := filepath.Join(dir, "nginx.conf")
	write(t, path, conf)
	cmd := exec.CommandContext(t.Context(), "nginx", "-p", dir, "-c", path)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Signal(syscall.SIGTERM); _ = cmd.Wait() })
	for range 100 {
		if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			return "http://" + addr
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("nginx did not start")
	return ""
}

// wrkScript makes each request ask for another 256 KiB.
func wrkScript(t *testing.T, size int64) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "range.lua")
	write(t, path, fmt.Sprintf(`math.randomseed(1)
request = function()
  local off = math.random(0, %d)
  return wrk.format("GET", nil, {["Range"] = "bytes=" .. off .. "-" .. (off + 262143)})
end`, size-262144))
	return path
}

func wrk(t *testing.T, script, url string, d time.Duration) float64 {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "wrk", "-t1", "-c32", fmt.Sprintf("-d%ds", int(d.Seconds())), "-s", script, url).CombinedOutput()
	if err != nil {
		t.Fatalf("wrk: %v: %s", err, out)
	}
	if strings.Contains(string(out), "Non-2xx") {
		t.Fatalf("wrk: %s", out)
	}
	m := regexp.MustCompile(`Requests/sec:\s*([\d.]+)`).FindSubmatch(out)
	v, _ := strconv.ParseFloat(string(m[1]), 64)
	return v
}
