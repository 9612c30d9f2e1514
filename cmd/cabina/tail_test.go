package main

import (
	"bytes"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// heldFolder makes a session of 12 s whose Russian voice goes on for 20 s. Its picture is dark, and white in its last second.
func heldFolder(t testing.TB, id string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), id)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	media(t, filepath.Join(dir, "video.mp4"), "-f", "lavfi", "-i", "color=c=0x203040:s=320x180:r=25:d=12", "-vf", "drawbox=c=white:t=fill:enable='gte(t,11)'",
		"-c:v", "libx264", "-preset", "fast", "-pix_fmt", "yuv420p", "-bf", "2", "-g", "75")
	media(t, filepath.Join(dir, "es.m4a"), "-f", "lavfi", "-i", "sine=f=550:d=12", "-c:a", "aac")
	media(t, filepath.Join(dir, "ru.m4a"), "-f", "lavfi", "-i", "sine=f=1000:d=20", "-c:a", "aac")
	return dir
}

var extinf = regexp.MustCompile(`#EXTINF:([0-9.]+),`)

// listSeconds is how long a media playlist lasts.
func listSeconds(list string) (sum float64) {
	for _, m := range extinf.FindAllStringSubmatch(list, -1) {
		f, _ := strconv.ParseFloat(m[1], 64)
		sum += f
	}
	return sum
}

// playlistsIn gives the media playlists that a session's master names: its pictures, and its voices.
func playlistsIn(t testing.TB, s *running, session string) (pictures, voices []string) {
	t.Helper()
	status, master := s.get(t, "/play/"+session+"/master.m3u8")
	if status != 200 {
		t.Fatalf("master playlist: %d", status)
	}
	for line := range strings.Lines(master) {
		line = strings.TrimSpace(line)
		if m := regexp.MustCompile(`TYPE=AUDIO.*URI="([^"]+)"`).FindStringSubmatch(line); m != nil {
			voices = append(voices, "/play/"+session+"/"+m[1])
		} else if line != "" && !strings.HasPrefix(line, "#") {
			pictures = append(pictures, "/play/"+session+"/"+line)
		}
	}
	return pictures, voices
}

func TestTheLastPictureIsHeld(t *testing.T) {
	w := newWorld(t, "disk")
	dir := heldFolder(t, "held")
	if out := w.must("import", dir); !strings.Contains(out, "goes on 8.0 s after the session's end") || !strings.Contains(out, "`cabina set held clock.lengthMs=longest`") {
		t.Errorf("import does not say what would hold the last picture:\n%s", out)
	}
	s := w.start("serve", "--no-work")
	lasts := func(when string, want float64) {
		t.Helper()
		pictures, voices := playlistsIn(t, s, "held")
		for _, p := range append(pictures, voices...) {
			if _, list := s.get(t, p); math.Abs(listSeconds(list)-want) > 0.05 {
				t.Errorf("%s: %s lasts %.3f s, want %v", when, p, listSeconds(list), want)
			}
		}
	}
	before := w.state("renditions/held/t1.")
	said := w.must("set", "held", "clock.lengthMs=longest")
	if c := w.read("held").Clock; c.N != 2 || c.By != "longest" || c.LengthMs < 20_000 || !strings.Contains(said, "0:00:20") {
		t.Errorf("clock %+v, %q; want the number 2, 20 s, by the longest", c, said)
	}
	if out := w.must("set", "held", "clock.lengthMs=longest"); !strings.Contains(out, "nothing to change") {
		t.Errorf("set again: %s", out)
	}
	time.Sleep(4 * time.Second) // serve has seen it
	lasts("while the new length is not made", 12)

	w.must("import", dir) // prepares
	s.wait(t, waitWhole, pictureList(t, s), func(_ int, list string) bool { return strings.Count(list, "#EXT-X-MAP:") == 2 })
	lasts("afterwards", 20)
	list := pictureList(t, s)
	if _, body := s.get(t, list); strings.Contains(body, "DISCONTINUITY") {
		t.Errorf("there is a discontinuity:\n%s", body)
	}
	after := w.state("renditions/held/t1.")
	for key, sum := range before {
		if after[key] != sum {
			t.Errorf("%s was made again or is gone; want the picture untouched", key)
		}
	}
	t.Run("players read it to the end without a complaint", func(t *testing.T) {
		out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", s.url+"/play/held/master.m3u8", "-map", "0", "-f", "null", "-").CombinedOutput()
		if err != nil || len(bytes.TrimSpace(out)) > 0 {
			t.Errorf("%v: %s", err, out)
		}
	})
	t.Run("the last picture is seen to the end", func(t *testing.T) {
		out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-f", "lavfi", "movie="+strings.ReplaceAll(s.url+list, ":", `\\:`)+",signalstats",
			"-show_entries", "frame=pts_time:frame_tags=lavfi.signalstats.YAVG", "-of", "csv=p=0").Output()
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Fields(string(out))
		last := 0.0
		for _, l := range lines {
			at, light, _ := strings.Cut(l, ",")
			seconds, _ := strconv.ParseFloat(at, 64)
			y, _ := strconv.ParseFloat(light, 64)
			if seconds >= 11.2 && y < 200 || seconds < 10.8 && y > 100 {
				t.Errorf("at %s s the picture has brightness %s, want it white from 11 s on", at, light)
			}
			last = max(last, seconds)
		}
		if last < 18 || len(lines) < 300 {
			t.Errorf("%d pictures, the last at %.2f s; want one to the end of 20 s", len(lines), last)
		}
	})
	t.Run("a file of the picture with one voice lasts as long", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "ru.mp4")
		_, body := s.get(t, "/download/held/"+w.read("held").Voice("ru").ID+".mp4")
		write(t, path, body)
		out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "warning", "-show_entries", "format=duration", "-of", "csv=p=0", path).CombinedOutput()
		if d, _ := strconv.ParseFloat(strings.TrimSpace(string(out)), 64); err != nil || math.Abs(d-20) > 0.05 {
			t.Errorf("it lasts %s s, %v; want 20", out, err)
		}
	})
	t.Run("verify finds nothing wrong", func(t *testing.T) { w.must("verify") })
	t.Run("the picture's length comes back at once", func(t *testing.T) {
		w.must("set", "held", "clock.lengthMs=picture")
		s.wait(t, 30*time.Second, list, func(_ int, body string) bool { return strings.Count(body, "#EXT-X-MAP:") == 1 })
		lasts("by the picture", 12)
		if diff := cmp.Diff(after, w.state("renditions/held/t1.")); diff != "" {
			t.Errorf("the renditions changed (-before +after):\n%s", diff)
		}
	})
}

// pictureList is the address of the playlist of the best picture of held.
func pictureList(t testing.TB, s *running) string {
	t.Helper()
	pictures, _ := playlistsIn(t, s, "held")
	if len(pictures) == 0 {
		t.Fatal("the master playlist names no picture")
	}
	return pictures[0]
}
