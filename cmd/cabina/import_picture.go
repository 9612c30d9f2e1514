package main

import (
	"fmt"
	"slices"
	"strings"

	"cabina/archive"
	"cabina/transcode"
)

// choosePicture finds the one picture that is kept, and sign-language pictures beside it.
func (d *decision) choosePicture() {
	for _, f := range d.files {
		if f.Class != mediaFile {
			continue
		}
		switch n := len(f.streams(archive.Video)); {
		case n == 0 && (f.Said.Kind == archive.Video || f.Said.Picture):
			d.refuse(f.Name, "session.json calls it a video, and there is no picture in it; take that out of its entry in files")
		case n == 0:
		case f.sign():
			d.takePicture(f, archive.Sign, "")
		default:
			d.videos = append(d.videos, f)
		}
	}
	marked := slices.DeleteFunc(slices.Clone(d.videos), func(f *file) bool { return !f.Said.Picture && f.Said.Role != archive.Picture })
	had := slices.IndexFunc(d.videos, func(f *file) bool { return f.Master.Ref == d.kept })
	var why string
	switch {
	case len(d.videos) == 0:
		return
	case len(marked) > 1:
		d.refuse(marked[1].Name, `session.json says "picture" of it and of %s too; a session has one, say it of one`, marked[0].Name)
		return
	case len(marked) == 1 && had >= 0 && d.videos[had] != marked[0]:
		d.refuse(marked[0].Name, `session.json says "picture" of it, and the session has that of %s, on which its voices are placed; take "picture" out of its entry, or import the folder anew with --id`,
			d.videos[had].Name)
		return
	case len(marked) == 1:
		d.picture, why = marked[0], "as session.json says"
	case had >= 0:
		d.picture, why = d.videos[had], "as the session has it already"
	default:
		d.picture, why = bestPicture(d.videos, d.languages)
	}
	if n := len(d.videos); n > 1 {
		why = fmt.Sprintf("kept of %d pictures, %s", n, why)
	} else {
		why = ""
	}
	d.takePicture(d.picture, archive.Picture, why)
}

// alikeMs is how much two pictures may differ in length and be equally long: encoders add and leave out as much at the ends.
const alikeMs = 500

// bestPicture chooses the picture that is kept: the floor's, else that with most pixels, else the longest, else that of the conference's first language, else the
// first by name. It says which of these decided.
func bestPicture(videos []*file, languages []archive.Language) (f *file, why string) {
	stream := func(f *file) *transcode.Stream { return f.streams(archive.Video)[0] }
	pixels := func(f *file) int { return stream(f).Width * stream(f).Height }
	channel := func(f *file) int {
		if i := slices.Index(languages, f.Language); i >= 0 {
			return i
		}
		return len(languages)
	}
	most, longest, first := 0, int64(0), len(languages)
	left := slices.Clone(videos)
	for _, step := range []struct {
		why  string
		look func(*file)
		keep func(*file) bool
	}{
		{"as it is the floor's", func(*file) {}, func(f *file) bool { return f.Floor }},
		{"as it has most pixels", func(f *file) { most = max(most, pixels(f)) }, func(f *file) bool { return pixels(f) == most }},
		{"as it is the longest", func(f *file) { longest = max(longest, stream(f).DurationMs) }, func(f *file) bool { return stream(f).DurationMs >= longest-alikeMs }},
		{"as its language is the conference's first here", func(f *file) { first = min(first, channel(f)) }, func(f *file) bool { return channel(f) == first }},
	} {
		for _, f := range left {
			step.look(f)
		}
		better := slices.DeleteFunc(slices.Clone(left), func(f *file) bool { return !step.keep(f) })
		switch {
		case len(better) == 1:
			return better[0], step.why
		case len(better) > 0:
			left = better
		}
	}
	return slices.MinFunc(left, func(a, b *file) int { return strings.Compare(a.Name, b.Name) }), "the first by name of those that are alike"
}

// byPicture is true of a video whose voice is placed by what it shows: not of the picture that is kept, and not where somebody said where it begins.
func (d *decision) byPicture(f *file) bool {
	return d.picture != nil && f != d.picture && f.Said.AtMs == nil && slices.Contains(d.videos, f)
}

// spares keeps the videos of which nothing else is taken, for staff alone, and says of all what becomes of their pictures.
func (d *decision) spares() {
	for _, f := range d.videos {
		if f == d.picture || d.picture == nil {
			continue
		}
		d.leave(f.Name, `its picture, as that of %s is the session's ("picture": true in its entry in files of session.json would choose it)`, d.picture.Name)
		if slices.ContainsFunc(d.plan.Takes, func(t *take) bool { return t.Master.Ref == f.Master.Ref }) {
			continue
		}
		s := f.streams(archive.Video)[0]
		if s.DurationMs <= 0 {
			d.refuse(f.Name, "the length of its picture cannot be told; copy it into a new container (ffmpeg -i %s -c copy new.mkv)", f.Name)
			continue
		}
		d.plan.Takes = append(d.plan.Takes, &take{File: f, Name: f.Name, Master: f.Master, Kind: archive.Video, Role: archive.Picture, Language: archive.PictureLanguage,
			Part: part(f.Master, s, 0), Profile: transcode.P720, spare: true, Why: "kept for staff, as nothing else of it is taken"})
	}
}
