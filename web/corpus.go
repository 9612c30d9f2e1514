package web

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/search"
	"cabina/web/locale"
)

// The whole public corpus, GET /api/v1/corpus: every cue of every text that everyone may read, whoever asks, as JSON Lines. Each record says by itself whose it is and
// what it is to the record, for records are taken apart and mixed with others.

// corpusRecord is a cue. ID names it for ever; a line of a search has the same, and its letters behind.
type corpusRecord struct {
	ID         string           `json:"id"`
	Session    string           `json:"session"`
	Conference string           `json:"conference,omitempty"`
	Date       string           `json:"date,omitempty"`
	Track      string           `json:"track"`
	Version    int              `json:"version"`
	Voice      string           `json:"voice,omitempty"`
	Language   archive.Language `json:"language"`
	Role       archive.Role     `json:"role"`
	Original   bool             `json:"original"`
	Origin     string           `json:"origin"`
	Checked    bool             `json:"checked"`
	StartMs    int64            `json:"startMs"`
	EndMs      int64            `json:"endMs"`
	Text       string           `json:"text"`
	Speaker    string           `json:"speaker,omitempty"`
	Invented   bool             `json:"invented,omitempty"`
	URL        string           `json:"url"`
	Rights     corpusRights     `json:"rights"`
}

// corpusRights says whose a record is; Statement says the same as a sentence, also where nothing is known.
type corpusRights struct {
	rightsAnswer
	Statement string `json:"statement"`
}

// corpusCues is how many records are made in one turn: about half a megabyte.
const corpusCues = 1000

// apiCorpus sends the corpus: ?conference=&session=&lang=.
func (s *Server) apiCorpus(c echo.Context) error {
	languages, err := languagesParam(c)
	if err != nil {
		return err
	}
	l := s.apiLang(c.Request())
	conference, session := c.QueryParam("conference"), c.QueryParam("session")
	sessions := slices.DeleteFunc(s.Mirror.Sessions(), func(doc *archive.Session) bool {
		return !archive.Findable(doc, nil) || conference != "" && doc.Conference != conference || session != "" && doc.ID != session
	})
	out, done, err := s.stream(c, streamed{mime: jsonLines, name: "corpus.jsonl", zips: true, keep: keepAsk, vary: varyLanguage, tag: s.corpusTag(c, sessions, languages, l)})
	if err != nil || done {
		return err
	}
	for _, was := range sessions {
		if err = s.corpusSession(c, out, was.ID, languages, l); err != nil {
			break
		}
	}
	return out.end(err)
}

// corpusTag is another one whenever a byte of the corpus is.
func (s *Server) corpusTag(c echo.Context, sessions []*archive.Session, languages []archive.Language, l locale.Lang) string {
	h := sha256.New()
	fmt.Fprintln(h, "corpus 1", l, languages, s.hostOf(c.Request()))
	for _, doc := range sessions {
		tagSession(h, doc, s.Mirror.Conference(doc.Conference))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func tagSession(h hash.Hash, doc *archive.Session, conf *archive.Conference) {
	fmt.Fprintln(h, doc.ID, doc.Rev, doc.Update)
	if conf != nil {
		fmt.Fprintln(h, conf.Rev, conf.Update)
	}
}

// corpusSession sends the texts of one session, as it is when its turn comes: one that was withdrawn since is left out.
func (s *Server) corpusSession(c echo.Context, out *stream, id string, languages []archive.Language, l locale.Lang) error {
	doc := s.Mirror.Session(id)
	if doc == nil {
		return nil
	}
	for _, t := range doc.Live(archive.Text) {
		if !archive.Findable(doc, t) {
			continue
		}
		if err := s.corpusText(c, out, doc, t, languages, l); err != nil {
			return fmt.Errorf("corpus, text %s of %s: %w", t.ID, id, err)
		}
	}
	return nil
}

func (s *Server) corpusText(c echo.Context, out *stream, doc *archive.Session, t *archive.Track, languages []archive.Language, l locale.Lang) error {
	var cues []archive.Cue
	read := func() (err error) {
		cues, _, err = s.Catalog.Cues(c.Request().Context(), doc, t)
		return err
	}
	if err := s.turns.turn(c.Request().Context(), read); err != nil {
		return err
	}
	record := s.corpusRecord(doc, t, s.hostOf(c.Request()), l)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for some := range slices.Chunk(cues, corpusCues) {
		err := out.make(func() error {
			for _, cue := range some {
				r := record(cue)
				if len(languages) > 0 && !slices.ContainsFunc(languages, func(want archive.Language) bool { return holds(want, r.Language) }) {
					continue
				}
				if err := enc.Encode(r); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// holds is true of a language and its regions: pt holds pt-BR.
func holds(want, have archive.Language) bool {
	rest, ok := strings.CutPrefix(strings.ToLower(string(have)), strings.ToLower(string(want)))
	return ok && (rest == "" || rest[0] == '-')
}

// corpusRecord gives what makes records of a text's cues.
func (s *Server) corpusRecord(doc *archive.Session, t *archive.Track, host string, l locale.Lang) func(archive.Cue) corpusRecord {
	now := t.Current()
	same := corpusRecord{Session: doc.ID, Conference: doc.Conference, Track: t.ID, Version: now.V, Origin: t.Origin, Checked: t.Checked != "",
		Rights: s.corpusRights(doc, l)}
	if day := doc.Date(); !day.IsZero() {
		same.Date = day.Format("2006-01-02")
	}
	page := host + "/" + string(l) + "/sessions/" + doc.ID
	return func(cue archive.Cue) corpusRecord {
		r, said := same, search.SaidOf(doc, t, now, cue)
		r.ID = fmt.Sprintf("%s.%s.%d.c%04d", doc.ID, t.ID, now.V, cue.N)
		r.Voice, r.Language, r.Role, r.Original = said.Voice, said.Language, said.Role, said.Original
		r.StartMs, r.EndMs, r.Text = cue.StartMs, cue.EndMs, cue.Text
		r.Speaker, r.Invented = t.SpeakerNames(cue.Speaker, numberedSpeaker), doubted(t, cue)
		r.URL = page + "?m=" + said.Moment.String()
		return r
	}
}

func (s *Server) corpusRights(doc *archive.Session, l locale.Lang) corpusRights {
	out := corpusRights{Statement: s.rightsNote(doc, l)}
	if r := s.rights(doc); r != nil {
		out.rightsAnswer = rightsAnswer{r.Licence, r.Holder, r.Contact}
	}
	return out
}
