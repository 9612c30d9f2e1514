package transcode

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Sound is what was heard in one sound of a master, in one pass over all of it. It is derived, kept as measures/<sha256>/<stream>.sound.json, its peaks
// as <stream>.peaks beside it.
type Sound struct {
	V          int     `json:"v"` // of this form: a sound of another is measured again
	DurationMs int64   `json:"durationMs"`
	LUFS       float64 `json:"lufs"`   // integrated loudness of the mix (ITU-R BS.1770), −70 where nothing is to be heard
	PeakDb     float64 `json:"peakDb"` // highest sample, dB below full scale
	// Silences are the stretches of 1.5 s and more below −45 dB, in ms of the sound's own time.
	Silences [][2]int64 `json:"silences,omitempty"`
	Stereo   *Stereo    `json:"stereo,omitempty"` // of a sound with two channels
	Peaks    []byte     `json:"-"`                // PeaksPerSecond of them, see peak
}

// Stereo says how the two channels differ: two languages in one file's two channels are never mixed.
type Stereo struct {
	Correlation float64 `json:"correlation"` // −1 to 1; near 1: the same on both, near 0: two different things
	LeftDb      float64 `json:"leftDb"`      // the left channel's power against the mix's
	RightDb     float64 `json:"rightDb"`
	RmsDb       float64 `json:"rmsDb"` // the left channel's power against full scale: all there is to go by where the mix is silence
}

// Loudness is how loud one channel is, LUFS: "left", "right", or "mix". Of a sound without two channels all are the same.
func (s *Sound) Loudness(channel string) float64 {
	x := s.Stereo
	if x == nil || channel != "left" && channel != "right" {
		return s.LUFS
	}
	against := map[string]float64{"left": x.LeftDb, "right": x.RightDb}[channel]
	if s.LUFS <= nothingLUFS && x.LeftDb > 0 { // the two cancel each other out
		return max(x.RmsDb+against-x.LeftDb, nothingLUFS)
	}
	return s.LUFS + against
}

// PeaksPerSecond is how many values a second of Sound.Peaks has. Each is the highest sample of its stretch: 0 for silence, else 255 for full scale and
// 4.25 less for each dB below.
const PeaksPerSecond = 20

const (
	soundV      = 1
	measureRate = 8000 // Hz, of the samples that peaks and correlation are taken from
	nothingLUFS = -70  // what ebur128 says of silence
)

// Measure hears the whole of one sound ("a:0") of the file at path. Progress is told from 0 to 1.
func (t *Tools) Measure(ctx context.Context, path string, f *Facts, stream string, progress func(float64)) (*Sound, error) {
	s := f.Stream(stream)
	if s == nil {
		return nil, fmt.Errorf("the file has no sound %s", stream)
	}
	pcm := newMeter(s.Channels >= 2, max(s.DurationMs, 1), progress)
	log := &loudnessLog{}
	err := t.inDir(func(dir string) error {
		c := call{args: measureArgs(f.Format, s), in: []string{path}, dir: dir, lengthMs: max(s.DurationMs, f.DurationMs), stdout: pcm.read, stderr: log}
		return t.run(ctx, "ffmpeg", c)
	})
	if err != nil {
		return nil, err
	}
	out := pcm.sound()
	log.into(out)
	return out, nil
}

// measureArgs makes ffmpeg write 8 kHz samples to standard output, and loudness and silences of the mix to standard error.
func measureArgs(format string, s *Stream) []string {
	channels, mix := "mono", "aformat=channel_layouts=mono"
	if s.Channels >= 2 {
		channels, mix = "stereo", mixStereo
	}
	// The channels are held before the split: else the mix of one branch would be asked for in front of both.
	graph := "[0:" + s.Spec() + "]" + fillGaps(format, 0) + ",aformat=channel_layouts=" + channels + ",asplit=2[m][p];" +
		"[m]" + mix + ",ebur128=framelog=verbose:peak=sample,silencedetect=n=-45dB:d=1.5,anullsink;" +
		"[p]aresample=" + strconv.Itoa(measureRate) + ",aformat=sample_fmts=s16:channel_layouts=" + channels + "[o]"
	args := append([]string{"-nostdin", "-hide_banner", "-nostats", "-v", "info"}, input(format, 0)...)
	// Without flush_packets each frame would be a write of 400 bytes, and reading them take as long as hearing them.
	return append(args, "-filter_complex", graph, "-map", "[o]", "-flush_packets", "0", "-f", "s16le", "pipe:1")
}

// Gain is the one linear gain, in dB, that brings a voice to −19 LUFS: at most +30, none for what is below −65 LUFS, rounded to a tenth.
func Gain(s *Sound) float64 { return gain(s.LUFS) }

// GainOf is Gain of one channel: "left", "right", or "mix".
func GainOf(s *Sound, channel string) float64 { return gain(s.Loudness(channel)) }

const (
	targetLUFS = -19
	silentLUFS = -65
	maxGainDb  = 30
)

func gain(lufs float64) float64 {
	if lufs < silentLUFS || math.IsNaN(lufs) {
		return 0
	}
	g := math.Round(min(targetLUFS-lufs, maxGainDb)*10) / 10
	return g + 0 // −0 is 0 in a document
}

// loudnessLog reads what ebur128 and silencedetect say on standard error.
type loudnessLog struct {
	mu   sync.Mutex // guards rest and the values
	rest string
	lufs float64
	peak float64
	seen bool

	silences [][2]int64
	open     int64 // where a silence began that has not ended; −1: none
	begun    bool
}

var silenceLine = regexp.MustCompile(`silence_(start|end): (-?[0-9.]+)`)

func (l *loudnessLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := strings.Split(l.rest+string(p), "\n")
	l.rest = lines[len(lines)-1]
	for _, line := range lines[:len(lines)-1] {
		l.line(line)
	}
	if len(l.rest) > tailLen {
		l.rest = ""
	}
	return len(p), nil
}

func (l *loudnessLog) line(line string) {
	if m := silenceLine.FindStringSubmatch(line); m != nil {
		ms := max(secondsToMs(m[2]), 0)
		if m[1] == "start" {
			l.open, l.begun = ms, true
		} else if l.begun {
			l.silences, l.begun = append(l.silences, [2]int64{l.open, ms}), false
		}
		return
	}
	f := strings.Fields(line)
	if len(f) < 3 {
		return
	}
	v, err := strconv.ParseFloat(f[1], 64)
	switch { // the summary: "I: -23.0 LUFS", "Peak: -3.1 dBFS"
	case err != nil && f[1] != "-inf":
	case f[0] == "I:" && f[2] == "LUFS":
		l.lufs, l.seen = v, err == nil
	case f[0] == "Peak:" && f[2] == "dBFS":
		l.peak = v
	}
}

func (l *loudnessLog) into(s *Sound) {
	s.LUFS, s.PeakDb = nothingLUFS, -100
	if l.seen {
		s.LUFS = max(l.lufs, nothingLUFS)
	}
	if !math.IsInf(l.peak, 0) {
		s.PeakDb = max(l.peak, -100)
	}
	if l.begun && l.open < s.DurationMs {
		l.silences = append(l.silences, [2]int64{l.open, s.DurationMs})
	}
	s.Silences = l.silences
}

// meter reads samples and keeps peaks and sums.
type meter struct {
	channels   int
	lengthMs   int64
	progress   func(float64)
	samples    int64
	high       int // of the running stretch
	peaks      []byte
	ll, rr, lr float64
}

func newMeter(stereo bool, lengthMs int64, progress func(float64)) *meter {
	m := &meter{channels: 1, lengthMs: lengthMs, progress: progress}
	if stereo {
		m.channels = 2
	}
	return m
}

func (m *meter) read(r io.Reader) error {
	buf := make([]byte, 64<<10)
	size := 2 * m.channels
	for {
		n, err := io.ReadFull(r, buf)
		for b := buf[:n/size*size]; len(b) > 0; b = b[size:] {
			m.add(b)
		}
		if m.progress != nil {
			m.progress(min(float64(m.samples)*1000/measureRate/float64(m.lengthMs), 1))
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (m *meter) add(b []byte) {
	l := int(int16(binary.LittleEndian.Uint16(b)))
	high := max(l, -l)
	if m.channels == 2 {
		r := int(int16(binary.LittleEndian.Uint16(b[2:])))
		high = max(high, r, -r)
		m.ll += float64(l * l)
		m.rr += float64(r * r)
		m.lr += float64(l * r)
	}
	m.high = max(m.high, high)
	if m.samples++; m.samples%(measureRate/PeaksPerSecond) == 0 {
		m.peaks, m.high = append(m.peaks, peak(m.high)), 0
	}
}

// peak puts a sample's height on a scale that shows speech: 60 dB in 255 steps.
func peak(high int) byte {
	if high <= 0 {
		return 0
	}
	db := 20 * math.Log10(float64(high)/32768)
	return byte(math.Round(min(max(255+4.25*db, 0), 255)))
}

func (m *meter) sound() *Sound {
	s := &Sound{V: soundV, DurationMs: m.samples * 1000 / measureRate, Peaks: m.peaks}
	if m.channels == 2 {
		mix := (m.ll + m.rr + 2*m.lr) / 4
		s.Stereo = &Stereo{LeftDb: powerDb(m.ll, mix), RightDb: powerDb(m.rr, mix), RmsDb: 2 * powerDb(math.Sqrt(m.ll/max(float64(m.samples), 1)), 32768)}
		if m.ll > 0 && m.rr > 0 {
			s.Stereo.Correlation = math.Round(m.lr/math.Sqrt(m.ll*m.rr)*1000) / 1000
		}
	}
	return s
}

// powerDb is a against b in tenths of dB, held within ±60.
func powerDb(a, b float64) float64 {
	switch {
	case a <= 0:
		return -60
	case b <= 0:
		return 60
	}
	return math.Round(min(max(10*math.Log10(a/b), -60), 60)*10) / 10
}
