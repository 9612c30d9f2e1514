package transcode

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"cabina/archive"
)

func TestWithdrawnStretchIsSilentAndBlack(t *testing.T) {
	t.Parallel()
	// A loud tone throughout, and a picture that is white and stands still from 3 s on: what is withdrawn must not be held beyond its end.
	sound := makeMedia(t, "a.wav", "-f", "lavfi", "-i", "sine=f=700:d=12,volume=10dB")
	film := makeMedia(t, "v.mkv", "-f", "lavfi", "-i", "color=c=gray:s=320x180:r=25:d=12,drawbox=c=white:t=fill:enable='between(t,3,8)',select='lte(t,3.5)+gte(t,9)'", "-fps_mode", "vfr", "-c:v", "libx264", "-pix_fmt", "yuv420p")
	cuts := []archive.Cut{{3000, 6000}, {7004, 7021}}
	for _, profile := range []string{Voice, Small} {
		r := onePart(profile, "a:0", 12000, 0, 12000)
		r.Cuts = cuts
		out, _ := rendered(t, r, sound)
		pcm := samples(t, out)
		// The encoder smears about a frame; a centisecond more than asked is silenced.
		if got := loudest(pcm, 3040, 5960); got > 60 {
			t.Errorf("%s: within the stretch the loudest sample is %d, want silence", profile, got)
		}
		for _, at := range [][2]int{{2000, 2900}, {6100, 6900}, {7200, 11900}} {
			if got := tone(pcm, 700, at[0], at[1]); got < 0.9 {
				t.Errorf("%s: from %d to %d ms the tone is %.2f of all, want it there", profile, at[0], at[1], got)
			}
		}
	}
	for _, profile := range []string{P720, P360, Slides} {
		r := onePart(profile, "v:0", 12000, 0, 12000)
		r.Cuts = cuts
		out, _ := rendered(t, r, film)
		ms, values := brightness(t, out)
		for i := range ms {
			end := 12000.0
			if i+1 < len(ms) {
				end = ms[i+1]
			}
			if ms[i] < 6000 && end > 3000 && ms[i] >= 3000 && values[i] > 20 {
				t.Errorf("%s: picture at %.0f ms has brightness %.0f, want black", profile, ms[i], values[i])
			}
			if ms[i] >= 6000 && values[i] > 200 {
				t.Errorf("%s: picture at %.0f ms has brightness %.0f: the white one was withdrawn and is held beyond", profile, ms[i], values[i])
			}
		}
	}
}

func TestPartsAreAtTheirPlace(t *testing.T) {
	t.Parallel()
	one := makeMedia(t, "1.wav", beeps(400, 6, 5)...)  // beeps at 0 and 5 s
	two := makeMedia(t, "2.mp3", beeps(900, 12, 5)...) // at 0, 5 and 10 s
	r := Recipe{Profile: Voice, V: 1, Channels: "mix", LengthMs: 20000, Parts: []RecipePart{
		{Master: refB, Stream: "a:0", FromMs: 4000, ToMs: 12000, AtMs: 11000}, // its beep of 5 s is at 12 s, that of 10 s at 17 s
		{Master: refA, Stream: "a:0", FromMs: 0, ToMs: 6000, AtMs: 2000},      // at 2 and 7 s
	}}
	out, _ := rendered(t, r, two, one)
	pcm := samples(t, out)
	for _, at := range []int{2000, 7000, 12000, 17000} {
		if got := beepNear(pcm, at); math.Abs(got-float64(at)) > 20 {
			t.Errorf("beep at %.1f ms, want %d ± 20", got, at)
		}
	}
	for _, at := range [][2]int{{100, 1900}, {8100, 10900}, {19100, 19900}} {
		if got := loudest(pcm, at[0], at[1]); got > 60 {
			t.Errorf("from %d to %d ms the loudest sample is %d, want silence", at[0], at[1], got)
		}
	}

	small := makeMedia(t, "s.mp4", append(flashes("160x120", "25", 6, 5), "-c:v", "libx264", "-pix_fmt", "yuv420p")...)
	large := makeMedia(t, "l.webm", append(flashes("320x180", "30", 12, 5), "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8")...)
	for i := range r.Parts {
		r.Parts[i].Stream = "v:0"
	}
	r.Profile, r.Channels = P720, ""
	film, _ := rendered(t, r, large, small)
	ms, values := brightness(t, film)
	for _, at := range []float64{2000, 7000, 12000, 17000} {
		if got := flashNear(ms, values, at); math.Abs(got-at) > 40 {
			t.Errorf("flash at %.1f ms, want %.0f ± 40", got, at)
		}
	}
	for i := range ms {
		if ms[i] > 8100 && ms[i] < 10900 && values[i] > 20 {
			t.Errorf("picture at %.0f ms, between the parts, has brightness %.0f, want black", ms[i], values[i])
		}
	}
}

func TestDriftIsTakenOut(t *testing.T) {
	t.Parallel()
	path := makeMedia(t, "a.wav", beeps(400, 31, 10)...)
	for _, ppm := range []float64{-3000, 1000} { // far more than clocks drift, so that 30 s show it
		r := onePart(Voice, "a:0", 31000, 0, 31000)
		r.Parts[0].Ppm = ppm
		out, _ := rendered(t, r, path)
		want := 30000 * (1 + ppm/1e6)
		if got := beepNear(samples(t, out), int(want)); math.Abs(got-want) > 5 {
			t.Errorf("ppm %v: beep at %.1f ms, want %.1f", ppm, got, want)
		}
	}
	for _, ppm := range []float64{-200, -40, -13, -12, -1, 0.5, 12.4, 20, 40, 137} {
		ratio := 1.0
		for _, step := range driftSteps(ppm) {
			a, b := driftRates(step)
			ratio *= float64(a) / float64(b)
		}
		if got := (ratio - 1) * 1e6; math.Abs(got-ppm) > 0.5 {
			t.Errorf("drift of %v ppm is done as %.4f", ppm, got)
		}
	}
}

func TestChannelsAreNeverMixed(t *testing.T) {
	t.Parallel()
	path := makeMedia(t, "a.flac", "-f", "lavfi", "-i", "sine=f=400:d=4", "-f", "lavfi", "-i", "sine=f=900:d=4", "-filter_complex", "[0][1]join=inputs=2:channel_layout=stereo")
	for channels, hz := range map[string]float64{"left": 400, "right": 900} {
		r := onePart(Voice, "a:0", 4000, 0, 4000)
		r.Channels = channels
		out, _ := rendered(t, r, path)
		if got := tone(samples(t, out), hz, 500, 3500); got < 0.98 {
			t.Errorf("%s: its own tone is %.3f of all, want nothing else", channels, got)
		}
	}
	f, err := jailedTools(t).Probe(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := jailedTools(t).Measure(t.Context(), path, f, "a:0", nil)
	if err != nil || s.Stereo == nil || math.Abs(s.Stereo.Correlation) > 0.05 {
		t.Errorf("Measure = %+v, %v; want no correlation", s.Stereo, err)
	}
}

func TestStillIsATitleCard(t *testing.T) {
	t.Parallel()
	for length, title := range map[int64]string{61480: "افتتاح: حقوق الإنسان", 400: "", 1000: `{\b1}Braces \N and "quotes", 'commas'`} {
		out, x := rendered(t, Recipe{Profile: Still, V: 1, Title: title, LengthMs: length})
		if x.DurationMs != length {
			t.Errorf("a still of %d ms lasts %d", length, x.DurationMs)
		}
		if _, values := brightness(t, out); (values[0] > 50.05) != (title != "") {
			t.Errorf("title %q: brightness %.2f, want letters on it exactly if there are any", title, values[0])
		}
	}
}

func TestSheetsShowTheKeyFrameBefore(t *testing.T) {
	t.Parallel()
	path := makeMedia(t, "v.mp4", "-f", "lavfi", "-i", "color=c=black:s=320x180:r=5:d=1235,drawbox=c=white:t=fill:enable='gte(t,600)'", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25")
	for name, cuts := range map[string][]archive.Cut{"copied": nil, "encoded": {{700000, 1200000}}} {
		r := onePart(Sheet, "v:0", 1235000, 0, 1235000)
		r.Cuts = cuts
		dir, _ := rendered(t, r, path)
		for n, want := range map[string]int{"sheet-1.jpg": 100, "sheet-2.jpg": 24} {
			if _, err := os.Stat(filepath.Join(dir, n)); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			white := 0
			for i := range want {
				at := (map[string]int{"sheet-1.jpg": 0, "sheet-2.jpg": 100}[n] + i) * 10
				light := tileBrightness(t, filepath.Join(dir, n), i)
				shown := at >= 600 && !(len(cuts) > 0 && at >= 700 && at < 1200)
				if shown != (light > 128) {
					t.Errorf("%s: picture %d of %s (%d s) has brightness %.0f, want white %v", name, i, n, at, light, shown)
				}
				if light > 128 {
					white++
				}
			}
			t.Logf("%s %s: %d white", name, n, white)
		}
		if _, err := os.Stat(filepath.Join(dir, "sheet-3.jpg")); err == nil {
			t.Errorf("%s: a third sheet", name)
		}
	}
}
