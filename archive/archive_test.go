package archive_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"cabina/archive"
	"cabina/archive/disk"
)

const (
	picture archive.Ref = "1111111111111111111111111111111111111111111111111111111111111111"
	booth   archive.Ref = "2222222222222222222222222222222222222222222222222222222222222222"
	srt     archive.Ref = "3333333333333333333333333333333333333333333333333333333333333333"
)

func open(t testing.TB) *archive.Archive {
	t.Helper()
	store, err := disk.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	a := &archive.Archive{Store: store}
	if err := a.Init(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a
}

func example() *archive.Session {
	return &archive.Session{
		ID: "s03", Visibility: archive.Public, Title: archive.Words{"en": "Opening", "ru": "Открытие"},
		Clock:     archive.Clock{N: 1, LengthMs: 60_000, By: "picture"},
		Rights:    &archive.Rights{Licence: "CC0"},
		People:    []archive.Person{{ID: "p1", Name: "Reader 1"}},
		Chapters:  []archive.Chapter{{ID: "c1", StartMs: 0, Title: archive.Words{"en": "Opening"}}},
		Spans:     []archive.Span{{StartMs: 0, EndMs: 30_000, Language: "es", Person: "p1"}},
		Withdrawn: []archive.Withdrawal{{ID: "w1", StartMs: 50_000, EndMs: 52_000, LagMs: 3000}},
		Tracks: []archive.Track{
			{ID: "t1", Kind: archive.Video, Role: archive.Picture, Language: archive.PictureLanguage, Published: 1, Versions: []archive.Version{
				{V: 1, Profile: "copy", Parts: []archive.Part{{Master: picture, Stream: "v:0", ToMs: 60_000}}}}},
			{ID: "t2", Kind: archive.Audio, Role: archive.Interpretation, Language: "ru", Published: 1, Versions: []archive.Version{
				{V: 1, Channels: "mix", GainDb: 4.5, Gate: []archive.Finding{{Code: "shorter", Ms: 10}}, Parts: []archive.Part{{Master: booth, Stream: "a:0", ToMs: 59_990, AtMs: 10}}}}},
			{ID: "t3", Kind: archive.Text, Role: archive.Captions, Language: "ru", Published: 1, Versions: []archive.Version{
				{V: 1, Source: "srt", Of: &archive.Of{Track: "t2", V: 1}, Unread: []archive.Unread{{Line: 9, Why: "no end time"}}, Parts: []archive.Part{{Master: srt}}}}},
		},
		NextTrack: 4, Import: &archive.Import{Key: "a/b"},
	}
}

func create(t testing.TB, a *archive.Archive) *archive.Session {
	t.Helper()
	s, err := a.Create(t.Context(), example())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestUnknownFieldsSurvive puts an unknown field into every object of a stored document and changes the session: all are still there.
func TestUnknownFieldsSurvive(t *testing.T) {
	a := open(t)
	create(t, a)
	const key = "sessions/s03.json"
	data, version, err := a.Store.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	planted := plant(doc)
	// Two maps by language are not objects with fields: a tag there is content.
	if planted < 14 {
		t.Fatalf("planted %d unknown fields, want one in each of the 14 kinds of object at least", planted)
	}
	data, _ = json.Marshal(doc)
	if _, err := a.Store.Put(t.Context(), key, data, archive.IfVersion(version)); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Update(t.Context(), "s03", func(s *archive.Session) error { s.Topics = []string{"new"}; return nil }); err != nil {
		t.Fatal(err)
	}
	after, _, err := a.Store.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	if got := bytes.Count(after, []byte(`"zFuture"`)); got != planted {
		t.Errorf("after a change %d of %d unknown fields are left", got, planted)
	}
}

func plant(v any) (n int) {
	switch v := v.(type) {
	case map[string]any:
		for name, child := range v {
			if name != "title" && name != "summary" {
				n += plant(child)
			}
		}
		v["zFuture"] = map[string]any{"a": []any{1.5, "x"}}
		n++
	case []any:
		for _, child := range v {
			n += plant(child)
		}
	}
	return n
}

func TestUpdateLosesNothing(t *testing.T) {
	a := open(t)
	create(t, a)
	const writers, each = 8, 50
	var wg sync.WaitGroup
	var calls atomic.Int64
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if _, err := a.Update(t.Context(), "s03", func(s *archive.Session) error {
					calls.Add(1)
					s.Topics = append(s.Topics, fmt.Sprintf("w%d-%d", w, i))
					return nil
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	s, err := a.Session(t.Context(), "s03")
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Topics) != writers*each || s.Rev != writers*each+1 {
		t.Errorf("%d topics at revision %d, want %d at %d", len(s.Topics), s.Rev, writers*each, writers*each+1)
	}
	revs, err := a.History(t.Context(), "s03")
	if err != nil {
		t.Fatal(err)
	}
	if len(revs) != writers*each {
		t.Errorf("history has %d revisions, want %d", len(revs), writers*each)
	}
	for i, r := range revs {
		if r.Rev != i+1 || len(r.Session.Topics) != i {
			t.Fatalf("revision %d of the history is %d with %d topics", i+1, r.Rev, len(r.Session.Topics))
		}
	}
	t.Logf("change ran %d times for %d updates", calls.Load(), writers*each)
}

func TestUpdate(t *testing.T) {
	a := open(t)
	before := create(t, a)
	t.Run("no change writes nothing", func(t *testing.T) {
		s, err := a.Update(t.Context(), "s03", func(*archive.Session) error { return nil })
		if err != nil || s.Rev != before.Rev || s.Update != before.Update {
			t.Errorf("got revision %d, %v; want %d", s.Rev, err, before.Rev)
		}
	})
	t.Run("history keeps the exact bytes", func(t *testing.T) {
		was, _, _ := a.Store.Get(t.Context(), "sessions/s03.json")
		if _, err := a.Update(t.Context(), "s03", func(s *archive.Session) error { s.At = "2020-07-14"; return nil }); err != nil {
			t.Fatal(err)
		}
		kept, _, err := a.Store.Get(t.Context(), "history/sessions/s03/00000001.json")
		if err != nil || !bytes.Equal(was, kept) {
			t.Errorf("kept bytes differ from what stood (%v)", err)
		}
	})
	t.Run("an error of the change is given back and nothing is written", func(t *testing.T) {
		mine := errors.New("mine")
		if _, err := a.Update(t.Context(), "s03", func(s *archive.Session) error { s.At = "2021-01-01"; return mine }); !errors.Is(err, mine) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("not there is fs.ErrNotExist", func(t *testing.T) {
		for _, id := range []string{"none", "../x", ""} {
			if _, err := a.Update(t.Context(), id, func(*archive.Session) error { return nil }); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%q: got %v", id, err)
			}
		}
	})
	t.Run("twice the same id is ErrConflict", func(t *testing.T) {
		if _, err := a.Create(t.Context(), example()); !errors.Is(err, archive.ErrConflict) {
			t.Errorf("got %v", err)
		}
	})
	broken := map[string]func(*archive.Session){
		"visibility":           func(s *archive.Session) { s.Visibility = "secret" },
		"token":                func(s *archive.Session) { s.Visibility = archive.Unlisted },
		"at":                   func(s *archive.Session) { s.At = "yesterday" },
		"nextTrack":            func(s *archive.Session) { s.NextTrack = 3 },
		"spans.0":              func(s *archive.Session) { s.Spans[0].EndMs = 60_001 },
		"withdrawn.w1":         func(s *archive.Session) { s.Withdrawn[0].EndMs = 1 },
		"chapters.c1":          func(s *archive.Session) { s.Chapters[0].StartMs = 60_000 },
		"tracks.t2.role":       func(s *archive.Session) { s.Tracks[1].Role = archive.Captions },
		"tracks.t2.published":  func(s *archive.Session) { s.Tracks[1].Published = 2 },
		"tracks.t2.versions":   func(s *archive.Session) { s.Tracks[1].Versions[0].V = 2 },
		"tracks.t2.versions.1": func(s *archive.Session) { s.Tracks[1].Versions[0].GainDb = 1 },
		"tracks.t2.language":   func(s *archive.Session) { s.Tracks[1].Language = "русский" },
		"tracks.t4": func(s *archive.Session) {
			s.Tracks = append(s.Tracks, s.Tracks[1])
			s.Tracks[3].ID = "t4"
			s.NextTrack = 5
		},
		"tracks.t2.versions.1.parts": func(s *archive.Session) { s.Tracks[1].Versions[0].Parts = nil },
	}
	for field, breaks := range broken {
		t.Run("refused: "+field, func(t *testing.T) {
			_, err := a.Update(t.Context(), "s03", func(s *archive.Session) error { breaks(s); return nil })
			var invalid *archive.Invalid
			if !errors.As(err, &invalid) || !strings.HasPrefix(invalid.Field, field) {
				t.Errorf("got %v, want an *Invalid of %s", err, field)
			}
		})
	}
}

func TestNewerFormatIsReadAndNeverWritten(t *testing.T) {
	a := open(t)
	create(t, a)
	const key = "sessions/s03.json"
	data, v, _ := a.Store.Get(t.Context(), key)
	data = bytes.Replace(data, []byte(`"format": 1`), []byte(`"format": 2`), 1)
	if _, err := a.Store.Put(t.Context(), key, data, archive.IfVersion(v)); err != nil {
		t.Fatal(err)
	}
	if s, err := a.Session(t.Context(), "s03"); err != nil || s.Title["en"] != "Opening" {
		t.Errorf("reading it: %v", err)
	}
	if _, err := a.Update(t.Context(), "s03", func(s *archive.Session) error { s.At = "2020-07-14"; return nil }); !errors.Is(err, archive.ErrNewer) {
		t.Errorf("writing it: got %v, want ErrNewer", err)
	}
	if now, _, _ := a.Store.Get(t.Context(), key); !bytes.Equal(now, data) {
		t.Error("the document was changed")
	}
}

// deaf is a store whose answers to conditional writes of documents are lost after they took effect, as a cut connection loses them.
type deaf struct {
	archive.Store
	left atomic.Int64
	as   error
}

func (d *deaf) Put(ctx context.Context, key string, data []byte, cond archive.Condition) (string, error) {
	v, err := d.Store.Put(ctx, key, data, cond)
	if err == nil && strings.HasPrefix(key, "sessions/") && d.left.Add(-1) >= 0 {
		return "", d.as
	}
	return v, err
}

func TestLostAnswerIsKnownForWhatItIs(t *testing.T) {
	for name, as := range map[string]error{"as a cut connection": errors.New("connection reset"), "as a race lost against itself": archive.ErrConflict} {
		t.Run(name, func(t *testing.T) {
			a := open(t)
			store := &deaf{Store: a.Store, as: as}
			b := &archive.Archive{Store: store}
			store.left.Store(1)
			if _, err := b.Create(t.Context(), example()); err != nil {
				t.Fatalf("create: %v", err)
			}
			store.left.Store(1)
			s, err := b.Update(t.Context(), "s03", func(s *archive.Session) error { s.Topics = append(s.Topics, "once"); return nil })
			if err != nil {
				t.Fatalf("update: %v", err)
			}
			if len(s.Topics) != 1 || s.Rev != 2 {
				t.Errorf("the change was made %d times, revision %d; want once, 2", len(s.Topics), s.Rev)
			}
		})
	}
}
