package web

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"cabina/archive"
	"cabina/search"
)

// Equivalents are offered beside the results: words of other languages that the archive itself has learned from what its booths say at one moment. None is taken until the
// reader ticks it; those that are ticked stand in the address.

// chip is an equivalent that can be ticked.
type chip struct {
	Value    string // of the parameter also: es:criminalización
	Word     string
	Language archive.Language
	Chosen   bool

	at int // where the word stands in the query behind which it is put
}

// learnEquivalents fills the chips of a query that can be read.
func (s *Server) learnEquivalents(ctx context.Context, g *searchPage, q *search.Query) error {
	r := s.request(g.asking, q)
	learned, err := s.Search.Equivalents(ctx, r)
	if err != nil {
		return err
	}
	for _, e := range learned {
		if len(e.Forms) == 0 {
			continue
		}
		c := chip{Word: e.Forms[0], Language: e.Language, at: e.At[1]}
		c.Value = string(e.Language) + ":" + c.Word
		if slices.ContainsFunc(g.Chips, func(x chip) bool { return x.Value == c.Value }) || g.asks(c.Word) {
			continue
		}
		c.Chosen = slices.Contains(g.Also, c.Value)
		g.Chips = append(g.Chips, c)
	}
	return nil
}

// asks is true of a word that stands in the query already.
func (g *searchPage) asks(word string) bool {
	want, _ := folded(word)
	return slices.ContainsFunc(strings.Fields(g.Words), func(t string) bool {
		have, _ := folded(strings.Trim(t, `"*~`))
		return string(have) == string(want)
	})
}

// with gives the words with the equivalents that are ticked: each behind its word, as another way to say it.
func (g *searchPage) with() string {
	runes := []rune(g.Words)
	chosen := slices.DeleteFunc(slices.Clone(g.Chips), func(c chip) bool { return !c.Chosen || c.at > len(runes) })
	slices.SortStableFunc(chosen, func(a, b chip) int { return cmp.Compare(b.at, a.at) }) // from the end, so that places before stay
	out := runes
	for _, c := range chosen {
		out = slices.Concat(out[:c.at], []rune(" OR "+c.Word), out[c.at:])
	}
	return string(out)
}

// learned is true of a moment that only an equivalent has found: its language is one of theirs, and none of the marked words is one that was typed.
func (f *finder) learned(h search.Hit) bool {
	theirs := slices.ContainsFunc(f.page.Chips, func(c chip) bool { return c.Chosen && baseOf(c.Language) == baseOf(h.Language) })
	if !theirs {
		return false
	}
	for _, x := range h.Lines {
		for _, p := range pieces(x.Text, x.Marks) {
			if p.Mark && f.typed(p.Text) {
				return false
			}
		}
	}
	return true
}

// typed is true of a form of a word that was typed, as far as its first letters tell.
func (f *finder) typed(word string) bool {
	const letters = 4
	have, _ := folded(word)
	for _, t := range strings.Fields(f.page.Words) {
		want, _ := folded(strings.Trim(t, `"*~`))
		if n := min(letters, len(want)); n > 0 && len(have) >= n && string(have[:n]) == string(want[:n]) {
			return true
		}
	}
	return false
}
