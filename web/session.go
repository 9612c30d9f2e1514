package web

import (
	"context"
	"html/template"
	"net/http"
	"slices"
	"strconv"
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
}

// transcriptPanel is the transcript beside the picture, with the choices of what it shows.
type transcriptPanel struct {
	script
	Texts      []option // languages to read
	Besides    []option
	Find       string
	Found      int
	All        string // the way back from what was found
	Whole      string // the transcript's own page
	Machine    bool   // nobody has checked it
	Missing    string // there is no text in the language asked for
	Unread     bool   // it could not be read just now
	Interprets archive.Language
}

// option is a language to choose in a select.
type option struct {
	Value    string
	Language archive.Language
	Chosen   bool
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

func (s *Server) sessionPage(ctx context.Context, w *watching) sessionPage {
	keys := keyMaker{l: w.l, a: w.a, view: w.view, conf: w.conf, hearing: w.hearing, saver: w.saver, minutes: s.minutesLeft(ctx, w)}.keys()
	g := sessionPage{page: w.page, head: w.head(), Summary: say(w.doc.Summary, w.l), Chapters: w.chapters(), Rights: rightsOf(s.rights(w.doc)), stay: w.stay()}
	g.Title, g.Script, g.Listen = g.Heading.Words, true, w.url("/listen", "voice", w.voice)
	g.Self, g.Whole = w.url(""), w.l.Length(w.view.LengthMs)
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
	if r := w.view.Picture[w.way]; r != nil {
		d.Data.Height = r.Index.Height
	} else if w.way == fullPicture {
		d.Data.Height = main.Index.Height
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
	b.Link = w.host + w.url("", "t", seconds(w.startMs), "voice", w.voice, "captions", captions)
	return b
}

// panel makes the transcript beside the picture.
func (s *Server) panel(ctx context.Context, w *watching) transcriptPanel {
	var p transcriptPanel
	p.Find = w.params.find
	if w.params.text != "" && textNamed(w.params.text, w.view) == nil {
		p.Missing = missingText(w.l, w.params.text)
	}
	if w.text == nil {
		return p
	}
	for i := range w.view.Texts {
		x := &w.view.Texts[i]
		o := option{Value: string(x.Track.Language), Language: x.Track.Language}
		if x.Track.Role != archive.Captions {
			o.Value = x.Track.ID
		}
		p.Texts = append(p.Texts, option{o.Value, o.Language, x == w.text})
		if x != w.text {
			p.Besides = append(p.Besides, option{o.Value, o.Language, x == w.beside})
		}
	}
	p.Machine = w.text.Track.Origin == "machine" && w.text.Track.Checked == ""
	p.Whole = w.url("/transcript/"+valueOfText(w.text.Track), "beside", w.params.beside)
	p.All = "?" + query(flat(w.stay())...) + "#tr"
	if v := w.text.Track.Current(); v != nil && v.Of != nil {
		if voice := w.doc.Track(v.Of.Track); voice != nil && voice.Role == archive.Interpretation {
			p.Interprets = voice.Language
		}
	}
	p.script, p.Unread = s.script(ctx, w, "")
	p.Found = found(p.Lines)
	return p
}

// valueOfText is how an address names a text.
func valueOfText(t *archive.Track) string {
	if t.Role != archive.Captions {
		return t.ID
	}
	return string(t.Language)
}

func missingText(l locale.Lang, name string) string {
	if lang := archive.Language(name); lang.Valid() && lang != archive.FloorLanguage && name != string(archive.Floor) {
		return l.Say("transcript.missing", "in", l.In(lang))
	}
	return l.Say("transcript.missingAny")
}

// flat gives pairs one after the other.
func flat(pairs [][2]string) []string {
	var out []string
	for _, p := range pairs {
		out = append(out, p[0], p[1])
	}
	return out
}

// script reads the cues of what is chosen. Where they cannot be read the page says so, and plays all the same.
func (s *Server) script(ctx context.Context, w *watching, base string) (script, bool) {
	out := script{In: w.text.Track.Language, Base: base}
	cues, _, err := s.Catalog.Cues(ctx, w.a.session, w.text.Track)
	m := scriptMaker{l: w.l, doc: w.doc, in: out.In, cues: cues, find: w.params.find, nowMs: -1}
	if err == nil && w.beside != nil {
		m.beside, _, err = s.Catalog.Cues(ctx, w.a.session, w.beside.Track)
		out.Beside, out.Two, m.besideIn = w.beside.Track.Language, true, w.beside.Track.Language
	}
	if err != nil {
		s.log().ErrorContext(ctx, "transcript cannot be read", "session", w.doc.ID, "track", w.text.Track.ID, "err", err)
		return out, true
	}
	if w.placed {
		m.nowMs = w.startMs
	}
	if rest := query(flat(w.stay("t"))...); rest != "" {
		out.Follow = "&" + rest
	}
	out.Lines = m.lines()
	return out, false
}
