package search

import (
	"time"

	"cabina/archive"
)

// Answer is what a search gives: the body of GET /api/v1/search. Slices are never nil, so that JSON has [] and not null.
type Answer struct {
	Query    Asked          `json:"query"`
	Index    State          `json:"index"`
	Counts   Counts         `json:"counts"`
	Sessions []FoundSession `json:"sessions"`
	Next     *string        `json:"next"` // the cursor of the next page; nil after the last
}

// Asked is the query as it was understood. No languages: all.
type Asked struct {
	Text      string             `json:"text"`
	Languages []archive.Language `json:"languages"`
}

// State says how far the index is. Complete is true when every session listed at start and every change older than 5 s is in it; AsOf is the
// time up to which all changes are.
type State struct {
	Complete bool      `json:"complete"`
	AsOf     time.Time `json:"asOf"`
}

// The units of Counts.
const (
	UnitMoments  = "moments"  // at most 200 passages match: all became moments, and these are counted
	UnitPassages = "passages" // more match: passages are counted
)

// Counts says how much was found in all. The values of ByLanguage add up to AnyWord; sessions without a date or a conference are in none
// of ByYear and ByConference.
type Counts struct {
	Unit         string                   `json:"unit"`
	AllWords     int                      `json:"allWords"`
	AnyWord      int                      `json:"anyWord"`
	Sessions     int                      `json:"sessions"`
	ByLanguage   map[archive.Language]int `json:"byLanguage"`
	ByYear       map[string]int           `json:"byYear"`
	ByConference map[string]int           `json:"byConference"`
}

// FoundSession is a session with those of its moments that are on this page, best first; More further ones follow on later pages. A session
// that is found by its title, people, topics or summary alone has no moments: such ones stand last, on the first page.
type FoundSession struct {
	ID         string   `json:"id"`
	Title      Title    `json:"title"`
	Conference string   `json:"conference,omitempty"`
	Date       string   `json:"date,omitempty"` // 2020-07-14
	More       int      `json:"more"`
	Moments    []Moment `json:"moments"`
}

// Title is a text with the language it is in.
type Title struct {
	Language archive.Language `json:"language"`
	Text     string           `json:"text"`
}

// Moment is a place where the words were said. ID is an archive.Moment: the voice of the best hit, its version, ms on the clock; of a text
// without a voice it is the text's own. StartMs is where the first line of the best hit begins.
type Moment struct {
	ID        string             `json:"id"`
	StartMs   int64              `json:"startMs"`
	EndMs     int64              `json:"endMs"`
	Words     Matched            `json:"words"`
	Languages []archive.Language `json:"languages"` // of the hits
	Hits      []Hit              `json:"hits"`      // best first
	Parallel  []Parallel         `json:"parallel"`  // what the other texts say at that moment
	URL       string             `json:"url"`
}

// Matched says how many of the query's words and phrases the best hit has.
type Matched struct {
	Matched int `json:"matched"`
	Of      int `json:"of"`
}

// Hit is a moment as one text has it. Original is true where these words were spoken in the room, in the floor's own language.
type Hit struct {
	Text     string           `json:"text"`            // the text track
	Voice    string           `json:"voice,omitempty"` // the voice it was timed against
	Language archive.Language `json:"language"`
	Role     archive.Role     `json:"role"` // the voice's, else the text's own
	Original bool             `json:"original"`
	Origin   string           `json:"origin,omitempty"`
	StartMs  int64            `json:"startMs"`
	EndMs    int64            `json:"endMs"`
	Lines    []Line           `json:"lines"`
	Before   []Line           `json:"before,omitempty"` // neighbouring cues, where asked for
	After    []Line           `json:"after,omitempty"`
}

// Parallel is what another text of the session says at a moment. It need not have the words.
type Parallel struct {
	Text     string           `json:"text"`
	Voice    string           `json:"voice,omitempty"`
	Language archive.Language `json:"language"`
	StartMs  int64            `json:"startMs"`
	EndMs    int64            `json:"endMs"`
	Lines    []Line           `json:"lines"`
}

// Line is a cue. Marks are half-open ranges of Unicode code points in Text, in order, none touching another.
type Line struct {
	StartMs int64    `json:"startMs"`
	EndMs   int64    `json:"endMs"`
	Text    string   `json:"text"`
	Marks   [][2]int `json:"marks"`
}

// FlatAnswer is the body of GET /api/v1/moments: the same, each moment with its session.
type FlatAnswer struct {
	Query   Asked        `json:"query"`
	Index   State        `json:"index"`
	Counts  Counts       `json:"counts"`
	Moments []FlatMoment `json:"moments"`
	Next    *string      `json:"next"`
}

// FlatMoment is a moment that names its session.
type FlatMoment struct {
	Session    string `json:"session"`
	Title      Title  `json:"title"`
	Conference string `json:"conference,omitempty"`
	Date       string `json:"date,omitempty"`
	Moment
}

// Flat gives the same answer without the sessions around the moments, in the page's order.
func (a *Answer) Flat() *FlatAnswer {
	f := &FlatAnswer{Query: a.Query, Index: a.Index, Counts: a.Counts, Moments: []FlatMoment{}, Next: a.Next}
	for _, s := range a.Sessions {
		for _, m := range s.Moments {
			f.Moments = append(f.Moments, FlatMoment{Session: s.ID, Title: s.Title, Conference: s.Conference, Date: s.Date, Moment: m})
		}
	}
	return f
}
