package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	"os"

	"cabina/archive"
	"cabina/archive/disk"
	"cabina/archive/s3"
	"cabina/config"
)

// opening says what a command will do with the archive: one that writes makes the store's directory and the cache where they are not there.
type opening bool

const (
	toRead  opening = false
	toWrite opening = true
)

// open reads the settings and opens the archive they name.
func (a *app) open(ctx context.Context, how opening) (*archive.Archive, *config.Config, error) {
	c, err := a.settings()
	if err != nil {
		return nil, nil, err
	}
	store, err := openStore(ctx, c, how)
	if err != nil {
		return nil, nil, err
	}
	host, _ := os.Hostname() // without one, nobody is named
	arc := &archive.Archive{Store: store, Log: a.log(slog.LevelWarn), By: host, OnPoint: a.OnPoint}
	if how == toRead {
		return arc, c, nil
	}
	if err := os.MkdirAll(c.Cache, 0o700); err != nil {
		return nil, nil, fmt.Errorf("cache: %w", err)
	}
	return arc, c, arc.Init(ctx)
}

// archive opens the archive of the settings, for commands that need nothing else of them.
func (a *app) archive(ctx context.Context, how opening) (*archive.Archive, error) {
	arc, _, err := a.open(ctx, how)
	return arc, err
}

// openStore gives the store of the settings: a folder or a bucket.
func openStore(ctx context.Context, c *config.Config, how opening) (archive.Store, error) {
	switch {
	case c.Bucket():
		bucket, prefix := c.BucketAndPrefix()
		return s3.Open(ctx, s3.Config{Endpoint: c.S3.Endpoint, Region: c.S3.Region, AccessKey: c.S3.AccessKey, SecretKey: string(c.S3.SecretKey), Bucket: bucket, Prefix: prefix})
	case how == toWrite:
		return disk.Create(c.Store)
	}
	return disk.Open(c.Store)
}

// log writes to the command's standard error what is at least as grave as level.
func (a *app) log(level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(a.Err, &slog.HandlerOptions{Level: level}))
}

// session reads a session and says in words where it is not there.
func session(ctx context.Context, arc *archive.Archive, id string) (*archive.Session, error) {
	s, err := arc.Session(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noSession(id)
	}
	return s, err
}

// noSession is what is said of a session that is not there.
func noSession(id string) error {
	return fmt.Errorf("there is no session %q: `cabina show` without a session lists them", id)
}

// update changes a session, with the same words where it is not there.
func update(ctx context.Context, arc *archive.Archive, id string, change func(*archive.Session) error) (*archive.Session, error) {
	s, err := arc.Update(ctx, id, change)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noSession(id)
	}
	return s, err
}

// readable goes through all sessions whose documents can be read. One that is damaged is verify's to name, and stops nobody.
func readable(ctx context.Context, arc *archive.Archive) iter.Seq2[*archive.Session, error] {
	return func(yield func(*archive.Session, error) bool) {
		for s, err := range arc.Sessions(ctx) {
			var damaged *archive.Damaged
			if errors.As(err, &damaged) {
				continue
			}
			if !yield(s, err) {
				return
			}
		}
	}
}
