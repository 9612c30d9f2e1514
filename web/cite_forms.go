package web

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/web/locale"
)

// citeForm is a form in which programs, and people, take a citation.
type citeForm struct {
	format string // in an address
	name   string
	ext    string
	mime   string
	write  func(*cited) string
}

var citeForms = []citeForm{
	{"text", "TXT", ".txt", "text/plain; charset=utf-8", (*cited).text},
	{"bibtex", "BibTeX", ".bib", "application/x-bibtex; charset=utf-8", (*cited).bibTeX},
	{"ris", "RIS", ".ris", "application/x-research-info-systems; charset=utf-8", (*cited).ris},
	{"csl", "CSL-JSON", ".json", "application/vnd.citationstyles.csl+json", (*cited).csl},
}

func (s *Server) citeFile(c echo.Context, a asked, ci *cited, format string) error {
	for _, f := range citeForms {
		if f.format == format {
			c.Response().Header()["Vary"] = varyReader
			c.Response().Header().Set("Content-Disposition", disposition(ci.key()+f.ext))
			return s.answer(c, f.mime, []byte(f.write(ci)), a.keep())
		}
	}
	return badParameter("format: want text, bibtex, ris or csl")
}

// key names the citation: session and moment. It has no letter that a file name or BibTeX may not have.
func (ci *cited) key() string {
	return ci.doc.ID + "-" + strings.ReplaceAll(ci.moment.String(), ".", "-")
}

// timeRange is the stretch that is cited: 0:12:34–0:12:41, or one second.
func (ci *cited) timeRange() string {
	from, to := locale.Timecode(ci.startMs), locale.Timecode(ci.endMs)
	if from == to {
		return from
	}
	return from + "–" + to
}

// notes are the range and the role, as forms without a field for them say it.
func (ci *cited) notes() string { return strings.Join(filled(ci.timeRange(), ci.role), ", ") }

// text is the citation for a person.
func (ci *cited) text() string {
	day := ""
	if d := ci.doc.Date(); !d.IsZero() {
		day = ci.lang.Day(d)
	}
	parts := filled(ci.speaker, ci.title, strings.Join(filled(ci.event, ci.place, day), ", "), ci.notes(), ci.publisher)
	return oneLine(strings.Join(parts, ". ")) + ". " + ci.link + "\n"
}

var bibTeXEscape = strings.NewReplacer(`\`, `{\textbackslash}`, "{", `{\textbraceleft}`, "}", `{\textbraceright}`, "&", `\&`, "%", `\%`, "$", `\$`, "#", `\#`, "_", `\_`,
	"~", `{\textasciitilde}`, "^", `{\textasciicircum}`)

// bibTeX is an entry for BibTeX and biblatex. Names and titles stand in braces of their own, so that they stay as they are.
func (ci *cited) bibTeX() string {
	var b strings.Builder
	b.WriteString("@misc{" + ci.key())
	field := func(name, value string) {
		if value = oneLine(value); value != "" {
			b.WriteString(",\n  " + name + " = {" + value + "}")
		}
	}
	whole := func(name, value string) {
		if value = bibTeXEscape.Replace(oneLine(value)); value != "" {
			field(name, "{"+value+"}")
		}
	}
	whole("author", ci.speaker)
	whole("title", ci.title)
	whole("eventtitle", ci.event)
	whole("venue", ci.place)
	if d := ci.doc.Date(); !d.IsZero() {
		field("date", d.Format("2006-01-02"))
		field("year", d.Format("2006"))
		field("month", strings.ToLower(d.Format("Jan")))
	}
	whole("howpublished", ci.lang.Say(ci.medium().words))
	whole("note", ci.notes())
	whole("publisher", ci.publisher)
	whole("copyright", ci.licence)
	field("langid", string(ci.language))
	field("url", ci.link)
	b.WriteString("\n}\n")
	return b.String()
}

// ris is a record of the RIS format: two letters, a value, a line each.
func (ci *cited) ris() string {
	var b strings.Builder
	line := func(tag, value string) {
		if value = oneLine(value); value != "" {
			b.WriteString(tag + "  - " + value + "\r\n")
		}
	}
	line("TY", ci.medium().ris)
	line("ID", ci.key())
	line("AU", ci.speaker)
	line("TI", ci.title)
	line("T2", ci.event)
	line("CY", ci.place)
	if d := ci.doc.Date(); !d.IsZero() {
		line("PY", d.Format("2006"))
		line("DA", d.Format("2006/01/02"))
	}
	line("PB", ci.publisher)
	line("LA", string(ci.language))
	line("SP", locale.Timecode(ci.startMs))
	if ci.endMs > ci.startMs {
		line("EP", locale.Timecode(ci.endMs))
	}
	line("N1", ci.notes())
	line("C1", ci.licence)
	line("UR", ci.link)
	b.WriteString("ER  - \r\n")
	return b.String()
}

// cslItem is an item of CSL-JSON, as citeproc and Zotero read it.
type cslItem struct {
	ID         string           `json:"id"`
	Type       string           `json:"type"`
	Title      string           `json:"title"`
	Author     []cslName        `json:"author,omitempty"`
	EventTitle string           `json:"event-title,omitempty"`
	EventPlace string           `json:"event-place,omitempty"`
	Issued     *cslDate         `json:"issued,omitempty"`
	Publisher  string           `json:"publisher,omitempty"`
	Language   archive.Language `json:"language,omitempty"`
	Medium     string           `json:"medium"`
	Note       string           `json:"note"`
	URL        string           `json:"URL"`
	Custom     cslCustom        `json:"custom"`
}

type cslName struct {
	Literal string `json:"literal"`
}

type cslDate struct {
	Parts [][]int `json:"date-parts"`
}

// cslCustom is what CSL has no field for.
type cslCustom struct {
	Session  string `json:"session"`
	Voice    string `json:"voice,omitempty"`
	StartMs  int64  `json:"startMs"`
	EndMs    int64  `json:"endMs"`
	Role     string `json:"role,omitempty"`
	Original bool   `json:"original"`
	Licence  string `json:"licence,omitempty"`
}

func (ci *cited) csl() string {
	item := cslItem{ID: ci.key(), Type: ci.medium().csl, Title: ci.title, EventTitle: ci.event, EventPlace: ci.place,
		Publisher: ci.publisher, Language: ci.language, Medium: ci.lang.Say(ci.medium().words), Note: ci.notes(), URL: ci.link,
		Custom: cslCustom{Session: ci.doc.ID, StartMs: ci.startMs, EndMs: ci.endMs, Original: ci.original, Licence: ci.licence}}
	if ci.speaker != "" {
		item.Author = []cslName{{ci.speaker}}
	}
	if ci.voice != nil {
		item.Custom.Voice, item.Custom.Role = ci.voice.ID, string(ci.voice.Role)
	}
	if d := ci.doc.Date(); !d.IsZero() {
		item.Issued = &cslDate{[][]int{{d.Year(), int(d.Month()), d.Day()}}}
	}
	data, err := json.MarshalIndent([]cslItem{item}, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("a citation is no JSON: %v", err)) // it holds strings and numbers
	}
	return string(data) + "\n"
}

// medium is what a recording is called: the key of its words, RIS's type and CSL's.
type medium struct{ words, ris, csl string }

func (ci *cited) medium() medium {
	if ci.doc.Picture() != nil {
		return medium{"cite.video", "VIDEO", "motion_picture"}
	}
	return medium{"cite.sound", "SOUND", "song"}
}

// filled gives those that are not empty.
func filled(texts ...string) (out []string) {
	for _, t := range texts {
		if t != "" {
			out = append(out, t)
		}
	}
	return out
}

// oneLine puts a text on one line, without control characters.
func oneLine(s string) string { return strings.Join(strings.Fields(xmlText(s)), " ") }
