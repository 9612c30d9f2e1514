package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/transcode"
)

func TestErrors(t *testing.T) {
	s := publicSite(t)
	for _, c := range []struct {
		name, path string
		header     []string
		status     int
		mime       string
		holds      string
	}{
		{"a page in the address's language", "/fr/sessions/nothing0", nil, 404, "text/html", `lang="fr"`},
		{"a page in the reader's language where the address has none", "/nothing", []string{"Accept-Language", "ru"}, 404, "text/html", `lang="ru"`},
		{"a language that the interface does not have is not there", "/xx/", []string{"Accept-Language", "pt-BR"}, 404, "text/html", `lang="pt"`},
		{"so is a session under it", "/xx/sessions/public-0", nil, 404, "text/html", `lang="en"`},
		{"a download is a page", "/download/nothing0/t3.mp4", []string{"Accept-Language", "es"}, 404, "text/html", `lang="es"`},
		{"media are a line of text", "/media/nothing0/x.mp4", nil, 404, "text/plain", "Not Found"},
		{"playlists are a line of text", "/play/public-0/x.m3u8", nil, 404, "text/plain", "Not Found"},
		{"the API is a problem", "/api/v1/sessions/nothing0", nil, 404, "application/problem+json", `"status":404`},
		{"nothing under the API is a problem", "/api/v2/", nil, 404, "application/problem+json", `"about:blank"`},
		{"a problem in the reader's language", "/api/v1/nothing", []string{"Accept-Language", "ru"}, 404, "application/problem+json", "адрес"},
		{"a query that cannot be read says where", "/api/v1/search?q=derechos+humanos+-+x", nil, 400, "application/problem+json", `"at":[17,18]`},
		{"and of which type it is", "/api/v1/search?q=derechos+humanos+-", nil, 400, "application/problem+json", `"type":"/problems/query"`},
		{"and what is wrong", "/api/v1/moments?q=derechos+humanos+-", nil, 400, "application/problem+json", `"detail":"a word after - is missing"`},
		{"no query is a problem", "/api/v1/search", nil, 400, "application/problem+json", "/problems/query"},
		{"a limit out of bounds is a problem", "/api/v1/search?q=x&limit=101", nil, 400, "application/problem+json", "1 to 100"},
		{"a limit that is no number is a problem", "/api/v1/sessions?limit=ten", nil, 400, "application/problem+json", "1 to 1000"},
		{"a language that is none is a problem", "/api/v1/search?q=x&lang=e_s", nil, 400, "application/problem+json", "language tags"},
		{"a cursor of no search is a problem", "/api/v1/search?q=x&cursor=nonsense", nil, 400, "application/problem+json", "cursor"},
		{"a cursor of no list is a problem", "/api/v1/sessions?cursor=nonsense", nil, 400, "application/problem+json", "cursor"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := s.get(c.path, c.header...)
			got := body(t, r)
			if r.StatusCode != c.status || !strings.HasPrefix(r.Header.Get("Content-Type"), c.mime) || !strings.Contains(got, c.holds) {
				t.Errorf("GET %s = %d %s\n%.600s\nwant %d %s with %s (%s)", c.path, r.StatusCode, r.Header.Get("Content-Type"), got, c.status, c.mime, c.holds, c.name)
			}
			if cache := r.Header.Get("Cache-Control"); cache != "private, no-store" {
				t.Errorf("GET %s: Cache-Control %q, want private, no-store", c.path, cache)
			}
			if c.mime == "application/problem+json" {
				var p problem
				if err := json.Unmarshal([]byte(got), &p); err != nil || p.Status != c.status || p.Title == "" || p.Detail == "" {
					t.Errorf("GET %s = %s (%v), want a problem with title, status and detail", c.path, got, err)
				}
			}
		})
	}
}

func TestMethods(t *testing.T) {
	s := publicSite(t)
	for _, path := range []string{"/en/", "/api/v1/sessions", "/media/public-0/x.mp4", "/en/sessions/public-0", "/en/sessions/draft-00"} {
		r := s.ask(http.MethodPost, path)
		if allow := r.Header.Get("Allow"); r.StatusCode != 405 || !strings.Contains(allow, "GET, HEAD") {
			t.Errorf("POST %s = %d, Allow %q, want 405 with GET, HEAD", path, r.StatusCode, allow)
		}
	}
}

// TestSameNotFound: an address answers the same before a session is there and while it is a draft, or a track of staff.
func TestSameNotFound(t *testing.T) {
	s := newSite(t, func(*site) {})
	paths := []string{"/en/sessions/draft-00", "/en/sessions/draft-00/listen", "/en/sessions/draft-00/transcript/es", "/play/draft-00/master.m3u8",
		"/media/draft-00/t3.voice.0123456789abcdef.mp4", "/download/draft-00/t3.mp4", "/api/v1/sessions/draft-00", "/api/v1/sessions/draft-00/transcripts/es"}
	type seen struct {
		Status int
		Header http.Header
		Body   string
	}
	look := func() map[string]seen {
		out := map[string]seen{}
		for _, path := range paths {
			r := s.get(path, "Accept-Encoding", "gzip")
			out[path] = seen{r.StatusCode, r.Header, body(t, r)}
		}
		return out
	}
	before := look()
	s.add(s.recorded("draft-00", archive.Draft))
	s.wait("the draft is there", func() bool { return s.Mirror.Session("draft-00") != nil })
	if diff := cmp.Diff(before, look()); diff != "" {
		t.Errorf("a draft is told from nothing:\n%s", diff)
	}
}

// TestNothingIsLeftOfAnAnswer: of an answer that fails half way nothing is left in the error, which is that of what was never there.
func TestNothingIsLeftOfAnAnswer(t *testing.T) {
	s := publicSite(t)
	name := s.name("public-0", "t3", transcode.Voice)
	if err := s.Archive.Store.Delete(t.Context(), name.Key(".mp4")); err != nil {
		t.Fatal(err)
	}
	path := "/media/public-0/" + name.File() + ".mp4"
	broken, nothing := s.get(path), s.get(strings.Replace(path, "public", "nobody", 1))
	if diff := cmp.Diff(nothing.Header, broken.Header); diff != "" || broken.StatusCode != 404 {
		t.Errorf("GET a voice whose bytes are gone = %d, and its headers differ from those of nothing:\n%s", broken.StatusCode, diff)
	}
}

// TestBroken: what is wrong with us is a 500 that tells nothing of it, and is logged without who asked or what for.
func TestBroken(t *testing.T) {
	var log bytes.Buffer
	s := publicSite(t)
	s.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	broken := map[string]echo.HandlerFunc{
		"/en/broken":     func(echo.Context) error { return errors.New("secret cause") },
		"/api/v1/broken": func(echo.Context) error { return errors.New("secret cause") },
		"/play/broken":   func(echo.Context) error { panic("secret cause") },
	}
	for path, h := range broken {
		s.echo.GET(path, s.guard(route{path, kindOf(path), aboutNothing, h}))
	}
	for path := range broken {
		log.Reset()
		r := s.get(path+"?q=whatsomebodyseeks", "X-Forwarded-For", "198.51.100.7")
		if got := body(t, r); r.StatusCode != 500 || strings.Contains(got, "secret") {
			t.Errorf("GET %s = %d %.300s, want 500 and no word of the cause", path, r.StatusCode, got)
		}
		got := log.String()
		if !strings.Contains(got, "secret cause") || !strings.Contains(got, path) {
			t.Errorf("GET %s logged %q, want the cause and the route", path, got)
		}
		for _, private := range []string{"192.0.2.1", "198.51.100.7", "whatsomebodyseeks"} { // the first is httptest's own
			if strings.Contains(got, private) {
				t.Errorf("GET %s logged %q, want no %s", path, got, private)
			}
		}
	}
}

func TestReady(t *testing.T) {
	s := publicSite(t)
	if r := s.get("/readyz"); r.StatusCode != 200 {
		t.Errorf("GET /readyz = %d, want 200", r.StatusCode)
	}
	s.Mirror = archive.NewMirror(s.Archive)
	if r := s.get("/readyz"); r.StatusCode != 503 {
		t.Errorf("GET /readyz before the documents are read = %d, want 503", r.StatusCode)
	}
	if r := s.get("/healthz"); r.StatusCode != 200 {
		t.Errorf("GET /healthz = %d, want 200", r.StatusCode)
	}
}

func TestHandlerNeedsItsParts(t *testing.T) {
	if _, err := (&Server{}).Handler(); err == nil {
		t.Error("Handler of an empty Server gave no error, want one that names what is missing")
	}
	s := publicSite(t)
	h, err := s.Handler()
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/healthz", nil))
	if w.Code != 200 {
		t.Errorf("GET /healthz = %d, want 200", w.Code)
	}
}
