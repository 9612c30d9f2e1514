package transcode

import (
	"errors"
	"math"
	"testing"
)

func asError[T error](err error, target *T) bool { return errors.As(err, target) }

// TestBeepStaysAtItsSecond holds that whatever a voice comes in, its beep at 10.000 s lies there to 20 ms, in both sizes.
func TestBeepStaysAtItsSecond(t *testing.T) {
	for _, c := range []struct {
		name, file string
		codec      []string
	}{
		{"wav", "a.wav", []string{"-c:a", "pcm_s16le"}},
		{"flac", "a.flac", nil},
		{"mp3", "a.mp3", []string{"-c:a", "libmp3lame", "-b:a", "64k"}},
		{"m4a", "a.m4a", []string{"-c:a", "aac", "-b:a", "96k"}},
		{"ogg vorbis", "a.ogg", []string{"-c:a", "libvorbis"}},
		{"ogg opus", "a.opus", []string{"-c:a", "libopus", "-f", "ogg"}},
		{"webm opus", "a.webm", []string{"-c:a", "libopus"}},
		{"44.1 kHz stereo mp4", "a.mp4", []string{"-c:a", "aac", "-ar", "44100", "-ac", "2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := makeMedia(t, c.file, append(beeps(440, 11, 10), c.codec...)...)
			for _, profile := range []string{Voice, Small} {
				out, _ := rendered(t, onePart(profile, "a:0", 11000, 0, 11000), path)
				pcm := samples(t, out)
				if got := beepNear(pcm, 10000); math.Abs(got-10000) > 20 {
					t.Errorf("%s: beep at %.1f ms, want 10000 ± 20", profile, got)
				}
			}
		})
	}
}

// TestPictureIsAcceptedWhateverItIs holds that each picture plays from 0, as long as the session, with its flash at 10 s where it was.
func TestPictureIsAcceptedWhateverItIs(t *testing.T) {
	h264 := []string{"-c:v", "libx264", "-pix_fmt", "yuv420p"}
	for _, c := range []struct {
		name, file, rate string
		codec            []string
		copyable         bool
	}{
		{"H.264 with B-frames is copied", "v.mp4", "25", append(h264, "-bf", "3", "-g", "100"), true},
		{"H.264 in Matroska is copied", "v.mkv", "25", append(h264, "-bf", "2", "-g", "100"), true},
		{"H.264 with long stretches between key frames is copied", "v.mp4", "30000/1001", append(h264, "-g", "9999"), true},
		{"a fragmented MP4 is copied", "v.mp4", "25", append(h264, "-g", "50", "-movflags", "+frag_keyframe+empty_moov"), true},
		{"10 bit H.264 is encoded", "v.mp4", "25", []string{"-c:v", "libx264", "-pix_fmt", "yuv420p10le"}, false},
		{"VP9 in WebM is encoded", "v.webm", "25", []string{"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"}, false},
		{"MPEG-2 in a program stream is encoded", "v.mpg", "25", []string{"-c:v", "mpeg2video"}, false},
		{"interlaced MPEG-2 in a transport stream is encoded", "v.ts", "25", []string{"-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-top", "1"}, false},
		{"60 pictures a second are copied", "v.mp4", "60", append(h264, "-g", "120"), true},
		{"motion JPEG in AVI is encoded", "v.avi", "25", []string{"-c:v", "mjpeg", "-pix_fmt", "yuvj420p"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := makeMedia(t, c.file, append(flashes("160x90", c.rate, 12, 5), c.codec...)...)
			f, err := jailedTools(t).Probe(t.Context(), path)
			if err != nil || f.Copyable != c.copyable {
				t.Fatalf("Probe = copyable %v (%s), %v; want %v", f != nil && f.Copyable, f.WhyNotCopy, err, c.copyable)
			}
			profiles := []string{P720, P360, Slides}
			if c.copyable {
				profiles[0] = Copy
			}
			var main Index
			for _, profile := range profiles {
				out, x := rendered(t, onePart(profile, "v:0", 12000, 0, 12000), path)
				ms, values := brightness(t, out)
				slack := 20.0
				if profile == Slides {
					slack = 500
				}
				if got := flashNear(ms, values, 10000); math.Abs(got-10000) > slack && profile != Slides {
					t.Errorf("%s: flash at %.1f ms, want 10000 ± %.0f", profile, got, slack)
				}
				if profile == profiles[0] {
					main = x
				} else if !sameSegments(main, x) {
					t.Errorf("%s: its segments begin at %v, those of %s at %v", profile, segmentMs(x), profiles[0], segmentMs(main))
				}
			}
		})
	}
}

// segmentMs gives where segments begin, in ms.
func segmentMs(x Index) (ms []int64) {
	for _, f := range x.Fragments {
		ms = append(ms, (f.Start*1000+x.Timescale/2)/x.Timescale)
	}
	return ms
}

func sameSegments(a, b Index) bool {
	x, y := segmentMs(a), segmentMs(b)
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if d := x[i] - y[i]; d < -1 || d > 1 {
			return false
		}
	}
	return true
}

func TestPictureThatBeginsLateOrEarlyIsAtItsSound(t *testing.T) {
	made := makeMedia(t, "both.mkv", append(append(flashes("160x90", "25", 12, 5), beeps(400, 12, 5)...), "-c:v", "libx264", "-pix_fmt", "yuv420p", "-bf", "2", "-c:a", "aac")...)
	for _, c := range []struct {
		name, file string
		offset     string // of the sound against the picture
		args       []string
	}{
		{"together in MP4", "a.mp4", "0", nil},
		{"sound later in MP4", "a.mp4", "0.3", nil},
		{"sound earlier in MP4", "a.mp4", "-0.3", nil},
		{"sound later in Matroska", "a.mkv", "0.3", nil},
		{"sound earlier in Matroska", "a.mkv", "-0.3", nil},
		{"all late in a transport stream", "a.ts", "0.2", []string{"-muxdelay", "2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"-i", made, "-itsoffset", c.offset, "-i", made, "-map", "0:v", "-map", "1:a", "-c", "copy"}, c.args...)
			path := makeMedia(t, c.file, args...)
			f, err := jailedTools(t).Probe(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			sound := f.Stream("a:0")
			picture := P720
			if f.Copyable {
				picture = Copy
			}
			film, _ := rendered(t, onePart(picture, "v:0", 12000, 0, 12000), path)
			voice, _ := rendered(t, onePart(Voice, "a:0", 0, f.OffsetMs(sound), 12000), path)
			ms, values := brightness(t, film)
			if got := flashNear(ms, values, 10000); math.Abs(got-10000) > 20 {
				t.Errorf("flash at %.1f ms, want 10000 ± 20", got)
			}
			want := 10000.0
			if c.offset != "0" {
				off := map[string]float64{"0.3": 300, "-0.3": -300, "0.2": 200, "0.1": 100}[c.offset]
				want += off
			}
			if got := beepNear(samples(t, voice), int(want)); math.Abs(got-want) > 20 {
				t.Errorf("beep at %.1f ms, want %.0f ± 20 (the sound starts at %d ms, offset %d)", got, want, sound.StartMs, f.OffsetMs(sound))
			}
		})
	}
}
