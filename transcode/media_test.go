package transcode

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image/jpeg"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// makeMedia runs ffmpeg by hand to make a file for a test, and gives its path.
func makeMedia(t testing.TB, name string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	cmd := exec.Command("ffmpeg", append(append([]string{"-nostdin", "-v", "error", "-y"}, args...), path)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("making %s: %v\n%s", name, err, out)
	}
	return path
}

// beeps is a sound of a tone of its own with a loud beep of 50 ms at each whole second of every, from 0 on.
func beeps(hz, seconds, every int) []string {
	return []string{"-f", "lavfi", "-i", fmt.Sprintf("aevalsrc='0.1*sin(2*PI*%d*t)*gte(mod(t,%d),0.05)+0.7*sin(2*PI*1000*t)*lt(mod(t,%d),0.05)':s=48000:d=%d", hz, every, every, seconds)}
}

// flashes is a picture that is white for 100 ms at each whole second of every, from 0 on, and grey else.
func flashes(size, rate string, seconds, every int) []string {
	return []string{"-f", "lavfi", "-i", fmt.Sprintf("color=c=gray:s=%s:r=%s:d=%d,drawbox=c=white:t=fill:enable='lt(mod(t+0.0001,%d),0.1)'", size, rate, seconds, every)}
}

// rendered makes a rendition of a recipe from files and gives the file's path and its index.
func rendered(t testing.TB, r Recipe, files ...string) (string, Index) {
	t.Helper()
	tools := jailedTools(t)
	var facts []*Facts
	for _, f := range files {
		found, err := tools.Probe(t.Context(), f)
		if err != nil {
			t.Fatalf("Probe(%s) = %v", filepath.Base(f), err)
		}
		facts = append(facts, found)
	}
	dir := t.TempDir()
	if err := tools.Render(t.Context(), dir, r, files, facts, nil); err != nil {
		log := ""
		if te := (*ToolError)(nil); asError(err, &te) {
			log = te.Log
		}
		t.Fatalf("Render(%s) = %v\n%s", r.JSON(), err, log)
	}
	path := filepath.Join(dir, outFile)
	if r.Profile == Sheet {
		return dir, Index{}
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	x, _, err := ReadIndex(f, info.Size())
	if err != nil {
		t.Fatalf("ReadIndex(%s) = %v", r.Profile, err)
	}
	checkWhole(t, path, r, x)
	return path, x
}

// checkWhole holds what every rendition promises: it begins at 0, lasts as long as the session, and is read to its end without a complaint.
func checkWhole(t testing.TB, path string, r Recipe, x Index) {
	t.Helper()
	slack := int64(45) // a picture at 25 a second, a frame of AAC at 32 kHz
	if x.FrameRate > 0 {
		slack = int64(1000/x.FrameRate) + 1
	}
	if r.Profile == Slides {
		slack = 600
	}
	if d := x.DurationMs - r.LengthMs; d < -slack || d > slack {
		t.Errorf("%s lasts %d ms, want %d ± %d", r.Profile, x.DurationMs, r.LengthMs, slack)
	}
	if len(x.Fragments) == 0 || x.Fragments[0].Start != 0 {
		t.Errorf("%s: fragments begin %v, want the first at 0", r.Profile, x.Fragments[:min(len(x.Fragments), 1)])
	}
	out, err := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-i", path, "-f", "null", "-").CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("%s: ffmpeg reads it with %v and says %q, want nothing", r.Profile, err, out)
	}
}

// samples decodes a sound to 48 kHz mono.
func samples(t testing.TB, path string) []int16 {
	t.Helper()
	var out bytes.Buffer
	cmd := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-i", path, "-f", "s16le", "-ac", "1", "-ar", "48000", "pipe:1")
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("decode %s: %v", path, err)
	}
	pcm := make([]int16, out.Len()/2)
	if err := binary.Read(&out, binary.LittleEndian, pcm); err != nil {
		t.Fatal(err)
	}
	return pcm
}

// beepNear gives the ms at which a beep begins within ±300 ms of ms: where the 1 kHz part of the sound first reaches half of its highest.
func beepNear(pcm []int16, ms int) float64 {
	const window = 96 // 2 ms
	level := func(at int) float64 {
		var re, im float64
		for i := range window {
			if j := at + i; j >= 0 && j < len(pcm) {
				w := 2 * math.Pi * 1000 * float64(i) / 48000
				re += float64(pcm[j]) * math.Cos(w)
				im += float64(pcm[j]) * math.Sin(w)
			}
		}
		return math.Hypot(re, im)
	}
	from, high := max(ms-300, 0)*48, 0.0
	for at := from; at < (ms+300)*48; at += 24 {
		high = max(high, level(at))
	}
	for at := from; at < (ms+300)*48; at += 4 {
		if level(at) > high/2 {
			return float64(at+window/2) / 48
		}
	}
	return -1
}

// tone gives the power of hz in a stretch of a sound, as a share of the whole.
func tone(pcm []int16, hz float64, fromMs, toMs int) float64 {
	var re, im, all float64
	for i := fromMs * 48; i < toMs*48 && i < len(pcm); i++ {
		w := 2 * math.Pi * hz * float64(i) / 48000
		v := float64(pcm[i])
		re, im, all = re+v*math.Cos(w), im+v*math.Sin(w), all+v*v
	}
	n := float64((toMs - fromMs) * 48)
	return 2 * (re*re + im*im) / (n * max(all, 1))
}

// loudest gives the highest sample of a stretch.
func loudest(pcm []int16, fromMs, toMs int) int {
	high := 0
	for i := fromMs * 48; i < toMs*48 && i < len(pcm); i++ {
		high = max(high, int(pcm[i]), -int(pcm[i]))
	}
	return high
}

// brightness gives the mean brightness (0 to 255) of each picture of a file, and its time in ms, as the pictures' own boxes have it.
func brightness(t testing.TB, path string) (ms []float64, values []float64) {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-f", "lavfi", "movie="+path+",signalstats", "-show_entries", "frame=pts_time:frame_tags=lavfi.signalstats.YAVG", "-of", "csv=p=0").Output()
	if err != nil {
		t.Fatalf("brightness of %s: %v", path, err)
	}
	for _, line := range strings.Fields(string(out)) {
		var at, y float64
		if _, err := fmt.Sscanf(line, "%f,%f", &at, &y); err != nil {
			t.Fatalf("ffprobe says %q: %v", line, err)
		}
		ms, values = append(ms, at*1000), append(values, y)
	}
	// ffmpeg 5.1 shows fragmented B-frames later than their boxes say, all by the same: that the first is at 0 is ReadIndex's to hold.
	for i := len(ms) - 1; i >= 0; i-- {
		ms[i] -= ms[0]
	}
	return ms, values
}

// flashNear gives the ms of the first white picture within ±300 ms.
func flashNear(ms, values []float64, near float64) float64 {
	for i := range ms {
		if math.Abs(ms[i]-near) <= 300 && values[i] > 160 {
			return ms[i]
		}
	}
	return -1
}

func onePart(profile, stream string, to, at, length int64) Recipe {
	r := Recipe{Profile: profile, V: 1, LengthMs: length, Parts: []RecipePart{{Master: refA, Stream: stream, ToMs: to, AtMs: at}}}
	if profile == Voice || profile == Small {
		r.Channels = "mix"
	}
	return r
}

// tileBrightness gives the mean brightness of the i-th picture of a sheet.
func tileBrightness(t testing.TB, path string, i int) float64 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := jpeg.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if b := img.Bounds(); b.Dx() != 1600 || b.Dy() != 900 {
		t.Fatalf("%s has %d × %d points, want 1600 × 900", path, b.Dx(), b.Dy())
	}
	var sum, n float64
	for y := i/10*90 + 20; y < i/10*90+70; y += 5 {
		for x := i%10*160 + 20; x < i%10*160+140; x += 5 {
			r, g, b, _ := img.At(x, y).RGBA()
			sum, n = sum+float64(r+g+b)/3/257, n+1
		}
	}
	return sum / n
}

func writeFile(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
