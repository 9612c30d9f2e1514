package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cabina/archive"
)

// hostile is a set of hostile files, each in a folder of its own; a secret that they try to read and a port that they try to reach.
type hostile struct {
	dir      string
	names    []string // of the files that must be refused
	secret   string
	listener net.Listener
	reached  atomic.Int64
}

// makeHostile runs the generator of the shared folder. Its sound of 25 hours takes ten minutes to encode: a stand-in of its ffmpeg makes one whose times jump.
func makeHostile(t *testing.T) *hostile {
	t.Helper()
	generator, err := filepath.Abs(filepath.Join("..", "..", "..", "shared", "hostile", "generate.sh"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(generator); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("the shared data is not there: %v", err)
		}
		t.Skip("the shared data is not there")
	}
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal(err)
	}
	h := &hostile{dir: t.TempDir()}
	bin := t.TempDir()
	write(t, filepath.Join(bin, "ffmpeg"), `#!/bin/sh
case "$*" in
*long_25h.opus*) exec `+ffmpeg+` -v error -y -f lavfi -i anullsrc=r=48000:cl=mono:d=2 -af "asetpts='PTS+if(gt(T,1),90000/TB,0)'" -c:a libopus long_25h.opus ;;
esac
exec `+ffmpeg+` "$@"
`)
	if err := os.Chmod(filepath.Join(bin, "ffmpeg"), 0o755); err != nil {
		t.Fatal(err)
	}
	h.secret = filepath.Join(t.TempDir(), "secret-of-another.txt")
	write(t, h.secret, strings.Repeat("another session's recording\n", 100))
	if h.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.listener.Close() })
	go func() {
		for {
			c, err := h.listener.Accept()
			if err != nil {
				return
			}
			h.reached.Add(1)
			c.Close()
		}
	}()
	cmd := exec.CommandContext(t.Context(), "bash", generator)
	cmd.Dir = h.dir
	_, port, _ := net.SplitHostPort(h.listener.Addr().String())
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "PORT="+port, "SECRET="+h.secret)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("generate.sh: %v: %s", err, out)
	}
	entries, err := os.ReadDir(h.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !slices.Contains([]string{"srt_ext.srt", "vtt_ext.vtt", "ass_ext.ass"}, e.Name()) { // read where they can be, as the generator's head says
			h.names = append(h.names, e.Name())
			h.put(t, e.Name(), filepath.Join(h.dir, "each", e.Name()), e.Name())
		}
	}
	if len(h.names) < 70 {
		t.Fatalf("generate.sh made %d files: %v", len(h.names), h.names)
	}
	return h
}

// put copies one of the files into a folder, under a name.
func (h *hostile) put(t *testing.T, file, dir, name string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(h.dir, file))
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name), data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestHostileFilesAreRefused(t *testing.T) {
	h := makeHostile(t)
	home := t.TempDir()
	whys := map[string]string{ // each kind in words of its own
		"bomb_8k.mp4": "8192 × 8192", "many_streams.mp4": "100 streams", "long_25h.opus": "25.0 hours", "dref_url.mov": "another file", "dref_alis.mov": "another file", "hls_file.mp4": "playlist",
		"concat_http.wav": "list of other files", "dash_http.ts": "XML", "svg_ext.mp4": "XML", "sdp.mkv": "description of a stream", "empty.mp4": "empty", "svg_ext.svg": "nothing in it can be used",
		"bomb_dims.png": "nothing in it can be used", "gab2.mp4": "it lasts", "wav_huge.wav": "it lasts", "random.mp4": "not one that is known", "plain_url.mp4": "a text",
	}
	for _, name := range h.names {
		began := time.Now()
		out, errOut, code := here(t, home, "import", "--no-prepare", filepath.Join(h.dir, "each", name))
		lines := strings.Split(strings.TrimSpace(errOut), "\n")
		if code != exitFailed || len(lines) != 1 || !strings.Contains(lines[0], name+": ") || len(lines[0]) < len(name)+20 {
			t.Errorf("import of %s: exit code %d, %q, %q; want 1 and one line that says why", name, code, out, errOut)
		}
		if strings.Contains(out+errOut, "another session's recording") || strings.Contains(errOut, "could not be confined") {
			t.Errorf("import of %s says %q", name, errOut)
		}
		if !strings.Contains(errOut, whys[name]) {
			t.Errorf("import of %s says %q, want %q", name, errOut, whys[name])
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("import of %s took %s, want less than 10 s", name, took)
		}
	}
	t.Run("texts are read, and beside a recording pictures are left alone", func(t *testing.T) { h.texts(t) })
	t.Run("nothing else is opened and nobody is called", func(t *testing.T) { h.traced(t) })
	if n := h.reached.Load(); n > 0 {
		t.Errorf("the port was reached %d times", n)
	}
}

// texts takes in those that are no media, beside a good recording.
func (h *hostile) texts(t *testing.T) {
	w := newWorld(t, "disk")
	dir := folder(t, filepath.Join(t.TempDir(), "s01"), "floor.m4a")
	for file, name := range map[string]string{"srt_ext.srt": "en.srt", "vtt_ext.vtt": "es.vtt", "ass_ext.ass": "fr.ass", "bomb_dims.png": "bomb_dims.png", "svg_ext.svg": "svg_ext.svg"} {
		h.put(t, file, dir, name)
	}
	out := w.must("import", "--no-prepare", dir)
	for _, name := range []string{"bomb_dims.png", "svg_ext.svg"} {
		if !regexp.MustCompile(regexp.QuoteMeta(name) + ".*left alone").MatchString(out) {
			t.Errorf("import says %q, want %s left alone", out, name)
		}
	}
	texts := 0
	for _, track := range w.read("s01").Tracks {
		if track.Kind == archive.Text {
			texts++
		}
	}
	if texts != 3 {
		t.Errorf("%d texts were taken in, want all three", texts)
	}
	w.must("verify")
}

// traced imports them in one run, and a good one behind them, under strace. Of files that differ in nothing but their ending there are two: the ending counts for nothing.
func (h *hostile) traced(t *testing.T) {
	w := newWorld(t, "disk")
	root := filepath.Join(t.TempDir(), "some")
	files := 0
	for _, name := range h.names {
		if kind := regexp.MustCompile(`^(hls|concat|dash|sdp|ffmeta|imf)`); !kind.MatchString(name) || strings.HasSuffix(name, ".mp4") || strings.HasSuffix(name, ".wav") {
			h.put(t, name, filepath.Join(root, name), name)
			files++
		}
	}
	folder(t, filepath.Join(root, "zz-good"), "silent.mp4", "es.m4a")
	log := filepath.Join(t.TempDir(), "trace")
	cmd := program(t, w.env, "import", "--no-prepare", root)
	cmd.Args = append([]string{"strace", "-f", "-qq", "-s", "4096", "-e", "signal=none", "-e", "trace=%file,%network,%process", "-o", log, cmd.Path}, cmd.Args[1:]...)
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("strace is not installed: apt-get install strace")
	}
	cmd.Path = strace
	var errOut bytes.Buffer
	cmd.Stderr = &errOut
	_ = cmd.Run()
	if code := cmd.ProcessState.ExitCode(); code != exitFailed {
		t.Errorf("exit code %d, want 1: %s", code, errOut.String())
	}
	if lines := strings.Count(errOut.String(), "\n"); lines != files {
		t.Errorf("standard error has %d lines, want one for each of %d files:\n%s", lines, files, errOut.String())
	}
	if s := w.read("zz-good"); len(s.Tracks) != 2 {
		t.Errorf("the good session behind them has %d tracks, want 2: the program goes on", len(s.Tracks))
	}
	trace, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	tools := 0
	for _, c := range calls(string(trace)) {
		if strings.Contains(c.text, h.secret) || strings.Contains(c.text, "connect(") || strings.Contains(c.text, "socket(AF_INET") {
			t.Errorf("somebody called %s", c.text)
		}
		if !c.tool {
			continue
		}
		tools++
		if path, ok := c.opened(); ok && !mayOpen.MatchString(path) {
			t.Errorf("a tool opened %s: %s", path, c.text)
		}
	}
	if tools < 1000 { // each start of ffprobe opens 215 libraries
		t.Errorf("the trace holds %d calls of tools, want thousands: it was not read rightly", tools)
	}
}

// mayOpen is what a tool may open: itself, libraries, its inputs by our names and what it makes.
var mayOpen = regexp.MustCompile(`^(/usr/bin/ff(mpeg|probe)|/etc/ld\.so\.cache|/(usr/)?lib(64)?/.*|in[0-9]+|out\.mp4)$`)

// call is one system call of a trace.
type call struct {
	text string
	tool bool // made by ffmpeg or ffprobe, or a thread of it
}

var openedCall = regexp.MustCompile(`^(?:open|openat|creat)\((?:AT_FDCWD, )?"([^"]*)".*\) += [0-9]+`)

// opened gives the path of a file that was opened.
func (c call) opened() (path string, ok bool) {
	m := openedCall.FindStringSubmatch(c.text)
	if m == nil {
		return "", false
	}
	return m[1], true
}

var (
	traceLine   = regexp.MustCompile(`^([0-9]+) +(.*)$`)
	interrupted = regexp.MustCompile(`^(.*) <(?:unfinished|pid changed to ([0-9]+)) \.\.\.>$`)
	toolStarts  = regexp.MustCompile(`^execve\("[^"]*/ff(mpeg|probe)".*\) += 0`)
	madeThread  = regexp.MustCompile(`^clone3?\(.*\) += ([0-9]+)`)
)

// calls reads what strace -f writes. A call that another interrupted is put together again.
func calls(trace string) (out []call) {
	begun, tool := map[string]string{}, map[string]bool{}
	for line := range strings.Lines(trace) {
		m := traceLine.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		pid, text := m[1], m[2]
		if m := interrupted.FindStringSubmatch(text); m != nil {
			if m[2] != "" { // execve by another thread than the first, which takes its number
				pid = m[2]
			}
			begun[pid] = m[1]
			continue
		}
		if _, rest, ok := strings.Cut(text, " resumed>"); ok && strings.HasPrefix(text, "<... ") {
			text = begun[pid] + rest
		}
		if toolStarts.MatchString(text) {
			tool[pid] = true
		}
		if m := madeThread.FindStringSubmatch(text); m != nil && tool[pid] {
			tool[m[1]] = true
		}
		out = append(out, call{text, tool[pid]})
	}
	return out
}

// standinTool is what this test binary is under the name of ffmpeg or ffprobe: a decoder that was taken over. Its last complaint says what it could do. It lies in a folder
// whose name is a port, beside a folder "elsewhere".
func standinTool(args []string) int {
	if slices.Contains(args, "-version") {
		fmt.Println("ffmpeg version 5.1-standin")
		return 0
	}
	dir := filepath.Dir(os.Args[0])
	var said []string
	for _, try := range []struct {
		name string
		do   func() error
	}{
		{"read the secret", func() error {
			data, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", os.Getppid()))
			if err == nil && !bytes.Contains(data, []byte("CABINA_S3_SECRET_KEY")) {
				return fmt.Errorf("it is not there")
			}
			return err
		}},
		{"connect", func() error { _, err := net.Dial("tcp", "127.0.0.1:"+filepath.Base(dir)); return err }},
		{"write elsewhere", func() error { return os.WriteFile(filepath.Join(dir, "..", "elsewhere", "x"), nil, 0o600) }},
	} {
		if err := try.do(); err == nil {
			said = append(said, try.name+": DONE")
		} else {
			said = append(said, try.name+": "+err.Error()[strings.LastIndex(err.Error(), ":")+2:])
		}
	}
	fmt.Fprintln(os.Stderr, strings.Join(said, "; "))
	return 1
}

// TestAToolThatWasTakenOver has ffmpeg and ffprobe replaced by one that wants out, with the keys of a store in the environment of the program that starts it.
func TestAToolThatWasTakenOver(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	reached := make(chan bool, 1)
	go func() {
		if _, err := l.Accept(); err == nil {
			reached <- true
		}
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	const failed = "read the secret: permission denied; connect: operation not permitted; write elsewhere: permission denied"
	for _, tool := range []string{"ffprobe", "ffmpeg"} {
		t.Run(tool, func(t *testing.T) {
			w := newWorld(t, "disk")
			dir := folder(t, filepath.Join(t.TempDir(), "s01"), "silent.mp4")
			root := t.TempDir()
			for _, d := range []string{port, "elsewhere"} {
				if err := os.Mkdir(filepath.Join(root, d), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Symlink(self, filepath.Join(root, port, tool)); err != nil {
				t.Fatal(err)
			}
			if tool == "ffmpeg" {
				w.must("import", "--no-prepare", dir)
			}
			w.env = append(w.env, "PATH="+filepath.Join(root, port)+":"+os.Getenv("PATH"), "CABINA_S3_SECRET_KEY=the-key-of-the-store")
			_, errOut, code := w.try("import", dir)
			if code != exitFailed || !strings.Contains(errOut, failed) {
				t.Errorf("import: exit code %d, %s; want 1 and what it failed at: %s", code, errOut, failed)
			}
			if entries, err := os.ReadDir(filepath.Join(root, "elsewhere")); err != nil || len(entries) > 0 {
				t.Errorf("elsewhere lies %v, %v; want nothing", entries, err)
			}
			if tool == "ffprobe" {
				return
			}
			jobs, err := (&archive.Archive{Store: w.store}).Jobs(t.Context(), "s01")
			if err != nil || len(jobs) != 1 {
				t.Fatalf("jobs %v, %v; want the one that failed", jobs, err)
			}
			for _, j := range jobs {
				if !strings.Contains(j.Reason, failed) {
					t.Errorf("the job says %q, want %q", j.Reason, failed)
				}
			}
		})
	}
	select {
	case <-reached:
		t.Error("the port was reached")
	default:
	}
}
