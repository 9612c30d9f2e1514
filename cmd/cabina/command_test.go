package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cabina/archive"
	"cabina/search"
	"cabina/transcode/jail"
)

// here runs a command in this process, over a folder of its own for everything, and gives what it said and its exit code.
func here(t *testing.T, home string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	env := map[string]string{"HOME": home, "CABINA_STORE": filepath.Join(home, "store"), "CABINA_CACHE": filepath.Join(home, "cache")}
	var out, errOut bytes.Buffer
	code = command(t.Context(), args, &app{Out: &out, Err: &errOut, Getenv: func(n string) string { return env[n] }})
	return out.String(), errOut.String(), code
}

func TestExitCodes(t *testing.T) {
	home := t.TempDir()
	here(t, home, "check") // makes the store
	for name, c := range map[string]struct {
		args []string
		code int
		says string // on standard error
	}{
		"help is done":                       {[]string{"--help"}, exitDone, ""},
		"a command's help is done":           {[]string{"import", "--help"}, exitDone, ""},
		"the schema is done":                 {[]string{"import", "--schema"}, exitDone, ""},
		"no command is wrong use":            {nil, exitWrongUse, "--help"},
		"a command that is none":             {[]string{"improt"}, exitWrongUse, "improt"},
		"a flag that is none":                {[]string{"import", "--nope", "."}, exitWrongUse, "cabina import --help"},
		"import without a folder":            {[]string{"import"}, exitWrongUse, "name a folder"},
		"an id that is none":                 {[]string{"import", "--id", "S 1", "."}, exitWrongUse, "a-z, 0-9"},
		"a setting that cannot be":           {[]string{"--listen", "nowhere", "show"}, exitWrongUse, "--listen"},
		"set without an =":                   {[]string{"set", "s03", "title"}, exitWrongUse, "FIELD=VALUE"},
		"set of a field that is none":        {[]string{"set", "s03", "titel=x"}, exitWrongUse, "titel"},
		"withdraw of no stretch":             {[]string{"withdraw", "s03", "--from", "2", "--to", "1"}, exitWrongUse, "not after"},
		"withdraw without its end":           {[]string{"withdraw", "s03", "--from", "2"}, exitWrongUse, "--to"},
		"a search that cannot be read":       {[]string{"search", "words -"}, exitWrongUse, "cabina:"},
		"add-track without a language":       {[]string{"add-track", "s03", "--kind", "audio", "x.mp3"}, exitWrongUse, "--lang es"},
		"add-track in a role that is none":   {[]string{"add-track", "s03", "--kind", "text", "--lang", "es", "--role", "floor", "x.srt"}, exitWrongUse, "captions"},
		"add-track of a kind that is none":   {[]string{"add-track", "s03", "--kind", "sound", "--lang", "es", "x.mp3"}, exitWrongUse, "kind"},
		"a folder that is not there failed":  {[]string{"import", filepath.Join(home, "nowhere")}, exitFailed, "no such folder"},
		"a session that is not there failed": {[]string{"set", "s03", "title.en=x"}, exitFailed, `no session "s03"`},
		"showing what is not there failed":   {[]string{"show", "s03"}, exitFailed, `no session "s03"`},
		"an id that no session has failed":   {[]string{"show", "../x", "--json"}, exitFailed, "no session"},
		"a file to set that is not there":    {[]string{"set", "s03", "people=@nowhere.json"}, exitWrongUse, "nowhere.json"},
	} {
		t.Run(name, func(t *testing.T) {
			_, errOut, code := here(t, home, c.args...)
			if code != c.code || !strings.Contains(errOut, c.says) {
				t.Errorf("cabina %s: exit code %d, want %d; it says %q, want %q in it", strings.Join(c.args, " "), code, c.code, errOut, c.says)
			}
		})
	}
}

func TestWithoutAStore(t *testing.T) {
	home := t.TempDir()
	if _, errOut, code := here(t, home, "show"); code != exitFailed || !strings.Contains(errOut, "no archive") {
		t.Errorf("show without a store: %d, %q; want it said", code, errOut)
	}
	if _, err := os.Stat(filepath.Join(home, "store")); err == nil {
		t.Error("a command that only reads made the store")
	}
}

// TestFromTheTerminal goes through the life of a session without a page.
func TestFromTheTerminal(t *testing.T) {
	w := newWorld(t, "disk")
	dir := folder(t, filepath.Join(t.TempDir(), "s01"), "silent.mp4", "es.m4a", "es.srt="+subtitles)
	w.must("import", "--no-prepare", dir)
	french := filepath.Join(folder(t, t.TempDir(), "a.mp3", "b.wav"), "a.mp3")
	says := func(out, want string) {
		t.Helper()
		if !strings.Contains(out, want) {
			t.Errorf("want %q in it:\n%s", want, out)
		}
	}

	t.Run("show --json is the document as it is stored", func(t *testing.T) {
		stored, _, err := w.store.Get(t.Context(), "sessions/s01.json")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(stored), w.must("show", "s01", "--json")); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a language is added, and replaced by two parts", func(t *testing.T) {
		says(w.must("add-track", "s01", "--kind", "audio", "--lang", "fr", "--no-prepare", french), "t4, fr interpretation, version 1, published")
		says(w.must("add-track", "s01", "--kind", "audio", "--lang", "fr", "--no-prepare", french), "has that already")
		out := w.must("add-track", "s01", "--kind", "audio", "--lang", "fr", "--at", "-0.5", "--draft", french, filepath.Join(filepath.Dir(french), "b.wav"))
		says(out, "version 2, not published")
		says(out, "goes on 11.5 s after the session's end")
		v := w.read("s01").Track("t4").Versions[1]
		if len(v.Parts) != 2 || v.Parts[0].AtMs != -500 || v.Parts[1].AtMs != v.Parts[0].AtMs+v.Parts[0].ToMs {
			t.Errorf("parts %+v, want one after the other from −500 ms", v.Parts)
		}
	})
	t.Run("no other track is read or changed", func(t *testing.T) {
		if got := tracks(w.read("s01")); got[0] != "t1 video picture zxx 1/1" || got[1] != "t2 audio interpretation es 1/1" {
			t.Errorf("%v", got)
		}
	})
	t.Run("set, history, undo", func(t *testing.T) {
		w.must("set", "s01", "title.en=Opening", "t2.shiftMs=80")
		rev := w.read("s01").Rev
		says(w.must("history", "s01"), "title.en, t2 (es interpretation) version 2")
		w.must("set", "s01", "visibility=draft")
		w.must("undo", "s01", "1")
		s := w.read("s01")
		if s.Rev != rev+2 || s.Title["en"] != "" || s.Visibility != archive.Public || len(s.Tracks) != 3 || s.NextTrack != 5 {
			t.Errorf("revision %d, %v, %s, %v, next track %d; want revision %d with the contents of 1", s.Rev, s.Title, s.Visibility, tracks(s), s.NextTrack, rev+2)
		}
		if got := tracks(s)[1]; got != "t2 audio interpretation es 1/2" {
			t.Errorf("%s, want version 1 published, and 2 kept", got)
		}
		if _, errOut, code := w.try("undo", "s01", "99"); code != exitFailed || !strings.Contains(errOut, "no revision 99") {
			t.Errorf("undo of a revision that is not there: %d %q", code, errOut)
		}
	})
	t.Run("a stretch is withdrawn once", func(t *testing.T) {
		says(w.must("withdraw", "s01", "--from", "0:02", "--to", "0:03.5", "--reason", "asked"), "withdrawn in every language")
		says(w.must("withdraw", "s01", "--from", "2", "--to", "3.5"), "already")
		if x := w.read("s01").Withdrawn; len(x) != 1 || x[0].StartMs != 2000 || x[0].EndMs != 3500 || x[0].LagMs != 8000 || x[0].Reason != "asked" {
			t.Errorf("%+v", x)
		}
		says(w.must("undo", "s01", "1"), "is shown again")
	})
	t.Run("words are found", func(t *testing.T) {
		says(w.must("search", "harm reduction"), "[Harm] [reduction] saves lives")
		var a search.Answer
		if err := json.Unmarshal([]byte(w.must("search", "--json", `"about us"`)), &a); err != nil || len(a.Sessions) != 1 || a.Sessions[0].Moments[0].StartMs != 5000 {
			t.Errorf("%+v, %v; want the moment at 5 s", a, err)
		}
		says(w.must("search", "nowhere"), "Nothing was found.")
		says(w.must("search", "--lines", "reduction"), "Harm [reduction] saves lives")
		var k search.Kwic
		if err := json.Unmarshal([]byte(w.must("search", "--lines", "--json", `"about us"`)), &k); err != nil || k.StartMs != 5000 || k.Word != "about us" || k.ID == "" {
			t.Errorf("%+v, %v; want the line at 5 s with its id", k, err)
		}
		says(w.must("search", "--lines", "nowhere"), "Nothing was found.")
	})
	t.Run("a track is removed and its recording stays", func(t *testing.T) {
		before := len(w.state("masters/"))
		w.must("remove", "s01", "t3")
		if s := w.read("s01"); s.Track("t3") != nil || len(w.state("masters/")) != before {
			t.Errorf("%v, want no t3 and every master", tracks(s))
		}
		w.must("remove", "s01")
		if v := w.read("s01").Visibility; v != archive.Withdrawn {
			t.Errorf("visibility %s, want withdrawn", v)
		}
		if _, errOut, code := w.try("remove", "s01", "t9"); code != exitFailed || !strings.Contains(errOut, "t1 t2") {
			t.Errorf("remove of a track that is not there: %d %q", code, errOut)
		}
	})
	t.Run("unlisted has an address of its own", func(t *testing.T) {
		says(w.must("set", "s01", "visibility=unlisted"), "/sessions/s01~")
	})
	t.Run("all is well", func(t *testing.T) { says(w.must("verify"), "all is well") })
}

func TestVerifyNamesWhatIsWrong(t *testing.T) {
	home := t.TempDir()
	dir := folder(t, filepath.Join(t.TempDir(), "s01"), "es.m4a", "es.srt="+subtitles)
	if _, errOut, code := here(t, home, "import", "--no-prepare", dir); code != exitDone {
		t.Fatal(errOut)
	}
	store := filepath.Join(home, "store")
	masters, err := filepath.Glob(filepath.Join(store, "masters", "*", "*[0-9a-f]"))
	if err != nil || len(masters) != 2 {
		t.Fatal(masters, err)
	}
	document := filepath.Join(store, "sessions", "s01.json")
	for name, c := range map[string]struct {
		file   string
		change func([]byte) []byte // nil result: the file is removed
		says   string
	}{
		"a flipped bit of a master":         {masters[0], func(b []byte) []byte { b[len(b)/2] ^= 1; return b }, filepath.Base(masters[0]) + ": damaged"},
		"a master cut short":                {masters[0], func(b []byte) []byte { return b[:len(b)-1] }, filepath.Base(masters[0]) + ": damaged"},
		"a master that is gone":             {masters[0], func([]byte) []byte { return nil }, filepath.Base(masters[0]) + ": missing; s01 t"},
		"what is known of a master is gone": {masters[0] + ".json", func([]byte) []byte { return nil }, ".json: missing"},
		"a document that breaks a rule":     {document, func(b []byte) []byte { return bytes.Replace(b, []byte(`"nextTrack": 3`), []byte(`"nextTrack": 1`), 1) }, "nextTrack"},
		"a document that is no JSON":        {document, func(b []byte) []byte { return b[:len(b)/2] }, "session s01"},
	} {
		t.Run(name, func(t *testing.T) {
			whole, err := os.ReadFile(c.file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(c.file); err != nil {
				t.Fatal(err)
			}
			if b := c.change(bytes.Clone(whole)); b != nil {
				write(t, c.file, string(b))
			}
			out, errOut, code := here(t, home, "verify")
			if code != exitFailed || !strings.Contains(errOut, c.says) {
				t.Errorf("exit code %d, it says:\n%s%s; want %q", code, out, errOut, c.says)
			}
			write(t, c.file, string(whole))
			if out, errOut, code := here(t, home, "verify"); code != exitDone {
				t.Errorf("mended: exit code %d, %s%s", code, out, errOut)
			}
		})
	}
	whole, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	write(t, document, "{")
	other := folder(t, filepath.Join(t.TempDir(), "s02"), "ru.m4a")
	if _, errOut, code := here(t, home, "import", "--no-prepare", "--conference", "c1", other); code != exitDone {
		t.Errorf("import beside a damaged document: exit code %d, %s; want it to stop nobody", code, errOut)
	}
	write(t, document, string(whole))
	if out, _, _ := here(t, home, "verify", "--older-than", "1d", "--rate", "100M"); !strings.Contains(out, "passed by") {
		t.Errorf("verify --older-than 1d, just after one: %s", out)
	}
}

func TestCheckSaysWhatWillDo(t *testing.T) {
	home := t.TempDir()
	out, errOut, code := here(t, home, "check", "--json")
	var list []checked
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		t.Fatalf("exit code %d, %v\n%s%s", code, err, out, errOut)
	}
	if refused := unconfined(jail.Ask(), inContainer(os.Getenv, exists)); refused != "" {
		t.Logf("this kernel lacks something, which check must name: %s", refused)
		if !strings.Contains(out, refused) {
			t.Errorf("check says %s, want %s", out, refused)
		}
		return
	}
	if code != exitDone {
		t.Errorf("exit code %d\n%s%s", code, out, errOut)
	}
	found := map[string]checked{}
	for _, x := range list {
		found[x.Name] = x
	}
	for _, name := range []string{"settings", "cache", "store", "format", "conditional writes", "store's kind", "ffmpeg", "jail", "fonts", "key file"} {
		if !found[name].OK {
			t.Errorf("%s: %+v, want ok", name, found[name])
		}
	}
	write(t, filepath.Join(home, "file"), "")
	out, _, code = here(t, home, "--store", filepath.Join(home, "file"), "check")
	if code != exitFailed || !strings.Contains(out, "NO   store") {
		t.Errorf("a store that is a file: exit code %d\n%s", code, out)
	}
}

// loose is a store whose conditions do not hold.
type loose struct{ archive.Store }

// Put takes every write.
func (l loose) Put(ctx context.Context, key string, data []byte, _ archive.Condition) (string, error) {
	return l.Store.Put(ctx, key, data, archive.Always())
}

func TestARaceOnAStoreThatLosesUpdates(t *testing.T) {
	w := newWorld(t, "disk")
	if says, err := raceWrites(t.Context(), w.store); err != nil || !strings.Contains(says, "one won") {
		t.Errorf("a good store: %q, %v", says, err)
	}
	if _, err := raceWrites(t.Context(), loose{w.store}); err == nil || !strings.Contains(err.Error(), "loses updates") {
		t.Errorf("a store that takes every write: %v, want it refused", err)
	}
}
