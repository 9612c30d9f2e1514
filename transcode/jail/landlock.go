package jail

import (
	"fmt"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
)

// What a rule allows. A folder's rights hold for all that lies in it.
const (
	mayRun   = ll.AccessFSExecute | ll.AccessFSReadFile
	mayRead  = ll.AccessFSReadFile
	mayList  = ll.AccessFSReadFile | ll.AccessFSReadDir
	mayWrite = ll.AccessFSReadFile | ll.AccessFSWriteFile | ll.AccessFSTruncate | ll.AccessFSMakeReg | ll.AccessFSRemoveFile // read: an index is moved to the front
)

var (
	libraries = [...]string{"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store", "/gnu/store", "/etc/ld.so.cache"}
	fonts     = [...]string{"/etc/fonts", "/usr/share/fonts", "/usr/share/fontconfig", "/usr/local/share/fonts", "/var/cache/fontconfig"}
)

// landlock restricts all threads to what the rules name; on kernels of earlier versions to as much of it as they know.
func (r Rules) landlock(bin, loader string) error {
	rules := []landlock.Rule{landlock.PathAccess(mayRun, bin), landlock.PathAccess(mayRead, libraries[:]...).IgnoreIfMissing()}
	if loader != "" {
		rules = append(rules, landlock.PathAccess(mayRun, loader))
	}
	if len(r.In) > 0 {
		rules = append(rules, landlock.PathAccess(mayRead, r.In...))
	}
	if r.Out != "" {
		rules = append(rules, landlock.PathAccess(mayWrite, r.Out))
	}
	if r.Fonts {
		rules = append(rules, landlock.PathAccess(mayList, fonts[:]...).IgnoreIfMissing())
	}
	if err := landlock.V11.BestEffort().Restrict(rules...); err != nil {
		return fmt.Errorf("landlock: %w", err)
	}
	return nil
}
