package transcode

import (
	"os"
	"slices"
	"strings"
	"testing"

	"cabina/archive"
)

func TestTailCommands(t *testing.T) {
	picture := func(codecs string, timescale, end int64) *Index {
		return &Index{Codecs: codecs, Timescale: timescale, Fragments: []Fragment{{Start: 0, Duration: end - 1000}, {Start: end - 1000, Duration: 1000}}}
	}
	for _, c := range []struct {
		name     string
		x        *Index
		lengthMs int64
		pictures int
	}{
		{"five minutes behind two hours", picture("avc1.64001f", 12800, 7203480*128/10), 7503480, 250},
		{"less than one picture, of main profile", picture("avc1.4d4028", 90000, 60000*90), 60700, 3},
		{"baseline, a whole number of pictures", picture("avc1.42c01e", 1000, 60000), 64000, 16},
		{"a picture that ends a tick later than its session", picture("avc1.64001f", 1000, 60001), 60000, 16},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := tailOf(c.x, c.lengthMs, c.pictures)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "args/tail, "+c.name+".txt", []byte("ffmpeg "+strings.Join(got.args(), " ")+"\n"))
		})
	}
}

// long is the contract's session with a floor that is 5 minutes longer, and held as long.
func long(s *archive.Session) *archive.Session {
	t := s.Track("t2")
	v := *t.Current()
	v.V, v.Parts = len(t.Versions)+1, slices.Clone(v.Parts)
	v.Parts[0].ToMs += 300_000
	t.Versions, t.Published = append(t.Versions, v), v.V
	s.Clock = archive.Clock{N: 2, LengthMs: s.Clock.LengthMs + 300_000, By: archive.ByLongest}
	return s
}

func TestTailsArePlanned(t *testing.T) {
	before, s := Wanted(sample()), long(sample())
	pictures := map[string]Want{}
	for _, w := range before {
		pictures[w.Profile+" "+w.Name.Track] = w
	}
	have := map[Name]bool{}
	tails := func() (out []string) {
		for _, w := range Plan(s, have) {
			if w.Profile == Tail {
				out = append(out, w.Of.Profile)
			}
		}
		return out
	}
	if got := tails(); len(got) != 0 {
		t.Errorf("tails of %v are planned before their pictures are there", got)
	}
	for _, w := range Wanted(s) {
		if was, ok := pictures[w.Profile+" t1"]; ok && w.Name.Track == "t1" {
			if was.Name != w.Name {
				t.Errorf("%s is made again: %s, before %s", w.Profile, w.Recipe, was.Recipe)
			}
			have[w.Name] = true
		}
		if w.Profile == Tail && string(w.Recipe) != `{"lengthMs":7503480,"of":"`+w.Of.Recipe+`","profile":"tail","v":1}` {
			t.Errorf("the recipe of a tail is %s", w.Recipe)
		}
	}
	if got := strings.Join(sortedStrings(tails()), " "); got != "copy p360 slides" {
		t.Errorf("tails of %q are planned, want those of copy, p360 and slides", got)
	}
}

// TestLongerSessionPlaysOnAsItWas holds that the old length plays until all of the new is there, and that whoever began with it finishes with it.
func TestLongerSessionPlaysOnAsItWas(t *testing.T) {
	l := newLibrary(t)
	l.make()
	was, _ := l.catalog.View(t.Context(), l.session())
	l.update(func(s *archive.Session) { long(s) })
	tail := Name{}
	for _, w := range Wanted(l.session()) {
		if w.Profile == Tail && w.Of.Profile == Copy {
			tail = w.Name
			continue
		}
		if v, _ := l.catalog.View(t.Context(), l.session()); v.LengthMs != was.LengthMs {
			t.Fatalf("%d ms play before %s is there, want %d", v.LengthMs, w.Name.File(), was.LengthMs)
		}
		l.put(w.Name, w.Recipe)
		l.catalog.Forget("s03")
	}
	if _, answer, _ := l.catalog.Rendition(t.Context(), l.session(), tail); answer != archive.No {
		t.Errorf("a tail that is not there: %v", answer)
	}
	l.make()
	v, err := l.catalog.View(t.Context(), l.session())
	if err != nil || v.LengthMs != was.LengthMs+300_000 {
		t.Fatalf("%d ms play, %v; want the longer session", v.LengthMs, err)
	}
	for _, p := range []string{Copy, P360, Slides} {
		if r := v.Picture[p]; r == nil || r.Name != was.Picture[p].Name || r.Tail == nil {
			t.Errorf("%s: %+v, want the same with a tail", p, r)
		}
	}
	answers := func(when string, want archive.Answer) {
		t.Helper()
		for _, p := range []string{Copy, Slides} {
			if r, answer, _ := l.catalog.Rendition(t.Context(), l.session(), v.Picture[p].Tail.Name); answer != want {
				t.Errorf("%s: the tail of %s: %v, %v, want %v", when, p, r, answer, want)
			}
		}
	}
	answers("while it plays", archive.Yes)
	l.update(func(s *archive.Session) { s.Clock = archive.Clock{N: 3, LengthMs: was.LengthMs, By: archive.ByPicture} })
	l.make()
	answers("by the picture again, at once", archive.Yes)
	l.now = l.now.Add(25 * 60 * 60 * 1e9)
	answers("a day later", archive.No)
	l.now = l.now.Add(-25 * 60 * 60 * 1e9)
	l.update(func(s *archive.Session) { withdraw(s) })
	answers("once a stretch of its picture is withdrawn", archive.Gone)
}

// TestTailsAreMadeBehindEachPicture makes them, behind a copied picture and an encoded one, and reads what players get.
func TestTailsAreMadeBehindEachPicture(t *testing.T) {
	t.Parallel()
	for _, main := range []string{Copy, P720} {
		a := newArchive(t)
		s := film(t, a, "s03")
		s, err := a.Update(t.Context(), s.ID, func(s *archive.Session) error {
			s.Tracks[0].Versions = append(s.Tracks[0].Versions, s.Tracks[0].Versions[0])
			s.Tracks[0].Versions[1].V, s.Tracks[0].Versions[1].Profile, s.Tracks[0].Published = 2, main, 2
			s.Clock = archive.Clock{N: 2, LengthMs: 41_300, By: archive.ByLongest}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := newWorker(t, a).Prepare(t.Context(), s.ID, []string{main, Slides, P360, Tail, Voice}, nil); err != nil {
			t.Fatal(err)
		}
		v, err := NewCatalog(a, nil).View(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		for _, profile := range []string{main, Slides, P360} {
			r := v.Picture[profile]
			if r == nil || r.Tail == nil {
				t.Fatalf("%s has no tail: %+v", profile, r)
			}
			first, last := r.Tail.Index.Fragments[0], r.Tail.Index.Fragments[len(r.Tail.Index.Fragments)-1]
			end := r.Index.Fragments[len(r.Index.Fragments)-1]
			if r.Tail.Index.Timescale != r.Index.Timescale || first.Start != end.Start+end.Duration || ticksMs(last.Start+last.Duration, r.Index.Timescale) != 41_300 {
				t.Errorf("%s: the tail is of %+v behind %+v; want it to go on there, to 41300 ms", profile, r.Tail.Index.Fragments, end)
			}
			if r.Tail.Index.Codecs != r.Index.Codecs || r.Tail.Index.Width != r.Index.Width || r.Tail.Index.Height != r.Index.Height {
				t.Errorf("%s is %s %d × %d, its tail %s %d × %d", profile, r.Index.Codecs, r.Index.Width, r.Index.Height, r.Tail.Index.Codecs, r.Tail.Index.Width, r.Tail.Index.Height)
			}
			list := MediaPlaylist(r, func(n Name) string {
				path, release, err := localObject(t, a, n.Key(".mp4"))
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(release)
				return path
			})
			mediaTool(t, "ffmpeg", "-nostdin", "-v", "error", "-protocol_whitelist", "file", "-allowed_extensions", "ALL", "-f", "hls", "-i", writeFile(t, "list.m3u8", list), "-f", "null", "-")
		}
	}
}

// localObject gives the path of an object of a store on disk.
func localObject(t testing.TB, a *archive.Archive, key string) (path string, release func(), err error) {
	t.Helper()
	info, err := a.Store.Stat(t.Context(), key)
	if err != nil {
		return "", nil, err
	}
	r, err := a.Store.Range(t.Context(), key, 0, info.Size)
	if err != nil {
		return "", nil, err
	}
	return r.(*os.File).Name(), func() { r.Close() }, nil
}
