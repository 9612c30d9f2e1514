package web

import (
	"context"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/transcode"
)

const vttType = "text/vtt; charset=utf-8"

// Captions are computed at each request and named like a rendition: by a recipe of all that they depend on. So they move with the voice they were timed against,
// under a new address, and the old one answers for a day, to players that began with it.

func (s *Server) captionsPlaylist(c echo.Context, a asked, name transcode.Name) error {
	doc, err := s.captioned(c.Request().Context(), a, name)
	if err != nil {
		return err
	}
	list := transcode.CaptionsPlaylist(doc.Clock.LengthMs, name.Track+"."+name.Recipe+".vtt")
	return s.answer(c, playlistType, []byte(list), a.keep())
}

func (s *Server) captions(c echo.Context, a asked, track, recipe string) error {
	doc, err := s.captioned(c.Request().Context(), a, transcode.Name{Session: a.session.ID, Track: track, Profile: transcode.VTT, Recipe: recipe})
	if err != nil {
		return err
	}
	t := doc.Track(track)
	cues, _, err := s.Catalog.Cues(c.Request().Context(), doc, t)
	if err != nil {
		return err
	}
	return s.answer(c, vttType, transcode.WebVTT(t.Drawn(cues)), a.keepBytes(a.session.Track(track)))
}

// captioned gives the session in which a text's captions have the recipe that is asked for: as it plays, as it is, or as it was less than a day ago. Those that
// a withdrawn stretch took away are gone.
func (s *Server) captioned(ctx context.Context, a asked, name transcode.Name) (*archive.Session, error) {
	t, err := a.track(name.Track)
	if err != nil {
		return nil, err
	}
	if t.Kind != archive.Text {
		return nil, errNotFound
	}
	v, err := s.Catalog.View(ctx, a.session)
	if err != nil {
		return nil, err
	}
	for _, doc := range []*archive.Session{v.Session, a.session} {
		if x := doc.Track(t.ID); x != nil && transcode.TextRecipe(doc, x) == name.Recipe {
			return doc, nil
		}
	}
	if doc := formerly(a.session, t, name.Recipe, s.now()); doc != nil {
		return doc, nil
	}
	_, answer, err := s.Catalog.Rendition(ctx, a.session, name)
	switch {
	case err != nil:
		return nil, err
	case answer == archive.Gone:
		return nil, errGone
	}
	return nil, errNotFound
}

// formerlyFor is how long captions are given after newer ones took their place, as transcode does with what it made.
const formerlyFor = 24 * time.Hour

// formerly gives the session with an earlier version of a text or of its voice, where that makes the recipe asked for and was replaced lately. What is withdrawn
// today is withdrawn from it, too. Nil: there is no such version.
func formerly(doc *archive.Session, t *archive.Track, recipe string, now time.Time) *archive.Session {
	for _, text := range shown(t) {
		voices := []*archive.Version{nil}
		var voice *archive.Track
		if text.Of != nil {
			if voice = doc.Track(text.Of.Track); voice != nil {
				voices = shown(voice)
			}
		}
		for _, sound := range voices {
			was := *doc
			was.Tracks = slices.Clone(doc.Tracks)
			was.Track(t.ID).Published = text.V
			replaced := replacedAt(t, text.V, now)
			if voice != nil {
				was.Track(voice.ID).Published = sound.V
				if at := replacedAt(voice, sound.V, now); at.Before(replaced) {
					replaced = at
				}
			}
			if now.Sub(replaced) >= formerlyFor {
				continue
			}
			for text := was.Track(t.ID); ; text.Checked, text.Origin = "", "" { // as it is, and as it was before someone vouched for it
				if transcode.TextRecipe(&was, text) == recipe {
					return &was
				}
				if !text.Vouched() {
					break
				}
			}
		}
	}
	return nil
}

// shown gives the versions of a track that viewers got or get.
func shown(t *archive.Track) []*archive.Version {
	var out []*archive.Version
	for i := range t.Versions {
		if v := &t.Versions[i]; v.V <= t.Published && !v.Withdrawn {
			out = append(out, v)
		}
	}
	return out
}

// replacedAt is when a version's successor came in; now where there is none, or it does not say.
func replacedAt(t *archive.Track, v int, now time.Time) time.Time {
	next := t.Version(v + 1)
	if next == nil || next.V > t.Published {
		return now
	}
	at, err := time.Parse(time.RFC3339, next.At)
	if err != nil {
		return now
	}
	return at
}
