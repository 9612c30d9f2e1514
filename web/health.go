package web

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// healthz says that the process lives.
func (s *Server) healthz(c echo.Context) error { return plain(c, http.StatusOK, "ok\n") }

// readyWithin is how long the store may take to answer before it counts as silent.
const readyWithin = 3 * time.Second

// readyz says whether pages can be served: the documents are in memory and the store answers. The index may still be catching up (index.complete of a
// search's answer).
func (s *Server) readyz(c echo.Context) error {
	select {
	case <-s.Mirror.Ready():
	default:
		return plain(c, http.StatusServiceUnavailable, "documents are being read\n")
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), readyWithin)
	defer cancel()
	if _, err := s.Archive.Store.Stat(ctx, "format.json"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.log().WarnContext(ctx, "store does not answer", "err", err)
		return plain(c, http.StatusServiceUnavailable, "the store does not answer\n")
	}
	return plain(c, http.StatusOK, "ready\n")
}

// robots keeps machines to the pages: media are large, and what programs want is at the API.
func (s *Server) robots(c echo.Context) error {
	const text = "User-agent: *\nDisallow: /api/\nDisallow: /play/\nDisallow: /media/\nDisallow: /download/\n"
	return s.answer(c, "text/plain; charset=utf-8", []byte(text), keepAsk)
}

func plain(c echo.Context, status int, text string) error {
	h := c.Response().Header()
	keepNever.set(h)
	h.Set("Content-Type", "text/plain; charset=utf-8")
	if c.Request().Method == http.MethodHead {
		return c.NoContent(status)
	}
	return c.String(status, text)
}
