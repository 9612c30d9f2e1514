package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"cabina/archive"
)

// demoCmd makes a small conference on the spot and imports it: the Universal Declaration of Human Rights, read aloud in three sessions. Only the texts are
// carried in the program; voices are spoken by espeak-ng, slides are set by ffmpeg. One voice and one text are missing on purpose, so that holes are seen.
type demoCmd struct {
	IfEmpty bool   `help:"Do nothing if the archive holds a session already."`
	Keep    string `help:"Keep the folders that were made, here, as an example of what import takes." type:"path" placeholder:"DIR"`
}

// Run makes the demonstration. Doing it twice makes it once: its folders come out the same, and import changes nothing then.
func (c *demoCmd) Run(ctx context.Context, a *app) error {
	if c.IfEmpty {
		if empty, err := a.empty(ctx); err != nil || !empty {
			return err
		}
	}
	dir := c.Keep
	if dir == "" {
		tmp, err := os.MkdirTemp("", "cabina-demo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(tmp)
		dir = tmp
	}
	fmt.Fprintln(a.Err, "Making the demonstration: the Universal Declaration of Human Rights, read aloud in six languages.")
	root := filepath.Join(dir, demoConference)
	d := demo{dir: root, tools: mediaTools(""), say: func(format string, args ...any) { fmt.Fprintf(a.Err, format+"\n", args...) }}
	if err := d.make(ctx); err != nil {
		return fmt.Errorf("demonstration: %w", err)
	}
	take := importCmd{Dirs: []string{root}}
	return take.Run(ctx, a)
}

// empty is true of an archive without a session, and of a store that is not there yet.
func (a *app) empty(ctx context.Context) (bool, error) {
	arc, _, err := a.open(ctx, toWrite)
	if err != nil {
		return false, err
	}
	for _, err := range arc.Sessions(ctx) {
		return false, err
	}
	return true, nil
}

const demoConference = "udhr"

// demoLanguages are the booths in the order of their keys, with espeak-ng's names for them.
var demoLanguages = []struct {
	tag   archive.Language
	voice string
}{
	{"en", "en-gb"}, {"es", "es"}, {"fr", "fr-fr"}, {"pt", "pt-br"}, {"ru", "ru"}, {"ar", "ar"},
}

// The holes: who looks at these sessions sees a key without a voice, and a voice without a text.
const (
	demoNoVoice, demoNoVoiceIn = 1, archive.Language("pt") // the second session
	demoNoText, demoNoTextIn   = 2, archive.Language("ar") // the third
)
