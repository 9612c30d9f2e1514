package transcode

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cabina/archive"
)

// How much of a cue is shown at once: the two lines of 42 letters that broadcasters agree on. A letter of Chinese, Japanese or Korean
// is as wide as two.
const (
	vttLines = 2
	vttWidth = 42
)

// vttMost is the latest time that is written, 1,000 hours: far behind any session.
const vttMost = 1000 * 3600 * 1000

// WebVTT writes cues as a WebVTT file (W3C WebVTT 1, section 6), in order of their begin. A cue longer than two lines of 42 letters is cut, for
// showing, into several, between words, each as long as its share of the letters. Cues without a letter are left out.
//
// A line that looks invented by a machine has a NOTE before it that says so; whether it is among the cues is the caller's to say (archive.Track.Drawn).
//
// Text is text: whatever it holds, nothing in it can end a cue, begin a block, be a tag or an escape, or hold "-->". Of a cue's settings only
// those that WebVTT knows are written.
func WebVTT(cues []archive.Cue) []byte {
	var shown []archive.Cue
	for _, c := range cues {
		shown = append(shown, vttCut(c)...)
	}
	slices.SortStableFunc(shown, func(a, b archive.Cue) int { return cmp.Compare(a.StartMs, b.StartMs) })
	var b strings.Builder
	b.WriteString("WEBVTT\n")
	for _, c := range shown {
		if c.Invented {
			b.WriteString("\nNOTE The next line was probably invented by a machine.\n")
		}
		b.WriteString("\n" + vttTime(c.StartMs) + " --> " + vttTime(c.EndMs) + vttSettings(c.Settings) + "\n")
		b.WriteString(vttEscape.Replace(c.Text) + "\n")
	}
	return []byte(b.String())
}

var vttEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// vttTime writes ms as hh:mm:ss.ttt, hours with more digits where they need them.
func vttTime(ms int64) string {
	return fmt.Sprintf("%02d:%02d:%02d.%03d", ms/3600_000, ms/60_000%60, ms/1000%60, ms%1000)
}

// The settings of a cue (W3C WebVTT 1, section 6.3): all but region, for we write no regions.
var vttSetting = regexp.MustCompile(`^(vertical:(rl|lr)|line:(-?[0-9]{1,4}|[0-9]{1,3}(\.[0-9]{1,6})?%)(,(start|center|end))?|` +
	`position:[0-9]{1,3}(\.[0-9]{1,6})?%(,(line-left|center|line-right))?|size:[0-9]{1,3}(\.[0-9]{1,6})?%|align:(start|center|end|left|right))$`)

// vttSettings gives the settings that are well formed, each with a space before it.
func vttSettings(settings string) string {
	out := ""
	for _, s := range strings.Fields(settings) {
		if vttSetting.MatchString(s) {
			out += " " + s
		}
	}
	return out
}
