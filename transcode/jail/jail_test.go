//go:build !race

// The race detector wants terabytes of address space, which no process in a jail has.

package jail

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The test binary plays all parts: the parent that starts a tool, an older kernel, the jail, and the tool that tries to get out (standin_test.go).
func TestMain(m *testing.M) {
	if len(os.Args) < 3 {
		os.Exit(m.Run())
	}
	switch rest := os.Args[2:]; os.Args[1] {
	case "parent":
		os.Exit(parent(rest))
	case "older":
		fmt.Fprintln(os.Stderr, older(rest[0], rest[1:]))
	case "jail":
		fmt.Fprintln(os.Stderr, Become(rest[0], rest[1:]))
	case "standin":
		os.Exit(standin(rest))
	case "victim":
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	default:
		os.Exit(m.Run())
	}
	os.Exit(1)
}

// parent starts a tool as a server does: with a secret in its environment, and with memory that it shows to nobody unless it is told to. Of the same user lives a
// process beside it, whose number takes the place of VICTIM.
func parent(args []string) int {
	if args[0] == "hidden" {
		_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
	}
	victim := exec.Command("/proc/self/exe", "victim", "x")
	in, err := victim.StdinPipe()
	if err == nil {
		err = victim.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = in.Close(); _ = victim.Wait() }()
	for i, a := range args {
		if a == "VICTIM" {
			args[i] = strconv.Itoa(victim.Process.Pid)
		}
	}
	cmd := exec.Command(args[1], args[2:]...)
	cmd.Env, cmd.Stdout, cmd.Stderr = []string{}, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// older becomes a command under a kernel without Landlock, without seccomp, or without both.
func older(without string, command []string) error {
	runtime.LockOSThread()
	f := filter{arch: auditArch, answers: map[uintptr]uint32{}, otherwise: retAllow}
	for _, w := range strings.Split(without, "+") {
		switch w {
		case "landlock":
			f.answers[unix.SYS_LANDLOCK_CREATE_RULESET] = retErrno | uint32(unix.ENOSYS)
		case "seccomp":
			f.answers[unix.SYS_SECCOMP] = retErrno | uint32(unix.EINVAL)
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	if err := load(f.program()); err != nil {
		return err
	}
	return syscall.Exec(command[0], command, os.Environ())
}

// prison is a folder that anybody can enter, with the test binary and what a tool is handed in it.
type prison struct {
	dir, bin, in, out, other, elsewhere string
	listener                            net.Listener
	uid                                 int
}

const secret = "the-key-of-the-store"

func newPrison(t *testing.T, uid int) *prison {
	t.Helper()
	dir, err := os.MkdirTemp("", "jail-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.ReadFile("/proc/self/exe")
	must(err)
	p := &prison{dir: dir, bin: filepath.Join(dir, "tool"), in: filepath.Join(dir, "in", "input"), out: filepath.Join(dir, "out"), other: filepath.Join(dir, "in", "other"), elsewhere: filepath.Join(dir, "elsewhere"), uid: uid}
	must(os.WriteFile(p.bin, self, 0o755))
	for _, d := range []string{filepath.Dir(p.in), p.out, p.elsewhere} {
		must(os.Mkdir(d, 0o755))
	}
	must(os.WriteFile(p.in, []byte("input"), 0o600))
	must(os.WriteFile(p.other, []byte("another recording"), 0o600))
	if os.Geteuid() == 0 {
		must(filepath.WalkDir(dir, func(path string, _ os.DirEntry, _ error) error { return os.Lchown(path, uid, uid) }))
	}
	must(os.Chmod(dir, 0o755))
	p.listener, err = net.Listen("tcp", "127.0.0.1:0")
	must(err)
	t.Cleanup(func() { p.listener.Close() })
	return p
}

// run has the stand-in try everything under the rules, and gives what came of each try. without names what the kernel lacks.
func (p *prison) run(t *testing.T, without, dumpable, tries string) map[string]string {
	t.Helper()
	rules := Rules{In: []string{p.in}, Out: p.out, Limits: Limits{CPU: 20 * time.Second, Memory: 4 << 30, Output: 1 << 20, Handles: 64}}
	tool := []string{p.bin, "standin", tries, p.in, p.out, p.other, p.elsewhere, p.listener.Addr().String(), "VICTIM"}
	line, err := rules.Command([]string{p.bin, "jail"}, tool)
	if err != nil {
		t.Fatal(err)
	}
	if without != "" {
		line = append([]string{p.bin, "older", without}, line...)
	}
	cmd := exec.Command(p.bin, append([]string{"parent", dumpable}, line...)...)
	cmd.Env = []string{"CABINA_S3_SECRET_KEY=" + secret}
	cmd.Dir = p.dir
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(p.uid), Gid: uint32(p.uid)}}
	}
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	got := map[string]string{}
	if err != nil {
		got["ended"] = strings.TrimSpace(complaints.String())
		return got
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("the stand-in says %q, %s", out, complaints.String())
	}
	return got
}

// TestWhatAToolThatWasTakenOverCanDo is the table of what was tried. A try is refused where the kernel answers that it may not, or that there is no such call.
func TestWhatAToolThatWasTakenOverCanDo(t *testing.T) {
	kernel := Ask()
	if !kernel.Seccomp {
		t.Fatal("this machine filters no system calls: nothing here can be shown")
	}
	uid := os.Geteuid()
	if uid == 0 {
		uid = 65534
	}
	columns := []struct{ name, without, dumpable string }{
		{"all layers", "", "hidden"}, {"no Landlock", "landlock", "hidden"}, {"no seccomp", "seccomp", "hidden"}, {"neither, and a parent that shows its memory", "landlock+seccomp", "shown"},
	}
	since := func(abi int) byte { // refused by Landlock alone from that version on
		if kernel.Landlock >= abi {
			return '-'
		}
		return 'o'
	}
	// One letter for each column: o goes, - is refused, ? depends on how the kernel is set up.
	rows := []struct{ try, want string }{
		{"read the input", "oooo"}, {"make a file in its folder", "oooo"}, {"read it again", "oooo"}, {"rename within it", "oooo"}, {"remove there", "oooo"}, {"start a thread", "oooo"},
		{"read another file beside the input", "-o-o"}, {"list the input's folder", "-o-o"}, {"read /etc/passwd", "-o-o"}, {"read /proc/self/environ", "-o-o"}, {"list /proc", "-o-o"}, {"list /tmp", "-o-o"},
		{"list its own folder", "-o-o"}, {"write another file", "-o-o"}, {"write the input", "-o-o"}, {"make a file elsewhere", "-o-o"}, {"rename out of its folder", "-o-o"},
		{"make a folder", "---o"}, {"make a symbolic link", "---o"}, {"link the input", "---o"},
		{"see the secret in the parent's environment", "---o"}, {"open the parent's memory", "---o"}, {"read the parent's memory by a call", "---o"}, {"trace the parent", "---o"},
		{"open a TCP socket", "--oo"}, {"open a UDP socket", "--oo"}, {"open a UNIX socket", "--oo"}, {"open a NETLINK socket", "--oo"}, {"make a pair of sockets", "--oo"},
		{"connect", "--" + string(since(4)) + "o"}, {"signal another process", "--" + string(since(6)) + "o"}, {"signal a thread of it", "--" + string(since(6)) + "o"},
		{"have a pipe signal another process", "--oo"}, {"change another file's mode", "--oo"}, {"change its times", "--oo"}, {"change its attributes", "--oo"},
		{"truncate another file", "--" + string(since(3)) + "o"},
		{"fork", "--oo"}, {"start /bin/true", "---o"}, {"make a namespace", "--oo"}, {"make a file in memory", "--oo"}, {"open a process", "--oo"}, {"ask for keys", "--??"},
		{"io_uring", "--??"}, {"bpf", "--??"}, {"perf", "--??"}, {"clone3", "--??"}, {"change another's limits", "----"},
		{"open more files", "----"}, {"map 64 GB", "----"},
	}
	for i, c := range columns {
		t.Run(c.name, func(t *testing.T) {
			if kernel.Landlock == 0 && c.without == "seccomp" {
				t.Log("this kernel has no Landlock: without seccomp there is nothing, which is the last column")
				return
			}
			if kernel.Landlock == 0 && c.without == "" {
				t.Log("this kernel has no Landlock: all its layers are seccomp, which is the second column")
				i++
			}
			p := newPrison(t, uid)
			got := p.run(t, c.without, c.dumpable, "all")
			for _, r := range rows {
				said, tried := got[r.try]
				want := r.want[i]
				if want == '?' {
					continue
				}
				if !tried || (said == "") != (want == 'o') {
					t.Errorf("%s: %q, want %s; %s", r.try, said, map[byte]string{'o': "that it goes", '-': "that it is refused"}[want], got["ended"])
				}
			}
		})
	}
	if os.Geteuid() != 0 {
		return
	}
	t.Run("all layers, as root", func(t *testing.T) {
		if kernel.Landlock == 0 {
			t.Log("this kernel has no Landlock, and root's tools have nothing but seccomp")
			return
		}
		got := newPrison(t, 0).run(t, "", "shown", "all")
		for _, r := range rows {
			if said, tried := got[r.try]; !tried || (said == "") != (r.want[0] == 'o') {
				t.Errorf("%s: %q, want as of others (%c); %s", r.try, said, r.want[0], got["ended"])
			}
		}
	})
}

func TestCallsOfAnotherArchitectureKill(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		return // the one processor of ours with two more numberings
	}
	for _, try := range []string{"int80", "x32"} {
		p := newPrison(t, os.Geteuid())
		if err := exec.Command(p.bin, "standin", try, "", "", "", "", "", "0").Run(); err != nil {
			t.Logf("%s: this kernel has no such calls at all", try)
			continue
		}
		if got := p.run(t, "", "hidden", try); !strings.Contains(got["ended"], "bad system call") {
			t.Errorf("%s: %v, want that it is killed with SIGSYS", try, got)
		}
	}
}

// TestArgumentsAreNotTakenForCalls: a filter that forgets to load the number again after a failed condition lets this through.
func TestArgumentsAreNotTakenForCalls(t *testing.T) {
	if got := newPrison(t, os.Geteuid()).run(t, "", "hidden", "clone"); got["ended"] != "" {
		t.Errorf("clone with flags that are an allowed call's number: %s, want EPERM", got["ended"])
	}
}

func TestWhatTheKernelLacksIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		kernel Kernel
		want   []string
	}{
		"all there":        {Kernel{Landlock: 1, Seccomp: true}, nil},
		"no Landlock":      {Kernel{Seccomp: true}, []string{"Landlock"}},
		"no seccomp":       {Kernel{Landlock: 7}, []string{"seccomp"}},
		"nothing":          {Kernel{}, []string{"Landlock", "seccomp"}},
		"of which version": {Kernel{Landlock: 2, Seccomp: true}, nil},
	} {
		var words []string
		for _, m := range c.kernel.Missing() {
			words = append(words, strings.Fields(m)[0])
		}
		if !slices.Equal(words, c.want) {
			t.Errorf("%s: Missing() names %v, want %v", name, words, c.want)
		}
	}
}

func TestAJailThatFailsSaysWhy(t *testing.T) {
	script := filepath.Join(t.TempDir(), "ffmpeg")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nexec ffmpeg\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	fine := Limits{CPU: time.Minute, Memory: 4 << 30, Output: 1 << 20, Handles: 64}
	for name, c := range map[string]struct {
		rules Rules
		tool  []string
		want  string
	}{
		"a tool by its name alone":   {Rules{Limits: fine}, []string{"true"}, "absolute path"},
		"no tool":                    {Rules{Limits: fine}, nil, "absolute path"},
		"a script":                   {Rules{Limits: fine}, []string{script}, "name the program that it starts"},
		"a tool that is not there":   {Rules{Limits: fine}, []string{"/nowhere/ffmpeg"}, "no such file"},
		"an input that is not there": {Rules{Limits: fine, In: []string{"/nowhere/in"}}, []string{"/bin/true"}, "/nowhere/in"},
		"a folder that is not there": {Rules{Limits: fine, Out: "/nowhere/out"}, []string{"/bin/true"}, "/nowhere/out"},
		"limits that cannot be held": {Rules{Limits: Limits{CPU: time.Minute, Memory: 1 << 40, Output: 1 << 62, Handles: 1 << 60}}, []string{"/bin/true"}, "limit open files"},
	} {
		if strings.Contains(c.want, "/nowhere/out") && Ask().Landlock == 0 {
			continue // nobody looks at it
		}
		line, err := c.rules.Command([]string{"/proc/self/exe", "jail"}, c.tool)
		if err != nil {
			t.Fatal(err)
		}
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(line[0], line[1:]...)
		cmd.ExtraFiles = []*os.File{w}
		err = cmd.Run()
		w.Close()
		said, _ := io.ReadAll(r)
		r.Close()
		if err == nil || !strings.Contains(string(said), c.want) {
			t.Errorf("%s: %v, it reports %q; want it to fail and to say %q", name, err, said, c.want)
		}
	}
}

// TestTheToolDiesWithItsParent: the exec is made on another thread than the one that the parent started.
func TestTheToolDiesWithItsParent(t *testing.T) {
	line, err := Rules{Limits: Limits{CPU: time.Minute, Memory: 4 << 30, Output: 1 << 20, Handles: 64}}.Command([]string{"/proc/self/exe", "jail"}, []string{"/bin/sleep", "300"})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/proc/self/exe", append([]string{"parent", "hidden"}, line...)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	sleeps := func() (pids []string) {
		stats, _ := filepath.Glob("/proc/[0-9]*/stat")
		for _, s := range stats {
			data, _ := os.ReadFile(s)
			_, after, _ := strings.Cut(string(data), "(sleep) ")
			if f := strings.Fields(after); len(f) > 1 && f[0] != "Z" && f[1] == strconv.Itoa(cmd.Process.Pid) {
				pids = append(pids, filepath.Base(filepath.Dir(s)))
			}
		}
		return pids
	}
	var tool []string
	for end := time.Now().Add(20 * time.Second); len(tool) == 0 && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		tool = sleeps()
	}
	if len(tool) != 1 {
		t.Fatalf("the tools of the parent are %v, want one", tool)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if stat, err := os.ReadFile("/proc/" + tool[0] + "/stat"); err != nil || strings.Contains(string(stat), ") Z") {
			return
		}
	}
	t.Error("the tool lives on, want it dead with its parent")
}
