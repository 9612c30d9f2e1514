package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"cabina/archive"
	"cabina/config"
	"cabina/search"
)

// indexPoll is how often an index that is brought up to date is asked how far it is.
const indexPoll = 20 * time.Millisecond

// withIndex opens the index of the cache in this process, brings it up to date with the archive, and hands it to do with a mirror of all documents.
func withIndex(ctx context.Context, arc *archive.Archive, conf *config.Config, do func(context.Context, *search.Index, *archive.Mirror) error) error {
	index, err := search.Open(ctx, search.Config{Dir: filepath.Join(conf.Cache, "index"), Archive: arc, Log: slog.New(slog.DiscardHandler), Probe: probeIndex})
	var used *search.InUse
	if errors.As(err, &used) {
		return fmt.Errorf("%w, which does not answer on its socket; wait until it does, or stop it", err)
	}
	if err != nil {
		return err
	}
	defer index.Close()
	mirror := archive.NewMirror(arc)
	whole := ctx
	ctx, stop := context.WithCancel(whole)
	defer stop()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return arc.Follow(ctx) })
	g.Go(func() error { return mirror.Run(ctx, nil) })
	g.Go(func() error { return index.Follow(ctx) })
	g.Go(func() error {
		defer stop()
		if err := upToDate(ctx, index, mirror); err != nil {
			return err
		}
		return do(ctx, index, mirror)
	})
	if err := g.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return whole.Err()
}

// upToDate waits until index and mirror hold all that the archive held when they were opened.
func upToDate(ctx context.Context, index *search.Index, mirror *archive.Mirror) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-mirror.Ready():
	}
	tick := time.NewTicker(indexPoll)
	defer tick.Stop()
	for !index.State().Complete {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
	return nil
}
