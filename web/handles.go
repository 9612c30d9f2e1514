package web

import (
	"context"
	"io"
	"os"
	"sync"
	"time"

	"cabina/archive"
)

// handles keeps files open for a few seconds after a range of them was sent: a player asks for the next one at once, and opening and closing a file costs as much
// as sending 256 KiB of it (nine system calls of fourteen). Whether a range may be had is asked each time, before; a file's name says what its bytes are, so that
// one that is open is never another one than its key's. What was deleted stays readable that long, to those who may still have it.
//
// Only stores that give an *os.File have any use of it. The zero value is ready.
type handles struct {
	mu   sync.Mutex // guards what is below; nothing that waits happens while it is held
	idle map[string][]*handle
	n    int         // of all in idle
	wipe *time.Timer // closes what has been idle too long; nil: nothing is idle
}

const (
	handlesKept = 128             // open at once beside those in use
	handlesFor  = 5 * time.Second // from when a file was opened
)

// handle is an open file in use. Close hands it back. It has the file's methods, SyscallConn among them: through that net finds that it can be sent by sendfile.
type handle struct {
	*os.File
	of     *handles
	key    string
	opened time.Time
}

// open is archive.Store.Range, by an open file where there is one.
func (h *handles) open(ctx context.Context, store archive.Store, key string, off, n int64) (io.ReadCloser, error) {
	for {
		f := h.take(key)
		if f == nil {
			break
		}
		if _, err := f.Seek(off, io.SeekStart); err == nil {
			return f, nil
		}
		_ = f.File.Close()
	}
	body, err := store.Range(ctx, key, off, n)
	if err != nil {
		return nil, err
	}
	if f, ok := body.(*os.File); ok {
		return &handle{File: f, of: h, key: key, opened: time.Now()}, nil
	}
	return body, nil
}

func (h *handles) take(key string) *handle {
	h.mu.Lock()
	defer h.mu.Unlock()
	idle := h.idle[key]
	if len(idle) == 0 {
		return nil
	}
	f := idle[len(idle)-1]
	if time.Since(f.opened) > handlesFor {
		return nil // wipe will close it
	}
	idle[len(idle)-1] = nil
	h.idle[key] = idle[:len(idle)-1]
	h.n--
	return f
}

// Close hands the file back, or closes it where it is too old or there are enough.
func (f *handle) Close() error {
	if !f.of.give(f) {
		return f.File.Close()
	}
	return nil
}

func (h *handles) give(f *handle) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.n >= handlesKept || time.Since(f.opened) > handlesFor {
		return false
	}
	if h.idle == nil {
		h.idle = map[string][]*handle{}
	}
	h.idle[f.key] = append(h.idle[f.key], f)
	h.n++
	if h.wipe == nil {
		h.wipe = time.AfterFunc(handlesFor, h.closeOld)
	}
	return true
}

// closeOld closes what has been open too long, and comes again while there is anything.
func (h *handles) closeOld() {
	var old []*handle
	h.mu.Lock()
	for key, idle := range h.idle {
		kept := idle[:0]
		for _, f := range idle {
			if time.Since(f.opened) > handlesFor {
				old = append(old, f)
			} else {
				kept = append(kept, f)
			}
		}
		clear(idle[len(kept):])
		if h.idle[key] = kept; len(kept) == 0 {
			delete(h.idle, key)
		}
	}
	h.n -= len(old)
	h.wipe = nil
	if h.n > 0 {
		h.wipe = time.AfterFunc(handlesFor/4, h.closeOld)
	}
	h.mu.Unlock()
	for _, f := range old {
		_ = f.File.Close()
	}
}
