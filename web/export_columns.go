package web

import (
	"slices"
	"strconv"
	"strings"

	"cabina/archive"
	"cabina/search"
	"cabina/web/locale"
)

// lineColumn is a column of a table; cell gives a string or an int64.
type lineColumn struct {
	name string
	cell func(*lineRecord) any
}

// lineColumns are the columns for a request: a line's own and, where what stands beside is asked for, two of each language, what was said at that moment and when.
func (s *Server) lineColumns(r search.LinesRequest) []lineColumn {
	text := func(name string, of func(*lineRecord) string) lineColumn {
		return lineColumn{name, func(r *lineRecord) any { return cellText(of(r)) }}
	}
	number := func(name string, of func(*lineRecord) int64) lineColumn {
		return lineColumn{name, func(r *lineRecord) any { return of(r) }}
	}
	out := []lineColumn{
		text("id", func(r *lineRecord) string { return r.ID }),
		text("session", func(r *lineRecord) string { return r.Session }),
		text("title", func(r *lineRecord) string { return r.Title.Text }),
		text("conference", func(r *lineRecord) string { return r.Conference }),
		text("date", func(r *lineRecord) string { return r.Date }),
		text("voice", func(r *lineRecord) string { return r.Voice }),
		text("text", func(r *lineRecord) string { return r.Text }),
		text("language", func(r *lineRecord) string { return string(r.Language) }),
		text("role", func(r *lineRecord) string { return string(r.Role) }),
		text("original", func(r *lineRecord) string { return strconv.FormatBool(r.Original) }),
		text("origin", func(r *lineRecord) string { return r.Origin }),
		text("time", func(r *lineRecord) string { return locale.Timecode(r.StartMs) }),
		number("startMs", func(r *lineRecord) int64 { return r.StartMs }),
		number("endMs", func(r *lineRecord) int64 { return r.EndMs }),
		text("left", func(r *lineRecord) string { return r.Left }),
		text("word", func(r *lineRecord) string { return r.Word }),
		text("right", func(r *lineRecord) string { return r.Right }),
	}
	if r.Beside {
		for _, l := range s.languagesBeside(r) {
			out = append(out, text("beside "+string(l), func(r *lineRecord) string { return besideIn(r, l) }), text("beside "+string(l)+" time", func(r *lineRecord) string { return besideTime(r, l) }))
		}
	}
	return append(out,
		text("rights", func(r *lineRecord) string { return r.Rights.Statement }),
		text("url", func(r *lineRecord) string { return r.URL }),
	)
}

// languagesBeside are the languages in which anything may stand beside a line: of all texts that the asker may see where the request looks.
func (s *Server) languagesBeside(r search.LinesRequest) []archive.Language {
	var out []archive.Language
	for _, doc := range s.visible(r.Viewer) {
		if r.Session != "" && doc.ID != r.Session || r.Conference != "" && doc.Conference != r.Conference {
			continue
		}
		for _, t := range doc.Live(archive.Text) {
			if archive.Access(r.Viewer, doc, t) != archive.Yes {
				continue
			}
			out = append(out, t.Language)
			if t.Language == archive.FloorLanguage {
				for _, span := range doc.Spans {
					if span.Language != "" {
						out = append(out, span.Language)
					}
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// besideIn gives what was said in a language at a line's moment, empty where nothing was.
func besideIn(r *lineRecord, l archive.Language) string {
	var out []string
	for _, b := range r.Beside {
		for _, line := range b.Lines {
			if b.Language == l {
				out = append(out, line.Text)
			}
		}
	}
	return strings.Join(out, " ")
}

func besideTime(r *lineRecord, l archive.Language) string {
	for _, b := range r.Beside {
		if b.Language == l && len(b.Lines) > 0 {
			return locale.Timecode(b.StartMs) + "–" + locale.Timecode(b.EndMs)
		}
	}
	return ""
}
