package transcode

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMeasureHearsLoudnessSilenceAndPeaks(t *testing.T) {
	t.Parallel()
	// 4 s of a tone, 3 s of silence, 3 s of the tone at a tenth, the same on both channels.
	path := makeMedia(t, "a.flac", "-f", "lavfi", "-i", "aevalsrc='0.5*sin(2*PI*1000*t)*(lt(t,4)+0.1*gte(t,7))':s=48000:d=10", "-af", "pan=stereo|c0=c0|c1=c0")
	tools := jailedTools(t)
	f, err := tools.Probe(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	last := 0.0
	s, err := tools.Measure(t.Context(), path, f, "a:0", func(p float64) { last = p })
	if err != nil {
		t.Fatal(err)
	}
	if s.DurationMs != 10000 || last < 0.99 || math.Abs(s.PeakDb+6) > 0.3 || len(s.Peaks) != 10*PeaksPerSecond {
		t.Errorf("Measure = %d ms, progress %.2f, peak %.1f dB, %d peaks; want 10000, 1, −6, 200", s.DurationMs, last, s.PeakDb, len(s.Peaks))
	}
	// A sine of amplitude 0.5 has −9 dB; BS.1770 weighs 1 kHz with about 0.7 − 0.691 dB.
	if math.Abs(s.LUFS+9) > 1 {
		t.Errorf("LUFS = %.1f, want about −9", s.LUFS)
	}
	if len(s.Silences) != 1 || math.Abs(float64(s.Silences[0][0]-4000)) > 20 || math.Abs(float64(s.Silences[0][1]-7000)) > 20 {
		t.Errorf("Silences = %v, want 4 to 7 s", s.Silences)
	}
	if s.Peaks[10] < 225 || s.Peaks[100] != 0 || s.Peaks[160] > s.Peaks[10]-80 || s.Peaks[160] < 100 {
		t.Errorf("Peaks = %d, %d, %d; want loud, nothing, 20 dB less", s.Peaks[10], s.Peaks[100], s.Peaks[160])
	}
	if s.Stereo == nil || s.Stereo.Correlation < 0.99 || s.Stereo.LeftDb != 0 {
		t.Errorf("Stereo = %+v, want both the same", s.Stereo)
	}
	if got := Gain(s); math.Abs(got-(-19-s.LUFS)) > 0.051 {
		t.Errorf("Gain = %v at %v LUFS, want to −19", got, s.LUFS)
	}
	// What was decided is what is heard: the voice then measures −19.
	r := onePart(Voice, "a:0", 10000, 0, 10000)
	r.GainDb = Gain(s)
	out, _ := rendered(t, r, path)
	of, err := tools.Probe(t.Context(), out)
	if err != nil {
		t.Fatal(err)
	}
	heard, err := tools.Measure(t.Context(), out, of, "a:0", nil)
	if err != nil || math.Abs(heard.LUFS+19) > 0.7 {
		t.Errorf("the voice measures %.1f LUFS, %v; want −19 ± 0.7", heard.LUFS, err)
	}
}

func TestGain(t *testing.T) {
	for lufs, want := range map[float64]float64{-23.04: 4, -19: 0, -16.55: -2.4, -60: 30, -65: 30, -65.1: 0, -70: 0} {
		if got := Gain(&Sound{LUFS: lufs}); math.Abs(got-want) > 1e-9 {
			t.Errorf("Gain at %v LUFS = %v, want %v", lufs, got, want)
		}
	}
	s := &Sound{LUFS: -25, Stereo: &Stereo{LeftDb: 3, RightDb: -60}}
	for channels, want := range map[string]float64{"mix": 6, "left": 3, "right": 0} {
		if got := GainOf(s, channels); got != want {
			t.Errorf("GainOf %s = %v, want %v", channels, got, want)
		}
	}
}

func TestLoudnessLogReadsInAnyPieces(t *testing.T) {
	log := `[silencedetect @ 0x5] silence_start: -0.002
[silencedetect @ 0x5] silence_end: 2.5 | silence_duration: 2.5
[Parsed_ebur128_3 @ 0x55] Summary:

  Integrated loudness:
    I:         -23.4 LUFS
    Threshold: -33.6 LUFS

  Sample peak:
    Peak:       -3.1 dBFS
[silencedetect @ 0x5] silence_start: 9
`
	for _, size := range []int{1, 7, 4096} {
		l := &loudnessLog{}
		for rest := log; rest != ""; {
			n := min(size, len(rest))
			if _, err := l.Write([]byte(rest[:n])); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		s := Sound{DurationMs: 10000}
		l.into(&s)
		want := Sound{DurationMs: 10000, LUFS: -23.4, PeakDb: -3.1, Silences: [][2]int64{{0, 2500}, {9000, 10000}}}
		if diff := cmp.Diff(want, s); diff != "" {
			t.Errorf("in pieces of %d: %s", size, diff)
		}
	}
	s := Sound{}
	(&loudnessLog{}).into(&s)
	if s.LUFS != nothingLUFS {
		t.Errorf("of nothing said: %v LUFS, want %v", s.LUFS, float64(nothingLUFS))
	}
}
