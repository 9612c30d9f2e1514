package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

// minZip is the size, in bytes, from which a body is worth compressing.
const minZip = 600

const htmlType = "text/html; charset=utf-8"

// What an answer depends on beside its address, for caches. Bodies that are compressed depend on the encoding, too.
var (
	varyEncoding = []string{"Accept-Encoding"}
	varyLanguage = []string{"Accept-Encoding, Accept-Language"}
	varyReader   = []string{"Accept-Encoding, Accept-Language, Save-Data"}
)

// answer sends a computed body, whole: 200 with an ETag, or 304 to someone who has it already; compressed where that helps and is taken. Media go by another way,
// see media.go. A caller that looked at more of the request than the encoding sets Vary before.
func (s *Server) answer(c echo.Context, mime string, body []byte, k keep) error {
	return s.answerStatus(c, http.StatusOK, mime, body, k)
}

// answerStatus is answer with another status; only a 200 has an ETag.
func (s *Server) answerStatus(c echo.Context, status int, mime string, body []byte, k keep) error {
	zip := len(body) >= minZip && takesGzip(c.Request().Header["Accept-Encoding"])
	tag := ""
	if status == http.StatusOK && k != keepNever {
		tag = bodyTag(body, zip)
		if match := preconditions(c.Request(), tag); match != 0 {
			s.headers(c, tag, k)
			return c.NoContent(match)
		}
	}
	if zip {
		var err error
		if body, err = s.compress(body); err != nil {
			return err
		}
	}
	s.headers(c, tag, k)
	return write(c, status, mime, body, zip)
}

// headers writes what a 200 and its 304 have in common.
func (s *Server) headers(c echo.Context, tag string, k keep) {
	h := c.Response().Header()
	k.set(h)
	if h["Vary"] == nil {
		h["Vary"] = varyEncoding
	}
	if tag != "" {
		h["Etag"] = []string{tag}
	}
}

func write(c echo.Context, status int, mime string, body []byte, zip bool) error {
	h := c.Response().Header()
	h.Set("Content-Type", mime)
	if zip {
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	c.Response().WriteHeader(status)
	if c.Request().Method != http.MethodHead {
		_, _ = c.Response().Write(body) // a failure is a reader who left
	}
	return nil
}

// answerJSON sends v; what depends on the reader's language says so by vary.
func (s *Server) answerJSON(c echo.Context, v any, vary []string, k keep) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	c.Response().Header()["Vary"] = vary
	return s.answer(c, "application/json", b.Bytes(), k)
}

// zipMark ends the ETag of a compressed body: its bytes are others, so a strong tag has to differ.
const zipMark = "-gz"

// bodyTag is a strong ETag of a body.
func bodyTag(body []byte, zip bool) string {
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:16])
	if zip {
		tag += zipMark
	}
	return tag + `"`
}

func (s *Server) compress(body []byte) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(len(body) / 3)
	z := s.zipper(&b)
	defer s.zippers.Put(z)
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// zipper gives a compressor into w, to be put back into zippers.
func (s *Server) zipper(w io.Writer) *gzip.Writer {
	z, ok := s.zippers.Get().(*gzip.Writer)
	if !ok {
		return gzip.NewWriter(w)
	}
	z.Reset(w)
	return z
}

// takesGzip reads Accept-Encoding (RFC 9110, 12.5.3): gzip named, or * and gzip not refused.
func takesGzip(accept []string) bool {
	any, gzip := false, -1
	for _, line := range accept {
		for item := range strings.SplitSeq(line, ",") {
			name, params, _ := strings.Cut(item, ";")
			refused := refuses(params)
			switch name = strings.ToLower(strings.TrimSpace(name)); {
			case name == "gzip" || name == "x-gzip":
				gzip = 1
				if refused {
					gzip = 0
				}
			case name == "*" && !refused:
				any = true
			}
		}
	}
	return gzip == 1 || gzip == -1 && any
}

// refuses is true of a weight of 0.
func refuses(params string) bool {
	for p := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(p, "=")
		if strings.EqualFold(strings.TrimSpace(name), "q") {
			weight, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			return err == nil && weight <= 0
		}
	}
	return false
}
