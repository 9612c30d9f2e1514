package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"time"
)

// MasterInfo is the document beside a master, masters/<aa>/<sha256>.json.
type MasterInfo struct {
	Size     int64  `json:"size"` // bytes
	Name     string `json:"name,omitempty"`
	At       string `json:"at,omitempty"`
	By       string `json:"by,omitempty"`
	Verified string `json:"verified,omitempty"` // when its bytes were last read and found right
	Erased   *struct {
		At  string `json:"at"`
		By  string `json:"by"`
		Why string `json:"why"`
	} `json:"erased,omitempty"`
	Unknown Unknown `json:"-"`
}

// UnmarshalJSON keeps unknown fields.
func (m *MasterInfo) UnmarshalJSON(data []byte) error {
	type plain MasterInfo
	return decode(data, (*plain)(m), &m.Unknown)
}

// MarshalJSON writes unknown fields back.
func (m MasterInfo) MarshalJSON() ([]byte, error) {
	type plain MasterInfo
	return encode(plain(m), m.Unknown)
}

// Newer is true of what a newer program wrote: it is read and never written.
func (m *MasterInfo) Newer() bool {
	var format int
	return json.Unmarshal(m.Unknown["format"], &format) == nil && format > Format
}

// Spooled is a file in local scratch whose hash is known: what came from outside, before it is accepted.
type Spooled struct {
	Path string
	Ref  Ref
	Size int64 // bytes
}

// Remove takes the file away. It may be called twice.
func (s *Spooled) Remove() { _ = os.Remove(s.Path) }

// Spool writes r to a new file in dir and hashes it on the way. The file is not durable: Keep makes it so.
func Spool(ctx context.Context, r io.Reader, dir string) (*Spooled, error) {
	f, err := os.CreateTemp(dir, "spool-*")
	if err != nil {
		return nil, fmt.Errorf("scratch: %w", err)
	}
	h := newPipedHash()
	n, err := io.CopyBuffer(io.MultiWriter(onlyWriter{f}, h), &contextReader{ctx, r}, make([]byte, 1<<20))
	sum := h.Sum()
	if err2 := f.Close(); err == nil {
		err = err2
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return nil, fmt.Errorf("spool to %s: %w", dir, err)
	}
	return &Spooled{Path: f.Name(), Ref: Ref(hex.EncodeToString(sum)), Size: n}, nil
}

// onlyWriter hides ReadFrom, so that the copy passes through the hash as well.
type onlyWriter struct{ io.Writer }

type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// pipedHash hashes on a core of its own while the next piece is read and written.
type pipedHash struct {
	h    hash.Hash
	full chan []byte
	free chan []byte
	done chan struct{}
}

func newPipedHash() *pipedHash {
	p := &pipedHash{h: sha256.New(), full: make(chan []byte, 4), free: make(chan []byte, 4), done: make(chan struct{})}
	for range cap(p.free) {
		p.free <- nil
	}
	go func() {
		defer close(p.done)
		for b := range p.full {
			p.h.Write(b)
			p.free <- b[:0]
		}
	}()
	return p
}

func (p *pipedHash) Write(b []byte) (int, error) {
	p.full <- append(<-p.free, b...)
	return len(b), nil
}

// Sum ends the hash and gives it.
func (p *pipedHash) Sum() []byte {
	close(p.full)
	<-p.done
	return p.h.Sum(nil)
}

// Keep puts a spooled file under its hash, checks that it is there whole, and writes what is known of it. A master that is there already is left as it
// is. The bytes are accepted only once a document names them.
func (a *Archive) Keep(ctx context.Context, s *Spooled, name string) error {
	key := s.Ref.Key()
	info, err := a.Store.Stat(ctx, key)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("master %s: %w", s.Ref, err)
	}
	if err != nil || info.Size != s.Size {
		if err := a.Store.PutFile(ctx, key, s.Path); err != nil {
			return fmt.Errorf("keep %s: %w", quote(name), err)
		}
		if info, err = a.Store.Stat(ctx, key); err != nil {
			return fmt.Errorf("master %s: %w", s.Ref, err)
		}
		if info.Size != s.Size {
			return fmt.Errorf("master %s: the store has %d bytes of it, not %d", s.Ref, info.Size, s.Size)
		}
	}
	a.Reached(PointKept)
	data, err := json.Marshal(MasterInfo{Size: s.Size, Name: name, At: a.Stamp(), By: a.By})
	if err != nil {
		return err
	}
	if _, err := a.Store.Put(ctx, s.Ref.InfoKey(), data, IfAbsent()); err != nil && !errors.Is(err, ErrConflict) {
		return fmt.Errorf("master %s: %w", s.Ref, err)
	}
	a.Reached(PointKnown)
	return nil
}

// Stamp is the time now as documents write it: RFC 3339, UTC, seconds.
func (a *Archive) Stamp() string { return a.now().UTC().Format(time.RFC3339) }

// Sum reads an object to its end and gives its SHA-256 and its size in bytes.
func (a *Archive) Sum(ctx context.Context, key string) (Ref, int64, error) {
	info, err := a.Store.Stat(ctx, key)
	if err != nil {
		return "", 0, fmt.Errorf("%s: %w", key, err)
	}
	h := sha256.New()
	if info.Size > 0 {
		r, err := a.Store.Range(ctx, key, 0, info.Size)
		if err != nil {
			return "", 0, fmt.Errorf("%s: %w", key, err)
		}
		defer r.Close()
		n, err := io.CopyBuffer(h, &contextReader{ctx, io.LimitReader(r, info.Size)}, make([]byte, 1<<20))
		if err != nil {
			return "", n, fmt.Errorf("%s: %w", key, err)
		}
	}
	return Ref(hex.EncodeToString(h.Sum(nil))), info.Size, nil
}
