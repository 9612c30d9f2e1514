package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/transcode"
)

// Media are most of what leaves: ranges of about 256 KiB, by the thousand. So the way of one is short: two look-ups in memory, one open file, one
// write of headers, and the kernel's own copy from file to socket.

// media serves a rendition by range, {track}.{profile}.{recipe16}.mp4, or one of its sheets of seek pictures, …{recipe16}-{n}.jpg, or one picture of a sheet,
// …{recipe16}-{n}-{place}.jpg.
func (s *Server) media(c echo.Context) error {
	a, err := s.ask(c)
	if err != nil {
		return err
	}
	name, sheet, place, err := parseMedia(a.session.ID, c.Param("file"))
	if err != nil {
		return err
	}
	var t *archive.Track
	if name.Track != stillTrack {
		if t, err = a.track(name.Track); err != nil {
			return err
		}
	}
	r, answer, err := s.Catalog.Rendition(c.Request().Context(), a.session, name)
	if err != nil {
		return err
	}
	if err := allowed(answer); err != nil {
		return err
	}
	obj := object{mime: mediaType(r.Index), size: r.Index.Bytes, keep: a.keepBytes(t)}
	key := name.Key(".mp4")
	switch sheets := r.Index.Sheets; {
	case sheet == 0 && len(sheets) == 0:
		obj.tag = `"` + r.Index.SHA256[:min(32, len(r.Index.SHA256))] + `"`
	case sheet >= 1 && sheet <= len(sheets):
		n := strconv.Itoa(sheet)
		obj.mime, obj.size, key = "image/jpeg", sheets[sheet-1], name.Key("-"+n+".jpg")
		obj.tag = `"` + r.Index.SHA256[:min(32, len(r.Index.SHA256))] + "-" + n + `"`
	default:
		return errNotFound
	}
	if place >= 0 {
		return s.tile(c, obj, key, place)
	}
	return serveRange(c, obj, func(ctx context.Context, off, n int64) (io.ReadCloser, error) {
		return s.handles.open(ctx, s.Archive.Store, key, off, n)
	})
}

// stillTrack is the name under which the title card of a session without a picture stands; no track has it.
const stillTrack = "t0"

// parseMedia reads the last element of an address; sheet is 0 where no picture of a sheet is asked for, and place −1 where all of it is.
func parseMedia(session, file string) (name transcode.Name, sheet, place int, err error) {
	place = -1
	base, ok := strings.CutSuffix(file, ".mp4")
	if !ok {
		if base, ok = strings.CutSuffix(file, ".jpg"); !ok {
			return name, 0, 0, errNotFound
		}
		numbers := strings.Split(base, "-")
		base = numbers[0]
		switch len(numbers) {
		case 3:
			if place, err = strconv.Atoi(numbers[2]); err != nil || place < 0 || place >= tilesPerSheet || strconv.Itoa(place) != numbers[2] {
				return name, 0, 0, errNotFound
			}
			fallthrough
		case 2:
			if sheet, err = strconv.Atoi(numbers[1]); err != nil || sheet < 1 || strconv.Itoa(sheet) != numbers[1] {
				return name, 0, 0, errNotFound
			}
		default:
			return name, 0, 0, errNotFound
		}
	}
	if name, err = transcode.ParseFile(session, base); err != nil {
		return name, 0, 0, errNotFound
	}
	return name, sheet, place, nil
}

func mediaType(idx *transcode.Index) string {
	if idx.Width == 0 && idx.SampleRate > 0 {
		return "audio/mp4"
	}
	return "video/mp4"
}

// object is a representation that is given by range.
type object struct {
	mime string
	size int64  // bytes
	tag  string // a strong ETag, with its quotes
	name string // what to save it as; empty: it is shown
	keep keep
}

// opener gives n bytes from off: a reader positioned there, which may hold more.
type opener func(ctx context.Context, off, n int64) (io.ReadCloser, error)

// serveRange answers GET and HEAD for an object as RFC 9110 has it: 200, 206, 304, 412 or 416. Of the headers that name a date none is looked at, since there is none to
// compare; of several ranges none (see parseRange); of HEAD no range, since that is defined for GET alone (14.2).
func serveRange(c echo.Context, obj object, open opener) error {
	r, h := c.Request(), c.Response().Header()
	obj.keep.set(h)
	h["Etag"] = []string{obj.tag}
	h["Accept-Ranges"] = acceptBytes
	if status := preconditions(r, obj.tag); status != 0 {
		return c.NoContent(status)
	}
	if obj.name != "" {
		h.Set("Content-Disposition", disposition(obj.name))
	}
	h["Content-Type"] = []string{obj.mime}
	give, status := span{0, obj.size}, http.StatusOK
	if ranges := r.Header["Range"]; len(ranges) == 1 && r.Method == http.MethodGet && rangeHolds(r, obj.tag) {
		asked, want := parseRange(ranges[0], obj.size)
		switch want {
		case rangePart:
			give, status = asked, http.StatusPartialContent
			h["Content-Range"] = []string{contentRange(asked, obj.size)}
		case rangeNone:
			return unsatisfiable(c, obj)
		}
	}
	h["Content-Length"] = []string{strconv.FormatInt(give.n, 10)}
	if r.Method == http.MethodHead || give.n == 0 {
		c.Response().WriteHeader(status)
		return nil
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	late := time.AfterFunc(openWithin, cancel)
	body, err := open(ctx, give.off, give.n)
	if err != nil && !late.Stop() && r.Context().Err() == nil {
		return busy(err)
	}
	if err != nil {
		return err
	}
	late.Stop()
	defer body.Close()
	c.Response().WriteHeader(status)
	return send(c.Response(), body, give.n)
}

var acceptBytes = []string{"bytes"}

func contentRange(s span, size int64) string {
	b := make([]byte, 0, 64)
	b = append(b, "bytes "...)
	b = strconv.AppendInt(b, s.off, 10)
	b = append(b, '-')
	b = strconv.AppendInt(b, s.off+s.n-1, 10)
	b = append(b, '/')
	return string(strconv.AppendInt(b, size, 10))
}

// unsatisfiable says how long the object is (15.5.17). It is no error page: a player asks again by what it says.
func unsatisfiable(c echo.Context, obj object) error {
	h := c.Response().Header()
	h.Del("ETag") // what is sent is not the representation
	h.Del("Content-Disposition")
	keepNever.set(h)
	h.Set("Content-Range", "bytes */"+strconv.FormatInt(obj.size, 10))
	h.Set("Content-Type", "text/plain; charset=utf-8")
	body := http.StatusText(http.StatusRequestedRangeNotSatisfiable) + "\n"
	return c.String(http.StatusRequestedRangeNotSatisfiable, body)
}

// openWithin is how long the store may take before the first byte: players ask again by themselves, and a reader is told sooner.
const openWithin = 10 * time.Second

// How media may be taken: stretches of sendBytes, each within sendWithin. That is 28 kbit/s at least, over the slowest telephone; slower, and for ever, is
// how a hostile client holds connections.
const (
	sendBytes  = 1 << 20
	sendWithin = 5 * time.Minute
)

// send writes n bytes of src, through sendfile where src is a file. A reader who leaves is no error; a source that ends early is one.
func send(w *echo.Response, src io.Reader, n int64) error {
	out := sender{w}
	control := http.NewResponseController(w.Writer)
	// With the headers out of the way net/http hands the file to the connection at once; else it reads and copies its first 512 bytes.
	_ = control.Flush()
	for n > 0 {
		// Recorders in tests have no deadlines; real connections do.
		_ = control.SetWriteDeadline(time.Now().Add(sendWithin))
		stretch := min(n, sendBytes)
		sent, err := out.ReadFrom(&io.LimitedReader{R: src, N: stretch})
		n -= sent
		switch {
		case err != nil && left(err):
			return nil
		case err != nil:
			return fmt.Errorf("send: %w", err)
		case sent < stretch:
			return fmt.Errorf("send: the source ends %d bytes early: %w", n, io.ErrUnexpectedEOF)
		}
	}
	return nil
}

// left is true of the errors of a connection that the other side gave up.
func left(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, http.ErrHandlerTimeout) || errors.Is(err, context.Canceled)
}

// sender is an echo.Response that can be read into: echo's own has no ReadFrom, so that nothing would reach sendfile (0 calls of 736).
// The status must have been written. Size counts what was sent, as it does for Write.
type sender struct{ *echo.Response }

// ReadFrom copies all of r, by the connection's own ReadFrom: from an *os.File or a LimitedReader of one that is sendfile(2).
func (w sender) ReadFrom(r io.Reader) (int64, error) {
	if !w.Committed {
		w.WriteHeader(w.Status)
	}
	n, err := io.Copy(w.Writer, r)
	w.Size += n
	return n, err
}

// disposition names a file to save, by a name of ours that has no quote in it.
func disposition(name string) string { return `attachment; filename="` + name + `"` }
