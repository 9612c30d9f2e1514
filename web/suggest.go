package web

import (
	"strings"

	"github.com/labstack/echo/v4"

	"cabina/search"
	"cabina/web/locale"
)

// suggestion is a way in which the text that is being typed may go on.
type suggestion struct {
	Text string `json:"text"`
	Lang string `json:"lang"`
	Dir  string `json:"dir"`
}

// suggest completes what is being typed into a field for words, for the script of the page (player/suggest.ts): with words and phrases that are there for whoever asks. What cannot be completed
// gives none.
func (s *Server) suggest(c echo.Context) error {
	if s.Search == nil {
		return busy(errNoIndex)
	}
	v := s.viewer(c)
	found, err := s.Search.Suggest(c.Request().Context(), search.Request{Viewer: v, Lang: string(s.lang(c)), Sessions: s.Mirror.Session}, strings.TrimLeft(c.QueryParam("q"), " "))
	if err != nil {
		return err
	}
	out := struct {
		Suggestions []suggestion `json:"suggestions"`
	}{[]suggestion{}}
	for _, x := range found {
		out.Suggestions = append(out.Suggestions, suggestion{x.Text, string(x.Language), locale.Dir(x.Language)})
	}
	return s.answerJSON(c, out, varyEncoding, keepFor(v))
}
