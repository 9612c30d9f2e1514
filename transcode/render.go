package transcode

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// Render makes a rendition in dir, an empty folder: out.mp4, or sheet-1.jpg, sheet-2.jpg …. Masters are the paths of the recipe's parts' masters, facts theirs.
// A tool that fails is a *ToolError. Progress is told from 0 to 1.
func (t *Tools) Render(ctx context.Context, dir string, r Recipe, masters []string, facts []*Facts, progress func(float64)) error {
	commands, err := CommandsOf(r, facts)
	if err != nil {
		return err
	}
	for name, content := range commands.Files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return err
		}
	}
	longest := r.LengthMs
	for _, f := range facts { // a short stretch late in a long master has to be read up to there
		longest = max(longest, f.DurationMs)
	}
	for i, args := range commands.Steps {
		done := func(f float64) {
			if progress != nil {
				progress((float64(i) + f) / float64(len(commands.Steps)))
			}
		}
		c := call{args: args, in: masters, dir: dir, writes: true, lengthMs: longest, encodes: encodesPicture(r.Profile), fonts: commands.Fonts, stdout: readProgress(r.LengthMs, done)}
		if err := t.run(ctx, "ffmpeg", c); err != nil {
			return fmt.Errorf("%s: %w", r.Profile, err)
		}
	}
	return nil
}

// encodesPicture is true of the profiles that cost most. Sheets decode key frames alone.
func encodesPicture(profile string) bool {
	return profile == P720 || profile == P360 || profile == Slides || profile == Still
}
