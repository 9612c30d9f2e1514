package search

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
	"time"

	"cabina/archive"
)

func visibility(v archive.Visibility) func(*archive.Session) {
	return func(s *archive.Session) {
		s.Visibility = v
		if v == archive.Unlisted {
			s.Token = "0123456789abcdef0123456789abcdef"
		}
	}
}

func as(v archive.Viewer) func(*Request) { return func(r *Request) { r.Viewer = v } }

func TestSearchShowsOnlyWhatTheAskerMaySee(t *testing.T) {
	w := newWorld(t)
	for _, v := range []archive.Visibility{archive.Draft, archive.Unlisted, archive.Public, archive.Restricted, archive.Withdrawn} {
		w.add(string(v), []said{
			{voice: "en", lang: "en", cues: every(4000, "The word is hippopotamus, in "+string(v)+".")},
			{voice: "es", lang: "es", cues: every(4000, "Hippopotamus, notas internas, "+string(v)+"."), staff: true},
		}, visibility(v))
	}
	w.open()
	const token = "0123456789abcdef0123456789abcdef"
	for _, c := range []struct {
		name    string
		viewer  archive.Viewer
		session string
		want    string
	}{
		{"a stranger", archive.Viewer{}, "", "public@0"},
		{"a stranger with a token, asking everywhere", archive.Viewer{Token: token}, "", "public@0"},
		{"a stranger with a token, in that session", archive.Viewer{Token: token}, "unlisted", "unlisted@0"},
		{"a stranger with a wrong token", archive.Viewer{Token: "1" + token[1:]}, "unlisted", ""},
		{"a stranger, in a restricted session", archive.Viewer{}, "restricted", ""},
		{"a reader", archive.Viewer{Standing: archive.Reader}, "", "public@0 restricted@0"},
		{"a contributor", archive.Viewer{Standing: archive.Contributor}, "", "draft@0 public@0 restricted@0 unlisted@0"},
		{"an editor", archive.Viewer{Standing: archive.Editor}, "", "draft@0 public@0 restricted@0 unlisted@0 withdrawn@0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := w.ask("hippopotamus", as(c.viewer), func(r *Request) { r.Session = c.session })
			if got := sortedWords(places(a)); got != c.want {
				t.Errorf("Search = %q, want %q", got, c.want)
			}
			if n := len(a.Flat().Moments); a.Counts.AnyWord != n || a.Counts.Sessions != n {
				t.Errorf("counts = %+v, want %d moments and sessions", a.Counts, n)
			}
			staff := c.viewer.Standing == archive.Contributor || c.viewer.Standing == archive.Editor
			for _, m := range a.Flat().Moments {
				if got := len(m.Hits) == 2; got != staff {
					t.Errorf("%s: hits in the staff's own track = %v, want %v", m.Session, got, staff)
				}
				if len(m.Parallel) > 0 {
					t.Errorf("%s: parallel = %v, want none", m.Session, m.Parallel)
				}
			}
		})
	}
}

// TestARestrictedSessionChangesNothingForStrangers plants words in a session that strangers may not see, and holds their answers against those without it.
func TestARestrictedSessionChangesNothingForStrangers(t *testing.T) {
	w := newWorld(t)
	w.add("open-1", []said{{voice: "en", lang: "en", cues: every(4000, "The police and the law.", "The law of the land.", "A lawyer speaks.")}})
	w.add("open-2", []said{{voice: "en", lang: "en", cues: every(4000, "Laws are made here.", "Nothing of the police.")}})
	w.open()
	ask := func() []byte {
		var all bytes.Buffer
		for _, q := range []string{"law police", "law*", "lawt~", `"the law"`, "lawfulness", "law -police", "secretword", "topic:secrettopic law", "exact:laws OR land"} {
			for _, cursor := range []string{"", "x"} {
				a := w.ask(q, func(r *Request) { r.Limit = 1 })
				if cursor != "" && a.Next != nil {
					next := *a.Next
					a = w.ask(q, func(r *Request) { r.Limit, r.Cursor = 1, next })
				}
				a.Index.AsOf = time.Time{}
				if err := json.NewEncoder(&all).Encode(a); err != nil {
					t.Fatal(err)
				}
			}
		}
		return all.Bytes()
	}
	before := ask()
	w.add("secret", []said{{voice: "en", lang: "en", cues: every(4000, "Law law law, secretword, lawfulness, lawn, police, lands.", "The law is the law.")}},
		visibility(archive.Restricted), func(s *archive.Session) {
			s.Topics = []string{"secrettopic"}
			s.Title = archive.Words{"en": "Law and police"}
		})
	w.followed()
	if got := places(w.ask("secretword", as(archive.Viewer{Standing: archive.Editor}))); got != "secret@0" {
		t.Fatalf("an editor's Search(secretword) = %q, want secret@0", got)
	}
	if after := ask(); !bytes.Equal(before, after) {
		t.Errorf("strangers' answers changed with a session they may not see:\n%s\nwithout it:\n%s", after, before)
	}
}

func TestWhatIsHiddenLeavesBeforeTheIndexFollows(t *testing.T) {
	texts := []said{{voice: "en", lang: "en", cues: every(4000, "One hippopotamus.", "Two and three.", "A second hippopotamus.")}, {voice: "es", lang: "es", cues: every(4000, "Uno.", "Dos.", "Tres.")}}
	for _, c := range []struct {
		name   string
		change func(*archive.Session)
		want   string
	}{
		{"nothing", func(*archive.Session) {}, "s1@0"},
		{"the session withdrawn", visibility(archive.Withdrawn), ""},
		{"the session restricted", visibility(archive.Restricted), ""},
		{"the text for staff only", func(s *archive.Session) { s.Tracks[2].Visibility = archive.Staff }, ""},
		{"the text unpublished", func(s *archive.Session) { s.Tracks[2].Published = 0 }, ""},
		{"a stretch withdrawn", func(s *archive.Session) {
			s.Withdrawn = []archive.Withdrawal{{ID: "w1", StartMs: 0, EndMs: 2000}}
		}, "s1@8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.add("s1", texts)
			w.open()
			docs := w.documents()
			c.change(docs("s1"))
			a := w.ask("hippopotamus", func(r *Request) { r.Sessions = docs; r.Around = true })
			if got := places(a); got != c.want {
				t.Errorf("Search = %q, want %q", got, c.want)
			}
			if want := min(len(a.Flat().Moments), 1); a.Counts.AnyWord != want || a.Counts.Sessions != want {
				t.Errorf("counts = %+v, want %d", a.Counts, want)
			}
		})
	}
}

func TestSearchReadsNothingOfTheStore(t *testing.T) {
	w := newWorld(t)
	w.add("s1", []said{
		{voice: "en", lang: "en", cues: every(4000, "Human rights and the police.", "More of it.")},
		{voice: "es", lang: "es", cues: every(4000, "Derechos humanos y la policía.", "Más.")},
	})
	w.open()
	docs := w.documents()
	before := w.store.n.Load()
	q, err := Parse(`police policía "human rights"`)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		a, err := w.x.Search(context.Background(), Request{Query: q, Around: true, Sessions: docs, Viewer: archive.Viewer{Standing: archive.Editor}})
		if err != nil || len(a.Sessions) != 1 || a.Counts.AnyWord == 0 {
			t.Fatalf("Search = %+v, %v, want moments of one session", a, err)
		}
	}
	if n := w.store.n.Load() - before; n != 0 {
		t.Errorf("20 searches asked the store %d times, want 0", n)
	}
}
