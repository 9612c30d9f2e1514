package web

import (
	"github.com/labstack/echo/v4"

	"cabina/archive"
)

// about shows what this archive is, what it keeps about its readers, and how its pages can be used.
func (s *Server) about(c echo.Context) error {
	p := s.page(c, "")
	p.Title = p.Lang.Say("site.about")
	return s.show(c, p.Lang, "about", p, keepFor(archive.Viewer{}))
}
