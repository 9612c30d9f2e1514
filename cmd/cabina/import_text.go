package main

import (
	"cmp"
	"slices"

	"cabina/archive"
)

// texts takes the subtitle files, and those subtitle tracks inside recordings for whose place there is no file.
func (d *decision) texts() {
	type place struct {
		role archive.Role
		lang archive.Language
	}
	first := map[place]string{}
	for _, f := range d.files {
		if f.Class != textFile {
			continue
		}
		first[place{textRole(f), f.Language}] = f.Name
		d.plan.Takes = append(d.plan.Takes, &take{File: f, Name: f.Name, Master: f.Master, Kind: archive.Text, Role: textRole(f), Language: f.Language,
			Part: archive.Part{Master: f.Master.Ref, AtMs: f.Said.at()}, Origin: originOf(f)})
	}
	for _, f := range d.files {
		if f.Master == nil {
			continue
		}
		d.plan.Left = append(d.plan.Left, f.Master.Skipped...)
		for i := range f.Master.Inner {
			in := &f.Master.Inner[i]
			lang := in.Language
			if lang == "" && len(f.Master.Inner) == 1 {
				lang = f.Language
			}
			at := place{archive.Captions, lang}
			switch {
			case lang == "":
				d.leave(f.Name, "its subtitles s:%d, which say no language", in.N)
				continue
			case first[at] != "":
				d.leave(f.Name, "its subtitles s:%d, as %s is the text for that place", in.N, first[at])
				continue
			}
			first[at] = f.Name
			d.plan.Takes = append(d.plan.Takes, &take{File: f, Name: in.Name, Master: &in.master, Kind: archive.Text, Role: archive.Captions, Language: lang,
				Part: archive.Part{Master: in.Ref, AtMs: -d.voiceAt(lang)}, Why: "inside the recording"})
		}
	}
}

// originOf is who wrote a text: as session.json says, else a machine where the file shows that.
func originOf(f *file) string {
	if f.Said.Origin == "" && f.Master.Text.Machine {
		return "machine"
	}
	return f.Said.Origin
}

// voiceAt is where the voice begins that a text of a language follows. The times of a text inside a recording are the picture's, those of the document are the
// voice's.
func (d *decision) voiceAt(lang archive.Language) int64 {
	var at int64
	for _, t := range d.plan.Takes {
		if t.Kind == archive.Audio && t.Role != archive.Description {
			if t.Language == lang {
				return t.Part.AtMs
			}
			if t.Role == archive.Floor {
				at = t.Part.AtMs
			}
		}
	}
	return at
}

// settleLength finds the session's length: that of its picture, else of its longest voice; then holds every voice against it. It is done again when the
// sounds were heard.
func (p *plan) settleLength() {
	p.LengthMs, p.By = 0, ""
	for _, t := range p.Takes {
		if t.Role == archive.Picture && !t.spare {
			p.LengthMs, p.By = t.Part.ToMs, "picture"
		}
	}
	if p.By == "" {
		for _, t := range p.Takes {
			if end := t.Part.AtMs + t.Part.ToMs; t.Kind == archive.Audio && end > p.LengthMs {
				p.LengthMs, p.By = end, "voice"
			}
		}
	}
	for _, t := range p.Takes {
		if t.Kind == archive.Audio {
			t.Gate = withLength(t.Gate, p.LengthMs, t.parts())
		}
	}
}

// order puts the takes in the order of the document: the picture, the floor, the other voices and then the texts, each by language: the conference's
// order is that of its keys, and the first is prepared first.
func (d *decision) order() {
	rank := func(t *take) int {
		switch {
		case t.spare:
			return 5
		case t.Role == archive.Picture:
			return 0
		case t.Role == archive.Floor:
			return 1
		case t.Kind == archive.Audio:
			return 2
		case t.Role == archive.Sign:
			return 3
		}
		return 4
	}
	key := func(l archive.Language) int {
		if i := slices.Index(d.languages, l); i >= 0 {
			return i
		}
		return len(d.languages)
	}
	slices.SortStableFunc(d.plan.Takes, func(a, b *take) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Role, b.Role), cmp.Compare(key(a.Language), key(b.Language)), cmp.Compare(a.Language, b.Language))
	})
	slices.SortStableFunc(d.plan.Left, func(a, b leftAlone) int { return cmp.Compare(a.Name, b.Name) })
}
