package transcode

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cabina/archive"
)

// The bounds of the profile copy: what browsers, televisions and telephones play as it is, in segments that a slow line can carry.
const (
	copyLong    = 1920
	copyShort   = 1088 // 1080 lines are coded as 1088
	copyGopMs   = 30_000
	copySegment = 8 << 20 // bytes
)

// refuseTracks refuses what is encrypted or lies elsewhere, before any tool sees it.
func refuseTracks(tracks []movTrack) error {
	for _, t := range tracks {
		switch {
		case t.encrypted:
			return &Refused{"it is encrypted (protected against copying)", "the recording without protection would do"}
		case t.elsewhere && (t.handler == "vide" || t.handler == "soun"):
			return &Refused{"it only refers to media in another file", "the recording with its media inside (not a reference movie) would do"}
		}
	}
	return nil
}

// movFacts adds what a file's own index says to its pictures.
func (f *Facts) movFacts(tracks []movTrack) {
	pictures := movPictures(tracks)
	for i, s := range f.Of(archive.Video) {
		if i < len(pictures) && pictures[i].sizes {
			s.LongestMs, s.Largest = pictures[i].longestMs, pictures[i].largest
		}
	}
}

func movPictures(tracks []movTrack) []movTrack {
	return slices.DeleteFunc(slices.Clone(tracks), func(t movTrack) bool { return t.handler != "vide" })
}

// scanWhereNeeded reads a file packet by packet where neither its index nor ffprobe knows how long it is, or how far its key frames lie apart.
func (t *Tools) scanWhereNeeded(ctx context.Context, path string, f *Facts) error {
	for i := range f.Streams {
		s := &f.Streams[i]
		media := s.Kind == archive.Video || s.Kind == archive.Audio
		if media && s.DurationMs == 0 || s.Kind == archive.Video && s.LongestMs == 0 {
			if err := t.scan(ctx, path, f, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// decideCopy says whether the file's first picture may be played as it is.
func (f *Facts) decideCopy(tracks []movTrack) {
	f.WhyNotCopy = f.whyNotCopy(tracks)
	f.Copyable = f.WhyNotCopy == ""
}

func (f *Facts) whyNotCopy(tracks []movTrack) string {
	pictures := f.Of(archive.Video)
	if len(pictures) == 0 {
		return "it has no picture"
	}
	s := pictures[0]
	b := s.bounds
	long, short := max(b.wide, b.high), min(b.wide, b.high)
	switch {
	case s.Codec != "h264":
		return "its picture is " + s.Codec + ", not h264"
	case s.N != 0:
		return "another picture stands before it"
	case !slices.Contains([]string{"mov", "matroska", "flv"}, f.Format):
		return "the times of its pictures are not certain in " + f.Format
	case b.pixels != "yuv420p" && b.pixels != "yuvj420p":
		return "its points are " + b.pixels + ", not 8 bit 4:2:0"
	case !strings.HasSuffix(b.profile, "Baseline") && b.profile != "Main" && b.profile != "High":
		return "its profile is " + b.profile
	case long > copyLong || short > copyShort:
		return fmt.Sprintf("it has %d × %d points, more than 1080p", b.wide, b.high)
	case s.Interlaced:
		return "it is interlaced"
	case b.rotated:
		return "it is turned"
	case s.StartMs < 0:
		return "its times begin before 0"
	case s.LongestMs == 0:
		return "its key frames are not known"
	case s.LongestMs > copyGopMs:
		return fmt.Sprintf("its key frames lie up to %.1f s apart", float64(s.LongestMs)/1000)
	case s.Largest > copySegment:
		return fmt.Sprintf("between two key frames lie up to %.1f MB", float64(s.Largest)/1e6)
	}
	if movs := movPictures(tracks); len(movs) > 0 {
		return movs[0].whyNotCopy()
	}
	return ""
}

// editSlackMs is what an edit list may leave out at the start: the delay of pictures that are decoded before they are shown.
const editSlackMs = 500

func (t movTrack) whyNotCopy() string {
	switch {
	case t.entries > 1:
		return "its size changes on the way"
	case t.edits > 1, t.trimMs > editSlackMs:
		return "an edit list leaves parts of it out"
	}
	return ""
}

// tryMs is how much of a picture is copied to see whether it can be.
const tryMs = 10_000

// tryCopy copies the beginning of a picture and reads what came out. Files with odd times are found here rather than when nothing is left to decide.
func (t *Tools) tryCopy(ctx context.Context, path string, f *Facts) error {
	if !f.Copyable {
		return nil
	}
	length := min(f.Of(archive.Video)[0].DurationMs, tryMs)
	r := Recipe{Profile: Copy, LengthMs: length, Parts: []RecipePart{{Stream: "v:0", ToMs: length}}}
	err := t.inDir(func(dir string) error {
		if err := t.Render(ctx, dir, r, []string{path}, []*Facts{f}, nil); err != nil {
			return err
		}
		out, err := os.Open(filepath.Join(dir, outFile))
		if err != nil {
			return err
		}
		defer out.Close()
		info, err := out.Stat()
		if err == nil {
			_, _, err = ReadIndex(out, info.Size())
		}
		return err
	})
	if errors.Is(err, errUnconfined) {
		return err
	}
	if err != nil && ctx.Err() == nil {
		f.Copyable, f.WhyNotCopy = false, "copying it fails: "+oneLine(err.Error())
	}
	return ctx.Err()
}
