// Package jail makes one media tool of the process that calls it, confined so that a decoder which a hostile file has taken over can do nothing but read
// what it was handed and write where it was told to:
//
//   - Landlock: it reads its inputs and the system's libraries, and writes into one folder; it starts no other program; it signals nobody outside.
//   - seccomp: no sockets of any kind, no new processes, no changes of modes, owners, times or attributes of files, nothing of the calls that a decoder
//     does not need. Landlock knows nothing of most of these.
//   - no capabilities and no way to new ones, an empty environment, no file of ours open, and limits on processor time, memory, output and open files.
//
// The order is fixed, since each step takes away what another may need: see confine. What the kernel does not offer is left out, never in silence: whoever
// starts tools asks Ask and says what is missing. seccomp closes what earlier versions of Landlock leave open (truncate before 3, connections before 4, signals
// before 6), so that any version will do.
//
// What stays possible: to ask whether a path exists and how large it is, to start threads as far as memory reaches, and to use up the limits.
package jail

import (
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// ReportFD is the file descriptor on which Become says why it failed, where whoever starts it hands one in. It closes with nothing said when the tool begins,
// so that no tool can pretend that it was the jail that failed.
const ReportFD = 3

// Rules are what a tool may do.
type Rules struct {
	In     []string `json:"in,omitempty"`    // absolute paths of files that it reads
	Out    string   `json:"out,omitempty"`   // absolute path of the folder that it writes into; empty: it writes nowhere
	Fonts  bool     `json:"fonts,omitempty"` // whether it sets text and reads the system's fonts
	Limits Limits   `json:"limits"`
}

// Command gives the command line that runs tool, an absolute path and its arguments, under the rules. self is a command that hands its first further argument to Become as
// rules and the rest as tool.
func (r Rules) Command(self, tool []string) ([]string, error) {
	rules, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	return append(append(self[:len(self):len(self)], string(rules)), tool...), nil
}

// Become confines the process by the rules, as Command wrote them, and makes it the tool. It returns only where that failed.
func Become(rules string, tool []string) error {
	var r Rules
	err := json.Unmarshal([]byte(rules), &r)
	if err == nil {
		err = r.become(tool)
	}
	if report := os.NewFile(ReportFD, "report"); report != nil {
		_, _ = report.WriteString(err.Error()) // by hand there is nobody to tell
	}
	return err
}

func (r Rules) become(tool []string) error {
	if len(tool) == 0 || !filepath.IsAbs(tool[0]) {
		return fmt.Errorf("the tool must be an absolute path, not %q", tool)
	}
	loader, err := loaderOf(tool[0])
	if err != nil {
		return err
	}
	runtime.LockOSThread() // all but memory and limits is the thread's, and the thread that calls execve is what is left
	if err := r.confine(tool[0], loader); err != nil {
		return err
	}
	return fmt.Errorf("start %s: %w", tool[0], syscall.Exec(tool[0], tool, []string{}))
}

// confine takes one right after the other. Landlock and seccomp want no_new_privs; files that are open are none of Landlock's business, so that they are marked to
// close; seccomp forbids the calls of all steps before it; with the limit on memory set, Go must do little more.
func (r Rules) confine(bin, loader string) error {
	kernel := Ask()
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil { // the parent set it on another thread
		return fmt.Errorf("die with the parent: %w", err)
	}
	if err := unix.CloseRange(3, 1<<31-1, unix.CLOSE_RANGE_CLOEXEC); err != nil {
		return fmt.Errorf("close files: %w", err)
	}
	if err := r.Limits.beforeLandlock(); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no new privileges: %w", err)
	}
	if err := dropCapabilities(); err != nil {
		return err
	}
	if err := r.readable(); err != nil {
		return err
	}
	var filter []unix.SockFilter
	if kernel.Seccomp {
		filter = allowList(os.Getpid()).program()
	}
	if kernel.Landlock > 0 {
		if err := r.landlock(bin, loader); err != nil {
			return err
		}
	}
	if err := r.Limits.memory(); err != nil {
		return err
	}
	if kernel.Seccomp {
		return load(filter)
	}
	return nil
}

// dropCapabilities leaves root what its user id is worth: no reading of others' memory, no reading past a file's mode.
func dropCapabilities() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	if err := unix.Capset(&header, &none[0]); err != nil {
		return fmt.Errorf("drop capabilities: %w", err)
	}
	return nil
}

// readable says in plain words which input cannot be read without capabilities: root's tools read what root's and the world's file modes allow.
func (r Rules) readable() error {
	for _, path := range r.In {
		f, err := os.Open(path)
		if errors.Is(err, os.ErrPermission) && os.Geteuid() == 0 {
			return fmt.Errorf("%s belongs to another user, and tools run without root's rights: run cabina as that user, or let root's group read it", path)
		}
		if err != nil {
			return err
		}
		f.Close()
	}
	return nil
}

// loaderOf gives what the system starts a program with: the interpreter that its ELF header names, empty for one that is linked whole. A script is refused: the jail
// lets one program run.
func loaderOf(bin string) (string, error) {
	f, err := elf.Open(bin)
	var format *elf.FormatError
	if errors.As(err, &format) {
		return "", fmt.Errorf("%s is no program but a script, perhaps; name the program that it starts", bin)
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP && p.Filesz < 4096 {
			name := make([]byte, p.Filesz)
			if _, err := p.ReadAt(name, 0); err != nil {
				return "", fmt.Errorf("%s: its loader: %w", bin, err)
			}
			return strings.TrimRight(string(name), "\x00"), nil
		}
	}
	return "", nil
}
