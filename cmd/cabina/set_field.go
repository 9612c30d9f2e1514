package main

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cabina/archive"
)

// change is one FIELD=VALUE, ready to be done to a session. It is pure: the time and the token it may need are the editor's.
type change func(*editor) error

// editor is a session while it is changed, and what changes may need from outside.
type editor struct {
	*archive.Session
	at, by string
	token  string              // of an address, should the session become unlisted
	fresh  map[string]struct{} // tracks that got a new version in this very change
}

// newToken gives 128 random bits in hex.
func newToken() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return hex.EncodeToString(b)
}

var trackField = regexp.MustCompile(`^(t[1-9][0-9]*)\.(.+)$`)

// fields are the paths that set knows, as they are told to whoever named another.
const fields = "visibility, title.LANG, summary.LANG, topics, at, conference, rights.licence, rights.holder, rights.contact, people, chapters, spans, clock.lengthMs; of a track " +
	"shiftMs, ppm, gainDb, language, role, published, visibility, origin, checked, speakers.N, as t4.shiftMs"

// parseChange reads a path in the document and the value it shall have. Its errors name the field, what is wrong and what would be right, and are
// wrong use: what only the document can tell is said when the change is made.
func parseChange(field, value string) (change, error) {
	if m := trackField.FindStringSubmatch(field); m != nil {
		return parseTrackChange(field, m[1], m[2], value)
	}
	name, rest, dotted := strings.Cut(field, ".")
	switch {
	case name == "title" && dotted, name == "summary" && dotted:
		return wordsChange(field, name, rest, value)
	case name == "rights" && dotted:
		return rightsChange(field, rest, value)
	}
	switch field {
	case "clock.lengthMs":
		return lengthChange(field, value)
	case "visibility":
		return visibilityChange(value)
	case "topics":
		return func(e *editor) error { e.Topics = splitList(value); return nil }, nil
	case "at":
		s := archive.Session{At: value}
		if value != "" && s.Date().IsZero() {
			return nil, wrong("at: %q is no time; 2020-07-14T14:00:00Z is, and 2020-07-14 for a day", value)
		}
		return func(e *editor) error { e.At = value; return nil }, nil
	case "conference":
		if value != "" && !archive.ValidID(value) {
			return nil, wrong("conference: %q is no id; 1 to 64 of a-z, 0-9 and - are", value)
		}
		return func(e *editor) error { e.Conference = value; return nil }, nil
	case "people":
		list, err := parseList[archive.Person](field, value, `[{"id":"p1","name":"…","role":"speaker"}]`)
		if err != nil {
			return nil, err
		}
		numberPeople(list)
		return func(e *editor) error { e.People = list; return nil }, nil
	case "chapters":
		list, err := parseList[archive.Chapter](field, value, `[{"id":"c1","startMs":0,"title":{"en":"Opening"}}]`)
		if err != nil {
			return nil, err
		}
		numberChapters(list)
		return func(e *editor) error { e.Chapters = list; return nil }, nil
	case "spans":
		list, err := parseList[archive.Span](field, value, `[{"startMs":0,"endMs":612000,"language":"es"}]`)
		return func(e *editor) error { e.Spans = list; return nil }, err
	}
	return nil, wrong("%s: there is no such field to set; there are %s", field, fields)
}

func visibilityChange(value string) (change, error) {
	v := archive.Visibility(value)
	all := []archive.Visibility{archive.Draft, archive.Unlisted, archive.Public, archive.Restricted, archive.Withdrawn}
	if !slices.Contains(all, v) {
		return nil, wrong("visibility: %q is none; draft, unlisted, public, restricted and withdrawn are", value)
	}
	return func(e *editor) error {
		e.Visibility = v
		if v == archive.Unlisted && e.Token == "" {
			e.Token = e.token
		}
		return nil
	}, nil
}

func wordsChange(field, name, lang, value string) (change, error) {
	l := languageOf(lang)
	if l == "" {
		return nil, wrong("%s: %q is no language; %s.en and %s.pt-BR would do", field, lang, name, name)
	}
	return func(e *editor) error {
		words := &e.Title
		if name == "summary" {
			words = &e.Summary
		}
		if value == "" {
			delete(*words, l)
			return nil
		}
		if *words == nil {
			*words = archive.Words{}
		}
		(*words)[l] = value
		return nil
	}, nil
}

func rightsChange(field, which, value string) (change, error) {
	if !slices.Contains([]string{"licence", "holder", "contact"}, which) {
		return nil, wrong("%s: there is no such field; there are rights.licence, rights.holder and rights.contact", field)
	}
	return func(e *editor) error {
		r := archive.Rights{}
		if e.Rights != nil {
			r = *e.Rights
		}
		*map[string]*string{"licence": &r.Licence, "holder": &r.Holder, "contact": &r.Contact}[which] = value
		e.Rights = &r
		if r.Licence == "" && r.Holder == "" && r.Contact == "" && len(r.Unknown) == 0 {
			e.Rights = nil
		}
		return nil
	}, nil
}

// parseList reads a JSON list; an empty value is an empty one.
func parseList[T any](field, value, example string) ([]T, error) {
	if value == "" {
		return nil, nil
	}
	var list []T
	if err := json.Unmarshal([]byte(value), &list); err != nil {
		return nil, wrong("%s: it is no such list (%v); want JSON as %s, in a file behind an @", field, err, example)
	}
	return list, nil
}

func splitList(v string) []string {
	var out []string
	for s := range strings.SplitSeq(v, ",") {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// numberPeople gives an id to those who have none.
func numberPeople(list []archive.Person) {
	number("p", len(list), func(i int) *string { return &list[i].ID })
}

// numberChapters gives an id to those that have none.
func numberChapters(list []archive.Chapter) {
	number("c", len(list), func(i int) *string { return &list[i].ID })
}

func number(letter string, n int, id func(int) *string) {
	taken := map[string]bool{}
	for i := range n {
		taken[*id(i)] = true
	}
	next := 1
	for i := range n {
		if *id(i) != "" {
			continue
		}
		for taken[letter+strconv.Itoa(next)] {
			next++
		}
		*id(i) = letter + strconv.Itoa(next)
		taken[*id(i)] = true
	}
}

// track gives the track that a field names.
func (e *editor) track(field, id string) (*archive.Track, error) {
	t := e.Track(id)
	if t == nil {
		var ids []string
		for _, t := range e.Tracks {
			ids = append(ids, t.ID)
		}
		return nil, fmt.Errorf("%s: the session has no track %s; it has %s", field, id, strings.Join(ids, " "))
	}
	return t, nil
}
