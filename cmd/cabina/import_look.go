package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sync/errgroup"

	"cabina/archive"
	"cabina/transcode"
)

// looker looks into files: it hashes them, copies those that are new to scratch, and finds out what they hold. No file of the user's is changed or linked.
type looker struct {
	tools    *transcode.Tools
	measures *transcode.Measures        // of masters that are known; nil: none are
	scratch  string                     // empty: nothing is copied
	known    func(archive.Ref) bool     // masters that the session has already: they are not copied either
	seen     func(name string, n int64) // is told how many bytes more of a file were read
}

// look fills in the masters of files; two are looked at at once. What cannot be taken in comes back as refusals; an error is one of ours.
func (l *looker) look(ctx context.Context, dir string, files []*file) ([]refusal, error) {
	var mu sync.Mutex // guards refused
	var refused []refusal
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for _, f := range files {
		g.Go(func() error {
			err := l.one(ctx, filepath.Join(dir, f.Name), f)
			why, ok := whyRefused(err)
			if !ok {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			refused = append(refused, refusal{f.Name, why})
			return nil
		})
	}
	return refused, g.Wait()
}

// whyRefused gives what is wrong with a file, where an error says that something is.
func whyRefused(err error) (why string, ok bool) {
	var media *transcode.Refused
	var text *archive.Unreadable
	var path *os.PathError
	switch {
	case errors.As(err, &media):
		return media.Error(), true
	case errors.As(err, &text):
		return text.Error() + "; export it anew as WebVTT or SubRip in UTF-8", true
	case errors.As(err, &path) && (errors.Is(err, os.ErrPermission) || errors.Is(err, os.ErrNotExist)):
		return "it cannot be read (" + path.Err.Error() + "); give it back and let this user read it", true
	}
	return "", false
}

func (l *looker) one(ctx context.Context, path string, f *file) error {
	m, err := l.fetch(ctx, path, f.Name)
	if err != nil {
		return err
	}
	f.Master = m
	if m.spool != nil {
		// The disk writes while the file is looked into; Keep, which waits for it, then finds it done.
		var flush sync.WaitGroup
		flush.Go(func() { writeOut(m.Path) })
		defer flush.Wait()
	}
	if f.Class == textFile {
		if m.Size > archive.MaxText {
			return &archive.Unreadable{Why: archive.TooLong(m.Size)}
		}
		data, err := os.ReadFile(m.Path)
		if err != nil {
			return err
		}
		m.Text, err = archive.ReadSubtitles(data, f.Name, f.Language)
		return err
	}
	if l.measures != nil && l.known(m.Ref) {
		m.Facts, err = l.measures.Facts(ctx, m.Ref, func() (string, error) { return m.Path, nil })
	} else {
		m.Facts, err = l.tools.Probe(ctx, m.Path)
	}
	if err != nil {
		return err
	}
	return l.inner(ctx, f)
}

// writeOut makes a file durable, as far as it goes: whoever keeps the file makes sure, and says what went wrong.
func writeOut(path string) {
	f, err := os.Open(path)
	if err != nil {
		return
	}
	_ = f.Sync()
	_ = f.Close()
}

// fetch gives a file's hash, and a copy in scratch where the archive does not have it.
func (l *looker) fetch(ctx context.Context, path, name string) (*master, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	told := &tellingReader{r: in, told: func(n int64) error { l.seen(name, n); return ctx.Err() }}
	if l.scratch != "" && l.known == nil {
		return l.spool(ctx, told)
	}
	m, err := hashOf(told)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if m.Path = path; l.scratch == "" || l.known(m.Ref) {
		return m, nil
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return l.spool(ctx, in)
}

// fetchFrom is fetch for bytes that we made ourselves.
func (l *looker) fetchFrom(ctx context.Context, r io.ReadSeeker) (*master, error) {
	m, err := hashOf(r)
	if err != nil || l.scratch == "" || l.known != nil && l.known(m.Ref) {
		return m, err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return l.spool(ctx, r)
}

func hashOf(r io.Reader) (*master, error) {
	h := sha256.New()
	n, err := io.CopyBuffer(struct{ io.Writer }{h}, r, make([]byte, 1<<20))
	return &master{Ref: archive.Ref(hex.EncodeToString(h.Sum(nil))), Size: n}, err
}

func (l *looker) spool(ctx context.Context, r io.Reader) (*master, error) {
	s, err := archive.Spool(ctx, r, l.scratch)
	if err != nil {
		return nil, err
	}
	return &master{Ref: s.Ref, Size: s.Size, Path: s.Path, spool: s}, nil
}

// tellingReader tells how much was read, and stops where who is told has had enough.
type tellingReader struct {
	r    io.Reader
	told func(int64) error
}

func (t *tellingReader) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if err := t.told(int64(n)); err != nil {
		return 0, err
	}
	return n, err
}
