package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"cabina/archive"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/mapping"
	bsearch "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"
	index "github.com/blevesearch/bleve_index_api"
)

// shelf is one of the two bleve indexes: "public" or "rest". What it holds of each session is written in the session's own document (receipt),
// in the same batch as its passages.
type shelf struct {
	name  string
	index bleve.Index

	mu       sync.RWMutex // guards what is below
	receipts map[string]receipt
	stats    stats
}

// receipt says what a shelf holds of a session. Mark names the state of the document that it was made from; on the shelf that holds the session itself it
// acknowledges that state.
type receipt struct {
	Mark  string              `json:"mark"`
	Texts map[string]textSlip `json:"texts,omitempty"` // by track
	Stats stats               `json:"stats,omitempty"` // of the session's own document
	Both  bool                `json:"both,omitempty"`  // the other shelf has something of the session too
}

// textSlip says what a shelf holds of a text.
type textSlip struct {
	Key      string `json:"key"`    // of the cue file
	Fields   string `json:"fields"` // hash of what the passages say of the session
	Passages int    `json:"passages"`
	// Words counts what was said, by language: words, or characters (tongue.count).
	Words map[archive.Language]int `json:"words,omitempty"`
	Stats stats                    `json:"stats"`
	// Lag is how far the text is behind the first of its session on this shelf that follows the floor; nil where that could not be measured.
	Lag *lagSlip `json:"lag,omitempty"`
	// LagOf names the two texts that were held against each other, so that it is done once.
	LagOf string `json:"lagOf,omitempty"`
}

// stats counts for each field the documents that have it and their tokens. bleve's own average length is the number of distinct terms over
// documents, rounded up: 1; it ranks below tf-idf.
type stats map[string]tally

type tally struct {
	Docs   int `json:"d"`
	Tokens int `json:"t"`
}

func (s stats) add(other stats, sign int) {
	for field, n := range other {
		t := s[field]
		t.Docs += sign * n.Docs
		t.Tokens += sign * n.Tokens
		s[field] = t
		if t.Docs == 0 {
			delete(s, field)
		}
	}
}

// passageField is a field that every passage has, and nothing else.
const passageField = "place"

// newMapping turns off all that bleve would do by itself: fields are made by hand, in fields.go.
func newMapping() mapping.IndexMapping {
	m := bleve.NewIndexMapping()
	m.ScoringModel = index.BM25Scoring
	m.StoreDynamic, m.IndexDynamic, m.DocValuesDynamic = false, false, false
	m.DefaultMapping = bleve.NewDocumentDisabledMapping()
	return m
}

// openShelf opens the index at path, or makes it.
func openShelf(name, path string) (*shelf, error) {
	x, err := bleve.OpenUsing(path, map[string]any{"bolt_timeout": "2s"})
	if errors.Is(err, bleve.ErrorIndexPathDoesNotExist) {
		x, err = bleve.NewUsing(path, newMapping(), "scorch", "scorch", nil)
	}
	if err != nil {
		return nil, fmt.Errorf("open the index %s: %w", name, err)
	}
	s := &shelf{name: name, index: x, receipts: map[string]receipt{}, stats: stats{}}
	if err := s.load(); err != nil {
		return nil, errors.Join(err, x.Close())
	}
	return s, nil
}

// load reads all receipts.
func (s *shelf) load() error {
	q := query.NewTermQuery(kindSession)
	q.SetField(kindField)
	for from := 0; ; from += 1000 {
		req := bleve.NewSearchRequestOptions(q, 1000, from, false)
		req.Fields, req.Score = []string{receiptField}, "none"
		req.SortBy([]string{"_id"})
		found, err := s.index.Search(req)
		if err != nil {
			return fmt.Errorf("read what the index %s holds: %w", s.name, err)
		}
		for _, hit := range found.Hits {
			var r receipt
			data, _ := hit.Fields[receiptField].(string)
			if err := json.Unmarshal([]byte(data), &r); err != nil {
				return fmt.Errorf("read what the index %s holds of %s: %w", s.name, hit.ID, err)
			}
			s.receipts[hit.ID] = r
			s.count(r, 1)
		}
		if len(found.Hits) < 1000 {
			return nil
		}
	}
}

func (s *shelf) count(r receipt, sign int) {
	s.stats.add(r.Stats, sign)
	for _, t := range r.Texts {
		s.stats.add(t.Stats, sign)
	}
}

func (s *shelf) receipt(session string) (receipt, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r, ok := s.receipts[session]
	return r, ok
}

// change is what one session's new state means for a shelf: documents that go, documents that come, and the receipt, nil where nothing of the session stays.
type change struct {
	session string
	gone    []string
	come    []*document.Document
	receipt *receipt
}

func (c change) size() int { return len(c.gone) + len(c.come) }

// apply writes changes in one batch, which is durable when apply returns: whole sessions, each with its receipt.
func (s *shelf) apply(changes []change) error {
	if len(changes) == 0 {
		return nil
	}
	b := s.index.NewBatch()
	for _, c := range changes {
		for _, id := range c.gone {
			b.Delete(id)
		}
		for _, d := range c.come {
			if err := b.IndexAdvanced(d); err != nil {
				return fmt.Errorf("index %s: %w", d.ID(), err)
			}
		}
	}
	if err := s.index.Batch(b); err != nil {
		return fmt.Errorf("write to the index %s: %w", s.name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range changes {
		s.count(s.receipts[c.session], -1)
		delete(s.receipts, c.session)
		if c.receipt != nil {
			s.receipts[c.session] = *c.receipt
			s.count(*c.receipt, 1)
		}
	}
	return nil
}

// languages gives the bases of the languages that any document of the shelf has words in, by the fields' prefix: "x_" of passages, "dx_" of sessions.
func (s *shelf) languages(prefix string) []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []string
	for field := range s.stats {
		if base, ok := cutField(field, prefix); ok {
			out = append(out, base)
		}
	}
	return out
}

// counting gives bleve the true statistics: of all fields that a query may use, documents × tokens ÷ documents that have the field, which bleve
// divides by documents again. A field that is not there has length 1.
func (s *shelf) counting(ctx context.Context, fields map[string]bool) context.Context {
	s.mu.RLock()
	defer s.mu.RUnlock()
	docs := max(s.stats[passageField].Docs, 1)
	truth := &bsearch.BM25Stats{DocCount: float64(docs), FieldCardinality: map[string]int{}}
	for _, f := range filterFields {
		truth.FieldCardinality[f] = docs
	}
	for f := range fields {
		truth.FieldCardinality[f] = docs
		if t := s.stats[f]; t.Docs > 0 {
			truth.FieldCardinality[f] = int(float64(docs) * float64(t.Tokens) / float64(t.Docs))
		}
	}
	return context.WithValue(ctx, bsearch.BM25StatsKey, truth)
}

// reader opens the index as it is now, for its terms. Close it when done.
func (s *shelf) reader() (index.IndexReader, error) {
	low, err := s.index.Advanced()
	if err != nil {
		return nil, fmt.Errorf("index %s: %w", s.name, err)
	}
	r, err := low.Reader()
	if err != nil {
		return nil, fmt.Errorf("index %s: %w", s.name, err)
	}
	return r, nil
}

// documents counts the passages.
func (s *shelf) documents() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.stats[passageField].Docs
}

// frequency counts the documents that have a term in a field.
func (s *shelf) frequency(ctx context.Context, r index.IndexReader, field, term string) (int, error) {
	tfr, err := r.TermFieldReader(ctx, []byte(term), field, false, false, false)
	if err != nil {
		return 0, fmt.Errorf("count %s in the index %s: %w", term, s.name, err)
	}
	defer tfr.Close()
	return int(tfr.Count()), nil
}

func (s *shelf) close() error { return s.index.Close() }

// Probe opens the index at path and closes it again: what a child process does before the index is opened in earnest. A
// truncated root.bolt does not fail, it kills the process that maps it.
func Probe(path string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	s, err := openShelf("", path)
	if err != nil {
		return err
	}
	return s.close()
}
