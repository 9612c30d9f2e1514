package transcode

import (
	"math"
	"slices"
	"strings"

	"cabina/archive"
)

// aacPriming is how many samples ffmpeg's AAC encoder puts in front of the sound. A fragmented file has no place to say so, and players would ignore it: so
// as many are cut off before.
const aacPriming = 1024

// soundOf gives a profile's samples a second and bit rate.
func soundOf(profile string) (rate int64, bits string) {
	if profile == Small {
		return 32000, "32k"
	}
	return 48000, "64k"
}

// soundArgs encodes a voice: each piece mixed or its channel taken, put at its sample, the withdrawn stretches silenced, one gain, a limiter. It lasts as long as the
// session, to the sample.
func soundArgs(r Recipe, facts []*Facts) ([]string, error) {
	rate, bits := soundOf(r.Profile)
	var g graph
	list := pieces(r)
	for i, p := range list {
		g.chain("["+inputPad(p)+"]", pieceFilters(p, r.Channels, rate, facts[p.input]), pad("p", i, len(list)))
	}
	switch len(list) {
	case 0: // nothing of it lies within the session: silence, so that all voices are alike
		g.chain("", []string{"anullsrc=r=" + itoa(rate) + ":cl=mono"}, "")
	case 1:
	default:
		g.chain(pads("p", len(list)), []string{"concat=n=" + itoa(int64(len(list))) + ":v=0:a=1"}, "")
	}
	last := &g.chains[len(g.chains)-1]
	*last += "," + strings.Join(finishFilters(r, rate), ",") + "[o]"

	args := append(beginArgs(), inputs(facts)...)
	args = append(args, "-filter_complex", g.String(), "-map", "[o]", "-t", seconds(r.LengthMs))
	args = append(args, cleanArgs[:]...)
	return append(args, "-c:a", "aac", "-b:a", bits,
		"-movflags", "+empty_moov+default_base_moof+global_sidx", "-frag_duration", "6000000", outFile), nil
}

// pieceFilters puts one piece at its sample. Where another follows, it is made exactly as long as the way there.
func pieceFilters(p piece, channels string, rate int64, f *Facts) []string {
	perMs := rate / 1000
	filters := append(mono(channels, f.Stream(p.stream)), fillGaps(f.Format, rate)) // mixed first: it is the cheaper to resample
	if p.fromMs > 0 || p.toMs > 0 {
		trim := "atrim=start_sample=" + itoa(p.fromMs*perMs)
		if p.toMs > 0 {
			trim += ":end_sample=" + itoa(p.toMs*perMs)
		}
		filters = append(filters, trim)
	}
	filters = append(filters, "asetpts=N/SR/TB")
	filters = append(filters, drift(p.ppm, rate)...)
	before := int64(0)
	if p.firstOfSession && p.atMs > 0 {
		before = p.atMs
		filters = append(filters, "adelay="+itoa(before*perMs)+"S:all=1")
	}
	if !p.lastOfSession {
		n := itoa((p.endMs - p.atMs + before) * perMs)
		filters = append(filters, "apad=whole_len="+n, "atrim=end_sample="+n, "asetpts=N/SR/TB")
	}
	return filters
}

// fillGaps lets a sound begin at 0 and puts silence where its own times jump by a tenth of a second or more, so that what follows a gap stays at its place. Formats
// that are frame behind frame have no times that could jump: they are spared the work.
func fillGaps(format string, rate int64) string {
	var options []string
	if rate > 0 {
		options = append(options, itoa(rate))
	}
	if !slices.Contains(timeless[:], format) {
		options = append(options, "async=1", "min_hard_comp=0.1", "first_pts=0")
	}
	filters := []string{"asetpts=PTS-STARTPTS"}
	if len(options) > 0 {
		filters = append(filters, "aresample="+strings.Join(options, ":"))
	}
	return strings.Join(filters, ",")
}

var timeless = [...]string{"mp3", "wav", "w64", "flac", "aac", "aiff", "au", "amr", "caf"}

// mono gives the one channel that is heard. The mix is written out: left to itself, ffmpeg mixes whole numbers and fractions 3 dB apart.
func mono(channels string, s *Stream) []string {
	switch {
	case channels == "left":
		return []string{"pan=mono|c0=c0"}
	case channels == "right" && s.Channels >= 2:
		return []string{"pan=mono|c0=c1"}
	case channels == "right":
		return []string{"pan=mono|c0=c0"}
	case s.Channels == 2:
		return []string{mixStereo}
	case s.Channels > 2:
		return []string{"aformat=channel_layouts=stereo", mixStereo}
	}
	return []string{"aformat=channel_layouts=mono"}
}

const mixStereo = "pan=mono|c0=0.5*c0+0.5*c1"

// finishFilters are those on the whole voice.
func finishFilters(r Recipe, rate int64) []string {
	var out []string
	if len(r.Cuts) > 0 {
		out = append(out, silence(r.Cuts, rate)...)
	}
	if r.GainDb != 0 {
		out = append(out, "volume="+ftoa(r.GainDb)+"dB")
	}
	lookahead := rate / 200 // alimiter's 5 ms, by which it delays the sound
	return append(out, "alimiter=limit=0.79:level=disabled", "aformat=channel_layouts=mono",
		"atrim=start_sample="+itoa(aacPriming+lookahead), "asetpts=N/SR/TB", "apad")
}

// silence takes stretches out. A filter is switched on and off between frames only: they are made 10 ms short, and each that touches a cut is silenced.
func silence(cuts []archive.Cut, rate int64) []string {
	const frameMs = 10
	var when []string
	for _, c := range cuts {
		when = append(when, "gt(t,"+seconds(c[0]-frameMs)+")*lt(t,"+seconds(c[1])+")")
	}
	return []string{"asetnsamples=n=" + itoa(frameMs*rate/1000), "volume=volume=0:enable='" + strings.Join(when, "+") + "'"}
}

// drift stretches a sound by ppm: it is taken at one rate and played at another. What is too little for two whole rates is done as the difference of two steps.
func drift(ppm float64, rate int64) (filters []string) {
	if ppm == 0 {
		return nil
	}
	for _, step := range driftSteps(ppm) {
		a, b := driftRates(step)
		filters = append(filters, "aresample="+itoa(a), "asetrate="+itoa(b))
	}
	return append(filters, "aresample="+itoa(rate))
}

func driftSteps(ppm float64) []float64 {
	const step = 25 // ppm: 40001 to 40000
	if math.Abs(ppm) >= step/2. {
		return []float64{ppm}
	}
	return []float64{step, ((1+ppm/1e6)/(1+step/1e6) - 1) * 1e6}
}

// driftRates gives the pair of whole sample rates whose ratio comes nearest to 1 + ppm/10⁶. From 12.5 ppm on it is less than 0.3 ppm off, 2 ms in two hours.
func driftRates(ppm float64) (a, b int64) {
	ratio, best := 1+ppm/1e6, math.Inf(1)
	for try := int64(40000); try <= 96000; try++ {
		play := math.Round(float64(try) / ratio)
		if off := math.Abs(float64(try)/play - ratio); off < best*(1-1e-9) {
			a, b, best = try, int64(play), off
		}
	}
	return a, b
}

func inputPad(p piece) string { return itoa(int64(p.input)) + ":" + p.stream }

// pad names the i-th of n chains that are joined afterwards; a single one is not joined.
func pad(name string, i, n int) string {
	if n == 1 {
		return ""
	}
	return "[" + name + itoa(int64(i)) + "]"
}

func pads(name string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(pad(name, i, n))
	}
	return b.String()
}
