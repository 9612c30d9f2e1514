package web

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"cabina/archive"
	"cabina/transcode"
)

func TestMaster(t *testing.T) {
	s := newSite(t, func(s *site) {
		s.add(s.recorded("public-0", archive.Public))
		s.add(s.recorded("unlisted", archive.Unlisted))
	})
	line := func(list, holds string) string {
		for l := range strings.Lines(list) {
			if strings.Contains(l, holds) {
				return l
			}
		}
		return ""
	}
	for _, c := range []struct {
		name, query, accept string
		def                 string // LANGUAGE of the only voice that is DEFAULT; empty: none is
	}{
		{"a language", "?voice=es", "", "es"},
		{"a track", "?voice=t3", "en", "es"},
		{"the floor by its name", "?voice=floor", "es", "mul"},
		{"the floor by its language", "?voice=mul", "es", "mul"},
		{"what the reader takes", "", "es-MX", "es"},
		{"the best of what the reader takes", "", "de, es;q=0.5", "es"},
		{"a language that is not there is replaced by none", "?voice=de", "es", ""},
		{"nor is one that the reader takes", "", "de", ""},
		{"nor a voice for staff", "?voice=fr", "es", ""},
		{"nor a track that is no voice", "?voice=t5", "es", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := body(t, s.get("/play/public-0/master.m3u8"+c.query, "Accept-Language", c.accept))
			if n := strings.Count(list, "DEFAULT=YES"); n > 2 { // one in each of the two groups of voices
				t.Errorf("%d voices are DEFAULT, want one a group:\n%s", n, list)
			}
			got := line(list, "DEFAULT=YES")
			if c.def == "" && got != "" || c.def != "" && !strings.Contains(got, `LANGUAGE="`+c.def+`"`) {
				t.Errorf("DEFAULT is %q, want %q (%s)", got, c.def, c.name)
			}
			if strings.Contains(list, `"fr"`) {
				t.Errorf("a voice for staff is in the list:\n%s", list)
			}
		})
	}
	t.Run("every address leads on, with the token where there is one", func(t *testing.T) {
		for _, address := range []string{"public-0", "unlisted~" + tokenOf("unlisted")} {
			s.follow(t, "/play/"+address+"/master.m3u8")
		}
	})
	t.Run("the floor is called by the interface's word", func(t *testing.T) {
		if list := body(t, s.get("/play/public-0/master.m3u8", "Accept-Language", "es")); !strings.Contains(list, `NAME="Sala"`) {
			t.Errorf("want the floor called Sala:\n%s", list)
		}
	})
}

func TestPlayNames(t *testing.T) {
	s := publicSite(t)
	voice, sheet := s.name("public-0", "t3", transcode.Voice).File(), s.name("public-0", "t1", transcode.Sheet).File()
	for file, want := range map[string]int{
		voice + ".m3u8": 200, voice + ".mp4": 404, voice: 404, sheet + ".m3u8": 404, "t3.vtt.0123456789abcdef.m3u8": 404, "t5.vtt.0123456789abcdef.m3u8": 404,
		"t5.0123456789abcdef.vtt": 404, "t5.vtt": 404, "t9.0123456789abcdef.vtt": 404, "master.m3u": 404, "x/master.m3u8": 404, "": 404,
	} {
		if r := s.get("/play/public-0/" + file); r.StatusCode != want {
			t.Errorf("GET %s = %d, want %d", file, r.StatusCode, want)
		}
	}
}

// follow asks for all that a playlist names, and for all that those name.
func (s *site) follow(t *testing.T, path string) {
	t.Helper()
	r := s.get(path)
	list := body(t, r)
	if r.StatusCode != 200 || !strings.HasPrefix(list, "#EXTM3U") {
		t.Errorf("GET %s = %d %.80s, want a playlist", path, r.StatusCode, list)
		return
	}
	folder := path[:strings.LastIndex(path, "/")+1]
	var named []string
	for l := range strings.Lines(list) {
		l = strings.TrimSpace(l)
		if _, uri, ok := strings.Cut(l, `URI="`); ok {
			uri, _, _ = strings.Cut(uri, `"`)
			named = append(named, uri)
		} else if l != "" && l[0] != '#' {
			named = append(named, l)
		}
	}
	if len(named) == 0 {
		t.Errorf("%s names nothing:\n%s", path, list)
	}
	slices.Sort(named)
	for _, uri := range slices.Compact(named) {
		if !strings.HasPrefix(uri, "/") {
			uri = folder + uri
		}
		if strings.HasSuffix(uri, ".m3u8") {
			s.follow(t, uri)
			continue
		}
		if r := s.get(uri, "Range", "bytes=0-9"); r.StatusCode != 206 && r.StatusCode != 200 {
			t.Errorf("GET %s, named by %s, = %d, want its bytes", uri, path, r.StatusCode)
		}
	}
}

func TestNotPreparedYet(t *testing.T) {
	s := newSite(t, func(s *site) {
		doc := s.recorded("public-0", archive.Public)
		if _, err := s.Archive.Create(t.Context(), doc); err != nil {
			t.Fatal(err)
		}
		s.created = append(s.created, doc.ID)
	})
	for path, want := range map[string]int{
		"/play/public-0/master.m3u8": 503, "/download/public-0/t3.mp4": 503, "/download/public-0/t3.m4a": 503,
		"/play/public-0/" + s.name("public-0", "t3", transcode.Voice).File() + ".m3u8": 404,
		"/en/sessions/public-0": 200, "/api/v1/sessions/public-0": 200, "/download/public-0/t5.vtt": 200,
	} {
		r := s.get(path)
		if r.StatusCode != want || want == 503 && r.Header.Get("Retry-After") == "" {
			t.Errorf("GET %s while nothing is prepared = %d, Retry-After %q, want %d", path, r.StatusCode, r.Header.Get("Retry-After"), want)
		}
	}
	if got := body(t, s.get("/api/v1/sessions/public-0")); !strings.Contains(got, `"plays":false`) || !strings.Contains(got, `"preparing"`) {
		t.Errorf("session = %s, want that it does not play and is being prepared", got)
	}
}

// TestNudge: a shift of one voice gives it and its captions other addresses, and no other track; the old ones answer for a day.
func TestNudge(t *testing.T) {
	s := publicSite(t)
	master := func() string { return body(t, s.get("/play/public-0/master.m3u8")) }
	before := master()
	oldCaptions, oldVoice := s.captionPaths("public-0", "public-0", "t5")[1], "/media/public-0/"+s.name("public-0", "t3", transcode.Voice).File()+".mp4"
	said := body(t, s.get(oldCaptions))
	s.update("public-0", func(doc *archive.Session) error {
		voice := doc.Track("t3")
		next := voice.Versions[0]
		next.V, next.At = 2, time.Now().UTC().Format(time.RFC3339)
		next.Parts = slices.Clone(next.Parts)
		next.Parts[0].AtMs += 80
		voice.Versions, voice.Published = append(voice.Versions, next), 2
		return nil
	})
	after := master()
	changed := 0
	for l := range strings.Lines(before) {
		if strings.Contains(after, l) {
			continue
		}
		changed++
		if !strings.Contains(l, `LANGUAGE="es"`) {
			t.Errorf("a line of no Spanish changed: %s", l)
		}
	}
	if changed != 3 { // voice, small voice, captions
		t.Errorf("%d lines changed, want 3:\n%s\n%s", changed, before, after)
	}
	now := body(t, s.get(s.captionPaths("public-0", "public-0", "t5")[1]))
	if !strings.Contains(said, "00:01.000 -->") || !strings.Contains(now, "00:01.080 -->") {
		t.Errorf("captions moved from\n%s\nto\n%s\nwant them 80 ms later", said, now)
	}
	if got := body(t, s.get(oldCaptions)); got != said {
		t.Errorf("GET %s = %s, want it as it was, for a day", oldCaptions, got)
	}
	if r := s.get(oldVoice); r.StatusCode != 200 {
		t.Errorf("GET %s = %d, want it for a day", oldVoice, r.StatusCode)
	}
	later := func() time.Time { return time.Now().Add(25 * time.Hour) }
	s.Now, s.Catalog.Now = later, later
	for _, path := range []string{oldCaptions, oldVoice} {
		if r := s.get(path); r.StatusCode != 404 {
			t.Errorf("GET %s after a day = %d, want 404", path, r.StatusCode)
		}
	}
}

// TestWithdrawnStretch: what shows it is gone at once, before anything new is made.
func TestWithdrawnStretch(t *testing.T) {
	s := publicSite(t)
	var old []string
	for _, track := range []string{"t1", "t2", "t3"} {
		old = append(old, s.renditionPaths("/media/", ".mp4", "public-0", "public-0", track)...)
		old = append(old, s.renditionPaths("/play/", ".m3u8", "public-0", "public-0", track)...)
	}
	old = append(old, s.captionPaths("public-0", "public-0", "t5")...)
	for _, path := range old {
		if r := s.get(path); r.StatusCode != 200 {
			t.Fatalf("GET %s = %d, want 200", path, r.StatusCode)
		}
	}
	made, err := s.Archive.Update(t.Context(), "public-0", func(doc *archive.Session) error {
		doc.Withdrawn = append(doc.Withdrawn, archive.Withdrawal{ID: "w1", StartMs: 500, EndMs: 2000, LagMs: 500})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.wait("the withdrawal is seen", func() bool { return s.Mirror.Session("public-0").Rev == made.Rev })
	for _, path := range old {
		if r := s.get(path); r.StatusCode != 410 {
			t.Errorf("GET %s after the withdrawal = %d, want 410", path, r.StatusCode)
		}
	}
	for _, path := range []string{"/api/v1/sessions/public-0/transcripts/es", "/download/public-0/t5.srt", s.captionPaths("public-0", "public-0", "t5")[1]} {
		if got := body(t, s.get(path)); strings.Contains(got, "derechos") || !strings.Contains(got, "empiezan") {
			t.Errorf("GET %s after the withdrawal = %s, want it without what was said there", path, got)
		}
	}
	if r := s.get("/download/public-0/t3.mp4"); r.StatusCode != 503 {
		t.Errorf("GET the picture with that voice = %d, want 503 until both are made anew", r.StatusCode)
	}
}

// TestSessionWithdrawn: a session that is withdrawn is gone by its next request.
func TestSessionWithdrawn(t *testing.T) {
	s := publicSite(t)
	path := "/media/public-0/" + s.name("public-0", "t3", transcode.Voice).File() + ".mp4"
	if r := s.get(path); r.StatusCode != 200 {
		t.Fatalf("GET %s = %d, want 200", path, r.StatusCode)
	}
	s.update("public-0", func(doc *archive.Session) error {
		if doc.Visibility != archive.Public {
			return errors.New("not public")
		}
		doc.Visibility = archive.Withdrawn
		return nil
	})
	for _, path := range []string{path, "/en/sessions/public-0", "/api/v1/sessions/public-0"} {
		if r := s.get(path); r.StatusCode != 410 || r.Header.Get("Cache-Control") != "private, no-store" {
			t.Errorf("GET %s = %d, %s, want 410 that nobody keeps", path, r.StatusCode, r.Header.Get("Cache-Control"))
		}
	}
	if got := body(t, s.get("/api/v1/search?q=derechos")); !strings.Contains(got, `"sessions":[]`) {
		t.Errorf("search = %s, want nothing of what is withdrawn", got)
	}
}
