package search

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/blevesearch/bleve/v2/search/query"
	index "github.com/blevesearch/bleve_index_api"
)

// saidWeight is what a word exactly as said adds to its stem.
const saidWeight = 0.15

// form is one way in which a term may stand in a field: terms at positions in a row; any of those at a position will do, an empty position is any word.
type form struct {
	field  string
	row    [][]string
	weight float64
	exact  bool // as said
}

// wanted is a term of the query in one language: any of its forms. Small: it is a stop word there and counts for little.
type wanted struct {
	forms []form
	small bool
	atoms []form // the first form of each atom, empty where the shelf has none of it: for counting how rare it is
	every []form // by which each place is found once: where a word has stems, each place where it stands as said is one of theirs
}

// phrasebook is a query in one language, as one shelf knows its words.
type phrasebook struct {
	base    string
	terms   []wanted // as many as the query has
	without []wanted
	counts  [][][]int // of each term: how many documents have each word of each atom
	idf     []float64 // of each term, over all shelves
}

// compiler makes a query into terms of the index. prefix is that of the fields: none for passages, "d" for sessions.
type compiler struct {
	x      *Index
	shelf  *shelf
	reader index.IndexReader
	prefix string
	each   int // terms that a prefix or a likeness may stand for
}

// compile gives the query in each language of the shelf that keep lets through, in order.
func (c *compiler) compile(q *Query, keep func(base string) bool) ([]phrasebook, error) {
	c.each = max(mostExpansions/max(q.expanding(), 1), fewestExpansions)
	bases := slices.DeleteFunc(c.shelf.languages(c.prefix+"x_"), func(b string) bool { return !keep(b) })
	slices.Sort(bases)
	var books []phrasebook
	for _, base := range bases {
		book := phrasebook{base: base}
		for _, term := range q.Terms {
			w, err := c.term(base, term)
			if err != nil {
				return nil, err
			}
			book.terms = append(book.terms, w)
		}
		for _, atom := range q.Without {
			w, err := c.term(base, Term{atom})
			if err != nil {
				return nil, err
			}
			book.without = append(book.without, w)
		}
		book.weighSmall()
		books = append(books, book)
	}
	return books, nil
}

// weighSmall makes small words count in full where there are no others: "to be or not to be" is a query too.
func (b *phrasebook) weighSmall() {
	for _, w := range b.terms {
		if !w.small && len(w.forms) > 0 {
			return
		}
	}
	for i := range b.terms {
		b.terms[i].small = false
		for j := range b.terms[i].forms {
			b.terms[i].forms[j].weight = 1
		}
	}
}

// of counts the terms that count.
func (b *phrasebook) of() int {
	n := 0
	for _, w := range b.terms {
		if !w.small {
			n++
		}
	}
	return n
}

func (c *compiler) term(base string, term Term) (wanted, error) {
	t := c.x.tongues.byBase(base)
	w := wanted{small: true}
	for _, a := range term {
		forms, small, err := c.atom(t, a)
		if err != nil {
			return w, err
		}
		w.small = w.small && small
		w.forms = append(w.forms, forms...)
		first := form{}
		if len(forms) > 0 {
			first = forms[0]
			if t.cjk { // pairs of characters do not have each single one
				w.every = append(w.every, forms...)
			} else {
				w.every = append(w.every, first)
			}
		}
		w.atoms = append(w.atoms, first)
	}
	return w, nil
}

func (c *compiler) atom(t *tongue, a Atom) (forms []form, small bool, err error) {
	said := terms(t.said, a.Text)
	if len(said) == 0 {
		return nil, false, nil
	}
	x := form{field: c.prefix + t.saidField(), row: said, weight: 1, exact: true}
	switch {
	case a.Kind == Prefix && !t.cjk, a.Kind == Fuzzy && !t.cjk:
		last := len(said) - 1
		if said[last], err = c.expand(x.field, said[last][0], a.Kind); err != nil || len(said[last]) == 0 {
			return nil, false, err
		}
		return []form{x}, false, nil
	case a.Kind == Phrase, a.Exact, t.meant == nil:
		return []form{x}, false, nil
	}
	x.weight = saidWeight
	meant := terms(t.meant, a.Text)
	if len(meant) == 0 {
		return []form{x}, true, nil
	}
	return []form{{field: c.prefix + t.meantField(), row: meant, weight: 1}, x}, false, nil
}

const (
	mostExpansions   = 64    // terms that all prefixes and likenesses of a query stand for in a language: the most frequent
	fewestExpansions = 8     // each of them, however many there are
	mostLooked       = 20000 // terms that are looked at for that
)

// expand gives the terms of a field that begin like word or are nearly it: one letter off, of eight letters and more two.
func (c *compiler) expand(field, word string, kind AtomKind) (out []string, err error) {
	var dict index.FieldDict
	if kind == Prefix {
		dict, err = c.reader.FieldDictPrefix(field, []byte(word))
	} else {
		fuzzy, ok := c.reader.(index.IndexReaderFuzzy)
		if !ok {
			return nil, errors.New("the index cannot look for like words")
		}
		distance := 1
		if letters(word) >= 8 {
			distance = 2
		}
		dict, err = fuzzy.FieldDictFuzzy(field, word, distance, "")
	}
	if err != nil {
		return nil, fmt.Errorf("words like %s: %w", word, err)
	}
	defer func() { err = errors.Join(err, dict.Close()) }()
	var found []index.DictEntry
	for range mostLooked {
		e, err := dict.Next()
		if err != nil {
			return nil, fmt.Errorf("words like %s: %w", word, err)
		}
		if e == nil {
			break
		}
		found = append(found, *e)
	}
	slices.SortFunc(found, func(a, b index.DictEntry) int {
		if a.Count != b.Count {
			return int(b.Count) - int(a.Count)
		}
		if a.Term < b.Term {
			return -1
		}
		return 1
	})
	for _, e := range found[:min(len(found), c.each)] {
		out = append(out, e.Term)
	}
	return out, nil
}

// rarity counts how many documents have each word of each atom of a term.
func (c *compiler) rarity(ctx context.Context, w wanted) ([][]int, error) {
	counts := make([][]int, len(w.atoms))
	for i, a := range w.atoms {
		for _, alternatives := range a.row {
			n := 0
			for _, term := range alternatives {
				f, err := c.shelf.frequency(ctx, c.reader, a.field, term)
				if err != nil {
					return nil, err
				}
				if a.exact {
					n += f // like words: each is a word of its own
				} else {
					n = max(n, f) // stems of one word
				}
			}
			counts[i] = append(counts[i], n)
		}
	}
	return counts, nil
}

// addCounts adds b to a; either may lack what its shelf does not have.
func addCounts(a, b [][]int) [][]int {
	if len(a) == 0 {
		return b
	}
	for i := range b {
		if len(a[i]) == 0 {
			a[i] = b[i]
			continue
		}
		for j := range b[i] {
			a[i][j] += b[i][j]
		}
	}
	return a
}

// weightOf is how much a term counts in a language: the sum over the words of a phrase, the least of alternatives.
func weightOf(docs int, counts [][]int) float64 {
	least := math.Inf(1)
	for _, atom := range counts {
		sum := 0.0
		for _, n := range atom {
			if n > 0 {
				sum += idf(docs, n)
			}
		}
		if sum > 0 {
			least = min(least, sum)
		}
	}
	if math.IsInf(least, 1) {
		return 0
	}
	return least
}

// idf is BM25's: the rarer, the more.
func idf(docs, with int) float64 {
	with = min(with, docs)
	return math.Log(1 + (float64(docs-with)+0.5)/(float64(with)+0.5))
}

// query makes a term into a query: any of its forms.
func (w wanted) query() query.Query {
	var any []query.Query
	for _, f := range w.forms {
		any = append(any, f.query()...)
	}
	return query.NewDisjunctionQuery(any)
}

func (f form) query() []query.Query {
	if len(f.row) > 1 {
		q := query.NewMultiPhraseQuery(f.row, f.field)
		q.SetBoost(f.weight)
		return []query.Query{q}
	}
	var any []query.Query
	for _, term := range f.row[0] {
		q := query.NewTermQuery(term)
		q.SetField(f.field)
		q.SetBoost(f.weight)
		any = append(any, q)
	}
	return any
}

// exclusion is the query for what must not be there: the stem where there is one, so that the next cue, which is only in x_, excludes nothing.
func (w wanted) exclusion() []query.Query {
	if len(w.forms) == 0 {
		return nil
	}
	return w.forms[0].query()
}

// fieldsOf gives all fields that a query in these languages uses.
func fieldsOf(books []phrasebook) map[string]bool {
	fields := map[string]bool{}
	for _, b := range books {
		for _, w := range slices.Concat(b.terms, b.without) {
			for _, f := range w.forms {
				fields[f.field] = true
			}
		}
	}
	return fields
}
