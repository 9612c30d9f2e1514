package transcode

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cabina/archive"
	"cabina/transcode/jail"
)

func TestHowMuchOfTheProcessorACallMayUse(t *testing.T) {
	for name, c := range map[string]struct {
		call call
		want time.Duration
	}{
		"nothing but a probe":          {call{}, 120 * time.Second},
		"an hour of sound, or copied":  {call{lengthMs: 3600_000}, 120*time.Second + 18*time.Minute},
		"an hour of a picture encoded": {call{lengthMs: 3600_000, encodes: true}, 120*time.Second + 3*time.Hour},
	} {
		if got := c.call.limits(0); got.CPU != c.want {
			t.Errorf("%s: %s of processor time, want %s", name, got.CPU, c.want)
		}
	}
	for profile, want := range map[string]bool{P720: true, P360: true, Slides: true, Still: true, Copy: false, Voice: false, Small: false, Sheet: false} {
		if encodesPicture(profile) != want {
			t.Errorf("encodesPicture(%s) = %v, want %v", profile, !want, want)
		}
	}
}

// TestLimitsAreToldInWords runs a tool without a jail into its limits.
func TestLimitsAreToldInWords(t *testing.T) {
	spin := script(t, "while :; do :; done")
	limits := (&call{}).limits(0)
	limits.CPU = time.Second
	err := spin.start(t.Context(), []string{spin.FFmpeg}, call{dir: t.TempDir()}, limits, &tailWriter{})
	if err = toolError("ffmpeg", err, limits, "a complaint"); err == nil || !strings.Contains(err.Error(), "took more than 1s of processor time") {
		t.Errorf("a tool that does not end: %v, want that it took too much of the processor", err)
	}
}

func TestAToolGetsWhatItsCallIsFor(t *testing.T) {
	in := writeFile(t, "a b.wav", "x")
	dir := t.TempDir()
	for name, c := range map[string]struct {
		call        call
		has, hasNot []string
	}{
		"a probe writes nowhere":        {call{in: []string{in}, dir: dir}, []string{`"in":["` + in + `"]`}, []string{`"out"`, `"fonts"`}},
		"a rendition writes its folder": {call{in: []string{in}, dir: dir, writes: true}, []string{`"out":"` + dir + `"`}, []string{`"fonts"`}},
		"a title card reads fonts":      {call{dir: dir, writes: true, fonts: true}, []string{`"fonts":true`}, []string{`"in"`}},
	} {
		line, err := jailed([]string{"self", "jail"}, []string{"/usr/bin/ffmpeg", "-x"}, c.call, c.call.limits(0))
		if err != nil || len(line) != 5 || !slices.Equal(line[:2], []string{"self", "jail"}) || !slices.Equal(line[3:], []string{"/usr/bin/ffmpeg", "-x"}) {
			t.Fatalf("%s: %v, %v; want the jail, its rules and the tool", name, line, err)
		}
		for _, want := range c.has {
			if !strings.Contains(line[2], want) {
				t.Errorf("%s: rules %s, want %s", name, line[2], want)
			}
		}
		for _, not := range c.hasNot {
			if strings.Contains(line[2], not) {
				t.Errorf("%s: rules %s, want no %s", name, line[2], not)
			}
		}
	}
}

// TestAJailThatFailsIsNoFaultOfTheFile: a script cannot be run in it, so that it refuses; the file is good.
func TestAJailThatFailsIsNoFaultOfTheFile(t *testing.T) {
	good := makeMedia(t, "a.wav", "-f", "lavfi", "-i", "sine=d=1")
	tools := script(t, "exit 0")
	tools.Jail = selfJail
	_, err := tools.Probe(t.Context(), good)
	var refused *Refused
	if !errors.Is(err, errUnconfined) || errors.As(err, &refused) || !strings.Contains(err.Error(), "is no program") {
		t.Errorf("Probe = %v, want that the tool could not be confined, and why", err)
	}
}

// TestWhatAToolSaysIsHeldAgainstLimits: a file that makes ffprobe say too much, or what is no JSON, is refused; it ends nobody's import.
func TestWhatAToolSaysIsHeldAgainstLimits(t *testing.T) {
	good := makeMedia(t, "a.wav", "-f", "lavfi", "-i", "sine=d=1")
	for name, body := range map[string]string{"too much": "head -c 17000000 /dev/zero | tr '\\0' x", "no JSON": "echo '{]'"} {
		_, err := script(t, body).Probe(t.Context(), good)
		var refused *Refused
		if !errors.As(err, &refused) {
			t.Errorf("%s: Probe = %v, want a refusal", name, err)
		}
	}
}

func TestTextPacketsAreTakenOut(t *testing.T) {
	path := filepath.Join(shared(t), "data", "sessions", "multi-audio-4lang-80s.mp4")
	tools := jailedTools(t)
	f, err := tools.Probe(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range f.Of(archive.Text) {
		packets, err := tools.TextPackets(t.Context(), path, f, s.Spec())
		if err != nil || len(packets) == 0 || packets[0].ForMs <= 0 || len(packets[0].Data) == 0 {
			t.Errorf("TextPackets(%s) = %d packets, %v; want some with times and bytes", s.Spec(), len(packets), err)
		}
	}
	var refused *Refused
	if _, err := tools.TextPackets(t.Context(), writeFile(t, "x.mp4", "\x00\x00\x00\x08ftyp"), f, "s:0"); !errors.As(err, &refused) {
		t.Errorf("TextPackets of a broken file = %v, want a refusal", err)
	}
}

// TestNothingEscapes tries the jail with ffmpeg itself, as check does; and sees that the tries go through without it.
func TestNothingEscapes(t *testing.T) {
	names, err := jailedTools(t).Escapes(t.Context())
	if err != nil || len(names) > 0 && jail.Ask().Landlock > 0 {
		t.Errorf("Escapes() = %v, %v; want nothing", names, err)
	}
	bare := &Tools{Scratch: t.TempDir()}
	if names, err := bare.Escapes(t.Context()); err != nil || len(names) != 2 {
		t.Errorf("without a jail Escapes() = %v, %v; want both tries to go through", names, err)
	}
	if entries, err := os.ReadDir(bare.Scratch); err != nil || len(entries) > 0 {
		t.Errorf("scratch holds %v, %v; want nothing", entries, err)
	}
}
