package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/transcode"
)

func publicSite(t *testing.T) *site {
	t.Helper()
	return newSite(t, func(s *site) { s.add(s.recorded("public-0", archive.Public)) })
}

func TestMediaRanges(t *testing.T) {
	s := publicSite(t)
	name := s.name("public-0", "t3", transcode.Voice)
	all, _, err := s.Archive.Store.Get(t.Context(), name.Key(".mp4"))
	if err != nil {
		t.Fatal(err)
	}
	size, path := len(all), "/media/public-0/"+name.File()+".mp4"
	tag := `"` + sum(all)[:32] + `"`
	for _, c := range []struct {
		name   string
		method string
		header []string
		status int
		from   int
		to     int // not included
	}{
		{"no range gives all", "GET", nil, 200, 0, size},
		{"a range gives that", "GET", []string{"Range", "bytes=100-199"}, 206, 100, 200},
		{"a suffix gives the end", "GET", []string{"Range", "bytes=-7"}, 206, size - 7, size},
		{"an open range gives the rest", "GET", []string{"Range", "bytes=20000-"}, 206, 20000, size},
		{"two ranges give all", "GET", []string{"Range", "bytes=0-1,3-4"}, 200, 0, size},
		{"what cannot be read gives all", "GET", []string{"Range", "bites=0-1"}, 200, 0, size},
		{"HEAD knows no range", "HEAD", []string{"Range", "bytes=100-199"}, 200, 0, size},
		{"If-Range of these bytes gives the range", "GET", []string{"Range", "bytes=1-2", "If-Range", tag}, 206, 1, 3},
		{"If-Range of others gives all", "GET", []string{"Range", "bytes=1-2", "If-Range", `"other"`}, 200, 0, size},
		{"If-Range with a weak tag gives all", "GET", []string{"Range", "bytes=1-2", "If-Range", "W/" + tag}, 200, 0, size},
		{"If-Range with a date gives all", "GET", []string{"Range", "bytes=1-2", "If-Range", "Tue, 14 Jul 2020 14:00:00 GMT"}, 200, 0, size},
		{"If-None-Match of these bytes gives none", "GET", []string{"If-None-Match", tag}, 304, 0, 0},
		{"If-None-Match comes before a range", "GET", []string{"Range", "bytes=1-2", "If-None-Match", tag}, 304, 0, 0},
		{"If-None-Match of others gives the range", "GET", []string{"Range", "bytes=1-2", "If-None-Match", `"other"`}, 206, 1, 3},
		{"If-Match of others gives none", "GET", []string{"If-Match", `"other"`}, 412, 0, 0},
		{"a date is not looked at", "GET", []string{"If-Modified-Since", "Tue, 14 Jul 2037 14:00:00 GMT"}, 200, 0, size},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := s.ask(c.method, path, append([]string{"Accept-Encoding", "gzip"}, c.header...)...)
			got := body(t, r)
			want := string(all[c.from:c.to])
			if c.method == "HEAD" {
				want = ""
			}
			if r.StatusCode != c.status || got != want {
				t.Fatalf("%s = %d with %d bytes, want %d with bytes %d to %d (%s)", c.method, r.StatusCode, len(got), c.status, c.from, c.to, c.name)
			}
			if got := r.Header.Get("ETag"); got != tag {
				t.Errorf("ETag = %s, want %s", got, tag)
			}
			if c.status >= 300 {
				return
			}
			if got := r.Header.Get("Content-Length"); got != fmt.Sprint(c.to-c.from) {
				t.Errorf("Content-Length = %s, want %d", got, c.to-c.from)
			}
			wantRange := ""
			if c.status == 206 {
				wantRange = fmt.Sprintf("bytes %d-%d/%d", c.from, c.to-1, size)
			}
			for header, want := range map[string]string{
				"Content-Range": wantRange, "Accept-Ranges": "bytes", "Content-Type": "audio/mp4", "X-Content-Type-Options": "nosniff", "Content-Encoding": "",
				"Cache-Control": "public, max-age=86400, s-maxage=60",
			} {
				if got := r.Header.Get(header); got != want {
					t.Errorf("%s = %q, want %q", header, got, want)
				}
			}
		})
	}
	t.Run("beyond the end is 416 with the size", func(t *testing.T) {
		r := s.get(path, "Range", "bytes=99999999-")
		if got, want := r.Header.Get("Content-Range"), fmt.Sprintf("bytes */%d", size); r.StatusCode != 416 || got != want || r.Header.Get("ETag") != "" {
			t.Errorf("GET = %d, Content-Range %q, ETag %q, want 416, %q and none", r.StatusCode, got, r.Header.Get("ETag"), want)
		}
	})
}

func TestMediaNames(t *testing.T) {
	s := publicSite(t)
	voice, sheet := s.name("public-0", "t3", transcode.Voice), s.name("public-0", "t1", transcode.Sheet)
	for _, c := range []struct {
		name, file string
		want       int
		mime       string
	}{
		{"a voice", voice.File() + ".mp4", 200, "audio/mp4"},
		{"a picture", s.name("public-0", "t1", transcode.Copy).File() + ".mp4", 200, "video/mp4"},
		{"a sheet", sheet.File() + "-1.jpg", 200, "image/jpeg"},
		{"one picture of a sheet", sheet.File() + "-1-99.jpg", 200, "image/jpeg"},
		{"a picture beyond a sheet's last", sheet.File() + "-1-100.jpg", 404, ""},
		{"a picture with a zero in front", sheet.File() + "-1-07.jpg", 404, ""},
		{"a picture before the first", sheet.File() + "-1--1.jpg", 404, ""},
		{"a picture of a picture", sheet.File() + "-1-1-1.jpg", 404, ""},
		{"a picture of a sheet beyond the last", sheet.File() + "-2-0.jpg", 404, ""},
		{"a picture of a voice", voice.File() + "-1-0.jpg", 404, ""},
		{"a sheet beyond the last", sheet.File() + "-2.jpg", 404, ""},
		{"a sheet with a zero in front", sheet.File() + "-01.jpg", 404, ""},
		{"a sheet without a number", sheet.File() + ".jpg", 404, ""},
		{"a sheet as a film", sheet.File() + ".mp4", 404, ""},
		{"a voice as a sheet", voice.File() + "-1.jpg", 404, ""},
		{"another recipe", "t3.voice.0123456789abcdef.mp4", 404, ""},
		{"the voice's recipe under another track", strings.Replace(voice.File(), "t3", "t2", 1) + ".mp4", 404, ""},
		{"its index", voice.File() + ".json", 404, ""},
		{"its tables", voice.File() + ".tables", 404, ""},
		{"a path out of the folder", "../../masters/aa/" + voice.File() + ".mp4", 404, ""},
		{"a path out of the folder, escaped", "..%2f..%2fformat.json", 404, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := s.get("/media/public-0/" + c.file)
			if r.StatusCode != c.want || c.mime != "" && r.Header.Get("Content-Type") != c.mime {
				t.Errorf("GET %s = %d, %s, want %d, %s (%s)", c.file, r.StatusCode, r.Header.Get("Content-Type"), c.want, c.mime, c.name)
			}
		})
	}
}

// countingConn counts how a connection was written to: bytes handed over one by one, and files left to the kernel.
type countingConn struct {
	*net.TCPConn
	files, written *atomic.Int64
}

func (c countingConn) Write(b []byte) (int, error) {
	c.written.Add(int64(len(b)))
	return c.TCPConn.Write(b)
}

func (c countingConn) ReadFrom(r io.Reader) (int64, error) {
	if limited, ok := r.(*io.LimitedReader); ok {
		if _, ok := limited.R.(syscall.Conn); ok {
			c.files.Add(1)
			return c.TCPConn.ReadFrom(r) // sendfile(2): that is how net.TCPConn knows a file
		}
	}
	return io.Copy(struct{ io.Writer }{c}, r)
}

type countingListener struct {
	net.Listener
	files, written atomic.Int64
}

func (l *countingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return countingConn{c.(*net.TCPConn), &l.files, &l.written}, nil
}

// TestSendfile: a range of a file on disk goes from the file to the socket by the kernel, all but the headers. Of echo's own Response nothing would.
func TestSendfile(t *testing.T) {
	const size = 4 << 20
	path := t.TempDir() + "/object"
	data := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(data)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	var logged atomic.Int64
	var files handles
	e := echo.New()
	e.GET("/", func(c echo.Context) error {
		err := serveRange(c, object{mime: "video/mp4", size: size, tag: `"a"`}, func(ctx context.Context, off, n int64) (io.ReadCloser, error) {
			return files.open(ctx, &fileStore{path: path}, "object", off, n)
		})
		logged.Store(c.Response().Size)
		return err
	})
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &countingListener{Listener: inner}
	srv := NewHTTP(e, nil)
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })

	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+inner.Addr().String()+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Range", "bytes=1000-3000999")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	if err != nil || !bytes.Equal(got, data[1000:3001000]) {
		t.Fatalf("GET gave %d bytes (%v), want bytes 1000 to 3000999", len(got), err)
	}
	if l.files.Load() == 0 || l.written.Load() > 4096 {
		t.Errorf("%d stretches left by sendfile and %d bytes by write, want all but the headers by sendfile", l.files.Load(), l.written.Load())
	}
	if logged.Load() != 3_000_000 {
		t.Errorf("Response.Size = %d, want 3000000: what was sent by sendfile counts too", logged.Load())
	}
}

// TestSendEndsEarly: an object that is shorter than its index says ends in a cut connection, never in a whole answer that lacks bytes.
func TestSendEndsEarly(t *testing.T) {
	s := publicSite(t)
	name := s.name("public-0", "t3", transcode.Voice)
	s.put(name.Key(".mp4"), []byte("short"))
	srv := httptest.NewServer(s.echo)
	t.Cleanup(srv.Close)
	r, err := http.Get(srv.URL + "/media/public-0/" + name.File() + ".mp4")
	if err != nil {
		return // cut before the headers came
	}
	defer r.Body.Close()
	if data, err := io.ReadAll(r.Body); err == nil {
		t.Errorf("GET gave %d bytes of %d without an error", len(data), r.ContentLength)
	}
}
