package transcode

import (
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
	"syscall"
	"time"

	"cabina/transcode/jail"
)

// Tools finds and runs the media tools. The zero value takes them from PATH. Every run has an empty environment, a process group of its own that dies
// with the context, a working directory of its own, and limits on memory, time and output; inputs have names of ours in it. With Jail it can read nothing but
// its inputs and write nothing but what it is for (see transcode/jail).
type Tools struct {
	FFmpeg  string // path; empty: ffmpeg on PATH
	FFprobe string // path; empty: ffprobe on PATH
	Scratch string // where working directories are made; empty: the system's folder for temporary files
	Nice    int    // added to the priority number of the tools: 0 to 19

	// Jail is the command that becomes a tool by jail.Become: cabina itself. Without it there are the limits alone, which is for tests.
	Jail []string
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
	in       []string              // real paths; in the working directory they are in0, in1 …
	dir      string                // the working directory
	writes   bool                  // whether it makes files there
	lengthMs int64                 // of what is read or made: limits grow with it
	encodes  bool                  // whether it encodes a picture: it may take ten times the processor's time
	fonts    bool                  // whether it sets text
	stdin    io.Reader             // nil: there is nothing to read
	stderr   io.Writer             // is told what the tool says as it says it; may be nil
	stdout   func(io.Reader) error // reads what the tool writes; nil: nothing is wanted
}

// inName is the name of the i-th input in the working directory.
func inName(i int) string { return "in" + strconv.Itoa(i) }

// timeLimit is how long a tool may take for media of that length: on a busy machine an encoding takes its processor time and more.
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
	limits := c.limits(t.Nice)
	if t.Jail != nil {
		if args, err = jailed(t.Jail, args, c, limits); err != nil {
			return err
		}
	}
	wall := timeLimit(c.lengthMs)
	timed, cancel := context.WithTimeout(ctx, wall)
	defer cancel()
	tail := &tailWriter{}
	var stderr io.Writer = tail
	if c.stderr != nil {
		stderr = io.MultiWriter(tail, c.stderr)
	}
	err = t.start(timed, args, c, limits, stderr)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case timed.Err() != nil:
		return &ToolError{tool, fmt.Sprintf("took longer than %s", wall.Round(time.Second)), tail.String()}
	case err != nil:
		return toolError(tool, err, limits, tail.String())
	}
	return nil
}

// start runs a command line. It stays on one thread of the system until the tool has ended: Linux sends the signal of a parent's death when the thread that
// started the child ends (prctl(2), PR_SET_PDEATHSIG).
func (t *Tools) start(ctx context.Context, args []string, c call, limits jail.Limits, tail io.Writer) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		done <- t.exec(ctx, args, c, limits, tail)
	}()
	return <-done
}

func (t *Tools) exec(ctx context.Context, args []string, c call, limits jail.Limits, tail io.Writer) error {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = []string{} // nil would hand on ours, with the keys of the store in it
	cmd.Dir = c.dir
	cmd.Stdin = c.stdin
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
	if err := t.begin(cmd, limits); err != nil {
		return err
	}
	var readErr error
	if pipe != nil {
		if readErr = c.stdout(pipe); readErr != nil {
			_ = cmd.Cancel()
		}
	}
	if err := cmd.Wait(); err != nil && readErr == nil {
		return err
	}
	if readErr != nil {
		return badOutput{readErr}
	}
	return nil
}

// badOutput is what a tool wrote to its standard output and cannot be: the file that it reads made it so.
type badOutput struct{ error }

// toolError makes one plain line of how a tool ended: its last complaint, without the address of what complained.
func toolError(tool string, err error, limits jail.Limits, log string) error {
	var exit *exec.ExitError
	var output badOutput
	if errors.As(err, &output) {
		return &ToolError{tool, oneLine(output.Error()), log}
	}
	if !errors.As(err, &exit) {
		return fmt.Errorf("%s: %w", tool, err)
	}
	status := exit.Sys().(syscall.WaitStatus)
	switch {
	case status.Signal() == syscall.SIGXCPU, exit.UserTime()+exit.SystemTime()+100*time.Millisecond >= limits.CPU: // ffmpeg takes the signal as a stop; the kernel counts in ticks
		return &ToolError{tool, fmt.Sprintf("took more than %s of processor time", limits.CPU.Round(time.Second)), log}
	case status.Signal() == syscall.SIGXFSZ:
		return &ToolError{tool, fmt.Sprintf("wrote more than %d MB", limits.Output>>20), log}
	}
	reason := exit.String()
	lines := strings.FieldsFunc(log, func(r rune) bool { return r == '\n' || r == '\r' })
	if len(lines) > 0 && status.Exited() {
		reason = complaint(lines[len(lines)-1])
	}
	return &ToolError{tool, oneLine(reason), log}
}

// complaint takes "[mov @ 0x55…] " from the front of a line of ffmpeg's, as often as it stands there.
func complaint(line string) string {
	head, rest, ok := strings.Cut(line, "] ")
	if ok && strings.HasPrefix(head, "[") && strings.Contains(head, " @ 0x") {
		return complaint(rest)
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
