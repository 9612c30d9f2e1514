package web

import (
	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/transcode"
)

// listenPage is a session without its picture: light, and for browsers that can do no more than play a file.
type listenPage struct {
	page
	head
	Notes    []note
	Voices   []listenRow
	Chapters []chapterRow
	Texts    []textFile
	HonestOf bool // an interpretation is among the voices
}

// listenRow is a voice that can be heard.
type listenRow struct {
	Number   int
	Language archive.Language
	Kind     string // of voice, in words
	Size     string
	Src      string // the file, opened on this page; empty: Open leads to it
	Open     string
	Save     string
}

// textFile is a transcript to read, or to take along.
type textFile struct {
	Language archive.Language
	Read     string
}

// listen shows the voices of a session. The floor and the voice that was chosen are opened, the others are a link away.
func (s *Server) listen(c echo.Context) error {
	a, err := s.ask(c)
	if err != nil {
		return err
	}
	v, err := s.view(c.Request().Context(), a)
	if err != nil {
		return err
	}
	w := s.watching(c, a, v)
	g := listenPage{page: w.page, head: w.head(), Notes: append(w.notes, w.hearing.notes(w.l, v)...), Chapters: w.chapters()}
	g.Title = w.l.Say("listen.title", "session", g.Heading.Words)
	m := keyMaker{l: w.l, a: a, view: v, conf: w.conf, hearing: w.hearing}
	shown := map[string]bool{}
	for _, k := range m.keys() {
		if x := v.Voice(k.Track); x != nil && x.State == transcode.Ready && !shown[k.Track] {
			shown[k.Track] = true
			g.Voices = append(g.Voices, w.listenRow(k, x))
			g.HonestOf = g.HonestOf || x.Track.Role == archive.Interpretation
		}
	}
	for _, x := range v.Texts {
		g.Texts = append(g.Texts, textFile{x.Track.Language, w.url("/transcript/" + valueOfText(x.Track))})
	}
	c.Response().Header()["Vary"] = varyReader
	return s.show(c, w.l, "listen", g, a.keep())
}

func (w *watching) listenRow(k key, x *transcode.VoiceView) listenRow {
	file := "/download/" + w.a.address + "/" + k.Track + ".m4a"
	sound, small := x.Voice, ""
	if w.saver && x.Small != nil {
		sound, small = x.Small, "small"
	}
	r := listenRow{Number: k.Number, Language: k.Language, Kind: w.l.Say(roleKey(x.Track)), Size: w.l.Size(sound.Index.Bytes)}
	r.Save = file + "?" + query("size", small, "save", "1")
	if !k.Lit && x.Track.Role != archive.Floor {
		r.Open = w.url("/listen", "voice", k.Value, "t", w.t())
		return r
	}
	r.Src = file
	if q := query("size", small); q != "" {
		r.Src += "?" + q
	}
	if w.startMs > 0 {
		r.Src += "#t=" + seconds(w.startMs)
	}
	return r
}
