package web

import (
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"cabina/archive"
	"cabina/transcode"
)

// planted is a participant's name as Zoom and others write it into what they make. No reader may ever see it.
const planted = "Xochiquetzal Okonkwo-Lindqvist"

const plantedVTT = "WEBVTT\n\nNOTE made by " + planted + "\n\n\"" + planted + "\" (1)\n00:00:01.000 --> 00:00:03.000\n" + planted + ": Good morning everyone\n\n" +
	planted + "\n00:00:04.000 --> 00:00:06.000\nBo Ek: Thank you\n\n00:00:0x.000 --> 00:00:07.000\n" + planted + ": lost words\n\n00:00:08.000 --> 00:00:09.000\n<v " + planted + ">And again</v>\n\n" +
	"00:00:10.000 --> 00:00:12.000\n" + planted + ": the end\n\n00:00:20.000 --> 00:00:22.000\nThanks for watching!\n"

func newMachineLibrary(t *testing.T) *library {
	return newLibrary(t, func(s *library) {
		ref := s.master(plantedVTT)
		read, err := archive.ReadSubtitles([]byte(plantedVTT), "x.vtt", "en")
		if err != nil {
			t.Fatal(err)
		}
		m := s.master("a picture")
		text := textTrack("en", ref)
		text.Versions[0].Unread, text.Versions[0].Name = read.Unread, planted+".vtt"
		other := textTrack("ru", s.master("WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n<v "+planted+">Доброе утро\n"))
		s.render(s.create(&archive.Session{ID: "zoom", Title: archive.Words{"en": "A meeting"}, Clock: archive.Clock{LengthMs: libraryMs},
			Tracks: []archive.Track{mediaTrack(archive.Video, archive.Picture, "zxx", m), mediaTrack(archive.Audio, archive.Floor, "mul", m), text, other}}), everything)
	})
}

// change changes a session, and waits until the pages know.
func change(lib *library, id string, do func(*archive.Session)) {
	lib.t.Helper()
	now, err := lib.archive.Update(lib.ctx, id, func(s *archive.Session) error { do(s); return nil })
	if err != nil {
		lib.t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); lib.server.Mirror.Session(id).Rev < now.Rev; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			lib.t.Fatal("the pages do not know of the change after 20 s")
		}
	}
}

// TestNoParticipantsNameIsPublished plants a name wherever a subtitle file may hold one, and reads every page, answer, caption and file that a stranger can
// come to.
func TestNoParticipantsNameIsPublished(t *testing.T) {
	lib := newMachineLibrary(t)
	doc := lib.server.Mirror.Session("zoom")
	start := []string{"/", "/en/", "/ar/", "/ru/sessions/zoom/transcript/ru?beside=en", "/robots.txt", "/api/v1/sessions", "/api/v1/sessions/zoom", "/play/zoom/master.m3u8",
		"/en/sessions/zoom?find=good", "/en/search?q=morning", "/en/search?q=Xochiquetzal", "/api/v1/search?q=morning", "/api/v1/search?q=Xochiquetzal", "/api/v1/moments?q=Okonkwo", "/api/v1/search?q=speaker:Okonkwo",
		"/api/v1/sessions/zoom/transcripts/en", "/api/v1/sessions/zoom/transcripts/ru"}
	for i := range doc.Tracks {
		if tr := &doc.Tracks[i]; tr.Kind == archive.Text {
			start = append(start, "/play/zoom/"+tr.ID+"."+transcode.TextRecipe(doc, tr)+".vtt", "/play/zoom/"+tr.ID+".vtt."+transcode.TextRecipe(doc, tr)+".m3u8")
			for _, ext := range []string{"vtt", "srt", "txt", "json"} {
				start = append(start, "/download/zoom/"+tr.ID+"."+ext)
			}
		}
	}
	links := regexp.MustCompile(`(?:href|src|action)="(/[^"#]*)`)
	asked, found := map[string]bool{}, 0
	for queue := start; len(queue) > 0 && len(asked) < 300; queue = queue[1:] {
		at := queue[0]
		if asked[at] {
			continue
		}
		asked[at] = true
		r, body := lib.get(at)
		if r.StatusCode == http.StatusOK && strings.Contains(body, "Good morning") {
			found++
		}
		for _, part := range strings.Fields(planted) {
			// What was asked for is shown again on the page of the search; nothing else may hold it.
			if strings.Contains(body, part) && !strings.Contains(at, part) {
				t.Errorf("%s holds %s", at, part)
			}
			if body := strings.ReplaceAll(body, "?q="+part, ""); strings.Contains(at, part) && strings.Contains(body, strings.Join(strings.Fields(planted), " ")) {
				t.Errorf("%s holds the whole name", at)
			}
		}
		for _, values := range r.Header {
			if strings.Contains(strings.Join(values, " "), "Okonkwo") {
				t.Errorf("%s: a header holds the name", at)
			}
		}
		for _, m := range links.FindAllStringSubmatch(body, -1) {
			if to := html.UnescapeString(m[1]); !strings.HasPrefix(to, "/static/") {
				queue = append(queue, to)
			}
		}
	}
	if found < 10 || len(asked) < 40 {
		t.Errorf("%d of %d answers hold the words; the crawl came to too little", found, len(asked))
	}
}

func TestWhatAMachineWroteIsSaid(t *testing.T) {
	lib := newMachineLibrary(t)
	captions := func() string {
		doc := lib.server.Mirror.Session("zoom")
		tr := doc.Track("t3")
		return lib.page("/play/zoom/t3." + transcode.TextRecipe(doc, tr) + ".vtt")
	}
	page, vtt := lib.page("/es/sessions/zoom/transcript/en"), lib.page("/download/zoom/t3.vtt")
	for _, want := range []string{"Hablante 1", "Escrita por una máquina y aún no revisada", "Probablemente inventado por una máquina", "Thanks for watching"} {
		if !strings.Contains(page, want) {
			t.Errorf("the Spanish page does not say %q", want)
		}
	}
	if first := captions(); strings.Contains(first, "Thanks for watching") || !strings.Contains(first, "Good morning") {
		t.Errorf("captions draw what was invented: %s", first)
	}
	if !strings.Contains(vtt, "NOTE The next line was probably invented by a machine.\n\n00:00:20.000") {
		t.Errorf("the download does not mark the line: %s", vtt)
	}
	if api := lib.page("/api/v1/sessions/zoom/transcripts/en"); !strings.Contains(api, `"text":"Thanks for watching!","invented":true`) || !strings.Contains(api, `"origin":"machine","checked":false`) || !strings.Contains(api, `"speaker":"Speaker 1"`) {
		t.Errorf("API: %s", api)
	}
	if txt := lib.page("/download/zoom/t3.txt", "Accept-Language", "ru"); !strings.Contains(txt, "Говорящий 1: Good morning") || !strings.Contains(txt, "[Вероятно, придумано машиной:] Thanks") {
		t.Errorf("text: %s", txt)
	}
	before := lib.server.Mirror.Session("zoom")
	old := "/play/zoom/t3." + transcode.TextRecipe(before, before.Track("t3")) + ".vtt"
	change(lib, "zoom", func(s *archive.Session) { s.Track("t3").Checked = "Ines"; s.Track("t3").NameSpeaker(1, "Maria") })
	page = lib.page("/es/sessions/zoom/transcript/en")
	for _, not := range []string{"Ines", "aún no revisada", "Probablemente inventado", "Hablante 1"} {
		if strings.Contains(page, not) {
			t.Errorf("checked, the page says %q", not)
		}
	}
	for _, want := range []string{"revisada por una persona", "Maria", "Hablante 2"} {
		if !strings.Contains(page, want) {
			t.Errorf("checked, the page does not say %q", want)
		}
	}
	if now := captions(); !strings.Contains(now, "Thanks for watching") {
		t.Errorf("checked, the captions do not draw the line: %s", now)
	}
	if body := lib.page(old); strings.Contains(body, "Thanks for watching") || !slices.Contains(strings.Split(body, "\n"), "Good morning everyone") {
		t.Errorf("the address of a moment ago gives something else: %s", body)
	}
}
