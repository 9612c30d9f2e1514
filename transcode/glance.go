package transcode

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"cabina/archive"
)

// Two recordings of one room are told by what they show, small and grey: a glance is a picture of 32 × 18 points. Each picture of a recording becomes one, in
// one pass: to decode it costs eight times as much as to make it small, and going back to where something changes would cost more than to keep them all.
const (
	glanceWide = 32
	glanceHigh = 18
	glanceSize = glanceWide * glanceHigh // bytes: one a point, 0 black to 255 white
	// glanceEvery is how often, in ms, the glances are taken in which changes are looked for.
	glanceEvery = 200
)

// Footage is a recording's picture, to be laid upon another by what they show.
type Footage struct {
	Path  string // of the file
	Facts *Facts

	file     *os.File // the glances of all its pictures; it has no name, and ends with the program
	lengthMs int64    // of the picture
	times    []int32  // of each, in ms of the picture's own time: 0 is the first
	frameMs  float64  // how long one lasts where they follow each other closest
	even     *glances // those of each glanceEvery
}

// glances are taken evenly: the k-th shows what is seen at k·glanceEvery of the picture's own time.
type glances struct{ points []byte }

func (g *glances) n() int { return len(g.points) / glanceSize }

// at gives the k-th; before the first and behind the last these stand still.
func (g *glances) at(k int) []byte {
	k = min(max(k, 0), g.n()-1)
	return g.points[k*glanceSize : (k+1)*glanceSize]
}

// Look takes the glances of a whole recording, unless it was looked at before; it takes as long as decoding its picture does. They wait in a file of the scratch folder
// until Close: 52 MB for an hour of 25 pictures a second. Progress is told from 0 to 1.
func (t *Tools) Look(ctx context.Context, f *Footage, progress func(float64)) error {
	if f.even != nil {
		return nil
	}
	s := f.Facts.Of(archive.Video)[0]
	file, err := os.CreateTemp(t.Scratch, "glances-")
	if err != nil {
		return err
	}
	f.file = file
	if err := os.Remove(file.Name()); err != nil {
		return err
	}
	shown := &showinfo{lengthMs: max(s.DurationMs, 1), startMs: s.StartMs, progress: progress}
	var size int64
	write := func(r io.Reader) (err error) {
		size, err = io.CopyBuffer(struct{ io.Writer }{file}, io.LimitReader(r, maxGlances*glanceSize+1), make([]byte, 256*glanceSize))
		if err == nil && size > maxGlances*glanceSize {
			err = fmt.Errorf("it has more than %d pictures", maxGlances)
		}
		return err
	}
	err = t.inDir(func(dir string) error {
		return t.run(ctx, "ffmpeg", call{args: glanceArgs(f.Facts.Format, s), in: []string{f.Path}, dir: dir, lengthMs: s.DurationMs, stdout: write, stderr: shown})
	})
	if err != nil {
		return err
	}
	f.times = shown.ms[:min(int64(len(shown.ms)), size/glanceSize)]
	if len(f.times) < 2 {
		return &ToolError{Tool: "ffmpeg", Reason: "there is no picture in it that can be decoded"}
	}
	return f.takeEven(s.DurationMs)
}

// maxGlances is 12 hours of 60 pictures a second.
const maxGlances = 12 * 3600 * 60

// Close lets go of the glances.
func (f *Footage) Close() {
	if f.file != nil {
		_ = f.file.Close()
	}
}

// glanceArgs decodes a picture to glances on standard output, with a line for each on standard error that says its time, which is the file's own.
func glanceArgs(format string, s *Stream) []string {
	filters := fmt.Sprintf("settb=1/1000,scale=%d:%d:flags=area,format=gray,showinfo", glanceWide, glanceHigh)
	args := append([]string{"-nostdin", "-hide_banner", "-nostats", "-v", "info", "-copyts"}, input(format, 0)...)
	return append(args, "-map", "0:"+s.Spec(), "-vf", filters, "-fps_mode", "passthrough", "-flush_packets", "0", "-f", "rawvideo", "pipe:1")
}

// takeEven reads all glances once and keeps what is seen at each glanceEvery. It also finds how long a picture lasts: of a recording whose rate changes the average
// says little.
func (f *Footage) takeEven(lengthMs int64) error {
	f.lengthMs = lengthMs
	var steps []int32
	for i, ms := range f.times[1:] {
		if d := ms - f.times[i]; d >= 8 {
			steps = append(steps, d)
		}
	}
	slices.Sort(steps)
	if f.frameMs = 40; len(steps) > 0 {
		f.frameMs = float64(min(steps[len(steps)/50], 250)) // the shortest but for stray ones
	}
	last := max(int64(f.times[len(f.times)-1]), min(lengthMs, maxMs))
	n := int(last/glanceEvery) + 1
	f.even = &glances{make([]byte, n*glanceSize)}
	all := bufio.NewReaderSize(io.NewSectionReader(f.file, 0, math.MaxInt64), 1<<20)
	now := make([]byte, glanceSize)
	k := 0
	for i := range f.times {
		if _, err := io.ReadFull(all, now); err != nil {
			return fmt.Errorf("read glances: %w", err)
		}
		until := n
		if i+1 < len(f.times) {
			until = min(int(f.times[i+1]+glanceEvery-1)/glanceEvery, n)
		}
		for ; k < until; k++ {
			copy(f.even.points[k*glanceSize:], now)
		}
	}
	return nil
}

// timed is one picture as a glance, with its time on the picture's own clock in ms.
type timed struct {
	ms     float64
	points []byte
}

// between gives the pictures from the one that is seen at fromMs to the one at toMs.
func (f *Footage) between(fromMs, toMs float64) ([]timed, error) {
	from, found := slices.BinarySearch(f.times, int32(max(fromMs, 0)))
	if !found {
		from = max(from-1, 0)
	}
	to, _ := slices.BinarySearch(f.times, int32(max(toMs, 0))+1)
	if from >= to {
		return nil, nil
	}
	points := make([]byte, (to-from)*glanceSize)
	if _, err := f.file.ReadAt(points, int64(from)*glanceSize); err != nil {
		return nil, fmt.Errorf("read glances: %w", err)
	}
	out := make([]timed, to-from)
	for i := range out {
		out[i] = timed{float64(f.times[from+i]), points[i*glanceSize : (i+1)*glanceSize]}
	}
	return out, nil
}

var showinfoLine = regexp.MustCompile(`\] n: *\d+ pts: *(-?\d+) `)

// showinfo reads the times that the filter of that name says of each picture. They never go back.
type showinfo struct {
	startMs, lengthMs int64
	progress          func(float64)

	mu   sync.Mutex // guards rest and ms
	rest string
	ms   []int32
}

func (l *showinfo) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := strings.Split(l.rest+string(p), "\n")
	l.rest = lines[len(lines)-1]
	for _, line := range lines[:len(lines)-1] {
		if m := showinfoLine.FindStringSubmatch(line); m != nil {
			pts, _ := strconv.ParseInt(m[1], 10, 64)
			l.add(pts - l.startMs)
		}
	}
	if len(l.rest) > tailLen {
		l.rest = ""
	}
	return len(p), nil
}

func (l *showinfo) add(ms int64) {
	ms = min(max(ms, 0), maxMs)
	if n := len(l.ms); n > 0 {
		ms = max(ms, int64(l.ms[n-1]))
	}
	l.ms = append(l.ms, int32(ms))
	if l.progress != nil && len(l.ms)%256 == 0 {
		l.progress(min(float64(ms)/float64(l.lengthMs), 1))
	}
}
