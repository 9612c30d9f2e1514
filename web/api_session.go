package web

import (
	"slices"

	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/transcode"
)

// The API shows of a session what its pages show: no master and no hash of one, no name of a file, nobody who is hidden, no tracks of staff, nothing of who did
// what and why. What it gives is listed here field by field, so that a new field of the document is shown only on purpose.

// sessionItem is a session in a list.
type sessionItem struct {
	ID         string             `json:"id"`
	Conference string             `json:"conference,omitempty"`
	Title      archive.Words      `json:"title"`
	At         string             `json:"at,omitempty"`
	LengthMs   int64              `json:"lengthMs"`
	Topics     []string           `json:"topics,omitempty"`
	Voices     []archive.Language `json:"voices"` // published sound, in the document's order; mul is a floor of several
	Texts      []archive.Language `json:"texts"`  // published text
	URL        string             `json:"url"`
}

// sessionAnswer is a session as programs see it. Times are milliseconds on its clock.
type sessionAnswer struct {
	sessionItem
	Summary  archive.Words   `json:"summary,omitempty"`
	Rights   *rightsAnswer   `json:"rights,omitempty"`
	People   []personAnswer  `json:"people"`
	Clock    clockAnswer     `json:"clock"`
	Chapters []chapterAnswer `json:"chapters"`
	Spans    []spanAnswer    `json:"spans"`
	Plays    bool            `json:"plays"` // a picture and one voice are whole
	Master   string          `json:"master,omitempty"`
	Tracks   []trackAnswer   `json:"tracks"`
}

type rightsAnswer struct {
	Licence string `json:"licence"`
	Holder  string `json:"holder"`
	Contact string `json:"contact"`
}

type personAnswer struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role,omitempty"`
}

type clockAnswer struct {
	N        int   `json:"n"`
	LengthMs int64 `json:"lengthMs"`
}

type chapterAnswer struct {
	ID      string        `json:"id"`
	StartMs int64         `json:"startMs"`
	Title   archive.Words `json:"title"`
	People  []string      `json:"people,omitempty"`
}

type spanAnswer struct {
	StartMs  int64            `json:"startMs"`
	EndMs    int64            `json:"endMs"`
	Language archive.Language `json:"language,omitempty"`
	Person   string           `json:"person,omitempty"`
}

// trackAnswer is a published track. State is "ready" or "preparing"; addresses are there once it is ready.
type trackAnswer struct {
	ID         string           `json:"id"`
	Kind       archive.Kind     `json:"kind"`
	Role       archive.Role     `json:"role"`
	Language   archive.Language `json:"language"`
	State      transcode.State  `json:"state"`
	Version    int              `json:"version,omitempty"`
	Of         string           `json:"of,omitempty"`     // of a text: the voice it was timed against
	Origin     string           `json:"origin,omitempty"` // of a text
	Playlist   string           `json:"playlist,omitempty"`
	Captions   string           `json:"captions,omitempty"`
	Transcript string           `json:"transcript,omitempty"`
	Download   string           `json:"download,omitempty"`
}

func (s *Server) item(doc *archive.Session, v archive.Viewer, address, lang string) sessionItem {
	it := sessionItem{
		ID: doc.ID, Conference: doc.Conference, Title: words(doc.Title), At: doc.At, LengthMs: doc.Clock.LengthMs, Topics: doc.Topics,
		Voices: []archive.Language{}, Texts: []archive.Language{},
		URL: "/" + lang + "/sessions/" + address,
	}
	for _, t := range doc.Live(archive.Audio, archive.Text) {
		if archive.Access(v, doc, t) != archive.Yes {
			continue
		}
		list := &it.Voices
		if t.Kind == archive.Text {
			list = &it.Texts
		}
		if !slices.Contains(*list, t.Language) {
			*list = append(*list, t.Language)
		}
	}
	return it
}

// words is never null in JSON.
func words(w archive.Words) archive.Words {
	if w == nil {
		return archive.Words{}
	}
	return w
}

// apiSession shows one session.
func (s *Server) apiSession(c echo.Context) error {
	a, err := s.ask(c)
	if err != nil {
		return err
	}
	v, err := s.view(c.Request().Context(), a)
	if err != nil {
		return err
	}
	answer := sessionAnswer{
		sessionItem: s.item(a.session, a.viewer, a.address, string(s.apiLang(c.Request()))),
		Summary:     a.session.Summary,
		People:      []personAnswer{},
		Clock:       clockAnswer{a.session.Clock.N, a.session.Clock.LengthMs},
		Chapters:    []chapterAnswer{},
		Spans:       []spanAnswer{},
		Plays:       v.Plays(),
		Tracks:      tracksOf(a, v),
	}
	if answer.Plays {
		answer.Master = "/play/" + a.address + "/master.m3u8"
	}
	if r := s.rights(a.session); r != nil {
		answer.Rights = &rightsAnswer{r.Licence, r.Holder, r.Contact}
	}
	describe(&answer, a)
	return s.answerJSON(c, answer, varyLanguage, a.keep())
}

// describe adds people, chapters and spans. Whoever is hidden is in none of them.
func describe(answer *sessionAnswer, a asked) {
	named := map[string]bool{}
	for _, p := range people(a.session, a.viewer) {
		named[p.ID] = true
		answer.People = append(answer.People, personAnswer{p.ID, p.Name, p.Role})
	}
	for _, ch := range a.session.Chapters {
		who := slices.DeleteFunc(slices.Clone(ch.People), func(id string) bool { return !named[id] })
		answer.Chapters = append(answer.Chapters, chapterAnswer{ch.ID, ch.StartMs, words(ch.Title), who})
	}
	for _, sp := range a.session.Spans {
		if !named[sp.Person] {
			sp.Person = ""
		}
		answer.Spans = append(answer.Spans, spanAnswer{sp.StartMs, sp.EndMs, sp.Language, sp.Person})
	}
}

// tracksOf lists what is published and may be seen, with the addresses of what is whole.
func tracksOf(a asked, v *transcode.View) []trackAnswer {
	out := []trackAnswer{}
	play := "/play/" + a.address + "/"
	for _, t := range a.session.Live(archive.Video, archive.Audio, archive.Text) {
		if archive.Access(a.viewer, a.session, t) != archive.Yes {
			continue
		}
		x := trackAnswer{ID: t.ID, Kind: t.Kind, Role: t.Role, Language: t.Language, State: transcode.Preparing}
		switch t.Kind {
		case archive.Video:
			if r := v.Main(); r != nil && r.Track != nil && r.Track.ID == t.ID {
				x.State, x.Version, x.Playlist = transcode.Ready, r.V, play+r.File()+".m3u8"
			}
		case archive.Audio:
			if voice := v.Voice(t.ID); voice != nil && voice.Voice != nil {
				x.State, x.Version, x.Playlist = transcode.Ready, voice.Voice.V, play+voice.Voice.File()+".m3u8"
				x.Download = "/download/" + a.address + "/" + t.ID + ".m4a"
			}
		case archive.Text:
			now := t.Current()
			x.State, x.Version, x.Origin = transcode.Ready, now.V, t.Origin
			if now.Of != nil {
				x.Of = now.Of.Track
			}
			x.Captions = play + t.ID + "." + transcode.TextRecipe(a.session, t) + ".vtt"
			x.Transcript = "/api/v1/sessions/" + a.address + "/transcripts/" + t.ID
		}
		out = append(out, x)
	}
	return out
}

// rights gives a session's own, else its conference's, nil where neither says any.
func (s *Server) rights(doc *archive.Session) *archive.Rights {
	if doc.Rights != nil {
		return doc.Rights
	}
	if conf := s.Mirror.Conference(doc.Conference); conf != nil {
		return conf.Rights
	}
	return nil
}
