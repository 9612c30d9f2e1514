package main

import (
	"slices"
	"strings"

	"cabina/archive"
	"cabina/transcode"
)

// sounds decides which voices a recording gives: by session.json, else by its name, else by the tags of its streams, else, of the only video, the floor.
func (d *decision) sounds(f *file) {
	all := f.streams(archive.Audio)
	switch {
	case len(all) == 0:
		if len(f.streams(archive.Video)) == 0 && len(f.Master.Inner) == 0 {
			d.refuse(f.Name, "there is no sound and no picture in it; take it out of the folder")
		} else if f.Said.Kind == archive.Audio {
			d.refuse(f.Name, "session.json calls it a sound, and there is no sound in it; take that out of its entry in files")
		}
	case f.sign():
		d.leave(f.Name, "its sound, as the video is there for its signs")
	case len(all) == 1:
		d.oneSound(f, all[0])
	default:
		d.manySounds(f, all)
	}
}

// oneSound is the plain case: a recording of one voice.
func (d *decision) oneSound(f *file, s *transcode.Stream) {
	tag := languageOf(string(s.Language))
	switch {
	case f.Floor:
		d.hear(f, s, archive.Floor, f.Language, "")
	case f.Language != "":
		d.hear(f, s, "", f.Language, "")
	case d.onlyVideo(f):
		if floor := d.otherFloor(f); floor != nil {
			d.leave(f.Name, "its sound, as %s is the floor", floor.Name)
			return
		}
		lang := archive.FloorLanguage
		if tag != "" && !d.spokenElsewhere(f, tag) {
			lang = tag // the room spoke one language, as its recording says
		}
		d.hear(f, s, archive.Floor, lang, "the only video, and no other file is the floor")
	case tag != "":
		d.hear(f, s, "", tag, "the recording itself says so")
	default:
		d.refuse(f.Name, "%s", cannotTell(f.Name))
	}
}

// manySounds is a recording with a voice in each of several streams, told apart by their tags. One without a tag is what the name says, or the floor.
func (d *decision) manySounds(f *file, all []*transcode.Stream) {
	first := map[archive.Language]string{} // the stream that speaks it
	var untold []*transcode.Stream
	for _, s := range all {
		tag := languageOf(string(s.Language))
		if tag == "" {
			untold = append(untold, s)
			continue
		}
		if other := first[tag]; other != "" {
			d.leave(f.Name, "its sound %s, as %s is in %s too", s.Spec(), other, tag)
			continue
		}
		first[tag] = s.Spec()
		d.hear(f, s, roleOf(tag), tag, "its streams say so")
	}
	switch {
	case len(untold) == 0:
	case len(untold) > 1:
		d.refuse(f.Name, "the languages of its sounds %s cannot be told; tag them in the container (ffmpeg -metadata:s:%s language=spa), or give a file for each",
			specs(untold), untold[0].Spec())
	case f.Floor:
		d.hear(f, untold[0], archive.Floor, f.Language, "")
	case f.Language != "" && first[f.Language] == "":
		d.hear(f, untold[0], "", f.Language, "its other sounds have languages of their own")
	case f.Language == "" && d.onlyVideo(f) && first[archive.FloorLanguage] == "" && d.otherFloor(f) == nil:
		d.hear(f, untold[0], archive.Floor, archive.FloorLanguage, "the only sound without a language")
	default:
		d.refuse(f.Name, "the language of its sound %s cannot be told; tag it in the container (ffmpeg -metadata:s:%[1]s language=spa)", untold[0].Spec())
	}
}

func specs(list []*transcode.Stream) string {
	var out []string
	for _, s := range list {
		out = append(out, s.Spec())
	}
	return strings.Join(out, ", ")
}

func roleOf(lang archive.Language) archive.Role {
	if lang == archive.FloorLanguage {
		return archive.Floor
	}
	return archive.Interpretation
}

// hear takes a sound as a voice. A role of session.json goes before the one given.
func (d *decision) hear(f *file, s *transcode.Stream, role archive.Role, lang archive.Language, why string) {
	if role == "" {
		role = roleOf(lang)
	}
	switch f.Said.Role {
	case archive.Floor, archive.Interpretation, archive.Description:
		role = f.Said.Role
	}
	if s.DurationMs <= 0 {
		d.refuse(f.Name, "the length of its sound cannot be told; copy it into a new container (ffmpeg -i %s -c copy new.mka)", f.Name)
		return
	}
	if c := f.Said.Channel; c == "left" || c == "right" {
		if s.Channels < 2 {
			d.refuse(f.Name, `its sound %s has one channel, no %s one; take "channel" out of its entry in files of session.json`, s.Spec(), c)
			return
		}
	}
	at := f.Said.at() + f.Master.Facts.OffsetMs(s) // the sound of a video keeps its place beside the picture
	d.sound = append(d.sound, &take{File: f, Name: f.Name, Master: f.Master, Kind: archive.Audio, Role: role, Language: lang, Part: part(f.Master, s, at),
		Why: why, own: len(f.streams(archive.Video)) > 0, byPicture: d.byPicture(f)})
}

// onlyVideo is true of the one video of the folder.
func (d *decision) onlyVideo(f *file) bool { return len(d.videos) == 1 && d.videos[0] == f }

// otherFloor gives another file that is the floor.
func (d *decision) otherFloor(f *file) *file {
	for _, o := range d.files {
		if o == f || o.Class != mediaFile {
			continue
		}
		mul := func(s *transcode.Stream) bool { return languageOf(string(s.Language)) == archive.FloorLanguage }
		if len(o.streams(archive.Audio)) > 0 && (o.Floor || o.Language == "" && slices.ContainsFunc(o.streams(archive.Audio), mul)) {
			return o
		}
	}
	return nil
}

// spokenElsewhere is true of a language that another sound file of the folder has by its name: a camera that tags its own sound so means nothing by it.
func (d *decision) spokenElsewhere(f *file, lang archive.Language) bool {
	return slices.ContainsFunc(d.files, func(o *file) bool { return o != f && o.Class == mediaFile && o.Language == lang })
}

// settleSounds keeps one sound for each place: a file of its own before the sound of a video. Two of the same rank are refused: only a person can choose.
func (d *decision) settleSounds() {
	type place struct {
		role archive.Role
		lang archive.Language
	}
	slices.SortStableFunc(d.sound, func(a, b *take) int { return boolRank(a.own) - boolRank(b.own) })
	first := map[place]*take{}
	for _, t := range d.sound {
		at := place{t.Role, t.Language}
		other := first[at]
		switch {
		case other == nil:
			first[at] = t
			d.plan.Takes = append(d.plan.Takes, t)
		case t.own && !other.own:
			d.leave(t.Name, "its sound %s, as %s is the %s", t.Part.Stream, other.Name, other.words())
		default:
			d.refuse(t.Name, `%s is the %s already; take one of the two out of the folder, or say another language in files of session.json`, other.Name, other.words())
		}
	}
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}
