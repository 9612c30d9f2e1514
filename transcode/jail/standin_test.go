//go:build !race

package jail

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// standin is a media tool that was taken over: it tries everything and writes what came of it as JSON, nothing where a try went through and the error where it was refused.
func standin(args []string) int {
	try, in, out, other, elsewhere, address := args[0], args[1], args[2], args[3], args[4], args[5]
	victim, _ := strconv.Atoi(args[6])
	switch try {
	case "int80":
		int80()
		fmt.Println("{}")
		return 0
	case "x32":
		_, _, _ = unix.RawSyscall(0x40000000|unix.SYS_GETPID, 0, 0, 0)
		fmt.Println("{}")
		return 0
	case "clone":
		// 16 is the number of ioctl and 0x5401 an argument that it may have. Where the flags go through, a child begins on a stack that is not there.
		if _, _, errno := unix.RawSyscall(unix.SYS_CLONE, 16, 0x5401, 0); errno != unix.EPERM {
			return 1
		}
		fmt.Println("{}")
		return 0
	}
	said := map[string]string{}
	tries := map[string]func() error{}
	for name, f := range fileTries(in, out, other, elsewhere) {
		tries[name] = f
	}
	for name, f := range processTries(victim) {
		tries[name] = f
	}
	for name, f := range networkTries(address) {
		tries[name] = f
	}
	for name, f := range tries {
		said[name] = ""
		if err := f(); refused(err) {
			said[name] = err.Error()
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(said); err != nil {
		return 1
	}
	return 0
}

// refused says whether the kernel would not have it. Whatever else went wrong, the try had got through.
func refused(err error) bool {
	for _, no := range []error{unix.EPERM, unix.EACCES, unix.ENOSYS, unix.ENOMEM, unix.EXDEV} {
		if errors.Is(err, no) {
			return true
		}
	}
	return false
}

func reads(path string) func() error {
	return func() error { _, err := os.ReadFile(path); return err }
}

func lists(path string) func() error {
	return func() error { _, err := os.ReadDir(path); return err }
}

func writes(path string, flag int) func() error {
	return func() error {
		f, err := os.OpenFile(path, os.O_WRONLY|flag, 0o600)
		if err == nil {
			f.Close()
		}
		return err
	}
}

func fileTries(in, out, other, elsewhere string) map[string]func() error {
	mine := func(name string) string { return filepath.Join(out, name) }
	made := func(name string, then func(path string) error) func() error {
		return func() error {
			if err := os.WriteFile(mine(name), []byte("made"), 0o600); err != nil {
				return err
			}
			return then(mine(name))
		}
	}
	return map[string]func() error{
		"read the input":                     reads(in),
		"make a file in its folder":          made("made", func(string) error { return nil }),
		"read it again":                      made("read", func(p string) error { return reads(p)() }),
		"rename within it":                   made("old", func(p string) error { return os.Rename(p, mine("new")) }),
		"remove there":                       made("gone", os.Remove),
		"read another file beside the input": reads(other),
		"list the input's folder":            lists(filepath.Dir(in)),
		"list its own folder":                lists(out),
		"read /etc/passwd":                   reads("/etc/passwd"),
		"read /proc/self/environ":            reads("/proc/self/environ"),
		"list /proc":                         lists("/proc"),
		"list /tmp":                          lists("/tmp"),
		"write another file":                 writes(other, 0),
		"write the input":                    writes(in, 0),
		"make a file elsewhere":              writes(filepath.Join(elsewhere, "x"), os.O_CREATE),
		"rename out of its folder":           made("leaves", func(p string) error { return os.Rename(p, filepath.Join(elsewhere, "left")) }),
		"make a folder":                      func() error { return os.Mkdir(mine("folder"), 0o700) },
		"make a symbolic link":               func() error { return os.Symlink("/etc/passwd", mine("symbolic")) },
		"link the input":                     func() error { return os.Link(in, mine("linked")) },
		"change another file's mode":         func() error { return os.Chmod(other, 0o644) },
		"change its times":                   func() error { return os.Chtimes(other, time.Unix(1, 0), time.Unix(1, 0)) },
		"change its attributes":              func() error { return unix.Setxattr(other, "user.x", []byte("x"), 0) },
		"truncate another file":              func() error { return os.Truncate(other, 1) },
	}
}

func processTries(victim int) map[string]func() error {
	parent := strconv.Itoa(os.Getppid())
	call := func(number uintptr, args ...uintptr) func() error {
		return func() error {
			var a [6]uintptr
			copy(a[:], args)
			if _, _, errno := unix.Syscall6(number, a[0], a[1], a[2], a[3], a[4], a[5]); errno != 0 {
				return errno
			}
			return nil
		}
	}
	var more unix.Rlimit
	more.Cur, more.Max = 1<<20, 1<<20
	return map[string]func() error{
		"start a thread": func() error {
			done := make(chan bool)
			go func() { done <- true }()
			<-done
			return nil
		},
		"see the secret in the parent's environment": func() error {
			data, err := os.ReadFile("/proc/" + parent + "/environ")
			if err == nil && !bytes.Contains(data, []byte(secret)) {
				return unix.EACCES
			}
			return err
		},
		"open the parent's memory": func() error {
			f, err := os.Open("/proc/" + parent + "/mem")
			if err == nil {
				f.Close()
			}
			return err
		},
		"read the parent's memory by a call": func() error {
			buf := make([]byte, 16)
			local := []unix.Iovec{{Base: &buf[0]}}
			local[0].SetLen(len(buf))
			_, err := unix.ProcessVMReadv(os.Getppid(), local, []unix.RemoteIovec{{Base: 0x400000, Len: len(buf)}}, 0)
			return err
		},
		"trace the parent":                   call(unix.SYS_PTRACE, unix.PTRACE_SEIZE, uintptr(os.Getppid())),
		"signal another process":             func() error { return unix.Kill(victim, 0) },
		"signal a thread of it":              func() error { return unix.Tgkill(victim, victim, 0) },
		"have a pipe signal another process": func() error { return pipeSignals(victim) },
		"fork":                               fork,
		"start /bin/true": func() error {
			p, err := os.StartProcess("/bin/true", []string{"true"}, &os.ProcAttr{})
			if err == nil {
				_, err = p.Wait()
			}
			return err
		},
		"make a namespace":        call(unix.SYS_UNSHARE, unix.CLONE_NEWUSER),
		"make a file in memory":   func() error { _, err := unix.MemfdCreate("x", 0); return err },
		"open a process":          func() error { _, err := unix.PidfdOpen(victim, 0); return err },
		"ask for keys":            call(unix.SYS_KEYCTL, 0, 0),
		"io_uring":                call(unix.SYS_IO_URING_SETUP, 1),
		"bpf":                     call(unix.SYS_BPF, 0, 0, 0),
		"perf":                    call(unix.SYS_PERF_EVENT_OPEN, 0),
		"clone3":                  call(unix.SYS_CLONE3, 0, 0),
		"change another's limits": func() error { return unix.Prlimit(1, unix.RLIMIT_NOFILE, &more, nil) },
		"open more files":         call(unix.SYS_PRLIMIT64, 0, unix.RLIMIT_NOFILE, uintptr(unsafe.Pointer(&more))),
		"map 64 GB": func() error {
			_, err := unix.Mmap(-1, 0, 64<<30, unix.PROT_READ, unix.MAP_ANON|unix.MAP_PRIVATE)
			return err
		},
	}
}

func networkTries(address string) map[string]func() error {
	socket := func(domain, kind int) func() error {
		return func() error {
			fd, err := unix.Socket(domain, kind, 0)
			if err == nil {
				unix.Close(fd)
			}
			return err
		}
	}
	return map[string]func() error{
		"open a TCP socket":     socket(unix.AF_INET, unix.SOCK_STREAM),
		"open a UDP socket":     socket(unix.AF_INET, unix.SOCK_DGRAM),
		"open a UNIX socket":    socket(unix.AF_UNIX, unix.SOCK_STREAM),
		"open a NETLINK socket": socket(unix.AF_NETLINK, unix.SOCK_RAW),
		"make a pair of sockets": func() error {
			_, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
			return err
		},
		"connect": func() error {
			c, err := net.DialTimeout("tcp", address, 5*time.Second)
			if err == nil {
				c.Close()
			}
			return err
		},
	}
}

// pipeSignals asks for a pipe whose news are sent to a process as a signal of our choice.
func pipeSignals(victim int) error {
	var p [2]int
	if err := unix.Pipe2(p[:], 0); err != nil {
		return nil // not what is asked
	}
	if _, err := unix.FcntlInt(uintptr(p[0]), unix.F_SETOWN, victim); err != nil {
		return err
	}
	_, err := unix.FcntlInt(uintptr(p[0]), unix.F_SETSIG, int(unix.SIGURG)) // which it takes for nothing
	return err
}

// fork makes a child that ends at once.
func fork() error {
	pid, _, errno := syscall.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	if errno != 0 {
		return errno
	}
	if pid == 0 {
		for {
			_, _, _ = syscall.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
		}
	}
	_, _ = syscall.Wait4(int(pid), nil, 0, nil)
	return nil
}

// int80 makes a call by the numbers of 32 bits, in code that it writes itself: mov eax, 20 (getpid); int 0x80; ret.
func int80() {
	code, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE|unix.PROT_EXEC, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return
	}
	copy(code, "\xb8\x14\x00\x00\x00\xcd\x80\xc3")
	entry := &code[0]
	function := &entry
	(*(*func())(unsafe.Pointer(&function)))()
}
