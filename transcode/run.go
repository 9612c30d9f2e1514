package transcode

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Tools finds and runs the media tools. The zero value takes them from PATH. Every run has an empty environment, a process group of its own that dies
// with the context, a working directory of its own, and limits on memory, time and output; inputs have names of ours in it.
type Tools struct {
	FFmpeg  string // path; empty: ffmpeg on PATH
	FFprobe string // path; empty: ffprobe on PATH
	Scratch string // where working directories are made; empty: the system's folder for temporary files
	Nice    int    // added to the priority number of the tools: 0 to 19

	// Wrap, where set, gives the command that runs cmd confined: it may read the files in and write into the folder outDir, and nothing else. Fonts says
	// that it sets text and reads the system's fonts too.
	Wrap func(cmd, in []string, outDir string, fonts bool) []string
}

// ToolError is a tool that ended badly.
type ToolError struct {
	Tool   string
	Reason string // one line: the last that it complained of, else how it ended
	Log    string // the tail of what it said
}

func (e *ToolError) Error() string { return e.Tool + ": " + e.Reason }

// call is one run of a tool.
type call struct {
	args     []string
	in       []string // real paths; in the working directory they are in0, in1 …
	dir      string   // the working directory, where outputs go
	lengthMs int64    // of what is read or made: limits grow with it
	fonts    bool
	stderr   io.Writer             // is told what the tool says as it says it; may be nil
	stdout   func(io.Reader) error // reads what the tool writes; nil: nothing is wanted
}

const (
	tailLen    = 4 << 10  // bytes of a tool's complaints that are kept
	maxMemory  = 4 << 30  // bytes of address space: x264 wants 1.5 GB at 1080p with its threads
	maxOutput  = 32 << 30 // bytes of one file
	maxHandles = 128
)

// inName is the name of the i-th input in the working directory.
func inName(i int) string { return "in" + strconv.Itoa(i) }

// timeLimit is how long a tool may take, and how much processor time, for media of that length: an encoding of 1080p takes about its own length of
// processor time, so that what takes six times as long hangs.
func timeLimit(lengthMs int64) time.Duration {
	return 5*time.Minute + 6*time.Duration(lengthMs)*time.Millisecond
}

// Check says what is missing of the tools, and how to get it.
func (t *Tools) Check() error {
	for _, tool := range []string{"ffmpeg", "ffprobe"} {
		if _, err := t.path(tool); err != nil {
			return err
		}
	}
	return nil
}

// Version is what ffmpeg says it is: "ffmpeg 5.1.9-0+deb12u1". It is kept in each index.
func (t *Tools) Version(ctx context.Context) (string, error) {
	var out []byte
	err := t.inDir(func(dir string) error {
		return t.run(ctx, "ffmpeg", call{args: []string{"-version"}, dir: dir, stdout: readInto(&out, 64<<10)})
	})
	words := strings.Fields(string(out))
	if err == nil && (len(words) < 3 || words[0] != "ffmpeg") {
		err = fmt.Errorf("ffmpeg -version says %.80q", out)
	}
	if err != nil {
		return "", err
	}
	return words[0] + " " + words[2], nil
}

func (t *Tools) path(tool string) (string, error) {
	name := map[string]string{"ffmpeg": t.FFmpeg, "ffprobe": t.FFprobe}[tool]
	if name == "" {
		name = tool
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("%s was not found; install ffmpeg (on Debian: apt install ffmpeg)", tool)
	}
	return filepath.Abs(path)
}

// inDir calls do with a new working directory, which is removed afterwards.
func (t *Tools) inDir(do func(dir string) error) error {
	dir, err := os.MkdirTemp(t.Scratch, "tool-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	return do(dir)
}

// run runs a tool to its end. A bad end is a *ToolError; a context that ended is its own error.
func (t *Tools) run(ctx context.Context, tool string, c call) error {
	path, err := t.path(tool)
	if err != nil {
		return err
	}
	if err := link(c.in, c.dir); err != nil {
		return err
	}
	args := append([]string{path}, c.args...)
	if t.Wrap != nil {
		args = t.Wrap(args, c.in, c.dir, c.fonts)
	}
	limit := timeLimit(c.lengthMs)
	timed, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tail := &tailWriter{}
	var stderr io.Writer = tail
	if c.stderr != nil {
		stderr = io.MultiWriter(tail, c.stderr)
	}
	err = t.start(timed, args, c, limit, stderr)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case timed.Err() != nil:
		return &ToolError{tool, fmt.Sprintf("took longer than %s", limit.Round(time.Second)), tail.String()}
	case err != nil:
		return toolError(tool, err, tail.String())
	}
	return nil
}

// start runs a command line. It stays on one thread of the system until the tool has ended: Linux sends the signal of a parent's death when the thread that
// started the child ends (prctl(2), PR_SET_PDEATHSIG).
func (t *Tools) start(ctx context.Context, args []string, c call, limit time.Duration, tail io.Writer) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		done <- t.exec(ctx, args, c, limit, tail)
	}()
	return <-done
}

func (t *Tools) exec(ctx context.Context, args []string, c call, limit time.Duration, tail io.Writer) error {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = []string{} // nil would hand on ours, with the keys of the store in it
	cmd.Dir = c.dir
	cmd.Stderr = tail
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	var pipe io.ReadCloser
	if c.stdout != nil {
		var err error
		if pipe, err = cmd.StdoutPipe(); err != nil {
			return err
		}
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	confine(cmd.Process.Pid, limit, t.Nice)
	var readErr error
	if pipe != nil {
		if readErr = c.stdout(pipe); readErr != nil {
			_ = cmd.Cancel()
		}
	}
	if err := cmd.Wait(); err != nil && readErr == nil {
		return err
	}
	return readErr
}

// toolError makes one plain line of how a tool ended: its last complaint, without the address of what complained.
func toolError(tool string, err error, log string) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return fmt.Errorf("%s: %w", tool, err)
	}
	reason := exit.String()
	lines := strings.FieldsFunc(log, func(r rune) bool { return r == '\n' || r == '\r' })
	if len(lines) > 0 && exit.Sys().(syscall.WaitStatus).Exited() {
		reason = complaint(lines[len(lines)-1])
	}
	return &ToolError{tool, oneLine(reason), log}
}

// complaint takes "[mov @ 0x55…] " from the front of a line of ffmpeg's.
func complaint(line string) string {
	if head, rest, ok := strings.Cut(line, "] "); ok && strings.HasPrefix(head, "[") && strings.Contains(head, " @ 0x") {
		return rest
	}
	return line
}

// link gives the inputs their names in the working directory.
func link(in []string, dir string) error {
	for i, path := range in {
		abs, err := filepath.Abs(path)
		if err != nil {
			return err
		}
		name := filepath.Join(dir, inName(i))
		if at, err := os.Readlink(name); err == nil && at == abs {
			continue
		}
		if err := os.Symlink(abs, name); err != nil {
			return err
		}
	}
	return nil
}

// readInto gives a reader of standard output that keeps it; more than limit bytes are an error.
func readInto(out *[]byte, limit int64) func(io.Reader) error {
	return func(r io.Reader) error {
		data, err := io.ReadAll(io.LimitReader(r, limit+1))
		if err == nil && int64(len(data)) > limit {
			return fmt.Errorf("it says more than %d bytes", limit)
		}
		*out = data
		return err
	}
}

// tailWriter keeps the last tailLen bytes of what is written to it.
type tailWriter struct {
	mu  sync.Mutex // guards buf
	buf []byte
}

func (w *tailWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buf = append(w.buf, p...)
	if len(w.buf) > 2*tailLen {
		w.buf = append(w.buf[:0], w.buf[len(w.buf)-tailLen:]...)
	}
	return len(p), nil
}

func (w *tailWriter) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := w.buf[max(0, len(w.buf)-tailLen):]
	return strings.ToValidUTF8(string(bytes.TrimSpace(b)), "�")
}
