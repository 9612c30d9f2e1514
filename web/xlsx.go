package web

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"io"
	"strconv"
	"unicode/utf16"
)

// xlsx writes a workbook of one sheet (ECMA-376, Office Open XML) row by row, without keeping any: the sheet is the last file of the package. A library that
// does more would put the sheet into a file first and pack it when the last row is there: nothing would leave before.
type xlsx struct {
	zip   *zip.Writer
	sheet *bufio.Writer
	rows  int
}

// The bounds of the format: more rows than that no program opens, and a cell is cut there.
const (
	xlsxRows = 1_048_576
	xlsxCell = 32_767 // UTF-16 code units
)

// xlsxParts are the files of the package beside the sheet.
var xlsxParts = [][2]string{
	{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`},
	{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
	{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Cabina" sheetId="1" r:id="rId1"/></sheets></workbook>`},
	{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
}

// newXLSX begins a workbook whose first row stays in sight.
func newXLSX(w io.Writer) (*xlsx, error) {
	x := &xlsx{zip: zip.NewWriter(w)}
	for _, part := range xlsxParts {
		f, err := x.zip.Create(part[0])
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(f, xml.Header+part[1]); err != nil {
			return nil, err
		}
	}
	f, err := x.zip.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return nil, err
	}
	x.sheet = bufio.NewWriterSize(f, 32<<10)
	_, err = x.sheet.WriteString(xml.Header + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0">` +
		`<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>`)
	return x, err
}

// row writes a row: strings as text, which is never a formula, and int64 as numbers. Rows beyond the format's bound are left out.
func (x *xlsx) row(cells []any) error {
	if x.rows == xlsxRows {
		return nil
	}
	x.rows++
	w := x.sheet
	_, _ = w.WriteString("<row>") // a bufio.Writer keeps its first error
	for _, cell := range cells {
		switch v := cell.(type) {
		case int64:
			_, _ = w.WriteString("<c><v>" + strconv.FormatInt(v, 10) + "</v></c>")
		case string:
			_, _ = w.WriteString(`<c t="inlineStr"><is><t xml:space="preserve">`)
			_ = xml.EscapeText(w, []byte(cutUTF16(v, xlsxCell)))
			_, _ = w.WriteString("</t></is></c>")
		}
	}
	_, err := w.WriteString("</row>")
	return err
}

// close ends the workbook.
func (x *xlsx) close() error {
	if _, err := x.sheet.WriteString("</sheetData></worksheet>"); err != nil {
		return err
	}
	if err := x.sheet.Flush(); err != nil {
		return err
	}
	return x.zip.Close()
}

// cutUTF16 gives as much of s as has most code units of UTF-16.
func cutUTF16(s string, most int) string {
	if len(s) <= most {
		return s
	}
	n := 0
	for i, r := range s {
		if n += utf16.RuneLen(r); n > most {
			return s[:i]
		}
	}
	return s
}
