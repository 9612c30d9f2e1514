package search

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cabina/archive"
	"cabina/archive/disk"
)

// world is an archive on a disk, an index in a folder, and what follows it.
type world struct {
	*archive.Archive
	t     testing.TB
	store *countingStore
	dir   string // of the index
	root  string // of the store
	x     *Index
	stop  func()

	logged lines // since the index was opened
}

// countingStore counts what is asked of a store.
type countingStore struct {
	archive.Store
	n      atomic.Int64
	ranges atomic.Int64 // of masters, among n
}

func (s *countingStore) Get(ctx context.Context, key string) ([]byte, string, error) {
	s.n.Add(1)
	return s.Store.Get(ctx, key)
}

func (s *countingStore) Range(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	s.n.Add(1)
	s.ranges.Add(1)
	return s.Store.Range(ctx, key, off, n)
}

func (s *countingStore) Stat(ctx context.Context, key string) (archive.Info, error) {
	s.n.Add(1)
	return s.Store.Stat(ctx, key)
}

func (s *countingStore) List(ctx context.Context, prefix, after string) iter.Seq2[archive.Info, error] {
	s.n.Add(1)
	return s.Store.List(ctx, prefix, after)
}

// newWorld makes an empty archive, not followed yet.
func newWorld(t testing.TB) *world {
	t.Helper()
	root := t.TempDir()
	store, err := disk.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, store: &countingStore{Store: store}, dir: t.TempDir(), root: root, stop: func() {}}
	w.Archive = &archive.Archive{Store: w.store, Poll: 20 * time.Millisecond}
	t.Cleanup(func() { w.close() })
	return w
}

// open opens the index, follows, and waits until it has caught up.
func (w *world) open() *world {
	w.t.Helper()
	w.openUnsettled()
	w.settled()
	return w
}

func (w *world) openUnsettled() {
	w.t.Helper()
	w.logged.Reset()
	log := slog.New(slog.NewTextHandler(&w.logged, nil))
	x, err := Open(w.t.Context(), Config{Dir: w.dir, Archive: w.Archive, Log: log})
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- x.Follow(ctx) }()
	w.x = x
	w.stop = func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Errorf("Follow = %v, want nil", err)
		}
		if err := x.Close(); err != nil {
			w.t.Errorf("Close = %v, want nil", err)
		}
		w.stop = func() {}
	}
}

// until waits for something that comes by itself.
func (w *world) until(what string, ok func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Fatalf("waited two minutes: %s", what)
		}
	}
}

// lines is a log that many write.
type lines struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b.Reset()
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (w *world) close() { w.stop() }

// settled waits until nothing is pending.
func (w *world) settled() {
	w.t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(2 * time.Millisecond) {
		w.x.mu.Lock()
		ok := w.x.listed && len(w.x.pending) == 0
		w.x.mu.Unlock()
		if ok {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatal("the index did not catch up in two minutes")
		}
	}
}

// master keeps bytes.
func (w *world) master(data string) archive.Ref {
	w.t.Helper()
	sum := sha256.Sum256([]byte(data))
	ref := archive.Ref(hex.EncodeToString(sum[:]))
	path := filepath.Join(w.t.TempDir(), "master")
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		w.t.Fatal(err)
	}
	if err := w.store.PutFile(context.Background(), ref.Key(), path); err != nil {
		w.t.Fatal(err)
	}
	return ref
}

// said is a text of a session: cues by their time.
type said struct {
	voice archive.Language // "" has no voice, mul the floor
	lang  archive.Language
	cues  []archive.Cue
	staff bool
}

// every gives cues one after another, each of so many ms.
func every(ms int64, lines ...string) []archive.Cue {
	var cues []archive.Cue
	for i, l := range lines {
		cues = append(cues, archive.Cue{StartMs: int64(i) * ms, EndMs: int64(i+1) * ms, Text: l})
	}
	return cues
}

func stamp(ms int64) string {
	return fmt.Sprintf("%02d:%02d:%02d.%03d", ms/3600000, ms/60000%60, ms/1000%60, ms%1000)
}

func vtt(cues []archive.Cue) string {
	var b strings.Builder
	b.WriteString("WEBVTT\n\n")
	for _, c := range cues {
		fmt.Fprintf(&b, "%s --> %s\n%s\n\n", stamp(c.StartMs), stamp(c.EndMs), c.Text)
	}
	return b.String()
}

// add makes a session with these texts; more may change it before it is created.
func (w *world) add(id string, texts []said, more ...func(*archive.Session)) *archive.Session {
	w.t.Helper()
	s := &archive.Session{ID: id, Visibility: archive.Public, At: "2020-07-14", Title: archive.Words{"en": "Session " + id}, Clock: archive.Clock{N: 1}, NextTrack: 1}
	next := func() string { s.NextTrack++; return fmt.Sprintf("t%d", s.NextTrack-1) }
	voices := map[archive.Language]string{}
	for _, x := range texts {
		if n := len(x.cues); n > 0 {
			s.Clock.LengthMs = max(s.Clock.LengthMs, x.cues[n-1].EndMs+60_000)
		}
	}
	for _, x := range texts {
		if x.voice == "" || voices[x.voice] != "" {
			continue
		}
		role := archive.Interpretation
		if x.voice == archive.FloorLanguage {
			role = archive.Floor
		}
		voices[x.voice] = next()
		s.Tracks = append(s.Tracks, archive.Track{ID: voices[x.voice], Kind: archive.Audio, Role: role, Language: x.voice, Published: 1,
			Versions: []archive.Version{{V: 1, Parts: []archive.Part{{Master: w.master("sound " + id + string(x.voice)), Stream: "a:0", ToMs: s.Clock.LengthMs}}}}})
	}
	for _, x := range texts {
		t := archive.Track{ID: next(), Kind: archive.Text, Role: archive.Captions, Language: x.lang, Origin: "machine", Published: 1,
			Versions: []archive.Version{{V: 1, Source: "vtt", Parts: []archive.Part{{Master: w.master(vtt(x.cues))}}}}}
		if x.voice != "" {
			t.Versions[0].Of = &archive.Of{Track: voices[x.voice], V: 1}
		}
		if x.staff {
			t.Visibility = archive.Staff
		}
		s.Tracks = append(s.Tracks, t)
	}
	for _, f := range more {
		f(s)
	}
	created, err := w.Create(context.Background(), s)
	if err != nil {
		w.t.Fatal(err)
	}
	return created
}

// change updates a session and waits for the index.
func (w *world) change(id string, f func(*archive.Session)) {
	w.t.Helper()
	if _, err := w.Update(context.Background(), id, func(s *archive.Session) error { f(s); return nil }); err != nil {
		w.t.Fatal(err)
	}
	w.followed()
}

// followed waits until the index holds every document as it is now, and nothing is pending.
func (w *world) followed() {
	w.t.Helper()
	docs := w.documents()
	w.until("the index holds all documents", func() bool {
		for _, id := range w.x.held() {
			if docs(id) == nil {
				return false
			}
		}
		for s, err := range (&archive.Archive{Store: w.store.Store}).Sessions(context.Background()) {
			if err != nil {
				w.t.Fatal(err)
			}
			public, inPublic := w.x.public.receipt(s.ID)
			rest, inRest := w.x.rest.receipt(s.ID)
			if !w.x.upToDate(s, public, inPublic, rest, inRest, archive.Findable(s, nil)) {
				return false
			}
		}
		return true
	})
	w.settled()
}

// documents gives today's documents without counting.
func (w *world) documents() func(id string) *archive.Session {
	quiet := &archive.Archive{Store: w.store.Store}
	docs := map[string]*archive.Session{}
	for s, err := range quiet.Sessions(context.Background()) {
		if err != nil {
			w.t.Fatal(err)
		}
		docs[s.ID] = s
	}
	return func(id string) *archive.Session { return docs[id] }
}

// request is a stranger's, of all documents as they are, unless with says otherwise.
func (w *world) request(text string, with ...func(*Request)) Request {
	w.t.Helper()
	q, err := Parse(text)
	if err != nil {
		w.t.Fatalf("Parse(%q) = %v", text, err)
	}
	r := Request{Query: q}
	for _, f := range with {
		f(&r)
	}
	if r.Sessions == nil {
		r.Sessions = w.documents()
	}
	return r
}

// ask searches as a stranger unless the request says otherwise.
func (w *world) ask(text string, with ...func(*Request)) *Answer {
	w.t.Helper()
	r := w.request(text, with...)
	a, err := w.x.Search(context.Background(), r)
	if err != nil {
		w.t.Fatalf("Search(%q) = %v", text, err)
	}
	return a
}

// places gives what was found as session and second of each moment, best first: "s1@12".
func places(a *Answer) string {
	var out []string
	for _, m := range a.Flat().Moments {
		out = append(out, fmt.Sprintf("%s@%g", m.Session, float64(m.StartMs)/1000))
	}
	return strings.Join(out, " ")
}

// marked gives a line with its marks in brackets.
func marked(l Line) string {
	runes := []rune(l.Text)
	var b strings.Builder
	at := 0
	for _, m := range l.Marks {
		b.WriteString(string(runes[at:m[0]]) + "[" + string(runes[m[0]:m[1]]) + "]")
		at = m[1]
	}
	return b.String() + string(runes[at:])
}

// cueFiles lists the cue files that are there.
func (w *world) cueFiles() []string {
	w.t.Helper()
	found, err := filepath.Glob(filepath.Join(w.dir, "cues", "*", "*"))
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}
