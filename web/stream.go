package web

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// stream is a long answer on its way: it is made piece by piece, in turns with other long answers, and never whole in memory. Once it has begun, an error
// cuts the connection: a half answer has to look like one.
type stream struct {
	s       *Server
	c       echo.Context
	piece   bytes.Buffer // what is ready to be sent
	zip     *gzip.Writer // into piece; nil: as it is
	control *http.ResponseController
	leave   func()
}

// streamed is the head of a long answer.
type streamed struct {
	mime string
	name string // to be saved as
	tag  string // ETag without quotes; empty: none
	zips bool   // it may be compressed
	vary []string
	keep keep
}

// stream begins a long answer. done is true where the head is all there is to send: of HEAD, and where nothing has changed. Whoever gets one calls end.
func (s *Server) stream(c echo.Context, head streamed) (out *stream, done bool, err error) {
	h := c.Response().Header()
	zip := head.zips && takesGzip(c.Request().Header["Accept-Encoding"])
	h["Vary"] = head.vary
	tag := ""
	if head.tag != "" && head.keep != keepNever {
		tag = `"` + head.tag
		if zip {
			tag += zipMark
		}
		tag += `"`
		if match := preconditions(c.Request(), tag); match != 0 {
			s.headers(c, tag, head.keep)
			return nil, true, c.NoContent(match)
		}
	}
	leave, err := s.turns.enter(c.RealIP())
	if err != nil {
		return nil, false, err
	}
	s.headers(c, tag, head.keep)
	h.Set("Content-Type", head.mime)
	h.Set("Content-Disposition", disposition(head.name))
	if zip {
		h.Set("Content-Encoding", "gzip")
	}
	c.Response().WriteHeader(http.StatusOK)
	if c.Request().Method == http.MethodHead {
		leave()
		return nil, true, nil
	}
	out = &stream{s: s, c: c, leave: leave, control: http.NewResponseController(c.Response().Writer)}
	if zip {
		out.zip = s.zipper(&out.piece)
	}
	return out, false, nil
}

// Write adds to the piece. It may be called in a turn only.
func (w *stream) Write(p []byte) (int, error) {
	if w.zip != nil {
		return w.zip.Write(p)
	}
	return w.piece.Write(p)
}

// make makes a piece in its turn and sends it.
func (w *stream) make(work func() error) error {
	if err := w.s.turns.turn(w.c.Request().Context(), work); err != nil {
		return err
	}
	return w.send()
}

// send hands what is ready to the reader, who may take as long as one of media may.
func (w *stream) send() error {
	if err := w.c.Request().Context().Err(); err != nil {
		return err
	}
	_ = w.control.SetWriteDeadline(time.Now().Add(sendWithin)) // recorders in tests have none
	_, err := w.c.Response().Write(w.piece.Bytes())
	w.piece.Reset()
	if err != nil {
		return fmt.Errorf("send: %w", err)
	}
	return nil
}

// end sends the rest where all went well, and gives the place to another. A reader who left is no error.
func (w *stream) end(err error) error {
	defer w.leave()
	if w.zip != nil {
		if err == nil {
			err = w.s.turns.turn(w.c.Request().Context(), w.zip.Close)
		}
		w.s.zippers.Put(w.zip)
	}
	if err == nil {
		err = w.send()
	}
	if err != nil && left(err) {
		return nil
	}
	return err
}
