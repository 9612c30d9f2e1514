package web

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cabina/archive"
)

// formulaSite has words that a spreadsheet would take for formulas, each before and behind a word to look for.
func formulaSite(t *testing.T) *site {
	starts := []string{"=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠", "\u2009=", "\u200b=", "\u202a="}
	var srt strings.Builder
	for i, start := range starts {
		fmt.Fprintf(&srt, "%d\n00:00:0%d,%03d --> 00:00:07,900\n%scmd|' /C calc'!A0 palabra %sHYPERLINK(\"http://evil\")\n\n", i+1, i/2, i%2*500, start, start)
	}
	return newSite(t, func(s *site) {
		doc := s.recorded("public-0", archive.Public)
		doc.Title, doc.Conference = archive.Words{"en": "=1+1"}, "conf"
		doc.Rights = &archive.Rights{Holder: "Hall & Sons", Licence: "CC BY 4.0"}
		text := func(id, data string, l archive.Language, of string) {
			doc.Tracks = append(doc.Tracks, archive.Track{ID: id, Kind: archive.Text, Role: archive.Captions, Language: l, Origin: "machine", Published: 1,
				Versions: []archive.Version{{V: 1, Parts: []archive.Part{{Master: s.master(data)}}, Source: "srt", Of: &archive.Of{Track: of, V: 1}}}})
		}
		text("t7", srt.String(), "pt", "t2")
		text("t8", "1\n00:00:01,000 --> 00:00:02,000\n=beside\n", "en", "t2")
		doc.NextTrack = 9
		s.add(doc)
		s.add(s.recorded("restrict", archive.Restricted))
	})
}

// linesByPage follows the cursor of the JSON to its end.
func (s *site) linesByPage(query string) (out []map[string]any) {
	s.t.Helper()
	for cursor := ""; ; {
		a := s.decoded("/api/v1/lines?limit=3&" + query + "&cursor=" + url.QueryEscape(cursor))
		for _, x := range a["lines"].([]any) {
			out = append(out, x.(map[string]any))
		}
		if a["next"] == nil {
			if total := int(a["total"].(float64)); total != len(out) {
				s.t.Errorf("%d lines by pages of %s, want the total of %d", len(out), query, total)
			}
			return out
		}
		cursor = a["next"].(string)
	}
}

// readXLSX gives the rows of a workbook's only sheet, as text.
func readXLSX(t testing.TB, data string) (rows [][]string) {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(content)
		readXML(t, string(content))
	}
	for _, name := range []string{"[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"} {
		if files[name] == "" {
			t.Errorf("the workbook lacks %s", name)
		}
	}
	sheet := readXML(t, files["xl/worksheets/sheet1.xml"])
	if len(sheet.all("f")) > 0 {
		t.Errorf("a cell is a formula: %v", sheet.all("f"))
	}
	for _, row := range sheet.all("row") {
		var cells []string
		for _, c := range row.Children {
			text := c.all("t")
			if c.attr("t") != "inlineStr" {
				text = c.all("v")
			}
			cells = append(cells, text[0].Text)
		}
		rows = append(rows, cells)
	}
	return rows
}

// TestLinesTakenHome: each format has every line of the pages once, in their order, and is told apart by its id.
func TestLinesTakenHome(t *testing.T) {
	s := formulaSite(t)
	for _, query := range []string{"q=palabra", "q=palabra&sort=right", "q=palabra&sample=5&seed=7", "q=derechos+OR+palabra&beside=1", "q=nowhere"} {
		var want []string
		if strings.Contains(query, "sample") { // a page counts all; the sample is what is sent
			for _, x := range s.decoded("/api/v1/lines?" + query)["lines"].([]any) {
				want = append(want, x.(map[string]any)["id"].(string))
			}
		} else {
			for _, x := range s.linesByPage(query) {
				want = append(want, x["id"].(string))
			}
		}
		var asJSON []string
		for _, r := range records[lineRecord](t, body(t, s.get("/api/v1/lines?format=jsonl&"+query))) {
			asJSON = append(asJSON, r.ID)
			if r.Rights.Holder != "Hall & Sons" || !strings.HasPrefix(r.URL, "http://example.com/en/sessions/public-0?m=") || r.Conference != "conf" {
				t.Errorf("%s: record %+v, want rights, conference and a whole address in each", query, r)
			}
		}
		table, err := csv.NewReader(s.get("/api/v1/lines?format=csv&" + query).Body).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		sheet := readXLSX(t, body(t, s.get("/api/v1/lines?format=xlsx&"+query)))
		if diff := cmp.Diff(table, sheet); diff != "" {
			t.Errorf("%s: XLSX differs from CSV:\n%s", query, diff)
		}
		var asCSV []string
		for _, row := range table[1:] {
			asCSV = append(asCSV, row[0])
		}
		for name, got := range map[string][]string{"JSON Lines": asJSON, "CSV": asCSV} {
			if !slices.Equal(got, want) {
				t.Errorf("%s as %s: %v, want the lines of the pages %v", query, name, got, want)
			}
		}
		for _, id := range want {
			if r := s.get("/api/v1/lines/" + id); r.StatusCode != 200 {
				t.Errorf("GET /api/v1/lines/%s = %d, want the line", id, r.StatusCode)
			}
		}
	}
	for _, path := range []string{"?q=%22&format=xlsx", "?q=a&format=pdf", "?q=a&sort=up", "?q=a&sample=0", "?q=a&seed=-1", "?q=a&beside=yes"} {
		if r := s.get("/api/v1/lines" + path); r.StatusCode != 400 || r.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("GET /api/v1/lines%s = %d, want a problem", path, r.StatusCode)
		}
	}
}

// TestNoCellIsAFormula: nothing that anybody said, or called a session, begins one in a spreadsheet; the words are all there.
func TestNoCellIsAFormula(t *testing.T) {
	s := formulaSite(t)
	text := body(t, s.get("/api/v1/lines?q=palabra&format=csv&beside=1"))
	table, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(table) != 14 {
		t.Fatalf("%d rows, %v", len(table), err)
	}
	guarded := 0
	for _, row := range table {
		for i, cell := range row {
			if strings.ContainsAny(cell, "\t\r\n") {
				t.Errorf("column %s: %q holds a tab or a line end", table[0][i], cell)
			}
			if r := []rune(strings.TrimLeft(cell, " \u2009\u200b\u202a")); len(r) > 0 && strings.ContainsRune("=+-@|%＝＋－＠", r[0]) {
				t.Errorf("column %s: %q begins a formula", table[0][i], cell)
			}
			if strings.HasPrefix(cell, "'") {
				guarded++
			}
		}
	}
	if guarded < 13 || !strings.Contains(text, "cmd|' /C calc'!A0") || !strings.Contains(text, "'=beside") {
		t.Errorf("%d cells are guarded, want those of every line, with all their words:\n%s", guarded, text)
	}
	for in, want := range map[string]string{"": "", "a=b": "a=b", "\t=1": "' =1", "\r\n@x": "'  @x", "\x00=1": "'=1", "−1": "'−1", "'x": "'x", "12": "12", "- dijo": "'- dijo"} {
		if got := cellText(in); got != want {
			t.Errorf("cellText(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestTableOfLanguages: a row an occurrence, a pair of columns a language, empty where nothing was said.
func TestTableOfLanguages(t *testing.T) {
	s := formulaSite(t)
	table, err := csv.NewReader(s.get("/api/v1/lines?q=derechos&format=csv&beside=1").Body).ReadAll()
	if err != nil || len(table) != 2 {
		t.Fatalf("%d rows, %v", len(table), err)
	}
	row := map[string]string{}
	for i, name := range table[0] {
		row[name] = table[1][i]
	}
	want := map[string]string{"beside en": "'=beside", "beside en time": "0:00:01–0:00:02", "beside es": "", "beside es time": ""}
	for name, cell := range want {
		if got, ok := row[name]; !ok || got != cell {
			t.Errorf("column %q = %q, want %q", name, got, cell)
		}
	}
	if !strings.HasPrefix(row["beside pt"], "'=cmd") {
		t.Errorf("beside pt = %q, want what was said in Portuguese", row["beside pt"])
	}
	if _, ok := row["beside fr"]; ok {
		t.Error("there is a column in French, whose text is for staff")
	}
	staff, err := csv.NewReader(s.get("/api/v1/lines?q=derechos&format=csv&beside=1", whoHeader, string(archive.Editor)).Body).ReadAll()
	if err != nil || !slices.Contains(staff[0], "beside fr") || len(staff) != 3 {
		t.Errorf("an editor's table = %v (%v), want French, and the restricted session's line", staff, err)
	}
}

// TestLineAccess holds lines by their ids, and all lines, against every visibility and whoever may ask.
func TestLineAccess(t *testing.T) {
	s := newSite(t, func(s *site) {
		for visibility, id := range sessionIDs {
			s.add(s.recorded(id, visibility))
		}
	})
	for visibility, id := range sessionIDs {
		for i, who := range askers {
			if who.token != "" {
				continue // a line's id names no token
			}
			for text, want := range map[string]int{"t5.1.c0001.4-12": sessionAccess[visibility][i], "t6.1.c0001.4-10": staffAccess[visibility][i]} {
				r := s.get("/api/v1/lines/"+id+"."+text, whoHeader, string(who.standing))
				if want == 404 && sessionAccess[visibility][i] == 200 {
					want = 410 // as of a track that was removed: which of the two it is is nobody's to know
				}
				if r.StatusCode != want {
					t.Errorf("GET line %s.%s (%s) by %s = %d, want %d", id, text, visibility, who.name, r.StatusCode, want)
				}
			}
			for _, format := range []string{"json", "csv", "jsonl"} {
				got := body(t, s.get("/api/v1/lines?limit=500&q=derechos&format="+format, whoHeader, string(who.standing)))
				if has, want := strings.Contains(got, id+".t5"), sessionAccess[visibility][i] == 200; has != want {
					t.Errorf("lines as %s by %s hold session %s (%s): %v, want %v", format, who.name, id, visibility, has, want)
				}
			}
		}
	}
}

// TestXLSXBounds: rows and letters beyond what the format holds are cut, between letters.
func TestXLSXBounds(t *testing.T) {
	var b bytes.Buffer
	x, err := newXLSX(&b)
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("a", xlsxCell-1) + "😀"
	if err := x.row([]any{long, int64(1 << 40), "a\x00b\uffff<&>"}); err != nil {
		t.Fatal(err)
	}
	x.rows = xlsxRows
	if err := x.row([]any{"one too many"}); err != nil {
		t.Fatal(err)
	}
	if err := x.close(); err != nil {
		t.Fatal(err)
	}
	rows := readXLSX(t, b.String())
	if len(rows) != 1 || rows[0][0] != long[:xlsxCell-1] || rows[0][1] != strconv.Itoa(1<<40) || rows[0][2] != "a\ufffdb\ufffd<&>" {
		t.Errorf("read back are %d rows, %d letters, %v, want one row, cut before the letter that does not fit", len(rows), len(rows[0][0]), rows[0][1:])
	}
}
