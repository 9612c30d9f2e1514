package archive

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// said writes cues as begin-end text, with who speaks and whether they look invented.
func said(t *testing.T, in, name string) (out []string, r *ReadText) {
	t.Helper()
	r, err := ReadSubtitles([]byte(in), name, "en")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Cues {
		line := fmt.Sprintf("%d-%d ", c.StartMs, c.EndMs)
		if c.Speaker != "" {
			line += c.Speaker + ": "
		}
		if line += strings.ReplaceAll(c.Text, "\n", " / "); c.Invented {
			line += " (invented)"
		}
		out = append(out, line)
	}
	return out, r
}

func TestRollingCaptionsBecomeSingleLines(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string
		machine  bool
	}{
		{"YouTube, with words timed one by one",
			"WEBVTT\nKind: captions\n\n00:00:00.160 --> 00:00:02.149 align:start position:0%\n \nhello<00:00:00.480><c> every</c><00:00:01.000><c> one</c>\n\n" +
				"00:00:02.149 --> 00:00:02.159 align:start position:0%\nhello every one\n \n\n" +
				"00:00:02.159 --> 00:00:04.500 align:start position:0%\nhello every one\nwelcome<00:00:02.560><c> to</c>\n\n" +
				"00:00:04.500 --> 00:00:04.510 align:start position:0%\nwelcome to\n \n\n" +
				"00:00:04.510 --> 00:00:06.000 align:start position:0%\nwelcome to\nthe<00:00:05.000><c> talk</c>\n",
			[]string{"160-2149 hello every one", "2159-4500 welcome to", "4510-6000 the talk"}, true},
		{"two lines that move up, as SubRip",
			"1\n00:00:00,000 --> 00:00:02,000\none\n\n2\n00:00:02,000 --> 00:00:04,000\none\ntwo\n\n3\n00:00:04,000 --> 00:00:06,000\ntwo\nthree\n\n4\n00:00:06,000 --> 00:00:08,000\nthree\nfour\n\n5\n00:00:08,000 --> 00:00:10,000\nfour\nfive\n",
			[]string{"0-2000 one", "2000-4000 two", "4000-6000 three", "6000-8000 four", "8000-10000 five"}, true},
		{"each with a word more",
			"1\n00:00:00,000 --> 00:00:01,000\nI\n\n2\n00:00:01,000 --> 00:00:02,000\nI think\n\n3\n00:00:02,000 --> 00:00:03,000\nI think that\n\n4\n00:00:03,000 --> 00:00:04,000\nI think that we\n\n5\n00:00:04,000 --> 00:00:05,000\nI think that we can\n\n6\n00:00:05,000 --> 00:00:06,000\nNext\n",
			[]string{"0-5000 I think that we can", "5000-6000 Next"}, true},
		{"people who say a thing twice",
			"1\n00:00:00,000 --> 00:00:01,000\nNo!\n\n2\n00:00:01,000 --> 00:00:02,000\nNo!\nStop!\n\n3\n00:00:02,000 --> 00:00:03,000\nWhy?\n\n4\n00:00:03,000 --> 00:00:04,000\nBecause.\n",
			[]string{"0-1000 No!", "1000-2000 No! / Stop!", "2000-3000 Why?", "3000-4000 Because."}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := "x.srt"
			if strings.HasPrefix(c.in, "WEBVTT") {
				name = "x.vtt"
			}
			got, r := said(t, c.in, name)
			if diff := cmp.Diff(c.want, got); diff != "" || r.Machine != c.machine {
				t.Errorf("machine %v; (-want +got):\n%s", r.Machine, diff)
			}
		})
	}
}

func TestInventedLinesAreMarkedAndKept(t *testing.T) {
	for text, want := range map[string]bool{
		"Субтитры сделал DimaTorzok":                                  true,
		"Редактор субтитров А.Синецкая Корректор А.Егорова":           true,
		"Продолжение следует...":                                      true,
		"Thanks for watching!":                                        true,
		"Thank you for watching.":                                     true,
		"Untertitel im Auftrag des ZDF für funk, 2017":                true,
		"Sous-titrage Société Radio-Canada":                           true,
		"Sous-titrage ST' 501":                                        true,
		"Sous-titres réalisés par la communauté d'Amara.org":          true,
		"Legendas pela comunidade Amara.org":                          true,
		"Subtítulos realizados por la comunidad de Amara.org":         true,
		"ترجمة نانسي قنقر":                                            true,
		"ご視聴ありがとうございました":                                              true,
		strings.Repeat("thank you so much ", 12):                      true, // a loop
		"Thank you.":                                                  false,
		"Thanks for watching over us while we worked on this report.": false,
		"The subtitles were made by volunteers.":                      false,
		"Субтитры готовили переводчики конференции.":                  false,
		"no no no no": false,
	} {
		got, r := said(t, "1\n00:00:01,000 --> 00:00:02,000\nBefore\n\n2\n00:00:02,000 --> 00:00:03,000\n"+text+"\n", "x.srt")
		if len(got) != 2 || r.Cues[1].Invented != want || r.Cues[0].Invented || r.Machine != want {
			t.Errorf("%q: marked %v, want %v (%v)", text, r.Cues[1].Invented, want, got)
		}
	}
	loop := ""
	for i := range 6 {
		loop += fmt.Sprintf("%d\n00:00:0%d,000 --> 00:00:0%d,900\nAnd so it goes.\n\n", i+1, i, i)
	}
	got, _ := said(t, loop, "x.srt")
	if strings.Count(strings.Join(got, "\n"), "(invented)") != 5 || strings.Contains(got[0], "(invented)") {
		t.Errorf("a loop of six: %v, want all but the first marked", got)
	}
}

func TestWhatIsDrawn(t *testing.T) {
	cues := []Cue{{Text: "said"}, {Text: "Thanks for watching", Invented: true}}
	for name, c := range map[string]struct {
		track Track
		want  int
	}{
		"a machine's text":    {Track{Origin: "machine"}, 1},
		"nobody knows whose":  {Track{}, 1},
		"checked by someone":  {Track{Origin: "machine", Checked: "Ana"}, 2},
		"written by a person": {Track{Origin: "human"}, 2},
	} {
		if got := c.track.Drawn(cues); len(got) != c.want || len(cues) != 2 {
			t.Errorf("%s: %d cues are drawn, want %d", name, len(got), c.want)
		}
	}
}

func TestNamesBecomeNumbers(t *testing.T) {
	zoom := "WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\nAna Ruiz: Good morning\n\n2\n00:00:02.000 --> 00:00:03.000\nDr. Bo O'Neil (he/him): At 10:30 we begin: now\n\n3\n00:00:03.000 --> 00:00:04.000\nana ruiz: Yes\n\n4\n00:00:04.000 --> 00:00:05.000\nNote: this\n"
	got, r := said(t, zoom, "x.vtt")
	want := []string{"1000-2000 Speaker 1: Good morning", "2000-3000 Speaker 2: At 10:30 we begin: now", "3000-4000 Speaker 1: Yes", "4000-5000 Note: this"}
	if diff := cmp.Diff(want, got); diff != "" || !r.Machine || r.Speakers != 2 {
		t.Errorf("Zoom: machine %v, %d speakers (-want +got):\n%s", r.Machine, r.Speakers, diff)
	}
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"voices of WebVTT": {"WEBVTT\n\n00:01.000 --> 00:02.000\n<v.loud Ana  Ruiz>Hi</v> all\n\n00:02.000 --> 00:03.000\n<v Bo>A</v>\n<v Ana Ruiz>B</v>\n",
			[]string{"1000-2000 Speaker 1: Hi all", "2000-3000 Speaker 2, Speaker 1: A / B"}},
		"prose with colons": {"1\n00:00:01,000 --> 00:00:02,000\nThere are three: one\n\n2\n00:00:02,000 --> 00:00:03,000\nhttp://example.org is ours\n\n3\n00:00:03,000 --> 00:00:04,000\n10:30 it was\n\n4\n00:00:04,000 --> 00:00:05,000\nRemember: it counts\n",
			[]string{"1000-2000 There are three: one", "2000-3000 http://example.org is ours", "3000-4000 10:30 it was", "4000-5000 Remember: it counts"}},
		"a heading and a line": {"1\n00:00:01,000 --> 00:00:02,000\nWords appear:\nWelcome\n\n2\n00:00:02,000 --> 00:00:03,000\nWords appear:\nThe end\n",
			[]string{"1000-2000 Words appear: / Welcome", "2000-3000 Words appear: / The end"}},
		"lines of two people, with dashes": {"1\n00:00:01,000 --> 00:00:02,000\n- Ana: a\n- Bo: b\n\n2\n00:00:02,000 --> 00:00:03,000\n>> Bo: c\n",
			[]string{"1000-2000 Speaker 1, Speaker 2: a / b", "2000-3000 Speaker 2: c"}},
		"the full-width colon": {"1\n00:00:01,000 --> 00:00:02,000\n王小明：大家好\n\n2\n00:00:02,000 --> 00:00:03,000\n李华：你好\n",
			[]string{"1000-2000 Speaker 1: 大家好", "2000-3000 Speaker 2: 你好"}},
		"actors of ASS": {"[Script Info]\n[Events]\nFormat: Start, End, Name, Text\nDialogue: 0:00:01.00,0:00:02.00,Ana,hi\n", []string{"1000-2000 Speaker 1: hi"}},
		"agents of TTML": {`<tt xmlns:ttm="x"><head><metadata><ttm:agent xml:id="a"><ttm:name type="full">Ana Ruiz</ttm:name></ttm:agent></metadata></head><body><div><p begin="1s" end="2s" ttm:agent="a">hi</p></div></body></tt>`,
			[]string{"1000-2000 Speaker 1: hi"}},
	} {
		t.Run(name, func(t *testing.T) {
			file := "x.srt"
			got, _ := said(t, c.in, file)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestNamesHoldForTheirFileAlone(t *testing.T) {
	a, b := Part{Master: "a"}, Part{Master: "b"}
	number := func(n int) string { return fmt.Sprintf("No %d", n) }
	tr := &Track{Published: 1, Versions: []Version{{V: 1, Parts: []Part{a}}}}
	tr.NameSpeaker(1, "Maria")
	tr.NameSpeaker(2, "Bo")
	tr.NameSpeaker(2, "")
	if got := tr.SpeakerNames("Speaker 1, Speaker 2", number); got != "Maria, No 2" {
		t.Errorf("named: %q", got)
	}
	moved := a
	moved.AtMs = 80
	tr.Versions, tr.Published = append(tr.Versions, Version{V: 2, Parts: []Part{moved}}), 2
	if got := tr.SpeakerNames("Speaker 1", number); got != "Maria" {
		t.Errorf("moved by 80 ms: %q, want the same name", got)
	}
	tr.Versions, tr.Published = append(tr.Versions, Version{V: 3, Parts: []Part{b}}), 3
	if got := tr.SpeakerNames("Speaker 1", number); got != "No 1" {
		t.Errorf("another file: %q, want no name: it is somebody else", got)
	}
	tr.NameSpeaker(1, "Ivan")
	tr.Published = 2
	if got := tr.SpeakerNames("Speaker 1", number); got != "Maria" {
		t.Errorf("the earlier file again: %q", got)
	}
}
