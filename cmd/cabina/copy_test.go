package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cabina/archive"
	"cabina/archive/disk"
)

// place is the store of a world as copy takes it.
func (w *world) place() string {
	for _, e := range slices.Backward(w.env) { // the last one counts
		if p, ok := strings.CutPrefix(e, "CABINA_STORE="); ok {
			return p
		}
	}
	return ""
}

// travelling is what copy carries of an archive: every key with its hash, but those of running processes. Of what is known of a master the key alone, as verify writes
// its date there.
func (w *world) travelling() map[string]string {
	w.t.Helper()
	all := w.state("")
	maps.DeleteFunc(all, func(key, _ string) bool {
		return strings.HasPrefix(key, "changes/") || strings.HasPrefix(key, "jobs/") || strings.HasPrefix(key, "uploads/") || strings.HasPrefix(key, "checks/")
	})
	for key := range all {
		if strings.HasPrefix(key, "masters/") && strings.HasSuffix(key, ".json") {
			all[key] = ""
		}
	}
	return all
}

// elsewhere is an empty folder as a store, seen through the settings of w.
func (w *world) elsewhere() *world {
	w.t.Helper()
	dir := filepath.Join(w.t.TempDir(), "copy")
	store, err := disk.Create(dir)
	if err != nil {
		w.t.Fatal(err)
	}
	return &world{t: w.t, cache: w.cache, store: store, env: append(slices.Clone(w.env), "CABINA_STORE="+dir)}
}

func (w *world) put(key, data string) {
	w.t.Helper()
	if _, err := w.store.Put(w.t.Context(), key, []byte(data), archive.Always()); err != nil {
		w.t.Fatal(err)
	}
}

func says(t *testing.T, out string, want ...string) {
	t.Helper()
	for _, x := range want {
		if !strings.Contains(out, x) {
			t.Errorf("want %q in it:\n%s", x, out)
		}
	}
}

func TestCopyFromDiskToS3AndBack(t *testing.T) {
	bucket := newWorld(t, "s3")
	home := &world{t: t, cache: bucket.cache, env: slices.Clone(bucket.env)}
	home = home.elsewhere()
	dir := folder(t, filepath.Join(t.TempDir(), "s01"), "silent.mp4", "es.m4a", "es.srt="+subtitles)
	home.must("import", "--conference", "c1", dir)
	home.must("set", "s01", "title.en=Opening")
	home.put("editions/one.json", `{"unknown":"to this program"}`)
	home.put("jobs/s01/0123456789abcdef.json", `{"reason":"x"}`)
	home.put("uploads/u1/0", "half a file")

	out := home.must("copy", home.place(), bucket.place())
	says(t, out, "Copied to s3://", "3 recordings", "2 renditions", "2 documents", "1 other object", "0 things stood")
	if diff := cmp.Diff(home.travelling(), bucket.travelling()); diff != "" {
		t.Fatalf("(-disk +bucket):\n%s", diff)
	}
	if left := bucket.state("jobs/", "uploads/"); len(left) > 0 {
		t.Errorf("%v came along, which are of processes at FROM", left)
	}
	bucket.must("verify")
	back := home.elsewhere()
	home.must("copy", bucket.place(), back.place())
	if diff := cmp.Diff(home.travelling(), back.travelling()); diff != "" {
		t.Errorf("(-first disk +second):\n%s", diff)
	}
	back.must("verify")

	t.Run("the second run moves the difference", func(t *testing.T) {
		says(t, home.must("copy", home.place(), bucket.place()), ": 0 recordings, 0 renditions, 0 measures, 0 documents, 0 other objects; 0 bytes")
		home.must("set", "s01", "title.en=Opening day", "visibility=draft")
		home.must("set", "s01", "visibility=public")
		says(t, home.must("copy", home.place(), bucket.place()), ": 0 recordings, 0 renditions, 0 measures, 1 document, 0 other objects")
		if diff := cmp.Diff(home.travelling(), bucket.travelling()); diff != "" {
			t.Errorf("(-disk +bucket):\n%s", diff)
		}
		if len(bucket.state("changes/")) < 2 {
			t.Error("nobody at TO is told that a document changed")
		}
	})
	t.Run("what was changed there is not lost", func(t *testing.T) {
		bucket.must("set", "s01", "title.ru=Открытие")
		_, errOut, code := home.try("copy", home.place(), bucket.place())
		if code != exitFailed || !strings.Contains(errOut, "s01: it is newer there") {
			t.Errorf("exit code %d, %q; want it refused: the other way is the right one", code, errOut)
		}
		home.must("set", "s01", "title.ru=Начало")
		_, errOut, code = home.try("copy", home.place(), bucket.place())
		if code != exitFailed || !strings.Contains(errOut, "s01: something else stands there") {
			t.Errorf("exit code %d, %q; want it refused: both sides changed", code, errOut)
		}
		if got := bucket.read("s01").Title["ru"]; got != "Открытие" {
			t.Errorf("the title there is %q now", got)
		}
	})
}

// made is a small archive without renditions, on disk.
func made(t *testing.T, files ...string) *world {
	w := newWorld(t, "disk")
	w.must("import", "--no-prepare", folder(t, filepath.Join(t.TempDir(), "s01"), files...))
	return w
}

func TestCopyRefuses(t *testing.T) {
	from := made(t, "es.srt="+subtitles, "ru.m4a")
	for _, c := range []struct {
		name string
		to   func(t *testing.T) string
		from func(t *testing.T) string
		code int
		says string
	}{
		{name: "one place twice", to: func(*testing.T) string { return from.place() }, code: exitWrongUse, says: "one place"},
		{name: "a place within the other", to: func(*testing.T) string { return filepath.Join(from.place(), "copy") }, code: exitWrongUse, says: "lies in the other"},
		{name: "a bucket whose service is not named", to: func(*testing.T) string { return "s3://bucket" }, code: exitWrongUse, says: "TO: CABINA_S3_ENDPOINT"},
		{name: "what is no archive", from: func(t *testing.T) string { return t.TempDir() }, code: exitFailed, says: "FROM: there is no archive"},
		{name: "another archive with something in it", to: func(t *testing.T) string { return made(t, "ru.m4a").place() }, code: exitFailed, says: "TO: the archive there: it is another one"},
		{name: "an archive of a newer program", from: func(t *testing.T) string {
			w := made(t, "ru.m4a")
			w.put("format.json", `{"format":2,"archive":"x"}`)
			return w.place()
		}, code: exitFailed, says: "FROM: the archive: it was written by a newer version"},
		{name: "onto an archive of a newer program", to: func(t *testing.T) string {
			w := from.elsewhere()
			w.put("format.json", `{"format":2,"archive":"x"}`)
			return w.place()
		}, code: exitFailed, says: "TO: the archive: it was written by a newer version"},
		{name: "something else under the same id", to: func(t *testing.T) string {
			w := from.elsewhere()
			data, _, err := from.store.Get(t.Context(), "format.json")
			if err != nil {
				t.Fatal(err)
			}
			w.put("format.json", string(data))
			w.put("sessions/s01.json", `{"format":1,"id":"s01","rev":1,"update":"x","visibility":"draft","clock":{"n":1,"lengthMs":0},"nextTrack":1}`)
			return w.place()
		}, code: exitFailed, says: "session s01: something else stands there under this id"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src, dst := from.place(), filepath.Join(t.TempDir(), "to")
			if c.from != nil {
				src = c.from(t)
			}
			if c.to != nil {
				dst = c.to(t)
			}
			if _, errOut, code := from.try("copy", src, dst); code != c.code || !strings.Contains(errOut, c.says) {
				t.Errorf("exit code %d, %q; want %d and %q", code, errOut, c.code, c.says)
			}
		})
	}
}

func TestCopyNeedsEveryRecordingOfADocument(t *testing.T) {
	from := made(t, "es.srt="+subtitles, "ru.m4a")
	from.must("import", "--no-prepare", folder(t, filepath.Join(t.TempDir(), "s02"), "fr.mp3"))
	var key string
	for k := range from.state("masters/") {
		if !strings.HasSuffix(k, ".json") && from.read("s01").Track("t1").Versions[0].Parts[0].Master.Key() == k {
			key = k
		}
	}
	path := filepath.Join(from.place(), filepath.FromSlash(key))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	turned := bytes.Clone(whole)
	turned[len(turned)/2] ^= 1
	to := from.elsewhere()
	replace := func(data []byte) {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		write(t, path, string(data))
	}
	replace(turned)
	_, errOut, code := from.try("copy", from.place(), to.place())
	if code != exitFailed || !strings.Contains(errOut, key+": damaged at FROM") || !strings.Contains(errOut, "session s01: the recording of t1") {
		t.Errorf("exit code %d, %q", code, errOut)
	}
	got := to.travelling()
	if _, there := got[key]; there || got["sessions/s01.json"] != "" || got["sessions/s02.json"] == "" {
		t.Errorf("%v: want s02 alone, and nothing of the damaged recording", slices.Sorted(maps.Keys(got)))
	}
	to.must("verify")
	replace(whole)
	from.must("copy", from.place(), to.place())
	if diff := cmp.Diff(from.travelling(), to.travelling()); diff != "" {
		t.Errorf("mended (-from +to):\n%s", diff)
	}

	t.Run("what was erased is erased there too, and does not come back", func(t *testing.T) {
		ref := archive.Ref(filepath.Base(key))
		stone := `{"size":1,"erased":{"at":"2026-11-24T00:00:00Z","by":"x","why":"asked"}}`
		older := from.elsewhere()
		from.must("copy", from.place(), older.place())
		from.put(ref.InfoKey(), stone)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		says(t, from.must("copy", from.place(), to.place()), "1 recording was erased there too")
		if _, there := to.state("masters/")[key]; there {
			t.Error("its bytes are there yet")
		}
		says(t, from.must("copy", older.place(), to.place()), "stays so")
		if _, there := to.state("masters/")[key]; there {
			t.Error("its bytes came back")
		}
	})
}

func TestCopyThatIsKilledGoesOn(t *testing.T) {
	from := made(t, "es.srt="+subtitles, "ru.m4a", "silent.mp4", "fr.mp3")
	to := from.elsewhere()
	for i := range 6 {
		cmd := program(t, from.env, "copy", from.place(), to.place())
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(20+15*i) * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if _, there := to.state("format.json")["format.json"]; there {
			if out, errOut, code := to.try("verify"); code != exitDone {
				t.Errorf("killed after %d ms: exit code %d\n%s%s", 20+15*i, code, out, errOut)
			}
		}
	}
	from.must("copy", from.place(), to.place())
	if diff := cmp.Diff(from.travelling(), to.travelling()); diff != "" {
		t.Errorf("(-from +to):\n%s", diff)
	}
	if left, _ := filepath.Glob(filepath.Join(from.cache, "scratch", "*")); len(left) > 0 {
		t.Errorf("scratch still holds %v", left)
	}
}

func TestCopyLeavesNewerDocuments(t *testing.T) {
	from := made(t, "ru.m4a")
	data, _, err := from.store.Get(t.Context(), "sessions/s01.json")
	if err != nil {
		t.Fatal(err)
	}
	future := regexp.MustCompile(`"format": 1`).ReplaceAllString(string(data), `"format": 2`)
	if !json.Valid([]byte(future)) {
		t.Fatal(future)
	}
	from.put("sessions/s01.json", future)
	to := from.elsewhere()
	_, errOut, code := from.try("copy", from.place(), to.place())
	if code != exitFailed || !strings.Contains(errOut, "session s01: it was written by a newer version") {
		t.Errorf("exit code %d, %q", code, errOut)
	}
}
