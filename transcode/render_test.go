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
		{"adts", "a.aac", []string{"-c:a", "aac"}},
		{"44.1 kHz stereo mp4", "a.mp4", []string{"-c:a", "aac", "-ar", "44100", "-ac", "2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := makeMedia(t, c.file, append(beeps(440, 21, 10), c.codec...)...)
			for _, profile := range []string{Voice, Small} {
				out, _ := rendered(t, onePart(profile, "a:0", 21000, 0, 21000), path)
				pcm := samples(t, out)
				for _, at := range []int{10000, 20000} {
					if got := beepNear(pcm, at); math.Abs(got-float64(at)) > 20 {
						t.Errorf("%s: beep at %.1f ms, want %d ± 20", profile, got, at)
					} else {
						t.Logf("%s: beep at %.1f ms", profile, got)
					}
				}
			}
		})
	}
}
