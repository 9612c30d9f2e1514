package web

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cabina/archive"
)

// TestDownloadFilm: an ordinary film whose length is known and whose ranges are those of the whole, which media tools read without a complaint.
func TestDownloadFilm(t *testing.T) {
	s := publicSite(t)
	for path, mime := range map[string]string{
		"/download/public-0/t3.mp4": "video/mp4", "/download/public-0/t3.mp4?picture=p360": "video/mp4", "/download/public-0/t3.mp4?picture=full": "video/mp4",
		"/download/public-0/t2.mp4?size=slides": "video/mp4", "/download/public-0/t3.m4a": "audio/mp4", "/download/public-0/t3.m4a?size=small": "audio/mp4",
	} {
		r := s.get(path)
		all, tag := body(t, r), r.Header.Get("ETag")
		if r.StatusCode != 200 || r.Header.Get("Content-Type") != mime || r.Header.Get("Content-Length") != fmt.Sprint(len(all)) || r.Header.Get("Content-Disposition") != "" {
			t.Fatalf("GET %s = %d %v with %d bytes, want %s to be shown", path, r.StatusCode, r.Header, len(all), mime)
		}
		file := t.TempDir() + "/film"
		if err := os.WriteFile(file, []byte(all), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("ffprobe", "-v", "warning", "-show_entries", "stream=codec_name:stream_tags=language", "-of", "csv=p=0", file).CombinedOutput()
		if want := map[bool]string{true: "h264", false: "aac"}[mime == "video/mp4"]; err != nil || !strings.HasPrefix(string(out), want) {
			t.Errorf("ffprobe of %s = %s (%v), want streams and no complaint", path, out, err)
		}
		for range 50 {
			from := rand.IntN(len(all))
			to := from + rand.IntN(len(all)-from)
			r := s.get(path, "Range", fmt.Sprintf("bytes=%d-%d", from, to), "If-Range", tag)
			if got := body(t, r); r.StatusCode != 206 || got != all[from:to+1] {
				t.Fatalf("GET %s, bytes %d to %d = %d with %d bytes, want those of the whole", path, from, to, r.StatusCode, len(got))
			}
		}
	}
}

func TestDownloadNames(t *testing.T) {
	s := publicSite(t)
	for path, want := range map[string]int{
		"t3.mp4?picture=p1080": 404, "t3.mp4?picture=sheet": 404, "t3.m4a?size=large": 404, "t1.mp4": 404, "t5.mp4": 404, "t5.m4a": 404, "t3.vtt": 404, "t5.exe": 404,
		"t5": 404, "t9.mp4": 404, "t3.mp4.mp4": 404, "": 404, "t3.mp4/x": 404, "t3.mp3": 404,
	} {
		if r := s.get("/download/public-0/" + path); r.StatusCode != want {
			t.Errorf("GET %s = %d, want %d", path, r.StatusCode, want)
		}
	}
	for path, want := range map[string]string{
		"t3.mp4": "public-0.es.mp4", "t2.mp4": "public-0.floor.mp4", "t3.m4a": "public-0.es.m4a", "t5.srt": "public-0.es.srt", "t5.json": "public-0.es.json",
	} {
		if got := s.get("/download/public-0/" + path + "?save=1").Header.Get("Content-Disposition"); got != `attachment; filename="`+want+`"` {
			t.Errorf("GET %s to save: Content-Disposition %s, want %s", path, got, want)
		}
	}
}

// TestDownloadText: what is taken along as captions says the same when it is read again.
func TestDownloadText(t *testing.T) {
	s := newSite(t, func(s *site) {
		doc := s.recorded("public-0", archive.Public)
		doc.Rights = &archive.Rights{Holder: "The --> conference", Licence: "CC BY 4.0", Contact: "office@example.org"}
		s.add(doc)
		s.add(s.recorded("public-1", archive.Public))
	})
	want := []archive.Cue{{StartMs: 1000, EndMs: 3000, Text: "los derechos humanos"}, {StartMs: 3500, EndMs: 6000, Text: "empiezan en casa"}}
	for _, ext := range []string{"vtt", "srt"} {
		got := body(t, s.get("/download/public-0/t5."+ext))
		read, err := archive.ReadSubtitles([]byte(got), "x."+ext, "es")
		if err != nil {
			t.Fatalf("%s: %v\n%s", ext, err, got)
		}
		if diff := cmp.Diff(want, read.Cues); diff != "" || len(read.Unread) > 0 {
			t.Errorf("%s says something else when read again (%v):\n%s\n%s", ext, read.Unread, diff, got)
		}
	}
	vtt := body(t, s.get("/download/public-0/t5.vtt"))
	if !strings.HasPrefix(vtt, "WEBVTT\n\nNOTE\n") || !strings.Contains(vtt, "CC BY 4.0") {
		t.Errorf("vtt = %s, want its rights in a note behind the head", vtt)
	}
	txt := body(t, s.get("/download/public-0/t5.txt", "Accept-Language", "es"))
	for _, holds := range []string{"Apertura\n", "14 de julio de 2020\n", "CC BY 4.0", "office@example.org", "/es/sessions/public-0\n", "\n0:00:01  los derechos humanos\n0:00:03  empiezan en casa\n"} {
		if !strings.Contains(txt, holds) {
			t.Errorf("txt = %s\nwant %q in it", txt, holds)
		}
	}
	if txt := body(t, s.get("/download/public-1/t5.txt")); !strings.Contains(txt, "All rights reserved") {
		t.Errorf("txt = %s\nwant that all rights are reserved where nothing is said", txt)
	}
}

func TestSubRip(t *testing.T) {
	for _, c := range []struct {
		name string
		cues []archive.Cue
		want string
	}{
		{"times and lines", []archive.Cue{{StartMs: 3_723_004, EndMs: 3_724_000, Text: "a\nb"}}, "1\r\n01:02:03,004 --> 01:02:04,000\r\na\r\nb\r\n\r\n"},
		{"a blank line ends no cue", []archive.Cue{{EndMs: 1, Text: "a\n\n \nb"}}, "1\r\n00:00:00,000 --> 00:00:00,001\r\na\r\nb\r\n\r\n"},
		{"an arrow is no time", []archive.Cue{{EndMs: 1, Text: "00:00 --> 00:01"}}, "1\r\n00:00:00,000 --> 00:00:00,001\r\n00:00 → 00:01\r\n\r\n"},
		{"a cue without words has no number", []archive.Cue{{EndMs: 1, Text: " "}, {EndMs: 1, Text: "a"}}, "1\r\n00:00:00,000 --> 00:00:00,001\r\na\r\n\r\n"},
		{"no cues are nothing", nil, ""},
	} {
		if got := string(subRip(c.cues)); got != c.want {
			t.Errorf("subRip = %q, want %q (%s)", got, c.want, c.name)
		}
	}
}

// TestComputedFilesAreKept: the ranges of one film read its tables once.
func TestComputedFilesAreKept(t *testing.T) {
	s := publicSite(t)
	view, err := s.Catalog.View(t.Context(), s.Mirror.Session("public-0"))
	if err != nil {
		t.Fatal(err)
	}
	voice := view.Voice("t3").Voice
	first, err := s.files.get(t.Context(), s.Archive.Store, view.Main(), voice, "es")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Archive.Store.Delete(t.Context(), voice.Key(".tables")); err != nil {
		t.Fatal(err)
	}
	if again, err := s.files.get(t.Context(), s.Archive.Store, view.Main(), voice, "es"); err != nil || again != first {
		t.Errorf("get = %p (%v), want %p again without a read", again, err, first)
	}
	if _, err := s.files.get(t.Context(), s.Archive.Store, nil, voice, "es"); err == nil {
		t.Error("the voice alone without its tables gave no error: want another file than that with the picture")
	}
	if r := s.get("/download/public-0/t3.m4a"); r.StatusCode != 404 {
		t.Errorf("GET a voice whose tables are gone = %d, want 404", r.StatusCode)
	}
}
