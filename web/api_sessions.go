package web

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"cabina/archive"
)

// Bounds of a list of sessions.
const (
	listDefault = 100
	listMost    = 1000
)

// sessionsAnswer is a page of the list of sessions.
type sessionsAnswer struct {
	Sessions []sessionItem `json:"sessions"`
	Next     *string       `json:"next"`
}

// apiSessions lists the sessions that the asker may find, newest first: ?conference=&limit=&cursor=.
func (s *Server) apiSessions(c echo.Context) error {
	v := s.viewer(c)
	limit, err := limitParam(c, listDefault, listMost)
	if err != nil {
		return err
	}
	after, err := parseListCursor(c.QueryParam("cursor"))
	if err != nil {
		return err
	}
	answer := sessionsAnswer{Sessions: []sessionItem{}}
	conference, lang := c.QueryParam("conference"), string(s.apiLang(c.Request()))
	var last *archive.Session
	for _, doc := range s.visible(v) {
		if conference != "" && doc.Conference != conference || !after.before(doc) {
			continue
		}
		if len(answer.Sessions) == limit {
			next := listCursor{last.Date(), last.ID}.String()
			answer.Next = &next
			break
		}
		answer.Sessions, last = append(answer.Sessions, s.item(doc, v, addressOf(doc), lang)), doc
	}
	return s.answerJSON(c, answer, varyLanguage, keepFor(v))
}

// listCursor is the last session of a page. The zero value is before all.
type listCursor struct {
	date time.Time
	id   string
}

func (l listCursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(l.date.UTC().Format(time.RFC3339) + " " + l.id))
}

func parseListCursor(text string) (listCursor, error) {
	if text == "" {
		return listCursor{}, nil
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	date, id, ok := strings.Cut(string(data), " ")
	at, errDate := time.Parse(time.RFC3339, date)
	if err != nil || errDate != nil || !ok || !archive.ValidID(id) {
		return listCursor{}, badParameter("cursor: want the next of an earlier answer")
	}
	return listCursor{at, id}, nil
}

// before is true of a session that comes after the cursor in the order of the list: newest first, then by id.
func (l listCursor) before(doc *archive.Session) bool {
	if l.id == "" {
		return true
	}
	if c := doc.Date().Compare(l.date); c != 0 {
		return c < 0
	}
	return doc.ID > l.id
}
