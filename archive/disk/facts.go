package disk

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// fileSystem is what is known of one kind of file system by the number that statfs(2) gives.
type fileSystem struct {
	name string
	// refused says why an archive must not lie on it; empty where it may.
	refused string
}

const (
	remote = "other machines can write there, and its locks and renames are not to be relied on"
	fuse   = "the program behind it decides what locks, links and renames mean"
)

// fileSystemOf gives what is known of a kind. One that is not known is named by its number, and not refused.
func fileSystemOf(kind uint32) fileSystem {
	switch kind {
	case unix.EXT4_SUPER_MAGIC:
		return fileSystem{name: "ext4"} // ext2 and ext3 have the same number
	case unix.XFS_SUPER_MAGIC:
		return fileSystem{name: "XFS"}
	case unix.BTRFS_SUPER_MAGIC:
		return fileSystem{name: "Btrfs"}
	case 0x2fc12fc1:
		return fileSystem{name: "ZFS"}
	case unix.F2FS_SUPER_MAGIC:
		return fileSystem{name: "F2FS"}
	case unix.TMPFS_MAGIC:
		return fileSystem{name: "tmpfs"}
	case unix.OVERLAYFS_SUPER_MAGIC:
		return fileSystem{name: "overlay"}
	case unix.NFS_SUPER_MAGIC:
		return fileSystem{"NFS", remote}
	case unix.SMB_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC:
		return fileSystem{"SMB", remote}
	case unix.V9FS_MAGIC:
		return fileSystem{"9P", remote}
	case unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC, unix.CODA_SUPER_MAGIC:
		return fileSystem{"AFS", remote}
	case unix.CEPH_SUPER_MAGIC:
		return fileSystem{"Ceph", remote}
	case 0x0bd00bd0:
		return fileSystem{"Lustre", remote}
	case unix.FUSE_SUPER_MAGIC:
		return fileSystem{"FUSE", fuse}
	}
	return fileSystem{name: fmt.Sprintf("file system %#x", kind)}
}

// Facts says on which kind of file system the archive lies ("ext4", "NFS") and how many bytes this user may still write there.
func (s *Store) Facts() (fsName string, freeBytes int64, err error) {
	kind, free, err := s.statfs()
	return kind.name, free, err
}

// Check refuses a file system on which the store cannot keep its promises: NFS, SMB, FUSE and others that are not local.
func (s *Store) Check() error {
	kind, _, err := s.statfs()
	if err != nil {
		return err
	}
	if kind.refused != "" {
		return fmt.Errorf("the archive at %s lies on %s: %s; use a local disk, or S3 storage", s.dir, kind.name, kind.refused)
	}
	return nil
}

func (s *Store) statfs() (fileSystem, int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(s.dir, &st); err != nil {
		return fileSystem{}, 0, fmt.Errorf("ask about the file system of %s: %w", s.dir, err)
	}
	return fileSystemOf(uint32(st.Type)), int64(st.Bavail) * st.Bsize, nil
}
