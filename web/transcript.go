package web

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"cabina/archive"
)

// transcriptPage is a whole transcript, to be read, searched and printed.
type transcriptPage struct {
	page
	head
	In       archive.Language // of the transcript; empty where there is none
	Missing  string           // there is none as asked for
	Panel    transcriptPanel
	Others   []textFile
	Files    []file
	Rights   rights
	Self     string // its address
	HonestIn archive.Language
}

// transcript shows a session's text in one language. One that is not there is a 404 that says which there are.
func (s *Server) transcript(c echo.Context) error {
	a, err := s.ask(c)
	if err != nil {
		return err
	}
	v, err := s.view(c.Request().Context(), a)
	if err != nil {
		return err
	}
	w := s.watching(c, a, v)
	name := c.Param("voice")
	w.text, w.params.text = textNamed(name, v), name
	if w.beside == w.text {
		w.beside = nil
	}
	g := transcriptPage{page: w.page, head: w.head(), Rights: rightsOf(s.rights(w.doc))}
	for _, x := range v.Texts {
		if w.text == nil || x.Track.ID != w.text.Track.ID {
			g.Others = append(g.Others, textFile{x.Track.Language, w.url("/transcript/" + valueOfText(x.Track))})
		}
	}
	c.Response().Header()["Vary"] = varyReader
	if w.text == nil {
		g.Missing = missingText(w.l, name)
		g.Title, g.Hidden, g.Alternate = g.Missing, true, false
		body, err := s.pages.execute(w.l, "transcript", g)
		if err != nil {
			return err
		}
		return s.answerStatus(c, http.StatusNotFound, htmlType, body, keepNever)
	}
	g.In = w.text.Track.Language
	g.Title = titleOfText(w, g.Heading.Words)
	g.Panel = s.panel(c.Request().Context(), w)
	g.Panel.Base = w.url("")
	g.Self = w.url("/transcript/" + valueOfText(w.text.Track))
	g.Panel.All = g.Self
	g.Files = formFiles("/download/"+a.address+"/"+w.text.Track.ID, slices.Concat(transcriptForms, captionForms)...)
	return s.show(c, w.l, "transcript", g, a.keep())
}

func titleOfText(w *watching, session string) string {
	if in := w.text.Track.Language; in != archive.FloorLanguage {
		return w.l.Say("transcript.title", "session", session, "in", w.l.In(in))
	}
	return w.l.Say("transcript.titleFloor", "session", session)
}
