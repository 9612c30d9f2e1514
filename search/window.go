package search

import (
	"container/heap"
	"slices"

	bsearch "github.com/blevesearch/bleve/v2/search"
)

// occurrence is a place in a text where a term stands.
type occurrence struct {
	book  *phrasebook // the query in the language of the passage
	term  int         // of the query
	exact bool        // as said
	cue   int         // where it begins
	last  int         // the cue where it ends
	from  int         // byte in cue
	to    int         // byte in last
}

func (o occurrence) small() bool { return o.book.terms[o.term].small }

// found is a passage with where its words stand.
type found struct {
	passage   int
	locations bsearch.FieldTermLocationMap
	books     map[string]*phrasebook // by base of language
}

// occurrences finds the query's terms in a passage's locations, by the forms of each that are asked for. A phrase is there where its words stand in a row.
func (f *found) occurrences(t *text, forms func(*wanted) []form) []occurrence {
	if f.passage >= t.Passages {
		return nil // the file is not the one that was indexed
	}
	first, end := t.passage(f.passage)
	book := f.books[baseOf(t.language(first))]
	if book == nil {
		return nil
	}
	var out []occurrence
	place := newPlacer(t, first, end)
	for i := range book.terms {
		for _, form := range forms(&book.terms[i]) {
			for _, r := range form.ranges(f.locations[form.field]) {
				o, ok := place.at(r)
				if !ok {
					continue
				}
				o.book, o.term, o.exact = book, i, form.exact
				out = append(out, o)
			}
		}
	}
	return out
}

func allForms(w *wanted) []form { return w.forms }

// ranges gives the byte ranges at which a form stands.
func (f form) ranges(locations bsearch.TermLocationMap) [][2]int {
	var out [][2]int
	byPos := make([]map[uint64]*bsearch.Location, len(f.row))
	for k, alternatives := range f.row {
		byPos[k] = map[uint64]*bsearch.Location{}
		for _, term := range alternatives {
			for _, l := range locations[term] {
				byPos[k][l.Pos] = l
			}
		}
	}
	for pos, l := range byPos[0] {
		end, whole := l.End, true
		for k := 1; k < len(f.row) && whole; k++ {
			if len(f.row[k]) == 0 {
				continue // any word
			}
			next, ok := byPos[k][pos+uint64(k)]
			if whole = ok; ok {
				end = next.End
			}
		}
		if whole {
			out = append(out, [2]int{int(l.Start), int(end)})
		}
	}
	return out
}

// placer maps bytes of a passage's joined text to cues: those of the passage, and of its tail.
type placer struct {
	first   int
	offsets []int // where each cue begins; the last is the end of all
}

func newPlacer(t *text, first, end int) placer {
	p := placer{first: first, offsets: []int{0}}
	for i := first; i < t.tail(first, end); i++ {
		p.offsets = append(p.offsets, p.offsets[len(p.offsets)-1]+t.size(i)+1)
	}
	return p
}

func (p placer) at(r [2]int) (occurrence, bool) {
	if r[1] > p.offsets[len(p.offsets)-1] || r[0] >= r[1] {
		return occurrence{}, false // the file is not the one that was indexed
	}
	a, b := p.cue(r[0]), p.cue(r[1]-1)
	return occurrence{cue: p.first + a, last: p.first + b, from: r[0] - p.offsets[a], to: r[1] - p.offsets[b]}, true
}

// cue gives the cue, counted from the first, that holds the byte.
func (p placer) cue(at int) int {
	n, exact := slices.BinarySearch(p.offsets, at)
	if exact {
		return n
	}
	return n - 1
}

// tidy sorts occurrences by where they begin and makes one of those that are the same: a word is found by its stem and as said.
func tidy(all []occurrence) []occurrence {
	slices.SortFunc(all, func(a, b occurrence) int {
		for _, d := range [...]int{a.cue - b.cue, a.from - b.from, a.term - b.term, a.last - b.last, a.to - b.to} {
			if d != 0 {
				return d
			}
		}
		return 0
	})
	out := all[:0]
	for _, o := range all {
		if n := len(out); n > 0 && out[n-1].term == o.term && out[n-1].cue == o.cue && out[n-1].from == o.from {
			out[n-1].exact = out[n-1].exact || o.exact
			if o.last > out[n-1].last || o.last == out[n-1].last && o.to > out[n-1].to {
				out[n-1].last, out[n-1].to = o.last, o.to
			}
			continue
		}
		out = append(out, o)
	}
	return out
}

// window is a stretch of a text in which terms stand together: the cues [first, last].
type window struct {
	first, last int
	matched     int // terms that count and are there
	of          int // terms that count in this language
	score       float64
}

const windowMs = 30_000

// windows gives the best stretches of at most 30 s that do not overlap, best first. all is tidy.
func windows(t *text, all []occurrence) []window {
	var out []window
	h := &windowHeap{}
	taken := make([]bool, len(all))
	push := func(i int) {
		j := i + 1
		for j < len(all) && !taken[j] && t.end(all[j].last)-t.start(all[i].cue) <= windowMs {
			j++
		}
		heap.Push(h, candidate{weigh(t, all[i:j]), i, j})
	}
	for i := range all {
		push(i)
	}
	for h.Len() > 0 {
		c := heap.Pop(h).(candidate)
		switch at := slices.Index(taken[c.from:c.to], true); {
		case at == 0: // its first word is part of a better one
		case at > 0: // it reached into a better one: it is weighed again without that
			push(c.from)
		default:
			out = append(out, c.window)
			for k := c.from; k < c.to; k++ {
				taken[k] = true
			}
		}
	}
	return out
}

// candidate is a window over the occurrences [from, to).
type candidate struct {
	window
	from, to int
}

// windowHeap has the best candidate on top, of equals the earliest.
type windowHeap []candidate

func (h windowHeap) Len() int { return len(h) }

func (h windowHeap) Less(i, j int) bool {
	if h[i].score != h[j].score {
		return h[i].score > h[j].score
	}
	return h[i].from < h[j].from
}

func (h windowHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

func (h *windowHeap) Push(c any) { *h = append(*h, c.(candidate)) }

func (h *windowHeap) Pop() any {
	c := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return c
}

// weigh scores the occurrences of one window as BM25 would a document, then draws it together from both ends as long as no term is lost by
// it: the closer the terms stand, the more it is worth.
func weigh(t *text, in []occurrence) window {
	book := in[0].book
	w := window{of: book.of()}
	terms := make([]struct {
		count, left int
		exact       bool
		weight      float64
	}, len(book.terms))
	for _, o := range in {
		k := &terms[o.term]
		if k.count == 0 {
			k.weight = o.book.idf[o.term]
			if o.small() {
				k.weight *= saidWeight
			} else {
				w.matched++
			}
		}
		k.count++
		k.left++
		k.exact = k.exact || o.exact
	}
	for _, k := range terms {
		tf := float64(k.count)
		s := k.weight * tf * 2.2 / (tf + 1.2)
		if k.exact {
			s *= 1.1
		}
		w.score += s
	}
	for len(in) > 1 && terms[in[len(in)-1].term].left > 1 {
		terms[in[len(in)-1].term].left--
		in = in[:len(in)-1]
	}
	for len(in) > 1 && terms[in[0].term].left > 1 {
		terms[in[0].term].left--
		in = in[1:]
	}
	w.first, w.last = in[0].cue, in[0].last
	for _, o := range in {
		w.last = max(w.last, o.last)
	}
	w.matched = min(w.matched, w.of)
	span := float64(min(t.end(w.last)-t.start(w.first), windowMs)) / windowMs
	w.score *= 1 + 0.4*(1-span)*float64(max(w.matched-1, 0))/float64(max(w.of, 1))
	return w
}
