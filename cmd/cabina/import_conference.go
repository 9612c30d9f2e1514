package main

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"cabina/archive"
)

// ensureConference makes the conference's document where there is none, and fills those of its fields that say nothing yet.
func (im *importer) ensureConference(ctx context.Context, id string, src *conferenceSource) error {
	if id == "" {
		return nil
	}
	im.conferences[id] = true
	d := &describedConference{}
	if src != nil && src.ID == id {
		d = src.Described
	}
	describe := func(c *archive.Conference) error { describeConference(c, d); return nil }
	c := &archive.Conference{ID: id, Visibility: archive.Public, Previews: d.Previews}
	if d.Visibility != "" {
		c.Visibility = d.Visibility
	}
	if im.cmd.Draft {
		c.Visibility = archive.Draft
	}
	describeConference(c, d)
	_, err := im.arc.UpdateConference(ctx, id, describe)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, err = im.arc.CreateConference(ctx, c); errors.Is(err, archive.ErrConflict) {
		_, err = im.arc.UpdateConference(ctx, id, describe)
	}
	return err
}

func describeConference(c *archive.Conference, d *describedConference) {
	if len(c.Title) == 0 {
		c.Title = d.Title
	}
	if len(c.Summary) == 0 {
		c.Summary = d.Summary
	}
	if c.From == "" {
		c.From = d.From
	}
	if c.To == "" {
		c.To = d.To
	}
	if c.Place == "" {
		c.Place = d.Place
	}
	if c.Rights == nil {
		c.Rights = d.Rights
	}
	fill(&c.Languages, d.Languages)
}

// channels gives the languages of a conference in the order of its keys, as far as they are known before its sessions are taken in.
func (w *work) channels(ctx context.Context, id string) ([]archive.Language, error) {
	var said []archive.Language
	if w.src.Conference != nil {
		said = w.src.Conference.Described.Languages
	}
	if id == "" || w.arc == nil {
		return said, nil
	}
	c, err := w.arc.Conference(ctx, id)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(c.Languages) == 0 {
		return said, nil
	}
	if err != nil {
		return nil, err
	}
	return c.Languages, nil
}

// conferenceLanguages gives the conferences of this run that name no languages those that their sessions are interpreted into, by their tags: so the
// numbers on the keys stay the same from session to session.
func (im *importer) conferenceLanguages(ctx context.Context) error {
	if im.arc == nil || im.cmd.DryRun {
		return nil
	}
	for id := range im.conferences {
		c, err := im.arc.Conference(ctx, id)
		if err != nil || len(c.Languages) > 0 {
			return err
		}
		var spoken []archive.Language
		for s, err := range readable(ctx, im.arc) {
			if err != nil {
				return err
			}
			if s.Conference == id {
				spoken = append(spoken, archive.Channels(nil, s)[1:]...)
			}
		}
		slices.Sort(spoken)
		spoken = slices.Compact(spoken)
		_, err = im.arc.UpdateConference(ctx, id, func(c *archive.Conference) error { fill(&c.Languages, spoken); return nil })
		if err != nil {
			return err
		}
	}
	return nil
}
