package web

import (
	"encoding/json"
	"iter"
	"net/http"

	"github.com/labstack/echo/v4"

	"cabina/search"
	"cabina/web/locale"
)

// All lines of a search as a file, streamed: CSV, JSON Lines, XLSX. Every row has the id by which it can be found again, and whose it is.

// lineRecord is a line in JSON Lines.
type lineRecord struct {
	search.Kwic
	Title      search.Title `json:"title"`
	Conference string       `json:"conference,omitempty"`
	Date       string       `json:"date,omitempty"`
	Rights     corpusRights `json:"rights"`
}

// lineWriter is a format of rows. begin and end write what stands around them.
type lineWriter interface {
	begin() error
	write(*lineRecord) error
	end() error
}

// lineFormats are the media types of ?format=.
var lineFormats = map[string]string{
	"csv":   "text/csv; charset=utf-8; header=present",
	"jsonl": jsonLines,
	"xlsx":  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// linesAtOnce is how many lines are made in one turn.
const linesAtOnce = 500

func (s *Server) exportLines(c echo.Context, r search.LinesRequest, format string) error {
	mime, ok := lineFormats[format]
	if !ok {
		return badParameter("format: want json, csv, jsonl or xlsx")
	}
	ctx := c.Request().Context()
	next, stop := iter.Pull2(s.Search.EachLine(ctx, r))
	defer stop()
	lines := lineSource{pull: next}
	if c.Request().Method == http.MethodGet {
		// What cannot be done is said before anything is sent: the sorting is in the first one.
		if err := s.turns.turn(ctx, lines.first); err != nil {
			return err
		}
	}
	out, done, err := s.stream(c, streamed{mime: mime, name: "lines." + format, zips: format != "xlsx", keep: keepFor(r.Viewer), vary: varyLanguage})
	if err != nil || done {
		return err
	}
	return out.end(s.sendLines(c, out, &lines, s.lineWriter(out, r, format)))
}

func (s *Server) lineWriter(out *stream, r search.LinesRequest, format string) lineWriter {
	switch format {
	case "jsonl":
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		return jsonRows{enc}
	case "csv":
		return &tableRows{open: func() (sheet, error) { return newCSV(out), nil }, columns: s.lineColumns(r)}
	}
	return &tableRows{open: func() (sheet, error) { return newXLSX(out) }, columns: s.lineColumns(r)}
}

func (s *Server) sendLines(c echo.Context, out *stream, lines *lineSource, w lineWriter) error {
	if err := out.make(w.begin); err != nil {
		return err
	}
	host, l := s.hostOf(c.Request()), s.apiLang(c.Request())
	for more := true; more; {
		err := out.make(func() error {
			for range linesAtOnce {
				k, err := lines.next()
				if err != nil || k == nil {
					more = false
					return err
				}
				if err := w.write(s.lineRecord(k, host, l)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return out.make(w.end)
}

func (s *Server) lineRecord(k *search.Kwic, host string, l locale.Lang) *lineRecord {
	r := &lineRecord{Kwic: *k, Title: k.Title, Conference: k.Conference, Date: k.Date}
	r.URL = host + k.URL
	if doc := s.Mirror.Session(k.Session); doc != nil {
		r.Rights = s.corpusRights(doc, l)
	}
	return r
}

// lineSource are lines of which the first may have been fetched before.
type lineSource struct {
	pull func() (*search.Kwic, error, bool)
	had  bool // kept is the next
	kept *search.Kwic
}

func (p *lineSource) first() (err error) {
	p.kept, err, p.had = p.pull()
	return err
}

// next gives the next line, nil after the last.
func (p *lineSource) next() (*search.Kwic, error) {
	if p.had {
		p.had = false
		return p.kept, nil
	}
	k, err, _ := p.pull()
	return k, err
}

// jsonRows writes JSON Lines.
type jsonRows struct{ *json.Encoder }

func (jsonRows) begin() error                { return nil }
func (w jsonRows) write(r *lineRecord) error { return w.Encode(r) }
func (jsonRows) end() error                  { return nil }

// tableRows writes a sheet with a row of names.
type tableRows struct {
	open    func() (sheet, error)
	columns []lineColumn
	sheet   sheet
}

func (w *tableRows) begin() (err error) {
	if w.sheet, err = w.open(); err != nil {
		return err
	}
	names := make([]any, len(w.columns))
	for i, col := range w.columns {
		names[i] = col.name
	}
	return w.sheet.row(names)
}

func (w *tableRows) write(r *lineRecord) error {
	cells := make([]any, len(w.columns))
	for i, col := range w.columns {
		cells[i] = col.cell(r)
	}
	return w.sheet.row(cells)
}

func (w *tableRows) end() error { return w.sheet.close() }
