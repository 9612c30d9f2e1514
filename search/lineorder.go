package search

import (
	"cmp"
	"container/heap"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash/fnv"
	"slices"
	"strings"

	"cabina/archive"
)

// lineKey is a line's place in an order: by Word, which is empty where the order is that of sessions, then by session and time. The last four tell lines of one
// moment apart. It outlives a change of the index, and so does a cursor made of it.
type lineKey struct {
	Word    string `json:"w,omitempty"` // what it is sorted by: the context from the word outwards, or the session's title
	At      string `json:"a"`           // hourOf
	Session string `json:"i"`
	Start   int64  `json:"b"`
	Track   string `json:"t"`
	Cue     int    `json:"c"` // its number in the version
	From    int    `json:"f"` // bytes
	To      int    `json:"e"`

	text textID
	at   occurrence
}

func (a lineKey) compare(b lineKey) int {
	return cmp.Or(strings.Compare(a.Word, b.Word), strings.Compare(a.At, b.At), strings.Compare(a.Session, b.Session), cmp.Compare(a.Start, b.Start),
		compareTracks(a.Track, b.Track), cmp.Compare(a.Cue, b.Cue), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
}

// key gives a place its key in the order asked for.
func (r *LinesRequest) key(t *foundText, o occurrence) lineKey {
	k := plainKey(t, o)
	switch r.Sort {
	case ByLeft:
		k.Word = fromTheWord(t.before(o, sortContext), true)
	case ByRight:
		k.Word = fromTheWord(t.behind(o, sortContext), false)
	case BySession:
		k.Word = r.title(t.doc)
	}
	return k
}

// plainKey is a place's key in the order of sessions.
func plainKey(t *foundText, o occurrence) lineKey {
	return lineKey{At: hourOf(t.doc), Session: t.doc.ID, Start: t.file.start(o.cue), Track: t.track.ID, Cue: t.file.number(o.cue), From: o.from, To: o.to,
		text: t.id, at: o}
}

// title is what sessions are sorted by under BySession.
func (r *LinesRequest) title(s *archive.Session) string {
	_, title := s.Title.In(archive.Language(r.Lang))
	return fold(strings.ToLower(title))
}

// compareSessions is the order in which sessions are walked through.
func (r *LinesRequest) compareSessions(a, b *archive.Session) int {
	if r.Sort == BySession {
		return cmp.Or(strings.Compare(r.title(a), r.title(b)), bySession(a, b))
	}
	return bySession(a, b)
}

// placed is a place with its text.
type placed struct {
	text *foundText
	at   occurrence
}

// inOrder gives the places of a session by time.
func inOrder(texts []*foundText) []placed {
	var out []placed
	for _, t := range texts {
		for _, o := range t.at {
			out = append(out, placed{t, o})
		}
	}
	slices.SortStableFunc(out, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.text.file.start(a.at.cue), b.text.file.start(b.at.cue)), compareTracks(a.text.track.ID, b.text.track.ID),
			cmp.Compare(a.text.file.number(a.at.cue), b.text.file.number(b.at.cue)), cmp.Compare(a.at.from, b.at.from), cmp.Compare(a.at.to, b.at.to))
	})
	return out
}

// lineCursor is the last line of a page: the next page has those that stand after it, in the order that page was in.
type lineCursor struct {
	Query  string  `json:"q"` // hash of what was asked
	Sorted bool    `json:"s"`
	Before int     `json:"n"` // lines up to here
	Last   lineKey `json:"l"`
}

func (r *LinesRequest) askedLines() string {
	return hashOf([]any{r.asked(), r.Sort, r.Sample, r.Seed, r.Sort == BySession && r.Lang != ""})
}

func (c *lineCursor) String() string {
	data, _ := json.Marshal(c) // strings and numbers: cannot fail
	return base64.RawURLEncoding.EncodeToString(data)
}

func (r *LinesRequest) readLineCursor() (*lineCursor, error) {
	if r.Cursor == "" {
		return nil, nil
	}
	var c lineCursor
	data, err := base64.RawURLEncoding.DecodeString(r.Cursor)
	if err != nil || json.Unmarshal(data, &c) != nil || c.Query != r.askedLines() {
		return nil, BadCursor{}
	}
	return &c, nil
}

// sample keeps the lines with the smallest numbers of a seeded hash of their ids: the same for the same seed, whatever the order they come in, and those that
// stay when lines come or go.
type sample struct {
	r    *LinesRequest
	heap sampleHeap
}

func newSample(r *LinesRequest) *sample {
	if r.Sample == 0 {
		return nil
	}
	return &sample{r: r}
}

func (s *sample) offer(t *foundText, o occurrence) {
	n := seeded(s.r.Seed, t.lineID(o).String())
	if len(s.heap) == s.r.Sample && n >= s.heap[0].n {
		return
	}
	heap.Push(&s.heap, sampled{n, s.r.key(t, o)})
	if len(s.heap) > s.r.Sample {
		heap.Pop(&s.heap)
	}
}

func (s *sample) keys() []lineKey {
	keys := make([]lineKey, len(s.heap))
	for i, k := range s.heap {
		keys[i] = k.key
	}
	return keys
}

// seeded gives a number that depends on all bits of seed and text.
func seeded(seed uint64, text string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(binary.LittleEndian.AppendUint64(nil, seed)) // a hash: cannot fail
	_, _ = h.Write([]byte(text))
	n := h.Sum64() // FNV's high bits hardly depend on the last letters: mixed as SplitMix64 does
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}

type sampled struct {
	n   uint64
	key lineKey
}

// sampleHeap has the largest number on top.
type sampleHeap []sampled

func (h sampleHeap) Len() int           { return len(h) }
func (h sampleHeap) Less(i, j int) bool { return h[i].n > h[j].n }
func (h sampleHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *sampleHeap) Push(v any)        { *h = append(*h, v.(sampled)) }
func (h *sampleHeap) Pop() any {
	v := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return v
}
