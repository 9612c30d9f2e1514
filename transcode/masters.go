package transcode

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"cabina/archive"
)

// masters gives masters as local files: in place where the store is a folder of this machine, else fetched to scratch once and used by all jobs that want them.
type masters struct {
	store archive.Store
	dir   string // of scratch
	limit int64  // bytes of fetched masters that nobody uses and that are kept for the next job

	mu      sync.Mutex // guards what is below; nothing is fetched while it is held
	fetched map[archive.Ref]*fetch
}

type fetch struct {
	ready chan struct{} // closed when path or err is set
	path  string
	size  int64
	err   error
	users int
	last  time.Time
}

// local gives a master's path, and release, which must be called once it is not read any more. The bytes of one that was fetched were checked against its name.
func (m *masters) local(ctx context.Context, ref archive.Ref) (path string, release func(), err error) {
	info, err := m.store.Stat(ctx, ref.Key())
	if err != nil {
		return "", nil, fmt.Errorf("master %s: %w", ref, err)
	}
	r, err := m.store.Range(ctx, ref.Key(), 0, info.Size)
	if err != nil {
		return "", nil, fmt.Errorf("master %s: %w", ref, err)
	}
	if file, ok := r.(*os.File); ok { // a store on disk gives the file itself
		defer file.Close()
		return file.Name(), func() {}, nil
	}
	f, mine := m.take(ref)
	if mine {
		f.path, f.size, f.err = m.fetch(ctx, r, ref, info.Size)
		close(f.ready)
	}
	r.Close()
	select {
	case <-f.ready:
	case <-ctx.Done():
		m.give(ref, f)
		return "", nil, ctx.Err()
	}
	if f.err != nil {
		m.give(ref, f)
		return "", nil, fmt.Errorf("master %s: %w", ref, f.err)
	}
	return f.path, func() { m.give(ref, f) }, nil
}

// take enters a user; mine is true of the first, who fetches.
func (m *masters) take(ref archive.Ref) (f *fetch, mine bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fetched == nil {
		m.fetched = map[archive.Ref]*fetch{}
	}
	if f = m.fetched[ref]; f == nil {
		f, mine = &fetch{ready: make(chan struct{})}, true
		m.fetched[ref] = f
	}
	f.users++
	return f, mine
}

// give lets a user go, and removes the masters that nobody used for longest, as many as are too much. One that could not be fetched is forgotten at once.
func (m *masters) give(ref archive.Ref, f *fetch) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f.users--
	f.last = time.Now()
	select {
	case <-f.ready:
		if f.err != nil && m.fetched[ref] == f {
			delete(m.fetched, ref)
		}
	default:
	}
	for m.spare() > m.limit {
		m.removeOldest()
	}
}

func (m *masters) spare() (bytes int64) {
	for _, f := range m.fetched {
		if f.users == 0 {
			bytes += f.size
		}
	}
	return bytes
}

func (m *masters) removeOldest() {
	var oldest archive.Ref
	for ref, f := range m.fetched {
		if f.users == 0 && (oldest == "" || f.last.Before(m.fetched[oldest].last)) {
			oldest = ref
		}
	}
	_ = os.Remove(m.fetched[oldest].path)
	delete(m.fetched, oldest)
}

func (m *masters) fetch(ctx context.Context, r io.Reader, ref archive.Ref, size int64) (string, int64, error) {
	path := filepath.Join(m.dir, string(ref))
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return "", 0, err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(file, sum), io.LimitReader(r, size))
	if err2 := file.Close(); err == nil {
		err = err2
	}
	if err == nil && hex.EncodeToString(sum.Sum(nil)) != string(ref) {
		err = fmt.Errorf("its %d bytes do not have its hash: it is damaged in the store", n)
	}
	if err != nil {
		_ = os.Remove(path)
		return "", 0, err
	}
	return path, n, ctx.Err()
}
