package search

import (
	"container/heap"
	"context"
	"slices"

	"cabina/archive"
)

// linePage gathers one page of lines while a walk goes by, in two orders at once: as asked for, and by session, which is the page where there are too
// many lines to sort. It holds no more keys than stand on the page.
type linePage struct {
	r      *LinesRequest
	after  *lineCursor
	sample *sample

	total, sessions int
	byLanguage      map[archive.Language]int
	sorted          keyHeap   // the first after the cursor, in the order asked for
	inOrder         []lineKey // the first after the cursor, in the order of the walk
	left, leftPlain int       // how many stand after the cursor, in either order
}

// session takes in the lines of a session.
func (p *linePage) session(texts []*foundText) error {
	p.sessions++
	for _, l := range inOrder(texts) {
		p.total++
		p.byLanguage[l.text.file.language(l.at.cue)]++
		switch {
		case p.sample != nil:
			p.sample.offer(l.text, l.at)
		case p.r.Sort == ByTime || p.r.Sort == BySession: // the walk goes in this order
			p.takePlain(p.r.key(l.text, l.at))
		default:
			p.takePlain(plainKey(l.text, l.at))
			if p.total <= MostSorted || p.after != nil && p.after.Sorted {
				p.take(p.r.key(l.text, l.at))
			}
		}
	}
	return nil
}

func (p *linePage) takePlain(k lineKey) {
	if p.after != nil && k.compare(p.after.Last) <= 0 {
		return
	}
	if p.leftPlain++; len(p.inOrder) < p.r.Limit {
		p.inOrder = append(p.inOrder, k)
	}
}

func (p *linePage) take(k lineKey) {
	if p.after != nil && k.compare(p.after.Last) <= 0 {
		return
	}
	p.left++
	if len(p.sorted) == p.r.Limit && k.compare(p.sorted[0]) >= 0 {
		return
	}
	heap.Push(&p.sorted, k)
	if len(p.sorted) > p.r.Limit {
		heap.Pop(&p.sorted)
	}
}

// keys gives the page's keys, how many stand after the cursor, and whether they are in the order asked for.
func (p *linePage) keys() (keys []lineKey, left int, sorted bool) {
	if p.sample != nil {
		for _, k := range p.sample.keys() {
			p.take(k)
		}
	}
	sorted = p.sample != nil || p.total <= MostSorted
	if p.after != nil {
		sorted = p.after.Sorted
	}
	if p.sample == nil && (!sorted || p.r.Sort == ByTime || p.r.Sort == BySession) {
		return p.inOrder, p.leftPlain, sorted
	}
	slices.SortFunc(p.sorted, lineKey.compare)
	return p.sorted, p.left, sorted
}

func (p *linePage) answer(ctx context.Context, w *walk) (*LinesAnswer, error) {
	keys, left, sorted := p.keys()
	a := &LinesAnswer{Total: p.total, Sorted: sorted, Lines: []Kwic{}, Index: w.x.State(), Sessions: p.sessions, ByLanguage: p.byLanguage}
	if p.after != nil {
		a.From = p.after.Before
	}
	lines, err := w.lines(ctx, keys, p.r.Beside)
	if err != nil {
		return nil, err
	}
	for _, k := range lines {
		a.Lines = append(a.Lines, *k)
	}
	if n := len(keys); left > n {
		next := (&lineCursor{Query: p.r.askedLines(), Sorted: sorted, Before: a.From + n, Last: keys[n-1]}).String()
		a.Next = &next
	}
	return a, nil
}

// keyHeap has the last key on top.
type keyHeap []lineKey

func (h keyHeap) Len() int           { return len(h) }
func (h keyHeap) Less(i, j int) bool { return h[i].compare(h[j]) > 0 }
func (h keyHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *keyHeap) Push(v any)        { *h = append(*h, v.(lineKey)) }
func (h *keyHeap) Pop() any {
	v := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return v
}
