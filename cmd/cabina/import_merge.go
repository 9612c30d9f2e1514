package main

import (
	"maps"
	"slices"
	"strconv"

	"cabina/archive"
)

// outcome is what became of a take.
type outcome int

const (
	same     outcome = iota // the archive has these bytes already: nothing changed
	added                   // a new track
	replaced                // a new version of a track that was there
)

// merge is a plan on its way into a session's document. All it needs from outside was found before, so that it is pure and may be done again.
type merge struct {
	plan       *plan
	described  *described
	conference string
	key        string // of the folder: what import.key will be
	draft      bool
	at, by     string
	token      string // of an address, should the session be unlisted
}

// into puts the plan into s, an existing session or one without an id of its own yet, and gives what became of each take. A session that is there
// keeps what people wrote: only fields that say nothing yet are filled.
func (m *merge) into(s *archive.Session) []outcome {
	created := s.Rev == 0
	m.describe(s, created)
	if s.Clock.LengthMs == 0 {
		s.Clock.LengthMs, s.Clock.By = m.plan.LengthMs, m.plan.By
	}
	s.Clock.N = max(s.Clock.N, 1)
	s.NextTrack = max(s.NextTrack, 1)
	out := make([]outcome, len(m.plan.Takes))
	for i, t := range m.plan.Takes {
		out[i] = m.place(s, t, created)
	}
	return out
}

func (m *merge) describe(s *archive.Session, created bool) {
	d := m.described
	if created {
		s.Visibility = archive.Public
		if d.Visibility != "" {
			s.Visibility = d.Visibility
		}
		if m.draft {
			s.Visibility = archive.Draft
		}
		if s.Visibility == archive.Unlisted {
			s.Token = m.token
		}
	}
	if s.Import == nil {
		s.Import = &archive.Import{Key: m.key}
	}
	if s.Conference == "" {
		s.Conference = m.conference
	}
	if s.At == "" {
		s.At = d.At
	}
	if len(s.Title) == 0 {
		s.Title = maps.Clone(d.Title)
	}
	if len(s.Summary) == 0 {
		s.Summary = maps.Clone(d.Summary)
	}
	if s.Rights == nil {
		s.Rights = d.Rights
	}
	fill(&s.Topics, d.Topics)
	fill(&s.People, d.People)
	fill(&s.Chapters, d.Chapters)
	fill(&s.Spans, d.Spans)
}

func fill[T any](to *[]T, from []T) {
	if len(*to) == 0 && len(from) > 0 {
		*to = slices.Clone(from)
	}
}

// place puts one take where it belongs. A spare picture is a track of its own, for staff, of which no version is published.
func (m *merge) place(s *archive.Session, t *take, created bool) outcome {
	if t.spare {
		return m.keep(s, t)
	}
	tr, has := m.find(s, t)
	if has {
		return same
	}
	what := replaced
	if tr == nil {
		s.Tracks = append(s.Tracks, archive.Track{ID: "t" + strconv.Itoa(s.NextTrack), Kind: t.Kind, Role: t.Role, Language: t.Language, Origin: t.Origin})
		s.NextTrack++
		tr, what = &s.Tracks[len(s.Tracks)-1], added
	} else if t.Origin != "" {
		tr.Origin = t.Origin
	}
	tr.Checked = "" // whoever checked the text before has not seen this file
	v := t.version(s, len(tr.Versions)+1)
	v.At, v.By = m.at, m.by
	tr.Versions = append(tr.Versions, v)
	if created || !m.draft { // a new draft session is held back as a whole; within it, its tracks can be watched
		tr.Published = v.V
	}
	return what
}

// keep has the document name a master of which nothing is made.
func (m *merge) keep(s *archive.Session, t *take) outcome {
	if names(s, t.Master.Ref) {
		return same
	}
	v := archive.Version{V: 1, Parts: slices.Clone(t.parts()), Profile: t.Profile, Name: t.Name, At: m.at, By: m.by}
	s.Tracks = append(s.Tracks, archive.Track{ID: "t" + strconv.Itoa(s.NextTrack), Kind: t.Kind, Role: t.Role, Language: t.Language, Visibility: archive.Staff, Versions: []archive.Version{v}})
	s.NextTrack++
	return added
}

// isSpare is true of a track that only keeps a master.
func isSpare(t *archive.Track) bool {
	return t.Role == archive.Picture && t.Visibility == archive.Staff && t.Published == 0
}

// version is the version that a take becomes.
func (t *take) version(s *archive.Session, n int) archive.Version {
	v := archive.Version{V: n, Parts: slices.Clone(t.parts()), Name: t.Name, Gate: slices.Clone(t.Gate)}
	switch t.Kind {
	case archive.Video:
		v.Profile = t.Profile
		v.Gate = withLength(v.Gate, s.Clock.LengthMs, v.Parts)
	case archive.Audio:
		v.Channels, v.GainDb = t.Channels, t.GainDb
		v.Gate = withLength(v.Gate, s.Clock.LengthMs, v.Parts)
	case archive.Text:
		v.Source, v.Encoding = string(t.Master.Text.Format), t.Master.Text.Encoding
		v.Unread = slices.Clone(t.Master.Text.Unread)
		v.Of = followed(s, t.Language)
	}
	return v
}

// followed is the voice that a text of a language was timed against: the voice of that language, else the floor, else none.
func followed(s *archive.Session, lang archive.Language) *archive.Of {
	var voice *archive.Track
	for i := range s.Tracks {
		t := &s.Tracks[i]
		if t.Kind != archive.Audio || t.Role == archive.Description || len(t.Versions) == 0 {
			continue
		}
		if t.Language == lang {
			voice = t
			break
		}
		if t.Role == archive.Floor && voice == nil {
			voice = t
		}
	}
	if voice == nil {
		return nil
	}
	v := voice.Current()
	if v == nil {
		v = &voice.Versions[len(voice.Versions)-1]
	}
	return &archive.Of{Track: voice.ID, V: v.V}
}

// find gives the track that a take belongs to, nil where there is none yet, and whether the archive has the take's bytes there already. A file whose
// track was given another language or role since is found by its bytes.
func (m *merge) find(s *archive.Session, t *take) (tr *archive.Track, has bool) {
	for i := range s.Tracks {
		c := &s.Tracks[i]
		if c.Kind == t.Kind && c.Role == t.Role && c.Language == t.Language && !isSpare(c) && (tr == nil || tr.Current() == nil) {
			tr = c
		}
	}
	if tr != nil {
		return tr, holds(tr, t)
	}
	for i := range s.Tracks {
		if c := &s.Tracks[i]; c.Kind == t.Kind && holds(c, t) && !m.claims(c) {
			return c, true
		}
	}
	return nil, false
}

// claims is true of a track that another file of the folder belongs to.
func (m *merge) claims(c *archive.Track) bool {
	return slices.ContainsFunc(m.plan.Takes, func(t *take) bool { return t.Kind == c.Kind && t.Role == c.Role && t.Language == c.Language })
}

// holds is true of a track of which any version was made of the take's very stream.
func holds(c *archive.Track, t *take) bool {
	for _, v := range c.Versions {
		for _, p := range v.Parts {
			if p.Master == t.Part.Master && p.Stream == t.Part.Stream {
				return true
			}
		}
	}
	return false
}
