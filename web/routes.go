package web

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// kind is what sort of answer a route gives: it decides the headers of every answer and what an error looks like.
type kind byte

const (
	aPage     kind = iota // HTML in the interface's language; errors are pages
	aDownload             // a file that a person asked for by a link: errors are pages
	anAPI                 // JSON for anyone's script; errors are RFC 9457 problems
	aFile                 // bytes for a player or browser; errors are a line of text
)

// about is what a route shows, and so what its handler asks archive.Access about. The access test holds each route against every visibility.
type about byte

const (
	aboutNothing    about = iota // the same for everyone
	aboutList                    // of sessions: each is asked about
	aboutConference              // the one that :conference names
	aboutSession                 // the one that :session names, as "id" or "id~token"
	aboutTrack                   // one track of it
)

// route is one row of the URL space. Each answers GET and HEAD; the API's OPTIONS, too.
type route struct {
	path   string
	kind   kind
	about  about
	handle echo.HandlerFunc
}

// routes is the whole URL space, as the contract's "Addresses". What stands fixed goes before what is a parameter.
func (s *Server) routes(static *staticFiles) []route {
	return []route{
		{"/", aPage, aboutNothing, s.toLang},
		{"/:lang", aPage, aboutNothing, s.toHome},
		{"/:lang/", aPage, aboutList, s.home},
		{"/:lang/about", aPage, aboutNothing, s.about},
		{"/:lang/search", aPage, aboutList, s.searchPage},
		{"/:lang/suggest", aPage, aboutList, s.suggest},
		{"/:lang/conferences/:conference", aPage, aboutConference, s.conference},
		{"/:lang/sessions/:session", aPage, aboutSession, s.session},
		{"/:lang/sessions/:session/listen", aPage, aboutSession, s.listen},
		{"/:lang/sessions/:session/cite", aPage, aboutSession, s.cite},
		{"/:lang/sessions/:session/transcript/:voice", aPage, aboutTrack, s.transcript},
		{"/:lang/sessions/:session/side", aPage, aboutSession, s.side},

		{"/play/:session/master.m3u8", aFile, aboutSession, s.master},
		{"/play/:session/:file", aFile, aboutTrack, s.play},             // {track}.{profile}.{recipe16}.m3u8  {track}.vtt.{recipe16}.m3u8  {track}.{recipe16}.vtt
		{"/media/:session/:file", aFile, aboutTrack, s.media},           // {track}.{profile}.{recipe16}.mp4  {track}.sheet.{recipe16}-{n}.jpg  …-{n}-{place}.jpg
		{"/download/:session/:file", aDownload, aboutTrack, s.download}, // {voice}.mp4 .m4a  {text}.vtt .srt .txt .json

		{"/api/v1/search", anAPI, aboutList, s.apiSearch},
		{"/api/v1/moments", anAPI, aboutList, s.apiMoments},
		{"/api/v1/sessions", anAPI, aboutList, s.apiSessions},
		{"/api/v1/sessions/:session", anAPI, aboutSession, s.apiSession},
		{"/api/v1/sessions/:session/transcripts/:voice", anAPI, aboutTrack, s.apiTranscript},
		{"/api/v1/lines", anAPI, aboutList, s.apiLines},
		{"/api/v1/lines/:line", anAPI, aboutList, s.apiLine},
		{"/api/v1/corpus", anAPI, aboutList, s.apiCorpus},
		{"/api/v1/openapi.json", anAPI, aboutNothing, s.apiDocument},

		{"/static/:file", aFile, aboutNothing, static.serve},
		{"/robots.txt", aFile, aboutNothing, s.robots},
		{"/healthz", aFile, aboutNothing, s.healthz},
		{"/readyz", aFile, aboutNothing, s.readyz},
	}
}

func (r route) methods() []string {
	if r.kind == anAPI {
		return []string{http.MethodGet, http.MethodHead, http.MethodOptions}
	}
	return []string{http.MethodGet, http.MethodHead}
}
