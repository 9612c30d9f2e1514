package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"cabina/archive"
	"cabina/transcode"
)

// maxPpm is how far a clock can be off, in millionths: the worst recorders are 200 off. More than a thousand is another rate, or another recording.
const maxPpm = 1000

// overlapMs is how far two parts may reach into one another: what encoders put around a sound, and how far a place is known that somebody wrote down.
const overlapMs = 100

// eachFile is a flag that is said for one file after the other. Its values may begin with a minus, which kong takes from a single value only.
type eachFile []string

// Decode is called by kong for each time that the flag is said.
func (e *eachFile) Decode(ctx *kong.DecodeContext) error {
	var value string
	if err := ctx.Scan.PopValueInto("value", &value); err != nil {
		return err
	}
	*e = append(*e, value)
	return nil
}

// places checks what the flags say of where parts lie.
func (c *addTrackCmd) places() error {
	if n := len(c.At); n > 1 && n != len(c.Files) {
		return wrong("--at: it is said %d times, and there are %s; say it once for each, or once alone: then the others follow", n, count(len(c.Files), "file", "files"))
	}
	if n := len(c.Ppm); n > 1 && n != len(c.Files) {
		return wrong("--ppm: it is said %d times, and there are %s; say it once for each, or once for all", n, count(len(c.Files), "file", "files"))
	}
	if len(c.Ppm) > 0 && c.Kind != string(archive.Audio) {
		return wrong("--ppm: only a sound is stretched; leave it out for a %s", c.Kind)
	}
	if c.Channel != "" && c.Kind != string(archive.Audio) {
		return wrong("--channel: only a sound has channels; leave it out for a %s", c.Kind)
	}
	for i := range c.Files {
		if _, err := c.at(i); err != nil {
			return err
		}
		if _, err := c.ppm(i); err != nil {
			return err
		}
	}
	return nil
}

// at is where the i-th file begins, in ms, as far as it is said; it may lie before the clock's 0.
func (c *addTrackCmd) at(i int) (int64, error) {
	if i >= len(c.At) {
		return 0, nil
	}
	text, before := strings.CutPrefix(c.At[i], "-")
	ms, err := parseClock(text)
	if err != nil {
		return 0, wrong("--at: %w", err)
	}
	if before {
		ms = -ms
	}
	return ms, nil
}

// ppm is the drift of the i-th file.
func (c *addTrackCmd) ppm(i int) (float64, error) {
	switch {
	case len(c.Ppm) == 0:
		return 0, nil
	case len(c.Ppm) == 1:
		i = 0
	}
	ppm, err := parsePpm(c.Ppm[i])
	if err != nil {
		return 0, wrong("--ppm: %w", err)
	}
	return ppm, nil
}

// parsePpm reads a drift in millionths.
func parsePpm(value string) (float64, error) {
	ppm, err := strconv.ParseFloat(value, 64)
	if err != nil || !(math.Abs(ppm) <= maxPpm) {
		return 0, fmt.Errorf("%q is no drift; a number from -%d to %[2]d is, in millionths: 21 where the recording lasts 21 µs a second longer than by its own clock", value, maxPpm)
	}
	return math.Round(ppm*1000)/1000 + 0, nil
}

// part is one file as a part: AtMs is where it lies by what was said of it, else 0.
func (ad *adding) part(ctx context.Context, i int) (archive.Part, error) {
	f, kind := ad.files[i], ad.track.Kind
	facts := f.Master.Facts
	streams := facts.Of(kind)
	if len(streams) == 0 {
		return archive.Part{}, fmt.Errorf("there is no %s in it", map[archive.Kind]string{archive.Audio: "sound", archive.Video: "picture"}[kind])
	}
	stream := pick(streams, ad.track.Language)
	at, _ := ad.cmd.at(i) // both were read before
	ppm, _ := ad.cmd.ppm(i)
	p := archive.Part{Master: f.Master.Ref, Stream: stream.Spec(), ToMs: stream.DurationMs, AtMs: at, Ppm: ppm}
	if kind != archive.Audio {
		return p, nil
	}
	if c := ad.cmd.Channel; (c == "left" || c == "right") && stream.Channels < 2 {
		return p, fmt.Errorf("it has no %s channel to take; leave --channel out", c)
	}
	h, err := hear(ctx, ad.tools, f.Master, p.Stream, ad.cmd.Channel, func(done float64) { ad.progress.say("listening to %s, %d %%", f.Name, int(done*100)) })
	if err != nil {
		return p, err
	}
	ad.heard[i] = h
	p.ToMs = h.heardMs(p.ToMs)
	p.AtMs += facts.OffsetMs(stream)
	return p, nil
}

// placed puts parts on the clock: those of which no place was said behind the one before. They come out in the clock's order; an overlap is refused.
func (c *addTrackCmd) placed(parts []archive.Part) ([]archive.Part, error) {
	for i := range parts {
		if i > 0 && i >= len(c.At) {
			parts[i].AtMs += parts[i-1].EndMs()
		}
	}
	order := make([]int, len(parts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(parts[a].AtMs, parts[b].AtMs) })
	out := make([]archive.Part, len(parts))
	for i, n := range order {
		out[i] = parts[n]
	}
	if i, over := noOverlap(out); over > 0 {
		before := out[i-1]
		return nil, fmt.Errorf("%s begins at %s, and %s before it ends %s later: parts do not overlap; place it at %s or later (--at, once for each file)",
			c.Files[order[i]], clock(out[i].AtMs), c.Files[order[i-1]], seconds(over), clock(before.EndMs()+999))
	}
	return out, nil
}

// noOverlap takes from the end of each part what little reaches into the next: nobody hears it, and the document then says what is taken. Where more does, over is
// how many ms, and i the part that begins too early. Parts are in the clock's order.
func noOverlap(parts []archive.Part) (i int, over int64) {
	for i := 1; i < len(parts); i++ {
		before := &parts[i-1]
		over := before.EndMs() - parts[i].AtMs
		if over > overlapMs || over > 0 && before.FromMs+over >= before.ToMs {
			return i, over
		}
		before.ToMs -= max(over, 0)
	}
	return 0, 0
}

// sound decides what is heard of the parts: one channel and one gain for all.
func (ad *adding) sound(v *archive.Version) error {
	var all []channels
	for _, h := range ad.heard {
		all = append(all, h.Channels)
	}
	take, bad, err := agreed(all, channelFlag)
	if err != nil {
		return fmt.Errorf("%s: %w", ad.cmd.Files[bad], err)
	}
	v.Channels = take
	var power, length float64
	seen := map[string]int{}
	for i, h := range ad.heard {
		ms := float64(max(h.Sound.DurationMs, 1))
		if ad.heard[i].Sound.Loudness(take) >= silentLUFS {
			power += ms * math.Pow(10, -transcode.GainOf(h.Sound, take)/10)
			length += ms
		}
		for _, f := range h.Gate {
			if seen[f.Code]++; f.Code == findSilent && seen[f.Code] < len(ad.heard) {
				continue // the others are heard
			}
			v.Gate = append(slices.DeleteFunc(v.Gate, func(o archive.Finding) bool { return o.Code == f.Code }), f)
		}
	}
	if length > 0 {
		v.GainDb = math.Round(-100*math.Log10(power/length))/10 + 0
	}
	return nil
}
