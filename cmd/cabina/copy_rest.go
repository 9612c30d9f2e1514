package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cabina/archive"
)

// staysBehind are the folders that do not travel: see copyCmd.
var staysBehind = []string{"jobs", "changes", "checks", "uploads"}

// ownWay are those that travel in a step of their own.
var ownWay = []string{"masters", "measures", "renditions", "history", "conferences", "sessions", "format.json"}

// rest copies all keys of other kinds, those too that this program does not know: whoever wrote them wants them back.
func (c *copying) rest(ctx context.Context) error {
	var keys []string
	for _, key := range c.under("") {
		folder, _, _ := strings.Cut(key, "/")
		if !slices.Contains(staysBehind, folder) && !slices.Contains(ownWay, folder) {
			keys = append(keys, key)
		}
	}
	return each(ctx, keys, c.other)
}

// other copies one of them. One that differs is replaced where FROM's was written after the copy there; else it was changed there, and stays.
func (c *copying) other(ctx context.Context, key string) error {
	here, err := c.from.Store.Stat(ctx, key)
	if isAbsent(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("FROM: %w", err)
	}
	there, err := c.to.Store.Stat(ctx, key)
	switch {
	case isAbsent(err):
	case err != nil:
		return fmt.Errorf("TO: %w", err)
	default:
		same, err := c.same(ctx, key, here.Size, there.Size)
		if err != nil {
			return err
		}
		if same {
			c.stood(1)
			return nil
		}
		if !here.Modified.After(there.Modified) {
			c.fault("%s: something else stands at TO, written later (%s); it is left as it is", key, there.Modified.Format("2006-01-02 15:04:05"))
			return nil
		}
	}
	if err := c.move(ctx, key, here.Size, ""); err != nil {
		return err
	}
	c.did(func(t *tally) { t.others++ })
	return nil
}

func (c *copying) same(ctx context.Context, key string, here, there int64) (bool, error) {
	if here != there {
		return false, nil
	}
	if here > smallest {
		a, _, err := c.from.Sum(ctx, key)
		if err != nil {
			return false, err
		}
		b, _, err := c.to.Sum(ctx, key)
		return a == b, err
	}
	a, _, err := c.from.Store.Get(ctx, key)
	if err != nil {
		return false, err
	}
	b, _, err := c.to.Store.Get(ctx, key)
	return bytes.Equal(a, b), err
}

// documents copies conferences and then sessions, each with its history before it. What cannot be taken over is said and leaves the others alone.
func (c *copying) documents(ctx context.Context) error {
	adopt := func(folder string, one func(context.Context, string) (archive.Adoption, error)) error {
		var ids []string
		for _, key := range c.under(folder + "/") {
			ids = append(ids, strings.TrimSuffix(strings.TrimPrefix(key, folder+"/"), ".json"))
		}
		return each(ctx, ids, func(ctx context.Context, id string) error {
			c.progress.say("writing %s %s", strings.TrimSuffix(folder, "s"), id)
			did, err := one(ctx, id)
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case isAbsent(err):
				return nil // removed since it was listed
			case ofOneDocument(err):
				c.fault("%s", err)
				return nil
			case err != nil:
				return err
			case did == archive.AdoptedNothing:
				c.stood(1)
			default:
				c.did(func(t *tally) { t.documents++ })
			}
			return nil
		})
	}
	if err := adopt("conferences", func(ctx context.Context, id string) (archive.Adoption, error) {
		return c.to.AdoptConference(ctx, c.from, id)
	}); err != nil {
		return err
	}
	return adopt("sessions", func(ctx context.Context, id string) (archive.Adoption, error) {
		return c.to.AdoptSession(ctx, c.from, id, func(s *archive.Session) error { return c.mastersOf(ctx, s) })
	})
}

// ofOneDocument is true of what is wrong with one document and says nothing of the others.
func ofOneDocument(err error) bool {
	var diverged *archive.Diverged
	var broken *archive.Damaged
	var lacking lacks
	var bad *damaged
	return errors.As(err, &diverged) || errors.As(err, &broken) || errors.As(err, &lacking) || errors.As(err, &bad) || errors.Is(err, archive.ErrNewer)
}

// lacks is a session whose recordings could not all be copied.
type lacks string

func (l lacks) Error() string { return string(l) }

// mastersOf makes sure that every master a session names stands at TO, and copies those that came since FROM was listed.
func (c *copying) mastersOf(ctx context.Context, s *archive.Session) error {
	for _, t := range s.Tracks {
		for _, v := range t.Versions {
			for _, p := range v.Parts {
				ok, err := c.masterNow(ctx, p.Master)
				if err != nil {
					return err
				}
				if !ok {
					return lacks(fmt.Sprintf("session %s: the recording of %s, %s, did not come along; its document is not copied before it has", s.ID, t.ID, p.Master.Key()))
				}
			}
		}
	}
	return nil
}

func (c *copying) masterNow(ctx context.Context, ref archive.Ref) (bool, error) {
	c.mu.Lock()
	stands, looked := c.stands[ref]
	c.mu.Unlock()
	if looked {
		return stands, nil
	}
	info, err := c.from.Store.Stat(ctx, ref.Key())
	if isAbsent(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("FROM: %w", err)
	}
	if _, err := c.to.Store.Stat(ctx, ref.Key()); err == nil {
		return true, nil // two sessions may name it
	}
	if err := c.move(ctx, ref.Key(), info.Size, ref); err != nil {
		return false, err
	}
	_, data, err := masterInfo(ctx, c.from.Store, ref)
	if err != nil || data == nil {
		return err == nil, err
	}
	if _, err := c.to.Store.Put(ctx, ref.InfoKey(), data, archive.IfAbsent()); err != nil && !errors.Is(err, archive.ErrConflict) {
		return false, err
	}
	return true, nil
}
