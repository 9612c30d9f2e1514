package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"runtime/debug"
	"strconv"

	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/search"
)

// errNotFound is both "not there" and "not yours"; errGone is what everyone could see once.
var (
	errNotFound = errors.New("not found")
	errGone     = errors.New("withdrawn")
)

// failure is an error that a reader can do something about, with the answer it makes.
type failure struct {
	status int    // 4xx or 503
	typ    string // of a problem, as "/problems/query"; empty: about:blank
	key    string // in web/locale: key.title and key.text
	detail string // of a problem, in English; empty: key.text
	query  *search.QueryError
	after  int   // s after which to ask again; 0: not said
	cause  error // logged where the status is 5xx
}

func (f *failure) Error() string {
	if f.cause != nil {
		return f.cause.Error()
	}
	return f.key + " " + f.detail
}

func (f *failure) Unwrap() error { return f.cause }

// busy is for what is not ready yet and will be.
func busy(cause error) error {
	return &failure{status: http.StatusServiceUnavailable, key: "error.busy", after: 5, cause: cause}
}

// badParameter is a parameter of the API that cannot be read; detail says what would be right.
func badParameter(detail string, args ...any) error {
	return &failure{status: http.StatusBadRequest, typ: "/problems/parameter", key: "error.request", detail: fmt.Sprintf(detail, args...)}
}

// allowed turns an answer of archive.Access into an error, nil for Yes.
func allowed(a archive.Answer) error {
	switch a {
	case archive.Yes:
		return nil
	case archive.Gone:
		return errGone
	}
	return errNotFound
}

// asFailure gives the answer to an error. What it does not know is a 500, which tells nothing about our insides.
func asFailure(err error) *failure {
	var f *failure
	var query *search.QueryError
	var cursor search.BadCursor
	var routing *echo.HTTPError
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &query):
		return &failure{status: http.StatusBadRequest, typ: "/problems/query", key: "error.request", detail: query.Error(), query: query}
	case errors.As(err, &cursor):
		return &failure{status: http.StatusBadRequest, typ: "/problems/parameter", key: "error.request", detail: cursor.Error()}
	case errors.Is(err, errNotFound), errors.Is(err, fs.ErrNotExist):
		return &failure{status: http.StatusNotFound, key: "error.notFound"}
	case errors.Is(err, errGone):
		return &failure{status: http.StatusGone, key: "error.gone"}
	case errors.As(err, &routing) && routing.Code == http.StatusMethodNotAllowed:
		return &failure{status: http.StatusMethodNotAllowed, key: "error.method"}
	case errors.As(err, &routing) && routing.Code == http.StatusNotFound:
		return &failure{status: http.StatusNotFound, key: "error.notFound"}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, archive.ErrUnavailable):
		return &failure{status: http.StatusServiceUnavailable, key: "error.busy", after: 5, cause: err}
	}
	return &failure{status: http.StatusInternalServerError, key: "error.broken", cause: err}
}

// fail turns a handler's error into its response; it is the only place that does. All that the handler had set of headers goes: two answers that say the same
// differ in nothing.
func (s *Server) fail(err error, c echo.Context) {
	r := c.Request()
	if r.Context().Err() != nil {
		return // whoever asked has left
	}
	f := asFailure(err)
	if f.status >= 500 {
		s.logFailure(c, f)
	}
	if c.Response().Committed {
		panic(http.ErrAbortHandler) // a half answer has to look like one: the connection is cut
	}
	h := c.Response().Header()
	allow := h["Allow"] // of echo's answer to a method that a route does not have
	clear(h)
	if f.status == http.StatusMethodNotAllowed && allow != nil {
		h["Allow"] = allow
	}
	if f.after > 0 {
		h.Set("Retry-After", strconv.Itoa(f.after))
	}
	if err := s.writeFailure(c, f); err != nil && r.Context().Err() == nil {
		s.log().ErrorContext(r.Context(), "answer not written", "route", c.Path(), "err", err)
	}
}

func (s *Server) writeFailure(c echo.Context, f *failure) error {
	kind := kindOf(c.Request().URL.Path)
	switch kind {
	case anAPI:
		kind.setHeaders(c.Response().Header())
		return s.problem(c, f)
	case aFile:
		kind.setHeaders(c.Response().Header())
		return s.answerStatus(c, f.status, "text/plain; charset=utf-8", []byte(http.StatusText(f.status)+"\n"), keepNever)
	}
	aPage.setHeaders(c.Response().Header())
	return s.errorPage(c, f.status, f.key)
}

// problem is the body of an error of the API (RFC 9457). At is the place in the query, in code points.
type problem struct {
	Type   string  `json:"type"`
	Title  string  `json:"title"`
	Status int     `json:"status"`
	Detail string  `json:"detail,omitempty"`
	At     *[2]int `json:"at,omitempty"`
}

// problem writes in the reader's language, English where none is asked for; details of a parameter are for whoever writes the script, and in English.
func (s *Server) problem(c echo.Context, f *failure) error {
	l := s.apiLang(c.Request())
	p := problem{Type: f.typ, Title: l.Say(f.key + ".title"), Status: f.status, Detail: f.detail}
	if p.Type == "" {
		p.Type = "about:blank"
	}
	if p.Detail == "" {
		p.Detail = l.Say(f.key + ".text")
	}
	if q := f.query; q != nil {
		p.At = &q.At
		if l != english {
			p.Detail = l.Say("query."+string(q.Code), "at", q.At[0]+1, "arg", q.Arg)
		}
	}
	c.Response().Header().Set("Content-Language", string(l))
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	c.Response().Header()["Vary"] = varyLanguage
	return s.answerStatus(c, f.status, "application/problem+json", append(body, '\n'), keepNever)
}

// logFailure logs what someone has to look into: the route and not the whole address, which may say what somebody looks for.
func (s *Server) logFailure(c echo.Context, f *failure) {
	log := s.log().ErrorContext
	if f.status == http.StatusServiceUnavailable {
		log = s.log().WarnContext
	}
	attrs := []any{"status", f.status, "method", c.Request().Method, "route", c.Path(), "err", f.cause}
	if session := c.Param("session"); session != "" {
		id, _ := splitAddress(session)
		attrs = append(attrs, "session", id)
	}
	log(c.Request().Context(), "request failed", attrs...)
}

// recovered makes an error of a panic, so that one broken request does not end the others.
func recovered(p any) error {
	if p == http.ErrAbortHandler {
		panic(p)
	}
	return fmt.Errorf("panic: %v\n%s", p, debug.Stack())
}
