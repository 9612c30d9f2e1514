package transcode

import (
	"math/rand/v2"
	"strings"
	"testing"

	"cabina/archive"
)

func videoFacts(format string, copyable bool, s Stream) *Facts {
	s.Kind = archive.Video
	return &Facts{V: factsV, Format: format, DurationMs: s.DurationMs, Streams: []Stream{s, {Kind: archive.Audio, Channels: 2, SampleRate: 48000, DurationMs: s.DurationMs}}, Copyable: copyable}
}

func soundFacts(format string, channels int) *Facts {
	return &Facts{V: factsV, Format: format, DurationMs: 7203460, Streams: []Stream{{Kind: archive.Audio, Channels: channels, SampleRate: 44100, DurationMs: 7203460}}}
}

// TestCommands keeps every kind of command line as a golden file: one argument a line would be long, so one command a line, arguments as a shell would want them.
func TestCommands(t *testing.T) {
	const length = 7203480
	zoom := videoFacts("mov", true, Stream{DurationMs: length, Width: 1280, Height: 720, FrameRate: 25, LongestMs: 20500})
	webm := videoFacts("matroska", false, Stream{DurationMs: length, Width: 1920, Height: 1080, FrameRate: 29.97})
	old := videoFacts("mpeg", false, Stream{DurationMs: 600000, Width: 768, Height: 576, FrameRate: 50, Interlaced: true, LongestMs: 500})
	cuts := []archive.Cut{{754000, 769500}, {1000, 1004}}
	part := func(stream string, from, to, at int64, ppm float64) RecipePart {
		return RecipePart{Master: refA, Stream: stream, FromMs: from, ToMs: to, AtMs: at, Ppm: ppm}
	}
	two := []RecipePart{part("v:0", 5000, 300000, 600000, 0), part("v:0", 0, 500000, 2000, 40)}
	for _, c := range []struct {
		name  string
		r     Recipe
		facts []*Facts
	}{
		{"voice", Recipe{Profile: Voice, Channels: "mix", GainDb: 4.5, Parts: []RecipePart{part("a:0", 0, 7203460, 21, 0)}}, []*Facts{soundFacts("mp3", 2)}},
		{"voice-early", Recipe{Profile: Voice, Channels: "mix", Parts: []RecipePart{part("a:0", 0, 7203460, -8000, 0)}}, []*Facts{soundFacts("wav", 1)}},
		{"voice-left-drift-cuts", Recipe{Profile: Voice, Channels: "left", GainDb: -3, Parts: []RecipePart{part("a:0", 0, 0, 0, 40)}, Cuts: cuts}, []*Facts{soundFacts("wav", 2)}},
		{"voice-right-of-mono", Recipe{Profile: Voice, Channels: "right", Parts: []RecipePart{part("a:0", 0, 0, 0, -3)}}, []*Facts{soundFacts("wav", 1)}},
		{"voice-parts", Recipe{Profile: Voice, Channels: "mix", Parts: []RecipePart{part("a:0", 0, 600000, 660000, 0), part("a:0", 1000, 0, 2000, 0), part("a:0", 0, 10, 9e9, 0)}},
			[]*Facts{soundFacts("mp3", 1), zoom, soundFacts("ogg", 1)}},
		{"voice-outside", Recipe{Profile: Voice, Channels: "mix", Parts: []RecipePart{part("a:0", 0, 1000, 9e9, 0)}}, []*Facts{soundFacts("mp3", 1)}},
		{"small", Recipe{Profile: Small, Channels: "mix", GainDb: 4.5, Parts: []RecipePart{part("a:0", 0, 7203460, 21, 0)}}, []*Facts{soundFacts("mp3", 2)}},
		{"copy", Recipe{Profile: Copy, Parts: []RecipePart{part("v:0", 0, length, 0, 0)}}, []*Facts{zoom}},
		{"copy-shorter", Recipe{Profile: Copy, LengthMs: 60000, Parts: []RecipePart{part("v:0", 0, length, 0, 0)}}, []*Facts{zoom}},
		{"p360-of-copy", Recipe{Profile: P360, Parts: []RecipePart{part("v:0", 0, length, 0, 0)}}, []*Facts{zoom}},
		{"slides-of-copy", Recipe{Profile: Slides, Parts: []RecipePart{part("v:0", 0, length, 0, 0)}}, []*Facts{zoom}},
		{"sheet-of-copy", Recipe{Profile: Sheet, Parts: []RecipePart{part("v:0", 0, length, 0, 0)}}, []*Facts{zoom}},
		{"p720", Recipe{Profile: P720, Parts: []RecipePart{part("v:0", 0, length, 0, 0)}}, []*Facts{webm}},
		{"p720-cuts", Recipe{Profile: P720, Parts: []RecipePart{part("v:0", 0, length, 0, 0)}, Cuts: cuts}, []*Facts{zoom}},
		{"p720-parts", Recipe{Profile: P720, Parts: two}, []*Facts{old, zoom}},
		{"p360", Recipe{Profile: P360, Parts: []RecipePart{part("v:0", 0, length, 0, 0)}}, []*Facts{webm}},
		{"slides-cuts", Recipe{Profile: Slides, Parts: []RecipePart{part("v:0", 0, length, 0, 0)}, Cuts: cuts}, []*Facts{zoom}},
		{"sheet-parts-cuts", Recipe{Profile: Sheet, Parts: two, Cuts: cuts}, []*Facts{old, zoom}},
		{"still", Recipe{Profile: Still, Title: "Opening"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.r.V = 1
			if c.r.LengthMs == 0 {
				c.r.LengthMs = length
			}
			got, err := CommandsOf(c.r, c.facts)
			if err != nil {
				t.Fatalf("CommandsOf = %v", err)
			}
			var b strings.Builder
			for name, text := range got.Files {
				b.WriteString("-- " + name + "\n" + text)
			}
			for _, args := range got.Steps {
				b.WriteString("ffmpeg")
				for _, a := range args {
					if strings.ContainsAny(a, " '|;()[]*\\") {
						a = `"` + a + `"`
					}
					b.WriteString(" " + a)
				}
				b.WriteString("\n")
			}
			golden(t, "args/"+c.name+".txt", []byte(b.String()))
		})
	}
}

func TestCommandsThatCannotBe(t *testing.T) {
	part := RecipePart{Master: refA, Stream: "v:0", ToMs: 1000}
	still := videoFacts("mov", false, Stream{DurationMs: 1000, Width: 1280, Height: 720})
	for _, c := range []struct {
		name, want string
		r          Recipe
		facts      []*Facts
	}{
		{"a copy of what cannot be copied", "cannot be copied", Recipe{Profile: Copy, LengthMs: 1000, Parts: []RecipePart{part}}, []*Facts{still}},
		{"a stream that is not there", "no stream v:3", Recipe{Profile: P720, LengthMs: 1000, Parts: []RecipePart{{Stream: "v:3"}}}, []*Facts{still}},
		{"facts of another number of masters", "facts of 0", Recipe{Profile: P720, LengthMs: 1000, Parts: []RecipePart{part}}, nil},
		{"a profile of a later program", "not one that is made", Recipe{Profile: "av1", LengthMs: 1000}, nil},
		{"no picture within the session", "lies within", Recipe{Profile: P720, LengthMs: 1000, Parts: []RecipePart{{Stream: "v:0", AtMs: 5000}}}, []*Facts{still}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := CommandsOf(c.r, c.facts); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("CommandsOf = %v, want an error with %q", err, c.want)
			}
		})
	}
}

// TestPiecesNeverOverlap places random parts: within the session, in order, one after the other.
func TestPiecesNeverOverlap(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		r := Recipe{LengthMs: 1 + rnd.Int64N(10000)}
		for range rnd.IntN(6) {
			from := rnd.Int64N(5000)
			r.Parts = append(r.Parts, RecipePart{FromMs: from, ToMs: from + rnd.Int64N(5000), AtMs: rnd.Int64N(14000) - 2000, Ppm: float64(rnd.IntN(3))})
		}
		at := int64(-1)
		for _, p := range pieces(r) {
			if p.atMs <= at || p.atMs < 0 || p.endMs <= p.atMs || p.endMs > r.LengthMs || p.toMs > 0 && p.fromMs >= p.toMs {
				t.Fatalf("pieces(%s) = %+v: wrong at %+v", r.JSON(), pieces(r), p)
			}
			at = p.endMs - 1
		}
	}
}

func TestSecondsAreExact(t *testing.T) {
	for ms, want := range map[int64]string{0: "0", 1: "0.001", 21: "0.021", 7203480: "7203.480", -40: "-0.040", 1000: "1"} {
		if got := seconds(ms); got != want {
			t.Errorf("seconds(%d) = %s, want %s", ms, got, want)
		}
	}
}

func TestATitleCannotCommandItsCard(t *testing.T) {
	for title, want := range map[string]string{
		`{\pos(0,0)}x`: `(⧵pos(0,0))x`, "two\nlines\r\n": "two lines", `a\Nb`: `a⧵Nb`, "  ": "", "x\x00y": "xy",
	} {
		if got := plainTitle(title); got != want {
			t.Errorf("plainTitle(%q) = %q, want %q", title, got, want)
		}
	}
	if got := plainTitle(strings.Repeat("ж", 5000)); len([]rune(got)) != maxTitle {
		t.Errorf("a title of 5000 letters became one of %d, want %d", len([]rune(got)), maxTitle)
	}
}
