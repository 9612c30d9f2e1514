package jail

import "golang.org/x/sys/unix"

const (
	auditArch = unix.AUDIT_ARCH_AARCH64
	fstatat   = unix.SYS_FSTATAT
)

// olderCalls are none: this processor came after them.
var olderCalls = [...]uintptr{}
