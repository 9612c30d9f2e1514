package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"cabina/archive"
	"cabina/transcode"
)

// speakAll reads all thirty articles in one language.
func speakAll(ctx context.Context, l archive.Language, voice string) ([]reading, error) {
	_, articles, err := readUDHR(l)
	if err != nil {
		return nil, err
	}
	out := make([]reading, len(articles))
	for i, a := range articles {
		out[i].heading = a.heading
		for _, p := range append([]string{a.heading}, a.paragraphs...) {
			var clausesSpoken []spoken
			for _, c := range clauses(p) {
				samples, err := speak(ctx, voice, c)
				if err != nil {
					return nil, err
				}
				clausesSpoken = append(clausesSpoken, spoken{text: c, samples: samples})
			}
			out[i].paragraphs = append(out[i].paragraphs, clausesSpoken)
		}
	}
	return out, nil
}

// speak gives the samples of one clause, 16 bit mono at demoRate.
func speak(ctx context.Context, voice, text string) ([]int16, error) {
	cmd := exec.CommandContext(ctx, "espeak-ng", "-v", voice, "-s", "165", "--stdout", "--stdin")
	cmd.Stdin = strings.NewReader(text)
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return nil, errors.New("the voices are spoken by espeak-ng, which is not installed: apt-get install espeak-ng")
		}
		return nil, fmt.Errorf("espeak-ng: %w: %s", err, strings.TrimSpace(stderr.String()))
	}
	return wavSamples(out.Bytes())
}

// wavSamples reads what espeak-ng writes to its standard output: 16 bit mono PCM whose header does not know its length.
func wavSamples(wav []byte) ([]int16, error) {
	i := bytes.Index(wav, []byte("data"))
	if len(wav) < 44 || !bytes.HasPrefix(wav, []byte("RIFF")) || i < 0 || i+8 > len(wav) || binary.LittleEndian.Uint32(wav[24:]) != demoRate {
		return nil, fmt.Errorf("espeak-ng gave something else than 16 bit sound at %d Hz", demoRate)
	}
	pcm := wav[i+8:]
	out := make([]int16, len(pcm)/2)
	for n := range out {
		out[n] = int16(binary.LittleEndian.Uint16(pcm[2*n:]))
	}
	return out, nil
}

// trackSound is one voice of a session, as long as the session, with the captions of what it says.
type trackSound struct {
	samples []int16
	vtt     strings.Builder
}

func newTrackSound(samples int) *trackSound {
	t := &trackSound{samples: make([]int16, samples)}
	t.vtt.WriteString("WEBVTT\n\n")
	return t
}

// read speaks an article in its slot. The times of the captions are those of the sound.
func (t *trackSound) read(s slot, r reading) {
	at := s.startSample
	for _, p := range r.paragraphs {
		for _, c := range p {
			end := at + copy(t.samples[at:], c.samples)
			fmt.Fprintf(&t.vtt, "%s --> %s\n%s\n\n", vttTime(ms(at)), vttTime(ms(end)), escapeVTT.Replace(c.text))
			at = end
		}
	}
}

var escapeVTT = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func vttTime(ms int64) string {
	return fmt.Sprintf("%02d:%02d:%02d.%03d", ms/3600_000, ms/60_000%60, ms/1000%60, ms%1000)
}

// save writes NAME.flac and NAME.vtt, each if it is wanted.
func (t *trackSound) save(ctx context.Context, tools *transcode.Tools, dir, name string, voice, text bool) error {
	if text {
		if err := os.WriteFile(filepath.Join(dir, name+".vtt"), []byte(t.vtt.String()), 0o644); err != nil {
			return err
		}
	}
	if !voice {
		return nil
	}
	var pcm bytes.Buffer
	if err := binary.Write(&pcm, binary.LittleEndian, t.samples); err != nil {
		return err
	}
	return tools.Encode(ctx, dir, &pcm, ms(len(t.samples)), "-f", "s16le", "-ar", fmt.Sprint(demoRate), "-ac", "1", "-i", "pipe:0", "-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact",
		"-c:a", "flac", name+".flac")
}
