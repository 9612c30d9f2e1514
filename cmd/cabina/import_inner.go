package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"cabina/archive"
	"cabina/transcode"
)

// A subtitle track inside a recording becomes a file of its own, which is then a master like any other. transcode takes the packets out as they are; what
// they say is read here, never by a decoder of ffmpeg's, which passes markup through. The file is always the same for the same recording.

// innerCodecs are the subtitle tracks that are text, with what reads a packet of each.
var innerCodecs = map[string]func([]byte) string{
	"mov_text": movText,
	"subrip":   func(p []byte) string { return string(p) },
	"webvtt":   func(p []byte) string { return string(p) },
	"text":     func(p []byte) string { return string(p) },
	"ass":      assEvent,
	"ssa":      assEvent,
}

// inner takes the subtitle tracks out of a recording. One that is no text, or holds none, is left alone with a word.
func (l *looker) inner(ctx context.Context, f *file) error {
	facts := f.Master.Facts
	var start int64
	if pictures := facts.Of(archive.Video); len(pictures) > 0 {
		start = pictures[0].StartMs
	}
	for _, s := range facts.Of(archive.Text) {
		read := innerCodecs[s.Codec]
		if read == nil {
			f.Master.Skipped = append(f.Master.Skipped, leftAlone{f.Name, fmt.Sprintf("its subtitles %s, which are no text (%s)", s.Spec(), s.Codec)})
			continue
		}
		packets, err := l.tools.TextPackets(ctx, f.Master.Path, facts, s.Spec())
		if err != nil {
			return err
		}
		in := innerText{N: s.N, Language: languageOf(string(s.Language)), Name: f.Name + " " + s.Spec()}
		data := innerVTT(packets, s.Codec, read, start)
		in.Text, err = archive.ReadSubtitles(data, "inner.vtt", in.Language)
		var empty *archive.Unreadable
		if errors.As(err, &empty) {
			f.Master.Skipped = append(f.Master.Skipped, leftAlone{f.Name, "its subtitles " + s.Spec() + ", which say nothing"})
			continue
		}
		if err != nil {
			return err
		}
		m, err := l.fetchFrom(ctx, bytes.NewReader(data))
		if err != nil {
			return err
		}
		in.Ref, in.Size, in.Path, in.spool = m.Ref, m.Size, m.Path, m.spool
		f.Master.Inner = append(f.Master.Inner, in)
	}
	return nil
}

// movText reads a packet of 3GPP timed text (TS 26.245, 5.17): a length in two bytes, the text, and boxes of style that are passed by.
func movText(p []byte) string {
	if len(p) < 2 {
		return ""
	}
	n := int(p[0])<<8 | int(p[1])
	return string(p[2:min(2+n, len(p))])
}

// assEvent reads one event of SSA/ASS as Matroska carries it: eight fields, then the text, with {commands} and \N for a new line.
func assEvent(p []byte) string {
	fields := strings.SplitN(string(p), ",", 9)
	text := strings.NewReplacer(`\N`, "\n", `\n`, "\n", `\h`, " ").Replace(fields[len(fields)-1])
	var b strings.Builder
	for {
		before, rest, open := strings.Cut(text, "{")
		b.WriteString(before)
		_, after, closed := strings.Cut(rest, "}")
		if !open || !closed {
			return b.String()
		}
		text = after
	}
}

// innerVTT writes the packets as WebVTT, their times less start. SubRip's and WebVTT's own markup is read first, as the file formats' is.
func innerVTT(packets []transcode.TextPacket, codec string, read func([]byte) string, start int64) []byte {
	var b strings.Builder
	b.WriteString("WEBVTT\n\n")
	for _, p := range packets {
		text := plainLines(read(p.Data))
		if codec == "subrip" || codec == "webvtt" || codec == "text" {
			text = withoutMarkup(text)
		}
		from := p.AtMs - start
		until := from + p.ForMs
		if from = max(from, 0); text == "" || until <= from {
			continue
		}
		fmt.Fprintf(&b, "%s --> %s\n%s\n\n", cueTime(from), cueTime(until), escapeCue.Replace(text))
	}
	return []byte(b.String())
}

// plainLines keeps the lines that say something: an empty one would end the cue.
func plainLines(text string) string {
	var out []string
	for line := range strings.Lines(strings.ToValidUTF8(strings.ReplaceAll(text, "\r", "\n"), "�")) {
		if line = strings.TrimSpace(strings.Trim(line, "\x00")); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// withoutMarkup has a cue's text read as SubRip is, in a file of its own. What cannot be read so is taken as it stands.
func withoutMarkup(text string) string {
	one, err := archive.ReadSubtitles([]byte("1\n00:00:00,000 --> 00:00:01,000\n"+text+"\n"), "x.srt", "")
	if err != nil || len(one.Cues) != 1 {
		return text
	}
	return one.Cues[0].Text
}

var escapeCue = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// cueTime writes ms as WebVTT does.
func cueTime(ms int64) string {
	return fmt.Sprintf("%02d:%02d:%02d.%03d", ms/3600_000, ms/60_000%60, ms/1000%60, ms%1000)
}
