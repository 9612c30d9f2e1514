package archive

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"
)

// Mirror holds all documents in memory, as of the last change that this process was told of: what pages are made from, without a read of the store.
// The documents it gives are shared and must not be changed.
type Mirror struct {
	archive *Archive
	ready   chan struct{}

	mu          sync.RWMutex // guards the maps; nothing that waits happens while it is held
	sessions    map[string]*Session
	conferences map[string]*Conference
}

// NewMirror makes an empty mirror; Run fills it.
func NewMirror(a *Archive) *Mirror {
	return &Mirror{archive: a, ready: make(chan struct{}), sessions: map[string]*Session{}, conferences: map[string]*Conference{}}
}

// Ready is closed once all documents are in.
func (m *Mirror) Ready() <-chan struct{} { return m.ready }

// Run follows the archive until ctx ends. changed, unless nil, is called with each id once its new state is in the mirror.
func (m *Mirror) Run(ctx context.Context, changed func(id string)) error {
	w := m.archive.Watch()
	defer w.Close()
	filled := false
	for ctx.Err() == nil {
		ids, err := w.Next(ctx)
		if err != nil {
			if ctx.Err() == nil {
				m.archive.log().WarnContext(ctx, "documents cannot be listed; trying again", "err", err)
				rest(ctx, time.Second)
			}
			if errors.Is(err, context.Canceled) {
				return nil
			}
			continue
		}
		failed := m.load(ctx, ids, changed)
		if len(failed) > 0 {
			rest(ctx, time.Second)
			w.Again(failed...)
		}
		if !filled && len(failed) == 0 {
			filled = true
			close(m.ready)
		}
	}
	return nil
}

// load reads the documents again and gives the ids of those that could not be read for a reason that may pass.
func (m *Mirror) load(ctx context.Context, ids []string, changed func(id string)) (failed []string) {
	for _, id := range ids {
		s, errS := m.archive.Session(ctx, id)
		c, errC := m.archive.Conference(ctx, id)
		if passing(errS) || passing(errC) {
			failed = append(failed, id)
			continue
		}
		for _, err := range []error{errS, errC} {
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				m.archive.log().ErrorContext(ctx, "document cannot be read", "id", id, "err", err)
			}
		}
		m.mu.Lock()
		put(m.sessions, id, s, errS)
		put(m.conferences, id, c, errC)
		m.mu.Unlock()
		if changed != nil {
			changed(id)
		}
	}
	return failed
}

// passing is true of an error that may be gone when asked again: not of a missing document, nor of a damaged one.
func passing(err error) bool {
	var damaged *Damaged
	return err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.As(err, &damaged)
}

func put[T any](m map[string]*T, id string, t *T, err error) {
	switch {
	case err == nil:
		m[id] = t
	case errors.Is(err, fs.ErrNotExist):
		delete(m, id)
	}
}

// Session gives a session, nil if there is none.
func (m *Mirror) Session(id string) *Session {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.sessions[id]
}

// Conference gives a conference, nil if there is none.
func (m *Mirror) Conference(id string) *Conference {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.conferences[id]
}

// Sessions gives all sessions, newest first, then by id. Whoever shows them asks Access first.
func (m *Mirror) Sessions() []*Session {
	m.mu.RLock()
	defer m.mu.RUnlock()
	out := make([]*Session, 0, len(m.sessions))
	for _, s := range m.sessions {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b *Session) int {
		if c := b.Date().Compare(a.Date()); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out
}

// Conferences gives all conferences, the latest first, then by id.
func (m *Mirror) Conferences() []*Conference {
	m.mu.RLock()
	defer m.mu.RUnlock()
	out := make([]*Conference, 0, len(m.conferences))
	for _, c := range m.conferences {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b *Conference) int {
		if c := strings.Compare(b.From, a.From); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out
}

func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
