package transcode

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"

	"cabina/archive"
)

// ffprobeOutput is what `ffprobe -show_format -show_streams -of json` says. Its numbers are strings, and may be missing or "N/A".
type ffprobeOutput struct {
	Format  ffprobeFormat   `json:"format"`
	Streams []ffprobeStream `json:"streams"`
}

type ffprobeFormat struct {
	Duration string `json:"duration"`
}

func (f ffprobeFormat) durationMs() int64 { return secondsToMs(f.Duration) }

type ffprobeStream struct {
	CodecName   string            `json:"codec_name"`
	CodecType   string            `json:"codec_type"`
	Profile     string            `json:"profile"`
	PixFmt      string            `json:"pix_fmt"`
	FieldOrder  string            `json:"field_order"`
	Width       int               `json:"width"`
	Height      int               `json:"height"`
	Sample      string            `json:"sample_aspect_ratio"` // "4:3"
	FrameRate   string            `json:"r_frame_rate"`        // "25/1"
	Average     string            `json:"avg_frame_rate"`
	Start       string            `json:"start_time"`
	Duration    string            `json:"duration"`
	Channels    int               `json:"channels"`
	SampleRate  string            `json:"sample_rate"`
	BitRate     string            `json:"bit_rate"`
	Tags        map[string]string `json:"tags"`
	Disposition struct {
		Default     int `json:"default"`
		AttachedPic int `json:"attached_pic"`
		TimedThumbs int `json:"timed_thumbnails"`
	} `json:"disposition"`
	SideData []struct {
		Rotation float64 `json:"rotation"`
	} `json:"side_data_list"`
}

// kind is the stream's kind; known is false of covers, of data and of what has no decoder.
func (s *ffprobeStream) kind() (k archive.Kind, known bool) {
	decodes := s.CodecName != "" && s.CodecName != "none" && s.CodecName != "unknown"
	switch s.CodecType {
	case "video":
		cover := s.Disposition.AttachedPic != 0 || s.Disposition.TimedThumbs != 0
		return archive.Video, decodes && !cover && s.Width > 0 && s.Height > 0
	case "audio":
		return archive.Audio, decodes && s.Channels > 0 && s.SampleRate != "" && s.SampleRate != "0"
	case "subtitle":
		return archive.Text, decodes
	}
	return archive.Document, false
}

func (s *ffprobeStream) stream(kind archive.Kind, n int, fileMs int64) Stream {
	out := Stream{
		Kind: kind, N: n, Codec: s.CodecName, Language: containerLanguage(s.tag("language")), Title: s.tag("title"), Default: s.Disposition.Default != 0,
		StartMs: secondsToMs(s.Start), DurationMs: secondsToMs(s.Duration), Channels: s.Channels,
	}
	out.SampleRate, _ = strconv.Atoi(s.SampleRate)
	if out.DurationMs == 0 {
		out.DurationMs = clockToMs(s.tag("duration"))
	}
	if out.DurationMs == 0 && kind != archive.Text {
		out.DurationMs = max(fileMs-max(out.StartMs, 0), 0)
	}
	if kind == archive.Video {
		s.picture(&out)
	}
	return out
}

func (s *ffprobeStream) picture(out *Stream) {
	out.bounds = bounds{pixels: s.PixFmt, profile: s.Profile, wide: s.Width, high: s.Height}
	out.Width, out.Height = s.Width, s.Height
	if x, y := ratio(s.Sample); x > 0 && y > 0 && x != y {
		out.Width = int(math.Round(float64(s.Width) * x / y))
	}
	for _, d := range s.SideData {
		if turn := math.Mod(math.Abs(d.Rotation), 360); turn != 0 {
			out.bounds.rotated = true
			if math.Mod(turn, 180) == 90 {
				out.Width, out.Height = out.Height, out.Width
			}
		}
	}
	out.Interlaced = strings.ContainsAny(s.FieldOrder, "tb") && s.FieldOrder != "progressive" && s.FieldOrder != "unknown"
	out.FrameRate = rate(s.FrameRate)
	if avg := rate(s.Average); avg > 0 && (out.FrameRate <= 0 || out.FrameRate > 61 || math.Abs(out.FrameRate-avg) > avg) {
		out.FrameRate = avg // of a changing rate the other is only the finest grid that it lies on
	}
}

// tag gives a tag whatever the case of its name; Matroska adds the language ("DURATION-eng").
func (s *ffprobeStream) tag(name string) string {
	for k, v := range s.Tags {
		if k = strings.ToLower(k); k == name || strings.HasPrefix(k, name+"-") {
			return v
		}
	}
	return ""
}

func secondsToMs(s string) int64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) > 1e9 {
		return 0
	}
	return int64(math.Round(f * 1000))
}

// clockToMs reads "00:00:12.023000000".
func clockToMs(s string) int64 {
	var ms float64
	for _, part := range strings.Split(s, ":") {
		f, err := strconv.ParseFloat(part, 64)
		if err != nil {
			return 0
		}
		ms = ms*60 + f*1000
	}
	return secondsToMs(strconv.FormatFloat(ms/1000, 'f', 6, 64))
}

func ratio(s string) (x, y float64) {
	a, b, _ := strings.Cut(strings.ReplaceAll(s, "/", ":"), ":")
	x, _ = strconv.ParseFloat(a, 64)
	y, _ = strconv.ParseFloat(b, 64)
	return x, y
}

func rate(s string) float64 {
	x, y := ratio(s)
	if x <= 0 || y <= 0 {
		return 0
	}
	return math.Round(x/y*1000) / 1000
}

// scan measures a stream packet by packet, where a file's index does not say: its end, and the stretches between its key frames. It reads the whole file.
func (t *Tools) scan(ctx context.Context, path string, f *Facts, s *Stream) error {
	args := append([]string{"-v", "error"}, input(f.Format, 0)...)
	args = append(args, "-select_streams", s.Spec(), "-show_entries", "packet=pts_time,dts_time,duration_time,size,flags", "-of", "csv=p=0")
	var p packetScan
	err := t.inDir(func(dir string) error {
		return t.run(ctx, "ffprobe", call{args: args, in: []string{path}, dir: dir, lengthMs: maxMs / 12, stdout: p.read})
	})
	var failed *ToolError
	if errors.As(err, &failed) {
		return &Refused{"it cannot be read to its end (" + failed.Reason + ")", "the recording, copied again and whole, would do"}
	}
	if err != nil {
		return err
	}
	p.close()
	if p.packets > 0 {
		s.DurationMs = p.endMs - p.firstMs
		if s.Kind == archive.Video {
			s.LongestMs, s.Largest = p.longestMs, p.largest
		}
	}
	return nil
}

// packetScan reads lines "pts_time,dts_time,duration_time,size,flags".
type packetScan struct {
	packets            int
	firstMs, endMs     int64
	beganMs, bytes     int64
	longestMs, largest int64
}

func (p *packetScan) read(r io.Reader) error {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		f := bytes.Split(lines.Bytes(), []byte(","))
		if len(f) < 5 {
			continue
		}
		at, err := strconv.ParseFloat(string(f[0]), 64)
		if err != nil {
			if at, err = strconv.ParseFloat(string(f[1]), 64); err != nil {
				continue
			}
		}
		length, _ := strconv.ParseFloat(string(f[2]), 64)
		size, _ := strconv.ParseInt(string(f[3]), 10, 64)
		p.add(int64(math.Round(at*1000)), int64(math.Round(length*1000)), size, bytes.HasPrefix(f[4], []byte("K")))
	}
	return lines.Err()
}

func (p *packetScan) add(ms, length, size int64, key bool) {
	if p.packets == 0 {
		p.firstMs, p.beganMs, p.endMs = ms, ms, ms
	}
	if key && p.packets > 0 {
		p.stretch(ms)
	}
	p.packets++
	p.bytes += size
	p.firstMs = min(p.firstMs, ms)
	p.endMs = max(p.endMs, ms+length)
}

func (p *packetScan) stretch(ms int64) {
	p.longestMs, p.largest = max(p.longestMs, ms-p.beganMs), max(p.largest, p.bytes)
	p.beganMs, p.bytes = ms, 0
}

func (p *packetScan) close() { p.stretch(p.endMs) }
