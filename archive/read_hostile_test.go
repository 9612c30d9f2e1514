package archive

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// hostile are texts that a reader would least like to find 20 MB of, with the formats in which they are tried each time; the others join in the torture.
var hostile = map[string]struct{ text, formats string }{
	"one long line":            {"a", "srt vtt ass"},
	"one long line of digits":  {"1", "srt"},
	"tags that open":           {"<", "srt vtt ttml"},
	"nested tags":              {"<b>", "srt vtt"},
	"divs":                     {"<div>", "ttml"},
	"a comment without end":    {"<!-- ", "ttml"},
	"character references":     {"&amp;", "srt vtt ttml"},
	"ampersands":               {"&", "srt"},
	"commands":                 {"{\\", "srt ass"},
	"braces":                   {"{", "ass"},
	"arrows":                   {"-->", "srt vtt"},
	"arrows on lines":          {"-->\n", "srt vtt"},
	"lines":                    {"\n", "srt vtt"},
	"spaces":                   {" ", ""},
	"colons":                   {":", "srt"},
	"names":                    {"A: b\n", ""},
	"numbers with blank lines": {"\n\n2\na", "srt vtt ttml"},
	"times without end":        {"00:00:01,000 -->\n", "srt vtt"},
	"zeros":                    {"\x00", "stl"},
	"letters of UTF-8":         {"й", ""},
	"bytes of no encoding":     {"\xf0\xe9", "srt"},
	"paragraphs":               {"<p>", "ttml"},
	"broken paragraphs":        {"<p <", "ttml"},
	"carriage returns":         {"\r", "srt"},
	"voices":                   {"<v A>", "vtt"},
	"notes":                    {"NOTE a\n\n", "vtt"},
	"styles":                   {"STYLE\n{\n\n", "vtt"},
	"the same words":           {"no no no ", ""},
	"rolling lines":            {"a\nb\n", ""},
	"blocks that go on":        {"\x01\x01\x01\x01" + strings.Repeat("a", 124), "stl"},
	"attributes":               {`<p begin="1s" end="2s" x="y">`, "ttml"},
	"entities":                 {"&lol;", "ttml"},
}

// inEarnest leaves a test of times out under the race detector (-short), which makes all of it many times slower; nothing here has goroutines that meet.
func inEarnest(t *testing.T) {
	if testing.Short() {
		t.Skip("measures time; the tests without -short run it")
	}
}

// TestHostileFilesAreReadOrRefusedSoon gives every format 20 MB of what its reader would least like. A reader that looks twice at what it has seen would
// take hours. The time is the processor's, so that a busy machine does not count.
func TestHostileFilesAreReadOrRefusedSoon(t *testing.T) {
	inEarnest(t)
	heads := map[string]string{
		"srt":  "1\n00:00:01,000 --> 00:00:02,000\n",
		"vtt":  "WEBVTT\n\n00:01.000 --> 00:02.000\n",
		"ttml": `<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="1s" end="2s">`,
		"ass":  "[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,",
		"stl":  "850STL25.01100" + strings.Repeat(" ", 1010),
	}
	for format, head := range heads {
		for what, h := range hostile {
			if !strings.Contains(h.formats, format) && os.Getenv("CABINA_TORTURE") == "" {
				continue
			}
			const most = 2 * time.Second
			data := []byte(head + strings.Repeat(h.text, (MaxText-len(head))/len(h.text)))
			start := processor(t)
			out, err := ReadSubtitles(data, "x."+format, "ru")
			if took := processor(t) - start; took > most {
				t.Errorf("%s, %s: %v for 20 MB, want at most %v (%v)", format, what, took, most, err)
			} else if took > most/2 {
				t.Logf("%s, %s: %v", format, what, took)
			}
			var unreadable *Unreadable
			if err != nil && (!errors.As(err, &unreadable) || strings.Contains(err.Error(), "\n")) {
				t.Errorf("%s, %s: %v, want one line of *Unreadable", format, what, err)
			}
			if out != nil && len(out.Unread) > maxUnread+1 {
				t.Errorf("%s, %s: %d places are told", format, what, len(out.Unread))
			}
		}
	}
}

// processor is the processor time that the test has taken.
func processor(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// cuesOf writes n cues in a format.
func cuesOf(format TextFormat, n int, text string) []byte {
	var b strings.Builder
	switch format {
	case VTT:
		b.WriteString("WEBVTT\n\n")
	case TTML:
		b.WriteString("<tt><body><div>")
	case ASS:
		b.WriteString("[Script Info]\n[Events]\n")
	case STL:
		b.WriteString("850STL25.01100" + strings.Repeat(" ", 1010))
	}
	for i := range n {
		h, m, s := i/3600, i/60%60, i%60
		switch format {
		case SRT:
			fmt.Fprintf(&b, "%d\n%02d:%02d:%02d,000 --> %02d:%02d:%02d,900\n%s %d\n\n", i+1, h, m, s, h, m, s, text, i)
		case VTT:
			fmt.Fprintf(&b, "%02d:%02d:%02d.000 --> %02d:%02d:%02d.900\n%s %d\n\n", h, m, s, h, m, s, text, i)
		case TTML:
			fmt.Fprintf(&b, `<p begin="%ds" dur="900ms">%s %d</p>`+"\n", i, text, i)
		case ASS:
			fmt.Fprintf(&b, "Dialogue: 0,%d:%02d:%02d.00,%d:%02d:%02d.90,D,,0,0,0,,%s %d\n", h, m, s, h, m, s, text, i)
		case STL:
			block := fmt.Sprintf("\x01%c%c\u00ff\x00%c%c%c\x00%c%c%c\x14\x14\x02\x00%s %d", i%256, i/256, h, m, s, h, m, s, text, i)
			// Sprintf writes letters of UTF-8 where bytes are meant.
			raw := make([]byte, 0, stlBlock)
			for _, r := range block {
				raw = append(raw, byte(r))
			}
			for len(raw) < stlBlock {
				raw = append(raw, 0x8f)
			}
			b.Write(raw)
		}
	}
	return []byte(b.String())
}

func TestFiftyThousandCuesAreTheMost(t *testing.T) {
	inEarnest(t)
	for _, format := range []TextFormat{SRT, VTT, TTML, ASS, STL} {
		data := cuesOf(format, 50_000, "said")
		start := processor(t)
		out, err := ReadSubtitles(data, "x."+string(format), "en")
		if err != nil || len(out.Cues) != 50_000 || len(out.Unread) != 0 {
			t.Errorf("%s with 50,000 cues: %v", format, summary(out, err))
		}
		if took := processor(t) - start; took > 2*time.Second {
			t.Errorf("%s with 50,000 cues took %v", format, took)
		}
		if _, err := ReadSubtitles(cuesOf(format, 50_001, "said"), "x."+string(format), "en"); err == nil || !strings.Contains(err.Error(), "50,000 are the most") {
			t.Errorf("%s with 50,001 cues: %v, want it refused in words", format, err)
		}
	}
}

func TestLimitsAreSaidInWords(t *testing.T) {
	_, err := ReadSubtitles(make([]byte, MaxText+1), "x.srt", "en")
	if err == nil || err.Error() != "it has 20.0 MB; a subtitle file may have 20 MB" {
		t.Errorf("20 MB and a byte: %v", err)
	}
	for _, format := range []TextFormat{SRT, VTT, TTML, ASS} {
		out, err := ReadSubtitles(cuesOf(format, 2, strings.Repeat("слово ", 400)), "x."+string(format), "ru")
		if err != nil || len(out.Cues) != 2 || len(out.Cues[0].Text) > maxCueBytes || len(out.Unread) != 2 || !strings.Contains(out.Unread[0].Why, "2000 bytes") || out.Unread[0].Text == "" {
			t.Errorf("%s with cues of 4,400 bytes: %s", format, summary(out, err))
		}
	}
}

// TestAnEntityBombCostsNothing reads a document whose entities would be a billion words.
func TestAnEntityBombCostsNothing(t *testing.T) {
	inEarnest(t)
	bomb := `<?xml version="1.0"?><!DOCTYPE tt [<!ENTITY lol "lol">`
	for i := 1; i < 10; i++ {
		before := "&lol;"
		if i > 1 {
			before = fmt.Sprintf("&lol%d;", i-1)
		}
		bomb += fmt.Sprintf(`<!ENTITY lol%d "%s">`, i, strings.Repeat(before, 10))
	}
	bomb += `<!ENTITY ext SYSTEM "file:///etc/passwd">]><tt><body><div><p begin="1s" end="2s">before &lol9; &ext; after</p></div></body></tt>`
	start := processor(t)
	out, err := ReadSubtitles([]byte(bomb), "x.ttml", "en")
	if took := processor(t) - start; took > 50*time.Millisecond {
		t.Errorf("it took %v, want less than 50 ms", took)
	}
	if err != nil || len(out.Cues) != 1 || out.Cues[0].Text != "before &lol9; &ext; after" {
		t.Errorf("%s", summary(out, err))
	}
}
