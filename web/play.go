package web

import (
	"errors"
	"strings"

	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/transcode"
	"cabina/web/locale"
)

const playlistType = "application/vnd.apple.mpegurl"

// errPreparing is a session of which no picture or no voice is whole yet.
var errPreparing = errors.New("being prepared")

// master computes the master playlist of a session: its picture in the sizes there are, its voices, its captions. voice is the voice to begin with: a language, a
// track, "floor" or "mul"; a voice that is not there selects none. Its addresses are relative, so that an unlisted session's token goes on.
func (s *Server) master(c echo.Context) error {
	a, err := s.ask(c)
	if err != nil {
		return err
	}
	v, err := s.view(c.Request().Context(), a)
	if err != nil {
		return err
	}
	if !v.Plays() {
		return busy(errPreparing)
	}
	l := s.lang(c)
	list := transcode.MasterPlaylist(v, transcode.MasterOptions{
		Prefer:    s.prefer(c, a.session),
		FloorName: l.Say("voice.floor"),
		NameOf:    locale.Own,
	})
	c.Response().Header()["Vary"] = varyLanguage
	return s.answer(c, playlistType, []byte(list), a.keep())
}

// prefer gives the track of the voice that a player is to begin with: what the address asks for, else what the reader's browser does; empty: none of these is there.
func (s *Server) prefer(c echo.Context, doc *archive.Session) string {
	if name := c.QueryParam("voice"); name != "" {
		if t := doc.Voice(name); t != nil {
			return t.ID
		}
		return ""
	}
	var have []archive.Language
	for _, t := range doc.Live(archive.Audio) {
		if t.Role != archive.Description {
			have = append(have, t.Language)
		}
	}
	for _, want := range locale.Accepted(c.Request().Header.Get("Accept-Language")) {
		if l, ok := locale.Choose(want, have); ok {
			return doc.Voice(string(l)).ID
		}
	}
	return ""
}

// play serves what a master playlist names: {track}.{profile}.{recipe16}.m3u8, {track}.vtt.{recipe16}.m3u8 and {track}.{recipe16}.vtt.
func (s *Server) play(c echo.Context) error {
	a, err := s.ask(c)
	if err != nil {
		return err
	}
	file := c.Param("file")
	if base, ok := strings.CutSuffix(file, ".vtt"); ok {
		track, recipe, _ := strings.Cut(base, ".")
		return s.captions(c, a, track, recipe)
	}
	base, ok := strings.CutSuffix(file, ".m3u8")
	if !ok {
		return errNotFound
	}
	name, err := transcode.ParseFile(a.session.ID, base)
	if err != nil {
		return errNotFound
	}
	if name.Profile == transcode.VTT {
		return s.captionsPlaylist(c, a, name)
	}
	return s.mediaPlaylist(c, a, name)
}

func (s *Server) mediaPlaylist(c echo.Context, a asked, name transcode.Name) error {
	if name.Track != stillTrack {
		if _, err := a.track(name.Track); err != nil {
			return err
		}
	}
	r, answer, err := s.Catalog.Rendition(c.Request().Context(), a.session, name)
	if err != nil {
		return err
	}
	if err := allowed(answer); err != nil {
		return err
	}
	if len(r.Index.Fragments) == 0 || name.Profile == transcode.Tail {
		return errNotFound // seek pictures are no film, and a tail is played behind its picture
	}
	list := transcode.MediaPlaylist(r, func(n transcode.Name) string { return "/media/" + a.address + "/" + n.File() + ".mp4" })
	return s.answer(c, playlistType, []byte(list), a.keep())
}
