package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// policy is what a page may load: our own files and nothing else, no inline script or style, and no frame around it. media-src blob: is what
// hls.js feeds the player from.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; media-src 'self' blob:; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// keep is how long others may keep an answer: browsers, proxies, a CDN.
type keep byte

const (
	keepNever keep = iota // what is not everyone's
	keepAsk               // kept, and asked about again each time by its ETag
	keepDay               // public media and captions: their address changes with their bytes; 60 s in shared caches, so that a withdrawal reaches all
	keepEver              // files of the front end, named by their hash
)

// cacheControl holds the header's values, shared by all answers: they are never changed.
var cacheControl = [...][]string{
	keepNever: {"private, no-store"},
	keepAsk:   {"no-cache"},
	keepDay:   {"public, max-age=86400, s-maxage=60"},
	keepEver:  {"public, max-age=31536000, immutable"},
}

func (k keep) set(h http.Header) { h["Cache-Control"] = cacheControl[k] }

var (
	nosniff    = []string{"nosniff"}
	noReferrer = []string{"no-referrer"}
)

// setHeaders writes what every answer of a kind carries, errors too.
func (k kind) setHeaders(h http.Header) {
	h["X-Content-Type-Options"] = nosniff
	h["Referrer-Policy"] = noReferrer
	keepNever.set(h) // until a handler knows that everyone may have it
	switch k {
	case aPage:
		h.Set("Content-Security-Policy", policy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
	case anAPI:
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Expose-Headers", "ETag, Retry-After, Content-Disposition")
	}
}

// kindOf tells a kind from an address, also of one that leads nowhere.
func kindOf(path string) kind {
	switch first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/"); first {
	case "api":
		return anAPI
	case "download":
		return aDownload
	case "play", "media", "static", "robots.txt", "healthz", "readyz":
		return aFile
	}
	return aPage
}

// preflight answers a browser's question whether a script of another site may ask the API: any may, and never with credentials.
func preflight(c echo.Context) error {
	h := c.Response().Header()
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Accept-Language, If-None-Match")
	h.Set("Access-Control-Max-Age", "86400")
	h.Set("Allow", "GET, HEAD, OPTIONS")
	return c.NoContent(http.StatusNoContent)
}
