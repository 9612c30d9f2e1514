package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cabina/archive"
)

const (
	racers  = 16
	writers = 8
	updates = 50 // of each writer
)

var raceCases = []testCase{
	{"of 16 that write IfAbsent at once one wins, and the others get ErrConflict", func(t *testing.T, s archive.Store) {
		for round := range 4 {
			key := fmt.Sprintf("locks/%d", round)
			winner := race(t, s, key, archive.IfAbsent())
			want(t, s, key, winner)
		}
	}},
	{"of 16 that write IfVersion at once one wins, and the others get ErrConflict", func(t *testing.T, s archive.Store) {
		version := put(t, s, "k", "start")
		for range 4 {
			winner := race(t, s, "k", archive.IfVersion(version))
			version = want(t, s, "k", winner)
		}
	}},
	{"8 writers change one document 50 times each and lose no change", func(t *testing.T, s archive.Store) {
		put(t, s, "counter", "0")
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() { count(t, s, "counter", updates) })
		}
		wg.Wait()
		want(t, s, "counter", strconv.Itoa(writers*updates))
	}},
	{"a reader never sees a part of a write, nor nothing between two", func(t *testing.T, s archive.Store) {
		// Letters of different lengths: a mixture, a stump or a gap shows.
		content := func(i int) []byte { return bytes.Repeat([]byte{byte('a' + i%26)}, 1000+(i%26)*20_000) }
		put(t, s, "k", string(content(0)))
		var over atomic.Bool
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				for !over.Load() {
					data, _, err := s.Get(t.Context(), "k")
					if err != nil {
						t.Errorf("Get while others write = %v", err)
						return
					}
					if len(data) == 0 || !bytes.Equal(data, content(int(data[0]-'a'))) {
						t.Errorf("Get while others write = %d bytes that nobody wrote", len(data))
						return
					}
				}
			})
		}
		files := [2]string{file(t, string(content(24))), file(t, string(content(25)))}
		var last []byte
		for i := range 60 {
			last = content(i % 24)
			var err error
			if i%3 == 2 {
				last = content(24 + i%2)
				err = s.PutFile(t.Context(), "k", files[i%2])
			} else {
				_, err = s.Put(t.Context(), "k", last, archive.Always())
			}
			if err != nil {
				t.Errorf("write %d = %v", i, err)
			}
		}
		over.Store(true)
		wg.Wait()
		want(t, s, "k", string(last))
	}},
	{"writers and deleters of neighbours do not disturb each other", func(t *testing.T, s archive.Store) {
		var wg sync.WaitGroup
		for w := range 6 {
			wg.Go(func() {
				key := fmt.Sprintf("jobs/s1/%d", w)
				for i := range 20 {
					if _, err := s.Put(t.Context(), key, []byte(strconv.Itoa(i)), archive.IfAbsent()); err != nil {
						t.Errorf("Put(%s) = %v", key, err)
					}
					if err := s.Delete(t.Context(), key); err != nil {
						t.Errorf("Delete(%s) = %v", key, err)
					}
				}
			})
		}
		wg.Wait()
		wantKeys(t, s, "", "")
	}},
	{"a write that waits for others ends with its context", func(t *testing.T, s archive.Store) {
		put(t, s, "k", "x")
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() {
				for ctx.Err() == nil {
					_, err := s.Put(ctx, "k", []byte("y"), archive.Always())
					if err != nil && !errors.Is(err, context.Canceled) {
						t.Errorf("Put = %v, want it written or context.Canceled", err)
					}
				}
			})
		}
		time.Sleep(20 * time.Millisecond)
		cancel()
		at := time.Now()
		wg.Wait()
		if d := time.Since(at); d > 5*time.Second {
			t.Errorf("the last Put came back %v after its context had ended", d)
		}
	}},
}

// race lets racers write the key at once, each its own bytes, and gives those of the one that won.
func race(t *testing.T, s archive.Store, key string, cond archive.Condition) (winner string) {
	t.Helper()
	var won, lost atomic.Int32
	var wg sync.WaitGroup
	var bytesOf sync.Map
	start := make(chan struct{})
	for i := range racers {
		wg.Go(func() {
			mine := fmt.Sprintf("written by %d over %+v", i, cond)
			<-start
			switch _, err := s.Put(t.Context(), key, []byte(mine), cond); {
			case err == nil:
				won.Add(1)
				bytesOf.Store("winner", mine)
			case errors.Is(err, archive.ErrConflict) && !errors.Is(err, fs.ErrNotExist):
				lost.Add(1)
			default:
				t.Errorf("Put in a race = %v, want it written or ErrConflict", err)
			}
		})
	}
	close(start)
	wg.Wait()
	if won.Load() != 1 || lost.Load() != racers-1 {
		t.Fatalf("%d won and %d lost, want 1 and %d", won.Load(), lost.Load(), racers-1)
	}
	mine, _ := bytesOf.Load("winner")
	return mine.(string)
}

// count adds n to the number in a document, one at a time, by reading, changing and writing if unchanged, as archive.Update does.
func count(t *testing.T, s archive.Store, key string, n int) {
	for done := 0; done < n; {
		data, version, err := s.Get(t.Context(), key)
		if err != nil {
			t.Errorf("Get = %v", err)
			return
		}
		value, err := strconv.Atoi(string(data))
		if err != nil {
			t.Errorf("Get = %q, want the number that someone wrote", data)
			return
		}
		_, err = s.Put(t.Context(), key, []byte(strconv.Itoa(value+1)), archive.IfVersion(version))
		if err == nil {
			done++
		} else if !errors.Is(err, archive.ErrConflict) {
			t.Errorf("Put = %v, want it written or ErrConflict", err)
			return
		}
	}
}
