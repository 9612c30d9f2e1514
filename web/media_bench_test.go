package web

import (
	"io"
	"net"
	"net/http"
	"testing"

	"cabina/archive"
	"cabina/transcode"
)

// nowhere takes an answer and keeps nothing of it.
type nowhere struct{ header http.Header }

func (w *nowhere) Header() http.Header                       { return w.header }
func (w *nowhere) WriteHeader(int)                           {}
func (w *nowhere) Write(b []byte) (int, error)               { return len(b), nil }
func (w *nowhere) ReadFrom(r io.Reader) (n int64, err error) { return r.(*io.LimitedReader).N, nil }

// BenchmarkMedia is all that we do of a range but the kernel's copy: what stands between a socket and sendfile.
func BenchmarkMedia(b *testing.B) {
	s := newSite(b, func(s *site) { s.add(s.recorded("public-0", archive.Public)) })
	r, err := http.NewRequest(http.MethodGet, "/media/public-0/"+s.name("public-0", "t3", transcode.Voice).File()+".mp4", nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Range", "bytes=1000-9999")
	b.ReportAllocs()
	for b.Loop() {
		s.echo.ServeHTTP(&nowhere{header: http.Header{}}, r)
	}
}

// BenchmarkMediaOverTCP is the same over one real connection.
func BenchmarkMediaOverTCP(b *testing.B) {
	s := newSite(b, func(s *site) { s.add(s.recorded("public-0", archive.Public)) })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	srv := NewHTTP(s.echo, nil)
	go func() { _ = srv.Serve(l) }()
	b.Cleanup(func() { _ = srv.Close() })
	r, err := http.NewRequest(http.MethodGet, "http://"+l.Addr().String()+"/media/public-0/"+s.name("public-0", "t3", transcode.Voice).File()+".mp4", nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Range", "bytes=1000-9999")
	for b.Loop() {
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			b.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, answer.Body); n != 9000 || err != nil {
			b.Fatal(n, err)
		}
		_ = answer.Body.Close()
	}
}
