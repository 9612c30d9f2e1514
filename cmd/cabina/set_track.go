package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"cabina/archive"
)

// The bounds of what a voice can be shifted by and made louder.
const (
	maxShiftMs = 24 * 3600 * 1000
	minGainDb  = -60
	maxGainDb  = 30 // as for the gain that is decided from a measure: more makes noise of silence
)

func parseTrackChange(field, id, name, value string) (change, error) {
	on := func(do func(*editor, *archive.Track) error) (change, error) {
		return func(e *editor) error {
			t, err := e.track(field, id)
			if err != nil {
				return err
			}
			return do(e, t)
		}, nil
	}
	switch name {
	case "shiftMs":
		ms, err := strconv.ParseInt(value, 10, 64)
		if err != nil || ms < -maxShiftMs || ms > maxShiftMs {
			return nil, wrong("%s: %q is no shift; a whole number of milliseconds is, as 80 (later) or -80 (sooner), a day at most", field, value)
		}
		return on(func(e *editor, t *archive.Track) error { return e.shift(field, t, ms) })
	case "gainDb":
		db, err := strconv.ParseFloat(value, 64)
		if err != nil || !(db >= minGainDb && db <= maxGainDb) {
			return nil, wrong("%s: %q is no gain; a number from %d to %d is, in decibels", field, value, minGainDb, maxGainDb)
		}
		return on(func(e *editor, t *archive.Track) error { return e.gain(field, t, db) })
	case "ppm":
		ppm, err := parsePpm(value)
		if err != nil {
			return nil, wrong("%s: %w", field, err)
		}
		return on(func(e *editor, t *archive.Track) error { return e.drift(field, t, ppm) })
	case "language":
		l := languageOf(value)
		if l == "" && value != string(archive.PictureLanguage) {
			return nil, wrong("%s: %q is no language; ru, pt-BR and mul are", field, value)
		}
		if l == "" {
			l = archive.PictureLanguage
		}
		return on(func(_ *editor, t *archive.Track) error { t.Language = l; return nil })
	case "role":
		all := []archive.Role{archive.Picture, archive.Sign, archive.Floor, archive.Interpretation, archive.Description, archive.Captions}
		if !slices.Contains(all, archive.Role(value)) {
			return nil, wrong("%s: %q is no role; %v are", field, value, all)
		}
		return on(func(_ *editor, t *archive.Track) error { t.Role = archive.Role(value); return nil })
	case "published":
		v, err := strconv.Atoi(value)
		if value != "" && (err != nil || v < 0) {
			return nil, wrong("%s: %q is no version; 1, 2 … are, and nothing after the = for none", field, value)
		}
		return on(func(_ *editor, t *archive.Track) error { return publish(field, t, v) })
	case "visibility":
		if value != "" && archive.Visibility(value) != archive.Staff {
			return nil, wrong("%s: %q is none for a track; staff is, and nothing after the = for that of its session", field, value)
		}
		return on(func(_ *editor, t *archive.Track) error { t.Visibility = archive.Visibility(value); return nil })
	case "origin":
		if !slices.Contains([]string{"", "machine", "human"}, value) {
			return nil, wrong("%s: %q is none; machine and human are", field, value)
		}
		return on(func(_ *editor, t *archive.Track) error { t.Origin = value; return nil })
	case "checked":
		return on(func(_ *editor, t *archive.Track) error {
			if t.Kind != archive.Text {
				return fmt.Errorf("%s: %s is a %s; only a text is checked", field, t.ID, t.Kind)
			}
			t.Checked = value
			return nil
		})
	}
	if n, ok := strings.CutPrefix(name, "speakers."); ok {
		number, err := strconv.Atoi(n)
		if err != nil || number < 1 {
			return nil, wrong("%s: %q is no speaker; 1 is, for the one that is shown as Speaker 1", field, n)
		}
		return on(func(_ *editor, t *archive.Track) error {
			if t.Kind != archive.Text || t.Current() == nil {
				return fmt.Errorf("%s: %s is no published text; only one has speakers to name", field, t.ID)
			}
			t.NameSpeaker(number, strings.TrimSpace(value))
			return nil
		})
	}
	return nil, wrong("%s: there is no such field of a track; there are shiftMs, ppm, gainDb, language, role, published, visibility, origin, checked and speakers.1", field)
}

func publish(field string, t *archive.Track, v int) error {
	if w := t.Version(v); v != 0 && (w == nil || w.Withdrawn) {
		return fmt.Errorf("%s: %s has no version %d to publish; it has 1 to %d, without those withdrawn", field, t.ID, v, len(t.Versions))
	}
	t.Published = v
	return nil
}

// shift places every part of a track ms later, in a new version that is published at once.
func (e *editor) shift(field string, t *archive.Track, ms int64) error {
	if t.Kind != archive.Audio && t.Kind != archive.Text {
		return fmt.Errorf("%s: %s is a %s; voices and texts can be shifted, each against the picture", field, t.ID, t.Kind)
	}
	if ms == 0 {
		return nil
	}
	v, err := e.version(field, t)
	if err != nil {
		return err
	}
	for i := range v.Parts {
		v.Parts[i].AtMs += ms
	}
	if t.Kind == archive.Audio {
		v.Gate = movedByHand(withLength(v.Gate, e.Clock.LengthMs, v.Parts))
	}
	return nil
}

// drift stretches every part of a sound by ppm, in a new version that is published at once. Each stays at its place, but for one that begins where the one before
// it ends: it does so still.
func (e *editor) drift(field string, t *archive.Track, ppm float64) error {
	if t.Kind != archive.Audio {
		return fmt.Errorf("%s: %s is a %s; only a sound is stretched", field, t.ID, t.Kind)
	}
	base := e.base(t)
	if base != nil && !slices.ContainsFunc(base.Parts, func(p archive.Part) bool { return p.Ppm != ppm }) {
		return nil
	}
	v, err := e.version(field, t)
	if err != nil {
		return err
	}
	var end int64 // of the part before, as it was
	for i := range v.Parts {
		p := &v.Parts[i]
		follows := i > 0 && p.AtMs == end
		end = p.EndMs()
		if p.Ppm = ppm; follows {
			p.AtMs = v.Parts[i-1].EndMs()
		}
	}
	if i, over := noOverlap(v.Parts); over > 0 {
		return fmt.Errorf("%s: part %d of %s would end %s behind the begin of part %d; shift the parts apart first (add-track with --at for each)", field, i, t.ID, seconds(over), i+1)
	}
	v.Gate = withLength(v.Gate, e.Clock.LengthMs, v.Parts)
	return nil
}

// gain makes a sound louder or softer, in a new version that is published at once.
func (e *editor) gain(field string, t *archive.Track, db float64) error {
	if t.Kind != archive.Audio {
		return fmt.Errorf("%s: %s is a %s; only a sound has a gain", field, t.ID, t.Kind)
	}
	if v := e.base(t); v != nil && v.GainDb == db {
		return nil
	}
	v, err := e.version(field, t)
	if err != nil {
		return err
	}
	v.GainDb = db
	return nil
}

// base is the version that a new one is made from: what viewers get, else the newest.
func (e *editor) base(t *archive.Track) *archive.Version {
	if _, ok := e.fresh[t.ID]; ok || t.Current() == nil {
		return t.Version(len(t.Versions))
	}
	return t.Current()
}

// version gives the new version of a track in this change: a copy of base, appended and published. Several fields of one track share it.
func (e *editor) version(field string, t *archive.Track) (*archive.Version, error) {
	base := e.base(t)
	if base == nil {
		return nil, fmt.Errorf("%s: %s has no version to change", field, t.ID)
	}
	if _, ok := e.fresh[t.ID]; ok {
		return base, nil
	}
	v := *base
	v.V, v.At, v.By, v.Withdrawn = len(t.Versions)+1, e.at, e.by, false
	v.Parts, v.Gate, v.Unread, v.Unknown = slices.Clone(base.Parts), slices.Clone(base.Gate), slices.Clone(base.Unread), maps.Clone(base.Unknown)
	t.Versions = append(t.Versions, v)
	t.Published = v.V
	if e.fresh == nil {
		e.fresh = map[string]struct{}{}
	}
	e.fresh[t.ID] = struct{}{}
	return &t.Versions[len(t.Versions)-1], nil
}
