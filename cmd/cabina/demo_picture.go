package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"cabina/transcode"
)

// The slides are set by libass, which shapes Arabic and breaks lines; the colours are those of the interface's paper and desk.
const slidesHead = `[Script Info]
ScriptType: v4.00+
PlayResX: 1280
PlayResY: 720
WrapStyle: 1
ScaledBorderAndShadow: yes

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, BackColour, Bold, Italic, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Head,Noto Sans,62,&H001B2014,&H00FFFFFF,&H00FFFFFF,-1,0,1,0,0,7,96,96,84,1
Style: HeadR,Noto Sans Arabic,74,&H001B2014,&H00FFFFFF,&H00FFFFFF,-1,0,1,0,0,9,96,96,84,-1
Style: Text,Noto Serif,44,&H00464C40,&H00FFFFFF,&H00FFFFFF,0,0,1,0,0,7,96,96,196,1
Style: TextR,Noto Naskh Arabic,60,&H00464C40,&H00FFFFFF,&H00FFFFFF,0,0,1,0,0,9,96,96,196,-1
Style: Small,Noto Serif,36,&H00464C40,&H00FFFFFF,&H00FFFFFF,0,0,1,0,0,7,96,96,196,1
Style: SmallR,Noto Naskh Arabic,50,&H00464C40,&H00FFFFFF,&H00FFFFFF,0,0,1,0,0,9,96,96,196,-1
Style: Bar,Noto Sans,10,&H0040560A,&H0040560A,&H0040560A,0,0,1,0,0,7,0,0,0,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
`

// longText is how many letters a slide holds in large type.
const longText = 330

// drawSlides makes the session's picture: a slide for each paragraph, in the language that the room hears.
func drawSlides(ctx context.Context, tools *transcode.Tools, dir string, slots []slot, read [][]reading, lengthMs int64) error {
	const name = "slides.ass"
	var b strings.Builder
	b.WriteString(slidesHead)
	fmt.Fprintf(&b, "Dialogue: 0,%s,%s,Bar,,0,0,0,,{\\p1}m 0 0 l 1280 0 1280 20 0 20{\\p0}\n", assTime(0), assTime(lengthMs))
	keys := []string{"0"}
	for i, s := range slots {
		until := lengthMs
		if i+1 < len(slots) {
			until = slots[i+1].startMs - demoPause/2
		}
		from := max(s.startMs-demoPause/2, 0)
		if i == 0 {
			from = 0
		}
		keys = append(keys, writeSlides(&b, s, read[s.floor][s.article], demoLanguages[s.floor].tag == "ar", from, until)...)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		return err
	}
	defer os.Remove(path)
	return tools.Encode(ctx, dir, nil, lengthMs, "-f", "lavfi", "-i", fmt.Sprintf("color=c=0xfcfcfa:s=1280x720:r=5:d=%d.%03d", lengthMs/1000, lengthMs%1000), "-vf", "ass="+name,
		"-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact", "-c:v", "libx264", "-preset", "veryfast", "-tune", "stillimage", "-crf", "20", "-pix_fmt", "yuv420p", "-bf", "0",
		"-g", "40", "-force_key_frames", strings.Join(keys, ","), "-threads", "2", "video.mp4")
}

// writeSlides sets the paragraphs of one article and gives the times at which a slide begins, in seconds.
func writeSlides(b *strings.Builder, s slot, r reading, rtl bool, from, until int64) (keys []string) {
	side := ""
	if rtl {
		side = "R"
	}
	fmt.Fprintf(b, "Dialogue: 0,%s,%s,Head%s,,0,0,0,,%s\n", assTime(from), assTime(until), side, assText(strings.TrimSuffix(r.heading, ".")))
	keys = append(keys, fmt.Sprintf("%d.%03d", from/1000, from%1000))
	at := s.startSample
	begin := from
	for i, p := range r.paragraphs {
		var words []string
		for _, c := range p {
			words = append(words, c.text)
			at += len(c.samples)
		}
		if i == 0 { // the heading, said before the first paragraph is shown with it
			continue
		}
		end := ms(at)
		if i == len(r.paragraphs)-1 {
			end = until
		}
		text, style := strings.Join(words, " "), "Text"
		if len([]rune(text)) > longText {
			style = "Small"
		}
		fmt.Fprintf(b, "Dialogue: 0,%s,%s,%s%s,,0,0,0,,%s\n", assTime(begin), assTime(end), style, side, assText(text))
		if begin != from {
			keys = append(keys, fmt.Sprintf("%d.%03d", begin/1000, begin%1000))
		}
		begin = end
	}
	return keys
}

// assText keeps what would be an instruction to libass out of a text.
func assText(s string) string {
	return strings.NewReplacer("{", "(", "}", ")", "\\", "/", "\n", `\N`).Replace(s)
}

// assTime is hours, minutes, seconds and hundredths.
func assTime(ms int64) string {
	return fmt.Sprintf("%d:%02d:%02d.%02d", ms/3600_000, ms/60_000%60, ms/1000%60, ms%1000/10)
}
