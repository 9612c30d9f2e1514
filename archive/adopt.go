package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
)

// Adoption is what Adopt did.
type Adoption int

// What Adopt may have done: nothing, for the document stood there already; written one that was not there; put a later revision over an earlier one.
const (
	AdoptedNothing Adoption = iota
	AdoptedNew
	AdoptedLater
)

// Diverged is a document that is not taken over: under its id stands something that is no earlier revision of it. Why is a sentence.
type Diverged struct{ Kind, ID, Why string }

func (e *Diverged) Error() string { return e.Kind + " " + e.ID + ": " + e.Why }

// AdoptSession takes a session over from a copy of this archive: its exact bytes and those of its history, with its id and revision. ready is asked first of the document
// that will be written: its error ends the adoption, and nothing is written. What stands here already is replaced only where it is an earlier revision of the same
// document, by conditional write; else the error is *Diverged.
func (a *Archive) AdoptSession(ctx context.Context, from *Archive, id string, ready func(*Session) error) (Adoption, error) {
	return sessions.adopt(ctx, a, from, id, ready)
}

// AdoptConference is AdoptSession for a conference, which names no masters.
func (a *Archive) AdoptConference(ctx context.Context, from *Archive, id string) (Adoption, error) {
	return conferences.adopt(ctx, a, from, id, func(*Conference) error { return nil })
}

func (d document[T]) adopt(ctx context.Context, a, from *Archive, id string, ready func(*T) error) (Adoption, error) {
	for n := range tries {
		t, was, err := d.read(ctx, from, id)
		if err != nil {
			return AdoptedNothing, err
		}
		if *d.head(t).format > Format {
			return AdoptedNothing, fmt.Errorf("%s %s: %w", d.word, id, ErrNewer)
		}
		if err := ready(t); err != nil {
			return AdoptedNothing, err
		}
		rev, cond, did, err := d.stands(ctx, a, from, id, *d.head(t).rev, was.data)
		if err != nil || did == AdoptedNothing {
			return AdoptedNothing, err
		}
		if err := d.adoptHistory(ctx, a, from, id, rev, *d.head(t).rev); err != nil {
			return AdoptedNothing, err
		}
		_, err = a.Store.Put(ctx, docKey(d.folder, id), was.data, cond)
		if err != nil && !d.mine(ctx, a, id, *d.head(t).rev, *d.head(t).update) {
			if !errors.Is(err, ErrConflict) {
				return AdoptedNothing, fmt.Errorf("%s %s: %w", d.word, id, err)
			}
			if err := pause(ctx, n); err != nil {
				return AdoptedNothing, err
			}
			continue
		}
		a.ring(ctx, id)
		return did, nil
	}
	return AdoptedNothing, fmt.Errorf("%s %s: %d others were faster: %w", d.word, id, tries, ErrConflict)
}

// stands says what there is under an id where the bytes of revision next are to come: the revision that stands, 0 for none, and the condition under which it is replaced.
func (d document[T]) stands(ctx context.Context, a, from *Archive, id string, next int, data []byte) (rev int, cond Condition, did Adoption, err error) {
	t, there, err := d.read(ctx, a, id)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, IfAbsent(), AdoptedNew, nil
	case err != nil:
		return 0, Condition{}, AdoptedNothing, err
	case bytes.Equal(there.data, data):
		return next, Condition{}, AdoptedNothing, nil
	}
	rev = *d.head(t).rev
	differs := &Diverged{d.word, id, fmt.Sprintf("something else stands there under this id (revision %d, here %d), which is no earlier revision of it; it is left as it is. "+
		"Rename one of the two, or copy into an archive that has only what came from here", rev, next)}
	if rev < next {
		before, _, err := from.Store.Get(ctx, historyKey(d.folder, id, rev))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, Condition{}, AdoptedNothing, fmt.Errorf("revision %d of %s: %w", rev, id, err)
		}
		if err != nil || !bytes.Equal(before, there.data) {
			return 0, Condition{}, AdoptedNothing, differs
		}
		return rev, IfVersion(there.version), AdoptedLater, nil
	}
	if after, _, err := a.Store.Get(ctx, historyKey(d.folder, id, next)); err == nil && bytes.Equal(after, data) {
		differs.Why = fmt.Sprintf("it is newer there (revision %d, here %d) and is left as it is; copy the other way", rev, next)
	}
	return 0, Condition{}, AdoptedNothing, differs
}

// adoptHistory takes over the exact bytes of the revisions from on and before next. They come first: a document's history is whole once it stands.
func (d document[T]) adoptHistory(ctx context.Context, a, from *Archive, id string, first, next int) error {
	for rev := max(first, 1); rev < next; rev++ {
		key := historyKey(d.folder, id, rev)
		data, _, err := from.Store.Get(ctx, key)
		if errors.Is(err, fs.ErrNotExist) {
			continue // somebody took it away: it cannot be kept here either
		}
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		if _, err := a.Store.Put(ctx, key, data, IfAbsent()); err == nil {
			continue
		} else if !errors.Is(err, ErrConflict) {
			return fmt.Errorf("%s: %w", key, err)
		}
		there, _, err := a.Store.Get(ctx, key)
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		if !bytes.Equal(there, data) {
			return &Diverged{d.word, id, fmt.Sprintf("its revision %d is another one there; it is left as it is", rev)}
		}
	}
	return nil
}

// Identity gives the bytes of format.json and their version, which name the archive; fs.ErrNotExist where there is none, ErrNewer where its format is a later one.
func (a *Archive) Identity(ctx context.Context) (data []byte, version string, err error) {
	data, version, err = a.Store.Get(ctx, formatKey)
	if err == nil && Newer(data) {
		err = fmt.Errorf("the archive: %w", ErrNewer)
	}
	return data, version, err
}

// Become makes this store the same archive as one whose format.json has those bytes. Where another archive has its documents already the error is *Diverged.
func (a *Archive) Become(ctx context.Context, identity []byte) error {
	now, version, err := a.Identity(ctx)
	cond := IfAbsent()
	switch {
	case err == nil && bytes.Equal(now, identity):
		return nil
	case err == nil:
		for _, folder := range []string{conferences.folder, sessions.folder, "masters"} {
			for info, err := range a.Store.List(ctx, folder+"/", "") {
				if err != nil {
					return fmt.Errorf("list %s: %w", folder, err)
				}
				return &Diverged{"the archive", "there", "it is another one, with something in it (" + info.Key + "); copy into an empty place, or into a copy of this one"}
			}
		}
		cond = IfVersion(version)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if _, err := a.Store.Put(ctx, formatKey, identity, cond); err != nil {
		if now, _, again := a.Identity(ctx); again == nil && bytes.Equal(now, identity) {
			return nil // the answer was lost, or another copy was first
		}
		return fmt.Errorf("write %s: %w", formatKey, err)
	}
	return nil
}
