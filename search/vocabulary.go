package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cabina/archive"

	"github.com/blevesearch/bleve/v2/search/query"
	index "github.com/blevesearch/bleve_index_api"
)

// vocabulary is the words that the asker may know of: those of "public", and of "rest" for whoever may see all of it. Of others a word of "rest" may be one
// that stands only where they may not look.
type vocabulary struct {
	*searching
	known []*shelf
}

func (s *searching) vocabulary() *vocabulary {
	v := &vocabulary{s, []*shelf{s.x.public}}
	if archive.Access(s.r.Viewer, &archive.Session{Visibility: archive.Withdrawn}, &archive.Track{Visibility: archive.Staff}) == archive.Yes {
		v.known = append(v.known, s.x.rest)
	}
	return v
}

// entry is a word as it stands in the index, folded, with how many passages of a language have it.
type entry struct {
	base  string
	term  string
	count int
}

// bases gives the languages in which words are looked for: those asked for, of those that are there.
func (v *vocabulary) bases() []string {
	keep := v.r.languages()
	var out []string
	for _, shelf := range v.known {
		for _, base := range shelf.languages("x_") {
			if keep(base) && !slices.Contains(out, base) {
				out = append(out, base)
			}
		}
	}
	slices.Sort(out)
	return out
}

// entries gives the words of a language that a dictionary lists, with their counts over the shelves, the most frequent first. At most mostLooked are looked at.
func (v *vocabulary) entries(base string, list func(r index.IndexReader, field string) (index.FieldDict, error)) ([]entry, error) {
	counts := map[string]int{}
	for _, shelf := range v.known {
		if err := v.list(shelf, base, list, counts); err != nil {
			return nil, err
		}
	}
	out := make([]entry, 0, len(counts))
	for term, n := range counts {
		out = append(out, entry{base, term, n})
	}
	slices.SortFunc(out, compareEntries)
	return out, nil
}

func compareEntries(a, b entry) int {
	return cmp.Or(cmp.Compare(b.count, a.count), strings.Compare(a.term, b.term), strings.Compare(a.base, b.base))
}

func (v *vocabulary) list(s *shelf, base string, list func(r index.IndexReader, field string) (index.FieldDict, error), counts map[string]int) (err error) {
	reader, err := s.reader()
	if err != nil {
		return err
	}
	defer reader.Close()
	dict, err := list(reader, v.x.tongues.byBase(base).saidField())
	if err != nil {
		return fmt.Errorf("words of the index %s: %w", s.name, err)
	}
	defer func() { err = errors.Join(err, dict.Close()) }()
	for range mostLooked {
		e, err := dict.Next()
		if err != nil {
			return fmt.Errorf("words of the index %s: %w", s.name, err)
		}
		if e == nil {
			break
		}
		counts[e.Term] += int(e.Count)
	}
	return nil
}

func beginning(prefix string) func(index.IndexReader, string) (index.FieldDict, error) {
	return func(r index.IndexReader, field string) (index.FieldDict, error) {
		return r.FieldDictPrefix(field, []byte(prefix))
	}
}

func nearly(word string, distance int) func(index.IndexReader, string) (index.FieldDict, error) {
	return func(r index.IndexReader, field string) (index.FieldDict, error) {
		fuzzy, ok := r.(index.IndexReaderFuzzy)
		if !ok {
			return nil, errors.New("the index cannot look for like words")
		}
		return fuzzy.FieldDictFuzzy(field, word, distance, "")
	}
}

// frequencyOf counts the passages that have a term.
func (v *vocabulary) frequencyOf(ctx context.Context, field, term string) (int, error) {
	n := 0
	for _, shelf := range v.known {
		reader, err := shelf.reader()
		if err != nil {
			return 0, err
		}
		f, err := shelf.frequency(ctx, reader, field, term)
		reader.Close()
		if err != nil {
			return 0, err
		}
		n += f
	}
	return n, nil
}

// passages counts the passages of a language.
func (v *vocabulary) passages(field string) (n tally) {
	for _, shelf := range v.known {
		shelf.mu.RLock()
		t := shelf.stats[field]
		shelf.mu.RUnlock()
		n.Docs += t.Docs
		n.Tokens += t.Tokens
	}
	return n
}

// walkRow walks through the places where words as said stand in a row.
func (v *vocabulary) walkRow(base string, row ...string) *walk {
	f := form{field: v.x.tongues.byBase(base).saidField(), exact: true, weight: 1}
	for _, word := range row {
		f.row = append(f.row, []string{word})
	}
	w := &walk{searching: &searching{x: v.x, r: v.r, rest: v.rest, shelves: v.shelves, files: map[string]*text{}}}
	for _, shelf := range v.known {
		l := &look{shelf: shelf, books: []phrasebook{{base: base, terms: []wanted{{forms: []form{f}, every: []form{f}}}}}}
		w.looks = append(w.looks, l)
		w.wants = append(w.wants, narrowed{want: query.NewDisjunctionQuery(f.query())})
	}
	return w
}

// Bounds of what is read to learn how a word is written and what follows it.
const (
	seenEnough   = 40  // places
	sessionsRead = 200 // of a word that is frequent
	rareWord     = 400 // passages: of one in fewer, its sessions are looked up
)

// some gives places of a walk of count passages, at least enough where there are so many in the sessions that are read: sessions in an order that depends on seed
// alone, so that the same places are read whatever else is in the archive.
func (v *vocabulary) some(ctx context.Context, w *walk, seed string, count int, do func(*foundText, occurrence)) error {
	defer w.closeFiles()
	ids := v.inSeededOrder(seed)
	if count <= rareWord {
		docs, err := w.sessions(ctx, func(a, b *archive.Session) int {
			return cmp.Or(cmp.Compare(seeded(0, seed+"|"+a.ID), seeded(0, seed+"|"+b.ID)), strings.Compare(a.ID, b.ID))
		})
		if err != nil {
			return err
		}
		ids = ids[:0]
		for _, doc := range docs {
			ids = append(ids, doc.ID)
		}
	}
	seen := 0
	for _, id := range ids[:min(len(ids), sessionsRead)] {
		texts, err := w.session(ctx, id)
		if err != nil {
			return err
		}
		for _, l := range inOrder(texts) {
			do(l.text, l.at)
			seen++
		}
		if seen >= seenEnough {
			break
		}
	}
	return nil
}

// inSeededOrder gives the sessions that the vocabulary is of and that the asker may see today.
func (v *vocabulary) inSeededOrder(seed string) []string {
	numbers := map[string]uint64{}
	var ids []string
	for _, shelf := range v.known {
		shelf.mu.RLock()
		for id := range shelf.receipts {
			if _, known := numbers[id]; !known {
				numbers[id] = seeded(0, seed+"|"+id)
				ids = append(ids, id)
			}
		}
		shelf.mu.RUnlock()
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Or(cmp.Compare(numbers[a], numbers[b]), strings.Compare(a, b)) })
	return ids
}

// spelled gives a word as it is mostly written, in small letters; "" where the asker may not see it anywhere today.
func (v *vocabulary) spelled(ctx context.Context, e entry) (string, error) {
	forms := map[string]int{}
	err := v.some(ctx, v.walkRow(e.base, e.term), e.term, e.count, func(t *foundText, o occurrence) {
		if o.cue == o.last {
			forms[strings.ToLower(t.file.words(o.cue)[o.from:o.to])]++
		}
	})
	if err != nil {
		return "", err
	}
	return commonest(forms), nil
}

// commonest gives the form with the highest count, of equals the first by name; "" of none.
func commonest(forms map[string]int) string {
	best := ""
	for f, n := range forms {
		if best == "" || n > forms[best] || n == forms[best] && f < best {
			best = f
		}
	}
	return best
}
