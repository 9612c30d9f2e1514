package transcode

import (
	"time"

	"golang.org/x/sys/unix"
)

// confine sets the limits of a process that was just started. It has only begun to load: what it does before that is the system's own work. These are
// limits, not a jail: Tools.Wrap is the place of one. A process that has ended already needs none, so that errors are of no interest.
func confine(pid int, limit time.Duration, nice int) {
	seconds := uint64(limit / time.Second)
	for _, l := range []struct {
		what      int
		soft, top uint64
	}{
		{unix.RLIMIT_CORE, 0, 0},
		{unix.RLIMIT_CPU, seconds, seconds + 5}, // the first is a signal that ffmpeg takes as a stop, the second kills
		{unix.RLIMIT_AS, maxMemory, maxMemory},
		{unix.RLIMIT_FSIZE, maxOutput, maxOutput},
		{unix.RLIMIT_NOFILE, maxHandles, maxHandles},
	} {
		_ = unix.Prlimit(pid, l.what, &unix.Rlimit{Cur: l.soft, Max: l.top}, nil)
	}
	if nice > 0 {
		_ = unix.Setpriority(unix.PRIO_PGRP, pid, nice)
	}
}
