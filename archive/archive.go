// Package archive keeps what a conference leaves behind: its sessions, what people wrote about them, and the masters, the bytes as they came.
//
// One bucket (a Store) is the only truth. Whoever has the bucket and the program has everything; renditions, measures, the index and every page
// are derived from it and may be wiped. Documents are JSON and change only by conditional write, through Archive.Update; masters are named by their
// SHA-256 and never change. Several processes on several machines share one bucket, and learn of each other's changes through Follow.
//
// What it promises: no update is lost, whoever writes at once; an update whose answer was lost is known for what it is; the exact bytes of every
// earlier revision are kept; fields that this program does not know survive; a newer format is read and never written; a document names only masters that are there.
package archive

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	mathrand "math/rand/v2"
	"time"
)

// Archive is the domain over one Store. Its fields are set before use and not changed; the methods may be called at once from many goroutines.
type Archive struct {
	Store Store
	Log   *slog.Logger
	By    string           // who writes, in documents' "by"; empty: nobody is named
	Poll  time.Duration    // how often the bell is looked at; 0 is 3 s
	Now   func() time.Time // nil is time.Now

	// OnPoint is told of each point that is reached; nil in the program itself. Tests end the process there.
	OnPoint func(Point)

	watches watchers
}

// ErrNewer is a document or an archive written by a newer program: read, never written.
var ErrNewer = errors.New("it was written by a newer version of cabina; this one reads it and does not change it")

// Invalid is a document that would break an invariant. Field is its path ("tracks.t4.versions"), Why what is wrong and what would be right.
type Invalid struct{ Field, Why string }

func (e *Invalid) Error() string { return e.Field + ": " + e.Why }

// formatKey is the document that makes a store an archive.
const formatKey = "format.json"

type formatDocument struct {
	Format  int    `json:"format"`
	Archive string `json:"archive"`
}

// Init makes sure that the store is an archive this program may write: it writes format.json where there is none, and is ErrNewer where the format is
// a later one.
func (a *Archive) Init(ctx context.Context) error {
	for {
		data, _, err := a.Store.Get(ctx, formatKey)
		switch {
		case err == nil:
			var f formatDocument
			if err := json.Unmarshal(data, &f); err != nil {
				return fmt.Errorf("%s: %w", formatKey, err)
			}
			if f.Format > Format {
				return fmt.Errorf("archive of format %d: %w", f.Format, ErrNewer)
			}
			return nil
		case !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("read %s: %w", formatKey, err)
		}
		data, err = json.Marshal(formatDocument{Format: Format, Archive: random(8)})
		if err != nil {
			return err
		}
		if _, err := a.Store.Put(ctx, formatKey, data, IfAbsent()); err != nil && !errors.Is(err, ErrConflict) {
			return fmt.Errorf("write %s: %w", formatKey, err)
		}
	}
}

// Newer is true of the bytes of any document, beside a master or in a job too, whose format is later than this program's: it is read and never written.
func Newer(data []byte) bool {
	var f formatDocument
	return json.Unmarshal(data, &f) == nil && f.Format > Format
}

// Session reads a session from the store. A session that is not there is fs.ErrNotExist.
func (a *Archive) Session(ctx context.Context, id string) (*Session, error) {
	s, _, err := sessions.read(ctx, a, id)
	return s, err
}

// Conference reads a conference from the store. One that is not there is fs.ErrNotExist.
func (a *Archive) Conference(ctx context.Context, id string) (*Conference, error) {
	c, _, err := conferences.read(ctx, a, id)
	return c, err
}

// Sessions reads all sessions, in order of their ids. A document that cannot be read is an error of its own, and the rest follows.
func (a *Archive) Sessions(ctx context.Context) iter.Seq2[*Session, error] {
	return sessions.all(ctx, a)
}

// Conferences reads all conferences, in order of their ids.
func (a *Archive) Conferences(ctx context.Context) iter.Seq2[*Conference, error] {
	return conferences.all(ctx, a)
}

// Create writes a new session as revision 1. One with that id already is ErrConflict.
func (a *Archive) Create(ctx context.Context, s *Session) (*Session, error) {
	return sessions.create(ctx, a, s)
}

// CreateConference writes a new conference as revision 1. One with that id already is ErrConflict.
func (a *Archive) CreateConference(ctx context.Context, c *Conference) (*Conference, error) {
	return conferences.create(ctx, a, c)
}

// Update is the only way a session changes: it reads it, lets change work on a copy, and writes that if nobody was faster, else it begins again. So
// change may run several times and must be pure: no clock and no new ids inside. A change that changes nothing writes nothing. It gives the document as
// it stands afterwards. Errors of change are given as they are; a change that would break an invariant is *Invalid.
func (a *Archive) Update(ctx context.Context, id string, change func(*Session) error) (*Session, error) {
	return sessions.update(ctx, a, id, change)
}

// UpdateConference is Update for a conference.
func (a *Archive) UpdateConference(ctx context.Context, id string, change func(*Conference) error) (*Conference, error) {
	return conferences.update(ctx, a, id, change)
}

// Revision is one earlier state of a session.
type Revision struct {
	Rev     int
	At      time.Time // when the next revision replaced it
	Session *Session
}

// History gives the earlier revisions of a session, oldest first, without today's.
func (a *Archive) History(ctx context.Context, id string) ([]Revision, error) {
	if !ValidID(id) {
		return nil, fmt.Errorf("session %s: %w", quote(id), fs.ErrNotExist)
	}
	var out []Revision
	for info, err := range a.Store.List(ctx, "history/sessions/"+id+"/", "") {
		if err != nil {
			return nil, fmt.Errorf("history of %s: %w", id, err)
		}
		data, _, err := a.Store.Get(ctx, info.Key)
		if err != nil {
			return nil, fmt.Errorf("history of %s: %w", id, err)
		}
		s := new(Session)
		if err := json.Unmarshal(data, s); err != nil {
			return nil, fmt.Errorf("%s: %w", info.Key, err)
		}
		out = append(out, Revision{Rev: s.Rev, At: info.Modified, Session: s})
	}
	return out, nil
}

// Revision reads one revision of a session, today's too.
func (a *Archive) Revision(ctx context.Context, id string, rev int) (*Session, error) {
	now, err := a.Session(ctx, id)
	if err != nil || now.Rev == rev {
		return now, err
	}
	data, _, err := a.Store.Get(ctx, historyKey(sessions.folder, id, rev))
	if err != nil {
		return nil, fmt.Errorf("revision %d of %s: %w", rev, id, err)
	}
	s := new(Session)
	if err := json.Unmarshal(data, s); err != nil {
		return nil, fmt.Errorf("revision %d of %s: %w", rev, id, err)
	}
	return s, nil
}

func (a *Archive) now() time.Time {
	if a.Now != nil {
		return a.Now()
	}
	return time.Now()
}

func (a *Archive) log() *slog.Logger {
	if a.Log != nil {
		return a.Log
	}
	return slog.New(slog.DiscardHandler)
}

// random gives n random bytes in hex.
func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return hex.EncodeToString(b)
}

// pause waits before try n of something that many may be trying at once.
func pause(ctx context.Context, n int) error {
	limit := min(time.Millisecond<<min(n, 9), 500*time.Millisecond)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(mathrand.N(limit) + time.Millisecond):
		return nil
	}
}
