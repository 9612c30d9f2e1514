package web

import (
	"cmp"
	"context"

	"cabina/archive"
	"cabina/web/locale"
)

// transcriptPanel is the transcript beside the picture, with the choices of what it shows.
type transcriptPanel struct {
	script
	Texts      []option // languages to read
	Besides    []option
	Find       string
	Found      int
	All        string // the way back from what was found
	Whole      string // the transcript's own page
	Side       string // this transcript with another beside it; empty: there is only one
	Machine    bool   // a machine wrote it and nobody has checked it
	Checked    bool   // a machine wrote it and someone has checked it
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
	machine, checked := w.text.Track.Origin == "machine", w.text.Track.Checked != ""
	p.Machine, p.Checked = machine && !checked, machine && checked
	p.Whole = w.url("/transcript/"+valueOfText(w.text.Track), "beside", w.params.beside)
	if len(p.Besides) > 0 {
		p.Side = w.url("/side", "voices", valueOfText(w.text.Track)+","+cmp.Or(w.params.beside, p.Besides[0].Value), "t", w.t(), "voice", w.voice)
	}
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

// script reads the cues of what is chosen. Where they cannot be read the page says so, and plays all the same.
func (s *Server) script(ctx context.Context, w *watching, base string) (script, bool) {
	out := script{In: w.text.Track.Language, Base: base}
	cues, _, err := s.Catalog.Cues(ctx, w.a.session, w.text.Track)
	m := scriptMaker{l: w.l, doc: w.doc, track: w.text.Track, in: out.In, cues: cues, find: w.params.find, nowMs: -1}
	if err == nil && w.beside != nil {
		m.beside, _, err = s.Catalog.Cues(ctx, w.a.session, w.beside.Track)
		out.Beside, out.Two, m.besideIn = w.beside.Track.Language, true, w.beside.Track.Language
		m.besideOf = w.beside.Track
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
