package transcode

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"testing"
)

// talk is a made-up recording of a meeting, as a function of time: slides with a small speaker in the corner, speakers whose heads move, a gallery of faces;
// cuts, fades, and the noise of a camera. It can be looked at from any time on at any rate, as five recorders of one room would.
type talk struct {
	scenes []scene
	seed   uint64
}

type scene struct {
	at, fade float64 // seconds: when it begins, and how long it takes to come
	back     []byte
	heads    []head
}

type head struct{ x, y, r, shade, phase, restless float64 }

const talkWide, talkHigh = 192, 108

// sceneKinds of a talk: each scene's length in seconds lies between least and most.
type talkPlan struct {
	seconds     float64
	least, most float64
	slides      bool // nothing but slides, without anyone who moves
	heads       bool // one speaker from beginning to end
}

func newTalk(seed uint64, p talkPlan) *talk {
	r := rand.New(rand.NewPCG(seed, 7))
	t := &talk{seed: seed}
	for at := 0.0; at < p.seconds; {
		s := scene{at: at, back: make([]byte, talkWide*talkHigh)}
		switch kind := r.IntN(5); {
		case p.heads || kind >= 3 && !p.slides:
			s.speaker(r)
		case kind == 2 && !p.slides:
			s.gallery(r)
		default:
			s.slide(r, !p.slides)
		}
		if r.IntN(5) == 0 {
			s.fade = 0.3 + r.Float64()
		}
		t.scenes = append(t.scenes, s)
		at += p.least + r.Float64()*(p.most-p.least)
		if p.heads {
			break
		}
	}
	return t
}

func (s *scene) box(x, y, w, h int, v byte) {
	for j := max(y, 0); j < min(y+h, talkHigh); j++ {
		for i := max(x, 0); i < min(x+w, talkWide); i++ {
			s.back[j*talkWide+i] = v
		}
	}
}

func (s *scene) slide(r *rand.Rand, speaker bool) {
	s.box(0, 0, talkWide, talkHigh, 225)
	s.box(8, 6, 40+r.IntN(110), 9, 60)
	for y := 24; y < 96; y += 9 {
		for x := 12; x < 60+r.IntN(120); {
			w := 4 + r.IntN(16)
			s.box(x, y, w, 4, byte(70+r.IntN(40)))
			x += w + 4
		}
	}
	if speaker {
		s.box(152, 4, 36, 24, 90)
		s.heads = append(s.heads, head{170, 16, 8, 170, r.Float64() * 9, 1})
	}
}

func (s *scene) room(r *rand.Rand, x, y, w, h int) {
	s.box(x, y, w, h, byte(60+r.IntN(100)))
	for range 5 {
		s.box(x+r.IntN(w), y+r.IntN(h/2), min(4+r.IntN(w/3), w/3), 3+r.IntN(h/3), byte(40+r.IntN(170)))
	}
}

func (s *scene) speaker(r *rand.Rand) {
	s.room(r, 0, 0, talkWide, talkHigh)
	s.heads = append(s.heads, head{96 + float64(r.IntN(40)) - 20, 60, 26, 100 + float64(r.IntN(100)), r.Float64() * 9, 2})
}

func (s *scene) gallery(r *rand.Rand) {
	for i := range 6 {
		x, y := i%3*64, i/3*54
		s.room(r, x, y, 63, 53)
		s.heads = append(s.heads, head{float64(x) + 32, float64(y) + 30, 12, 100 + float64(r.IntN(100)), r.Float64() * 9, 0.7})
	}
}

// draw draws what is seen at t.
func (t *talk) draw(at float64, noise *rand.Rand, out []byte) {
	i := 0
	for i+1 < len(t.scenes) && t.scenes[i+1].at <= at {
		i++
	}
	s := &t.scenes[i]
	copy(out, s.back)
	for _, h := range s.heads {
		h.draw(at, out)
	}
	if part := (at - s.at) / max(s.fade, 1e-9); i > 0 && part < 1 {
		old := make([]byte, len(out))
		copy(old, t.scenes[i-1].back)
		for _, h := range t.scenes[i-1].heads {
			h.draw(at, old)
		}
		for j := range out {
			out[j] = byte(float64(out[j])*part + float64(old[j])*(1-part))
		}
	}
	for j := 0; j < len(out); j += 8 {
		for n, k := noise.Uint64(), j; k < min(j+8, len(out)); k++ {
			out[k] = byte(min(max(int(out[k])+int(n&7)-3, 0), 255))
			n >>= 8
		}
	}
}

// draw moves a head as people do who speak: a slow swaying and, now and then, a turn.
func (h head) draw(at float64, out []byte) {
	sway := math.Sin(at*0.9+h.phase) + 0.6*math.Sin(at*2.3+2*h.phase) + 0.3*math.Sin(at*5.1+h.phase)
	turn := math.Sin(math.Floor((at+h.phase)/7.3)*12.9898+h.phase) * 3
	cx, cy := h.x+h.restless*(sway+turn), h.y+h.restless*0.5*math.Sin(at*1.7+h.phase)
	for y := max(int(cy-h.r), 0); y < min(int(cy+h.r), talkHigh); y++ {
		for x := max(int(cx-h.r), 0); x < min(int(cx+h.r), talkWide); x++ {
			dx, dy := (float64(x)-cx)/h.r, (float64(y)-cy)/h.r
			if d := dx*dx*1.6 + dy*dy; d < 1 {
				out[y*talkWide+x] = byte(h.shade * (1 - 0.4*d))
			}
		}
	}
}

// take is how one recorder saw a talk.
type take struct {
	talk    *talk
	rate    string       // frames a second: 25, 30000/1001
	pieces  [][2]float64 // stretches of the talk that are in it, one behind the other
	filter  string       // on the way into the file
	encoder []string
	file    []string // options of the file
	paint   func(at float64, picture []byte)
}

// film writes the take to a file.
func (k take) film(t testing.TB, path string) {
	t.Helper()
	args := []string{"-nostdin", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "gray", "-s", fmt.Sprintf("%dx%d", talkWide, talkHigh), "-r", k.rate, "-i", "pipe:0",
		"-vf", cmpOr(k.filter, "null") + ",format=yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-threads", "2", "-bf", "0", "-g", "250"}
	args = append(append(append(args, k.encoder...), k.file...), path)
	cmd := exec.CommandContext(t.Context(), "ffmpeg", args...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out := &tailWriter{}
	cmd.Stderr = out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	k.frames(in)
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Fatalf("ffmpeg %v: %v: %s", args, err, out)
	}
}

// frameRate reads 25 and 30000/1001.
func frameRate(s string) float64 {
	var num, den float64 = 0, 1
	fmt.Sscanf(s, "%f/%f", &num, &den)
	return num / den
}

func (k take) frames(w io.Writer) {
	rate := frameRate(k.rate)
	noise := rand.New(rand.NewPCG(k.talk.seed, uint64(rate)))
	picture := make([]byte, talkWide*talkHigh)
	out := bufio.NewWriterSize(w, 1<<20)
	defer out.Flush()
	n := 0
	for before, i := 0.0, 0; i < len(k.pieces); i++ {
		p := k.pieces[i]
		for ; float64(n)/rate < before+p[1]-p[0]; n++ {
			at := p[0] + float64(n)/rate - before
			k.talk.draw(at, noise, picture)
			if k.paint != nil {
				k.paint(at, picture)
			}
			if _, err := out.Write(picture); err != nil {
				return
			}
		}
		before += p[1] - p[0]
	}
}

// glanced gives the glances of the take without a file, an encoder and its losses.
func (k take) glanced(t testing.TB) *Footage {
	t.Helper()
	f := &Footage{}
	t.Cleanup(f.Close)
	file, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	f.file = file
	r, w := io.Pipe()
	var wg sync.WaitGroup
	wg.Go(func() { k.frames(w); w.Close() })
	out := bufio.NewWriter(file)
	picture, small := make([]byte, talkWide*talkHigh), make([]byte, glanceSize)
	for n := 0; ; n++ {
		if _, err := io.ReadFull(r, picture); err != nil {
			break
		}
		shrink(picture, small)
		out.Write(small)
		f.times = append(f.times, int32(math.Round(float64(n)*1000/frameRate(k.rate))))
	}
	wg.Wait()
	out.Flush()
	if err := f.takeEven(int64(f.times[len(f.times)-1]) + 40); err != nil {
		t.Fatal(err)
	}
	return f
}

// shrink makes a picture a glance.
func shrink(picture, small []byte) {
	const dx, dy = talkWide / glanceWide, talkHigh / glanceHigh
	for i := range small {
		x, y, sum := i%glanceWide*dx, i/glanceWide*dy, 0
		for j := y; j < y+dy; j++ {
			for _, v := range picture[j*talkWide+x : j*talkWide+x+dx] {
				sum += int(v)
			}
		}
		small[i] = byte(sum / (dx * dy))
	}
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// newer are other slides, as another language's.
var newer = newTalk(77, talkPlan{seconds: 480, least: 5, most: 15, slides: true})

func noiseOf(at float64) *rand.Rand { return rand.New(rand.NewPCG(uint64(at*1000), 3)) }

// signer paints somebody into the corner who signs all the time.
func signer(at float64, picture []byte) {
	s := scene{back: picture}
	s.box(144, 66, 44, 40, 30)
	head{166, 78, 9, 190, 0, 0.5}.draw(at, picture)
	head{154 + 6*math.Sin(at*6.1), 94 + 6*math.Sin(at*7.3), 5, 200, 0, 1}.draw(at, picture)
	head{178 + 6*math.Sin(at*5.3+1), 94 + 6*math.Sin(at*6.7+2), 5, 200, 0, 1}.draw(at, picture)
}
