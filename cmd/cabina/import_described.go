package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"cabina/archive"
)

// The files that say what a folder is.
const (
	sessionFile    = "session.json"
	conferenceFile = "conference.json"
)

// described is session.json: the part of the session's document that people write, and what they say of its files.
type described struct {
	Schema     string                   `json:"$schema"`
	ID         string                   `json:"id"`
	Conference string                   `json:"conference"`
	Visibility archive.Visibility       `json:"visibility"`
	Title      archive.Words            `json:"title"`
	Summary    archive.Words            `json:"summary"`
	Topics     []string                 `json:"topics"`
	At         string                   `json:"at"`
	Rights     *archive.Rights          `json:"rights"`
	People     []archive.Person         `json:"people"`
	Chapters   []archive.Chapter        `json:"chapters"`
	Spans      []archive.Span           `json:"spans"`
	Files      map[string]describedFile `json:"files"`

	Odd []string `json:"-"` // fields that it cannot have: named, and left alone
}

// describedFile is what session.json says of one file. Empty is not said.
type describedFile struct {
	Kind     archive.Kind     `json:"kind"`
	Role     archive.Role     `json:"role"`
	Language archive.Language `json:"language"`
	AtMs     *int64           `json:"atMs"`    // nil: not said; then the sound of a video is placed by what it shows
	Picture  bool             `json:"picture"` // of several videos, the one whose picture is kept
	Channel  string           `json:"channel"` // of a sound: left, right or mix
	Origin   string           `json:"origin"`  // of a text: human or machine
}

// at is where the file begins on the session's clock, as far as it was said.
func (f describedFile) at() int64 {
	if f.AtMs == nil {
		return 0
	}
	return *f.AtMs
}

// describedConference is conference.json.
type describedConference struct {
	Schema     string             `json:"$schema"`
	ID         string             `json:"id"`
	Title      archive.Words      `json:"title"`
	Summary    archive.Words      `json:"summary"`
	From       string             `json:"from"`
	To         string             `json:"to"`
	Place      string             `json:"place"`
	Languages  []archive.Language `json:"languages"`
	Rights     *archive.Rights    `json:"rights"`
	Previews   bool               `json:"previews"`
	Visibility archive.Visibility `json:"visibility"`

	Odd []string `json:"-"`
}

// parseDescribed reads session.json and holds it against the rules of the document, so that nothing is refused later for what it says. Languages
// come out in their canonical form; people and chapters without an id get one.
func parseDescribed(data []byte) (*described, error) {
	d := new(described)
	odd, err := parseKnown(data, d)
	if err != nil {
		return nil, err
	}
	d.Odd = odd
	for _, name := range slices.Sorted(maps.Keys(d.Files)) {
		f, err := d.Files[name].canonical(name)
		if err != nil {
			return nil, err
		}
		d.Files[name] = f
	}
	numberPeople(d.People)
	numberChapters(d.Chapters)
	// The rules of the document are archive's. What needs the session's length is told when it is known.
	s := archive.Session{ID: "x", Conference: d.Conference, Visibility: d.Visibility, Title: d.Title, Summary: d.Summary, At: d.At, People: d.People,
		Chapters: d.Chapters, Clock: archive.Clock{N: 1}, NextTrack: 1}
	if d.ID != "" {
		s.ID = d.ID
	}
	if s.Visibility == "" || s.Visibility == archive.Unlisted {
		s.Visibility = archive.Public
	}
	return d, s.Check()
}

// parseDescribedConference reads conference.json.
func parseDescribedConference(data []byte) (*describedConference, error) {
	d := new(describedConference)
	odd, err := parseKnown(data, d)
	if err != nil {
		return nil, err
	}
	d.Odd = odd
	c := archive.Conference{ID: "x", Visibility: archive.Public, Languages: d.Languages}
	if d.ID != "" {
		c.ID = d.ID
	}
	if d.Visibility != "" {
		c.Visibility = d.Visibility
	}
	return d, c.Check()
}

// parseKnown reads a JSON object into a struct and gives the names of fields that the struct does not have.
func parseKnown(data []byte, into any) (odd []string, err error) {
	if err := json.Unmarshal(data, into); err != nil {
		return nil, fmt.Errorf("it cannot be read as JSON of that kind (%w); `cabina import --schema` prints what it can say", err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	for f := range reflect.TypeOf(into).Elem().Fields() {
		delete(all, f.Tag.Get("json"))
	}
	return slices.Sorted(maps.Keys(all)), nil
}

// canonical checks an entry of files.
func (f describedFile) canonical(name string) (describedFile, error) {
	bad := func(field, value, right string) error {
		return &archive.Invalid{Field: "files." + name + "." + field, Why: fmt.Sprintf("%q is none; %s", value, right)}
	}
	switch {
	case !slices.Contains([]archive.Kind{"", archive.Video, archive.Audio, archive.Text}, f.Kind):
		return f, bad("kind", string(f.Kind), "video, audio and text are")
	case !slices.Contains([]archive.Role{"", archive.Picture, archive.Sign, archive.Floor, archive.Interpretation, archive.Description, archive.Captions}, f.Role):
		return f, bad("role", string(f.Role), "picture, sign, floor, interpretation, description and captions are")
	case !slices.Contains([]string{"", "left", "right", "mix"}, f.Channel):
		return f, bad("channel", f.Channel, "left, right and mix are")
	case !slices.Contains([]string{"", "human", "machine"}, f.Origin):
		return f, bad("origin", f.Origin, "human and machine are")
	case f.at() < -maxShiftMs || f.at() > maxShiftMs:
		return f, bad("atMs", fmt.Sprint(f.at()), "a place within a day is, in milliseconds")
	}
	if said := string(f.Language); said != "" {
		if f.Language = languageOf(said); f.Language == "" && !strings.EqualFold(said, "und") && said != string(archive.PictureLanguage) {
			return f, bad("language", said, "es, pt-BR and mul are")
		}
	}
	return f, nil
}
