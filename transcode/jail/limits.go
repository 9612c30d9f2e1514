package jail

import (
	"fmt"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Limits bound what a process uses up. All are hard: nothing inside raises them.
type Limits struct {
	CPU     time.Duration `json:"cpu"`     // of all its threads together; a second more than a signal that ends it in order, five more kill
	Memory  uint64        `json:"memory"`  // bytes of address space
	Output  uint64        `json:"output"`  // bytes of one file
	Handles uint64        `json:"handles"` // files open at once
	Nice    int           `json:"nice"`    // 0 to 19, added to its priority number
}

// afterwards is how long after the signal of its processor time a process may still write its last words.
const afterwards = 5 // seconds

func (l Limits) cpu() (soft, hard uint64) {
	soft = uint64((l.CPU + time.Second - 1) / time.Second)
	return soft, soft + afterwards
}

// Set limits another process that has just been started, without a jail. A process that has ended already needs none.
func (l Limits) Set(pid int) {
	soft, hard := l.cpu()
	for _, x := range []struct {
		what      int
		soft, top uint64
	}{
		{unix.RLIMIT_CORE, 0, 0}, {unix.RLIMIT_CPU, soft, hard}, {unix.RLIMIT_AS, l.Memory, l.Memory}, {unix.RLIMIT_FSIZE, l.Output, l.Output}, {unix.RLIMIT_NOFILE, l.Handles, l.Handles},
	} {
		_ = unix.Prlimit(pid, x.what, &unix.Rlimit{Cur: x.soft, Max: x.top}, nil)
	}
	if l.Nice > 0 {
		_ = unix.Setpriority(unix.PRIO_PGRP, pid, l.Nice)
	}
}

// beforeLandlock limits this process in all but memory. syscall.Setrlimit it is for open files: without it Go gives the tool back what it was started with.
func (l Limits) beforeLandlock() error {
	soft, hard := l.cpu()
	for _, x := range []struct {
		name      string
		what      int
		soft, top uint64
	}{
		{"core files", unix.RLIMIT_CORE, 0, 0}, {"processor time", unix.RLIMIT_CPU, soft, hard}, {"output", unix.RLIMIT_FSIZE, l.Output, l.Output},
		{"open files", unix.RLIMIT_NOFILE, l.Handles, l.Handles},
	} {
		if err := syscall.Setrlimit(x.what, &syscall.Rlimit{Cur: x.soft, Max: x.top}); err != nil {
			return fmt.Errorf("limit %s to %d: %w", x.name, x.soft, err)
		}
	}
	if l.Nice > 0 {
		return unix.Setpriority(unix.PRIO_PROCESS, 0, l.Nice)
	}
	return nil
}

func (l Limits) memory() error {
	if err := syscall.Setrlimit(unix.RLIMIT_AS, &syscall.Rlimit{Cur: l.Memory, Max: l.Memory}); err != nil {
		return fmt.Errorf("limit memory to %d: %w", l.Memory, err)
	}
	return nil
}
