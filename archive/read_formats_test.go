package archive

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	xunicode "golang.org/x/text/encoding/unicode"
)

func TestTTML(t *testing.T) {
	doc := func(body string) string {
		return `<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" ttp:frameRate="25">` + body + `</tt>`
	}
	for _, c := range []struct {
		name, in string
		want     []string
		unread   string
	}{
		{"nested divs, each with its begin", doc(`<body begin="10s"><div begin="1s"><div begin="2s"><p begin="00:00:03" end="00:00:04">a</p></div></div></body>`), []string{"16000-17000 a"}, ""},
		{"dur, and the sooner of end and dur", doc(`<body><div><p begin="1s" dur="2s">a</p><p begin="1s" dur="9s" end="3s">b</p></div></body>`), []string{"1000-3000 a", "1000-3000 b"}, ""},
		{"frames, ticks, minutes and milliseconds", doc(`<body><div><p begin="00:00:01:05" end="50f">a</p><p begin="0.05m" end="3500ms">b</p></div></body>`), []string{"1200-2000 a", "3000-3500 b"}, ""},
		{"a sequence", doc(`<body><div timeContainer="seq"><p dur="2s">a</p><p dur="3s">b</p></div></body>`), []string{"0-2000 a", "2000-5000 b"}, ""},
		{"times in the spans", doc(`<body><div><p><span begin="1s" end="2s">a </span><span begin="2s" end="4s">b</span></p></div></body>`), []string{"1000-4000 a b"}, ""},
		{"one without times costs itself", doc("<body><div>\n<p>a</p>\n<p begin=\"1s\">b</p>\n<p begin=\"x\" end=\"2s\">c</p>\n<p begin=\"1s\" end=\"2s\">d</p></div></body>"), []string{"1000-2000 d"}, "2,3,4"},
		{"a break in the middle", doc("<body><div><p begin=\"1s\" end=\"2s\">a</p>\n<p begin=\"2s\" end=\"3s\">b</p <x\n<p begin=\"3s\" end=\"4s\">c</p></div></body>"), []string{"1000-2000 a", "2000-3000 b", "3000-4000 c"}, "2"},
		{"windows-1251 that the document tells", decoded(charmap.ISO8859_1, []byte("<?xml version=\"1.0\" encoding=\"windows-1251\"?><tt><body><div><p begin=\"1s\" end=\"2s\">\xc4\xe0</p></div></body></tt>")), []string{"1000-2000 Да"}, ""},
		{"only the divs of the language", doc(`<body><div xml:lang="en"><p begin="1s" end="2s">yes</p></div><div xml:lang="fr"><p begin="1s" end="2s">oui</p></div></body>`), []string{"1000-2000 yes"}, "1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if strings.Contains(c.in, "windows-1251") {
				b, _ := charmap.ISO8859_1.NewEncoder().Bytes([]byte(c.in))
				c.in = string(b)
			}
			got, r := said(t, c.in, "x.ttml")
			if diff := cmp.Diff(c.want, got); diff != "" || unreadLines(r.Unread) != c.unread {
				t.Errorf("unread %v; (-want +got):\n%s", r.Unread, diff)
			}
		})
	}
}

func TestASSKeepsWhatItCanRead(t *testing.T) {
	got, r := said(t, "[Script Info]\n[Events]\nFormat: Layer, Start, End, Text\nDialogue: 0,0:00:01.00,0:00:02.50,{\\an8\\i1}up{\\i0}\\Nand, down\nDialogue: 0,bad,0:00:02.00,lost\nDialogue: 0,0:00:03.00\nnonsense\nComment: 0,0:00:01.00,0:00:02.00,no\nDialogue: 0,0:00:03.00,0:00:04.00,{\\p1}m 0 0 l 1 1{\\p0}drawn\n", "x.ass")
	if diff := cmp.Diff([]string{"1000-2500 up / and, down", "3000-4000 drawn"}, got); diff != "" || unreadLines(r.Unread) != "5,6,7" || r.Unread[0].Text != "lost" {
		t.Errorf("unread %v; (-want +got):\n%s", r.Unread, diff)
	}
}

// stl writes a file of EBU STL with a table of characters and blocks of subtitle number, extension, comment, times and text.
func stl(table string, blocks ...string) string {
	return "850STL25.011" + table + strings.Repeat(" ", 1010) + strings.Join(blocks, "")
}

func stlBlockOf(extension, comment byte, from, to, text string) string {
	b := "\x01\x01\x00" + string([]byte{extension}) + "\x00" + from + to + "\x14\x02" + string([]byte{comment}) + text
	return b[:15] + string([]byte{comment}) + text + strings.Repeat("\x8f", stlBlock-stlText-len(text))
}

func TestSTL(t *testing.T) {
	one, two := "\x00\x00\x01\x05", "\x00\x00\x02\x00"
	got, r := said(t, stl("01",
		stlBlockOf(0xff, 0, one, two, "\x0b\xb4\xd0\x8a\xbd\xd5\xe2"),
		stlBlockOf(0xff, 1, one, two, "a comment"),
		stlBlockOf(0x00, 0, two, "\x00\x00\x03\x00", "first "),
		stlBlockOf(0xff, 0, two, "\x00\x00\x03\x00", "second"),
		stlBlockOf(0xff, 0, "\x63\x00\x00\x00", two, "no such time"),
		stlBlockOf(0xfe, 0, one, two, "the maker's own data"),
		"half a block"), "x.stl")
	if diff := cmp.Diff([]string{"1200-2000 Да / Нет", "2000-3000 first second"}, got); diff != "" || unreadLines(r.Unread) != "5,7" || r.Encoding != "iso-8859-5" {
		t.Errorf("%s, unread %v; (-want +got):\n%s", r.Encoding, r.Unread, diff)
	}
}

func TestVTTSettingsAreThoseOfTheStandard(t *testing.T) {
	for in, want := range map[string]string{
		"line:0 position:10%,line-left align:left size:35%": "line:0 position:10%,line-left size:35% align:left",
		"line:84.67% position:50.00%,middle align:middle":   "line:84.67%",
		"line:1 line:2":                            "line:2",
		"line:-1 vertical:rl region:fred":          "vertical:rl line:-1",
		"size:101% position:-5% line:5- line:1,up": "",
		"size:: :50% size: align:start:x":          "",
		"line:50%,end\tsize:100%":                  "line:50%,end size:100%",
		"line:1--> evil:1 position:10":             "",
	} {
		if got := vttSettings(in); got != want {
			t.Errorf("vttSettings(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestVTTTextIsThatOfTheStandard(t *testing.T) {
	for in, want := range map[string]vttSaid{
		"a &amp; b &lt;i&gt; &nbsp;&lrm;&#33;&copy; &nope; &": {text: "a & b <i> \u00a0\u200e!© &nope; &"},
		"<b>a</b> <i.x.y>b</i><u>c</u><c>d":                   {text: "a bcd"},
		"<ruby>漢<rt>kan</rt></ruby>":                          {text: "漢kan"},
		"<lang en-GB>a</lang>":                                {text: "a"},
		"<v.first.loud Ana &amp; Bo\nRuiz>a":                  {text: "a", voices: []string{"Ana & Bo Ruiz"}},
		"one<00:00:01.000> two<01:00:02.000>":                 {text: "one two", timed: true},
		"<font color=red>a</font>":                            {text: "a"},
		"a <noise> b":                                         {text: "a  b", hidden: "<noise>"},
		"if x < y then":                                       {text: "if x "}, // what begins with a space is a tag without a name
		"if x <y then":                                        {text: "if x ", hidden: "<y then>"},
	} {
		got := vttText(in)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(vttSaid{})); diff != "" {
			t.Errorf("vttText(%q) (-want +got):\n%s", in, diff)
		}
	}
}

func TestVTTTimesAreThoseOfTheStandard(t *testing.T) {
	for in, want := range map[string]int64{
		"00:01.000": 1000, "59:59.999": 3_599_999, "01:00:00.000": 3_600_000, "1:00:00.500": 3_600_500, "100:00:00.000": 360_000_000,
		"1:30.000": -1, "60:00.000": -1, "00:60.000": -1, "00:01.00": -1, "00:01.0000": -1, "00:01,000": -1, "00:01": -1, "0:1:00.000": -1, "": -1, "9999999999:00:00.000": -1,
	} {
		c := clock{rest: in}
		got := c.vtt()
		if c.bad || c.rest != "" {
			got = -1
		}
		if got != want {
			t.Errorf("%q = %d, want %d", in, got, want)
		}
	}
}

func TestVTTBlocks(t *testing.T) {
	got, r := said(t, "WEBVTT title\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000\n\nREGION\nid:fred\nwidth:40%\n\nSTYLE\n::cue { a:b;\n\n c:d }\n\nNOTE\nAna Ruiz wrote this\n\nid --x\n00:01.000 --> 00:02.000 region:fred\na\n00:02.000 --> 00:03.000\nb\n\nlost words\nof two lines\n\n00:03.000 --> 00:0x.000\nlost\n", "x.vtt")
	if diff := cmp.Diff([]string{"1000-2000 a", "2000-3000 b"}, got); diff != "" || unreadLines(r.Unread) != "22,25" || r.Unread[0].Text != "lost words\nof two lines" {
		t.Errorf("unread %v; (-want +got):\n%s", r.Unread, diff)
	}
}

func TestEncodingsWithoutAMark(t *testing.T) {
	const long = "1\n00:00:01,000 --> 00:00:02,000\nВсе люди рождаются свободными и равными в своём достоинстве и правах и наделены разумом\n"
	for name, data := range map[string][]byte{
		"utf-16le":     must(xunicode.UTF16(xunicode.LittleEndian, xunicode.IgnoreBOM).NewEncoder().Bytes([]byte(long))),
		"utf-16be":     must(xunicode.UTF16(xunicode.BigEndian, xunicode.IgnoreBOM).NewEncoder().Bytes([]byte(long))),
		"windows-1251": must(charmap.Windows1251.NewEncoder().Bytes([]byte(long))),
		"koi8-r":       must(charmap.KOI8R.NewEncoder().Bytes([]byte(long))),
	} {
		for _, lang := range []Language{"", "mul", "ru"} {
			out, err := ReadSubtitles(data, "x.srt", lang)
			if err != nil || out.Encoding != name || !strings.HasPrefix(out.Cues[0].Text, "Все люди") {
				t.Errorf("%s, declared %q: %s", name, lang, summary(out, err))
			}
		}
	}
	out, err := ReadSubtitles([]byte(strings.Replace(long, "своём", "сво\xffм", 1)), "x.srt", "ru")
	if err != nil || out.Encoding != "utf-8" || !strings.Contains(out.Cues[0].Text, "сво�м") || unreadLines(out.Unread) != "3" {
		t.Errorf("UTF-8 with a broken byte: %s", summary(out, err))
	}
	// Staff may say later that a text is in another language: what was found when it came in stays.
	out, err = readSubtitles(must(charmap.Windows1251.NewEncoder().Bytes([]byte(long))), "x.srt", "en", "windows-1251")
	if err != nil || !strings.HasPrefix(out.Cues[0].Text, "Все люди") {
		t.Errorf("relabelled: %s", summary(out, err))
	}
	if _, err := ReadSubtitles([]byte("1\n00:00:01,000 --> 00:00:02,000\n\xc4\xe3\xba\xc3\n"), "x.srt", "zh"); err == nil || !strings.Contains(err.Error(), "saved as UTF-8") {
		t.Errorf("Chinese of a code page: %v, want it refused", err)
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}
