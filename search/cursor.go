package search

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"strings"
)

// cursor is the last moment of a page: the next page has those that stand after it. So a change of the index between two pages neither repeats nor
// drops what it does not touch.
type cursor struct {
	Query     string  `json:"q"` // hash of what was asked
	Full      bool    `json:"f"`
	Score     float64 `json:"s"`
	Session   string  `json:"i"`
	Dedicated bool    `json:"d"`
	Start     int64   `json:"b"`
	Text      string  `json:"t"`
}

// asked names the query that a cursor belongs to.
func (r *Request) asked() string {
	return hashOf([]any{r.Query.Text, r.Languages, r.Session, r.Conference})
}

func (r *Request) cursorAt(m moment) string {
	h := &m.hits[0]
	data, _ := json.Marshal(cursor{r.asked(), h.full(), h.score, h.doc.ID, h.dedicated(), h.start(), h.track.ID}) // a finite number: cannot fail
	return base64.RawURLEncoding.EncodeToString(data)
}

// readCursor gives the request's cursor, nil where it has none.
func (r *Request) readCursor() (*cursor, error) {
	if r.Cursor == "" {
		return nil, nil
	}
	var c cursor
	data, err := base64.RawURLEncoding.DecodeString(r.Cursor)
	if err != nil || json.Unmarshal(data, &c) != nil || c.Query != r.asked() {
		return nil, BadCursor{}
	}
	return &c, nil
}

// before is true of moments that stand after the cursor, in the order of compareHits.
func (c *cursor) before(m moment) bool {
	h := &m.hits[0]
	return cmp.Or(
		cmpBool(c.Full, h.full()),
		cmp.Compare(h.score, c.Score),
		strings.Compare(c.Session, h.doc.ID),
		cmpBool(c.Dedicated, h.dedicated()),
		cmp.Compare(c.Start, h.start()),
		strings.Compare(c.Text, h.track.ID),
	) < 0
}
