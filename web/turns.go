package web

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"sync"
)

// turns keeps long answers (the whole corpus, all lines of a search) from those who ask for short ones. Each may last as long as its reader's line is slow; but only
// a few are worked at a time, a piece each, and while a piece is on its way to a slow reader another's is made. The zero value is ready.
type turns struct {
	once  sync.Once
	work  chan struct{}  // who holds a place works
	mu    sync.Mutex     // guards what is below; nothing that waits happens while it is held
	all   int            // answers that are being sent
	their map[string]int // the same by address, of those who have any
}

// How many long answers may be on their way: enough for a class in one room, and bounded, for each holds about a megabyte.
const (
	turnsAll   = 128
	turnsTheir = 64
)

var errTurns = errors.New("too many long answers at once")

// enter lets a long answer to an address begin; leave ends it. Its error is to be returned as it is.
func (t *turns) enter(address string) (leave func(), err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.their[address] >= turnsTheir:
		return nil, &failure{status: http.StatusTooManyRequests, key: "error.many", after: 30, cause: errTurns}
	case t.all >= turnsAll:
		return nil, &failure{status: http.StatusServiceUnavailable, key: "error.busy", after: 30, cause: errTurns}
	}
	if t.their == nil {
		t.their = map[string]int{}
	}
	t.all++
	t.their[address]++
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.all--
		if t.their[address]--; t.their[address] == 0 {
			delete(t.their, address)
		}
	}, nil
}

// turn does a piece of work when it is its turn, if somebody waits for it still. Half of the processors are for long answers.
func (t *turns) turn(ctx context.Context, work func() error) error {
	t.once.Do(func() { t.work = make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)) })
	select {
	case t.work <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-t.work }()
	return work()
}
