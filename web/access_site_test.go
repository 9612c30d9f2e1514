package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/archive/disk"
	"cabina/search"
	"cabina/transcode"
)

// site is the whole server over an archive on disk, with an index that follows it.
type site struct {
	*Server
	t       testing.TB
	echo    *echo.Echo
	answers *bytes.Buffer // every head and body that was given
	masters []archive.Ref
	created []string
}

// whoHeader names the standing of who asks, in tests.
const whoHeader = "X-Test-Standing"

const lengthMs = 8000 // of the renditions in transcode/testdata

// newSite makes a site whose archive fill has filled.
func newSite(t testing.TB, fill func(*site)) *site {
	t.Helper()
	dir := memoryDir(t)
	store, err := disk.Create(filepath.Join(dir, "archive"))
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, answers: &bytes.Buffer{}}
	a := &archive.Archive{Store: store, By: "secret-author", Poll: 20 * time.Millisecond}
	if err := a.Init(t.Context()); err != nil {
		t.Fatal(err)
	}
	index, err := search.Open(t.Context(), search.Config{Dir: filepath.Join(dir, "index"), Archive: a})
	if err != nil {
		t.Fatal(err)
	}
	s.Server = &Server{
		Archive: a, Mirror: archive.NewMirror(a), Catalog: transcode.NewCatalog(a, nil), Search: index,
		Who: func(r *http.Request) archive.Viewer {
			who := archive.Standing(r.Header.Get(whoHeader))
			if who == archive.Stranger {
				return archive.Viewer{}
			}
			return archive.Viewer{Account: "a1", Standing: who}
		},
	}
	fill(s)
	ctx, cancel := context.WithCancel(context.Background())
	var following sync.WaitGroup
	following.Go(func() { _ = a.Follow(ctx) })
	following.Go(func() { _ = s.Mirror.Run(ctx, s.Catalog.Forget) })
	following.Go(func() { _ = index.Follow(ctx) })
	t.Cleanup(func() {
		cancel()
		following.Wait()
		if err := index.Close(); err != nil {
			t.Error(err)
		}
	})
	<-s.Mirror.Ready()
	s.wait("the sessions are there", func() bool { return len(s.Mirror.Sessions()) == len(s.created) && index.State().Complete })
	if s.pages, err = readPages(); err != nil {
		t.Fatal(err)
	}
	if s.echo, err = s.router(); err != nil {
		t.Fatal(err)
	}
	return s
}

// memoryDir is a folder in memory where there is such a thing: what is tested here is not how fast a disk is, and each of the archive's many small files is synced.
func memoryDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "cabina-web-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func (s *site) wait(what string, until func() bool) {
	s.t.Helper()
	for range 1000 {
		if until() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.t.Fatalf("after 10 s it is not yet so that %s", what)
}

// add creates a session and its renditions.
func (s *site) add(doc *archive.Session) {
	s.t.Helper()
	made, err := s.Archive.Create(s.t.Context(), doc)
	if err != nil {
		s.t.Fatal(err)
	}
	s.created = append(s.created, doc.ID)
	s.prepare(made)
}

// update changes a session, makes what it wants then, and waits until the server has seen it.
func (s *site) update(id string, change func(*archive.Session) error) *archive.Session {
	s.t.Helper()
	made, err := s.Archive.Update(s.t.Context(), id, change)
	if err != nil {
		s.t.Fatal(err)
	}
	s.prepare(made)
	s.wait("the change is seen", func() bool { doc := s.Mirror.Session(id); return doc != nil && doc.Rev >= made.Rev })
	s.Catalog.Forget(id)
	return made
}

// prepare puts renditions under the names that a session wants.
func (s *site) prepare(doc *archive.Session) {
	s.t.Helper()
	for _, w := range transcode.Wanted(doc) {
		s.rendition(w)
	}
}

func (s *site) rendition(w transcode.Want) {
	s.t.Helper()
	file := "picture.mp4"
	switch w.Profile {
	case transcode.Voice, transcode.Small:
		file = "voice.mp4"
	case transcode.Sheet:
		sheet := testSheet()
		s.put(w.Key("-1.jpg"), sheet)
		s.index(w, transcode.Index{SHA256: sum(sheet), Bytes: int64(len(sheet)), Sheets: []int64{int64(len(sheet))}, DurationMs: lengthMs})
		return
	}
	data, err := os.ReadFile(filepath.Join("../transcode/testdata/mp4", file))
	if err != nil {
		s.t.Fatal(err)
	}
	idx, tables, err := transcode.ReadIndex(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		s.t.Fatal(err)
	}
	idx.SHA256 = sum(data)
	s.put(w.Key(".mp4"), data)
	s.put(w.Key(".tables"), tables)
	s.index(w, idx)
}

// testSheet is a sheet of seek pictures: the one at place k is as bright as 2·k.
var testSheet = sync.OnceValue(func() []byte {
	img := image.NewGray(image.Rect(0, 0, tilesAcross*tileWidth, tilesAcross*tileHeight))
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			img.Pix[y*img.Stride+x] = byte(2 * (y/tileHeight*tilesAcross + x/tileWidth))
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		panic(err)
	}
	return out.Bytes()
})

func (s *site) index(w transcode.Want, idx transcode.Index) {
	s.t.Helper()
	idx.Recipe, idx.Tool = w.Recipe, "test"
	data, err := json.Marshal(idx)
	if err != nil {
		s.t.Fatal(err)
	}
	s.put(w.Key(".json"), data)
}

func (s *site) put(key string, data []byte) {
	s.t.Helper()
	if _, err := s.Archive.Store.Put(s.t.Context(), key, data, archive.Always()); err != nil {
		s.t.Fatal(err)
	}
}

// master keeps bytes as a master and gives their name.
func (s *site) master(data string) archive.Ref {
	s.t.Helper()
	spooled, err := archive.Spool(s.t.Context(), strings.NewReader(data), s.t.TempDir())
	if err != nil {
		s.t.Fatal(err)
	}
	defer spooled.Remove()
	if err := s.Archive.Keep(s.t.Context(), spooled, "secret-file-name"); err != nil {
		s.t.Fatal(err)
	}
	s.masters = append(s.masters, spooled.Ref)
	return spooled.Ref
}

func sum(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

// ask sends a request; header holds names and values in turn.
func (s *site) ask(method, target string, header ...string) *http.Response {
	s.t.Helper()
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.echo.ServeHTTP(w, r)
	s.answers.WriteString("\n" + method + " " + target + "\n")
	_ = w.Result().Header.Write(s.answers)
	s.answers.Write(w.Body.Bytes())
	return w.Result()
}

func (s *site) get(target string, header ...string) *http.Response {
	s.t.Helper()
	return s.ask(http.MethodGet, target, header...)
}

func body(t testing.TB, r *http.Response) string {
	t.Helper()
	data, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// name gives the name of what a session wants of a track in a profile.
func (s *site) name(id, track, profile string) transcode.Name {
	s.t.Helper()
	doc, err := s.Archive.Session(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	wants := transcode.Wanted(doc)
	i := slices.IndexFunc(wants, func(w transcode.Want) bool { return w.Name.Track == track && w.Profile == profile })
	if i < 0 {
		s.t.Fatalf("session %s wants no %s of %s", id, profile, track)
	}
	return wants[i].Name
}

const captionsES = "1\n00:00:01,000 --> 00:00:03,000\nlos derechos humanos\n\n2\n00:00:03,500 --> 00:00:06,000\nempiezan en casa\n"
const captionsFR = "1\n00:00:01,000 --> 00:00:03,000\nune phrase réservée\n"

// recorded is a session with all that a test looks for: picture, floor, a Spanish voice with captions, and a French voice with captions for staff alone.
func (s *site) recorded(id string, visibility archive.Visibility) *archive.Session {
	media := s.master("the picture and its sound")
	part := func(master archive.Ref, stream string) []archive.Part {
		return []archive.Part{{Master: master, Stream: stream, ToMs: lengthMs}}
	}
	text := func(data, track string) []archive.Version {
		return []archive.Version{{V: 1, Parts: []archive.Part{{Master: s.master(data)}}, Source: "srt", Encoding: "utf-8",
			Of: &archive.Of{Track: track, V: 1}, Name: "secret-file-name", By: "secret-author"}}
	}
	voice := func(data string) []archive.Version {
		return []archive.Version{{V: 1, Parts: part(s.master(data), "a:0"), Channels: "mix", Name: "secret-file-name", By: "secret-author"}}
	}
	return &archive.Session{
		ID: id, Visibility: visibility, Token: tokenOf(id), Title: archive.Words{"en": "Opening", "es": "Apertura"}, At: "2020-07-14T14:00:00Z",
		People:   []archive.Person{{ID: "p1", Name: "Ana Visible", Role: "speaker"}, {ID: "p2", Name: "Secret Person", Hidden: true}},
		Clock:    archive.Clock{N: 1, LengthMs: lengthMs, By: "picture"},
		Chapters: []archive.Chapter{{ID: "c1", Title: archive.Words{"en": "First"}, People: []string{"p1", "p2"}}},
		Spans:    []archive.Span{{EndMs: 4000, Language: "es", Person: "p2"}},
		Tracks: []archive.Track{
			{ID: "t1", Kind: archive.Video, Role: archive.Picture, Language: archive.PictureLanguage, Published: 1,
				Versions: []archive.Version{{V: 1, Parts: part(media, "v:0"), Profile: "copy", Name: "secret-file-name", By: "secret-author"}}},
			{ID: "t2", Kind: archive.Audio, Role: archive.Floor, Language: archive.FloorLanguage, Published: 1,
				Versions: []archive.Version{{V: 1, Parts: part(media, "a:0"), Channels: "mix"}}},
			{ID: "t3", Kind: archive.Audio, Role: archive.Interpretation, Language: "es", Published: 1, Versions: voice("a voice in Spanish")},
			{ID: "t4", Kind: archive.Audio, Role: archive.Interpretation, Language: "fr", Published: 1, Visibility: archive.Staff, Versions: voice("a voice in French")},
			{ID: "t5", Kind: archive.Text, Role: archive.Captions, Language: "es", Origin: "machine", Published: 1, Versions: text(captionsES, "t3")},
			{ID: "t6", Kind: archive.Text, Role: archive.Captions, Language: "fr", Published: 1, Visibility: archive.Staff, Versions: text(captionsFR, "t4")},
		},
		NextTrack: 7,
	}
}

// tokenOf gives every session of a test a token, so that it is seen where one counts.
func tokenOf(id string) string { return sum([]byte(id))[:32] }
