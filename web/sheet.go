package web

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sheet is a table on its way, row by row. A cell is a string, by cellText where somebody else wrote it, or an int64.
type sheet interface {
	row(cells []any) error
	close() error
}

// csvSheet writes CSV (RFC 4180) in UTF-8.
type csvSheet struct{ *csv.Writer }

func newCSV(w io.Writer) csvSheet {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	return csvSheet{out}
}

func (w csvSheet) row(cells []any) error {
	row := make([]string, len(cells))
	for i, cell := range cells {
		switch v := cell.(type) {
		case string:
			row[i] = v
		case int64:
			row[i] = strconv.FormatInt(v, 10)
		}
	}
	return w.Write(row)
}

func (w csvSheet) close() error {
	w.Flush()
	return w.Error()
}

// What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection"), also as full-width letters, which some of them fold.
const formulaStarts = "=+-@|%\uff1d\uff0b\uff0d\uff20\uff5c\uff05\u2212"

// cellText makes words that were said into a cell: one line, which no spreadsheet takes for a formula. What would begin one gets an apostrophe before it, also behind
// spaces and letters that are not seen.
func cellText(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, xmlText(s))
	seen := strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
	if r, _ := utf8.DecodeRuneInString(seen); seen != "" && strings.ContainsRune(formulaStarts, r) {
		return "'" + s
	}
	return s
}
