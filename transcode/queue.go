package transcode

import (
	"context"
	"sync"
)

// queue holds what all sessions want. What makes a session play comes first over all of them: lowest rank, then by session and in its order of work.
type queue struct {
	mu      sync.Mutex // guards what is below
	wants   map[string][]Want
	running map[Name]bool
	wake    chan struct{} // closed and made anew when something may have come
}

func newQueue() *queue {
	return &queue{wants: map[string][]Want{}, running: map[Name]bool{}, wake: make(chan struct{})}
}

// set replaces what a session wants.
func (q *queue) set(session string, wants []Want) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.wants, session)
	if len(wants) > 0 {
		q.wants[session] = wants
	}
	q.woken()
}

// take waits for the next job; ok is false once the context has ended.
func (q *queue) take(ctx context.Context) (w Want, ok bool) {
	for {
		q.mu.Lock()
		w, ok := q.first()
		wake := q.wake
		q.mu.Unlock()
		if ctx.Err() != nil {
			return Want{}, false
		}
		if ok {
			return w, true
		}
		select {
		case <-ctx.Done():
			return Want{}, false
		case <-wake:
		}
	}
}

// done lets a job that was taken be wanted again.
func (q *queue) done(w Want) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.running, w.Name)
	q.woken()
}

func (q *queue) woken() {
	close(q.wake)
	q.wake = make(chan struct{})
}

// first takes the best job that is not being done. It is called with mu held.
func (q *queue) first() (Want, bool) {
	best, at, found := Want{}, 0, false
	for _, wants := range q.wants {
		for i, w := range wants {
			if !q.running[w.Name] && (!found || w.Rank < best.Rank || w.Rank == best.Rank && w.Session < best.Session) {
				best, at, found = w, i, true
			}
		}
	}
	if !found {
		return Want{}, false
	}
	rest := q.wants[best.Session]
	q.wants[best.Session] = append(append([]Want(nil), rest[:at]...), rest[at+1:]...)
	q.running[best.Name] = true
	return best, true
}
