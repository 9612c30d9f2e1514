package transcode

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"cabina/archive"
)

// vttCue is what the strict reader of the tests finds.
type vttCue struct {
	From, To string
	Settings string
	Text     string
}

var vttTiming = regexp.MustCompile(`^([0-9]{2,}:[0-5][0-9]:[0-5][0-9]\.[0-9]{3}) --> ([0-9]{2,}:[0-5][0-9]:[0-5][0-9]\.[0-9]{3})((?: [a-z]+:[-a-z0-9.,%]+)*)$`)

// readVTT reads the little of WebVTT that we write, and nothing else: blocks between blank lines, each a line of times and one or two lines of text
// in which & begins one of three escapes, and < and --> do not stand.
func readVTT(b []byte) ([]vttCue, error) {
	body, ok := strings.CutPrefix(string(b), "WEBVTT\n")
	if !ok || strings.ContainsAny(body, "\r\x00") || body != "" && !strings.HasSuffix(body, "\n") {
		return nil, fmt.Errorf("want the header and whole lines in %q", b)
	}
	var out []vttCue
	for block := range strings.SplitSeq(strings.TrimSuffix(body, "\n"), "\n\n") {
		if block == "" {
			continue
		}
		lines := strings.Split(strings.TrimPrefix(block, "\n"), "\n")
		m := vttTiming.FindStringSubmatch(lines[0])
		if m == nil {
			return nil, fmt.Errorf("want times in %q", lines[0])
		}
		if n := len(lines) - 1; n < 1 || n > 2 {
			return nil, fmt.Errorf("%d lines of text in %q: want 1 or 2", n, block)
		}
		text := strings.Join(lines[1:], "\n")
		plain := strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "").Replace(text)
		if strings.ContainsAny(plain, "&<>") {
			return nil, fmt.Errorf("%q is not escaped", text)
		}
		text = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
		out = append(out, vttCue{m[1], m[2], m[3], text})
	}
	return out, nil
}

func TestWebVTT(t *testing.T) {
	cue := func(from, to int64, text string) archive.Cue {
		return archive.Cue{StartMs: from, EndMs: to, Text: text}
	}
	const shown = "00:00:01.000"
	for _, c := range []struct {
		name string
		cues []archive.Cue
		want []vttCue
	}{
		{"none", nil, nil},
		{"two, as they are", []archive.Cue{cue(0, 1500, "uno\ndos"), cue(1500, 3661001, "tres")},
			[]vttCue{{"00:00:00.000", "00:00:01.500", "", "uno\ndos"}, {"00:00:01.500", "01:01:01.001", "", "tres"}}},
		{"in order of their begin", []archive.Cue{cue(2000, 3000, "b"), cue(1000, 4000, "a")},
			[]vttCue{{shown, "00:00:04.000", "", "a"}, {"00:00:02.000", "00:00:03.000", "", "b"}}},
		{"a hundred hours", []archive.Cue{cue(360000000, 360001000, "late")}, []vttCue{{"100:00:00.000", "100:00:01.000", "", "late"}}},
		{"an end before the begin is a millisecond later", []archive.Cue{cue(1000, 500, "a")}, []vttCue{{shown, "00:00:01.001", "", "a"}}},
		{"a begin before 0 is 0", []archive.Cue{cue(-50, 1000, "a")}, []vttCue{{"00:00:00.000", shown, "", "a"}}},
		{"nothing is later than a thousand hours", []archive.Cue{cue(1<<60, 1<<61, "a")}, []vttCue{{"1000:00:00.000", "1000:00:00.001", "", "a"}}},
		{"without a letter: left out", []archive.Cue{cue(0, 1000, " \n\t\n"), cue(1000, 2000, "")}, nil},
		{"blank lines end nothing", []archive.Cue{cue(1000, 2000, "a\n\n \r\n\rNOTE b")}, []vttCue{{shown, "00:00:02.000", "", "a\nNOTE b"}}},
		{"an arrow is no time", []archive.Cue{cue(1000, 2000, "00:00.000 --> 00:09.000\n\n00:00:01.000 --> 00:00:02.000")},
			[]vttCue{{shown, "00:00:02.000", "", "00:00.000 --> 00:09.000\n00:00:01.000 --> 00:00:02.000"}}},
		{"tags and escapes are text", []archive.Cue{cue(1000, 2000, "<v Bob>&lt;b&gt; a & b</v>")}, []vttCue{{shown, "00:00:02.000", "", "<v Bob>&lt;b&gt; a & b</v>"}}},
		{"blocks are text", []archive.Cue{cue(1000, 2000, "STYLE"), cue(1000, 2000, "NOTE x\nREGION")},
			[]vttCue{{shown, "00:00:02.000", "", "STYLE"}, {shown, "00:00:02.000", "", "NOTE x\nREGION"}}},
		{"control characters go, broken letters are marked", []archive.Cue{cue(1000, 2000, "a\x00b\x1bc\xff")}, []vttCue{{shown, "00:00:02.000", "", "abc\uFFFD"}}},
		{"settings that WebVTT knows, and no others", []archive.Cue{{StartMs: 1000, EndMs: 2000, Text: "a",
			Settings: "line:-1 position:10.5%,line-left align:left region:x size:80% line:1\nfoo --> size:80"}},
			[]vttCue{{shown, "00:00:02.000", " line:-1 position:10.5%,line-left align:left size:80% line:1", "a"}}},
		{"one long line is set in two", []archive.Cue{cue(0, 1000, "The interpreters of this session sat in five booths above the hall")},
			[]vttCue{{"00:00:00.000", shown, "", "The interpreters of this session\nsat in five booths above the hall"}}},
		{"what is longer is cut by words and time", []archive.Cue{cue(0, 10000,
			"Everyone has the right to freedom of thought, conscience and religion; this right includes freedom to change his religion or belief")},
			[]vttCue{
				{"00:00:00.000", "00:00:05.390", "", "Everyone has the right to freedom of\nthought, conscience and religion;"},
				{"00:00:05.390", "00:00:10.000", "", "this right includes freedom to\nchange his religion or belief"}}},
		{"three short lines are one text", []archive.Cue{cue(0, 1000, "- one\n- two\n- three")}, []vttCue{{"00:00:00.000", shown, "", "- one - two\n- three"}}},
		{"Chinese is cut without spaces, no line begins with a mark", []archive.Cue{cue(0, 9000,
			"人人有权享有生命、自由和人身安全。任何人不得使为奴隶或奴役；一切形式的奴隶制度和奴隶买卖，均应予以禁止。任何人不得加以酷刑，或施以残忍的、不人道的或侮辱性的待遇或刑罚。")},
			[]vttCue{
				{"00:00:00.000", "00:00:04.500", "", "人人有权享有生命、自由和人身安全。任何人不\n得使为奴隶或奴役；一切形式的奴隶制度和奴隶"},
				{"00:00:04.500", "00:00:09.000", "", "买卖，均应予以禁止。任何人不得加以酷刑，或\n施以残忍的、不人道的或侮辱性的待遇或刑罚。"}}},
		{"two lines of Chinese are joined without a space", []archive.Cue{cue(0, 1000, "人人\n有权\n享有")}, []vttCue{{"00:00:00.000", shown, "", "人人有\n权享有"}}},
		{"a word without end is cut between its letters", []archive.Cue{cue(0, 3000, strings.Repeat("a", 90))},
			[]vttCue{{"00:00:00.000", "00:00:02.800", "", strings.Repeat("a", 42) + "\n" + strings.Repeat("a", 42)}, {"00:00:02.800", "00:00:03.000", "", "aaaaaa"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := readVTT(WebVTT(c.cues))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// A sentence of Arabic with Latin words set apart in it is cut: every line opens what it needs and closes what it opens.
func TestVttLinesKeepTheirDirection(t *testing.T) {
	word := "كلمة "
	text := strings.Repeat(word, 12) + "\u2066" + strings.Repeat("words ", 20) + "\u2069" + strings.Repeat(word, 12)
	pieces := vttPieces(text)
	if len(pieces) < 2 {
		t.Fatalf("%d pieces, want it cut", len(pieces))
	}
	again := 0
	for _, p := range pieces {
		for line := range strings.SplitSeq(p, "\n") {
			if strings.Count(line, "\u2066") != strings.Count(line, "\u2069") {
				t.Errorf("%q opens what it does not close, or the other way", line)
			}
			if strings.HasPrefix(line, "\u2066") {
				again++
			}
			if vttWide(line) > vttWidth {
				t.Errorf("%q is wider than %d", line, vttWidth)
			}
		}
	}
	if again < 2 {
		t.Errorf("the stretch is opened again in %d lines of %q", again, pieces)
	}
}

func TestVttMarksWhatLooksInvented(t *testing.T) {
	got := string(WebVTT([]archive.Cue{{StartMs: 0, EndMs: 1000, Text: "Thanks for watching", Invented: true}}))
	if want := "WEBVTT\n\nNOTE The next line was probably invented by a machine.\n\n00:00:00.000 --> 00:00:01.000\nThanks for watching\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestVttLettersAreWhole(t *testing.T) {
	for _, c := range []struct {
		name string
		want []string
	}{
		{"letters", []string{"a", "é", "ñ"}},
		{"an accent of its own", []string{"e\u0301", "a"}},
		{"Arabic with vowels", []string{"حَ", "قٌّ\u200c", "x"}},
		{"Hindi conjuncts", []string{"क्षि", "प्र"}},
		{"Thai vowels", []string{"กำ", "ที่"}},
		{"a family", []string{"👩‍👩‍👧", "👍🏽"}},
		{"flags, two letters each", []string{"🇪🇸", "🇵🇹", "🇷"}},
		{"Korean of parts", []string{"\u1112\u1161\u11ab", "글", "\u1100"}},
		{"a line end stands alone", []string{"a", "\n", "b"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := slices.Collect(vttLetters(strings.Join(c.want, ""))); !slices.Equal(got, c.want) {
				t.Errorf("vttLetters = %q, want %q", got, c.want)
			}
			// Any of them, written again and again without a space, is never cut through.
			for _, letter := range c.want {
				if letter == "\n" {
					continue
				}
				for _, p := range vttPieces(strings.Repeat(letter, 100)) {
					for line := range strings.SplitSeq(p, "\n") {
						if strings.ReplaceAll(line, letter, "") != "" {
							t.Errorf("%q is cut through in %q", letter, line)
						}
					}
				}
			}
		})
	}
}

// Wherever a line would end: a full stop stays with the letter before it, an opening bracket with the one after.
func TestVttMarksStayWithTheirLetters(t *testing.T) {
	for n := range 60 {
		text := strings.Repeat("一", n+1) + "。「" + strings.Repeat("二", 45) + "」" + strings.Repeat("三", 60-n)
		for _, p := range vttPieces(text) {
			for line := range strings.SplitSeq(p, "\n") {
				if strings.HasPrefix(line, "。") || strings.HasPrefix(line, "」") || strings.HasSuffix(line, "「") {
					t.Errorf("%d letters before the stop: the line %q", n+1, line)
				}
			}
		}
	}
}

func FuzzWebVTT(f *testing.F) {
	for _, text := range []string{"uno", "a\n\nNOTE b", "00:00.000 --> 00:01.000", "<b>&amp;</b>", "人人有权享有生命、自由和人身安全。任何人不得使为奴隶或奴役", strings.Repeat("слово ", 60),
		"👩‍👩‍👧👍🏽🇪🇸", strings.Repeat("क्षि", 50), "\u00a0", "a\u2028b\x85c", strings.Repeat("(", 99), "\ufeffWEBVTT\n\nSTYLE\n::cue{}"} {
		f.Add(text, "line:0 align:start", int64(1000), int64(2500))
	}
	f.Add("late", "region:a -->", int64(-1), int64(1)<<62)
	f.Fuzz(func(t *testing.T, text, settings string, from, to int64) {
		c := archive.Cue{StartMs: from, EndMs: to, Text: text, Settings: settings}
		got, err := readVTT(WebVTT([]archive.Cue{c, {StartMs: 1000, EndMs: 2000, Text: "after"}}))
		if err != nil {
			t.Fatal(err)
		}
		if want := len(vttCut(c)) + 1; len(got) != want {
			t.Fatalf("%d texts, want %d", len(got), want)
		}
		all := ""
		for _, g := range got {
			if g.From >= g.To && len(g.From) == len(g.To) {
				t.Fatalf("%+v: want an end after its begin", g)
			}
			for line := range strings.SplitSeq(g.Text, "\n") {
				if vttWide(line) > vttWidth || strings.TrimSpace(line) == "" && !strings.ContainsAny(line, "\u00a0\u2007\u202f") {
					t.Fatalf("line %q: want 1 to %d letters", line, vttWidth)
				}
			}
			if g.Text != "after" {
				all += g.Text
			}
		}
		if text == "after" {
			return
		}
		bare := func(s string) string {
			return strings.Map(func(r rune) rune {
				if unicode.IsSpace(r) || unicode.IsControl(r) || vttControl(r) { // what has a direction is closed and opened again where it is cut
					return -1
				}
				return r
			}, strings.ToValidUTF8(s, "\uFFFD"))
		}
		if want := bare(text); bare(all) != want && !strings.ContainsAny(text, "\u2028\u2029") {
			t.Fatalf("text %q, want %q", bare(all), want)
		}
	})
}
