package web

import (
	"context"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/web/locale"
)

// cited is a moment as a citation names it. It is the same for whoever asks: nobody who is hidden is in it, and no speaker of whom a text knows only a number.
type cited struct {
	doc       *archive.Session
	lang      locale.Lang
	title     string
	event     string // the conference
	place     string // of the conference
	speaker   string // empty: not known
	publisher string
	licence   string
	startMs   int64
	endMs     int64          // startMs: a second alone
	voice     *archive.Track // nil: the recording as a whole
	role      string         // what the voice is to the record at that moment, in words; empty without a voice
	original  bool
	language  archive.Language // that is spoken there; empty: not known
	moment    archive.Moment   // of the link that lasts
	link      string
}

// citePage shows a citation in each of its forms.
type citePage struct {
	page
	head
	Notes []note
	Range string // 0:12:34–0:12:41; empty: there is no such moment
	Role  string
	Words string           // that were said there; empty also where a machine seems to have invented them
	In    archive.Language // of Words
	Forms []citeShown
}

// citeShown is a form of the citation on its page.
type citeShown struct {
	Name string
	Body string
	Save string // its address
}

// cite shows how to quote a moment, by ?m= (a link that lasts) or ?t=&voice=, until ?to=; with ?format= it gives one form as a file. A moment that is no longer there is not
// cited.
func (s *Server) cite(c echo.Context) error {
	a, err := s.ask(c)
	if err != nil {
		return err
	}
	v, err := s.view(c.Request().Context(), a)
	if err != nil {
		return err
	}
	w := s.watching(c, a, v)
	g := citePage{page: w.page, head: w.head(), Notes: w.notes}
	g.Hidden = true // each second has one
	g.Title = w.l.Say("cite.title", "session", g.Heading.Words)
	ci, cue, err := s.cited(c, w)
	if err != nil {
		return err
	}
	if format := c.QueryParam("format"); format != "" {
		if ci == nil {
			return errGone
		}
		return s.citeFile(c, a, ci, format)
	}
	c.Response().Header()["Vary"] = varyReader
	if ci == nil {
		if len(g.Notes) == 0 {
			g.Notes = []note{{Kind: "warn", Icon: "warn", Text: w.l.Say("watch.momentGone")}}
		}
		return s.show(c, w.l, "cite", g, a.keep())
	}
	g.Range, g.Role = ci.timeRange(), ci.role
	if cue != nil && !cue.Invented {
		g.Words, g.In = cue.Text, ci.language
	}
	for _, f := range citeForms {
		g.Forms = append(g.Forms, citeShown{f.name, f.write(ci), w.url("/cite", "m", ci.moment.String(), "to", c.QueryParam("to"), "format", f.format)})
	}
	return s.show(c, w.l, "cite", g, a.keep())
}

// cited finds what the request is about, and the cue that was said there. Nil: it is not there any more.
func (s *Server) cited(c echo.Context, w *watching) (*cited, *archive.Cue, error) {
	doc, l := w.doc, w.l
	out := &cited{doc: doc, lang: l, title: title(doc, l).Words, publisher: l.Say("site.name"), startMs: w.startMs}
	if w.conf != nil {
		out.event, out.place = conferenceTitle(w.conf, l).Words, w.conf.Place
	}
	if r := s.rights(doc); r != nil {
		out.licence = r.Licence
		if r.Holder != "" {
			out.publisher = r.Holder
		}
	}
	text, gone, err := w.citedTrack(c, out)
	if err != nil || gone {
		return nil, nil, err
	}
	for _, t := range []*archive.Track{out.voice, text} {
		if t != nil && slices.ContainsFunc(doc.Cuts(t), func(k archive.Cut) bool { return k[0] <= out.startMs && out.startMs < k[1] }) {
			return nil, nil, nil
		}
	}
	cue, err := s.citedCue(c.Request().Context(), w, text, out.startMs)
	if err != nil {
		return nil, nil, err
	}
	out.endMs = out.startMs
	if cue != nil {
		out.endMs = cue.EndMs
	}
	if to, err := strconv.ParseFloat(c.QueryParam("to"), 64); err == nil && to*1000 > float64(out.startMs) && to < 1e7 {
		out.endMs = w.within(int64(to*1000 + 0.5))
	}
	out.endMs = max(out.endMs, out.startMs)
	out.speak(text)
	out.speaker = speakerOf(doc, out.voice, out.startMs, out.endMs)
	out.link = w.host + w.url("", "m", out.moment.String())
	return out, cue, nil
}

// citedTrack finds the voice that is cited, and its text; and makes the link that lasts. Without a voice it is the text itself, or the floor. Gone: the moment is not there
// any more, or its address is damaged.
func (w *watching) citedTrack(c echo.Context, out *cited) (text *archive.Track, gone bool, err error) {
	if m := c.QueryParam("m"); m != "" {
		if out.moment, err = archive.ParseMoment(m); err != nil {
			return nil, true, nil
		}
		_, t, gone := w.doc.Today(out.moment)
		switch {
		case gone:
			return nil, true, nil
		case t.Kind == archive.Text:
			out.voice = voiceFor(w.a, t)
			return t, false, nil
		case t.Kind == archive.Audio:
			out.voice = t
		}
	} else if out.voice = w.doc.Voice(c.QueryParam("voice")); out.voice == nil {
		if name := c.QueryParam("voice"); name != "" {
			return nil, false, badParameter("voice: %q is none of this session's", name)
		}
		out.voice = w.doc.Voice(string(archive.Floor))
	}
	if out.voice != nil {
		text = textOf(w.a, out.voice.ID)
	}
	if out.moment == (archive.Moment{}) {
		of := out.voice
		if of == nil {
			of = firstTrack(w.doc)
		}
		if of == nil {
			return nil, false, errNotFound // a session of which nothing was recorded
		}
		out.moment = archive.Moment{Track: of.ID, V: of.Current().V, Ms: out.startMs}
	}
	return text, false, nil
}

// firstTrack gives a track whose clock a link can be on, nil where there is none.
func firstTrack(doc *archive.Session) *archive.Track {
	if all := doc.Live(archive.Video, archive.Audio, archive.Text); len(all) > 0 {
		return all[0]
	}
	return nil
}

// citedCue gives what was said at a moment, nil where nothing is written.
func (s *Server) citedCue(ctx context.Context, w *watching, text *archive.Track, ms int64) (*archive.Cue, error) {
	if text == nil {
		return nil, nil
	}
	cues, _, err := s.Catalog.Cues(ctx, w.a.session, text)
	if err != nil {
		return nil, err
	}
	for i := range slices.Backward(cues) {
		if cues[i].StartMs <= ms && ms < cues[i].EndMs {
			return &cues[i], nil
		}
	}
	return nil, nil
}

// speak says what the voice is to the record: the floor, in the language that was spoken there where it is known; or an interpretation, which is not the record.
func (ci *cited) speak(text *archive.Track) {
	l := ci.lang
	if ci.voice == nil {
		if text != nil {
			ci.language, ci.role = text.Language, l.Say("transcript.heading", "in", l.In(text.Language))
		}
		return
	}
	ci.language, ci.original = ci.voice.Language, ci.voice.Role == archive.Floor
	switch ci.voice.Role {
	case archive.Floor:
		if in := floorLanguage(ci.doc, ci.voice, ci.startMs, ci.endMs); in != archive.FloorLanguage {
			ci.language, ci.role = in, l.Say("cite.floorIn", "in", l.In(in))
			return
		}
		ci.language, ci.role = "", l.Say("cite.floor")
	case archive.Interpretation:
		ci.role = l.Say("cite.interpretation", "into", l.Into(ci.language))
	default:
		ci.role = l.Say(roleKey(ci.voice))
	}
}

// floorLanguage is what the floor spoke from start to end: mul where it was not one language, or is not known.
func floorLanguage(doc *archive.Session, floor *archive.Track, start, end int64) archive.Language {
	language := floor.Language
	for i, span := range spansIn(doc, start, end) {
		switch {
		case span.Language == "":
		case i == 0 || language == span.Language:
			language = span.Language
		default:
			return archive.FloorLanguage
		}
	}
	return language
}

// speakerOf names who speaks from start to end, where one person alone does and is not hidden: by the spans, else by a chapter that names one. A booth speaks after the
// floor, by up to six seconds: who speaks there must have spoken before, too.
func speakerOf(doc *archive.Session, voice *archive.Track, start, end int64) string {
	if voice != nil && voice.Role == archive.Interpretation {
		start -= besideMs
	}
	who := map[string]bool{}
	for _, span := range spansIn(doc, start, end) {
		who[span.Person] = true
	}
	delete(who, "")
	if len(who) == 0 {
		for i, ch := range doc.Chapters {
			if ch.StartMs <= max(start, 0) && (i+1 == len(doc.Chapters) || max(end, start+1) <= doc.Chapters[i+1].StartMs) {
				for _, id := range ch.People {
					who[id] = true
				}
			}
		}
	}
	if len(who) != 1 {
		return ""
	}
	for _, p := range people(doc, archive.Viewer{}) {
		if who[p.ID] {
			return p.Name
		}
	}
	return ""
}

// besideMs is how long a booth may lag behind the floor, in ms: what a search takes for the same moment.
const besideMs = 6000

// spansIn gives the spans that touch a stretch of the clock.
func spansIn(doc *archive.Session, start, end int64) (out []archive.Span) {
	for _, span := range doc.Spans {
		if span.StartMs < max(end, start+1) && start < span.EndMs {
			out = append(out, span)
		}
	}
	return out
}
