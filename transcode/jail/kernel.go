package jail

import (
	"unsafe"

	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// Kernel is what the running kernel offers to confine with.
type Kernel struct {
	Landlock int  // version of its interface, from 1; 0: there is none, or it is switched off
	Seccomp  bool // whether it filters system calls, and we have a list of them for this processor
}

// Ask asks the running kernel.
func Ask() (k Kernel) {
	if v, err := ll.LandlockGetABIVersion(); err == nil && v > 0 {
		k.Landlock = v
	}
	const getActionAvail = 2 // SECCOMP_GET_ACTION_AVAIL, seccomp(2)
	kill := uint32(retKill)
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, getActionAvail, 0, uintptr(unsafe.Pointer(&kill)))
	k.Seccomp = errno == 0 && auditArch != 0
	return k
}

// Missing names what the kernel refuses, with what a tool that was taken over could then do; nothing where all is there.
func (k Kernel) Missing() (names []string) {
	if k.Landlock == 0 {
		names = append(names, "Landlock (it could read and change every file that this user can)")
	}
	if !k.Seccomp {
		names = append(names, "seccomp (it could open connections and start programs)")
	}
	return names
}
