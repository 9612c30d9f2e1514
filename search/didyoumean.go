package search

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"
)

// Correction is a query in which words that are nowhere are replaced by like ones that the asker may find.
type Correction struct {
	Text     string   `json:"text"`  // the whole query
	Words    []string `json:"words"` // that were put in, in the order of the text
	Unit     string   `json:"unit"`  // of AllWords, as in Counts
	AllWords int      `json:"allWords"`
}

const (
	mostCorrections = 3
	mostMissing     = 4 // words of a query that are looked after
)

// DidYouMean offers corrections of a query with words that stand nowhere where it looks; none where all stand somewhere, or nothing is like them. Of Request all but
// Limit, Cursor and Around counts.
func (x *Index) DidYouMean(ctx context.Context, r Request) ([]Correction, error) {
	texts, err := x.corrected(ctx, &r)
	if err != nil {
		return nil, err
	}
	out := []Correction{}
	for _, c := range texts {
		q, err := Parse(c.Text)
		if err != nil {
			continue // a like word that is no word of a query
		}
		r.Query, r.Limit, r.Cursor = q, 1, ""
		a, err := x.Search(ctx, r)
		if err != nil {
			return nil, err
		}
		if a.Counts.AllWords > 0 {
			c.Unit, c.AllWords = a.Counts.Unit, a.Counts.AllWords
			out = append(out, c)
		}
	}
	return out, nil
}

// missing is a word of the query that is nowhere, and what is like it, best first.
type missing struct {
	atom Atom
	word string // as it stands in the text
	like []string
}

// corrected makes the texts: with the best for each missing word, then with the next ones for the first of them.
func (x *Index) corrected(ctx context.Context, r *Request) ([]Correction, error) {
	x.reading.RLock()
	defer x.reading.RUnlock()
	s := x.searching(r)
	defer s.done()
	v := s.vocabulary()
	gaps, err := v.missing(ctx)
	if err != nil || len(gaps) == 0 {
		return nil, err
	}
	var out []Correction
	for n := range min(len(gaps[0].like), mostCorrections) {
		c := Correction{Text: r.Query.Text}
		for i := len(gaps) - 1; i >= 0; i-- { // from the end, so that places before stay
			word := gaps[i].like[0]
			if i == 0 {
				word = gaps[i].like[n]
			}
			c.Text = replaceIn(c.Text, gaps[i], word)
			c.Words = append([]string{word}, c.Words...)
		}
		out = append(out, c)
	}
	return out, nil
}

// replaceIn puts word in the place of a missing one. Of a word with ~ the sign goes too.
func replaceIn(text string, m missing, word string) string {
	letters := []rune(text)
	at := string(letters[m.atom.At[0]:m.atom.At[1]])
	with := strings.Replace(at, m.word, word, 1)
	if m.atom.Kind == Fuzzy {
		with = strings.TrimSuffix(with, "~")
	}
	return string(letters[:m.atom.At[0]]) + with + string(letters[m.atom.At[1]:])
}

// missing finds the words that are nowhere and have like ones.
func (v *vocabulary) missing(ctx context.Context) ([]missing, error) {
	var out []missing
	for _, term := range v.r.Query.Terms {
		for _, a := range term {
			if a.Kind == Prefix || len(out) == mostMissing {
				continue
			}
			words := []string{a.Text}
			if a.Kind == Phrase {
				words = strings.Fields(a.Text)
			}
			for _, word := range words {
				like, err := v.like(ctx, word)
				if err != nil {
					return nil, err
				}
				if len(like) > 0 {
					out = append(out, missing{a, word, like})
					break // of a phrase the first
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b missing) int { return a.atom.At[0] - b.atom.At[0] })
	return out, nil
}

// like gives what is like a word that is nowhere, as it is written, nearest first; nothing where the word is somewhere.
func (v *vocabulary) like(ctx context.Context, word string) ([]string, error) {
	type near struct {
		entry
		distance int
	}
	var all []near
	for _, base := range v.bases() {
		tongue := v.x.tongues.byBase(base)
		said := terms(tongue.said, word)
		if len(said) != 1 || len(said[0]) != 1 || tongue.cjk {
			continue
		}
		term := said[0][0]
		if here, err := v.stands(ctx, tongue, word, term); err != nil || here {
			return nil, err
		}
		n := utf8.RuneCountInString(term)
		if n < 4 {
			continue
		}
		entries, err := v.entries(base, nearly(term, min(2, n/3)))
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if d := typos(term, e.term); d <= 2 && utf8.RuneCountInString(e.term) >= 3 {
				all = append(all, near{e, d})
			}
		}
	}
	slices.SortFunc(all, func(a, b near) int {
		sameStart := func(e near) bool { return strings.HasPrefix(e.term, firstLetter(word)) }
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmpBool(sameStart(a), sameStart(b)), compareEntries(a.entry, b.entry))
	})
	var out []string
	for _, e := range all {
		if len(out) == mostCorrections {
			break
		}
		form, err := v.spelled(ctx, e.entry)
		if err != nil {
			return nil, err
		}
		if form != "" && !slices.Contains(out, form) {
			out = append(out, form)
		}
	}
	return out, nil
}

func firstLetter(word string) string {
	_, n := utf8.DecodeRuneInString(word)
	return fold(strings.ToLower(word[:n]))
}

// stands tells whether a word stands somewhere, as said or by a stem.
func (v *vocabulary) stands(ctx context.Context, t *tongue, word, term string) (bool, error) {
	if n, err := v.frequencyOf(ctx, t.saidField(), term); err != nil || n > 0 {
		return n > 0, err
	}
	if t.meant == nil {
		return false, nil
	}
	for _, alternatives := range terms(t.meant, word) {
		for _, stem := range alternatives {
			if n, err := v.frequencyOf(ctx, t.meantField(), stem); err != nil || n > 0 {
				return n > 0, err
			}
		}
	}
	return false, nil
}

// typos counts the slips of a hand between two words: a letter too many, too few, another, or two that changed places.
func typos(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			differ := 1
			if x[i-1] == y[j-1] {
				differ = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+differ)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}
