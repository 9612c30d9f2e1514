package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cabina/archive"
	"cabina/transcode"
)

// stage is what a small meeting shows: another arrangement of boxes every few seconds, a white flash at each whole tenth second of it. seed makes another one.
type stage struct {
	cuts   []float64
	arrays [][]byte
}

const stageWide, stageHigh = 160, 90

func newStage(seed uint64, seconds, least, most float64) *stage {
	r := rand.New(rand.NewPCG(seed, 1))
	m := &stage{}
	for at := 0.0; at < seconds; at += least + (most-least)*r.Float64() {
		m.cuts = append(m.cuts, at)
		p := bytes.Repeat([]byte{byte(40 + r.IntN(60))}, stageWide*stageHigh)
		for range 14 {
			x, y, w, h, v := r.IntN(stageWide), r.IntN(stageHigh), 8+r.IntN(50), 5+r.IntN(30), byte(30+r.IntN(140))
			for j := y; j < min(y+h, stageHigh); j++ {
				for i := x; i < min(x+w, stageWide); i++ {
					p[j*stageWide+i] = v
				}
			}
		}
		m.arrays = append(m.arrays, p)
	}
	return m
}

// at gives what is seen at a second of the meeting.
func (m *stage) at(second float64) []byte {
	if d := second - math.Floor(second/10+1e-9)*10; d >= 0 && d < 0.2 {
		return bytes.Repeat([]byte{250}, stageWide*stageHigh)
	}
	i, _ := slices.BinarySearch(m.cuts, second+1e-9)
	return m.arrays[max(i-1, 0)]
}

// video films seconds of the meeting, pieces one behind the other, with the sound of a booth: a beep of 1 kHz at each whole tenth second of the meeting.
func (m *stage) video(t testing.TB, path, rate, size string, pieces ...[2]float64) {
	t.Helper()
	var num, den float64 = 0, 1
	fmt.Sscanf(rate, "%f/%f", &num, &den)
	frame := den / num
	var beeps []string
	length := 0.0
	for _, p := range pieces {
		beeps = append(beeps, fmt.Sprintf("gte(t,%f)*lt(t,%f)*lt(mod(t+%f,10),0.05)", length, length+p[1]-p[0], p[0]-length))
		length += p[1] - p[0]
	}
	sound := fmt.Sprintf("aevalsrc='0.02*sin(2*PI*330*t)+0.6*sin(2*PI*1000*t)*(%s)':s=48000:d=%f", strings.Join(beeps, "+"), length)
	cmd := exec.CommandContext(t.Context(), "ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "gray", "-s", fmt.Sprintf("%dx%d", stageWide, stageHigh), "-r", rate,
		"-i", "pipe:0", "-f", "lavfi", "-i", sound, "-vf", "scale="+size+",format=yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-g", "125", "-c:a", "aac", "-b:a", "64k", path)
	r, w := io.Pipe()
	cmd.Stdin = r
	var wg sync.WaitGroup
	defer wg.Wait()
	defer r.Close()
	wg.Go(func() {
		out := bufio.NewWriterSize(w, 1<<20)
		n, before := 0, 0.0
		for _, p := range pieces {
			for ; float64(n)*frame < before+p[1]-p[0]-1e-9; n++ {
				if _, err := out.Write(m.at(p[0] + float64(n)*frame - before)); err != nil {
					return
				}
			}
			before += p[1] - p[0]
		}
		_ = out.Flush()
		_ = w.Close()
	})
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg %v: %v: %s", cmd.Args, err, out)
	}
}

// placedAt is where a part of a voice lies on the clock, counted from the recording's own 0, and how exact that must be: 40 ms, or a frame of the coarser recorder.
type placedAt struct{ atMs, within int64 }

func begins(t *testing.T, s *archive.Session, lang archive.Language, want ...placedAt) {
	t.Helper()
	v := s.Voice(string(lang)).Current()
	if len(v.Parts) != len(want) {
		t.Errorf("%s has %d parts, want %d: %+v", lang, len(v.Parts), len(want), v.Parts)
		return
	}
	for i, p := range v.Parts {
		if d := p.AtMs - p.FromMs - want[i].atMs; d > want[i].within || d < -want[i].within {
			t.Errorf("part %d of %s lies at %d ms, want %d ± %d", i, lang, p.AtMs-p.FromMs, want[i].atMs, want[i].within)
		}
	}
}

func codes(s *archive.Session) map[string][]string {
	out := map[string][]string{}
	for _, tr := range s.Live(archive.Audio) {
		for _, f := range tr.Current().Gate {
			out[string(tr.Language)] = append(out[string(tr.Language)], f.Code)
		}
	}
	return out
}

func TestFiveDubbedVideosBecomeOneSession(t *testing.T) {
	w := newWorld(t, "disk")
	dir := folder(t, filepath.Join(t.TempDir(), "s01"), "fr.m4a")
	m := newStage(5, 130, 2, 5)
	film := func(name, rate, size string, pieces ...[2]float64) {
		m.video(t, filepath.Join(dir, name), rate, size, pieces...)
	}
	film("floor.mp4", "25", "320:180", [2]float64{4, 114})
	film("en.mp4", "30", "256:144", [2]float64{0.64, 114.2})
	film("es.mp4", "30000/1001", "192:108", [2]float64{6.2, 52}, [2]float64{72, 110}) // 20 s were cut out
	film("ru.mp4", "15", "160:90", [2]float64{3.1, 122})
	film("fr.mp4", "25", "160:90", [2]float64{0, 20}) // fr.m4a is its sound: nothing of it is taken
	newStage(6, 80, 2, 5).video(t, filepath.Join(dir, "pt.mp4"), "25", "320:180", [2]float64{0, 80})

	out := w.must("import", dir)
	for _, want := range []string{
		"picture; kept of 6 pictures, as it is the floor's;",
		"es interpretation; 0:01:23; 2 parts; begins at +2.",
		"placed by its picture, on which",
		"fr.mp4        picture; kept for staff, as nothing else of it is taken;",
		"needs a look: ",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("import says no %q:\n%s", want, out)
		}
	}
	s := w.read("s01")
	begins(t, s, "mul", placedAt{0, 0})
	begins(t, s, "en", placedAt{-3360, 40})
	begins(t, s, "es", placedAt{2200, 40}, placedAt{22200, 40})
	begins(t, s, "ru", placedAt{-900, 67}) // a frame of 15 a second
	begins(t, s, "pt", placedAt{0, 0})
	wantCodes := map[string][]string{"en": {findEarly}, "es": {findHole, findShorter}, "fr": {findShorter}, "pt": {findLook, findShorter}, "ru": {findLonger}}
	if diff := cmp.Diff(wantCodes, codes(s)); diff != "" {
		t.Errorf("the gate says: %s", diff)
	}
	if spare := s.Tracks[len(s.Tracks)-1]; spare.Kind != archive.Video || spare.Visibility != archive.Staff || spare.Published != 0 || spare.Versions[0].Name != "fr.mp4" {
		t.Errorf("the video of which nothing is taken is %+v, want a picture for staff, unpublished", spare)
	}

	// What is played: each beep falls on its flash. That of the meeting's second 10 n is at 10 n − 4 s of the clock.
	for lang, at := range map[string][]int{"mul": {6, 46, 76}, "en": {6, 46, 76}, "es": {6, 46, 76, 96}, "ru": {6, 46, 76}} {
		var want [][2]int
		for _, s := range at {
			want = append(want, [2]int{s*1000 - 400, s*1000 + 400})
		}
		pcm, _ := soundOf(t, voiceFile(t, w, lang), want)
		for i, s := range at {
			if got := float64(want[i][0]) + beepBegin(pcm[i]); math.Abs(got-float64(s*1000)) > 40 {
				t.Errorf("%s: the beep of %d s is heard at %.1f ms", lang, s, got)
			}
		}
	}

	// Once decided, it stands: the second time no tool runs, and there is none.
	w.env = append(w.env, "PATH="+t.TempDir())
	again := w.must("import", dir, "--no-prepare")
	if now := w.read("s01"); !strings.Contains(again, "nothing has changed") || now.Rev != s.Rev {
		t.Errorf("a second import changed revision %d to %d:\n%s", s.Rev, now.Rev, again)
	}
	pt := s.Voice("pt").ID
	if shown := w.must("show", "s01"); !strings.Contains(shown, "needs a look: ") || !strings.Contains(shown, "for staff alone; fr.mp4") {
		t.Errorf("show says:\n%s", shown)
	}
	w.must("set", "s01", pt+".shiftMs=1500")
	if got := codes(w.read("s01"))["pt"]; slices.Contains(got, findLook) {
		t.Errorf("after it was moved by hand the gate says %v of pt, want no %s", got, findLook)
	}
}

func TestTortureTwoHourDubs(t *testing.T) {
	if os.Getenv("CABINA_TORTURE") == "" {
		t.Skip("five videos of two hours take minutes; make torture runs it")
	}
	w := newWorld(t, "disk")
	dir := folder(t, filepath.Join(t.TempDir(), "s01"))
	m := newStage(7, 7400, 8, 90)
	film := func(name, rate, size string, pieces ...[2]float64) {
		m.video(t, filepath.Join(dir, name), rate, size, pieces...)
	}
	film("floor.mp4", "25", "320:180", [2]float64{60, 7260})
	film("en.mp4", "30", "256:144", [2]float64{12.64, 7250})
	film("es.mp4", "30000/1001", "192:108", [2]float64{66.2, 2400.4}, [2]float64{2640.4, 7200}) // 4 minutes were cut out
	film("ru.mp4", "15", "160:90", [2]float64{63.1, 7300})
	newStage(8, 7200, 8, 90).video(t, filepath.Join(dir, "pt.mp4"), "25", "160:90", [2]float64{0, 7200})
	t.Log(w.must("import", dir, "--no-prepare"))
	s := w.read("s01")
	begins(t, s, "en", placedAt{-47_360, 40})
	begins(t, s, "es", placedAt{6200, 40}, placedAt{246_200, 40})
	begins(t, s, "ru", placedAt{3100, 67})
	begins(t, s, "pt", placedAt{0, 0})
	if at := s.Voice("es").Current().Parts[1].FromMs; at < 2334_200-1000 || at > 2334_200+1000 {
		t.Errorf("the hole is at %d ms of es, want 2334200 within a second", at)
	}
	if got := codes(s)["pt"]; len(got) == 0 || got[0] != findLook {
		t.Errorf("the gate says %v of a video with nothing in common, want a look", got)
	}
}

func TestWhichPictureIsKept(t *testing.T) {
	sized := func(f *file, wide, high int, ms int64) *file {
		s := f.streams(archive.Video)[0]
		s.Width, s.Height, s.DurationMs = wide, high, ms
		return f
	}
	en := func() *file { return holding("en.mp4", picture(60_000), sound("", 60_000)) }
	fr := func() *file { return holding("fr.mp4", picture(60_000), sound("", 60_000)) }
	floor := holding("floor.mp4", picture(60_000), sound("", 60_000))
	for name, c := range map[string]struct {
		files []*file
		kept  archive.Ref
		want  string
		why   string
	}{
		"session.json goes first":                {[]*file{sized(floor, 1920, 1080, 90_000), said(fr(), describedFile{Picture: true})}, "", "fr.mp4", "as session.json says"},
		"then what the session has":              {[]*file{sized(floor, 1920, 1080, 90_000), en()}, "en.mp4", "en.mp4", "as the session has it already"},
		"then the floor":                         {[]*file{sized(en(), 1920, 1080, 90_000), sized(floor, 640, 360, 60_000)}, "", "floor.mp4", "as it is the floor's"},
		"then most pixels":                       {[]*file{sized(en(), 1280, 720, 60_000), sized(fr(), 640, 360, 90_000)}, "", "en.mp4", "as it has most pixels"},
		"then the longest":                       {[]*file{sized(fr(), 640, 360, 60_000), sized(en(), 640, 360, 62_000)}, "", "en.mp4", "as it is the longest"},
		"then the conference's first language":   {[]*file{sized(en(), 640, 360, 60_040), sized(fr(), 640, 360, 60_000)}, "", "fr.mp4", "as its language is the conference's first here"},
		"then the first by name":                 {[]*file{holding("pt.mp4", picture(60_000), sound("", 60_000)), en()}, "", "en.mp4", "the first by name of those that are alike"},
		"one alone needs no reason":              {[]*file{en()}, "", "en.mp4", ""},
		"the session's own goes before the mark": {[]*file{said(fr(), describedFile{Picture: true}), en()}, "en.mp4", "refused", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := decide(c.files, []archive.Language{"fr", "es"}, c.kept)
			if c.want == "refused" {
				if len(p.Refused) != 1 || !strings.Contains(p.Refused[0].Why, "on which its voices are placed") {
					t.Errorf("refused: %v, want fr.mp4 refused", p.Refused)
				}
				return
			}
			if len(p.Refused) > 0 {
				t.Fatal(p.Refused)
			}
			got := p.Takes[0]
			if why := strings.TrimPrefix(got.Why, "kept of 2 pictures, "); got.Name != c.want || why != c.why {
				t.Errorf("%s %q is kept, want %s %q", got.Name, why, c.want, c.why)
			}
		})
	}
}

func TestAVoiceIsPlacedByItsPictureUnlessSomebodySaidWhere(t *testing.T) {
	floor := holding("floor.mp4", picture(60_000), sound("", 60_000))
	es := holding("es.mp4", picture(60_000), sound("", 60_000))
	p := decide([]*file{floor, es, said(holding("ru.mp4", picture(60_000), sound("", 60_000)), describedFile{AtMs: new(int64(0))}), holding("fr.m4a", sound("", 60_000))}, nil, "")
	got := map[string]bool{}
	for _, v := range p.Takes {
		if v.Kind == archive.Audio {
			got[v.Name] = v.byPicture
		}
	}
	if diff := cmp.Diff(map[string]bool{"floor.mp4": false, "es.mp4": true, "ru.mp4": false, "fr.m4a": false}, got); diff != "" {
		t.Error(diff)
	}
}

func TestAVideoOfWhichNothingIsTakenIsKept(t *testing.T) {
	p := decide([]*file{holding("floor.mp4", picture(60_000), sound("", 60_000)), holding("es.mp4", picture(60_000), sound("", 60_000)), holding("es.m4a", sound("", 60_000)),
		holding("room.mp4", picture(60_000))}, nil, "")
	m := &merge{plan: p, described: &described{}}
	s := &archive.Session{ID: "x"}
	for i := range p.Takes {
		p.Takes[i].Master.Ref = archive.Ref(strings.Repeat(fmt.Sprintf("%x", i+1), 64))
		p.Takes[i].Part.Master = p.Takes[i].Master.Ref
	}
	m.into(s)
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	first := len(s.Tracks)
	if what := m.into(s); len(s.Tracks) != first || slices.ContainsFunc(what, func(o outcome) bool { return o != same }) {
		t.Errorf("a second time %d tracks became %d", first, len(s.Tracks))
	}
	var spares []string
	for i := range s.Tracks {
		if isSpare(&s.Tracks[i]) {
			spares = append(spares, s.Tracks[i].Versions[0].Name)
		}
	}
	if diff := cmp.Diff([]string{"es.mp4", "room.mp4"}, spares); diff != "" || s.Picture().ID != "t1" || s.Clock.LengthMs != 60_000 {
		t.Errorf("kept for staff: %s; the picture is %s, the length %d", diff, s.Picture().ID, s.Clock.LengthMs)
	}
}

func TestThePartsOfAVoiceThatWasCut(t *testing.T) {
	whole := archive.Part{Master: "m", Stream: "a:0", ToMs: 100_050}
	for name, c := range map[string]struct {
		offset    int64
		stretches []transcode.Stretch
		parts     []archive.Part
		gate      []archive.Finding
	}{
		"one stretch is the whole voice, wherever its picture begins": {21, []transcode.Stretch{{FromMs: 0, ToMs: 100_000, AtMs: -7360}},
			[]archive.Part{{Master: "m", Stream: "a:0", ToMs: 100_050, AtMs: -7339}}, nil},
		"a hole is silence between two parts": {-10, []transcode.Stretch{{FromMs: 0, ToMs: 40_000, AtMs: 1000}, {FromMs: 40_000, ToMs: 100_000, AtMs: 281_000}},
			[]archive.Part{{Master: "m", Stream: "a:0", ToMs: 40_010, AtMs: 990}, {Master: "m", Stream: "a:0", FromMs: 40_010, ToMs: 100_050, AtMs: 281_000}},
			[]archive.Finding{{Code: findHole, Ms: 240_000, Why: "at 0:00:41"}}},
		"what the picture lacks is said": {0, []transcode.Stretch{{FromMs: 0, ToMs: 30_000, AtMs: 0}, {FromMs: 50_000, ToMs: 100_000, AtMs: 30_000}},
			[]archive.Part{{Master: "m", Stream: "a:0", ToMs: 30_000}, {Master: "m", Stream: "a:0", FromMs: 50_000, ToMs: 100_050, AtMs: 30_000}},
			[]archive.Finding{{Code: findUnseen, Ms: 20_000, Why: "at 0:00:30"}}},
		"drift goes into the parts": {100_000, []transcode.Stretch{{FromMs: 0, ToMs: 100_000, AtMs: 500, Ppm: 20}},
			[]archive.Part{{Master: "m", Stream: "a:0", ToMs: 100_050, AtMs: 100_502, Ppm: 20}}, nil},
		"a sound that ends before the last stretch has fewer parts": {0, []transcode.Stretch{{FromMs: 0, ToMs: 110_000, AtMs: 0}, {FromMs: 110_000, ToMs: 120_000, AtMs: 200_000}},
			[]archive.Part{{Master: "m", Stream: "a:0", ToMs: 100_050}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := placedParts(whole, c.offset, c.stretches)
			if diff := cmp.Diff(c.parts, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.gate, placedFindings(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
