package web

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// guard is what stands before every handler: the headers of its kind, the language of the address, a bound on what is read, and a net under panics. What
// answers bytes by the thousand pays for no more than that.
func (s *Server) guard(r route) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = recovered(p)
			}
		}()
		r.kind.setHeaders(c.Response().Header())
		if c.Request().Method == http.MethodOptions {
			return preflight(c)
		}
		if c.Request().ContentLength != 0 {
			c.Request().Body = http.MaxBytesReader(c.Response().Writer, c.Request().Body, maxBody)
		}
		if lang := c.Param("lang"); lang != "" {
			if _, ok := s.langOf(lang); !ok {
				return errNotFound
			}
		}
		return r.handle(c)
	}
}
