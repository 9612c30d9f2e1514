package main

import (
	"context"
	"fmt"
	"log/slog"

	"golang.org/x/sync/errgroup"
)

// workCmd prepares renditions and does nothing else: beside serve, or on other machines that share the bucket.
type workCmd struct{}

// Run works until it is told to stop.
func (workCmd) Run(ctx context.Context, a *app) error {
	arc, conf, err := a.open(ctx, toWrite)
	if err != nil {
		return err
	}
	log := a.log(slog.LevelInfo)
	arc.Log, arc.Poll = log, bellEvery(arc.Store)
	worker, err := a.worker(arc, conf, log)
	if err != nil {
		return err
	}
	defer worker.Close()
	warnUnconfined(ctx, log, a.Getenv)
	fmt.Fprintln(a.Out, "Cabina prepares renditions")
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return arc.Follow(ctx) })
	g.Go(func() error { return worker.Run(ctx) })
	return g.Wait()
}
