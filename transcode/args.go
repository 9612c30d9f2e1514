package transcode

import (
	"fmt"
	"strconv"
	"strings"
)

// Commands makes one rendition: command lines of ffmpeg to be run one after the other in one working directory, where the inputs are in0, in1 … in the order of the
// recipe's parts. They are pure, a recipe and the facts of its masters give them, and golden files hold them. The rendition is then out.mp4, or sheet-1.jpg, sheet-2.jpg ….
type Commands struct {
	Files map[string]string // written into the working directory before: name to content
	Steps [][]string        // arguments of ffmpeg
	Fonts bool              // they set text
}

const (
	outFile    = "out.mp4"
	sheetFiles = "sheet-%d.jpg"
)

// CommandsOf gives the commands of a recipe; facts are those of the master of each of its parts.
func CommandsOf(r Recipe, facts []*Facts) (Commands, error) {
	if len(facts) != len(r.Parts) {
		return Commands{}, fmt.Errorf("%d parts, but facts of %d masters", len(r.Parts), len(facts))
	}
	for i, p := range r.Parts {
		if facts[i].Stream(p.Stream) == nil {
			return Commands{}, fmt.Errorf("part %d: its master has no stream %s", i+1, p.Stream)
		}
	}
	switch r.Profile {
	case Still:
		return stillCommands(r), nil
	case Voice, Small:
		return oneStep(soundArgs(r, facts))
	case Copy:
		return oneStep(copyArgs(r, facts))
	case P720, P360, Slides:
		return oneStep(pictureArgs(r, facts))
	case Sheet:
		return oneStep(sheetArgs(r, facts))
	}
	return Commands{}, fmt.Errorf("profile %.20q is not one that is made", r.Profile)
}

func oneStep(args []string, err error) (Commands, error) {
	return Commands{Steps: [][]string{args}}, err
}

// beginArgs begins each command line: no questions, no chatter, what is wrong on standard error, progress on standard output.
func beginArgs() []string {
	return append([]string{"-nostdin", "-hide_banner", "-v", "warning", "-y"}, progressArgs[:]...)
}

// cleanArgs keeps everything out of a rendition but its one stream: titles, chapters and data of a master may say what nobody meant to publish.
var cleanArgs = [...]string{"-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"}

// fragments makes one fragment for each key frame. Without cmaf, pictures that are shown in another order than decoded come late.
var fragments = [...]string{"-movflags", "+cmaf+frag_keyframe+global_sidx"}

// inputs opens the master of each part.
func inputs(facts []*Facts, options ...string) []string {
	var out []string
	for i, f := range facts {
		out = append(append(out, options...), input(f.Format, i)...)
	}
	return out
}

// graph is a filter graph in the making: chains of filters.
type graph struct{ chains []string }

func (g *graph) chain(from string, filters []string, to string) {
	g.chains = append(g.chains, from+strings.Join(filters, ",")+to)
}

func (g *graph) String() string { return strings.Join(g.chains, ";") }

// seconds writes ms as seconds, exactly.
func seconds(ms int64) string {
	sign := ""
	if ms < 0 {
		sign, ms = "-", -ms
	}
	if ms%1000 == 0 {
		return sign + itoa(ms/1000)
	}
	return sign + itoa(ms/1000) + "." + itoa(ms%1000 + 1000)[1:]
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func ftoa(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
