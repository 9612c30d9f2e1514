package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cabina/archive"
)

// folder makes a folder of small recordings: NAME.mp4 is a picture of 12 s, with a sound unless it begins with "silent"; sounds are tones of 12 s, each of its
// own pitch; any other name is a text file with what stands behind its =.
func folder(t testing.TB, dir string, files ...string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		name, content, isText := strings.Cut(f, "=")
		path := filepath.Join(dir, name)
		tone := fmt.Sprintf("sine=f=%d:r=48000:d=12", 300+100*i+len(name))
		switch {
		case isText:
			write(t, path, content)
		case strings.HasPrefix(name, "silent"):
			media(t, path, "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=12", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-bf", "0", "-g", "75")
		case filepath.Ext(name) == ".mp4":
			media(t, path, "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=12", "-f", "lavfi", "-i", tone, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p",
				"-bf", "0", "-g", "75", "-c:a", "aac", "-b:a", "64k")
		default:
			media(t, path, "-f", "lavfi", "-i", tone, "-ac", "1")
		}
	}
	return dir
}

func media(t testing.TB, path string, args ...string) {
	t.Helper()
	args = append(append([]string{"-nostdin", "-v", "error", "-y"}, args...), path)
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg %v: %v: %s", args, err, out)
	}
}

const subtitles = "1\n00:00:01,000 --> 00:00:04,000\nHarm reduction saves lives\n\n2\n00:00:05,000 --> 00:00:08,000\nNothing about us without us\n"

// read reads a session's document.
func (w *world) read(id string) *archive.Session {
	w.t.Helper()
	s, err := (&archive.Archive{Store: w.store}).Session(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// tracks writes a session's tracks as lines.
func tracks(s *archive.Session) []string {
	var out []string
	for _, t := range s.Tracks {
		of := ""
		if v := t.Current(); v != nil && v.Of != nil {
			of = " of " + v.Of.Track
		}
		out = append(out, fmt.Sprintf("%s %s %s %s %d/%d%s", t.ID, t.Kind, t.Role, t.Language, t.Published, len(t.Versions), of))
	}
	return out
}

func TestAConferenceIsTakenIn(t *testing.T) {
	w := newWorld(t, "disk")
	root := filepath.Join(t.TempDir(), "HIV2020 Online")
	folder(t, filepath.Join(root, "opening"), "meeting.mp4", "es.m4a", "ru.mp3", "es.srt="+subtitles, "floor.srt="+subtitles, "COPYRIGHT=ours",
		`session.json={"title":{"en":"Opening"},"at":"2020-07-14T14:00:00Z","chapters":[{"startMs":0,"title":{"en":"Start"}}]}`)
	folder(t, filepath.Join(root, "broken"), "silent.mp4", "voice.m4a", "fr.mp3=this is no sound")
	folder(t, filepath.Join(root, "empty"), "readme.txt=nothing here")
	write(t, filepath.Join(root, "conference.json"), `{"id":"hiv2020","title":{"en":"HIV2020"},"from":"2020-07-06"}`)

	out, errOut, code := w.try("import", root)
	if code != exitFailed {
		t.Errorf("exit code %d, want 1: two folders cannot be taken", code)
	}
	lines := strings.Split(strings.TrimSpace(errOut), "\n")
	slices.Sort(lines)
	wantLines := []string{`^empty: .*put recordings there`, `^fr\.mp3: .*would do`, `^voice\.m4a: its language cannot be told; name it es\.m4a`}
	if len(lines) != len(wantLines) {
		t.Fatalf("standard error has %d lines, want one for each thing refused:\n%s", len(lines), errOut)
	}
	for i, l := range lines {
		if !regexp.MustCompile(wantLines[i]).MatchString(l) {
			t.Errorf("standard error says %q, want %s", l, wantLines[i])
		}
	}
	for _, want := range []string{"opening: Opening;", "COPYRIGHT", "left alone", "prepared copy of t1", "prepared voice of t4", "1 session is in the archive"} {
		if !strings.Contains(out, want) {
			t.Errorf("the report does not say %q:\n%s", want, out)
		}
	}
	s := w.read("opening")
	want := []string{"t1 video picture zxx 1/1", "t2 audio floor mul 1/1", "t3 audio interpretation es 1/1", "t4 audio interpretation ru 1/1",
		"t5 text captions es 1/1 of t3", "t6 text captions mul 1/1 of t2"}
	if diff := cmp.Diff(want, tracks(s)); diff != "" {
		t.Error(diff)
	}
	if s.Conference != "hiv2020" || s.Import.Key != "hiv2020/opening" || s.Visibility != archive.Public || s.Clock.By != "picture" || s.Chapters[0].ID != "c1" {
		t.Errorf("session: conference %q, key %q, %s, by %s, chapters %v", s.Conference, s.Import.Key, s.Visibility, s.Clock.By, s.Chapters)
	}
	c, err := (&archive.Archive{Store: w.store}).Conference(t.Context(), "hiv2020")
	if err != nil || c.Title["en"] != "HIV2020" || fmt.Sprint(c.Languages) != "[es ru]" {
		t.Errorf("conference %+v, %v; want its title and the languages es ru", c, err)
	}
	var masters int
	for key := range w.state("masters/") {
		if !strings.HasSuffix(key, ".json") {
			masters++
		}
	}
	if masters != 4 { // both texts are the same bytes
		t.Errorf("%d masters, want 4: nothing of a refused session is written", masters)
	}
	w.must("verify")
}

func TestImportingAgain(t *testing.T) {
	w := newWorld(t, "disk")
	dir := folder(t, filepath.Join(t.TempDir(), "s01"), "silent.mp4", "es.m4a", "es.srt="+subtitles)
	w.must("import", "--no-prepare", dir)
	before := w.state("")

	t.Run("changes nothing", func(t *testing.T) {
		if out := w.must("import", "--no-prepare", dir); !strings.Contains(out, "nothing has changed") {
			t.Errorf("it says:\n%s", out)
		}
		if diff := cmp.Diff(before, w.state("")); diff != "" {
			t.Errorf("(-before +after):\n%s", diff)
		}
	})
	t.Run("keeps what people wrote since", func(t *testing.T) {
		w.must("set", "s01", "title.en=By hand", "t2.language=pt")
		rev := w.read("s01").Rev
		w.must("import", "--no-prepare", dir)
		if s := w.read("s01"); s.Rev != rev || s.Title["en"] != "By hand" || s.Track("t2").Language != "pt" || len(s.Tracks) != 3 {
			t.Errorf("revision %d, title %v, tracks %v; want revision %d as it was", s.Rev, s.Title, tracks(s), rev)
		}
		w.must("set", "s01", "t2.language=es")
	})
	t.Run("a draft of a changed file is not published", func(t *testing.T) {
		folder(t, dir, "x=", "y=", "es.m4a")
		w.must("import", "--no-prepare", "--draft", dir)
		if s := w.read("s01"); tracks(s)[1] != "t2 audio interpretation es 1/2" || s.Visibility != archive.Public {
			t.Errorf("%s, %s; want the second version there and the first published", tracks(s)[1], s.Visibility)
		}
	})
	t.Run("a changed file is a new version, published", func(t *testing.T) {
		folder(t, dir, "x=", "y=", "z=", "es.m4a")
		w.must("import", "--no-prepare", dir)
		if got := tracks(w.read("s01"))[1]; got != "t2 audio interpretation es 3/3" {
			t.Errorf("%s, want the third version published", got)
		}
	})
	t.Run("a new file is a new track", func(t *testing.T) {
		folder(t, dir, "a=", "ru.m4a")
		w.must("import", "--no-prepare", dir)
		if got := tracks(w.read("s01")); got[3] != "t4 audio interpretation ru 1/1" {
			t.Errorf("%v, want ru as t4", got)
		}
	})
}

func TestWhatImportDecidesOfRealRecordings(t *testing.T) {
	shared := filepath.Join("..", "..", "..", "shared", "data", "sessions")
	if _, err := os.Stat(shared); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("the recordings are not here")
	}
	w := newWorld(t, "disk")
	w.must("import", "--no-prepare", filepath.Join(shared, "pbx-prompts-a"))
	want := []string{"t1 audio interpretation en 1/1", "t2 audio interpretation es 1/1", "t3 audio interpretation fr 1/1", "t4 audio interpretation ru 1/1",
		"t5 text captions en 1/1 of t1", "t6 text captions es 1/1 of t2", "t7 text captions fr 1/1 of t3", "t8 text captions ru 1/1 of t4"}
	s := w.read("pbx-prompts-a")
	if diff := cmp.Diff(want, tracks(s)); diff != "" {
		t.Error(diff)
	}
	if s.Conference != "" || s.Import.Key != "pbx-prompts-a" || s.Clock.By != "voice" || s.Tracks[4].Versions[0].Source != "vtt" {
		t.Errorf("conference %q, key %q, by %s, source %s", s.Conference, s.Import.Key, s.Clock.By, s.Tracks[4].Versions[0].Source)
	}

	dir := filepath.Join(t.TempDir(), "container")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(mustAbs(t, filepath.Join(shared, "multi-audio-4lang-80s.mp4")), filepath.Join(dir, "all.mp4")); err != nil {
		t.Fatal(err)
	}
	w.must("import", "--no-prepare", "--conference", "trials", dir)
	want = []string{"t1 video picture zxx 1/1", "t2 audio interpretation en 1/1", "t3 audio interpretation es 1/1", "t4 audio interpretation fr 1/1", "t5 audio interpretation ru 1/1",
		"t6 text captions en 1/1 of t2", "t7 text captions ru 1/1 of t5"}
	if diff := cmp.Diff(want, tracks(w.read("container"))); diff != "" {
		t.Error(diff)
	}
	s = w.read("container")
	cues, err := (&archive.Archive{Store: w.store}).Transcript(t.Context(), s, s.Track("t6"), s.Track("t6").Current())
	if err != nil || len(cues) < 2 || cues[1].StartMs != 8303 || !strings.HasPrefix(cues[1].Text, "Login incorrect.") {
		t.Errorf("the English cues inside the recording: %v %v; want the second at 8303 ms", cues, err)
	}
}

func mustAbs(t testing.TB, path string) string {
	t.Helper()
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

func TestADryRunWritesNothing(t *testing.T) {
	home := t.TempDir()
	dir := folder(t, filepath.Join(t.TempDir(), "s01"), "es.m4a", "es.srt="+subtitles)
	env := map[string]string{"HOME": home, "CABINA_STORE": filepath.Join(home, "store"), "CABINA_CACHE": filepath.Join(home, "cache")}
	var out, errOut bytes.Buffer
	a := &app{Out: &out, Err: &errOut, Getenv: func(n string) string { return env[n] }}
	if code := command(t.Context(), []string{"import", "--dry-run", dir}, a); code != exitDone {
		t.Fatalf("exit code %d: %s", code, errOut.String())
	}
	if !strings.Contains(out.String(), "es interpretation") || !strings.Contains(out.String(), "would be new") {
		t.Errorf("it says:\n%s", out.String())
	}
	if left, err := os.ReadDir(home); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}

func TestTheSchemaIsOfTheTypes(t *testing.T) {
	var schema struct {
		Defs map[string]struct {
			Properties map[string]json.RawMessage `json:"properties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(importSchema, &schema); err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]any{"session": described{}, "conference": describedConference{}} {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]any
		if err := json.Unmarshal(data, &fields); err != nil {
			t.Fatal(err)
		}
		for f := range fields {
			if _, ok := schema.Defs[name].Properties[f]; !ok {
				t.Errorf("the schema of %s.json does not have %s", name, f)
			}
		}
		for f := range schema.Defs[name].Properties {
			if _, ok := fields[f]; !ok {
				t.Errorf("the schema of %s.json has %s, which is not read", name, f)
			}
		}
	}
}

func TestTwoFoldersAreNeverTakenForOne(t *testing.T) {
	w := newWorld(t, "disk")
	root := t.TempDir()
	one := folder(t, filepath.Join(root, "a", "s01"), "es.m4a")
	two := folder(t, filepath.Join(root, "b", "s01"), "x=", "es.m4a")
	if _, errOut, code := w.try("import", "--no-prepare", one, two); code != exitFailed || !strings.HasPrefix(errOut, "s01: "+one+" is called so too") {
		t.Errorf("two folders of one name: exit code %d, %q", code, errOut)
	}
	if got := tracks(w.read("s01")); len(got) != 1 || got[0] != "t1 audio interpretation es 1/1" {
		t.Errorf("%v, want the first folder's voice alone", got)
	}
	if out := w.must("import", "--no-prepare", "--conference", "other", two); !strings.Contains(out, "s01-2: ") {
		t.Errorf("the same name in a conference: %s; want an id of its own", out)
	}
	if _, errOut, code := w.try("import", "--no-prepare", "--id", "s01-2", one); code != exitFailed || !strings.Contains(errOut, `came from another folder, "other/s01"`) {
		t.Errorf("an id that is another folder's: exit code %d, %q", code, errOut)
	}
	if out := w.must("import", "--no-prepare", "--conference", "other", two); !strings.Contains(out, "nothing has changed") {
		t.Errorf("again: %s", out)
	}
}
