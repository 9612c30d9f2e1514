package web

import (
	"github.com/labstack/echo/v4"
)

// errorPage is what a reader sees of an error: what is so, and what can be done.
type errorPage struct {
	page
	Status  int
	Heading string
	Text    string
	Address string // as it was asked for; empty where that is no help
}

// errorPage sends the page of an error; key is the stem of its two sentences.
func (s *Server) errorPage(c echo.Context, status int, key string) error {
	p := errorPage{page: s.page(c, ""), Status: status}
	p.Heading, p.Text = p.Lang.Say(key+".title"), p.Lang.Say(key+".text")
	p.Title, p.Hidden, p.Alternate = p.Heading, true, false
	if status == 404 || status == 400 {
		p.Address = c.Request().URL.EscapedPath()
	}
	body, err := s.pages.execute(p.Lang, "error", p)
	if err != nil {
		return err
	}
	c.Response().Header()["Vary"] = varyLanguage
	return s.answerStatus(c, status, htmlType, body, keepNever)
}
