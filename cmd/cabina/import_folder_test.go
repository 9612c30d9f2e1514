package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// entries reads a folder's listing: "es.m4a", "sub/" for a folder, "!x.mp4" for what is neither file nor folder.
func entries(names string) []dirEntry {
	var out []dirEntry
	for _, n := range strings.Fields(names) {
		e := dirEntry{Name: strings.Trim(n, "/!"), Folder: strings.HasSuffix(n, "/"), File: !strings.HasSuffix(n, "/") && n[0] != '!'}
		out = append(out, e)
	}
	return out
}

func TestWhatAFolderIs(t *testing.T) {
	for names, want := range map[string]folderSort{
		"":                              emptyFolder,
		"COPYRIGHT floor.txt":           emptyFolder,
		"es.m4a":                        sessionFolder,
		"es.srt":                        sessionFolder,
		"session.json":                  sessionFolder,
		"es.m4a extra/":                 sessionFolder,
		"s1/ s2/":                       conferenceFolder,
		"s1/ README":                    conferenceFolder,
		"conference.json":               conferenceFolder,
		"conference.json s1/ intro.mp4": conferenceFolder,
		".git/":                         emptyFolder,
		"._es.m4a .DS_Store":            emptyFolder,
	} {
		if got := sortFolder(entries(names)); got != want {
			t.Errorf("sortFolder(%q) = %d, want %d", names, got, want)
		}
	}
}

func TestWhatNamesTell(t *testing.T) {
	for name, c := range map[string]struct {
		names string
		json  string
		want  []string
	}{
		"recordings are taken and the rest is named": {
			"es.m4a es.srt COPYRIGHT floor.txt cover.jpg live.m3u8 x.sdp .DS_Store extra/ session.json", "{}",
			[]string{"take es.m4a es", "take es.srt es", "left .DS_Store: ", "left COPYRIGHT: ", "left cover.jpg: ", "left extra/: a folder within a session",
				"left floor.txt: ", "left live.m3u8: ", "left x.sdp: "}},
		"one text is taken of two for a place": {
			"es.ass es.srt es.stl es.ttml es.vtt en.srt EN.TTML", "{}",
			[]string{"take en.srt en", "take es.vtt es", "left EN.TTML: en.srt is the text for that place", "left es.ass: es.vtt is the text for that place",
				"left es.srt: es.vtt is the text for that place", "left es.stl: es.vtt is the text for that place", "left es.ttml: es.vtt is the text for that place"}},
		"a description is another place": {
			"en.srt described.vtt", `{"files":{"described.vtt":{"language":"en","role":"description"}}}`,
			[]string{"take described.vtt en", "take en.srt en"}},
		"a text without a language is refused with the names that would do": {
			"captions.srt es.m4a", "{}",
			[]string{"take es.m4a es", `refused captions.srt: its language cannot be told; name it es.srt, captions.pt-BR.srt or floor.srt, or say "files": {"captions.srt": {"language": "es"}} in session.json`}},
		"session.json says what a name does not": {
			"captions.txt booth.m4a", `{"files":{"captions.txt":{"kind":"text","language":"spa"},"booth.m4a":{"language":"pt_br"}}}`,
			[]string{"take booth.m4a pt-BR", "take captions.txt es"}},
		"session.json goes before the name": {
			"es.m4a floor.mp3", `{"files":{"es.m4a":{"language":"ru"},"floor.mp3":{"role":"interpretation","language":"en"}}}`,
			[]string{"take es.m4a ru", "take floor.mp3 en"}},
		"a role of floor is the floor": {
			"room.wav", `{"files":{"room.wav":{"role":"floor"}}}`,
			[]string{"take room.wav mul floor"}},
		"session.json speaks of what is not there": {
			"es.m4a", `{"files":{"ru.m4a":{}},"titel":{}}`,
			[]string{"take es.m4a es", `left session.json: its field "titel" is none of those it can have`,
				`refused session.json: it speaks of "ru.m4a", which is not in the folder; correct the name or take its entry out of files`}},
		"what is no file is refused": {
			"!es.m4a", "{}",
			[]string{"refused es.m4a: it is not a file that can be read; put the recording itself there"}},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := parseDescribed([]byte(c.json))
			if err != nil {
				t.Fatal(err)
			}
			l := tellFiles(entries(c.names), d)
			var got []string
			for _, f := range l.Files {
				floor := ""
				if f.Floor {
					floor = " floor"
				}
				got = append(got, fmt.Sprintf("take %s %s%s", f.Name, f.Language, floor))
			}
			for _, x := range l.Left {
				got = append(got, "left "+x.Name+": "+x.Why)
			}
			for _, r := range l.Refused {
				got = append(got, "refused "+r.String())
			}
			slices.Sort(c.want)
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatSessionJSONMayNotSay(t *testing.T) {
	for name, c := range map[string]struct{ json, want string }{
		"no JSON":                     {`{`, "--schema"},
		"a title that is a text":      {`{"title":"x"}`, "--schema"},
		"a visibility that is none":   {`{"visibility":"open"}`, "visibility: want draft"},
		"an id with capitals":         {`{"id":"S3"}`, "id: want 1 to 64"},
		"a date that is none":         {`{"at":"yesterday"}`, "2020-07-14"},
		"a language that is none":     {`{"files":{"a.mp3":{"language":"klingonese"}}}`, "files.a.mp3.language"},
		"a role that is none":         {`{"files":{"a.mp3":{"role":"dub"}}}`, "files.a.mp3.role"},
		"a kind that is none":         {`{"files":{"a.mp3":{"kind":"sound"}}}`, "files.a.mp3.kind"},
		"a place two days off":        {`{"files":{"a.mp3":{"atMs":172800000}}}`, "files.a.mp3.atMs"},
		"an origin that is none":      {`{"files":{"a.srt":{"origin":"robot"}}}`, "files.a.srt.origin"},
		"two people with one id":      {`{"people":[{"id":"p1","name":"a"},{"id":"p1","name":"b"}]}`, "people"},
		"a title in a language of xx": {`{"title":{"e":"x"}}`, "title"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseDescribed([]byte(c.json))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: error %v, want one that says %q", c.json, err, c.want)
			}
		})
	}
	if _, err := parseDescribed([]byte(`{"visibility":"unlisted","people":[{"name":"a"}],"chapters":[{"startMs":5}]}`)); err != nil {
		t.Errorf("unlisted, people and chapters without ids: %v, want them taken", err)
	}
}
