package archive

import (
	"slices"
	"time"
)

// Format is the document format this program writes. A document with a higher one is read and never written.
const Format = 1

// Visibility is who may see a session or conference. The decision itself is Access, in access.go.
type Visibility string

// The visibilities of a session. A track has either none of its own or Staff.
const (
	Draft      Visibility = "draft"
	Unlisted   Visibility = "unlisted"
	Public     Visibility = "public"
	Restricted Visibility = "restricted"
	Withdrawn  Visibility = "withdrawn"
	Staff      Visibility = "staff"
)

// Kind is the medium of a track.
type Kind string

// The kinds of track.
const (
	Video    Kind = "video"
	Audio    Kind = "audio"
	Text     Kind = "text"
	Document Kind = "document"
)

// Role is what a track is to its session.
type Role string

// The roles: picture and sign are video; floor, interpretation and description audio; captions and description text.
const (
	Picture        Role = "picture"
	Sign           Role = "sign"
	Floor          Role = "floor"
	Interpretation Role = "interpretation"
	Description    Role = "description"
	Captions       Role = "captions"
)

// FloorLanguage is the language of a floor in which several were spoken; PictureLanguage is a picture's.
const (
	FloorLanguage   Language = "mul"
	PictureLanguage Language = "zxx"
)

// Language is a BCP 47 tag of content: "en", "pt-BR", "mul". The interface's language is another type (web/locale.Lang).
type Language string

// Words is a text in several languages, by BCP 47 tag.
type Words map[Language]string

// In gives the text in the first of the languages that has one, else in English, else in the first tag by name, with its language.
func (w Words) In(langs ...Language) (Language, string) {
	for _, l := range append(slices.Clone(langs), "en") {
		if s := w[l]; s != "" {
			return l, s
		}
	}
	var tags []Language
	for l, s := range w {
		if s != "" {
			tags = append(tags, l)
		}
	}
	if len(tags) == 0 {
		return "", ""
	}
	l := slices.Min(tags)
	return l, w[l]
}

// Session is one recorded meeting: what people wrote about it, and its tracks. It is the document sessions/<id>.json; the contract
// lists its fields. All times are milliseconds on the session's clock.
type Session struct {
	Format     int          `json:"format"`
	ID         string       `json:"id"`
	Rev        int          `json:"rev"`
	Update     string       `json:"update"` // random for each attempt to write: tells whether a write whose answer was lost was mine
	Conference string       `json:"conference,omitempty"`
	Visibility Visibility   `json:"visibility"`
	Token      string       `json:"token,omitempty"` // 32 hex digits; an unlisted session answers only at <id>~<token>
	Title      Words        `json:"title,omitempty"`
	Summary    Words        `json:"summary,omitempty"`
	Topics     []string     `json:"topics,omitempty"`
	At         string       `json:"at,omitempty"` // RFC 3339, or a date alone
	Rights     *Rights      `json:"rights,omitempty"`
	People     []Person     `json:"people,omitempty"`
	Clock      Clock        `json:"clock"`
	Chapters   []Chapter    `json:"chapters,omitempty"`
	Spans      []Span       `json:"spans,omitempty"`
	Withdrawn  []Withdrawal `json:"withdrawn,omitempty"`
	Tracks     []Track      `json:"tracks,omitempty"`
	NextTrack  int          `json:"nextTrack"`
	Import     *Import      `json:"import,omitempty"`
	Unknown    Unknown      `json:"-"`
}

// Rights is shown with every export. An absent one means: all rights reserved, ask.
type Rights struct {
	Licence string  `json:"licence"`
	Holder  string  `json:"holder"`
	Contact string  `json:"contact"`
	Unknown Unknown `json:"-"`
}

// Person spoke or presided. Hidden keeps the name from everyone but staff.
type Person struct {
	ID      string  `json:"id"`
	Name    string  `json:"name"`
	Role    string  `json:"role,omitempty"`
	Hidden  bool    `json:"hidden,omitempty"`
	Unknown Unknown `json:"-"`
}

// Clock is the session's own time. N rises when staff move the start; LengthMs is where every rendition ends.
type Clock struct {
	N        int     `json:"n"`
	LengthMs int64   `json:"lengthMs"`
	By       string  `json:"by,omitempty"` // what gave the length: ByPicture, ByVoice or ByLongest
	Unknown  Unknown `json:"-"`
}

// What gave a session its length: its picture; where there was none its longest voice; or, because somebody asked for it, the longest of both: then the last
// picture is held to the end.
const (
	ByPicture = "picture"
	ByVoice   = "voice"
	ByLongest = "longest"
)

// Chapter begins at StartMs and ends where the next begins.
type Chapter struct {
	ID      string   `json:"id"`
	StartMs int64    `json:"startMs"`
	Title   Words    `json:"title,omitempty"`
	People  []string `json:"people,omitempty"`
	Unknown Unknown  `json:"-"`
}

// Span says what the floor spoke from StartMs to EndMs (not included), where that is known.
type Span struct {
	StartMs  int64    `json:"startMs"`
	EndMs    int64    `json:"endMs"`
	Language Language `json:"language,omitempty"`
	Person   string   `json:"person,omitempty"`
	Unknown  Unknown  `json:"-"`
}

// Withdrawal takes a stretch of the session out of sight: its bytes are refused at once, and renditions are made without it. LagMs is added
// to its end for interpretations and their texts, which follow the floor.
type Withdrawal struct {
	ID      string  `json:"id"`
	StartMs int64   `json:"startMs"`
	EndMs   int64   `json:"endMs"`
	LagMs   int64   `json:"lagMs,omitempty"`
	Masters string  `json:"masters,omitempty"`
	By      string  `json:"by,omitempty"`
	At      string  `json:"at,omitempty"`
	Reason  string  `json:"reason,omitempty"`
	Unknown Unknown `json:"-"`
}

// Import ties the session to the folder it came from, so that importing it again changes nothing.
type Import struct {
	Key     string  `json:"key"`
	Unknown Unknown `json:"-"`
}

// Track is one recording of the session in one medium and one language, in all its versions.
type Track struct {
	ID         string         `json:"id"` // t1, t2 …; never reused, says nothing
	Kind       Kind           `json:"kind"`
	Role       Role           `json:"role"`
	Language   Language       `json:"language"`
	Visibility Visibility     `json:"visibility,omitempty"` // "staff", or none of its own
	Origin     string         `json:"origin,omitempty"`     // of a text: "machine" until someone checked it, else "human"
	Checked    string         `json:"checked,omitempty"`    // who checked what a machine wrote; staff alone see the name
	Published  int            `json:"published,omitempty"`  // the version viewers get; 0: none yet
	Versions   []Version      `json:"versions"`
	Speakers   []NamedSpeaker `json:"speakers,omitempty"` // of a text: the names staff gave to "Speaker 1" and the others
	Unknown    Unknown        `json:"-"`
}

// Version is one state of a track's bytes: what they are made of and what was decided of them. It is appended and never edited.
type Version struct {
	V         int       `json:"v"`
	Parts     []Part    `json:"parts"`
	Channels  string    `json:"channels,omitempty"` // of a sound: "mix", "left" or "right"
	GainDb    float64   `json:"gainDb,omitempty"`   // one linear gain, decided from the measured loudness
	Profile   string    `json:"profile,omitempty"`  // of a picture: "copy" or "p720", decided from what was measured
	Source    string    `json:"source,omitempty"`   // of a text: srt, vtt, ttml, ass, stl
	Encoding  string    `json:"encoding,omitempty"` // of a text, as found: "utf-8", "windows-1251"
	Of        *Of       `json:"of,omitempty"`       // of a text: the voice it was timed against
	Unread    []Unread  `json:"unread,omitempty"`   // of a text: what could not be read, and why
	Gate      []Finding `json:"gate,omitempty"`     // what the checks found, and whether someone accepted it
	Withdrawn bool      `json:"withdrawn,omitempty"`
	Name      string    `json:"name,omitempty"` // the file's name as it came; shown, never used as a path
	By        string    `json:"by,omitempty"`
	At        string    `json:"at,omitempty"`
	Unknown   Unknown   `json:"-"`
}

// Part is a stretch of one master's stream, [FromMs, ToMs) on the master's own time, placed at AtMs on the clock. Ppm is the drift of the
// master's clock against the session's. Of a text only Master and AtMs count.
type Part struct {
	Master  Ref     `json:"master"`
	Stream  string  `json:"stream,omitempty"` // "v:0", "a:1": kind and number among the streams of that kind
	FromMs  int64   `json:"fromMs,omitempty"`
	ToMs    int64   `json:"toMs,omitempty"`
	AtMs    int64   `json:"atMs"`
	Ppm     float64 `json:"ppm,omitempty"`
	Unknown Unknown `json:"-"`
}

// Of names the version of a voice.
type Of struct {
	Track   string  `json:"track"`
	V       int     `json:"v"`
	Unknown Unknown `json:"-"`
}

// Unread is something of a subtitle file that could not be read. Line counts from 1; of EBU STL it is the number of the block.
type Unread struct {
	Line    int     `json:"line"`
	Why     string  `json:"why"`
	Text    string  `json:"text,omitempty"`
	Unknown Unknown `json:"-"`
}

// Finding is what a check found of a version: Code says what ("shorter", "silent"), Ms how much, Why what a code cannot say, in a few words for staff.
type Finding struct {
	Code     string  `json:"code"`
	Ms       int64   `json:"ms,omitempty"`
	Why      string  `json:"why,omitempty"`
	Accepted string  `json:"accepted,omitempty"`
	Unknown  Unknown `json:"-"`
}

// Conference is the event: the document conferences/<id>.json.
type Conference struct {
	Format     int        `json:"format"`
	ID         string     `json:"id"`
	Rev        int        `json:"rev"`
	Update     string     `json:"update"`
	Title      Words      `json:"title,omitempty"`
	Summary    Words      `json:"summary,omitempty"`
	From       string     `json:"from,omitempty"`
	To         string     `json:"to,omitempty"`
	Place      string     `json:"place,omitempty"`
	Languages  []Language `json:"languages,omitempty"` // in the order of its channels: channel 0 is the floor, 1 the first of these
	Rights     *Rights    `json:"rights,omitempty"`
	Previews   bool       `json:"previews,omitempty"` // lists show a small picture of each session: never unless staff say so, as a face in a list can out somebody
	Visibility Visibility `json:"visibility"`
	Unknown    Unknown    `json:"-"`
}

// Track gives the track with that id, nil if there is none.
func (s *Session) Track(id string) *Track {
	for i := range s.Tracks {
		if s.Tracks[i].ID == id {
			return &s.Tracks[i]
		}
	}
	return nil
}

// Live gives the tracks of a kind that have a published version, in the document's order. No kind means all.
func (s *Session) Live(kinds ...Kind) []*Track {
	var out []*Track
	for i := range s.Tracks {
		t := &s.Tracks[i]
		if t.Current() != nil && (len(kinds) == 0 || slices.Contains(kinds, t.Kind)) {
			out = append(out, t)
		}
	}
	return out
}

// Picture gives the session's picture track, nil where it has none.
func (s *Session) Picture() *Track {
	for _, t := range s.Live(Video) {
		if t.Role == Picture {
			return t
		}
	}
	return nil
}

// Voice gives the live audio track that name means: a track id, a language, or "floor" and "mul" for the floor. Nil: there is none, and none
// may be taken in its place.
func (s *Session) Voice(name string) *Track {
	for _, t := range s.Live(Audio) {
		switch {
		case t.ID == name, string(t.Language) == name && t.Role != Description:
			return t
		case t.Role == Floor && (name == "floor" || name == "mul"):
			return t
		}
	}
	return nil
}

// Current is the version viewers get by the document alone: the highest up to Published that is not withdrawn, nil if there is none. Whether its
// rendition is whole is transcode's to say.
func (t *Track) Current() *Version {
	if t == nil {
		return nil
	}
	for i := len(t.Versions) - 1; i >= 0; i-- {
		if v := &t.Versions[i]; v.V <= t.Published && !v.Withdrawn {
			return v
		}
	}
	return nil
}

// Version gives version v, nil if there is none.
func (t *Track) Version(v int) *Version {
	if t == nil {
		return nil
	}
	for i := range t.Versions {
		if t.Versions[i].V == v {
			return &t.Versions[i]
		}
	}
	return nil
}

// Channels gives the languages by the number on their key: 0 for the floor, from 1 for Languages in order, then for the languages
// that only the session has, in the order of their tags.
func Channels(c *Conference, s *Session) []Language {
	out := []Language{FloorLanguage}
	if c != nil {
		out = append(out, c.Languages...)
	}
	var more []Language
	for _, t := range s.Live(Audio, Text) {
		l := t.Language
		if t.Kind == Audio && t.Role == Floor || l == FloorLanguage || t.Role == Description {
			continue
		}
		if !slices.Contains(out, l) && !slices.Contains(more, l) {
			more = append(more, l)
		}
	}
	slices.Sort(more)
	return append(out, more...)
}

// Date is the day of the session, zero where At says none.
func (s *Session) Date() time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02"} {
		if t, err := time.Parse(layout, s.At); err == nil {
			return t
		}
	}
	return time.Time{}
}
