package web

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"cabina/web/locale"
)

// lang is the interface's language of a request: what the address says, else what the reader's browser asks for.
func (s *Server) lang(c echo.Context) locale.Lang {
	if l, ok := s.langOf(c.Param("lang")); ok {
		return l
	}
	return locale.Match(c.Request().Header.Get("Accept-Language"), s.langs())
}

// langOf gives the language that stands in an address, where the interface has it.
func (s *Server) langOf(param string) (locale.Lang, bool) {
	l := locale.Lang(param)
	return l, slices.Contains(s.langs(), l)
}

// apiLang is the language that a program's answer is worded in: the first of Accept-Language that the interface has, else English.
func (s *Server) apiLang(r *http.Request) locale.Lang {
	return locale.Match(r.Header.Get("Accept-Language"), append([]locale.Lang{english}, s.langs()...))
}

// english is what programs are answered in that ask for no language of ours.
const english locale.Lang = "en"

// toLang sends a reader who names no language to the one their browser asks for.
func (s *Server) toLang(c echo.Context) error {
	c.Response().Header()["Vary"] = varyLanguage
	keepAsk.set(c.Response().Header())
	return c.Redirect(http.StatusFound, "/"+string(s.lang(c))+"/")
}

// toHome adds the slash that the address of a home page ends with.
func (s *Server) toHome(c echo.Context) error {
	keepAsk.set(c.Response().Header())
	return c.Redirect(http.StatusPermanentRedirect, "/"+string(s.lang(c))+"/")
}
