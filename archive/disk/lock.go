package disk

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// lockCount is how many lock files there are. All programs that share a store must agree on it.
	lockCount = 64
	// A process waits between two tries of a lock that another process holds: a write takes about a millisecond.
	firstWait = 100 * time.Microsecond
	longWait  = 2 * time.Millisecond
)

// lock waits until no other writer, in this process or another, writes key or a key of the same lock file. It ends early with the
// context. Nothing that waits for anything but the disk may be done while it is held.
func (s *Store) lock(ctx context.Context, key string) (unlock func(), err error) {
	h := fnv.New32a()
	h.Write([]byte(key))
	n := h.Sum32() % lockCount

	// Only one goroutine at a time asks the kernel, which keeps the others from polling.
	select {
	case s.turns[n] <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	f, err := s.flock(ctx, fmt.Sprintf("%02d", n))
	if err != nil {
		<-s.turns[n]
		return nil, err
	}
	return func() {
		f.Close() // lets go of the lock
		<-s.turns[n]
	}, nil
}

func (s *Store) flock(ctx context.Context, name string) (*os.File, error) {
	dir := filepath.Join(s.dir, hidden, "lock")
	var f *os.File
	err := s.inHidden(dir, func() (err error) {
		f, err = os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_RDWR, 0o600)
		return err
	})
	if err != nil {
		return nil, err
	}
	// A blocking flock could not be ended by the context.
	for wait := firstWait; ; wait = min(2*wait, longWait) {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) && !errors.Is(err, unix.EINTR) {
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", f.Name(), err)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			f.Close()
			return nil, ctx.Err()
		}
	}
}
