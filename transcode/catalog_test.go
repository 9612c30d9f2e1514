package transcode

import (
	"context"
	"encoding/json"
	"io"
	"iter"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cabina/archive"
)

// counting is a store that counts its reads.
type counting struct {
	archive.Store
	reads atomic.Int64
}

func (c *counting) Get(ctx context.Context, key string) ([]byte, string, error) {
	c.reads.Add(1)
	return c.Store.Get(ctx, key)
}

func (c *counting) List(ctx context.Context, prefix, after string) iter.Seq2[archive.Info, error] {
	c.reads.Add(1)
	return c.Store.List(ctx, prefix, after)
}

func (c *counting) Range(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	c.reads.Add(1)
	return c.Store.Range(ctx, key, off, n)
}

func (c *counting) Stat(ctx context.Context, key string) (archive.Info, error) {
	c.reads.Add(1)
	return c.Store.Stat(ctx, key)
}

// library is an archive with the contract's session, whose renditions are indexes alone: the catalog reads nothing else.
type library struct {
	*testing.T
	store   *counting
	archive *archive.Archive
	catalog *Catalog
	now     time.Time
}

func newLibrary(t *testing.T) *library {
	a := newArchive(t)
	l := &library{T: t, store: &counting{Store: a.Store}, now: time.Now()}
	l.archive = &archive.Archive{Store: l.store, By: "test"}
	l.catalog = NewCatalog(l.archive, nil)
	l.catalog.Now = func() time.Time { return l.now }
	s := sample()
	s.Rev, s.Update = 0, ""
	if _, err := l.archive.Create(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *library) session() *archive.Session {
	s, err := l.archive.Session(l.Context(), "s03")
	if err != nil {
		l.Fatal(err)
	}
	return s
}

func (l *library) update(change func(*archive.Session)) *archive.Session {
	s, err := l.archive.Update(l.Context(), "s03", func(s *archive.Session) error { change(s); return nil })
	if err != nil {
		l.Fatal(err)
	}
	return s
}

// make puts the indexes of what the session wants of these, named "t1.copy"; no name means all.
func (l *library) make(names ...string) {
	for _, w := range Wanted(l.session()) {
		if len(names) == 0 || slices.Contains(names, w.Name.Track+"."+w.Profile) {
			l.put(w.Name, w.Recipe)
		}
	}
	l.catalog.Forget("s03")
}

func (l *library) put(n Name, recipe json.RawMessage) {
	data, err := json.Marshal(Index{Recipe: recipe, SHA256: strings.Repeat("0", 64), DurationMs: 1, Tool: "test"})
	if err == nil {
		_, err = l.store.Put(l.Context(), n.Key(".json"), data, archive.Always())
	}
	if err != nil {
		l.Fatal(err)
	}
}

// shows says what the view holds: "t1.copy.1 t2.voice.1", and of a voice that is not ready "t4.…".
func (l *library) shows() string {
	v, err := l.catalog.View(l.Context(), l.session())
	if err != nil {
		l.Fatal(err)
	}
	var out []string
	for _, r := range v.all() {
		out = append(out, r.Name.Track+"."+r.Profile+"."+string(rune('0'+r.V)))
	}
	for _, x := range v.Voices {
		if x.State == Preparing {
			out = append(out, x.Track.ID+".…")
		}
	}
	return strings.Join(sortedStrings(out), " ")
}

func (l *library) want(shows string) {
	l.Helper()
	if got := l.shows(); got != shows {
		l.Errorf("View shows %q, want %q", got, shows)
	}
}

func (l *library) answers(n Name, want archive.Answer) {
	l.Helper()
	r, got, err := l.catalog.Rendition(l.Context(), l.session(), n)
	if err != nil || got != want || (r != nil) != (want == archive.Yes) {
		l.Errorf("Rendition(%s) = %v, %v, %v; want %v", n.File(), r, got, err, want)
	}
}

func name(s *archive.Session, what string) Name {
	for _, w := range Wanted(s) {
		if w.Name.Track+"."+w.Profile == what {
			return w.Name
		}
	}
	panic("no " + what)
}

func nextVersion(s *archive.Session, id string, change func(*archive.Version)) {
	tr := s.Track(id)
	v := tr.Versions[len(tr.Versions)-1]
	v.V, v.Parts = v.V+1, slices.Clone(v.Parts)
	change(&v)
	tr.Versions, tr.Published = append(tr.Versions, v), v.V
}

func TestViewShowsWhatIsWhole(t *testing.T) {
	l := newLibrary(t)
	l.want("t2.… t4.…")
	l.make("t1.copy")
	l.want("t1.copy.1 t2.… t4.…")
	l.make("t4.voice", "t1.slides", "t4.small")
	l.want("t1.copy.1 t1.slides.1 t2.… t4.small.1 t4.voice.1")
	l.make("t2.small") // of no use without its voice
	l.want("t1.copy.1 t1.slides.1 t2.… t4.small.1 t4.voice.1")
	l.make()
	l.want("t1.copy.1 t1.p360.1 t1.sheet.1 t1.slides.1 t2.small.1 t2.voice.1 t4.small.1 t4.voice.1")
}

func TestAnOldVersionPlaysUntilTheNewIsWhole(t *testing.T) {
	l := newLibrary(t)
	l.make()
	before := l.session()
	l.update(func(s *archive.Session) { nextVersion(s, "t4", func(v *archive.Version) { v.Parts[0].AtMs += 80 }) })
	l.want("t1.copy.1 t1.p360.1 t1.sheet.1 t1.slides.1 t2.small.1 t2.voice.1 t4.small.1 t4.voice.1")
	l.answers(name(before, "t4.voice"), archive.Yes)
	l.answers(name(l.session(), "t4.voice"), archive.No)
	l.make("t4.voice")
	// The small one of the old version is not put beside the new voice: they do not lie at the same place.
	l.want("t1.copy.1 t1.p360.1 t1.sheet.1 t1.slides.1 t2.small.1 t2.voice.1 t4.voice.2")
	l.answers(name(before, "t4.voice"), archive.Yes)
	l.answers(name(before, "t4.small"), archive.Yes)
	l.now = l.now.Add(23 * time.Hour)
	l.answers(name(before, "t4.voice"), archive.Yes)
	l.now = l.now.Add(2 * time.Hour)
	l.answers(name(before, "t4.voice"), archive.No)
	l.answers(name(l.session(), "t4.voice"), archive.Yes)
}

func TestWhatIsWithdrawnIsGoneAtOnce(t *testing.T) {
	l := newLibrary(t)
	l.make()
	before := l.session()
	l.update(func(s *archive.Session) { withdraw(s) })
	l.want("t2.… t4.…")
	for _, w := range Wanted(before) {
		l.answers(w.Name, archive.Gone)
	}
	l.make()
	l.want("t1.p360.1 t1.p720.1 t1.sheet.1 t1.slides.1 t2.small.1 t2.voice.1 t4.small.1 t4.voice.1")
	for _, w := range Wanted(before) {
		l.answers(w.Name, archive.Gone)
	}
	// A second, wider stretch, and a rendition that is not even in the store any more.
	one := l.session()
	if err := l.store.Delete(t.Context(), name(one, "t2.voice").Key(".json")); err != nil {
		t.Fatal(err)
	}
	l.update(func(s *archive.Session) {
		s.Withdrawn = append(s.Withdrawn, archive.Withdrawal{ID: "w2", StartMs: 900000, EndMs: 910000})
	})
	l.answers(name(one, "t2.voice"), archive.Gone)
	l.answers(name(one, "t4.voice"), archive.Gone)
	l.answers(Name{Session: "s03", Track: "t4", Profile: Voice, Recipe: "0123456789abcdef"}, archive.No)
}

func TestAWithdrawnVersionIsGone(t *testing.T) {
	l := newLibrary(t)
	l.make()
	first := l.session()
	l.update(func(s *archive.Session) { nextVersion(s, "t4", func(v *archive.Version) { v.GainDb = 1 }) })
	l.make()
	second := l.session()
	l.update(func(s *archive.Session) { s.Track("t4").Versions[1].Withdrawn = true; s.Track("t4").Published = 1 })
	l.answers(name(second, "t4.voice"), archive.Gone)
	l.answers(name(first, "t4.voice"), archive.Yes)
	l.want("t1.copy.1 t1.p360.1 t1.sheet.1 t1.slides.1 t2.small.1 t2.voice.1 t4.small.1 t4.voice.1")
}

func TestNamesThatWereNeverRight(t *testing.T) {
	l := newLibrary(t)
	l.make()
	s := l.session()
	other := s.Track("t4").Versions[0]
	other.V, other.GainDb = 2, 9
	l.put(want(s, s.Track("t4"), &other, Voice).Name, want(s, s.Track("t4"), &other, Voice).Recipe)
	l.catalog.Forget("s03")
	for what, n := range map[string]Name{
		"a recipe of no version of the document": want(s, s.Track("t4"), &other, Voice).Name,
		"another track's recipe":                 {Session: "s03", Track: "t2", Profile: Voice, Recipe: name(s, "t4.voice").Recipe},
		"another session's":                      {Session: "s04", Track: "t4", Profile: Voice, Recipe: name(s, "t4.voice").Recipe},
		"a track that is not there":              {Session: "s03", Track: "t9", Profile: Voice, Recipe: name(s, "t4.voice").Recipe},
		"a still of a session with a picture":    {Session: "s03", Track: "t0", Profile: Still, Recipe: "0123456789abcdef"},
	} {
		if r, got, err := l.catalog.Rendition(t.Context(), s, n); err != nil || got != archive.No || r != nil {
			t.Errorf("%s: %v, want No", what, got)
		}
	}
	// An index that is not that of its name is as good as none.
	l.put(name(s, "t2.voice"), json.RawMessage(`{"profile":"voice","v":1,"lengthMs":1}`))
	l.catalog = NewCatalog(l.archive, nil)
	l.want("t1.copy.1 t1.p360.1 t1.sheet.1 t1.slides.1 t2.… t4.small.1 t4.voice.1")
}

func TestAnotherVersionOfAProfileStandsIn(t *testing.T) {
	l := newLibrary(t)
	l.make("t1.copy", "t2.voice")
	w := Wanted(l.session())
	i := slices.IndexFunc(w, func(w Want) bool { return w.Name.Track+"."+w.Profile == "t4.voice" })
	old := w[i].Inputs
	old.V = 99
	n := w[i].Name
	n.Recipe = old.Hash16()
	l.put(n, old.JSON())
	l.catalog.Forget("s03")
	l.want("t1.copy.1 t2.voice.1 t4.voice.1")
	l.answers(n, archive.Yes)
}

func TestAStillFollowsTheTitleWithoutAGap(t *testing.T) {
	l := newLibrary(t)
	l.update(func(s *archive.Session) { s.Track("t1").Published = 0 })
	l.make("t0.still", "t2.voice", "t4.voice")
	l.update(func(s *archive.Session) { s.Title["en"] = "Another" })
	l.want("t0.still.0 t2.voice.1 t4.voice.1")
	l.update(func(s *archive.Session) { s.Track("t1").Published = 1 }) // a picture, not made yet
	l.want("t0.still.0 t2.voice.1 t4.voice.1")
}

func TestTheOldClockPlaysUntilTheNewIsWhole(t *testing.T) {
	l := newLibrary(t)
	l.make()
	before := l.session()
	l.update(func(s *archive.Session) {
		s.Clock.N, s.Clock.LengthMs = 2, 7000000
		s.Title["en"] = "Renamed"
		s.Track("t4").Visibility = archive.Staff
	})
	l.make("t1.copy", "t2.voice")
	v, err := l.catalog.View(t.Context(), l.session())
	if err != nil || v.LengthMs != before.Clock.LengthMs || v.Session.Title["en"] != "Renamed" || v.Voice("t4").Track.Visibility != archive.Staff {
		t.Errorf("View lasts %d (%v), want the old clock's %d with today's title and visibility", v.LengthMs, err, before.Clock.LengthMs)
	}
	l.answers(name(before, "t4.voice"), archive.Yes)
	l.make()
	if v, err := l.catalog.View(t.Context(), l.session()); err != nil || v.LengthMs != 7000000 {
		t.Errorf("View lasts %d (%v), want the new clock's", v.LengthMs, err)
	}
	l.answers(name(before, "t4.voice"), archive.Yes)

	// Whatever is withdrawn meanwhile ends the old clock.
	l.update(func(s *archive.Session) { s.Clock.N, s.Clock.LengthMs = 3, 6900000 })
	l.update(func(s *archive.Session) { withdraw(s) })
	l.want("t2.… t4.…")
	l.answers(name(before, "t4.voice"), archive.Gone)
}

func TestNothingIsReadTwice(t *testing.T) {
	l := newLibrary(t)
	l.make()
	s := l.session()
	ask := func() {
		if _, err := l.catalog.View(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		for _, w := range Wanted(s) {
			if _, a, _ := l.catalog.Rendition(t.Context(), s, w.Name); a != archive.Yes {
				t.Fatalf("%s is not served", w.File())
			}
		}
	}
	ask()
	before := l.store.reads.Load()
	ask()
	if got := l.store.reads.Load() - before; got != 0 {
		t.Errorf("asking again read the store %d times, want never", got)
	}
	l.catalog.Forget("s03")
	before = l.store.reads.Load()
	ask()
	if got := l.store.reads.Load() - before; got != 1 {
		t.Errorf("after Forget the store was read %d times, want one listing", got)
	}
}

func TestCuesAreReadOnce(t *testing.T) {
	l := newLibrary(t)
	text := keep(t, l.archive, writeFile(t, "ru.srt", "1\n00:00:01,000 --> 00:00:02,000\nОдин\n\n2\n00:00:03,000 --> 00:00:04,000\nДва\n"))
	s := l.update(func(s *archive.Session) {
		nextVersion(s, "t7", func(v *archive.Version) { v.Parts[0].Master = text })
	})
	cues, recipe, err := l.catalog.Cues(t.Context(), s, s.Track("t7"))
	if err != nil || len(cues) != 2 || cues[0].StartMs != 1021 || recipe != TextRecipe(s, s.Track("t7")) {
		t.Fatalf("Cues = %v, %s, %v; want two, moved by the voice's 21 ms", cues, recipe, err)
	}
	before := l.store.reads.Load()
	if _, _, err := l.catalog.Cues(t.Context(), s, s.Track("t7")); err != nil || l.store.reads.Load() != before {
		t.Errorf("asking again read the store %d times (%v), want never", l.store.reads.Load()-before, err)
	}
	moved := l.update(func(s *archive.Session) { nextVersion(s, "t4", func(v *archive.Version) { v.Parts[0].AtMs += 80 }) })
	later, other, err := l.catalog.Cues(t.Context(), moved, moved.Track("t7"))
	if err != nil || len(later) != 2 || later[0].StartMs != 1101 || other == recipe {
		t.Errorf("Cues = %v, %s, %v; want them 80 ms later under another recipe", later, other, err)
	}
}

func TestOnlyPublishedVersionsAreServed(t *testing.T) {
	l := newLibrary(t)
	l.make()
	s := l.update(func(s *archive.Session) {
		nextVersion(s, "t4", func(v *archive.Version) { v.GainDb = 1 })
		s.Track("t4").Published = 1
	})
	draft := want(s, s.Track("t4"), &s.Track("t4").Versions[1], Voice)
	l.put(draft.Name, draft.Recipe)
	l.catalog.Forget("s03")
	l.answers(draft.Name, archive.No)

	// Of three versions the second is withdrawn and the third not made: the first plays.
	l.update(func(s *archive.Session) {
		nextVersion(s, "t4", func(v *archive.Version) { v.GainDb = 2 })
		s.Track("t4").Versions[1].Withdrawn = true
	})
	l.want("t1.copy.1 t1.p360.1 t1.sheet.1 t1.slides.1 t2.small.1 t2.voice.1 t4.small.1 t4.voice.1")
	l.answers(draft.Name, archive.Gone)
}
