package transcode

import (
	"strings"
	"unicode"
)

const (
	cardFile = "card.ass"
	gopFile  = "gop.mp4"
	loopFile = "loop.mp4"
	gopLen   = 30 // pictures, one a second
)

// stillCommands makes a title card: one group of pictures is encoded and repeated to the session's end, where the last picture is as short as it has to be. Two
// hours take less than a second.
func stillCommands(r Recipe) Commands {
	gop := append(beginArgs(), "-f", "lavfi", "-i", "color=c=0x1d2b36:s=1280x720:r=1:d="+itoa(gopLen), "-vf", "subtitles="+cardFile)
	gop = append(gop, cleanArgs[:]...)
	gop = append(gop, "-c:v", "libx264", "-preset", "veryfast", "-tune", "stillimage", "-crf", "24", "-pix_fmt", "yuv420p", "-threads", "2", "-bf", "0",
		"-g", itoa(gopLen), "-keyint_min", itoa(gopLen), "-sc_threshold", "0", "-video_track_timescale", "1000", gopFile)

	pictures := (r.LengthMs + 999) / 1000
	last := r.LengthMs - (pictures-1)*1000
	// A bitstream filter cannot follow a repeated input: it takes the end of each turn for the end. So the file is repeated first.
	loop := append(beginArgs(), "-protocol_whitelist", "file", "-stream_loop", "-1", "-f", "mov", "-i", gopFile, "-t", seconds(pictures*1000-500), "-c", "copy",
		"-video_track_timescale", "1000", "-movflags", "+frag_keyframe+empty_moov", loopFile)
	out := append(beginArgs(), "-protocol_whitelist", "file", "-f", "mov", "-i", loopFile)
	out = append(out, cleanArgs[:]...)
	out = append(out, "-c", "copy", "-bsf:v", `setts=duration=if(eq(N\,`+itoa(pictures-1)+`)\,`+itoa(last)+`\,1000)`, "-video_track_timescale", "1000")
	out = append(append(out, fragments[:]...), outFile)
	return Commands{Files: map[string]string{cardFile: titleCard(r.Title)}, Steps: [][]string{gop, loop, out}, Fonts: true}
}

// titleCard is an ASS script that sets a title in the middle of 1280 × 720. libass shapes it, whatever its script and direction.
func titleCard(title string) string {
	return `[Script Info]
ScriptType: v4.00+
PlayResX: 1280
PlayResY: 720
WrapStyle: 0

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Title,Noto Sans,` + titleSize(title) + `,&H00F2F2F2,&H00F2F2F2,&H00000000,&H00000000,0,0,0,0,100,100,0,0,1,0,0,5,120,120,60,-1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:00.00,9:59:59.00,Title,,0,0,0,,` + plainTitle(title) + "\n"
}

// titleSize lets long titles be set small enough to stay on the card.
func titleSize(title string) string {
	switch n := len([]rune(title)); {
	case n > 240:
		return "34"
	case n > 100:
		return "44"
	}
	return "56"
}

const maxTitle = 600 // letters on a card

// plainTitle makes a title a text without any meaning to ASS: braces hold its commands, a backslash begins its escapes.
func plainTitle(title string) string {
	title = strings.Map(func(r rune) rune {
		switch {
		case r == '{':
			return '('
		case r == '}':
			return ')'
		case r == '\\':
			return '⧵'
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, title)
	runes := []rune(strings.Join(strings.Fields(title), " "))
	if len(runes) > maxTitle {
		runes = append(runes[:maxTitle-1], '…')
	}
	return string(runes)
}
