package web

import (
	"context"
	"strings"

	"cabina/search"
)

// meantRow is a query that the reader may have meant.
type meantRow struct {
	Words, URL string
	Count      string
}

// meant looks for like words where a word of the query is nowhere. The filters of the form stay as they are.
func (f *finder) meant(ctx context.Context) error {
	g := f.page
	r := f.request
	text := g.text(g.Words)
	var err error
	if r.Query, err = search.Parse(text); err != nil {
		return err
	}
	r.Cursor = ""
	found, err := f.s.Search.DidYouMean(ctx, r)
	if err != nil {
		return err
	}
	behind := strings.TrimPrefix(text, g.Words)
	for _, c := range found {
		unit := "count.moments"
		if c.Unit == search.UnitPassages {
			unit = "count.passages"
		}
		words := strings.TrimSuffix(c.Text, behind)
		g.Meant = append(g.Meant, meantRow{Words: words, URL: g.At("q", words, "also", ""), Count: g.Lang.Say(unit, "n", c.AllWords)})
	}
	return nil
}
