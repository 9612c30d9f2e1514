package archive_test

import (
	"errors"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cabina/archive"
)

func TestLease(t *testing.T) {
	a := open(t)
	now := time.Now()
	a.Now = func() time.Time { return now }
	var mine, theirs archive.Sightings
	l, err := a.TryLease(t.Context(), "s03", "0123456789abcdef", "1", &mine)
	if err != nil {
		t.Fatal(err)
	}
	try := func(program string) error {
		_, err := a.TryLease(t.Context(), "s03", "0123456789abcdef", program, &theirs)
		return err
	}
	if err := try("1"); !errors.Is(err, archive.ErrBusy) {
		t.Fatalf("a second owner got %v, want ErrBusy", err)
	}
	now = now.Add(29 * time.Second)
	if err := try("1"); !errors.Is(err, archive.ErrBusy) {
		t.Fatalf("after 29 s: %v, want ErrBusy", err)
	}
	if err := l.Beat(t.Context(), .5); err != nil {
		t.Fatal(err)
	}
	now = now.Add(5 * time.Second)
	if err := try("1"); !errors.Is(err, archive.ErrBusy) {
		t.Fatalf("after a sign of life: %v, want ErrBusy", err)
	}
	now = now.Add(31 * time.Second)
	if err := try("1"); err != nil {
		t.Fatalf("31 s after the last sign of life: %v, want the lease", err)
	}
	if err := l.Beat(t.Context(), .6); !errors.Is(err, archive.ErrLost) {
		t.Errorf("the old owner's beat: %v, want ErrLost", err)
	}
}

func TestLeaseOfADeadProcessHereIsFree(t *testing.T) {
	a := open(t)
	var s archive.Sightings
	if _, err := a.TryLease(t.Context(), "s03", "0123456789abcdef", "1", &s); err != nil {
		t.Fatal(err)
	}
	data, _, _ := a.Store.Get(t.Context(), "jobs/s03/0123456789abcdef.json")
	me := strings.Fields(strings.SplitN(string(data), `"`, 5)[3])
	me[2] = "4194399" // above the highest process number
	dead := strings.Replace(string(data), strings.Split(string(data), `"`)[3], strings.Join(me, " "), 1)
	if _, err := a.Store.Put(t.Context(), "jobs/s03/0123456789abcdef.json", []byte(dead), archive.Always()); err != nil {
		t.Fatal(err)
	}
	if _, err := a.TryLease(t.Context(), "s03", "0123456789abcdef", "1", &s); err != nil {
		t.Errorf("got %v (this is process %d)", err, os.Getpid())
	}
}

func TestFailedJobWaits(t *testing.T) {
	a := open(t)
	now := time.Now()
	a.Now = func() time.Time { return now }
	var s archive.Sightings
	for n := 1; n <= archive.MaxAttempts; n++ {
		l, err := a.TryLease(t.Context(), "s03", "0123456789abcdef", "1", &s)
		if err != nil {
			t.Fatalf("attempt %d: %v", n, err)
		}
		if err := l.Fail(t.Context(), "1", "the picture cannot be read", "tail"); err != nil {
			t.Fatal(err)
		}
		if _, err := a.TryLease(t.Context(), "s03", "0123456789abcdef", "1", &s); !errors.Is(err, archive.ErrWaits) {
			t.Fatalf("right after failure %d: %v, want ErrWaits", n, err)
		}
		now = now.Add(time.Hour)
	}
	if _, err := a.TryLease(t.Context(), "s03", "0123456789abcdef", "1", &s); !errors.Is(err, archive.ErrWaits) {
		t.Fatalf("after %d failures: %v, want ErrWaits", archive.MaxAttempts, err)
	}
	jobs, err := a.Jobs(t.Context(), "s03")
	if j := jobs["0123456789abcdef"]; err != nil || j.Reason != "the picture cannot be read" || j.Log != "tail" || j.Attempts != 3 {
		t.Errorf("Jobs = %+v, %v", jobs, err)
	}
	if _, err := a.TryLease(t.Context(), "s03", "0123456789abcdef", "2", &s); err != nil {
		t.Errorf("a new version of the program: %v, want the lease", err)
	}
}

func TestOneOfSixteenGetsTheLease(t *testing.T) {
	a := open(t)
	var wg sync.WaitGroup
	var got atomic.Int64
	for range 16 {
		wg.Go(func() {
			if _, err := a.TryLease(t.Context(), "s03", "0123456789abcdef", "1", new(archive.Sightings)); err == nil {
				got.Add(1)
			} else if !errors.Is(err, archive.ErrBusy) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got.Load() != 1 {
		t.Errorf("%d got the lease", got.Load())
	}
}
