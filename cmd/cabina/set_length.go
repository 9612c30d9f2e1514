package main

import (
	"fmt"

	"cabina/archive"
)

// lengthChange reads what the session's length shall be by: longest, or picture. The length changes by this act alone, never because a voice was added.
func lengthChange(field, value string) (change, error) {
	if value != archive.ByLongest && value != archive.ByPicture {
		return nil, wrong("%s: %q is none; longest is (as long as the longest voice: the last picture is held), and picture (as long as the picture)", field, value)
	}
	return func(e *editor) error { return e.lengthBy(field, value) }, nil
}

// lengthBy gives the session another length. Its clock's number rises: what was made for the old length plays until all is there for the new.
func (e *editor) lengthBy(field, by string) error {
	var length int64
	if t := e.Picture(); t != nil {
		length = archive.EndMs(t.Current().Parts)
	} else if by == archive.ByPicture {
		return fmt.Errorf("%s: the session has no picture; longest makes it as long as its longest voice", field)
	} else {
		by = archive.ByVoice
	}
	longest := length
	for _, t := range e.Live(archive.Audio) {
		longest = max(longest, archive.EndMs(t.Current().Parts))
	}
	switch {
	case by == archive.ByLongest && longest == length:
		by = archive.ByPicture // no voice is longer
	case by != archive.ByPicture:
		length = longest
	}
	if length <= 0 {
		return fmt.Errorf("%s: nothing of the session lies behind 0:00; shift its voices first", field)
	}
	if length == e.Clock.LengthMs {
		return nil
	}
	e.Clock.N++
	e.Clock.LengthMs, e.Clock.By = length, by
	for _, t := range e.Live(archive.Audio) {
		v := t.Current()
		v.Gate = withLength(v.Gate, length, v.Parts)
	}
	return nil
}

// findingIn says a finding of a session in words, and what can be done about it.
func findingIn(s *archive.Session, f archive.Finding) string {
	words := findingWords(f)
	if f.Code == findLonger {
		words += "; `cabina set " + s.ID + " clock.lengthMs=longest` makes the session as long and holds its last picture"
	}
	return words
}
