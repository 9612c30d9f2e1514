package web

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cabina/archive"
)

// records reads JSON Lines.
func records[T any](t testing.TB, text string) (out []T) {
	t.Helper()
	for line := range strings.Lines(text) {
		var r T
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		out = append(out, r)
	}
	return out
}

// TestCorpus holds the download against the transcripts of the API: every cue that everyone may read, once, and no other.
func TestCorpus(t *testing.T) {
	s := newSite(t, func(s *site) {
		for visibility, id := range sessionIDs {
			s.add(s.recorded(id, visibility))
		}
		doc := s.recorded("public-1", archive.Public)
		doc.Spans = []archive.Span{{EndMs: 3000, Language: "es"}, {StartMs: 3000, EndMs: lengthMs, Language: "en"}}
		doc.Withdrawn = []archive.Withdrawal{{ID: "w1", StartMs: 5000, EndMs: 6000}}
		doc.Rights = &archive.Rights{Licence: "CC0", Holder: "Hall & Sons"}
		doc.Tracks = append(doc.Tracks, archive.Track{ID: "t7", Kind: archive.Text, Role: archive.Captions, Language: "mul", Origin: "machine", Published: 1,
			Versions: []archive.Version{{V: 1, Parts: []archive.Part{{Master: s.master(captionsOdd)}}, Source: "srt", Of: &archive.Of{Track: "t2", V: 1}}}})
		doc.NextTrack = 8
		s.add(doc)
	})
	r := s.get("/api/v1/corpus")
	text := body(t, r)
	if r.StatusCode != 200 || r.Header.Get("Content-Type") != "application/jsonl" || r.Header.Get("Content-Disposition") != `attachment; filename="corpus.jsonl"` {
		t.Fatalf("GET /api/v1/corpus = %d %v, want JSON Lines to save", r.StatusCode, r.Header)
	}
	var got, want []string
	for _, x := range records[corpusRecord](t, text) {
		got = append(got, fmt.Sprint(x.Session, x.Track, x.Version, x.StartMs, x.EndMs, x.Text))
		if x.Rights.Statement == "" || x.Session == "public-1" && (x.Rights.Licence != "CC0" || x.Rights.Holder != "Hall & Sons") {
			t.Errorf("rights of %s = %+v, want them in every record", x.ID, x.Rights)
		}
		if r := s.get(x.URL); r.StatusCode != 200 || strings.Contains(body(t, r), "no longer in the recording") {
			t.Errorf("GET %s of %s = %d, want the moment", x.URL, x.ID, r.StatusCode)
		}
	}
	for session, texts := range map[string][]string{"public-0": {"t5"}, "public-1": {"t5", "t7"}} {
		for _, id := range texts {
			for _, x := range s.decoded("/api/v1/sessions/" + session + "/transcripts/" + id)["cues"].([]any) {
				cue := x.(map[string]any)
				want = append(want, fmt.Sprint(session, id, 1, int(cue["startMs"].(float64)), int(cue["endMs"].(float64)), cue["text"]))
			}
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the corpus has %q, want every public cue once: %q", got, want)
	}
	byID := map[string]corpusRecord{}
	for _, x := range records[corpusRecord](t, text) {
		byID[x.ID] = x
	}
	if len(byID) != len(want) {
		t.Errorf("%d ids of %d cues, want each its own", len(byID), len(want))
	}
	// The floor spoke Spanish, then English; the third cue is withdrawn, and the fourth keeps its number.
	for id, want := range map[string]string{"public-1.t7.1.c0001": "es floor true machine", "public-1.t7.1.c0004": "en floor true machine",
		"public-1.t5.1.c0001": "es interpretation false machine"} {
		x, ok := byID[id]
		if said := fmt.Sprint(x.Language, " ", x.Role, " ", x.Original, " ", x.Origin); !ok || said != want {
			t.Errorf("%s is %s, want %s", id, said, want)
		}
	}
	if staff := body(t, s.get("/api/v1/corpus", whoHeader, string(archive.Administrator))); staff != text {
		t.Error("an administrator's corpus differs from everyone's, want the public one")
	}
	for _, x := range records[corpusRecord](t, body(t, s.get("/api/v1/corpus?lang=EN&session=public-1"))) {
		if x.Language != "en" || x.Session != "public-1" {
			t.Errorf("with lang=EN and session=public-1 there is %+v", x)
		}
	}
}

// TestCorpusIsKept: it is compressed where asked, and not sent again to who has it.
func TestCorpusIsKept(t *testing.T) {
	s := publicSite(t)
	plain := s.get("/api/v1/corpus")
	zipped := s.get("/api/v1/corpus", "Accept-Encoding", "gzip")
	z, err := gzip.NewReader(zipped.Body)
	if err != nil || zipped.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("with Accept-Encoding: gzip the answer is %v (%v)", zipped.Header, err)
	}
	got, err := io.ReadAll(z)
	if want := body(t, plain); err != nil || string(got) != want {
		t.Errorf("unpacked it is %q (%v), want %q", got, err, want)
	}
	tag := plain.Header.Get("ETag")
	if tag == "" || tag == zipped.Header.Get("ETag") || plain.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("ETags %s and %s, want another for other bytes, and to be asked about each time", tag, zipped.Header.Get("ETag"))
	}
	if r := s.get("/api/v1/corpus", "If-None-Match", tag); r.StatusCode != http.StatusNotModified {
		t.Errorf("asked again it is %d, want 304", r.StatusCode)
	}
	if r := s.get("/api/v1/corpus?lang=fr", "If-None-Match", tag); r.StatusCode != 200 {
		t.Errorf("another part of it is %d, want 200", r.StatusCode)
	}
	s.update("public-0", func(doc *archive.Session) error { doc.Rights = &archive.Rights{Holder: "Hall"}; return nil })
	if r := s.get("/api/v1/corpus", "If-None-Match", tag); r.StatusCode != 200 {
		t.Errorf("after a change it is %d, want 200", r.StatusCode)
	}
}

// TestCorpusByMany: fifty read the whole corpus at once, slowly, and others notice nothing. All get all of it.
func TestCorpusByMany(t *testing.T) {
	const many, sessions, cues = 50, 3, 1000
	s := newSite(t, func(s *site) {
		for i := range sessions {
			var srt strings.Builder
			for n := range cues {
				fmt.Fprintf(&srt, "%d\n00:00:%02d,%03d --> 00:00:08,000\nsession %d says line %d of what was said at length that day\n\n", n+1, n/1000, n%1000, i, n)
			}
			doc := s.recorded(fmt.Sprintf("public-%d", i), archive.Public)
			doc.Tracks = append(doc.Tracks, archive.Track{ID: "t7", Kind: archive.Text, Role: archive.Captions, Language: "en", Published: 1,
				Versions: []archive.Version{{V: 1, Parts: []archive.Part{{Master: s.master(srt.String())}}, Source: "srt"}}})
			doc.NextTrack = 8
			s.add(doc)
		}
	})
	server := httptest.NewUnstartedServer(s.echo)
	server.Config = NewHTTP(s.echo, nil)
	server.Start()
	t.Cleanup(server.Close)
	alone, err := http.Get(server.URL + "/api/v1/corpus")
	if err != nil {
		t.Fatal(err)
	}
	whole := body(t, alone)
	want := sha256.Sum256([]byte(whole))
	if n := strings.Count(whole, "\n"); n != sessions*(cues+2) {
		t.Fatalf("the corpus has %d records, want %d", n, sessions*(cues+2))
	}
	before := s.slowest(server.URL, 20)
	var memory runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&memory)
	heap := memory.HeapAlloc

	var reading sync.WaitGroup
	began, failed := make(chan struct{}, many), make(chan error, many)
	for range many {
		reading.Go(func() {
			r, err := http.Get(server.URL + "/api/v1/corpus")
			began <- struct{}{}
			if err != nil {
				failed <- err
				return
			}
			defer r.Body.Close()
			h, slow := sha256.New(), bufio.NewReader(r.Body)
			for range 20 { // at first slower than it is made
				_, err = io.CopyN(h, slow, 4096)
				time.Sleep(20 * time.Millisecond)
			}
			_, rest := io.Copy(h, slow)
			if err := errors.Join(err, rest); err != nil || r.StatusCode != 200 || !bytes.Equal(h.Sum(nil), want[:]) {
				failed <- fmt.Errorf("status %d, %v, or other bytes than of one alone", r.StatusCode, err)
			}
		})
	}
	<-began
	during := s.slowest(server.URL, 20)
	runtime.ReadMemStats(&memory)
	reading.Wait()
	close(failed)
	for err := range failed {
		t.Error(err)
	}
	grown := int64(memory.HeapAlloc-heap) >> 20
	t.Logf("others' slowest of 20: %v alone, %v beside %d downloads of %d kB; %d MB more memory", before, during, many, len(whole)>>10, grown)
	if during > 10*before+250*time.Millisecond {
		t.Errorf("others waited %v at most, want about the %v of before", during, before)
	}
	if grown > 200 {
		t.Errorf("%d MB more memory, want it bounded", grown)
	}
}

// slowest is how long the slowest of n pages and searches took.
func (s *site) slowest(base string, n int) (slowest time.Duration) {
	s.t.Helper()
	for i := range n {
		path := []string{"/en/sessions/public-0", "/api/v1/search?q=derechos"}[i%2]
		from := time.Now()
		r, err := http.Get(base + path)
		if err != nil {
			s.t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil || r.StatusCode != 200 {
			s.t.Errorf("GET %s = %d %v", path, r.StatusCode, err)
		}
		r.Body.Close()
		slowest = max(slowest, time.Since(from))
	}
	return slowest
}

// TestTurns: what is too much is refused, with how long to wait, and the place is free again after.
func TestTurns(t *testing.T) {
	var turns turns
	var leave []func()
	enter := func(address string) int {
		l, err := turns.enter(address)
		if err == nil {
			leave = append(leave, l)
			return 0
		}
		f := asFailure(err)
		if f.after == 0 {
			t.Errorf("%v says not when to ask again", f)
		}
		return f.status
	}
	for range turnsTheir {
		if got := enter("a"); got != 0 {
			t.Fatalf("within the bounds = %d", got)
		}
	}
	if got := enter("a"); got != http.StatusTooManyRequests {
		t.Errorf("one more to the same address = %d, want 429", got)
	}
	for range turnsAll - turnsTheir {
		if got := enter(fmt.Sprint(len(leave))); got != 0 {
			t.Fatalf("others within the bounds = %d", got)
		}
	}
	if got := enter("b"); got != http.StatusServiceUnavailable {
		t.Errorf("one more than all = %d, want 503", got)
	}
	for _, l := range leave {
		l()
	}
	if got := enter("a"); got != 0 || len(turns.their) != 1 {
		t.Errorf("after all have left = %d with %v, want a free place and nobody remembered", got, turns.their)
	}
}
