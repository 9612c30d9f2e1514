package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"cabina/archive"
	"cabina/config"
	"cabina/search"
)

// reindexCmd makes the search index anew from the archive. It is derived: nothing is lost by it.
type reindexCmd struct{}

// Run makes the index. A server that runs on this cache owns it, and makes it anew by itself where it doubts it.
func (reindexCmd) Run(ctx context.Context, a *app) error {
	arc, conf, err := a.open(ctx, toWrite)
	if err != nil {
		return err
	}
	if serverRuns(ctx, conf.Cache) {
		return fmt.Errorf("a cabina serve runs on this cache (%s) and owns its index; stop it, reindex, and start it again", conf.Cache)
	}
	return reindex(ctx, a, arc, conf)
}

func reindex(ctx context.Context, a *app, arc *archive.Archive, conf *config.Config) error {
	if err := os.RemoveAll(filepath.Join(conf.Cache, "index")); err != nil {
		return fmt.Errorf("take the old index away: %w", err)
	}
	return withIndex(ctx, arc, conf, func(_ context.Context, _ *search.Index, mirror *archive.Mirror) error {
		fmt.Fprintf(a.Out, "The index holds %s.\n", count(len(mirror.Sessions()), "session", "sessions"))
		return nil
	})
}
