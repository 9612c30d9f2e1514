package web

import (
	"context"
	"html/template"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/search"
	"cabina/transcode"
	"cabina/web/locale"
)

// mostColumns is how many languages stand side by side.
const mostColumns = 3

// sidePage is two or three transcripts of a session side by side, aligned on time.
type sidePage struct {
	page
	head
	Notes   []note
	Columns []sideColumn
	Selects [][]option // for each column, the languages to choose; the last may be left out
	Rows    []sideRow
	Honest  template.HTML
	Self    string // its address without parameters
	Link    string // to the second that it opens at
	Label   string
	Cite    string
	Rail    *rail
	stay    [][2]string
}

// Three is true where the columns are three.
func (g sidePage) Three() bool { return len(g.Columns) == mostColumns }

// Stay are the parameters that a choice of columns carries on.
func (g sidePage) Stay() [][2]string { return g.stay }

// At is the address of a row's second on this page.
func (g sidePage) At(r sideRow) string {
	return "?" + query(append([]string{"voices", g.voices()}, flat(slices.DeleteFunc(append([][2]string{{"t", seconds(r.StartMs)}}, g.stay...), func(p [2]string) bool { return p[0] == "t" && p[1] != seconds(r.StartMs) }))...)...) + "#" + r.ID
}

func (g sidePage) voices() string {
	var out []string
	for _, c := range g.Columns {
		out = append(out, c.Value)
	}
	return strings.Join(out, ",")
}

// sideColumn is one transcript of the page.
type sideColumn struct {
	Number   int // of the channel; -1: none
	Value    string
	Language archive.Language
	Kind     string // what it is to the record, in words
	Machine  bool   // nobody has checked it
	text     *transcode.TextView
	booth    bool
}

// side shows languages of a session next to each other. It answers whatever is asked for, and says what there is not.
func (s *Server) side(c echo.Context) error {
	a, err := s.ask(c)
	if err != nil {
		return err
	}
	v, err := s.view(c.Request().Context(), a)
	if err != nil {
		return err
	}
	w := s.watching(c, a, v)
	g := sidePage{page: w.page, head: w.head(), Notes: w.notes, Self: w.url("/side")}
	g.Title, g.Script = w.l.Say("side.title", "session", g.Heading.Words), true
	g.choose(w, chosen(c.QueryParams(), "voices"))
	if w.voice != "" && c.QueryParam("voice") != "" {
		g.stay = append(g.stay, [2]string{"voice", w.voice})
	}
	if w.placed {
		g.stay = append(g.stay, [2]string{"t", seconds(w.startMs)})
	}
	if len(g.Columns) > 1 {
		if err := s.fillSide(c.Request().Context(), w, &g); err != nil {
			s.log().ErrorContext(c.Request().Context(), "transcript cannot be read", "session", w.doc.ID, "err", err)
			g.Notes, g.Rows = append(g.Notes, note{Kind: "warn", Icon: "warn", Text: w.l.Say("watch.transcriptUnread")}), nil
		}
	}
	c.Response().Header()["Vary"] = varyReader
	return s.show(c, w.l, "side", g, a.keep())
}

// choose picks the columns: those named, with commas between them or each by itself, else the reader's language and the first other.
func (g *sidePage) choose(w *watching, asked []string) {
	var texts []*transcode.TextView
	add := func(x *transcode.TextView) {
		if x != nil && len(texts) < mostColumns && !slices.Contains(texts, x) {
			texts = append(texts, x)
		}
	}
	for name := range strings.SplitSeq(strings.Join(asked, ","), ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		x := textNamed(name, w.view)
		if x == nil {
			g.Notes = append(g.Notes, note{Kind: "warn", Icon: "warn", Text: missingText(w.l, name) + "."})
		}
		add(x)
	}
	if len(texts) < 2 {
		add(w.text)
		for i := range w.view.Texts {
			if len(texts) < 2 {
				add(&w.view.Texts[i])
			}
		}
	}
	channels := archive.Channels(w.conf, w.doc)
	for _, x := range texts {
		g.Columns = append(g.Columns, w.column(x, channels))
	}
	for i := range min(mostColumns, len(w.view.Texts)) {
		var all []option
		for k := range w.view.Texts {
			x := &w.view.Texts[k]
			all = append(all, option{valueOfText(x.Track), x.Track.Language, i < len(texts) && texts[i] == x})
		}
		g.Selects = append(g.Selects, all)
	}
}

func (w *watching) column(x *transcode.TextView, channels []archive.Language) sideColumn {
	col := sideColumn{Number: slices.Index(channels, x.Track.Language), Value: valueOfText(x.Track), Language: x.Track.Language, text: x}
	col.Machine = x.Track.Origin == "machine" && x.Track.Checked == ""
	col.Kind = w.l.Say("voice.asSpoken")
	if v := x.Track.Current(); v != nil && v.Of != nil {
		if voice := w.doc.Track(v.Of.Track); voice != nil {
			col.Kind, col.booth = w.l.Say(roleKey(voice)), voice.Role == archive.Interpretation
		}
	}
	return col
}

// fillSide reads the transcripts and sets them beside each other.
func (s *Server) fillSide(ctx context.Context, w *watching, g *sidePage) error {
	if s.Search == nil {
		return errNoIndex
	}
	var texts []string
	var cues []map[int64]archive.Cue
	var booths []template.HTML
	for _, col := range g.Columns {
		texts = append(texts, col.text.Track.ID)
		cues = append(cues, s.cuesByStart(ctx, w.a.session, col.text.Track))
		if col.booth {
			booths = append(booths, ownName(w.l, col.Language))
		}
	}
	laid, err := s.Search.Side(ctx, search.Request{Session: w.doc.ID, Viewer: w.a.viewer, Sessions: s.Mirror.Session}, texts)
	if err != nil {
		return err
	}
	g.Honest = w.l.HTML("side.byTime")
	if n := len(booths); n > 0 {
		g.Honest = w.l.HTML("side.honest", "n", n, "languages", w.l.ListHTML(booths))
	}
	nowMs := int64(-1)
	if w.placed {
		nowMs = w.startMs
	}
	g.Rows = sideMaker{l: w.l, doc: w.doc, columns: g.Columns, nowMs: nowMs, cues: cues}.rows(laid.Rows)
	g.Label = w.l.Say("watch.linkTo", "time", locale.Timecode(w.startMs))
	g.Link = w.url("/side", "voices", g.voices(), "t", seconds(w.startMs), "voice", w.voice)
	g.Cite = w.url("/cite", "t", seconds(w.startMs), "voice", w.voice)
	g.Rail = sideRail(w, g)
	return nil
}

// cuesByStart gives the cues of a text by where they begin; none where it cannot be read: the words come from the index.
func (s *Server) cuesByStart(ctx context.Context, doc *archive.Session, t *archive.Track) map[int64]archive.Cue {
	out := map[int64]archive.Cue{}
	cues, _, err := s.Catalog.Cues(ctx, doc, t)
	if err != nil {
		s.log().WarnContext(ctx, "speakers cannot be read", "session", doc.ID, "track", t.ID, "err", err)
		return out
	}
	for _, c := range cues {
		out[c.StartMs] = c
	}
	return out
}

// sideRail is the player at the foot: ready at the page's second, in the voice that is chosen.
func sideRail(w *watching, g *sidePage) *rail {
	r := newRail(w.page)
	channels := archive.Channels(w.conf, w.doc)
	for i, l := range channels { // the floor, the columns and what is heard: other voices are the session page's
		if l != archive.FloorLanguage && !slices.ContainsFunc(g.Columns, func(c sideColumn) bool { return c.Language == l }) && (w.hearing.Voice == nil || w.hearing.Voice.Track.Language != l) {
			channels[i] = ""
		}
	}
	r.add(w.a.address, g.Heading, w.doc, channels)
	r.Opens = &railOpen{Session: w.a.address, StartMs: w.startMs}
	if x := w.hearing.Voice; x != nil {
		r.Opens.Voice, r.Src = x.Track.ID, "/download/"+w.a.address+"/"+x.Track.ID+".m4a"
		if w.startMs > 0 {
			r.Src += "#t=" + seconds(w.startMs)
		}
	}
	r.Form = g.Self
	r.Stay = append([][2]string{{"voices", g.voices()}}, slices.DeleteFunc(slices.Clone(g.stay), func(p [2]string) bool { return p[0] == "voice" })...)
	return r.orNone()
}
