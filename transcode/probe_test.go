package transcode

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cabina/archive"
)

func TestSniff(t *testing.T) {
	mp3 := strings.Repeat("\xff\xfb\x90\x64"+strings.Repeat("\x00", 413), 4) // 128 kbit/s at 44.1 kHz: 417 bytes
	adts := strings.Repeat("\xff\xf1\x50\x80\x01\x7f\xfc"+"aaaa", 4)         // 11 bytes
	for _, c := range []struct{ name, head, want string }{
		{"MP4", "\x00\x00\x00\x20ftypisom", "mov"}, {"QuickTime", "\x00\x00\x10\x00moov", "mov"}, {"Matroska and WebM", "\x1a\x45\xdf\xa3", "matroska"},
		{"WAV", "RIFF\x00\x00\x00\x00WAVEfmt ", "wav"}, {"a WAV of more than 4 GB", "RF64\xff\xff\xff\xffWAVE", "wav"}, {"AVI", "RIFF\x00\x00\x00\x00AVI LIST", "avi"},
		{"AIFF", "FORM\x00\x00\x00\x00AIFF", "aiff"}, {"FLAC", "fLaC", "flac"}, {"Ogg", "OggS", "ogg"},
		{"MP3", mp3, "mp3"}, {"MP3 behind an ID3 tag", "ID3\x04\x00\x00\x00\x00\x00\x04abcd" + mp3, "mp3"}, {"FLAC behind an ID3 tag", "ID3\x04\x00\x00\x00\x00\x00\x04abcdfLaC", "flac"},
		{"MP3 behind some bytes", "\x00\x00\x00" + mp3, "mp3"}, {"ADTS", adts, "aac"}, {"a transport stream", strings.Repeat("\x47"+strings.Repeat("\x00", 187), 5), "mpegts"},
		{"nothing", "", "the file is empty"}, {"a playlist under whatever name", "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "playlist"},
		{"a playlist behind a mark and lines", "\ufeff\r\n #EXTM3U", "playlist"}, {"a list of files", "ffconcat version 1.0", "list of other files"},
		{"SDP", "v=0\no=- 0 0", "description of a stream"}, {"DASH", `<?xml version="1.0"?><MPD/>`, "XML"}, {"a web page", "<!DOCTYPE html><title>Sign in", "web page"},
		{"a text", "one two three", "a text"}, {"a picture", "\x89PNG\r\n\x1a\n", "not one that is known"}, {"noise", "\xde\xad\xbe\xef\x00\x01\x02", "not one that is known"},
		{"one frame of MP3 in noise", "\xff\xfb\x90\x64" + strings.Repeat("x", 900), "not one that is known"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := sniff([]byte(c.head))
			var refused *Refused
			if err != nil && (!errors.As(err, &refused) || strings.Contains(err.Error(), "\n")) {
				t.Fatalf("sniff = %v, want a refusal in one line", err)
			}
			if err == nil && got != c.want || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("sniff = %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func FuzzSniff(f *testing.F) {
	for _, s := range []string{"", "ID3\x04\x00\x00\x7f\x7f\x7f\x7f", "\xff\xfb\x90\x64", "RIFF", "#EXTM3U", "\x47", "\xff\xf1"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, head []byte) {
		if format, err := sniff(head); (format == "") == (err == nil) {
			t.Errorf("sniff(%q) = %q, %v", head, format, err)
		}
	})
}

func FuzzMoov(f *testing.F) {
	for _, name := range []string{"wpt-media/movie_5.mp4", "go-mp4/testdata/sample.mp4", "go-mp4/testdata/sample_init.encv.mp4"} {
		if data, err := os.ReadFile(filepath.Join(shared(f), "data", "media", filepath.FromSlash(name))); err == nil {
			f.Add(data[:min(len(data), 40<<10)])
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tracks, err := readMoov(strings.NewReader(string(data)), int64(len(data)))
		for _, x := range tracks {
			if err == nil && (x.longestMs < 0 || x.largest < 0 && x.sizes) {
				t.Logf("odd but harmless: %+v", x)
			}
		}
	})
}

// shared is the folder of shared data. At home it may be absent; where tests must not skip, CI is set.
func shared(t testing.TB) string {
	t.Helper()
	dir := filepath.Join("..", "..", "shared")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("the shared data is not there: %v", err)
		}
		t.Skip("the shared data is not there")
	}
	return dir
}

func TestProbeKnowsWhatAFileHolds(t *testing.T) {
	dir := filepath.Join(shared(t), "data")
	tools := jailedTools(t)
	f, err := tools.Probe(t.Context(), filepath.Join(dir, "sessions", "multi-audio-4lang-80s.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range f.Streams {
		got = append(got, s.Spec()+" "+s.Codec+" "+string(s.Language))
	}
	if want := "v:0 h264 |a:0 aac en|a:1 aac es|a:2 aac fr|a:3 aac ru|s:0 mov_text en|s:1 mov_text ru"; strings.Join(got, "|") != want {
		t.Errorf("streams %v, want %s", got, want)
	}
	if v := f.Stream("v:0"); !f.Copyable || f.DurationMs != 80083 || v.Width != 427 || v.Height != 240 || v.LongestMs != 2000 || v.Largest != 62955 {
		t.Errorf("facts %+v, want them as measured by hand", f)
	}
	if entries, err := os.ReadDir(tools.Scratch); err != nil || len(entries) > 0 {
		t.Errorf("scratch holds %v, %v; want nothing", entries, err)
	}
}

func TestProbeRefusesInPlainWords(t *testing.T) {
	dir := filepath.Join(shared(t), "data", "media")
	write := func(name, content string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	// A movie that this program's own tools read: only its data reference says that the media lies elsewhere.
	plain, err := os.ReadFile(makeMedia(t, "v.mov", "-f", "lavfi", "-i", "sine=d=1", "-c:a", "pcm_s16le"))
	if err != nil {
		t.Fatal(err)
	}
	inside := "url \x00\x00\x00\x01"
	if strings.Count(string(plain), inside) != 1 {
		inside = "alis\x00\x00\x00\x01"
	}
	if strings.Count(string(plain), inside) != 1 {
		t.Fatal("the movie has no data reference to change")
	}
	elsewhere := strings.Replace(string(plain), inside, inside[:7]+"\x00", 1)
	whole, err := os.ReadFile(filepath.Join(dir, "wpt-media", "movie_5.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, path, want string }{
		{"empty", write("es.m4a", ""), "empty"},
		{"a playlist under the name of a film", write("v.mp4", "#EXTM3U\n#EXTINF:10.0,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"), "playlist"},
		{"an encrypted film", filepath.Join(dir, "mp4ff", "mp4", "testdata", "cbcs.mp4"), "encrypted"},
		{"a download that broke off", write("v.mp4", string(whole[:len(whole)/2])), "ends early"},
		{"the beginning of a fragmented film", filepath.Join(dir, "mp4ff", "mp4", "testdata", "init.mp4"), "no media"},
		{"media in another file", write("v.mov", elsewhere), "another file"},
		{"subtitles alone", filepath.Join(dir, "mp4ff", "cmd", "mp4ff-subslister", "testdata", "stpp_prog.mp4"), "neither a picture nor a sound"},
		{"magic bytes and noise", write("es.flac", "fLaC"+strings.Repeat("noise", 100)), "cannot be read"},
		{"too many points", makeMedia(t, "v.mp4", "-f", "lavfi", "-i", "color=s=4200x2200:r=1:d=1", "-c:v", "mjpeg"), "4200 × 2200"},
		{"too short", makeMedia(t, "a.wav", "-f", "lavfi", "-i", "sine=d=0.05"), "lasts 50 ms"},
		{"a folder", t.TempDir(), "no file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := jailedTools(t).Probe(t.Context(), c.path)
			var refused *Refused
			if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), c.path) {
				t.Errorf("Probe = %+v, %v; want a refusal in one line that says %q", f, err, c.want)
			}
		})
	}
	if _, err := jailedTools(t).Probe(t.Context(), filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Probe of what is not there = %v, want fs.ErrNotExist", err)
	}
}

func TestContainerLanguage(t *testing.T) {
	for tag, want := range map[string]archive.Language{
		"eng": "en", "fre": "fr", "fra": "fr", "ger": "de", "rus": "ru", "ara": "ar", "chi": "zh", "zho": "zh", "por": "pt", "pt_BR": "pt-BR", "es-419": "es-419", "mul": "mul",
		"und": "", "": "", "zxx": "", "qqq?": "", "ENG": "en",
	} {
		if got := containerLanguage(tag); got != want {
			t.Errorf("containerLanguage(%q) = %q, want %q", tag, got, want)
		}
	}
}
