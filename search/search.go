package search

import (
	"context"
	"errors"
	"strings"

	"cabina/archive"

	"github.com/blevesearch/bleve/v2/search/query"
)

// Request is one search. Query, by Parse, and Sessions must be set.
type Request struct {
	Query      *Query
	Languages  []archive.Language // of what is said; none: all
	Session    string             // only this one
	Conference string             // only this one's
	Limit      int                // moments on a page, 1 to 100; 0 is 10
	Cursor     string             // Next of the page before
	Around     bool               // with the neighbouring cues
	Viewer     archive.Viewer
	// Lang is the interface's language: addresses begin with it, and titles are in it where they can be. Empty is en.
	Lang string
	// Sessions gives today's document of a session, nil where there is none: what every hit is checked against. It must not read the store.
	Sessions func(id string) *archive.Session
}

// The bounds of Request.Limit.
const (
	defaultLimit = 10
	mostMoments  = 100
)

// BadCursor is a cursor that is not one of this query's.
type BadCursor struct{}

func (BadCursor) Error() string {
	return "the cursor belongs to another query; leave it out to begin at the first page"
}

// mostPassages are made into moments.
const mostPassages = 200

// Search finds moments. Errors are BadCursor, and what the context or the index says.
func (x *Index) Search(ctx context.Context, r Request) (*Answer, error) {
	x.reading.RLock()
	defer x.reading.RUnlock()
	if r.Limit = min(r.Limit, mostMoments); r.Limit <= 0 {
		r.Limit = defaultLimit
	}
	if r.Lang == "" {
		r.Lang = "en"
	}
	after, err := r.readCursor()
	if err != nil {
		return nil, err
	}
	s := x.searching(&r)
	defer s.done()
	if err := s.look(ctx); err != nil {
		return nil, err
	}
	moments := s.moments()
	answer := s.page(moments, after)
	answer.Counts = s.counts(moments)
	if after == nil {
		if err := s.addTitled(ctx, answer); err != nil {
			return nil, err
		}
	}
	return answer, nil
}

// session gives today's document.
func (r *Request) session(id string) *archive.Session { return r.Sessions(id) }

// searching is one search on its way.
type searching struct {
	x        *Index
	r        *Request
	rest     query.Query // what of "rest" the asker may look into; nil: nothing
	shelves  []*shelf
	looks    []*look
	files    map[string]*text // cue files in use, by name; nil: not to be had
	releases []func()
}

// searching begins one. x.reading is held until it is done.
func (x *Index) searching(r *Request) *searching {
	s := &searching{x: x, r: r, files: map[string]*text{}, rest: r.visible()}
	s.shelves = x.shelves(s.rest != nil)
	return s
}

func (s *searching) done() {
	for _, release := range s.releases {
		release()
	}
}

// file gives an open cue file, nil where it cannot be had: the session is then taken in again.
func (s *searching) file(id textID) *text {
	name := s.x.files.name(id.session, id.track, id.key)
	if t, known := s.files[name]; known {
		return t
	}
	t, release, err := s.x.files.use(name)
	if err != nil {
		s.x.log.Warn("cue file cannot be read; it is made again", "session", id.session, "track", id.track, "err", err)
		if errors.Is(err, errDamaged) {
			_ = s.x.files.remove(name)
		}
		s.x.again(id.session)
		s.files[name] = nil
		return nil
	}
	s.files[name] = t
	s.releases = append(s.releases, release)
	return t
}

// placeOf takes a place apart: session, track and language.
func placeOf(term string) (session, track string, language archive.Language) {
	parts := strings.SplitN(term, "|", 3)
	if len(parts) < 3 {
		return "", "", ""
	}
	return parts[0], parts[1], archive.Language(parts[2])
}

// sees tells whether a text may be shown to the asker today, with the documents it needs.
func (s *searching) sees(session, track string) (*archive.Session, *archive.Track) {
	doc := s.r.session(session)
	if doc == nil {
		return nil, nil
	}
	t := doc.Track(track)
	if t == nil || t.Current() == nil || archive.Access(s.r.Viewer, doc, t) != archive.Yes {
		return nil, nil
	}
	return doc, t
}
