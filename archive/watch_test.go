package archive_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cabina/archive"
)

// TestWatchOfAnotherProcess has two archives on one store, as two machines have: each is told what the other changes, by the bell alone.
func TestWatchOfAnotherProcess(t *testing.T) {
	a := open(t)
	b := &archive.Archive{Store: a.Store, Poll: 20 * time.Millisecond}
	create(t, a)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	w := b.Watch()
	defer w.Close()
	if ids, err := w.Next(ctx); err != nil || !slices.Equal(ids, []string{"s03"}) {
		t.Fatalf("first Next = %v, %v; want all ids", ids, err)
	}
	go func() { _ = b.Follow(ctx) }()
	time.Sleep(100 * time.Millisecond) // Follow has taken stock
	const sessions = 20
	for i := range sessions {
		s := example()
		s.ID = fmt.Sprintf("n%02d", i)
		if _, err := a.Create(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	for len(seen) < sessions {
		ids, err := w.Next(ctx)
		if err != nil {
			t.Fatalf("told of %d of %d changes: %v", len(seen), sessions, err)
		}
		for _, id := range ids {
			if id != "s03" {
				seen[id] = true
			}
		}
	}
	a.Changed(ctx, "s03")
	for {
		ids, err := w.Next(ctx)
		if err != nil {
			t.Fatalf("a finished rendition was not told: %v", err)
		}
		if slices.Contains(ids, "s03") {
			break
		}
	}
}

func TestWatchKeepsWhatCouldNotBeDone(t *testing.T) {
	a := open(t)
	w := a.Watch()
	defer w.Close()
	if ids, err := w.Next(t.Context()); err != nil || len(ids) != 0 {
		t.Fatalf("Next of an empty archive = %v, %v; want none at once", ids, err)
	}
	w.Again("x", "y", "x")
	if ids, _ := w.Next(t.Context()); !slices.Equal(ids, []string{"x", "y"}) {
		t.Errorf("Next = %v, want x and y once each", ids)
	}
}

func TestMirrorFollows(t *testing.T) {
	a := open(t)
	m := archive.NewMirror(a)
	told := make(chan string, 10)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		_ = m.Run(ctx, func(id string) { told <- id })
		close(done)
	}()
	<-m.Ready()
	create(t, a)
	for id := range told {
		if id == "s03" {
			break
		}
	}
	if s := m.Session("s03"); s == nil || s.Rev != 1 {
		t.Fatalf("mirror has %v after create", s)
	}
	if _, err := a.Store.Put(ctx, "sessions/s03.json", []byte("{"), archive.Always()); err != nil {
		t.Fatal(err)
	}
	a.Changed(ctx, "s03")
	<-told
	if s := m.Session("s03"); s == nil || s.Rev != 1 {
		t.Error("a damaged document took the last good state out of the mirror")
	}
	cancel()
	<-done
}

func TestMarkersAreSwept(t *testing.T) {
	a := open(t)
	past := time.Now().Add(-25 * time.Hour)
	a.Now = func() time.Time { return past }
	create(t, a)
	a.Now = nil
	if got := markers(t, a); got != 1 {
		t.Fatalf("%d markers, want 1", got)
	}
	b := &archive.Archive{Store: a.Store, Poll: 10 * time.Millisecond}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { _ = b.Follow(ctx); close(done) }()
	deadline := time.Now().Add(10 * time.Second)
	for markers(t, a) > 0 && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	if got := markers(t, a); got != 0 {
		t.Errorf("%d markers of yesterday left", got)
	}
	cancel()
	<-done
}

func markers(t *testing.T, a *archive.Archive) (n int) {
	t.Helper()
	for info, err := range a.Store.List(t.Context(), "changes/", "") {
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(info.Key, "/bell") {
			n++
		}
	}
	return n
}
