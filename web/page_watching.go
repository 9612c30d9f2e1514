package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/transcode"
	"cabina/web/locale"
)

// head says which session a page is of.
type head struct {
	Heading    said
	Conference *link
	People     []string
	Topics     []topic
	Date       string
	DateISO    string
	Length     string
	Watch      string // the session's own page
}

// watching is a request for a session's page, understood.
type watching struct {
	page
	a        asked
	doc      *archive.Session // as the viewer sees it
	conf     *archive.Conference
	view     *transcode.View
	l        locale.Lang
	hearing  hearing
	voice    string // value of the voice that is heard, as an address names it; empty: none
	startMs  int64
	placed   bool // the address says where to begin
	captions *transcode.TextView
	text     *transcode.TextView // the transcript
	beside   *transcode.TextView
	params   struct{ captions, text, beside, find string }
	way      string // of playing: a size of the picture
	saver    bool
	notes    []note
	host     string // the public address, or the one that was asked
}

func (s *Server) watching(c echo.Context, a asked, v *transcode.View) *watching {
	w := &watching{page: s.page(c, sectionHome), a: a, view: v, doc: a.seen(), conf: s.conferenceOf(a.viewer, a.session), host: s.hostOf(c.Request())}
	w.l = w.Lang
	w.Hidden = !a.open
	w.saver = strings.EqualFold(c.Request().Header.Get("Save-Data"), "on")
	w.way = wayOf(c.QueryParam("picture"), v)
	voice := w.place(c.QueryParam("t"), c.QueryParam("m"))
	if name := c.QueryParam("voice"); name != "" {
		voice = name
	}
	w.hearing = hear(voice, locale.Accepted(c.Request().Header.Get("Accept-Language")), w.l, v)
	if x := w.hearing.Voice; x != nil {
		w.voice = valueOf(x.Track)
	}
	w.params.captions, w.params.text, w.params.beside = c.QueryParam("captions"), c.QueryParam("text"), c.QueryParam("beside")
	w.params.find = strings.TrimSpace(c.QueryParam("find"))
	w.chooseTexts()
	return w
}

// place reads where to begin. A moment is translated to today's clock, and gives the voice that it is of; where it is gone the page says so.
func (w *watching) place(t, m string) (voice string) {
	if at, err := strconv.ParseFloat(t, 64); err == nil && at >= 0 && at < 1e7 {
		w.startMs, w.placed = w.within(int64(at*1000+0.5)), true
	}
	if m == "" {
		return ""
	}
	moment, err := archive.ParseMoment(m)
	if err != nil {
		w.notes = append(w.notes, note{Kind: "warn", Icon: "warn", Text: w.l.Say("watch.momentUnread")})
		return ""
	}
	at, track, gone := w.doc.Today(moment)
	if gone {
		w.notes = append(w.notes, note{Kind: "warn", Icon: "warn", Text: w.l.Say("watch.momentGone")})
	}
	w.startMs, w.placed = w.within(at), true
	if track != nil && track.Kind == archive.Text {
		return w.voiceOfText(track)
	}
	if track != nil && track.Kind == archive.Audio && track.Current() != nil {
		return track.ID
	}
	return ""
}

// voiceOfText gives the voice that a text was timed against.
func (w *watching) voiceOfText(t *archive.Track) string {
	if v := t.Current(); v != nil && v.Of != nil && w.view.Voice(v.Of.Track) != nil {
		return v.Of.Track
	}
	return ""
}

// within keeps a place inside the session: a link beyond its end opens its last second.
func (w *watching) within(ms int64) int64 {
	if w.view.LengthMs <= 0 {
		return max(ms, 0)
	}
	return min(max(ms, 0), max(w.view.LengthMs-1000, 0))
}

// valueOf is how an address names a voice.
func valueOf(t *archive.Track) string {
	switch t.Role {
	case archive.Floor:
		return string(archive.FloorLanguage)
	case archive.Description:
		return t.ID
	}
	return string(t.Language)
}

// chooseTexts picks captions and transcript. Captions that nobody asked for are shown where what is heard is not the page's language. The transcript is that of
// the voice, else of the page's language, else the first there is: reading another language is no harm, and its name stands above it.
func (w *watching) chooseTexts() {
	own := textNamed(string(w.l), w.view)
	var ofVoice *transcode.TextView
	if x := w.hearing.Voice; x != nil {
		ofVoice = textIn(w.view, x.Track.Language)
		if w.params.captions == "" && locale.Lang(baseOf(x.Track.Language)) != w.l {
			w.captions = own
		}
	}
	if w.params.captions != "" {
		w.captions = textNamed(w.params.captions, w.view)
	}
	if w.params.text != "" {
		w.text = textNamed(w.params.text, w.view)
	}
	for _, x := range []*transcode.TextView{ofVoice, own} {
		if w.text == nil {
			w.text = x
		}
	}
	if w.text == nil && len(w.view.Texts) > 0 {
		w.text = &w.view.Texts[0]
	}
	if w.params.beside != "" {
		if x := textNamed(w.params.beside, w.view); x != nil && x != w.text {
			w.beside = x
		}
	}
}

// url is an address below the session's page.
func (w *watching) url(below string, pairs ...string) string {
	return w.URL("sessions/"+w.a.address+below, pairs...)
}

// t is the parameter of where the page begins; empty: at the beginning.
func (w *watching) t() string {
	if !w.placed {
		return ""
	}
	return seconds(w.startMs)
}

// stay gives the parameters of the page that are not among but, with their values.
func (w *watching) stay(but ...string) [][2]string {
	captions := ""
	if w.params.captions != "" {
		captions = w.params.captions
	}
	var out [][2]string
	for _, p := range [][2]string{
		{"t", seconds(w.startMs)}, {"voice", w.voice}, {"captions", captions}, {"text", w.params.text}, {"beside", w.params.beside}, {"picture", w.way},
	} {
		if p[1] != "" && !slices.Contains(but, p[0]) {
			out = append(out, p)
		}
	}
	return out
}

// here is the page at another second, all else as it is.
func (w *watching) here(ms int64) string {
	pairs := []string{"t", seconds(ms)}
	for _, p := range w.stay("t") {
		pairs = append(pairs, p[0], p[1])
	}
	return "?" + query(pairs...)
}

// head fills what every page of a session says about it.
func (w *watching) head() head {
	h := head{Heading: title(w.doc, w.l), People: named(people(w.doc, w.a.viewer)), Topics: topics(w.page, w.doc, w.conf), Watch: w.url("", "voice", w.voice)}
	if w.conf != nil {
		h.Conference = &link{w.URL("conferences/"+w.conf.ID, "voice", w.Voice), conferenceTitle(w.conf, w.l)}
	}
	if day := w.doc.Date(); !day.IsZero() {
		h.Date, h.DateISO = w.l.Day(day), day.Format("2006-01-02")
	}
	if ms := w.view.LengthMs; ms > 0 {
		h.Length = locale.Timecode(ms)
	}
	return h
}

// hostOf is what stands before a path in a link that is taken away: the public address, else the one that was asked.
func (s *Server) hostOf(r *http.Request) string {
	if s.PublicURL != "" {
		return s.PublicURL
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// flat gives pairs one after the other.
func flat(pairs [][2]string) []string {
	var out []string
	for _, p := range pairs {
		out = append(out, p[0], p[1])
	}
	return out
}
