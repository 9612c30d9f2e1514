package web

import (
	"context"
	"crypto/subtle"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/transcode"
)

// asked is a request for a session that archive.Access let through.
type asked struct {
	session *archive.Session // shared: never change it
	viewer  archive.Viewer
	address string // as it was asked for, "id" or "id~token": every link of the answer carries it on
	open    bool   // everyone may see it
}

// ask finds out who asks for which session: the one that :session names. Its error is to be returned as it is: what is not there and what
// is not the asker's are the same errNotFound. A wrong token is never right, also where none is needed.
func (s *Server) ask(c echo.Context) (asked, error) {
	address := c.Param("session")
	id, token := splitAddress(address)
	doc := s.Mirror.Session(id)
	if doc == nil {
		return asked{}, errNotFound
	}
	if address != id && subtle.ConstantTimeCompare([]byte(token), []byte(doc.Token)) != 1 {
		return asked{}, errNotFound
	}
	v := s.viewer(c)
	v.Token = token
	if err := allowed(archive.Access(v, doc, nil)); err != nil {
		return asked{}, err
	}
	return asked{session: doc, viewer: v, address: address, open: archive.Findable(doc, nil)}, nil
}

// track gives a track of the session that the viewer may see, by its id.
func (a asked) track(id string) (*archive.Track, error) {
	t := a.session.Track(id)
	if t == nil {
		return nil, errNotFound
	}
	return t, allowed(archive.Access(a.viewer, a.session, t))
}

// keep is how long an answer about the session as a whole may be kept.
func (a asked) keep() keep {
	if a.open && a.viewer.Standing == archive.Stranger {
		return keepAsk
	}
	return keepNever
}

// keepBytes is how long bytes of a track may be kept; t is nil for a still.
func (a asked) keepBytes(t *archive.Track) keep {
	if a.open && (t == nil || archive.Findable(a.session, t)) {
		return keepDay
	}
	return keepNever
}

// splitAddress parts "id~token".
func splitAddress(address string) (id, token string) {
	id, token, _ = strings.Cut(address, "~")
	return id, token
}

// viewer is who asks, before any session's token.
func (s *Server) viewer(c echo.Context) archive.Viewer {
	if s.Who == nil {
		return archive.Viewer{}
	}
	return s.Who(c.Request())
}

// keepFor is how long a list may be kept that was made for a viewer.
func keepFor(v archive.Viewer) keep {
	if v == (archive.Viewer{}) {
		return keepAsk
	}
	return keepNever
}

// askConference finds out who asks for which conference: the one that :conference names.
func (s *Server) askConference(c echo.Context) (*archive.Conference, archive.Viewer, error) {
	v := s.viewer(c)
	conf := s.Mirror.Conference(c.Param("conference"))
	return conf, v, allowed(seesConference(v, conf))
}

// seesConference holds a conference against the rules of a session of its visibility.
func seesConference(v archive.Viewer, c *archive.Conference) archive.Answer {
	if c == nil {
		return archive.No
	}
	return archive.Access(v, &archive.Session{Visibility: c.Visibility}, nil)
}

// visible gives the sessions that may be listed to a viewer, newest first. Unlisted ones are listed to those who may see them without the token.
func (s *Server) visible(v archive.Viewer) []*archive.Session {
	return slices.DeleteFunc(s.Mirror.Sessions(), func(doc *archive.Session) bool {
		return archive.Access(v, doc, nil) != archive.Yes
	})
}

// addressOf is how a link to a session names it, to someone who may see it.
func addressOf(doc *archive.Session) string {
	if doc.Visibility == archive.Unlisted {
		return doc.ID + "~" + doc.Token
	}
	return doc.ID
}

// view gives what of a session can be played now, without the tracks that the viewer may not see. A track that has left the document since is
// left out, too.
func (s *Server) view(ctx context.Context, a asked) (*transcode.View, error) {
	v, err := s.Catalog.View(ctx, a.session)
	if err != nil {
		return nil, err
	}
	sees := func(t *archive.Track) bool {
		_, err := a.track(t.ID)
		return err == nil
	}
	all := !slices.ContainsFunc(v.Voices, func(x transcode.VoiceView) bool { return !sees(x.Track) }) &&
		!slices.ContainsFunc(v.Texts, func(x transcode.TextView) bool { return !sees(x.Track) })
	for _, r := range v.Picture {
		all = all && (r.Track == nil || sees(r.Track))
	}
	if all {
		return v, nil
	}
	mine := *v
	mine.Voices, mine.Texts, mine.Picture = nil, nil, map[string]*transcode.Rendition{}
	for _, x := range v.Voices {
		if sees(x.Track) {
			mine.Voices = append(mine.Voices, x)
		}
	}
	for _, x := range v.Texts {
		if sees(x.Track) {
			mine.Texts = append(mine.Texts, x)
		}
	}
	for profile, r := range v.Picture {
		if r.Track == nil || sees(r.Track) {
			mine.Picture[profile] = r
		}
	}
	return &mine, nil
}

// people gives the people of a session whose names a viewer may read.
func people(doc *archive.Session, v archive.Viewer) []archive.Person {
	return slices.DeleteFunc(slices.Clone(doc.People), func(p archive.Person) bool { return p.Hidden && !works(v) })
}

// works is true of staff.
func works(v archive.Viewer) bool {
	return archive.Access(archive.Viewer{Account: v.Account, Standing: v.Standing}, &archive.Session{Visibility: archive.Draft}, nil) == archive.Yes
}
