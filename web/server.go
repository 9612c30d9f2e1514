// Package web is the archive as its readers meet it: pages, playlists, media, downloads and the API, all over HTTP.
//
// The whole URL space stands in routes.go. A handler finds out who asks for what (viewer.go, which asks archive.Access), makes its answer, and hands
// it to one of two ways out: answer.go for what is computed (pages, playlists, captions, JSON), media.go for byte ranges of renditions. It writes
// nothing before it is sure, and returns errors, which errors.go alone turns into responses.
//
// What it promises: what is not there and what is not the asker's are the same answer, byte for byte; nothing of a master but what was made of it
// leaves, not even its hash; no page asks a third party for anything; nobody's address or reading is logged.
//
// Pages are plain HTML from template/ with every sentence from package locale; they work without script.
package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/search"
	"cabina/transcode"
	"cabina/web/locale"
)

// Server holds what the pages are made from. Its fields are set before Handler and not changed; Archive, Mirror and Catalog must be there.
type Server struct {
	Archive *archive.Archive
	Mirror  *archive.Mirror // filled by its own Run
	Catalog *transcode.Catalog
	Search  *search.Index // nil: searches are answered 503
	Log     *slog.Logger  // nil: nothing is logged

	Langs          []locale.Lang  // of the interface, in order; none means all
	PublicURL      string         // as "https://archive.example", without a slash at the end; empty: links have no host
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed
	Now            func() time.Time

	// Who tells who asks; nil: everyone is a stranger. What stands behind ~ in the address is added to its answer.
	Who func(*http.Request) archive.Viewer

	pages   *pageSet      // made by Handler
	openAPI []byte        // the description of the API, made by Handler
	zippers sync.Pool     // of *gzip.Writer
	handles handles       // of renditions on disk
	files   computedFiles // picture with one voice, lately asked for
	turns   turns         // of long answers
	tiles   tiles         // pictures of lists, lately asked for
}

// Handler gives the whole site. An error means that the program was built without a part of itself.
func (s *Server) Handler() (http.Handler, error) {
	if s.Archive == nil || s.Mirror == nil || s.Catalog == nil {
		return nil, errors.New("web: Archive, Mirror and Catalog have to be set")
	}
	pages, err := readPages()
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	s.pages = pages
	e, err := s.router()
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	return e, nil
}

// router makes an echo that answers by our own rules alone: it logs nothing and believes no header about where a request comes from, but from
// TrustedProxies.
func (s *Server) router() (*echo.Echo, error) {
	static, err := s.staticFiles()
	if err != nil {
		return nil, err
	}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.Logger.SetLevel(offLevel)
	e.HTTPErrorHandler = s.fail
	e.IPExtractor = extractor(s.TrustedProxies)
	routes := s.routes(static)
	if s.openAPI, err = describeAPI(routes, s.PublicURL); err != nil {
		return nil, err
	}
	for _, r := range routes {
		h := s.guard(r)
		for _, method := range r.methods() {
			e.Add(method, r.path, h)
		}
	}
	return e, nil
}

// offLevel is log.OFF of echo's own logger (labstack/gommon).
const offLevel = 7

// extractor tells a viewer's address for those who count requests. echo's own default believes X-Forwarded-For from anyone.
func extractor(trusted []netip.Prefix) echo.IPExtractor {
	if len(trusted) == 0 {
		return echo.ExtractIPDirect()
	}
	options := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range trusted {
		p = p.Masked()
		bits := p.Addr().BitLen()
		options = append(options, echo.TrustIPRange(&net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), bits)}))
	}
	return echo.ExtractIPFromXFFHeader(options...)
}

const (
	maxHeader   = 32 << 10         // bytes of a request's head
	maxBody     = 64 << 10         // bytes of a request's body: no route of a reader takes one
	headWithin  = 10 * time.Second // for a request's head to arrive
	readWithin  = 30 * time.Second // for the whole request
	writeWithin = 5 * time.Minute  // for an answer that is computed, over the slowest line; media give themselves more as they go, see media.go
	idleWithin  = 2 * time.Minute  // between two requests of a connection
)

// NewHTTP gives the http.Server for a handler of this package, with limits on what a slow or hostile client may hold. Its caller sets Addr or a listener.
func NewHTTP(h http.Handler, log *slog.Logger) *http.Server {
	srv := &http.Server{
		Handler:           h,
		MaxHeaderBytes:    maxHeader,
		ReadHeaderTimeout: headWithin,
		ReadTimeout:       readWithin,
		WriteTimeout:      writeWithin,
		IdleTimeout:       idleWithin,
	}
	if log != nil {
		// net/http writes clients' addresses into these lines ("TLS handshake error from …"): they are for debugging only.
		srv.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelDebug)
	}
	return srv
}

func (s *Server) log() *slog.Logger {
	if s.Log != nil {
		return s.Log
	}
	return slog.New(slog.DiscardHandler)
}

func (s *Server) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

func (s *Server) langs() []locale.Lang {
	if len(s.Langs) > 0 {
		return s.Langs
	}
	return locale.Langs()
}
