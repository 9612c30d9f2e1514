package search

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"cabina/archive"

	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"
)

// builder makes the documents of one session.
type builder struct {
	x            *Index
	s            *archive.Session
	mark         string
	public, rest side
}

// side is what is to be on one shelf.
type side struct {
	texts map[string]textSlip
	come  []*document.Document
}

// plannedText is a text as it is to be on its shelf; no documents come where it is so already.
type plannedText struct {
	public bool
	track  string
	slip   textSlip
	come   []*document.Document
}

// take puts a planned text on its side.
func (b *builder) take(p plannedText) {
	to := &b.rest
	if p.public {
		to = &b.public
	}
	if to.texts == nil {
		to.texts = map[string]textSlip{}
	}
	to.texts[p.track] = p.slip
	to.come = append(to.come, p.come...)
}

// text plans one text: its cue file, and its passages where the shelf does not hold them as they should be.
func (b *builder) text(ctx context.Context, t *archive.Track, old textSlip) (plannedText, error) {
	p := plannedText{public: archive.Findable(b.s, t), track: t.ID}
	v := t.Current()
	p.slip = textSlip{Key: textKey(b.s, t, v), Fields: hashOf(b.fields(t, v))}
	name := b.x.files.name(b.s.ID, t.ID, p.slip.Key)
	if !b.x.files.good(name) {
		if err := b.writeCues(ctx, name, t, v); err != nil {
			return p, err
		}
	}
	if old.Key == p.slip.Key && old.Fields == p.slip.Fields {
		p.slip = old
		return p, nil
	}
	text, release, err := b.x.files.use(name)
	if err != nil {
		return p, err
	}
	defer release()
	p.slip.Stats, p.slip.Passages, p.slip.Words = stats{}, text.Passages, b.x.wordsOf(text)
	for n := range text.Passages {
		p.come = append(p.come, b.passage(t, v, text, p.slip, n))
	}
	if text.Passages > 0 {
		p.slip.Stats[passageField] = tally{Docs: text.Passages, Tokens: text.Passages}
	}
	return p, nil
}

// writeCues reads the text from the store and keeps it as it is placed today.
func (b *builder) writeCues(ctx context.Context, name string, t *archive.Track, v *archive.Version) error {
	cues, err := b.x.archive.Transcript(ctx, b.s, t, v)
	if err != nil {
		return err
	}
	h := cueHeader{Session: b.s.ID, Track: t.ID, V: v.V}
	voice, n := voiceOf(b.s, v)
	if voice != nil {
		h.Voice, h.VoiceV = voice.ID, n
	}
	placed := spoken(cues, t.Language, b.s.Spans)
	if followsFloor(voice) {
		placed = withFloor(placed, b.s.Spans)
	}
	return writeCues(b.x.files.path(name), h, placed)
}

// passageFields is all that a passage says of its session and track; the hash of it tells whether passages have to be made again.
type passageFields struct {
	Conference string
	Topics     []string
	Date       time.Time
	Visible    string
	Roles      []string
	Voice      archive.Language
	Origins    []string
	People     []archive.Person
	Spans      []archive.Span
	Chapters   []archive.Chapter
}

func (b *builder) fields(t *archive.Track, v *archive.Version) passageFields {
	f := passageFields{Conference: b.s.Conference, Date: b.s.Date(), Visible: visibleValue(b.s, t), Spans: b.s.Spans,
		Roles: []string{string(roleOf(b.s, t, v))}, Origins: []string{t.Origin}}
	if voice, _ := voiceOf(b.s, v); voice != nil {
		f.Voice = voice.Language
	}
	for _, topic := range b.s.Topics {
		f.Topics = append(f.Topics, fold(strings.ToLower(topic)))
	}
	if t.Checked != "" {
		f.Origins = append(f.Origins, "checked")
	}
	for _, p := range b.s.People {
		if !p.Hidden {
			f.People = append(f.People, archive.Person{ID: p.ID, Name: p.Name})
		}
	}
	for _, c := range b.s.Chapters {
		f.Chapters = append(f.Chapters, archive.Chapter{StartMs: c.StartMs, People: c.People})
	}
	return f
}

// visibleValue is what a passage is filtered by where an index holds what not everyone may see.
func visibleValue(s *archive.Session, t *archive.Track) string {
	if t != nil && t.Visibility == archive.Staff {
		return string(s.Visibility) + "+staff"
	}
	return string(s.Visibility)
}

// roleOf is the role of a text's voice, of a text without one its own.
func roleOf(s *archive.Session, t *archive.Track, v *archive.Version) archive.Role {
	if voice, _ := voiceOf(s, v); voice != nil {
		return voice.Role
	}
	return t.Role
}

// followsFloor is true of the floor itself.
func followsFloor(voice *archive.Track) bool { return voice != nil && voice.Role == archive.Floor }

// original is true where words in this language, from start to end of a text, are those spoken in the room: the text follows the floor, and the floor
// spoke that language there.
func original(s *archive.Session, t *archive.Track, v *archive.Version, language archive.Language, start, end int64) bool {
	voice, _ := voiceOf(s, v)
	if !followsFloor(voice) {
		return false
	}
	if t.Language == archive.FloorLanguage {
		return true
	}
	floor := voice.Language
	if l := spanAt(s.Spans, start, end).Language; l != "" {
		floor = l
	}
	return baseOf(floor) == baseOf(language)
}

func (b *builder) passage(t *archive.Track, v *archive.Version, c *text, slip textSlip, n int) *document.Document {
	first, end := c.passage(n)
	language := c.language(first)
	tongue := b.x.tongues.of(language)
	d := document.NewDocument(passageID(b.s.ID, t.ID, slip.Key, n))
	meant, said := c.join(first, end), c.join(first, c.tail(first, end))
	addText(d, slip.Stats, "", tongue, meant, said)

	f := b.fields(t, v)
	tag := strings.ToLower(string(language))
	place := document.NewTextFieldCustom(passageField, nil, []byte(b.s.ID+"|"+t.ID+"|"+string(language)), keywordOptions|index.DocValues, nil)
	d.AddField(place)
	addKeyword(d, sessionField, b.s.ID)
	addKeyword(d, trackField, b.s.ID+"|"+t.ID)
	addKeyword(d, languageField, tag)
	addKeyword(d, baseField, tongue.base)
	addKeyword(d, roleField, f.Roles...)
	switch {
	case original(b.s, t, v, language, c.start(first), c.end(first)): // as all of the passage: it ends where the floor's language changes
		addKeyword(d, roleField, "original")
	case f.Roles[0] == string(archive.Interpretation):
		addKeyword(d, roleField, "interpreted")
	}
	addKeyword(d, originField, f.Origins...)
	b.addSession(d, f)
	addSpeakers(d, b.x.tongues, f.speakers(c.start(first), c.end(end-1)))
	addKeyword(d, visibleField, f.Visible)
	return d
}

// addSession puts what a session's document and its passages have in common.
func (b *builder) addSession(d *document.Document, f passageFields) {
	addKeyword(d, conferenceField, f.Conference)
	addKeyword(d, topicField, f.Topics...)
	if !f.Date.IsZero() {
		d.AddField(document.NewNumericFieldWithIndexingOptions(dateField, nil, dayNumber(f.Date), keywordOptions))
	}
}

func dayNumber(t time.Time) float64 { return float64(t.UTC().Unix() / (24 * 60 * 60)) }

func addSpeakers(d *document.Document, ts tongues, names []string) {
	if len(names) > 0 {
		d.AddField(document.NewTextFieldCustom(speakerField, nil, []byte(strings.Join(names, "\n")), keywordOptions, ts.of(archive.FloorLanguage).said))
	}
}

// speakers gives who spoke from start to end: by the spans, else by the chapters.
func (f passageFields) speakers(start, end int64) []string {
	var ids, names []string
	for _, s := range f.Spans {
		if s.Person != "" && s.StartMs < end && start < s.EndMs {
			ids = append(ids, s.Person)
		}
	}
	for i, c := range f.Chapters {
		ended := i+1 < len(f.Chapters) && f.Chapters[i+1].StartMs <= start
		if len(ids) == 0 && c.StartMs < end && !ended {
			ids = append(ids, c.People...)
		}
	}
	for _, p := range f.People {
		if slices.Contains(ids, p.ID) {
			names = append(names, p.Name)
		}
	}
	return names
}

// join gives the words of the cues [first, end), a line each. Places in it are places in the passage's fields.
func (t *text) join(first, end int) string {
	var b strings.Builder
	for i := first; i < end; i++ {
		if i > first {
			b.WriteByte('\n')
		}
		b.WriteString(t.words(i))
	}
	return b.String()
}

// change makes a side into a change of its shelf, on which in tells whether the session was. home: the session itself belongs there; both: the
// other shelf has something of it too.
func (b *builder) change(to *side, old receipt, in, home, both bool) change {
	c := change{session: b.s.ID, come: to.come}
	for track, t := range old.Texts {
		if now, ok := to.texts[track]; !ok || now.Key != t.Key {
			c.gone = append(c.gone, passageIDs(b.s.ID, track, t)...)
		}
	}
	if !home && len(to.texts) == 0 {
		if in {
			c.gone = append(c.gone, b.s.ID)
		}
		return c
	}
	c.receipt = &receipt{Mark: b.mark, Texts: to.texts, Stats: stats{}, Both: home && both}
	c.come = append(c.come, b.session(c.receipt, home))
	return c
}

// session makes the session's own document: its title, summary, people and topics, if it is at home here, and the receipt.
func (b *builder) session(r *receipt, home bool) *document.Document {
	d := document.NewDocument(b.s.ID)
	addKeyword(d, kindField, kindSession)
	addKeyword(d, sessionField, b.s.ID)
	addKeyword(d, visibleField, visibleValue(b.s, nil))
	if home {
		f := b.fields(&archive.Track{}, &archive.Version{})
		b.addSession(d, f)
		words := map[string][]string{string(archive.FloorLanguage): slices.Clone(b.s.Topics)}
		for _, p := range f.People {
			words[string(archive.FloorLanguage)] = append(words[string(archive.FloorLanguage)], p.Name)
		}
		for _, w := range []archive.Words{b.s.Title, b.s.Summary} {
			for l, text := range w {
				words[baseOf(l)] = append(words[baseOf(l)], text)
			}
		}
		for base, lines := range words {
			text := strings.TrimSpace(strings.Join(lines, "\n"))
			if text == "" {
				continue
			}
			addText(d, r.Stats, "d", b.x.tongues.of(archive.Language(base)), text, text)
		}
	}
	data, _ := json.Marshal(r) // strings and numbers: cannot fail
	d.AddField(document.NewTextFieldCustom(receiptField, nil, data, index.StoreField, nil))
	return d
}
