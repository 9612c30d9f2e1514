package search

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
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

// everything gives all that strangers may be answered about words that a restricted session has too.
func (w *world) everything() []byte {
	w.t.Helper()
	var all bytes.Buffer
	tell := func(what string, v any, err error) {
		if err != nil {
			w.t.Fatalf("%s: %v", what, err)
		}
		all.WriteString(what + " ")
		if err := json.NewEncoder(&all).Encode(v); err != nil {
			w.t.Fatal(err)
		}
	}
	ctx, docs := context.Background(), w.documents()
	for _, text := range []string{"law police", "law*", "lawt~", `"the law"`, "lawfulness", "law -police", "secretword", "secretwort", "topic:secrettopic law", "exact:laws OR land", "ley"} {
		q, err := Parse(text)
		if err != nil {
			w.t.Fatal(err)
		}
		r := Request{Query: q, Sessions: docs, Limit: 1}
		a, err := w.x.Search(ctx, r)
		a.Index.AsOf = time.Time{}
		tell("search "+text, a, err)
		if a.Next != nil {
			next := r
			next.Cursor = *a.Next
			a, err = w.x.Search(ctx, next)
			a.Index.AsOf = time.Time{}
			tell("search more "+text, a, err)
		}
		for _, sort := range []LineSort{ByTime, ByLeft} {
			lines, err := w.x.Lines(ctx, LinesRequest{Request: Request{Query: q, Sessions: docs}, Sort: sort, Beside: true})
			tell("lines "+text, lines, err)
		}
		sample, err := w.x.Lines(ctx, LinesRequest{Request: Request{Query: q, Sessions: docs}, Sample: 3, Seed: 7})
		tell("sample "+text, sample, err)
		o, err := w.x.OverTime(ctx, r)
		o.Index.AsOf = time.Time{}
		tell("over time "+text, o, err)
		e, err := w.x.Equivalents(ctx, r)
		tell("equivalents "+text, e, err)
		d, err := w.x.DidYouMean(ctx, r)
		tell("did you mean "+text, d, err)
	}
	for _, typed := range []string{"la", "law", "law ", "the l", "secretw", "poli", "lands"} {
		s, err := w.x.Suggest(ctx, Request{Sessions: docs}, typed)
		tell("suggest "+typed, s, err)
	}
	side, err := w.x.Side(ctx, Request{Session: "open-1", Sessions: docs}, []string{"t3", "t4"})
	tell("side", side, err)
	return all.Bytes()
}

// TestARestrictedSessionChangesNothingForStrangers plants words in a session that strangers may not see, and a track of staff in one that they may, and holds every
// answer against that without them: as it is followed, and as it is when the index is made anew.
func TestARestrictedSessionChangesNothingForStrangers(t *testing.T) {
	w := newWorld(t)
	en, es := map[float64]string{0: "The police and the law.", 4: "The law of the land.", 8: "A lawyer speaks."}, map[float64]string{1: "La policía y la ley."}
	for i := range 60 {
		en[float64(30+20*i)], es[float64(32+20*i)] = fmt.Sprintf("and so on %d", i), fmt.Sprintf("y demás %d", i)
		if i < 14 {
			en[float64(30+20*i)], es[float64(32+20*i)] = fmt.Sprintf("the law number %d", i), fmt.Sprintf("ley %d, la ley", i)
		}
	}
	w.add("open-1", []said{{voice: "mul", lang: "en", cues: at(en)}, {voice: "es", lang: "es", cues: at(es)}})
	w.add("open-2", []said{{voice: "en", lang: "en", cues: every(4000, "Laws are made here.", "Nothing of the police.")}})
	w.open()
	before := w.everything()
	for _, want := range []string{`"ley"`, `"lawyer"`, `did you mean lawfulness []`, `"text":"law"`, `"forms":["ley"`, `lines ley {"total":29`} {
		if !bytes.Contains(before, []byte(want)) {
			t.Errorf("the answers do not even have %s:\n%s", want, before)
		}
	}
	secret := map[float64]string{0: "Law law law, secretword, lawfulness, lawn, police, lands.", 4: "The law is the law."}
	other := map[float64]string{}
	for i := range 40 {
		secret[float64(20+20*i)], other[float64(22+20*i)] = "law lawrence polite lawmaker", "secreto derecho"
	}
	w.add("secret", []said{{voice: "mul", lang: "en", cues: at(secret)}, {voice: "es", lang: "es", cues: at(other)}},
		visibility(archive.Restricted), func(s *archive.Session) {
			s.Topics = []string{"secrettopic"}
			s.Title = archive.Words{"en": "Law and police"}
		})
	w.change("open-1", func(s *archive.Session) {
		t := s.Tracks[len(s.Tracks)-1]
		t.ID, t.Language, t.Visibility, s.NextTrack = "t5", "fr", archive.Staff, 6
		t.Versions = []archive.Version{{V: 1, Source: "vtt", Parts: []archive.Part{{Master: w.master(vtt(every(4000, "Law secretword loi.")))}}}}
		s.Tracks = append(s.Tracks, t)
	})
	if got := places(w.ask("secretword", as(archive.Viewer{Standing: archive.Editor}))); sortedWords(got) != "open-1@0 secret@0" {
		t.Fatalf("an editor's Search(secretword) = %q, want secret@0 and open-1@0", got)
	}
	same := func(step string) {
		t.Helper()
		after := w.everything()
		a, b := bytes.Split(before, []byte("\n")), bytes.Split(after, []byte("\n"))
		for i := range min(len(a), len(b)) {
			if !bytes.Equal(a[i], b[i]) {
				t.Errorf("%s: strangers' answers changed with what they may not see:\n%s\nwithout it:\n%s", step, b[i], a[i])
			}
		}
		if len(a) != len(b) {
			t.Errorf("%s: %d answers, without what they may not see %d", step, len(b), len(a))
		}
	}
	same("followed")
	w.stop()
	if err := os.RemoveAll(w.dir); err != nil {
		t.Fatal(err)
	}
	w.open()
	same("made anew")
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
