package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cabina/archive"
	"cabina/archive/disk"
	"cabina/archive/s3"
	"cabina/archive/s3/s3test"
	"cabina/config"
	"cabina/transcode"
)

// messy is an archive in which something of every kind is left behind. At are keys by what they are.
type messy struct {
	t     *testing.T
	arc   *archive.Archive
	conf  *config.Config
	keep  []string // keys that must stay
	goes  []string // keys that must go
	later time.Duration
}

func (m *messy) put(key, data string, goes bool) {
	m.t.Helper()
	if _, err := m.arc.Store.Put(m.t.Context(), key, []byte(data), archive.Always()); err != nil {
		m.t.Fatal(err)
	}
	if goes {
		m.goes = append(m.goes, key)
	} else {
		m.keep = append(m.keep, key)
	}
}

// rendition puts a rendition's files with the endings given.
func (m *messy) rendition(n transcode.Name, recipe json.RawMessage, goes bool, exts ...string) {
	for _, ext := range exts {
		data := "bytes"
		if ext == ".json" {
			x, err := json.Marshal(transcode.Index{Recipe: recipe})
			if err != nil {
				m.t.Fatal(err)
			}
			data = string(x)
		}
		m.put(n.Key(ext), data, goes)
	}
}

func newMessy(t *testing.T, store archive.Store) *messy {
	m := &messy{t: t, conf: &config.Config{Cache: t.TempDir()}}
	m.arc = &archive.Archive{Store: store, Now: func() time.Time { return time.Now().Add(m.later) }}
	if err := m.arc.Init(t.Context()); err != nil {
		t.Fatal(err)
	}
	ref := archive.Ref(strings.Repeat("ab", 32))
	part := func(at int64) []archive.Part {
		return []archive.Part{{Master: ref, Stream: "a:0", ToMs: 8000, AtMs: at}}
	}
	s, err := m.arc.Create(t.Context(), &archive.Session{ID: "s01", Visibility: archive.Public, Clock: archive.Clock{N: 1, LengthMs: 8000}, NextTrack: 2,
		Tracks: []archive.Track{{ID: "t1", Kind: archive.Audio, Role: archive.Interpretation, Language: "es", Published: 2, Versions: []archive.Version{{V: 1, Parts: part(0)}, {V: 2, Parts: part(80)}}}}})
	if err != nil {
		t.Fatal(err)
	}
	old := *s
	old.Tracks = []archive.Track{s.Tracks[0]}
	old.Tracks[0].Published = 1
	whole := []string{".mp4", ".tables", ".json"}
	for _, w := range transcode.Wanted(s) {
		m.rendition(w.Name, w.Recipe, false, whole...)
	}
	for _, w := range transcode.Wanted(&old) {
		if w.Profile == transcode.Voice {
			m.rendition(w.Name, w.Recipe, true, whole...)
		}
	}
	name := func(session, recipe string) transcode.Name {
		return transcode.Name{Session: session, Track: "t1", Profile: transcode.Small, Recipe: recipe}
	}
	m.rendition(name("gone", "1111111111111111"), []byte(`{}`), true, whole...)
	m.rendition(name("s01", "2222222222222222"), nil, true, ".mp4", ".tables")
	m.rendition(name("s01", "3333333333333333"), nil, false, ".mp4")
	m.rendition(name("s01", "4444444444444444"), []byte(`{}`), true, ".json")
	m.put(name("s01", "5555555555555555").Key(".json"), `{"format":2}`, false)

	// This process lives: somebody works on it.
	if _, err := m.arc.TryLease(t.Context(), "s01", "3333333333333333", "test", &archive.Sightings{}); err != nil {
		t.Fatal(err)
	}
	m.keep = append(m.keep, "jobs/s01/3333333333333333.json")
	m.put("jobs/s01/6666666666666666.json", `{"attempts":3,"reason":"x"}`, true)
	m.put("jobs/gone/7777777777777777.json", `{}`, true)
	m.put("jobs/s01/8888888888888888.json", `{"format":2}`, false)
	m.put("changes/20200101T000000.000Z-s01-abcd", "", true)
	m.put("changes/20990101T000000.000Z-s01-abcd", "", false)
	m.put(ref.Key(), "a master", false)
	m.put("masters/cd/"+strings.Repeat("cd", 32), "one that no document names", false)
	m.put("drafts/s01/t1/a.json", "{}", false)
	return m
}

func (m *messy) tidy(yes bool) string {
	m.t.Helper()
	var out bytes.Buffer
	t := newTidier(&app{Out: &out, Err: &out}, m.arc, m.conf, yes, 0)
	t.catalog.Now = m.arc.Now
	if err := t.all(m.t.Context()); err != nil {
		m.t.Fatal(err)
	}
	return out.String()
}

func (m *messy) keys() map[string]bool {
	out := map[string]bool{}
	for info, err := range m.arc.Store.List(m.t.Context(), "", "") {
		if err != nil {
			m.t.Fatal(err)
		}
		out[info.Key] = true
	}
	return out
}

func TestTidy(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	store, err := disk.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	m := newMessy(t, store)
	dead := filepath.Join(m.conf.Cache, "scratch", "command-1")
	living := filepath.Join(m.conf.Cache, "scratch", "command-2")
	worker := filepath.Join(m.conf.Cache, "work", "work-1")
	for _, d := range []string{dead, living, worker} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(d, "spool-1"), strings.Repeat("x", 2<<20))
	}
	unlock, err := lockDir(living)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()

	before := m.keys()
	out := m.tidy(false)
	if diff := cmp.Diff(before, m.keys()); diff != "" {
		t.Fatalf("tidy without --yes changed something (-before +after):\n%s", diff)
	}
	if strings.Contains(out, superseded) {
		t.Errorf("what was superseded a moment ago is still played, and yet listed:\n%s", out)
	}
	m.later = 25 * time.Hour
	out = m.tidy(false)
	says(t, out, superseded+" ", ofNothing, unfinished, hollow, idleJob, "old change marker", "scratch of a dead process", dead, worker, "2.0 MB", "Nothing was removed")
	if strings.Contains(out, living) || strings.Contains(out, "masters/") || strings.Contains(out, "3333333333333333") {
		t.Errorf("listed though in use, or a master:\n%s", out)
	}
	out = m.tidy(true)
	got := m.keys()
	for _, key := range m.goes {
		if got[key] {
			t.Errorf("%s is there yet", key)
		}
	}
	for _, key := range m.keep {
		if !got[key] {
			t.Errorf("%s is gone", key)
		}
	}
	for d, want := range map[string]bool{dead: false, living: true, worker: false} {
		if _, err := os.Stat(d); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", d, err == nil, want)
		}
	}
	says(t, out, "Removed: ")
	says(t, m.tidy(true), "There is nothing to tidy.")
}

func TestTidyOfABucket(t *testing.T) {
	c := s3test.Gateway(t)
	store, err := s3.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	m := newMessy(t, store)
	m.later = 25 * time.Hour
	s3test.BeginUpload(t, c, "masters/aa/left", 6<<20)
	s3test.BeginUpload(t, c, "renditions/s01/other", 6<<20)
	out := m.tidy(false)
	says(t, out, "upload never finished", "masters/aa/left", "renditions/s01/other")
	m.tidy(true)
	got := m.keys()
	if i := slices.IndexFunc(m.goes, func(k string) bool { return got[k] }); i >= 0 {
		t.Errorf("%s is there yet", m.goes[i])
	}
	if i := slices.IndexFunc(m.keep, func(k string) bool { return !got[k] }); i >= 0 {
		t.Errorf("%s is gone", m.keep[i])
	}
	left, err := store.Unfinished(t.Context())
	if err != nil || len(left) > 0 {
		t.Errorf("uploads %v, %v; want them taken back", left, err)
	}
	s3test.BeginUpload(t, c, "masters/aa/young", 6<<20)
	var said bytes.Buffer
	young := newTidier(&app{Out: &said, Err: &said}, m.arc, m.conf, true, 24*time.Hour)
	if err := young.all(t.Context()); err != nil {
		t.Fatal(err)
	}
	says(t, said.String(), "1 upload younger than")
}
