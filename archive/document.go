package archive

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"strings"
)

// document is what sessions and conferences have in common: the same way to be read, created and changed.
type document[T any] struct {
	folder string // of its keys: sessions, conferences
	word   string // in sentences: session, conference
	head   func(*T) *head
	check  func(*T) error
	grow   func(old, new *T) error // what may not happen from one revision to the next
}

// head points into the fields every document has.
type head struct {
	format, rev *int
	update, id  *string
}

var sessions = document[Session]{
	folder: "sessions", word: "session",
	head:  func(s *Session) *head { return &head{&s.Format, &s.Rev, &s.Update, &s.ID} },
	check: (*Session).Check,
	grow:  checkGrowth,
}

var conferences = document[Conference]{
	folder: "conferences", word: "conference",
	head:  func(c *Conference) *head { return &head{&c.Format, &c.Rev, &c.Update, &c.ID} },
	check: (*Conference).Check,
	grow:  func(_, _ *Conference) error { return nil },
}

// read gives the document, its bytes and the version for a conditional write.
func (d document[T]) read(ctx context.Context, a *Archive, id string) (*T, stored, error) {
	if !ValidID(id) {
		return nil, stored{}, fmt.Errorf("%s %s: %w", d.word, quote(id), fs.ErrNotExist)
	}
	data, version, err := a.Store.Get(ctx, docKey(d.folder, id))
	if err != nil {
		return nil, stored{}, fmt.Errorf("%s %s: %w", d.word, id, err)
	}
	t, err := d.parse(data, id)
	return t, stored{data, version}, err
}

type stored struct {
	data    []byte
	version string
}

// Damaged is a document whose bytes cannot be read. Its last good revision is in the history.
type Damaged struct {
	Kind, ID string
	Err      error
}

func (e *Damaged) Error() string {
	return e.Kind + " " + e.ID + ": its document is damaged: " + e.Err.Error()
}

func (e *Damaged) Unwrap() error { return e.Err }

func (d document[T]) parse(data []byte, id string) (*T, error) {
	t := new(T)
	if err := json.Unmarshal(data, t); err != nil {
		return nil, &Damaged{d.word, id, err}
	}
	if got := *d.head(t).id; got != id {
		return nil, &Damaged{d.word, id, fmt.Errorf("it says that it is %s", quote(got))}
	}
	return t, nil
}

func (d document[T]) all(ctx context.Context, a *Archive) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for info, err := range a.Store.List(ctx, d.folder+"/", "") {
			if err != nil {
				yield(nil, fmt.Errorf("list %s: %w", d.folder, err))
				return
			}
			t, _, err := d.read(ctx, a, strings.TrimSuffix(strings.TrimPrefix(info.Key, d.folder+"/"), ".json"))
			if errors.Is(err, fs.ErrNotExist) {
				continue // removed since it was listed
			}
			if !yield(t, err) {
				return
			}
		}
	}
}

func (d document[T]) create(ctx context.Context, a *Archive, t *T) (*T, error) {
	h := d.head(t)
	*h.format, *h.rev, *h.update = Format, 1, random(8)
	if err := d.check(t); err != nil {
		return nil, fmt.Errorf("%s %s: %w", d.word, *h.id, err)
	}
	data, err := encodeDocument(t)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", d.word, *h.id, err)
	}
	_, err = a.Store.Put(ctx, docKey(d.folder, *h.id), data, IfAbsent())
	if err != nil && !d.mine(ctx, a, *h.id, 1, *h.update) {
		return nil, fmt.Errorf("create %s %s: %w", d.word, *h.id, err)
	}
	a.Reached(PointDocument)
	a.ring(ctx, *h.id)
	return d.parse(data, *h.id)
}

// tries bounds how often one update begins again. Losing races is no failure: with 16 writers on one document the slowest needed 40.
const tries = 1000

// faults bounds how often in a row a store may fail in another way than by a lost race.
const faults = 6

func (d document[T]) update(ctx context.Context, a *Archive, id string, change func(*T) error) (*T, error) {
	failed := 0
	for n := range tries {
		old, was, err := d.read(ctx, a, id)
		if err != nil {
			return nil, err
		}
		next, err := d.next(old, was, id, change)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", d.word, id, err)
		}
		if next == nil {
			return old, nil
		}
		written, err := d.write(ctx, a, id, was, next)
		if err == nil {
			a.ring(ctx, id)
			return written, nil
		}
		if !errors.Is(err, ErrConflict) {
			if failed++; failed == faults {
				return nil, fmt.Errorf("update %s %s: %w", d.word, id, err)
			}
		}
		if err := pause(ctx, n); err != nil {
			return nil, fmt.Errorf("update %s %s: %w", d.word, id, err)
		}
	}
	return nil, fmt.Errorf("update %s %s: %d others were faster: %w", d.word, id, tries, ErrConflict)
}

// next is the revision after old, nil where change changed nothing.
func (d document[T]) next(old *T, was stored, id string, change func(*T) error) (*T, error) {
	if *d.head(old).format > Format {
		return nil, ErrNewer
	}
	next, err := d.parse(was.data, id) // a copy
	if err != nil {
		return nil, err
	}
	if err := change(next); err != nil {
		return nil, err
	}
	h, o := d.head(next), d.head(old)
	*h.format, *h.rev, *h.update, *h.id = *o.format, *o.rev, *o.update, *o.id
	before, err := encodeDocument(old)
	if err != nil {
		return nil, err
	}
	after, err := encodeDocument(next)
	if err != nil {
		return nil, err
	}
	if bytes.Equal(before, after) {
		return nil, nil
	}
	if err := d.check(next); err != nil {
		return nil, err
	}
	if err := d.grow(old, next); err != nil {
		return nil, err
	}
	*h.format, *h.rev, *h.update = Format, *o.rev+1, random(8)
	return next, nil
}

// write keeps the exact bytes of the revision that stands, then puts the next one in its place. A crash in between leaves a harmless copy.
func (d document[T]) write(ctx context.Context, a *Archive, id string, was stored, next *T) (*T, error) {
	h := d.head(next)
	data, err := encodeDocument(next)
	if err != nil {
		return nil, err
	}
	_, err = a.Store.Put(ctx, historyKey(d.folder, id, *h.rev-1), was.data, IfAbsent())
	if err != nil && !errors.Is(err, ErrConflict) {
		return nil, fmt.Errorf("keep revision %d: %w", *h.rev-1, err)
	}
	a.Reached(PointHistory)
	_, err = a.Store.Put(ctx, docKey(d.folder, id), data, IfVersion(was.version))
	if err != nil && !d.mine(ctx, a, id, *h.rev, *h.update) {
		return nil, err
	}
	a.Reached(PointDocument)
	return d.parse(data, id)
}

// mine tells whether revision rev was written by the attempt update, although its answer was lost: a client that sends again after a cut connection
// reports a lost race against itself.
func (d document[T]) mine(ctx context.Context, a *Archive, id string, rev int, update string) bool {
	for n := range faults {
		t, _, err := d.read(ctx, a, id)
		switch {
		case err == nil && *d.head(t).rev == rev:
			return *d.head(t).update == update
		case err == nil && *d.head(t).rev > rev: // written over since: its own bytes are in the history
			data, _, err := a.Store.Get(ctx, historyKey(d.folder, id, rev))
			if err == nil {
				t, err := d.parse(data, id)
				return err == nil && *d.head(t).update == update
			}
		case err == nil, errors.Is(err, fs.ErrNotExist):
			return false
		}
		if pause(ctx, n+4) != nil {
			return false
		}
	}
	return false
}

// encodeDocument is the one form in which documents are stored: indented, for the person who looks into the bucket.
func encodeDocument(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
