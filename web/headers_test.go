package web

import (
	"compress/gzip"
	"io"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"cabina/transcode"
)

func TestHeaders(t *testing.T) {
	s := publicSite(t)
	voice := s.name("public-0", "t3", transcode.Voice)
	const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	captions := s.captionPaths("public-0", "public-0", "t5")
	for _, c := range []struct {
		path, cache string
		page, api   bool
		tag         bool
	}{
		{path: "/en/", cache: "no-cache", page: true, tag: true},
		{path: "/en/sessions/public-0", cache: "no-cache", page: true, tag: true},
		{path: "/en/search?q=derechos", cache: "no-cache", page: true, tag: true},
		{path: "/en/nothing", cache: "private, no-store", page: true},
		{path: "/download/public-0/nothing", cache: "private, no-store", page: true},
		{path: "/play/public-0/master.m3u8", cache: "no-cache", tag: true},
		{path: "/play/public-0/" + voice.File() + ".m3u8", cache: "no-cache", tag: true},
		{path: captions[0], cache: "no-cache", tag: true},
		{path: captions[1], cache: "public, max-age=86400, s-maxage=60", tag: true},
		{path: "/media/public-0/" + voice.File() + ".mp4", cache: "public, max-age=86400, s-maxage=60", tag: true},
		{path: "/download/public-0/t3.mp4", cache: "no-cache", tag: true},
		{path: "/download/public-0/t5.txt", cache: "no-cache", tag: true},
		{path: "/api/v1/sessions/public-0", cache: "no-cache", api: true, tag: true},
		{path: "/api/v1/search?q=derechos", cache: "no-cache", api: true, tag: true},
		{path: "/api/v1/search?q=-", cache: "private, no-store", api: true},
		{path: "/robots.txt", cache: "no-cache", tag: true},
		{path: "/healthz", cache: "private, no-store"},
	} {
		r := s.get(c.path)
		want := map[string]string{"Cache-Control": c.cache, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Access-Control-Allow-Credentials": "",
			"Content-Security-Policy": "", "Cross-Origin-Opener-Policy": "", "Access-Control-Allow-Origin": ""}
		if c.page {
			want["Content-Security-Policy"], want["Cross-Origin-Opener-Policy"] = csp, "same-origin"
		}
		if c.api {
			want["Access-Control-Allow-Origin"] = "*"
		}
		for header, want := range want {
			if got := r.Header.Get(header); got != want {
				t.Errorf("GET %s: %s = %q, want %q", c.path, header, got, want)
			}
		}
		tag := r.Header.Get("ETag")
		if c.tag != (tag != "") || strings.HasPrefix(tag, "W/") {
			t.Errorf("GET %s: ETag = %q, want a strong one: %v", c.path, tag, c.tag)
		}
		if !c.tag {
			continue
		}
		if again := s.get(c.path, "If-None-Match", tag); again.StatusCode != 304 || body(t, again) != "" || again.Header.Get("ETag") != tag || again.Header.Get("Cache-Control") != c.cache {
			t.Errorf("GET %s with its own ETag = %d, ETag %s, %s, want 304 with the same", c.path, again.StatusCode, again.Header.Get("ETag"), again.Header.Get("Cache-Control"))
		}
	}
}

func TestCompression(t *testing.T) {
	s := publicSite(t)
	for path, want := range map[string]string{
		"/en/sessions/public-0":      "gzip",
		"/api/v1/sessions/public-0":  "gzip",
		"/play/public-0/master.m3u8": "gzip",
		"/media/public-0/" + s.name("public-0", "t3", transcode.Voice).File() + ".mp4": "",
		"/download/public-0/t3.mp4": "",
		"/robots.txt":               "",
	} {
		plain, zipped := s.get(path), s.get(path, "Accept-Encoding", "gzip, br")
		if got := zipped.Header.Get("Content-Encoding"); got != want {
			t.Errorf("GET %s: Content-Encoding %q, want %q", path, got, want)
			continue
		}
		if want == "" {
			continue
		}
		z, err := gzip.NewReader(zipped.Body)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(z)
		if err != nil || string(data) != body(t, plain) {
			t.Errorf("GET %s: compressed and plain differ (%v)", path, err)
		}
		if a, b := plain.Header.Get("ETag"), zipped.Header.Get("ETag"); a == b {
			t.Errorf("GET %s: ETag %s for both encodings, want two", path, a)
		}
		if vary := zipped.Header.Get("Vary"); !strings.Contains(vary, "Accept-Encoding") {
			t.Errorf("GET %s: Vary %q, want Accept-Encoding in it", path, vary)
		}
	}
}

// TestCORS: every answer to GET under /api/v1/ may be read by a script of any site, whether or not an Origin is named, and never with credentials.
func TestCORS(t *testing.T) {
	s := publicSite(t)
	for _, path := range []string{"/api/v1/sessions", "/api/v1/sessions/public-0", "/api/v1/sessions/nothing0", "/api/v1/search?q=derechos", "/api/v1/search?q=-",
		"/api/v1/moments?q=derechos", "/api/v1/sessions/public-0/transcripts/es", "/api/v1/nothing", "/api/v1/sessions?limit=x"} {
		for _, header := range [][]string{nil, {"Origin", "https://other.example"}, {"If-None-Match", "*"}} {
			r := s.get(path, header...)
			if got := r.Header["Access-Control-Allow-Origin"]; len(got) != 1 || got[0] != "*" || r.Header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("GET %s with %v = %d: Access-Control-Allow-Origin %q, want * once and no credentials", path, header, r.StatusCode, got)
			}
		}
	}
	r := s.ask("OPTIONS", "/api/v1/search", "Origin", "https://other.example", "Access-Control-Request-Method", "GET")
	if r.StatusCode != 204 || r.Header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(r.Header.Get("Access-Control-Allow-Methods"), "GET") {
		t.Errorf("OPTIONS /api/v1/search = %d %v, want 204 that lets GET through", r.StatusCode, r.Header)
	}
	for _, path := range []string{"/en/", "/play/public-0/master.m3u8", "/media/public-0/x.mp4"} {
		if got := s.get(path, "Origin", "https://other.example").Header.Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("GET %s: Access-Control-Allow-Origin %q, want none outside the API", path, got)
		}
	}
}

func TestLanguages(t *testing.T) {
	s := publicSite(t)
	for header, want := range map[string]string{
		"":                       "/en/",
		"es-MX,es;q=0.9":         "/es/",
		"de, uk;q=0.9":           "/en/",
		"de, pt-BR;q=0.5":        "/pt/",
		"ar":                     "/ar/",
		"en;q=0.1, fr;q=0.2":     "/fr/",
		"nonsense;;;":            "/en/",
		strings.Repeat("x", 1e5): "/en/",
	} {
		r := s.get("/", "Accept-Language", header)
		if got := r.Header.Get("Location"); r.StatusCode != 302 || got != want || !strings.Contains(r.Header.Get("Vary"), "Accept-Language") {
			t.Errorf("GET / with %.40q = %d to %s, want 302 to %s", header, r.StatusCode, got, want)
		}
	}
	if r := s.get("/es"); r.StatusCode != 308 || r.Header.Get("Location") != "/es/" {
		t.Errorf("GET /es = %d to %s, want 308 to /es/", r.StatusCode, r.Header.Get("Location"))
	}
	s.Langs = s.Langs[:0:0]
	s.Langs = append(s.Langs, "ru", "en")
	if r := s.get("/", "Accept-Language", "fr"); r.Header.Get("Location") != "/ru/" {
		t.Errorf("GET / of an interface in ru and en = to %s, want its first, /ru/", r.Header.Get("Location"))
	}
	if r := s.get("/fr/"); r.StatusCode != 404 {
		t.Errorf("GET /fr/ of an interface in ru and en = %d, want 404", r.StatusCode)
	}
}

// TestExtractor: whose word is taken for where a request comes from.
func TestExtractor(t *testing.T) {
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "10.0.0.5:1234"
	r.Header.Set("X-Forwarded-For", "203.0.113.9, 198.51.100.7")
	r.Header.Set("X-Real-IP", "203.0.113.1")
	for _, c := range []struct {
		name    string
		trusted []netip.Prefix
		want    string
	}{
		{"nobody is believed", nil, "10.0.0.5"},
		{"a trusted proxy is believed of the last hop", []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, "198.51.100.7"},
		{"others are not, even in private nets", []netip.Prefix{netip.MustParsePrefix("192.168.0.0/16")}, "10.0.0.5"},
		{"two trusted proxies are believed of what is before them", []netip.Prefix{netip.MustParsePrefix("10.0.0.5/32"), netip.MustParsePrefix("198.51.100.0/24")}, "203.0.113.9"},
	} {
		if got := extractor(c.trusted)(r); got != c.want {
			t.Errorf("address = %s, want %s (%s)", got, c.want, c.name)
		}
	}
}
