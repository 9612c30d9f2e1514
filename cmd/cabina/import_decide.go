package main

import (
	"fmt"

	"cabina/archive"
	"cabina/transcode"
)

// master is what a file of a folder turned out to be.
type master struct {
	Ref   archive.Ref
	Size  int64             // bytes
	Path  string            // where its bytes can be read now
	Facts *transcode.Facts  // of a recording
	Text  *archive.ReadText // of a subtitle file
	Inner []innerText       // the subtitle tracks inside a recording
	// Skipped are subtitle tracks inside it that are no text.
	Skipped []leftAlone
	spool   *archive.Spooled // nil where the archive has it already, or nothing is to be written
}

// innerText is a subtitle track of a recording, taken out of it as a file of its own.
type innerText struct {
	master
	N        int // s:N in the recording
	Language archive.Language
	Name     string
}

// take is one track of the session to be: which stretch of which stream of which file, and as what.
type take struct {
	File     *file
	Name     string // of the file, or of the track inside it
	Master   *master
	Kind     archive.Kind
	Role     archive.Role
	Language archive.Language
	Part     archive.Part
	Profile  string // of a picture: copy or p720
	Origin   string // of a text
	Why      string // what decided it, where that is not plain
	own      bool   // a sound inside a video: a file of its own for the same place is preferred

	spare     bool               // a picture beside the one that is kept: its master is, and nothing is made of it
	byPicture bool               // the sound of a video that is placed by what the video shows
	Placing   *transcode.Placing // how it was; nil until it was
	Placed    []archive.Part     // where its stretches lie; nil: Part alone says it

	Sound    *transcode.Sound // what was heard; nil until it was
	Channels string           // decided by that: mix, left or right
	GainDb   float64          // decided by that
	Gate     []archive.Finding
}

// parts are what a version is made of.
func (t *take) parts() []archive.Part {
	if t.Placed != nil {
		return t.Placed
	}
	return []archive.Part{t.Part}
}

func (t *take) words() string { return trackWords(t.Kind, t.Role, t.Language) }

// plan is what a folder becomes.
type plan struct {
	Takes    []*take // in the order of the tracks: picture, floor, voices, texts
	Left     []leftAlone
	Refused  []refusal
	LengthMs int64
	By       string // what gave the length: picture or voice
}

// decide makes a plan of the files of a folder after they were looked at. It is pure. languages are the conference's in its order; voices of others follow
// by their tags. kept is the master of the picture that the session has already; empty: none. Where something is refused, the plan is not to be carried out.
func decide(files []*file, languages []archive.Language, kept archive.Ref) *plan {
	d := decision{plan: &plan{}, files: files, languages: languages, kept: kept}
	d.choosePicture()
	for _, f := range files {
		if f.Class == mediaFile {
			d.sounds(f)
		}
	}
	d.settleSounds()
	d.spares()
	d.texts()
	d.plan.settleLength()
	d.order()
	if len(d.plan.Refused) == 0 && d.plan.LengthMs == 0 {
		d.plan.Refused = append(d.plan.Refused, refusal{"", "there is no picture and no sound in it; put at least one beside the texts"})
	}
	return d.plan
}

// decision is a plan while it is made.
type decision struct {
	plan    *plan
	files   []*file
	picture *file // whose picture is the session's; nil where there is none
	videos  []*file
	sound   []*take

	languages []archive.Language
	kept      archive.Ref
}

func (d *decision) refuse(name, format string, args ...any) {
	d.plan.Refused = append(d.plan.Refused, refusal{name, fmt.Sprintf(format, args...)})
}

func (d *decision) leave(name, format string, args ...any) {
	d.plan.Left = append(d.plan.Left, leftAlone{name, fmt.Sprintf(format, args...)})
}

// streams gives a file's streams of a kind, in its order. What session.json calls a sound has no picture.
func (f *file) streams(kind archive.Kind) []*transcode.Stream {
	if f.Master == nil || f.Master.Facts == nil || kind == archive.Video && f.Said.Kind == archive.Audio {
		return nil
	}
	return f.Master.Facts.Of(kind)
}

func (f *file) sign() bool { return f.Said.Role == archive.Sign }

func (d *decision) takePicture(f *file, role archive.Role, why string) {
	all := f.streams(archive.Video)
	s := all[0]
	if s.DurationMs <= 0 {
		d.refuse(f.Name, "the length of its picture cannot be told; copy it into a new container (ffmpeg -i %s -c copy new.mkv)", f.Name)
		return
	}
	t := &take{File: f, Name: f.Name, Master: f.Master, Kind: archive.Video, Role: role, Language: archive.PictureLanguage, Part: part(f.Master, s, 0),
		Profile: transcode.P720, Why: why}
	if f.Master.Facts.Copyable {
		t.Profile = transcode.Copy
	}
	if role == archive.Sign {
		t.Part.AtMs = f.Said.at()
		if t.Language = f.Language; t.Language == "" {
			d.refuse(f.Name, `its sign language is not said; say it in its entry in files of session.json, as "language": "ase"`)
			return
		}
	}
	d.plan.Takes = append(d.plan.Takes, t)
	for _, s := range all[1:] {
		d.leave(f.Name, "its picture %s, as v:0 is taken", s.Spec())
	}
}

func part(m *master, s *transcode.Stream, atMs int64) archive.Part {
	return archive.Part{Master: m.Ref, Stream: s.Spec(), ToMs: s.DurationMs, AtMs: atMs}
}
