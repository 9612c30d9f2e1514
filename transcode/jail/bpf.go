package jail

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What a filter answers (seccomp(2)).
const (
	retKill  = unix.SECCOMP_RET_KILL_PROCESS
	retAllow = unix.SECCOMP_RET_ALLOW
	retErrno = unix.SECCOMP_RET_ERRNO // with the number of the error added
)

// Offsets in struct seccomp_data. Both processors of ours are little-endian: the lower half of an argument comes first.
const (
	atNumber = 0
	atArch   = 4
	atArgs   = 16
)

// x32Bit marks the calls of x86-64's second numbering, which has the same architecture and other numbers.
const x32Bit = 0x4000_0000

// filter is a list of system calls with what is answered to each; what is not in it gets otherwise. Another architecture's calls kill: their numbers mean other calls.
type filter struct {
	arch      uint32
	calls     []uintptr       // allowed, whatever their arguments
	arguments []argumentCheck // of calls that are not in calls
	answers   map[uintptr]uint32
	otherwise uint32
}

// argumentCheck allows a call if one of its arguments is among the values, of which the lower 32 bits count: what the kernel declares as int or unsigned int.
type argumentCheck struct {
	call   uintptr
	arg    int // from 0
	values []uint32
}

// program assembles the filter. Every branch ends with an answer of its own, so that nothing of one call is ever compared with another.
func (f filter) program() []unix.SockFilter {
	p := []unix.SockFilter{loadWord(atArch), jumpIf(unix.BPF_JEQ, f.arch, 1, 0), answer(retKill), loadWord(atNumber)}
	if f.arch == unix.AUDIT_ARCH_X86_64 {
		p = append(p, jumpIf(unix.BPF_JGE, x32Bit, 0, 1), answer(retKill))
	}
	on := func(call uintptr, then ...unix.SockFilter) {
		p = append(append(p, jumpIf(unix.BPF_JEQ, uint32(call), 0, uint8(len(then)))), then...)
	}
	for _, c := range f.calls {
		on(c, answer(retAllow))
	}
	for call, a := range f.answers {
		on(call, answer(a))
	}
	for _, c := range f.arguments {
		then := []unix.SockFilter{loadWord(atArgs + 8*uint32(c.arg))}
		for _, v := range c.values {
			then = append(then, jumpIf(unix.BPF_JEQ, v, 0, 1), answer(retAllow))
		}
		on(c.call, append(then, answer(f.otherwise))...)
	}
	on(unix.SYS_CLONE, threadsOnly(f.otherwise)...)
	on(unix.SYS_PRLIMIT64, askingOnly(f.otherwise)...)
	return append(p, answer(f.otherwise))
}

// threadsOnly allows clone for a thread, without a namespace of its own.
func threadsOnly(otherwise uint32) []unix.SockFilter {
	const namespaces = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET
	return []unix.SockFilter{
		loadWord(atArgs), // flags come first on both processors
		jumpIf(unix.BPF_JSET, namespaces, 2, 0),
		jumpIf(unix.BPF_JSET, unix.CLONE_THREAD, 0, 1),
		answer(retAllow),
		answer(otherwise),
	}
}

// askingOnly allows prlimit64 of oneself without new limits.
func askingOnly(otherwise uint32) []unix.SockFilter {
	return []unix.SockFilter{
		loadWord(atArgs), jumpIf(unix.BPF_JEQ, 0, 0, 5),
		loadWord(atArgs + 2*8), jumpIf(unix.BPF_JEQ, 0, 0, 3),
		loadWord(atArgs + 2*8 + 4), jumpIf(unix.BPF_JEQ, 0, 0, 1),
		answer(retAllow),
		answer(otherwise),
	}
}

func loadWord(at uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: at}
}

// jumpIf passes over yes instructions where the comparison holds, over no where it does not.
func jumpIf(how uint16, k uint32, yes, no uint8) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | how | unix.BPF_K, K: k, Jt: yes, Jf: no}
}

func answer(a uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: a}
}

// load puts a filter on the calling thread, for good.
func load(program []unix.SockFilter) error {
	const setModeFilter = 1 // SECCOMP_SET_MODE_FILTER
	prog := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, setModeFilter, 0, uintptr(unsafe.Pointer(&prog)))
	runtime.KeepAlive(program)
	if errno != 0 {
		return fmt.Errorf("seccomp: %w", errno)
	}
	return nil
}
