package search

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"unicode/utf8"

	"cabina/archive"
)

// LineID names a place in a text for ever: a session, a text track, one of its versions, the number of a cue in that version (from 1), and a half-open range
// of code points in that cue. Where the words go on in the next cues, To counts on into them, one code point for each end between.
type LineID struct {
	Session  string
	Track    string
	V        int
	Cue      int
	From, To int
}

// String is the form in answers and exports: s03.t7.1.c0042.17-32.
func (id LineID) String() string {
	return fmt.Sprintf("%s.%s.%d.c%04d.%d-%d", id.Session, id.Track, id.V, id.Cue, id.From, id.To)
}

// ParseLineID reads that form.
func ParseLineID(s string) (LineID, error) {
	wrong := fmt.Errorf("line %.80q: want session, track, version, cue and letters, as s03.t7.1.c0042.17-32", s)
	parts := strings.Split(s, ".")
	if len(parts) != 5 || !archive.ValidID(parts[0]) {
		return LineID{}, wrong
	}
	id := LineID{Session: parts[0], Track: parts[1]}
	from, to, ok := strings.Cut(parts[4], "-")
	for _, n := range []struct {
		to   *int
		text string
	}{{&id.V, parts[2]}, {&id.Cue, strings.TrimPrefix(parts[3], "c")}, {&id.From, from}, {&id.To, to}} {
		var err error
		if *n.to, err = strconv.Atoi(n.text); err != nil || *n.to < 0 {
			return LineID{}, wrong
		}
	}
	if !ok || id.From >= id.To || id.String() != s {
		return LineID{}, wrong
	}
	return id, nil
}

func (t *foundText) lineID(o occurrence) LineID {
	from, to := t.span(o)
	return LineID{Session: t.doc.ID, Track: t.track.ID, V: t.file.V, Cue: t.file.number(o.cue), From: from, To: to}
}

// Resolved is what a LineID names today. Gone: it was there and is not to be had any more (the version is withdrawn or erased, the stretch withdrawn, the track removed);
// then there is only ID.
type Resolved struct {
	ID       string           `json:"id"`
	Gone     bool             `json:"gone"`
	Replaced bool             `json:"replaced"`      // a newer version of the text is published
	Now      string           `json:"now,omitempty"` // where Replaced: the same words at the same time in today's version; "" where they are not there
	Session  string           `json:"session,omitempty"`
	Voice    string           `json:"voice,omitempty"`
	Text     string           `json:"text,omitempty"`
	Language archive.Language `json:"language,omitempty"`
	StartMs  int64            `json:"startMs,omitempty"` // of the cue, on today's clock
	EndMs    int64            `json:"endMs,omitempty"`
	Line     string           `json:"line,omitempty"` // the cue as that version has it, and the cues that the words go on into, each after a line end
	Word     string           `json:"word,omitempty"`
	URL      string           `json:"url,omitempty"`
}

// Resolve says what a line is today. Of Request only Viewer, Lang and Sessions count. Of a version that was replaced it reads the store. An error that
// is fs.ErrNotExist: there is no such line, or none for this viewer.
func (x *Index) Resolve(ctx context.Context, r Request, id LineID) (*Resolved, error) {
	out := &Resolved{ID: id.String(), Session: id.Session, Text: id.Track}
	doc := r.session(id.Session)
	none := fmt.Errorf("line %s: %w", id, fs.ErrNotExist)
	gone := &Resolved{ID: out.ID, Gone: true}
	switch archive.Access(r.Viewer, doc, nil) {
	case archive.No:
		return nil, none
	case archive.Gone:
		return gone, nil
	}
	track := doc.Track(id.Track)
	if track == nil || archive.Access(r.Viewer, doc, track) != archive.Yes {
		var n int
		if _, err := fmt.Sscanf(id.Track, "t%d", &n); err != nil || n < 1 || n >= doc.NextTrack {
			return nil, none
		}
		return gone, nil // removed, or not theirs to see: the same answer
	}
	v, now := track.Version(id.V), track.Current()
	switch {
	case track.Kind != archive.Text || v == nil:
		return nil, none
	case v.Withdrawn || now == nil:
		return gone, nil
	case v.V > track.Published: // not for anyone yet
		return nil, none
	}
	cues, ok := x.cuesToday(&r, doc, track, v)
	if !ok {
		read, err := x.archive.Transcript(ctx, doc, track, v)
		if errors.Is(err, fs.ErrNotExist) {
			return gone, nil // erased
		}
		if err != nil {
			return nil, err
		}
		cues = spoken(read, track.Language, doc.Spans)
	}
	return x.resolve(&r, id, out, doc, track, v, cues), nil
}

// cuesToday gives the cues of a version where it is the one in the index.
func (x *Index) cuesToday(r *Request, doc *archive.Session, track *archive.Track, v *archive.Version) (cues []cue, ok bool) {
	x.reading.RLock()
	defer x.reading.RUnlock()
	s := x.searching(r)
	defer s.done()
	file := s.textOf(doc.ID, track.ID)
	if file == nil || file.V != v.V {
		return nil, false
	}
	cuts := doc.Cuts(track)
	for i := range file.Cues {
		if !inCuts(cuts, file, i) {
			cues = append(cues, cue{Cue: archive.Cue{StartMs: file.start(i), EndMs: file.end(i), Text: file.words(i), N: file.number(i)}, language: file.language(i)})
		}
	}
	return cues, true
}

// resolve finds the cue among those of its version.
func (x *Index) resolve(r *Request, id LineID, out *Resolved, doc *archive.Session, track *archive.Track, v *archive.Version, cues []cue) *Resolved {
	for i, c := range cues {
		if c.N != id.Cue {
			continue
		}
		out.Line, out.StartMs, out.EndMs, out.Language = c.Text, c.StartMs, c.EndMs, c.language
		for k := i + 1; k < len(cues) && utf8.RuneCountInString(out.Line) < id.To; k++ {
			out.Line += "\n" + cues[k].Text
		}
		letters := []rune(out.Line)
		if id.To > len(letters) {
			break
		}
		out.Word = oneLine(string(letters[id.From:id.To]))
		file := &text{cueHeader: cueHeader{V: v.V}}
		if voice, n := voiceOf(doc, v); voice != nil {
			file.Voice, file.VoiceV, out.Voice = voice.ID, n, voice.ID
		}
		out.URL = r.link(doc, momentOf(track, file, c.StartMs))
		if v.V != track.Current().V {
			out.Replaced = true
			out.Now = x.today(r, doc, track, out)
		}
		return out
	}
	return &Resolved{ID: out.ID, Gone: true}
}

// sameWordsMs is how far a word may have moved with a new version of its text.
const sameWordsMs = 5000

// today gives the id of the same words at about the same time in today's version of a text, "" where there are none.
func (x *Index) today(r *Request, doc *archive.Session, track *archive.Track, was *Resolved) string {
	x.reading.RLock()
	defer x.reading.RUnlock()
	s := x.searching(r)
	defer s.done()
	file := s.textOf(doc.ID, track.ID)
	if file == nil || file.V != track.Current().V {
		return ""
	}
	t := &foundText{doc: doc, track: track, file: file, cuts: doc.Cuts(track)}
	best, off := "", int64(sameWordsMs+1)
	for i := file.after(was.StartMs - sameWordsMs); i < file.Cues && file.start(i) <= was.StartMs+sameWordsMs; i++ {
		d := max(file.start(i)-was.StartMs, was.StartMs-file.start(i))
		last := min(i+1, file.Cues-1)
		words := file.words(i)
		if last > i {
			words += "\n" + file.words(last)
		}
		at := strings.Index(oneLine(words), was.Word)
		if at < 0 || at >= file.size(i) || d >= off || t.cut(i, i) {
			continue
		}
		o := occurrence{cue: i, last: i, from: at, to: at + len(was.Word)}
		if o.to > file.size(i) {
			o.last, o.to = last, o.to-file.size(i)-1
		}
		best, off = t.lineID(o).String(), d
	}
	return best
}
