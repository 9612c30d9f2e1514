//go:build amd64 || arm64

package jail

import "golang.org/x/sys/unix"

// Of <asm-generic/ioctls.h>.
const (
	fionread = 0x541b
	fionbio  = 0x5421
)

// allowList is what a media tool calls, found by running every job of ours, and what Go calls until execve. All else is refused with EPERM. pid is the process that the
// filter is for: it keeps it through execve.
func allowList(pid int) filter {
	self := []uint32{uint32(pid)}
	return filter{
		arch:  auditArch,
		calls: append(append([]uintptr{}, commonCalls[:]...), olderCalls[:]...),
		// The C library tries clone3 first, whose flags lie behind a pointer; told that it does not exist, it takes clone.
		answers: map[uintptr]uint32{unix.SYS_CLONE3: retErrno | uint32(unix.ENOSYS)},
		arguments: []argumentCheck{
			{unix.SYS_KILL, 0, self},
			{unix.SYS_TGKILL, 0, self},
			{unix.SYS_PRCTL, 0, []uint32{unix.PR_SET_NAME, unix.PR_GET_NAME, unix.PR_CAPBSET_READ, unix.PR_SET_VMA}},
			{unix.SYS_IOCTL, 1, []uint32{unix.TCGETS, unix.TIOCGWINSZ, fionread, fionbio}},
			// Not F_SETSIG and F_SETOWN: with them a pipe sends any signal to any process of this user, without kill.
			{unix.SYS_FCNTL, 1, []uint32{unix.F_DUPFD, unix.F_DUPFD_CLOEXEC, unix.F_GETFD, unix.F_SETFD, unix.F_GETFL, unix.F_SETFL, unix.F_GETPIPE_SZ}},
		},
		otherwise: retErrno | uint32(unix.EPERM),
	}
}

// commonCalls are those of both processors. Not among them, though harmless to us: whatever changes a file by its path (truncate, chmod, utimensat, setxattr), links, folders.
var commonCalls = [...]uintptr{
	// files that are open
	unix.SYS_READ, unix.SYS_WRITE, unix.SYS_READV, unix.SYS_WRITEV, unix.SYS_PREAD64, unix.SYS_PWRITE64, unix.SYS_PREADV, unix.SYS_PWRITEV, unix.SYS_LSEEK, unix.SYS_CLOSE,
	unix.SYS_FSTAT, unix.SYS_FSTATFS, unix.SYS_FTRUNCATE, unix.SYS_FALLOCATE, unix.SYS_FSYNC, unix.SYS_FDATASYNC, unix.SYS_FADVISE64, unix.SYS_GETDENTS64, unix.SYS_DUP, unix.SYS_DUP3, unix.SYS_PIPE2,
	// files by their path, where Landlock has its say
	unix.SYS_OPENAT, unix.SYS_STATX, unix.SYS_STATFS, unix.SYS_FACCESSAT, unix.SYS_FACCESSAT2, unix.SYS_READLINKAT, unix.SYS_UNLINKAT, unix.SYS_RENAMEAT, unix.SYS_GETCWD, fstatat,
	// memory
	unix.SYS_MMAP, unix.SYS_MUNMAP, unix.SYS_MPROTECT, unix.SYS_MREMAP, unix.SYS_MADVISE, unix.SYS_BRK, unix.SYS_MLOCK, unix.SYS_MUNLOCK, unix.SYS_MINCORE, unix.SYS_GET_MEMPOLICY,
	// threads and signals of its own
	unix.SYS_FUTEX, unix.SYS_SET_ROBUST_LIST, unix.SYS_GET_ROBUST_LIST, unix.SYS_RSEQ, unix.SYS_SET_TID_ADDRESS, unix.SYS_MEMBARRIER, unix.SYS_SCHED_YIELD, unix.SYS_SCHED_GETAFFINITY,
	unix.SYS_SCHED_GETPARAM, unix.SYS_SCHED_GETSCHEDULER, unix.SYS_SCHED_GET_PRIORITY_MAX, unix.SYS_SCHED_GET_PRIORITY_MIN, unix.SYS_GETCPU, unix.SYS_GETPRIORITY,
	unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGRETURN, unix.SYS_RT_SIGTIMEDWAIT, unix.SYS_RT_SIGSUSPEND, unix.SYS_SIGALTSTACK, unix.SYS_RESTART_SYSCALL,
	unix.SYS_EXIT, unix.SYS_EXIT_GROUP,
	// waiting and clocks
	unix.SYS_PPOLL, unix.SYS_PSELECT6, unix.SYS_EPOLL_CREATE1, unix.SYS_EPOLL_CTL, unix.SYS_EPOLL_PWAIT, unix.SYS_EPOLL_PWAIT2, unix.SYS_EVENTFD2,
	unix.SYS_CLOCK_GETTIME, unix.SYS_CLOCK_GETRES, unix.SYS_CLOCK_NANOSLEEP, unix.SYS_NANOSLEEP, unix.SYS_GETTIMEOFDAY, unix.SYS_TIMES,
	// who and where it is
	unix.SYS_GETPID, unix.SYS_GETPPID, unix.SYS_GETTID, unix.SYS_GETPGID, unix.SYS_GETSID, unix.SYS_GETUID, unix.SYS_GETEUID, unix.SYS_GETGID, unix.SYS_GETEGID,
	unix.SYS_GETRLIMIT, unix.SYS_GETRUSAGE, unix.SYS_UNAME, unix.SYS_SYSINFO, unix.SYS_GETRANDOM,
	unix.SYS_EXECVE, // into the tool; what else may be started is Landlock's
}
