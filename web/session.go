package web

import (
	"context"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/transcode"
	"cabina/web/locale"
)

// sessionPage is where a session is watched: the desk, the transcript beside it, and what one does next.
type sessionPage struct {
	page
	head
	Notes      []note
	Desk       *desk      // nil while nothing can be played
	Preparing  *preparing // nil where the desk is
	Transcript transcriptPanel
	Chapters   []chapterRow
	Summary    said
	Share      shareBox
	Costs      []cost
	Listen     string
	Downloads  []downloadRow
	Rights     rights
	Self       string // the page's address without parameters
	Whole      string // the session's length in words
	stay       [][2]string
}

// StayBut gives the parameters that a form of the page carries on, but for those that are its own.
func (g sessionPage) StayBut(own ...string) [][2]string {
	return slices.DeleteFunc(slices.Clone(g.stay), func(p [2]string) bool { return slices.Contains(own, p[0]) })
}

// desk is all that plays.
type desk struct {
	Src      string // the computed file, for browsers without script; empty: no voice is chosen
	Rate     string // what the whole picture takes an hour
	Start    string // 0:12:34
	Range    int64  // length in s
	At       int64  // start in s
	Keys     []key
	Honest   template.HTML
	Captions *textData // chosen
	Texts    []textData
	Voice    string // value of the chosen one
	Data     playerData
}

// IsCaptions is true of the track of the captions that were chosen.
func (d *desk) IsCaptions(track string) bool { return d.Captions != nil && d.Captions.Track == track }

// chapterRow is a chapter in the list.
type chapterRow struct {
	StartMs int64
	Title   said
	URL     string
	Now     bool
}

// shareBox is a link to the second that the page opens at.
type shareBox struct {
	Link     string
	Label    string
	Voice    archive.Language // of the chosen voice; empty: none
	Captions archive.Language
	Cite     string // the page that says how to quote that second; empty: nothing was recorded
}

// session shows a session, playing from the second and in the voice that the address asks for.
func (s *Server) session(c echo.Context) error {
	a, err := s.ask(c)
	if err != nil {
		return err
	}
	v, err := s.view(c.Request().Context(), a)
	if err != nil {
		return err
	}
	w := s.watching(c, a, v)
	if w.way == onlyVoice {
		return c.Redirect(http.StatusSeeOther, w.url("/listen", "voice", w.voice, "t", w.t()))
	}
	c.Response().Header()["Vary"] = varyReader
	return s.show(c, w.l, "session", s.sessionPage(c.Request().Context(), w), a.keep())
}

func (s *Server) sessionPage(ctx context.Context, w *watching) sessionPage {
	keys := keyMaker{l: w.l, a: w.a, view: w.view, conf: w.conf, hearing: w.hearing, saver: w.saver, minutes: s.minutesLeft(ctx, w)}.keys()
	g := sessionPage{page: w.page, head: w.head(), Summary: say(w.doc.Summary, w.l), Chapters: w.chapters(), Rights: rightsOf(s.rights(w.doc)), stay: w.stay()}
	g.Title, g.Script, g.Listen = g.Heading.Words, true, w.url("/listen", "voice", w.voice)
	g.Self, g.Whole = w.url(""), w.l.Length(w.view.LengthMs)
	g.Meta = s.citeMeta(w)
	g.Notes = w.notes
	if w.saver {
		g.Notes = append(g.Notes, note{Kind: "good", Icon: "good", Text: w.l.Say("voice.saver")})
	}
	plays := w.view.Plays()
	if plays || w.hearing.Asked && !w.hearing.Waiting { // while all is being prepared, what was not asked for by name is not missed
		g.Notes = append(g.Notes, w.hearing.notes(w.l, w.view)...)
	}
	g.Costs = costs(w.l, w.view, w.hearing.Voice, w.way)
	if plays {
		g.Desk = w.desk(keys, g.Chapters)
		g.Desk.Rate = g.Costs[len(g.Costs)-1].Rate
	} else {
		g.Preparing = w.preparing(keys)
	}
	g.Transcript = s.panel(ctx, w)
	g.Share = w.share()
	g.Downloads = downloads(w.l, w.a, w.view, keys)
	return g
}

func (w *watching) desk(keys []key, chapters []chapterRow) *desk {
	main := w.view.Main()
	d := &desk{
		Keys: keys, Voice: w.voice, Texts: textsData(w.l, w.a, w.view),
		Start: locale.Timecode(w.startMs), Range: w.view.LengthMs / 1000, At: w.startMs / 1000,
		Honest: template.HTML(template.HTMLEscapeString(w.l.Say("voice.choose"))),
	}
	d.Data = playerData{
		Session: w.doc.ID, Lang: w.l, Master: "/play/" + w.a.address + "/master.m3u8", LengthMs: w.view.LengthMs, Still: main.Profile == transcode.Still,
		StartMs: w.startMs, Picture: w.way, SaveData: w.saver, Voices: voicesData(w.l, keys), Texts: d.Texts, Chapters: chaptersData(chapters), Sentences: scriptSays(w.l),
	}
	if x := w.hearing.Voice; x != nil {
		d.Src = "/download/" + w.a.address + "/" + x.Track.ID + ".mp4"
		if q := query("picture", strings.TrimPrefix(w.way, fullPicture)); q != "" {
			d.Src += "?" + q
		}
		if w.startMs > 0 {
			d.Src += "#t=" + seconds(w.startMs)
		}
		d.Honest = honestHTML(w.l, x.Track)
		d.Data.Voice, d.Data.Master = x.Track.ID, d.Data.Master+"?"+query("voice", x.Track.ID)
	}
	for i := range d.Texts {
		if w.captions != nil && d.Texts[i].Track == w.captions.Track.ID {
			d.Captions, d.Data.Captions = &d.Texts[i], d.Texts[i].Track
		}
	}
	return d
}

func (w *watching) chapters() []chapterRow {
	var out []chapterRow
	for _, c := range w.doc.Chapters {
		out = append(out, chapterRow{StartMs: c.StartMs, Title: say(c.Title, w.l), URL: w.here(c.StartMs)})
	}
	slices.SortStableFunc(out, func(a, b chapterRow) int { return int(a.StartMs - b.StartMs) })
	for i := len(out) - 1; i >= 0 && w.placed; i-- {
		if out[i].StartMs <= w.startMs {
			out[i].Now = true
			break
		}
	}
	return out
}

func (w *watching) share() shareBox {
	captions := ""
	b := shareBox{Label: w.l.Say("watch.linkTo", "time", locale.Timecode(w.startMs))}
	if x := w.hearing.Voice; x != nil {
		b.Voice = x.Track.Language
	}
	if w.captions != nil {
		b.Captions = w.captions.Track.Language
		captions = string(b.Captions)
	}
	if len(w.doc.Live(archive.Video, archive.Audio, archive.Text)) > 0 {
		b.Cite = w.url("/cite", "t", seconds(w.startMs), "voice", w.voice)
	}
	b.Link = w.host + w.url("", "t", seconds(w.startMs), "voice", w.voice, "captions", captions)
	return b
}
