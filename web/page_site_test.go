package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"cabina/archive"
	"cabina/archive/disk"
	"cabina/search"
	"cabina/transcode"
)

// library is a whole small archive on a temporary disk, and its pages: sessions of every visibility, one that is complete, one without a picture, one that
// is being prepared, one with nothing but a title, and one whose every word is hostile.
type library struct {
	t       *testing.T
	ctx     context.Context
	archive *archive.Archive
	server  *Server
	handler http.Handler
}

const (
	libraryMs = 600_000
	secret    = "0123456789abcdef0123456789abcdef"
	evil      = `"><script>alert(1)</script>' onload=x ` + "\u202e\u2066" + ` --> </title></script><!-- {{.}} &lt;b&gt;`
)

func newLibrary(t *testing.T, fill func(*library)) *library {
	t.Helper()
	store, err := disk.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	s := &library{t: t, ctx: ctx, archive: &archive.Archive{Store: store, Poll: 20 * time.Millisecond}}
	if err := s.archive.Init(ctx); err != nil {
		t.Fatal(err)
	}
	fill(s)
	index, err := search.Open(ctx, search.Config{Dir: t.TempDir(), Archive: s.archive})
	if err != nil {
		t.Fatal(err)
	}
	s.server = &Server{Archive: s.archive, Mirror: archive.NewMirror(s.archive), Catalog: transcode.NewCatalog(s.archive, nil), Search: index}
	if s.handler, err = s.server.Handler(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 3)
	go func() { done <- s.archive.Follow(ctx) }()
	go func() { done <- s.server.Mirror.Run(ctx, nil) }()
	go func() { done <- index.Follow(ctx) }()
	t.Cleanup(func() {
		cancel()
		for range 3 {
			<-done
		}
		_ = index.Close()
	})
	<-s.server.Mirror.Ready()
	for deadline := time.Now().Add(20 * time.Second); !index.State().Complete; {
		if time.Now().After(deadline) {
			t.Fatal("the index is not complete after 20 s")
		}
		time.Sleep(20 * time.Millisecond)
	}
	return s
}

// get asks for an address with headers in pairs, and gives the answer with its body.
func (s *library) get(address string, headers ...string) (*http.Response, string) {
	s.t.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://archive.example"+address, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w.Result(), w.Body.String()
}

// page is get for a page that has to be there.
func (s *library) page(address string, headers ...string) string {
	s.t.Helper()
	r, body := s.get(address, headers...)
	if r.StatusCode != http.StatusOK {
		s.t.Fatalf("GET %s = %d, want 200", address, r.StatusCode)
	}
	return body
}

func (s *library) master(data string) archive.Ref {
	s.t.Helper()
	spooled, err := archive.Spool(s.ctx, strings.NewReader(data), s.t.TempDir())
	if err != nil {
		s.t.Fatal(err)
	}
	defer spooled.Remove()
	if err := s.archive.Keep(s.ctx, spooled, "x"); err != nil {
		s.t.Fatal(err)
	}
	return spooled.Ref
}

func (s *library) create(doc *archive.Session) *archive.Session {
	s.t.Helper()
	for i := range doc.Tracks {
		doc.Tracks[i].ID = fmt.Sprintf("t%d", i+1)
	}
	doc.NextTrack = len(doc.Tracks) + 1
	doc.Clock.N = 1
	if doc.Visibility == "" {
		doc.Visibility = archive.Public
	}
	out, err := s.archive.Create(s.ctx, doc)
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

// render puts the index of each rendition that a session wants and ready lets pass: as far as pages see, it is there.
func (s *library) render(doc *archive.Session, ready func(transcode.Want) bool) {
	s.t.Helper()
	for _, w := range transcode.Wanted(doc) {
		if !ready(w) {
			continue
		}
		bytes := map[string]int64{transcode.Voice: 5_000_000, transcode.Small: 2_500_000, transcode.Slides: 3_000_000, transcode.P360: 20_000_000, transcode.P720: 60_000_000, transcode.Still: 900_000}[w.Profile]
		data, err := json.Marshal(transcode.Index{
			Recipe: w.Recipe, SHA256: strings.Repeat("0", 64), Bytes: bytes, Codecs: "avc1.64001f", Timescale: 1000, Width: 1280, Height: map[string]int{transcode.P360: 360, transcode.Slides: 540}[w.Profile], FrameRate: 25,
			DurationMs: doc.Clock.LengthMs, Tool: "test", Init: transcode.Bytes{Len: 700},
			Fragments: []transcode.Fragment{{Bytes: transcode.Bytes{Off: 700, Len: bytes - 700}, Duration: doc.Clock.LengthMs}},
		})
		if err != nil {
			s.t.Fatal(err)
		}
		if _, err := s.archive.Store.Put(s.ctx, w.Name.Key(".json"), data, archive.Condition{}); err != nil {
			s.t.Fatal(err)
		}
	}
}

func everything(transcode.Want) bool { return true }

func mediaTrack(kind archive.Kind, role archive.Role, l archive.Language, ref archive.Ref) archive.Track {
	stream := map[archive.Kind]string{archive.Video: "v:0", archive.Audio: "a:0"}[kind]
	return archive.Track{Kind: kind, Role: role, Language: l, Published: 1, Versions: []archive.Version{{V: 1, Profile: "p720", Parts: []archive.Part{{Master: ref, Stream: stream, ToMs: libraryMs}}}}}
}

func textTrack(l archive.Language, ref archive.Ref) archive.Track {
	return archive.Track{Kind: archive.Text, Role: archive.Captions, Language: l, Origin: "machine", Published: 1, Versions: []archive.Version{{V: 1, Source: "vtt", Parts: []archive.Part{{Master: ref}}}}}
}

// vttOf writes WebVTT of lines, one each four seconds.
func vttOf(lines ...string) string {
	at := func(s int) string { return fmt.Sprintf("%02d:%02d:%02d.200", s/3600, s/60%60, s%60) }
	var b strings.Builder
	b.WriteString("WEBVTT\n\n")
	for i, line := range lines {
		fmt.Fprintf(&b, "%s --> %s\n%s\n\n", at(4*i), at(4*i+4), line)
	}
	return b.String()
}

// fillLibrary makes the archive that most tests look at.
func fillLibrary(s *library) {
	s.t.Helper()
	conf := &archive.Conference{
		ID: "udhr", Title: archive.Words{"en": "The Declaration, read aloud", "ru": "Декларация, прочитанная вслух"}, Summary: archive.Words{"en": "A reading."},
		From: "2026-11-10", To: "2026-11-11", Place: "online", Languages: []archive.Language{"en", "es", "fr", "pt", "ru", "ar"}, Visibility: archive.Public,
	}
	if _, err := s.archive.CreateConference(s.ctx, conf); err != nil {
		s.t.Fatal(err)
	}
	hidden := &archive.Conference{ID: "hidden", Title: archive.Words{"en": "Hidden conference"}, Visibility: archive.Draft}
	if _, err := s.archive.CreateConference(s.ctx, hidden); err != nil {
		s.t.Fatal(err)
	}
	m := s.master("media")
	english := s.master(vttOf("<v Reader 1>Everyone has the right to own property.", "No one shall be deprived of his property.", "Everyone has the right to freedom of thought.", "This right includes freedom to change belief.", "Everyone has the right to freedom of opinion and expression."))
	spanish := s.master(vttOf("Toda persona tiene derecho a la propiedad.", "Nadie será privado de su propiedad.", "Toda persona tiene derecho a la libertad de pensamiento.", "Este derecho incluye la libertad de creencia.", "Todo individuo tiene derecho a la libertad de opinión."))
	arabic := s.master(vttOf("لكل شخص حق التملك.", "لا يجوز تجريد أحد من ملكه.", "لكل شخص الحق في حرية التفكير.", "ويشمل هذا الحق حرية المعتقد.", "لكل شخص الحق في حرية الرأي."))
	chinese := s.master(vttOf("人人有权拥有财产。", "任何人的财产不得剥夺。"))
	whole := s.create(&archive.Session{
		ID: "whole", Conference: "udhr", Title: archive.Words{"en": "Articles 12 to 20", "es": "Artículos 12 a 20", "ar": "المواد 12–20"}, Summary: archive.Words{"en": "The second reading."},
		Topics: []string{"expression", "belief"}, At: "2026-11-10T10:00:00Z", People: []archive.Person{{ID: "p1", Name: "Reader 1"}, {ID: "p2", Name: "Secret Name", Hidden: true}}, Clock: archive.Clock{LengthMs: libraryMs},
		Chapters: []archive.Chapter{{ID: "c1", StartMs: 0, Title: archive.Words{"en": "Article 17", "es": "Artículo 17"}}, {ID: "c2", StartMs: 8000, Title: archive.Words{"en": "Article 18"}}},
		Tracks: []archive.Track{
			mediaTrack(archive.Video, archive.Picture, "zxx", m), mediaTrack(archive.Audio, archive.Floor, "mul", m), mediaTrack(archive.Audio, archive.Interpretation, "en", m), mediaTrack(archive.Audio, archive.Interpretation, "es", m),
			mediaTrack(archive.Audio, archive.Interpretation, "pt", m), mediaTrack(archive.Audio, archive.Interpretation, "ar", m), textTrack("en", english), textTrack("es", spanish), textTrack("ar", arabic), textTrack("zh", chinese),
			mediaTrack(archive.Audio, archive.Description, "en", m), staffOnly(mediaTrack(archive.Audio, archive.Interpretation, "de", m)),
		},
	})
	s.render(whole, func(w transcode.Want) bool { return w.Track == nil || w.Track.Language != "pt" })
	still := s.create(&archive.Session{ID: "still", Title: archive.Words{"ru": "Без изображения"}, At: "2026-11-09", Clock: archive.Clock{LengthMs: libraryMs}, Tracks: []archive.Track{mediaTrack(archive.Audio, archive.Floor, "ru", m), textTrack("ru", s.master(vttOf("Одна строка.")))}})
	s.render(still, everything)
	prep := s.create(&archive.Session{ID: "prep", Conference: "udhr", Title: archive.Words{"en": "Articles 21 to 30"}, Clock: archive.Clock{LengthMs: libraryMs}, Tracks: []archive.Track{mediaTrack(archive.Video, archive.Picture, "zxx", m), mediaTrack(archive.Audio, archive.Interpretation, "en", m), mediaTrack(archive.Audio, archive.Interpretation, "es", m), textTrack("en", s.master(vttOf("Everyone has the right to rest.", "Nobody is the property of another.")))}})
	s.render(prep, func(w transcode.Want) bool { return w.Track != nil && w.Track.Language == "en" })
	s.create(&archive.Session{ID: "bare", Conference: "hidden", Title: archive.Words{}, Clock: archive.Clock{}})
	hostile := s.create(&archive.Session{
		ID: "hostile", Conference: "udhr", Title: archive.Words{"en": evil}, Summary: archive.Words{"en": evil}, Topics: []string{evil}, People: []archive.Person{{ID: "p1", Name: evil}}, Clock: archive.Clock{LengthMs: libraryMs},
		Rights: &archive.Rights{Licence: evil, Holder: evil, Contact: evil}, Chapters: []archive.Chapter{{ID: "c1", Title: archive.Words{"en": evil}}},
		Tracks: []archive.Track{mediaTrack(archive.Video, archive.Picture, "zxx", m), mediaTrack(archive.Audio, archive.Interpretation, "en", m), textTrack("en", s.master("WEBVTT\n\n00:00:00.000 --> 00:00:04.000\n"+strings.ReplaceAll(evil, "-->", "")+"> hostile words\n"))},
	})
	s.render(hostile, everything)
	unlisted := s.create(&archive.Session{ID: "unlisted", Visibility: archive.Unlisted, Token: secret, Title: archive.Words{"en": "Unlisted session"}, Clock: archive.Clock{LengthMs: libraryMs}, Tracks: []archive.Track{mediaTrack(archive.Video, archive.Picture, "zxx", m), mediaTrack(archive.Audio, archive.Interpretation, "en", m), textTrack("en", english)}})
	s.render(unlisted, everything)
	s.create(&archive.Session{ID: "draft", Visibility: archive.Draft, Title: archive.Words{"en": "Draft session"}})
	s.create(&archive.Session{ID: "withdrawn", Visibility: archive.Withdrawn, Title: archive.Words{"en": "Withdrawn session"}})
}

func staffOnly(t archive.Track) archive.Track {
	t.Visibility = archive.Staff
	return t
}
