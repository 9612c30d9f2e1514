package main

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cabina/archive"
)

// stage is what a small meeting shows: another arrangement of boxes every few seconds, a white flash at each whole tenth second of it. seed makes another room.
type stage struct {
	seed   uint64
	cuts   []float64
	arrays [][]byte
}

const stageWide, stageHigh = 160, 90

func newStage(seed uint64, seconds float64) *stage {
	r := rand.New(rand.NewPCG(seed, 1))
	m := &stage{seed: seed}
	for at := 0.0; at < seconds; at += 2 + 3*r.Float64() {
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

// video films the room's seconds [from, to) with the sound of a booth: a beep at each whole tenth second, a pilot tone beside it.
func (m *stage) video(t testing.TB, path, rate string, from, to float64, size string, pilot int) {
	t.Helper()
	var num, den float64 = 0, 1
	fmt.Sscanf(rate, "%f/%f", &num, &den)
	var pictures bytes.Buffer
	for n := 0; float64(n)*den/num < to-from; n++ {
		at := from + float64(n)*den/num
		i, _ := slices.BinarySearch(m.cuts, at+1e-9)
		p := m.arrays[max(i-1, 0)]
		if d := at - math.Floor(at/10+1e-9)*10; d >= 0 && d < 0.2 {
			p = bytes.Repeat([]byte{250}, len(p))
		}
		pictures.Write(p)
	}
	beep := fmt.Sprintf("aevalsrc='0.02*sin(2*PI*%d*t)+0.5*sin(2*PI*1000*t)*lt(mod(t+%f,10),0.1)':s=48000:d=%f", pilot, from, to-from)
	cmd := exec.CommandContext(t.Context(), "ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "gray", "-s", fmt.Sprintf("%dx%d", stageWide, stageHigh), "-r", rate,
		"-i", "pipe:0", "-f", "lavfi", "-i", beep, "-vf", "scale="+size+",format=yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-g", "75", "-c:a", "aac", "-b:a", "64k", path)
	cmd.Stdin = &pictures
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg %v: %v: %s", cmd.Args, err, out)
	}
}

// dubs makes a folder of five videos of one room, each as another booth published it, and one of another room.
func dubs(t testing.TB, dir string) string {
	t.Helper()
	folder(t, dir)
	m := newStage(5, 90)
	m.video(t, filepath.Join(dir, "floor.mp4"), "25", 4, 74, "320:180", 300)
	m.video(t, filepath.Join(dir, "en.mp4"), "30", 0.64, 74.2, "256:144", 320)
	m.video(t, filepath.Join(dir, "es.mp4"), "30000/1001", 6.2, 60, "192:108", 340)
	m.video(t, filepath.Join(dir, "ru.mp4"), "15", 3.1, 80, "160:90", 360)
	newStage(6, 90).video(t, filepath.Join(dir, "pt.mp4"), "25", 0, 70, "320:180", 380)
	return dir
}

func TestFiveDubbedVideosBecomeOneSession(t *testing.T) {
	w := newWorld(t, "disk")
	dir := dubs(t, filepath.Join(t.TempDir(), "talk"))
	folder(t, dir, "en.m4a") // a better sound of English: nothing is taken of en.mp4 then
	out := w.must("import", dir, "--no-prepare")
	for _, want := range []string{
		"picture; kept of 5 pictures, as it is the floor's;",
		"placed by its picture, on which",
		"for staff",
		"needs a look: ",
		"es interpretation; 0:00:53; begins at +2.",
		"ends 14.",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("import says no %q:\n%s", want, out)
		}
	}
	s := w.read("talk")
	got := map[archive.Language]int64{}
	var looks []string
	for i := range s.Tracks {
		tr := &s.Tracks[i]
		if v := tr.Current(); v != nil && tr.Kind == archive.Audio {
			got[tr.Language] = v.Parts[0].AtMs
			for _, f := range v.Gate {
				looks = append(looks, string(tr.Language)+" "+f.Code)
			}
		}
	}
	for lang, want := range map[archive.Language]int64{"mul": 0, "es": 2200, "ru": -900, "pt": 0} {
		within := int64(40)
		if lang == "ru" {
			within = 67 // a frame of 15 a second
		}
		if d := got[lang] - want; d > within || d < -within {
			t.Errorf("%s begins at %d ms, want %d", lang, got[lang], want)
		}
	}
	if diff := cmp.Diff([]string{"en shorter", "es shorter", "pt look", "ru longer"}, looks); diff != "" {
		t.Errorf("the gate: %s", diff)
	}
	again := w.must("import", dir, "--no-prepare")
	if !strings.Contains(again, "nothing has changed") || w.read("talk").Rev != s.Rev {
		t.Errorf("a second import changed something:\n%s", again)
	}
	shown := w.must("show", "talk")
	for _, want := range []string{"t7   picture: not published, for staff alone; en.mp4", "needs a look: "} {
		if !strings.Contains(shown, want) {
			t.Errorf("show says no %q:\n%s", want, shown)
		}
	}
}
