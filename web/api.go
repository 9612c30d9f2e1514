package web

import (
	"errors"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/search"
)

// Search of the API: GET /api/v1/search and /api/v1/moments, the same flat. Both only find; they read nothing of the store.

// errNoIndex is a server that was started without an index.
var errNoIndex = errors.New("there is no index")

func (s *Server) apiSearch(c echo.Context) error {
	answer, v, err := s.find(c)
	if err != nil {
		return err
	}
	return s.answerJSON(c, answer, varyLanguage, keepFor(v))
}

func (s *Server) apiMoments(c echo.Context) error {
	answer, v, err := s.find(c)
	if err != nil {
		return err
	}
	return s.answerJSON(c, answer.Flat(), varyLanguage, keepFor(v))
}

// Bounds of a page of moments.
const (
	momentsDefault = 10
	momentsMost    = 100
)

// find reads what findRequest does and ?around=, and asks the index.
func (s *Server) find(c echo.Context) (*search.Answer, archive.Viewer, error) {
	r, err := s.findRequest(c, momentsDefault, momentsMost)
	if err != nil {
		return nil, r.Viewer, err
	}
	if r.Around, err = flagParam(c, "around"); err != nil {
		return nil, r.Viewer, err
	}
	answer, err := s.Search.Search(c.Request().Context(), r)
	return answer, r.Viewer, err
}

// findRequest reads ?q=&lang=&session=&conference=&limit=&cursor=. lang may be given several times, or several with commas between.
func (s *Server) findRequest(c echo.Context, limit, most int) (search.Request, error) {
	r := search.Request{
		Session: c.QueryParam("session"), Conference: c.QueryParam("conference"), Cursor: c.QueryParam("cursor"),
		Viewer: s.viewer(c), Lang: string(s.apiLang(c.Request())), Sessions: s.Mirror.Session,
	}
	if s.Search == nil {
		return r, busy(errNoIndex)
	}
	var err error
	if r.Query, err = search.Parse(c.QueryParam("q")); err != nil {
		return r, err
	}
	if r.Limit, err = limitParam(c, limit, most); err != nil {
		return r, err
	}
	r.Languages, err = languagesParam(c)
	return r, err
}

// languagesParam reads ?lang=; none means all.
func languagesParam(c echo.Context) ([]archive.Language, error) {
	var out []archive.Language
	for _, value := range c.QueryParams()["lang"] {
		for name := range strings.SplitSeq(value, ",") {
			if name = strings.TrimSpace(name); name == "" {
				continue
			}
			l := archive.Language(name)
			if !l.Valid() {
				return nil, badParameter("lang: want language tags such as es or pt-BR, with commas between them")
			}
			out = append(out, l)
		}
	}
	return out, nil
}

// limitParam reads ?limit=.
func limitParam(c echo.Context, standard, most int) (int, error) {
	text := c.QueryParam("limit")
	if text == "" {
		return standard, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, badParameter("limit: want a number from 1 to %d", most)
	}
	return n, nil
}

// flagParam reads a parameter that is 1 or 0; 0 is also what is not there.
func flagParam(c echo.Context, name string) (bool, error) {
	switch c.QueryParam(name) {
	case "1":
		return true, nil
	case "", "0":
		return false, nil
	}
	return false, badParameter("%s: want 1 or 0", name)
}
