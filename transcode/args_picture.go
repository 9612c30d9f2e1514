package transcode

import (
	"fmt"
	"math"
	"strings"

	"cabina/archive"
)

// copyArgs takes a picture's packets as they are into fragments of ours.
func copyArgs(r Recipe, facts []*Facts) ([]string, error) {
	if !copies(r, facts) {
		return nil, fmt.Errorf("the picture cannot be copied: %s", orElse(facts[0].WhyNotCopy, "its part is not the whole of its master"))
	}
	args := append(beginArgs(), inputs(facts)...)
	args = append(args, "-map", "0:"+r.Parts[0].Stream, "-an", "-sn", "-dn")
	args = append(args, cleanArgs[:]...)
	args = append(args, "-c", "copy")
	args = append(append(args, untilEnd(r, facts)...), fragments[:]...)
	return append(args, outFile), nil
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// copies says whether the picture of these parts is copied. The smaller ones then keep its pictures and key frames; else all are made anew on a grid of 4 s.
func copies(r Recipe, facts []*Facts) bool {
	return whole(r.Parts, r.LengthMs) && len(r.Cuts) == 0 && facts[0].Copyable && r.Parts[0].Stream == "v:0"
}

// untilEnd cuts off what lies beyond the session's end, where there is more than the last picture's own duration.
func untilEnd(r Recipe, facts []*Facts) []string {
	if facts[0].Stream(r.Parts[0].Stream).DurationMs > r.LengthMs+endSlackMs {
		return []string{"-t", seconds(r.LengthMs)}
	}
	return nil
}

// x264 is common to all pictures that are encoded: a fixed number of threads, so that the same inputs give the same bytes; key frames only where we say.
func x264(preset string, more ...string) []string {
	return append(append([]string{"-c:v", "libx264", "-preset", preset}, more...),
		"-pix_fmt", "yuv420p", "-threads", "2", "-bf", "0", "-sc_threshold", "0", "-g", "9999")
}

var (
	keysOfSource = [...]string{"-force_key_frames", "source"}
	keysOn4s     = [...]string{"-force_key_frames", "expr:gte(t,n_forced*4)"}
)

// lines is the height of a profile, and its bit rates.
func lines(profile string) (height int, codec []string) {
	switch profile {
	case P360:
		return 360, x264("veryfast", "-crf", "25", "-maxrate", "500k", "-bufsize", "1000k")
	case Slides:
		return 270, x264("veryfast", "-crf", "28", "-maxrate", "70k", "-bufsize", "140k")
	}
	return 720, x264("veryfast", "-crf", "23", "-maxrate", "2000k", "-bufsize", "4000k")
}

// pictureArgs encodes a picture: p720, p360, slides.
func pictureArgs(r Recipe, facts []*Facts) ([]string, error) {
	height, codec := lines(r.Profile)
	args := append(beginArgs(), inputs(facts)...)
	if copies(r, facts) && r.Profile != P720 {
		s := facts[0].Stream(r.Parts[0].Stream)
		w, h := fit(s.Width, s.Height, 16*height/9, height)
		filters := []string{"setpts=PTS-STARTPTS"}
		if r.Profile == Slides {
			filters = append(filters, slidesSelect("key"))
		}
		filters = append(filters, scale(w, h), "setsar=1")
		args = append(args, "-filter_complex", "[0:"+r.Parts[0].Stream+"]"+strings.Join(filters, ",")+"[o]", "-map", "[o]")
		args = append(args, untilEnd(r, facts)...)
		// The times of the source, not a grid of its nominal rate: the segments are to be those of the copy.
		args = append(args, "-fps_mode", passing(r.Profile), "-enc_time_base", "-1")
		args = append(append(args, codec...), keysOfSource[:]...)
	} else {
		g, err := gridGraph(r, facts, gridOf(r, facts), height)
		if err != nil {
			return nil, err
		}
		if r.Profile == Slides { // also where the others have a key frame
			g += "," + slidesSelect("gt(floor(t/4),floor(prev_selected_t/4))")
		}
		args = append(args, "-filter_complex", g+"[o]", "-map", "[o]", "-fps_mode", passing(r.Profile))
		args = append(append(args, codec...), keysOn4s[:]...)
	}
	args = append(append(args, cleanArgs[:]...), fragments[:]...)
	return append(args, outFile), nil
}

// slidesSelect takes two pictures a second, and those for which key holds. The second picture of all is taken too: tools guess the grid that times lie on from
// the first few, and with those half a second apart would put a key frame that comes between on top of its neighbour.
func slidesSelect(key string) string {
	return "select='lt(n,2)+" + key + "+gte(t-prev_selected_t,0.5)'"
}

func passing(profile string) string {
	if profile == Slides {
		return "vfr"
	}
	return "passthrough"
}

// sheetArgs makes seek pictures: one each 10 s, a hundred on a sheet.
func sheetArgs(r Recipe, facts []*Facts) ([]string, error) {
	var options []string
	keys := true
	for i, f := range facts {
		longest := f.Stream(r.Parts[i].Stream).LongestMs
		keys = keys && longest > 0 && longest <= copyGopMs
	}
	if keys { // each then shows the last key frame before its time, and 2 hours take 13 s
		options = []string{"-skip_frame", "nokey"}
	}
	var g string
	if copies(r, facts) {
		g = "[0:" + r.Parts[0].Stream + "]setpts=PTS-STARTPTS"
	} else {
		var err error
		if g, err = gridGraph(r, facts, grid{1, 1}, 90); err != nil {
			return nil, err
		}
	}
	g += ",fps=1/10:round=up,scale=160:90:force_original_aspect_ratio=decrease,pad=160:90:(ow-iw)/2:(oh-ih)/2,setsar=1,format=yuvj420p,tile=10x10[o]"
	args := append(beginArgs(), inputs(facts, options...)...)
	args = append(args, "-filter_complex", g, "-map", "[o]")
	args = append(append(args, untilSession(r)...), cleanArgs[:]...)
	return append(args, "-fps_mode", "passthrough", "-q:v", "5", "-threads", "1", "-f", "image2", sheetFiles), nil
}

// untilSession ends a run of sheets with the session: each holds 1,000 s.
func untilSession(r Recipe) []string {
	return []string{"-frames:v", itoa((r.LengthMs + 999_999) / 1_000_000)}
}

// grid is a constant rate of pictures: num/den a second.
type grid struct{ num, den int64 }

func (g grid) String() string { return fmt.Sprintf("%d/%d", g.num, g.den) }

// frames is how many pictures there are up to ms.
func (g grid) frames(ms int64) int64 { return (ms*g.num + 500*g.den) / (1000 * g.den) }

// gridOf is the rate that a picture is encoded at: its own, halved until it is 30 at most. Pictures of a changing rate come on the grid too, so that segments
// last 4 s whatever a screen that stood still for minutes did.
func gridOf(r Recipe, facts []*Facts) grid {
	rate := facts[0].Stream(r.Parts[0].Stream).FrameRate
	if rate <= 0 {
		rate = 25
	}
	for rate > 30.5 {
		rate /= 2
	}
	rate = max(rate, 1)
	if n := math.Round(rate); math.Abs(rate-n) < 0.002 {
		return grid{int64(n), 1}
	} else if math.Abs(rate-n*1000/1001) < 0.002 {
		return grid{int64(n) * 1000, 1001}
	}
	return grid{int64(math.Round(rate * 1000)), 1000}
}

// gridGraph puts the pieces of a picture on a grid of pictures, as long as the session: black between them, the last picture held behind the last one, the
// withdrawn stretches black. It ends without a pad, so that filters can follow.
func gridGraph(r Recipe, facts []*Facts, at grid, height int) (string, error) {
	list := pieces(r)
	if len(list) == 0 {
		return "", fmt.Errorf("none of its %d parts lies within the session's %d ms", len(r.Parts), r.LengthMs)
	}
	first := facts[list[0].input].Stream(list[0].stream)
	w, h := fit(first.Width, first.Height, 16*height/9, height)
	var g graph
	for i, p := range list {
		s := facts[p.input].Stream(p.stream)
		g.chain("["+inputPad(p)+"]", pictureFilters(p, s, r.Cuts, at, w, h), pad("p", i, len(list)))
	}
	if len(list) > 1 {
		g.chain(pads("p", len(list)), []string{"concat=n=" + itoa(int64(len(list))) + ":v=1:a=0"}, "")
	}
	// Pictures are counted anew: behind tpad, concat and trim their times are not to be relied on, but none is missing.
	return g.String() + fmt.Sprintf(",setpts=round(N*%d/%d/TB)", at.den, at.num), nil
}

func pictureFilters(p piece, s *Stream, cuts []archive.Cut, at grid, w, h int) []string {
	var out []string
	if s.Interlaced {
		out = append(out, "yadif=deint=interlaced")
	}
	out = append(out, "setpts=PTS-STARTPTS")
	if p.fromMs > 0 || p.toMs > 0 {
		trim := "trim=start=" + seconds(p.fromMs)
		if p.toMs > 0 {
			trim += ":end=" + seconds(p.toMs)
		}
		out = append(out, trim)
	}
	if p.fromMs > 0 || p.ppm != 0 {
		out = append(out, "setpts=(PTS-"+seconds(p.fromMs)+"/TB)*"+ftoa(1+p.ppm/1e6))
	}
	// Black at the pictures' own times and again on the grid: one that was withdrawn and stood still must not be held beyond the stretch, nor one from before into it.
	out = append(out, black(cuts, p.atMs)...)
	out = append(out, "fps="+at.String()+":start_time=0")
	out = append(out, black(cuts, p.atMs)...)
	iw, ih := fit(s.Width, s.Height, w, h)
	out = append(out, scale(iw, ih))
	if iw != w || ih != h {
		out = append(out, fmt.Sprintf("pad=%d:%d:(ow-iw)/2:(oh-ih)/2", w, h))
	}
	out = append(out, "setsar=1", "format=yuv420p")
	begin, end := at.frames(p.atMs), at.frames(p.endMs)
	if p.firstOfSession {
		if begin > 0 {
			out = append(out, "tpad=start="+itoa(begin)+":start_mode=add:color=black")
		}
		begin = 0
	}
	hold := ":stop_mode=add:color=black"
	if p.lastOfSession {
		hold = ":stop_mode=clone"
	}
	return append(out, "tpad=stop=-1"+hold, "trim=end_frame="+itoa(max(end-begin, 1)))
}

// black paints stretches of the clock black; atMs is where the picture's own 0 lies.
func black(cuts []archive.Cut, atMs int64) []string {
	if len(cuts) == 0 {
		return nil
	}
	var when []string
	for _, c := range cuts {
		when = append(when, "gte(t,"+seconds(c[0]-atMs)+")*lt(t,"+seconds(c[1]-atMs)+")")
	}
	return []string{"drawbox=color=black:t=fill:enable='" + strings.Join(when, "+") + "'"}
}

// fit gives the even size of a picture within w × h, never larger than it is.
func fit(width, height, w, h int) (int, int) {
	f := min(float64(w)/float64(max(width, 1)), float64(h)/float64(max(height, 1)), 1)
	even := func(n int) int { return max(2, int(math.Round(float64(n)*f/2))*2) }
	return min(even(width), max(w-w%2, 2)), min(even(height), max(h-h%2, 2))
}

func scale(w, h int) string { return fmt.Sprintf("scale=%d:%d", w, h) }
