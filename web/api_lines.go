package web

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"cabina/search"
)

// Lines of the API: GET /api/v1/lines, a page of them as JSON, or all of them as a file; and what a line is today, by its id.

// Bounds of a page of lines.
const (
	linesDefault = 20
	linesMost    = 500
)

// lineOrders are the values of ?sort=.
var lineOrders = []string{string(search.ByTime), string(search.ByLeft), string(search.ByRight), string(search.BySession)}

// apiLines reads what find reads, and ?sort=&sample=&seed=&beside=&format=.
func (s *Server) apiLines(c echo.Context) error {
	r, err := s.linesRequest(c)
	if err != nil {
		return err
	}
	if format := c.QueryParam("format"); format != "" && format != "json" {
		return s.exportLines(c, r, format)
	}
	answer, err := s.Search.Lines(c.Request().Context(), r)
	if err != nil {
		return err
	}
	return s.answerJSON(c, answer, varyLanguage, keepFor(r.Viewer))
}

func (s *Server) linesRequest(c echo.Context) (r search.LinesRequest, err error) {
	if r.Request, err = s.findRequest(c, linesDefault, linesMost); err != nil {
		return r, err
	}
	var ok bool
	if r.Sort, ok = search.ParseLineSort(c.QueryParam("sort")); !ok {
		return r, badParameter("sort: want one of %s", strings.Join(lineOrders, ", "))
	}
	if r.Beside, err = flagParam(c, "beside"); err != nil {
		return r, err
	}
	if text := c.QueryParam("sample"); text != "" {
		if r.Sample, err = strconv.Atoi(text); err != nil || r.Sample < 1 || r.Sample > search.MostSorted {
			return r, badParameter("sample: want a number from 1 to %d", search.MostSorted)
		}
	}
	if text := c.QueryParam("seed"); text != "" {
		if r.Seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			return r, badParameter("seed: want a number from 0")
		}
	}
	return r, nil
}

// apiLine says what a line, or a cue of the corpus, is today: by its id, also after its text was replaced. What was there and is no more is gone.
func (s *Server) apiLine(c echo.Context) error {
	v := s.viewer(c)
	if s.Search == nil {
		return busy(errNoIndex)
	}
	name := c.Param("line")
	wholeCue := strings.Count(name, ".") == 3
	asked := name
	if wholeCue {
		asked += ".0-1"
	}
	id, err := search.ParseLineID(asked)
	if err != nil {
		return badParameter("want the id of a line or a cue, as s03.t7.1.c0042.17-32 or s03.t7.1.c0042")
	}
	line, err := s.Search.Resolve(c.Request().Context(), search.Request{Viewer: v, Lang: string(s.apiLang(c.Request())), Sessions: s.Mirror.Session}, id)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errNotFound
	case err != nil:
		return err
	case line.Gone:
		return errGone
	}
	if wholeCue {
		line.ID, line.Word, line.Now = name, "", "" // its first letter is nothing to look for
	}
	return s.answerJSON(c, line, varyLanguage, keepFor(v))
}
