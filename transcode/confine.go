package transcode

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"cabina/transcode/jail"
)

// What a tool may use up whatever it does.
const (
	maxMemory  = 4 << 30  // bytes of address space: x264 wants 1.5 GB at 1080p with its threads
	maxOutput  = 32 << 30 // bytes of one file
	maxHandles = 128
)

// errUnconfined is a jail that failed: it says nothing about the tool or its input.
var errUnconfined = errors.New("the tool could not be confined")

// limits are what a call may use up. Of processor time an honest encoding of 1080p takes less than a second for each of the picture, sound a hundredth of one.
func (c *call) limits(nice int) jail.Limits {
	cpu := 120*time.Second + time.Duration(c.lengthMs)*time.Millisecond*3/10
	if c.encodes {
		cpu = 120*time.Second + time.Duration(c.lengthMs)*time.Millisecond*3
	}
	return jail.Limits{CPU: cpu, Memory: maxMemory, Output: maxOutput, Handles: maxHandles, Nice: nice}
}

// jailed gives the command line that runs a tool confined to what its call is for.
func jailed(self, tool []string, c call, limits jail.Limits) ([]string, error) {
	r := jail.Rules{Fonts: c.fonts, Limits: limits}
	for _, path := range c.in {
		abs, err := filepath.Abs(path)
		if err != nil {
			return nil, err
		}
		r.In = append(r.In, abs)
	}
	if c.writes {
		dir, err := filepath.Abs(c.dir)
		if err != nil {
			return nil, err
		}
		r.Out = dir
	}
	return r.Command(self, tool)
}

// begin starts a command and waits until the jail has become the tool. A jail that fails is errUnconfined.
func (t *Tools) begin(cmd *exec.Cmd, limits jail.Limits) error {
	if t.Jail == nil {
		err := cmd.Start()
		if err == nil {
			limits.Set(cmd.Process.Pid)
		}
		return err
	}
	report, theirs, err := os.Pipe()
	if err != nil {
		return err
	}
	defer report.Close()
	cmd.ExtraFiles = []*os.File{theirs} // jail.ReportFD
	err = cmd.Start()
	_ = theirs.Close()
	if err != nil {
		return err
	}
	why, err := io.ReadAll(report)
	if len(why) > 0 || err != nil {
		_ = cmd.Cancel()
		_ = cmd.Wait()
		return fmt.Errorf("%w: %s", errUnconfined, oneLine(string(why)))
	}
	return nil
}
