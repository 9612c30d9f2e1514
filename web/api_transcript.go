package web

import (
	"fmt"

	"github.com/labstack/echo/v4"

	"cabina/archive"
)

// transcript is what a text says, as programs see it.
type transcript struct {
	Session  string           `json:"session"`
	Text     string           `json:"text"`
	Voice    string           `json:"voice,omitempty"`
	Version  int              `json:"version"`
	Language archive.Language `json:"language"`
	Role     archive.Role     `json:"role"`
	Origin   string           `json:"origin,omitempty"`
	Checked  bool             `json:"checked"`
	Rights   *rightsAnswer    `json:"rights,omitempty"`
	LengthMs int64            `json:"lengthMs"`
	Cues     []cueAnswer      `json:"cues"`
}

type cueAnswer struct {
	StartMs int64  `json:"startMs"`
	EndMs   int64  `json:"endMs"`
	Text    string `json:"text"`
	Speaker string `json:"speaker,omitempty"`
	// Invented says that a machine probably wrote the line over silence, and nobody has checked it.
	Invented bool `json:"invented,omitempty"`
}

// apiTranscript shows what is written of a voice: :voice is a language, a track of sound or text, "floor" or "mul".
func (s *Server) apiTranscript(c echo.Context) error {
	a, err := s.ask(c)
	if err != nil {
		return err
	}
	t := textOf(a, c.Param("voice"))
	if t == nil {
		return errNotFound
	}
	cues, _, err := s.Catalog.Cues(c.Request().Context(), a.session, t)
	if err != nil {
		return err
	}
	return s.answerJSON(c, s.transcriptOf(a.session, t, cues), varyEncoding, a.keep())
}

func numberedSpeaker(n int) string { return fmt.Sprintf("Speaker %d", n) }

// doubted is true of a line that looks invented in a text that nobody vouches for.
func doubted(t *archive.Track, cue archive.Cue) bool { return cue.Invented && !t.Vouched() }

func (s *Server) transcriptOf(doc *archive.Session, t *archive.Track, cues []archive.Cue) transcript {
	now := t.Current()
	out := transcript{
		Session: doc.ID, Text: t.ID, Version: now.V, Language: t.Language, Role: t.Role, Origin: t.Origin, Checked: t.Checked != "",
		LengthMs: doc.Clock.LengthMs, Cues: make([]cueAnswer, 0, len(cues)),
	}
	if now.Of != nil {
		out.Voice = now.Of.Track
	}
	if r := s.rights(doc); r != nil {
		out.Rights = &rightsAnswer{r.Licence, r.Holder, r.Contact}
	}
	for _, cue := range cues {
		out.Cues = append(out.Cues, cueAnswer{cue.StartMs, cue.EndMs, cue.Text, t.SpeakerNames(cue.Speaker, numberedSpeaker), doubted(t, cue)})
	}
	return out
}

// textOf gives the published captions that name means and the asker may see: that very track; else those timed against the voice that name means; else,
// where name is a language, those in it. Nil: there are none, and no other language is put in their place.
func textOf(a asked, name string) *archive.Track {
	var ofVoice, inLanguage *archive.Track
	voice := a.session.Voice(name)
	for _, t := range a.session.Live(archive.Text) {
		if archive.Access(a.viewer, a.session, t) != archive.Yes || t.Role != archive.Captions && t.ID != name {
			continue
		}
		of := t.Current().Of
		switch {
		case t.ID == name:
			return t
		case voice != nil && of != nil && of.Track == voice.ID && ofVoice == nil && sameSpeech(voice, t):
			ofVoice = t
		case string(t.Language) == name && inLanguage == nil:
			inLanguage = t
		}
	}
	if inLanguage != nil && string(inLanguage.Language) == name {
		if ofVoice == nil || ofVoice.Language != inLanguage.Language {
			return inLanguage
		}
	}
	return ofVoice
}

// sameSpeech is true of a text that writes down what a voice says, not a translation that was timed against it. What a floor of several languages says
// may be written in any one.
func sameSpeech(voice, text *archive.Track) bool {
	return voice.Language == text.Language || voice.Role == archive.Floor
}
