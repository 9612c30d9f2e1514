package search

import (
	"context"
	"iter"
	"slices"

	"cabina/archive"
)

// LinesRequest asks for lines (a concordance): every place where the words of the query were said. Of Request all but Around counts; Limit is lines on a page,
// 1 to 500; 0 is 20.
type LinesRequest struct {
	Request
	Sort LineSort
	// Sample, unless 0, keeps so many lines of all, at most 50,000: the same ones for the same Seed, whatever the order.
	Sample int
	Seed   uint64
	Beside bool // with what the other languages said at each line's moment
}

// LineSort is an order of lines.
type LineSort string

// The orders. Left and right sort by the words on that side of the found one, from it outwards, without regard to accents and capitals.
const (
	ByTime    LineSort = "time"    // by the session's day and hour, then by its clock; the zero value means this
	ByLeft    LineSort = "left"    // by what was said before
	ByRight   LineSort = "right"   // by what was said after
	BySession LineSort = "session" // by the session's title, then by its clock
)

// ParseLineSort reads an order; ok is false of what is none. Empty is ByTime.
func ParseLineSort(s string) (order LineSort, ok bool) {
	if s == "" {
		return ByTime, true
	}
	order = LineSort(s)
	return order, slices.Contains([]LineSort{ByTime, ByLeft, ByRight, BySession}, order)
}

// MostSorted is how many lines are sorted; of more than that all are there, by session and time. It is also the largest sample.
const MostSorted = 50_000

// Bounds of a page of lines.
const (
	linesDefault = 20
	linesMost    = 500
)

// LinesAnswer is a page of lines: the body of GET /api/v1/lines. Total counts all lines, Sorted says whether they are in the order that was asked for: of more
// than MostSorted they are by session and time, unless a sample was asked for.
type LinesAnswer struct {
	Total  int     `json:"total"`
	Sorted bool    `json:"sorted"`
	Lines  []Kwic  `json:"lines"`
	Next   *string `json:"next"` // the cursor of the next page; nil after the last

	// What a page says besides.
	Index      State                    `json:"-"`
	Sessions   int                      `json:"-"` // with at least one line
	ByLanguage map[archive.Language]int `json:"-"` // adds up to Total
	From       int                      `json:"-"` // how many lines stand before this page, of the sample if there is one
}

// Kwic is a keyword in its context: one place where a word or phrase of the query was said. Left and Right are what was said before and after it, in that order
// whatever the direction of the language; Left + Word + Right is the text as it stands, line ends as spaces. A page shows as much of them as it has
// room for, and cuts at the far ends.
type Kwic struct {
	ID         string           `json:"id"` // a LineID
	Session    string           `json:"session"`
	Title      Title            `json:"-"`
	Conference string           `json:"-"`
	Date       string           `json:"-"` // 2020-07-14
	Voice      string           `json:"voice"`
	Text       string           `json:"text"`
	Language   archive.Language `json:"language"`
	Role       archive.Role     `json:"role"` // the voice's, else the text's own
	Original   bool             `json:"original"`
	Origin     string           `json:"origin"`
	StartMs    int64            `json:"startMs"` // of the cue in which the word stands
	EndMs      int64            `json:"endMs"`   // of the cue in which it ends
	Left       string           `json:"left"`
	Word       string           `json:"word"`
	Right      string           `json:"right"`
	URL        string           `json:"url"`
	Beside     []Beside         `json:"beside,omitempty"` // where asked for
}

// Lines gives one page of lines. Errors are BadCursor, and what the context or the index says.
func (x *Index) Lines(ctx context.Context, r LinesRequest) (*LinesAnswer, error) {
	r.ready()
	after, err := r.readLineCursor()
	if err != nil {
		return nil, err
	}
	x.reading.RLock()
	defer x.reading.RUnlock()
	s := x.searching(&r.Request)
	defer s.done()
	w, err := s.walking(ctx)
	if err != nil {
		return nil, err
	}
	p := linePage{r: &r, after: after, sample: newSample(&r), byLanguage: map[archive.Language]int{}}
	if err = w.each(ctx, r.compareSessions, p.session); err != nil {
		return nil, err
	}
	return p.answer(ctx, w)
}

// EachLine gives all lines, or the sample, in the order asked for; of more than MostSorted by session and time. Limit and Cursor do not count. Between lines nothing is
// held that anyone waits for, so that a slow reader holds up nobody: a session that changes meanwhile is read as it is then, and lines that are no longer there are left out.
func (x *Index) EachLine(ctx context.Context, r LinesRequest) iter.Seq2[*Kwic, error] {
	r.ready()
	return func(yield func(*Kwic, error) bool) {
		if err := x.eachLine(ctx, &r, func(k *Kwic) bool { return yield(k, nil) }); err != nil {
			yield(nil, err)
		}
	}
}

func (r *LinesRequest) ready() {
	if r.Limit = min(r.Limit, linesMost); r.Limit <= 0 {
		r.Limit = linesDefault
	}
	if r.Lang == "" {
		r.Lang = "en"
	}
	if r.Sort == "" {
		r.Sort = ByTime
	}
	r.Sample = max(min(r.Sample, MostSorted), 0)
}

// each walks through the sessions that have any of the words. Files are kept open for one session only.
func (w *walk) each(ctx context.Context, compare func(a, b *archive.Session) int, do func([]*foundText) error) error {
	sessions, err := w.sessions(ctx, compare)
	if err != nil {
		return err
	}
	for _, doc := range sessions {
		texts, err := w.session(ctx, doc.ID)
		if err != nil {
			return err
		}
		if len(texts) > 0 {
			if err := do(texts); err != nil {
				return err
			}
		}
		w.closeFiles()
	}
	return nil
}

func (s *searching) closeFiles() {
	s.done()
	clear(s.files)
	s.releases = s.releases[:0]
}

// kwic shows one place.
func (s *searching) kwic(t *foundText, o occurrence) *Kwic {
	left, word, right := t.around(o)
	k := &Kwic{ID: t.lineID(o).String(), Session: t.doc.ID, Conference: t.doc.Conference, Voice: t.file.Voice, Text: t.track.ID, Language: t.file.language(o.cue),
		Role: roleOf(t.doc, t.track, t.v), Origin: t.track.Origin, StartMs: t.file.start(o.cue), EndMs: t.file.end(o.last), Left: left, Word: word, Right: right}
	k.Original = original(t.doc, t.track, t.v, k.Language, k.StartMs, t.file.end(o.cue))
	k.Title.Language, k.Title.Text = t.doc.Title.In(archive.Language(s.r.Lang))
	if day := t.doc.Date(); !day.IsZero() {
		k.Date = day.Format("2006-01-02")
	}
	k.URL = s.r.link(t.doc, momentOf(t.track, t.file, k.StartMs))
	return k
}
