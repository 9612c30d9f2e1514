package transcode

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"

	"cabina/archive"
)

// Facts are what was found in a master without decoding it. They are derived, kept as measures/<sha256>/probe.json, and can be found again.
type Facts struct {
	V          int      `json:"v"`      // of this form: facts of another are found again
	Format     string   `json:"format"` // as ffmpeg calls it: mov, matroska, mp3, wav, ogg, flac …
	Bytes      int64    `json:"bytes"`
	DurationMs int64    `json:"durationMs"` // of the picture, else of the longest sound
	Streams    []Stream `json:"streams"`
	// Copyable is true of a file whose first picture is H.264 within the bounds of the profile copy; else WhyNotCopy says what is outside.
	Copyable   bool   `json:"copyable"`
	WhyNotCopy string `json:"whyNotCopy,omitempty"`
}

// Stream is one picture, sound or text inside a master.
type Stream struct {
	Kind       archive.Kind     `json:"kind"` // video, audio or text
	N          int              `json:"n"`    // number among the streams of its kind, from 0
	Codec      string           `json:"codec"`
	Language   archive.Language `json:"language,omitempty"` // BCP 47; empty: the file says nothing
	Title      string           `json:"title,omitempty"`
	Default    bool             `json:"default,omitempty"`
	StartMs    int64            `json:"startMs"`    // on the file's own time; may be negative
	DurationMs int64            `json:"durationMs"` // of MP3 without an index an estimate: Sound.DurationMs is what was heard
	Width      int              `json:"width,omitempty"`
	Height     int              `json:"height,omitempty"` // both as shown: turned, and with square pixels
	FrameRate  float64          `json:"frameRate,omitempty"`
	Interlaced bool             `json:"interlaced,omitempty"`
	LongestMs  int64            `json:"longestMs,omitempty"` // from one key frame to the next; 0: not known
	Largest    int64            `json:"largest,omitempty"`   // bytes from one key frame to the next
	Channels   int              `json:"channels,omitempty"`
	SampleRate int              `json:"sampleRate,omitempty"`

	bounds bounds
}

// bounds is what the profile copy asks of a picture beside its stretches between key frames.
type bounds struct {
	pixels, profile string
	rotated         bool
	wide, high      int // as coded
}

// Spec is the stream's name in a part: "a:0".
func (s *Stream) Spec() string {
	return map[archive.Kind]string{archive.Video: "v:", archive.Audio: "a:", archive.Text: "s:"}[s.Kind] + strconv.Itoa(s.N)
}

// Stream gives the stream of that name, nil if there is none.
func (f *Facts) Stream(spec string) *Stream {
	for i := range f.Streams {
		if f.Streams[i].Spec() == spec {
			return &f.Streams[i]
		}
	}
	return nil
}

// Of gives the streams of a kind, in the file's order.
func (f *Facts) Of(kind archive.Kind) []*Stream {
	var out []*Stream
	for i := range f.Streams {
		if f.Streams[i].Kind == kind {
			out = append(out, &f.Streams[i])
		}
	}
	return out
}

// OffsetMs is where a sound inside the file starts on the clock of the file's picture: its start less the picture's. Without a picture it is 0.
func (f *Facts) OffsetMs(sound *Stream) int64 {
	if pictures := f.Of(archive.Video); len(pictures) > 0 {
		return sound.StartMs - pictures[0].StartMs
	}
	return 0
}

// What a file may be at most: it is opened on machines that serve others meanwhile.
const (
	factsV     = 1
	maxPixels  = 8847360 // 4096 × 2160
	maxStreams = 64
	maxMs      = 12 * 3600 * 1000
	minMs      = 100
)

// Probe finds the facts of the file at path. A file that is not taken is a *Refused error; other errors say nothing about the file. The format is told from the
// file's first bytes and forced, so that no playlist is ever followed and nothing is opened but the file.
func (t *Tools) Probe(ctx context.Context, path string) (*Facts, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &Refused{"it is no file", wouldDo}
	}
	head := make([]byte, min(info.Size(), sniffLen))
	if _, err := io.ReadFull(file, head); err != nil {
		return nil, err
	}
	format, err := sniff(head)
	if err != nil {
		return nil, err
	}
	f := &Facts{V: factsV, Format: format, Bytes: info.Size()}
	var tracks []movTrack
	if format == "mov" {
		if tracks, err = readMoov(file, info.Size()); err != nil {
			return nil, &Refused{"its index cannot be read (" + err.Error() + ")", "the recording, copied again and whole, would do"}
		}
	}
	if err := refuseTracks(tracks); err != nil {
		return nil, err
	}
	if err := t.streams(ctx, path, f); err != nil {
		return nil, err
	}
	f.movFacts(tracks)
	if err := t.scanWhereNeeded(ctx, path, f); err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	f.decideCopy(tracks)
	return f, t.tryCopy(ctx, path, f)
}

// input gives the arguments that open an input safely.
func input(format string, i int) []string {
	return []string{"-protocol_whitelist", "file", "-f", format, "-i", inName(i)}
}

func (t *Tools) probeJSON(ctx context.Context, path, format string) (*ffprobeOutput, error) {
	args := append([]string{"-v", "error", "-max_pixels", strconv.Itoa(4 * maxPixels)}, input(format, 0)...)
	args = append(args, "-show_format", "-show_streams", "-of", "json")
	var out []byte
	err := t.inDir(func(dir string) error {
		return t.run(ctx, "ffprobe", call{args: args, in: []string{path}, dir: dir, stdout: readInto(&out, 16<<20)})
	})
	if err != nil {
		return nil, err
	}
	var p ffprobeOutput
	if err := json.Unmarshal(out, &p); err != nil {
		return nil, &ToolError{"ffprobe", "what it says is no JSON: " + err.Error(), ""}
	}
	return &p, nil
}

// tooLarge is how ffprobe complains of a picture that it does not decode.
var tooLarge = regexp.MustCompile(`Picture size ([0-9]+)x([0-9]+) exceeds`)

func tooManyPixels(wide, high string) *Refused {
	return &Refused{"its picture has " + wide + " × " + high + " points", "one of at most 4096 × 2160 would do"}
}

func (t *Tools) streams(ctx context.Context, path string, f *Facts) error {
	p, err := t.probeJSON(ctx, path, f.Format)
	var failed *ToolError
	if errors.As(err, &failed) {
		if m := tooLarge.FindStringSubmatch(failed.Reason); m != nil {
			return tooManyPixels(m[1], m[2])
		}
		return &Refused{"it cannot be read (" + failed.Reason + ")", "the recording, copied again and whole, would do"}
	}
	if err != nil {
		return err
	}
	if len(p.Streams) > maxStreams {
		return &Refused{fmt.Sprintf("it holds %d streams", len(p.Streams)), fmt.Sprintf("a file with at most %d would do", maxStreams)}
	}
	counts := map[archive.Kind]int{}
	for i := range p.Streams {
		kind, known := p.Streams[i].kind()
		n := counts[kind]
		counts[kind]++ // ffmpeg numbers covers and what it cannot decode too
		if known {
			f.Streams = append(f.Streams, p.Streams[i].stream(kind, n, p.Format.durationMs()))
		}
	}
	return nil
}

// check holds the limits.
func (f *Facts) check() error {
	pictures, sounds := f.Of(archive.Video), f.Of(archive.Audio)
	if len(pictures)+len(sounds) == 0 {
		return &Refused{"it holds neither a picture nor a sound that can be read", wouldDo}
	}
	for _, s := range pictures {
		if s.bounds.wide*s.bounds.high > maxPixels {
			return tooManyPixels(strconv.Itoa(s.bounds.wide), strconv.Itoa(s.bounds.high))
		}
	}
	for _, s := range append(sounds, pictures...) {
		f.DurationMs = max(f.DurationMs, s.DurationMs)
	}
	if len(pictures) > 0 && pictures[0].DurationMs > 0 {
		f.DurationMs = pictures[0].DurationMs
	}
	switch {
	case f.DurationMs < minMs:
		return &Refused{fmt.Sprintf("it lasts %d ms", f.DurationMs), "a recording of at least a tenth of a second would do"}
	case f.DurationMs > maxMs:
		return &Refused{fmt.Sprintf("it lasts %.1f hours", float64(f.DurationMs)/3600e3), "one of at most 12 hours would do; cut it into sessions"}
	}
	return nil
}
