package archive

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	xunicode "golang.org/x/text/encoding/unicode"
)

func TestReadSubtitles(t *testing.T) {
	for _, c := range []struct {
		name, in string
		format   TextFormat
		want     []Cue
		unread   int
	}{
		{"SRT as the tools write it", "1\n00:00:01,000 --> 00:00:02,500\nHello <i>there</i>\nyou\n\n2\n00:00:03,000 --> 00:00:04,000\n{\\an8}Up\n", SRT,
			[]Cue{{StartMs: 1000, EndMs: 2500, Text: "Hello there\nyou"}, {StartMs: 3000, EndMs: 4000, Text: "Up"}}, 0},
		{"SRT with a blank line inside a cue", "1\n00:00:01,000 --> 00:00:02,000\na\n\nb\n\n2\n00:00:03,000 --> 00:00:04,000\nc", SRT,
			[]Cue{{StartMs: 1000, EndMs: 2000, Text: "a\nb"}, {StartMs: 3000, EndMs: 4000, Text: "c"}}, 0},
		{"SRT without blank lines between cues", "1\n00:00:01,000 --> 00:00:02,000\na\n2\n00:00:03,000 --> 00:00:04,000\nc", SRT,
			[]Cue{{StartMs: 1000, EndMs: 2000, Text: "a"}, {StartMs: 3000, EndMs: 4000, Text: "c"}}, 0},
		{"SRT with one bad time among many", "1\n00:00:01,000 -->\nlost?\n\n2\n00:00:03,000 --> 00:00:04,000\nc", SRT,
			[]Cue{{StartMs: 3000, EndMs: 4000, Text: "c"}}, 1},
		{"SRT where a < is what was said", "1\n00:00:01,000 --> 00:00:02,000\nif x <y then\n", SRT,
			[]Cue{{StartMs: 1000, EndMs: 2000, Text: "if x <y then"}}, 0},
		{"SRT with CR alone", "1\r00:00:01,000 --> 00:00:02,000\ra\r\r", SRT, []Cue{{StartMs: 1000, EndMs: 2000, Text: "a"}}, 0},
		{"VTT with settings, a region, styles, notes and a voice", "WEBVTT - title\n\nSTYLE\n::cue{color:red}\n\nREGION\nid:a\n\nNOTE x\ny\n\nid 1\n00:01.000 --> 00:02.000 line:0 position:10%,line-left region:a evil:1\n<v Ana María>R&amp;D <b>now</b> &lrm;</v>\n\n00:03.000 --> 01:00:04.000\n<v Bo>b\n", VTT,
			[]Cue{{StartMs: 1000, EndMs: 2000, Text: "R&D now \u200e", Speaker: "Speaker 1", Settings: "line:0 position:10%,line-left"}, {StartMs: 3000, EndMs: 3604000, Text: "b", Speaker: "Speaker 2"}}, 0},
		{"VTT cue that begins with NOTE", "WEBVTT\n\n00:01.000 --> 00:02.000\nNOTE this is said\n", VTT, []Cue{{StartMs: 1000, EndMs: 2000, Text: "NOTE this is said"}}, 0},
		{"VTT without its header", "00:01.000 --> 00:02.000\na\n", VTT, []Cue{{StartMs: 1000, EndMs: 2000, Text: "a"}}, 0},
		{"VTT with a cue that ends before it begins", "WEBVTT\n\n00:05.000 --> 00:02.000\na\n\n00:06.000 --> 00:07.000\nb\n", VTT, []Cue{{StartMs: 6000, EndMs: 7000, Text: "b"}}, 1},
		{"ASS", "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize\nStyle: Default,Arial,20\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\nDialogue: 0,0:00:01.00,0:00:05.00,Default,,0,0,0,,hi there\n", ASS,
			[]Cue{{StartMs: 1000, EndMs: 5000, Text: "hi there"}}, 0},
		{"TTML", `<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml" xml:lang="en"><body><div><p begin="00:00:01.000" end="00:00:02.000">Hi</p></div></body></tt>`, TTML,
			[]Cue{{StartMs: 1000, EndMs: 2000, Text: "Hi"}}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := "x.srt"
			if c.format == VTT {
				name = "x.vtt"
			}
			got, err := ReadSubtitles([]byte(c.in), name, "en")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got.Cues); diff != "" || got.Format != c.format || len(got.Unread) != c.unread {
				t.Errorf("format %s, unread %v, cues (-want +got):\n%s", got.Format, got.Unread, diff)
			}
		})
	}
}

func TestReadEncodings(t *testing.T) {
	const ru = "1\n00:00:01,000 --> 00:00:02,000\nВсе люди рождаются свободными и равными\n"
	const ar = "1\n00:00:01,000 --> 00:00:02,000\nيولد جميع الناس أحراراً متساوين\n"
	const es = "1\n00:00:01,000 --> 00:00:02,000\nTodos los niños nacen acá\n"
	encode := func(e encoding.Encoding, s string) []byte {
		b, err := e.NewEncoder().Bytes([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, c := range []struct {
		name string
		lang Language
		in   []byte
		want string
	}{
		{"windows-1251", "ru", encode(charmap.Windows1251, ru), ru},
		{"koi8-r", "ru", encode(charmap.KOI8R, ru), ru},
		{"windows-1256", "ar", encode(charmap.Windows1256, ar), ar},
		{"windows-1252", "es", encode(charmap.Windows1252, es), es},
		{"utf-16le", "ru", encode(xunicode.UTF16(xunicode.LittleEndian, xunicode.IgnoreBOM), ru), ru},
		{"utf-16be", "ru", encode(xunicode.UTF16(xunicode.BigEndian, xunicode.IgnoreBOM), ru), ru},
		{"utf-8", "ar", []byte("\xef\xbb\xbf" + ar), ar},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ReadSubtitles(c.in, "x.srt", c.lang)
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.Split(c.want, "\n")[2]; got.Encoding != c.name || got.Cues[0].Text != want {
				t.Errorf("%s %q, want %s %q", got.Encoding, got.Cues[0].Text, c.name, want)
			}
		})
	}
}

func TestUnreadable(t *testing.T) {
	for name, in := range map[string]string{
		"empty": "", "no times": "hello", "only a bad cue": "1\n00:00:01,000 -->\nx", "an image": "\x89PNG\r\n\x1a\n", "a header alone": "WEBVTT\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadSubtitles([]byte(in), "x.srt", "en")
			var unreadable *Unreadable
			if !errors.As(err, &unreadable) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line of *Unreadable", err)
			}
		})
	}
}

// shared gives the folder of data beside the project; tests that need it are skipped where it is not, but never in CI.
func shared(t testing.TB, path ...string) string {
	t.Helper()
	dir := filepath.Join(append([]string{"..", "..", "shared"}, path...)...)
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("../shared is not here")
	}
	return dir
}

func TestReadEveryOddFile(t *testing.T) {
	files := 0
	for _, folder := range []string{"subs-odd", "subs-parallel", "sessions"} {
		_ = filepath.WalkDir(shared(t, "data", folder), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			files++
			if out, err := ReadSubtitles(data, path, ""); err == nil && len(out.Cues) == 0 {
				t.Errorf("%s: no cue and no error", path)
			}
			return nil
		})
	}
	if files < 50 {
		t.Errorf("only %d files were read", files)
	}
}

func TestTheSameFilmInAllLanguagesHasTheSameCues(t *testing.T) {
	var films []string
	_ = filepath.WalkDir(shared(t, "data", "subs-parallel", "w3c-wai"), func(path string, _ os.DirEntry, err error) error {
		if name := filepath.Base(path); strings.HasPrefix(name, "video-introduction.") && strings.HasSuffix(name, ".vtt") {
			films = append(films, path)
		}
		return err
	})
	if len(films) != 26 {
		t.Fatalf("%d languages of the film, want 26", len(films))
	}
	for _, path := range films {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out, err := ReadSubtitles(data, path, "")
		if err != nil || len(out.Cues) != 49 || len(out.Unread) != 0 {
			t.Errorf("%s: %v, want 49 cues and nothing unread", path, err)
		}
	}
}

func FuzzReadSubtitles(f *testing.F) {
	f.Add([]byte("WEBVTT\n\n00:01.000 --> 00:02.000 line:0\n<v A>b&amp;\n"))
	f.Add([]byte("1\n00:00:01,000 --> 00:00:02,000\na\n"))
	f.Add([]byte("[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:05.00,Default,,0,0,0,,hi\n"))
	f.Add([]byte(`<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="1s" dur="2s">Hi</p></div></body></tt>`))
	f.Add([]byte(stl("00", stlBlockOf(0xff, 0, "\x00\x00\x01\x00", "\x00\x00\x02\x00", "\xc2eA: b"))))
	if root := filepath.Join("..", "..", "shared", "data", "subs-odd"); os.Getenv("CI") != "" || exists(root) {
		_ = filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if err == nil && len(data) < 5000 {
				f.Add(data)
			}
			return err
		})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, lang := range []Language{"ru", ""} {
			out, err := ReadSubtitles(data, "x.vtt", lang)
			var unreadable *Unreadable
			if err != nil && (!errors.As(err, &unreadable) || strings.Contains(err.Error(), "\n")) {
				t.Fatalf("%v: want one line of *Unreadable", err)
			}
			if err != nil {
				return
			}
			last := int64(0)
			for _, c := range out.Cues {
				if c.EndMs <= c.StartMs || c.StartMs < last || strings.TrimSpace(c.Text) == "" || !utf8.ValidString(c.Text) || len(c.Text) > maxCueBytes {
					t.Fatalf("cue %+v", c)
				}
				last = c.StartMs
			}
			again, err := readSubtitles(data, "x.vtt", lang, out.Encoding)
			if diff := cmp.Diff(out, again); err != nil || diff != "" {
				t.Fatalf("read again it is something else: %v\n%s", err, diff)
			}
		}
	})
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func FuzzKey(f *testing.F) {
	f.Add("sessions/s03.json")
	f.Add("../x")
	f.Add("a//b")
	f.Fuzz(func(t *testing.T, key string) {
		if CheckKey(key) == nil && (filepath.ToSlash(filepath.Clean(key)) != key || filepath.IsAbs(key) || strings.HasPrefix(key, "../")) {
			t.Errorf("%q is taken and leaves its folder", key)
		}
	})
}
