package transcode

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"cabina/archive"
)

// attempt makes a rendition under its lease. nil: it is there now, by whomever, or (with check) it is not wanted any more. archive.ErrBusy, ErrWaits and ErrLost
// say that nothing was tried to its end; other errors are kept with the job.
func (w *Worker) attempt(ctx context.Context, want Want, check bool, progress func(float64)) error {
	lease, err := w.Archive.TryLease(ctx, want.Session, want.Name.Recipe, w.Program, &w.seen)
	if err != nil {
		return err
	}
	if needless, err := w.needless(ctx, want, check); err != nil || needless {
		return errors.Join(err, finally(ctx, lease.Drop))
	}
	mine := func(ctx context.Context) error { return lease.Beat(ctx, 1) }
	err = w.beating(ctx, lease, progress, func(ctx context.Context, progress func(float64)) error { return w.make(ctx, want, mine, progress) })
	switch {
	case errors.Is(err, archive.ErrLost):
		return err
	case err != nil && ctx.Err() != nil:
		return errors.Join(ctx.Err(), finally(ctx, lease.Drop))
	case noFault(err):
		if diskFull(err) {
			err = fmt.Errorf("no space left on device, in %s or where the archive is; it goes on once there is room: %w", w.dir, err)
		}
		postpone := func(ctx context.Context) error { return lease.Postpone(ctx, w.Program, oneLine(err.Error())) }
		return errors.Join(err, finally(ctx, postpone))
	case err != nil:
		var tool *ToolError
		log := ""
		if errors.As(err, &tool) {
			log = tool.Log
		}
		fail := func(ctx context.Context) error { return lease.Fail(ctx, w.Program, oneLine(err.Error()), log) }
		return errors.Join(err, finally(ctx, fail))
	}
	w.Archive.Changed(ctx, want.Session)
	w.Archive.Reached(archive.PointTold)
	return finally(ctx, lease.Done)
}

// noFault is true of what ends a job though nothing is wrong with it: the store is away, or a disk is full. It goes on by itself once that is over, however often it happens.
func noFault(err error) bool {
	return errors.Is(err, archive.ErrUnavailable) || errors.Is(err, context.DeadlineExceeded) || diskFull(err)
}

// diskFull is true of what failed for want of room, be it a write of ours or of a tool's.
func diskFull(err error) bool {
	var tool *ToolError
	if errors.As(err, &tool) && strings.Contains(strings.ToLower(tool.Log), syscall.ENOSPC.Error()) {
		return true
	}
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// finally says what must be said whatever became of ctx: a lease that nobody gives back is a rendition that nobody makes for half a minute.
func finally(ctx context.Context, say func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return say(ctx)
}

// needless is true of a rendition that is there already or, with check, that its session does not want any more.
func (w *Worker) needless(ctx context.Context, want Want, check bool) (bool, error) {
	if ok, err := w.there(ctx, want); ok || err != nil || !check {
		return ok, err
	}
	s, err := w.Archive.Session(ctx, want.Session)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return !slices.ContainsFunc(Wanted(s), func(x Want) bool { return x.Name == want.Name }), nil
}

// beating does the work while the lease gives signs of life. A lease that was lost ends the work with archive.ErrLost.
func (w *Worker) beating(ctx context.Context, lease *archive.Lease, progress func(float64), work func(context.Context, func(float64)) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mu sync.Mutex // guards part
	var part float64
	told := func(f float64) {
		mu.Lock()
		part = f
		mu.Unlock()
		if progress != nil {
			progress(f)
		}
	}
	var beats sync.WaitGroup
	stop := make(chan struct{})
	beats.Go(func() {
		tick := time.NewTicker(archive.BeatEvery)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			mu.Lock()
			f := part
			mu.Unlock()
			if err := lease.Beat(ctx, f); errors.Is(err, archive.ErrLost) {
				cancel(archive.ErrLost)
				return
			} else if err != nil && ctx.Err() == nil {
				w.log().WarnContext(ctx, "sign of life not written", "err", err)
			}
		}
	})
	err := work(ctx, told)
	close(stop)
	beats.Wait()
	if errors.Is(context.Cause(ctx), archive.ErrLost) {
		return archive.ErrLost
	}
	return err
}
