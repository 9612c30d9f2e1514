package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cabina/archive"
	"cabina/transcode"
)

func TestWhatIsTakenOfTwoChannels(t *testing.T) {
	stereo := func(correlation, left, right float64) *transcode.Sound {
		return &transcode.Sound{LUFS: -23, Stereo: &transcode.Stereo{Correlation: correlation, LeftDb: left, RightDb: right, RmsDb: -25}}
	}
	any := []string{"mix", "left", "right"}
	for name, c := range map[string]struct {
		sound  *transcode.Sound
		said   string
		can    []string
		unlike bool
	}{
		"one channel":                           {&transcode.Sound{LUFS: -23}, "", any, false},
		"the same on both":                      {stereo(1, 0, 0), "", any, false},
		"a room in stereo":                      {stereo(0.6, 1, 1), "", any, false},
		"two voices":                            {stereo(0.02, 3, 3), "", nil, true},
		"two voices, one much softer":           {stereo(0.02, 6, -20), "", nil, true},
		"two voices, and the left is asked for": {stereo(0.02, 3, 3), "left", []string{"left"}, false},
		"two voices, and both are asked for":    {stereo(0.02, 3, 3), "mix", []string{"mix"}, true},
		"nothing on the right":                  {stereo(0, 6, -60), "", []string{"left"}, false},
		"hiss on the left":                      {stereo(0, -30, 6), "", []string{"right"}, false},
		"the sign turned":                       {&transcode.Sound{LUFS: -70, Stereo: &transcode.Stereo{Correlation: -1, LeftDb: 60, RightDb: 60, RmsDb: -25}}, "", []string{"left", "right"}, false},
		"silence on both":                       {&transcode.Sound{LUFS: -70, Stereo: &transcode.Stereo{LeftDb: 0, RightDb: 0}}, "", any, false},
	} {
		t.Run(name, func(t *testing.T) {
			got := channelsOf(c.sound, c.said)
			if diff := cmp.Diff(c.can, got.can); diff != "" || got.unlike != c.unlike {
				t.Errorf("unlike %v, want %v; can (-want +got):\n%s", got.unlike, c.unlike, diff)
			}
		})
	}
}

func TestPartsHaveOneChannel(t *testing.T) {
	both, left, right, turned, none := []string{"mix", "left", "right"}, []string{"left"}, []string{"right"}, []string{"left", "right"}, []string(nil)
	for name, c := range map[string]struct {
		parts [][]string
		take  string
		bad   int
		says  string
	}{
		"all alike":             {[][]string{both, both}, "mix", 0, ""},
		"one speaks left":       {[][]string{both, left, both}, "left", 0, ""},
		"one right, one turned": {[][]string{turned, right}, "right", 0, ""},
		"turned alone":          {[][]string{turned}, "left", 0, ""},
		"one left, one right":   {[][]string{left, both, right}, "", 2, "one channel for all its parts"},
		"two voices in one":     {[][]string{both, none}, "", 1, "--channel left, --channel right, or --channel mix"},
	} {
		t.Run(name, func(t *testing.T) {
			var parts []channels
			for _, can := range c.parts {
				parts = append(parts, channels{can: can})
			}
			take, bad, err := agreed(parts, channelFlag)
			if take != c.take || bad != c.bad || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("agreed = %q, %d, %v; want %q, %d, %q", take, bad, err, c.take, c.bad, c.says)
			}
		})
	}
}

// recorder makes 12 s of stereo: a tone for each channel, none where hz is 0, and the floor's 300 Hz on the left.
func recorder(t *testing.T, path string, left, right int) string {
	t.Helper()
	tone := func(hz int) string {
		if hz == 0 {
			return "0"
		}
		return fmt.Sprintf("0.2*sin(2*PI*%d*t)*(0.6+0.4*sin(2*PI*t*%d/100))", hz, hz%70)
	}
	media(t, path, "-f", "lavfi", "-i", fmt.Sprintf("aevalsrc='%s|%s':s=44100:d=12", tone(left), tone(right)))
	return path
}

// TestTwoLanguagesInOneFileAreNeverMixed is the recorder with the floor on the left and the interpreter on the right.
func TestTwoLanguagesInOneFileAreNeverMixed(t *testing.T) {
	w := newWorld(t, "disk")
	dir := folder(t, filepath.Join(t.TempDir(), "s01"), "silent.mp4")
	recorder(t, filepath.Join(dir, "es.flac"), 300, 870)
	ways := []string{`"channel": "left"`, `"channel": "right"`, `"channel": "mix"`}
	_, errOut, code := w.try("import", "--no-prepare", dir)
	if lines := strings.Split(strings.TrimSpace(errOut), "\n"); code != exitFailed || len(lines) != 1 || !strings.HasPrefix(lines[0], "es.flac: its two channels say different things") {
		t.Errorf("import: exit code %d, want 1 and one line of es.flac:\n%s", code, errOut)
	}
	for _, way := range ways {
		if !strings.Contains(errOut, way) {
			t.Errorf("import does not name %s:\n%s", way, errOut)
		}
	}
	if n := len(w.state("sessions/")) + len(w.state("masters/")); n != 0 {
		t.Errorf("%d keys were written, want none", n)
	}
	write(t, filepath.Join(dir, sessionFile), `{"files":{"es.flac":{"channel":"right"}}}`)
	if out := w.must("import", "--no-prepare", dir); !strings.Contains(out, "right channel") {
		t.Errorf("want the right channel named:\n%s", out)
	}
	if v := w.read("s01").Track("t2").Current(); v.Channels != "right" || len(v.Gate) != 0 {
		t.Errorf("channel %q, findings %v; want right and none", v.Channels, v.Gate)
	}

	fr := recorder(t, filepath.Join(t.TempDir(), "fr.wav"), 310, 620)
	_, errOut, code = w.try("add-track", "s01", "--kind", "audio", "--lang", "fr", "--no-prepare", fr)
	for _, way := range []string{fr, "--channel left", "--channel right", "--channel mix"} {
		if code != exitFailed || !strings.Contains(errOut, way) {
			t.Errorf("add-track: exit code %d, want 1 and %s in %q", code, way, errOut)
		}
	}
	if n := len(w.read("s01").Tracks); n != 2 {
		t.Errorf("%d tracks, want the two from before", n)
	}
	one := recorder(t, filepath.Join(t.TempDir(), "ru.wav"), 0, 620)
	for _, c := range []struct {
		lang, file, say, want string
		gate                  []archive.Finding
	}{
		{"fr", fr, "left", "left", nil},
		{"pt", fr, "mix", "mix", []archive.Finding{{Code: findChannels}}},
		{"ru", one, "", "right", nil},
	} {
		args := []string{"add-track", "s01", "--kind", "audio", "--lang", c.lang, "--no-prepare", c.file}
		if c.say != "" {
			args = append(args, "--channel", c.say)
		}
		w.must(args...)
		v := w.read("s01").Voice(c.lang).Current()
		if diff := cmp.Diff(c.gate, v.Gate); v.Channels != c.want || diff != "" {
			t.Errorf("%s: channel %q, want %q; findings %s", c.lang, v.Channels, c.want, diff)
		}
	}
	if _, errOut, code := w.try("add-track", "s01", "--kind", "audio", "--lang", "de", "--no-prepare", one, recorder(t, filepath.Join(t.TempDir(), "de.wav"), 400, 0)); code != exitFailed || !strings.Contains(errOut, "one channel for all its parts") {
		t.Errorf("parts in different channels: exit code %d, %q; want them refused", code, errOut)
	}
	if _, errOut, code := w.try("add-track", "s01", "--kind", "audio", "--lang", "de", "--channel", "left", "--no-prepare", folder(t, t.TempDir(), "a.wav")+"/a.wav"); code != exitFailed || !strings.Contains(errOut, "no left channel") {
		t.Errorf("the left channel of one: exit code %d, %q; want it refused", code, errOut)
	}
}
