package web

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/google/go-cmp/cmp"

	"cabina/archive"
)

// citeSite has a session whose floor speaks Spanish, then English, then someone hidden; the title trips BibTeX.
func citeSite(t *testing.T) *site {
	return newSite(t, func(s *site) {
		doc := s.recorded("public-0", archive.Public)
		doc.Conference, doc.Title = "conf", archive.Words{"en": "Rights & {duties}\\100%\r\nER  - x"}
		doc.Rights = &archive.Rights{Holder: "Hall & Sons", Licence: "CC BY 4.0"}
		doc.Spans = []archive.Span{{EndMs: 3000, Language: "es", Person: "p1"}, {StartMs: 3000, EndMs: 4000, Language: "en", Person: "p2"}, {StartMs: 4000, EndMs: lengthMs, Language: "en", Person: "p1"}}
		doc.Withdrawn = []archive.Withdrawal{{ID: "w1", StartMs: 7000, EndMs: 7500}}
		said := s.master("WEBVTT\n\n00:01.000 --> 00:02.500\n<v Secret Person>dicho en la sala\n")
		doc.Tracks = append(doc.Tracks, archive.Track{ID: "t7", Kind: archive.Text, Role: archive.Captions, Language: "mul", Published: 1,
			Versions: []archive.Version{{V: 1, Parts: []archive.Part{{Master: said}}, Source: "vtt", Of: &archive.Of{Track: "t2", V: 1}}}})
		doc.NextTrack = 8
		s.add(doc)
		conf := &archive.Conference{ID: "conf", Visibility: archive.Public, Title: archive.Words{"en": "HIV2020"}, Place: "Mexico City"}
		if _, err := s.Archive.CreateConference(t.Context(), conf); err != nil {
			t.Fatal(err)
		}
		s.PublicURL = "https://archive.example"
	})
}

func TestCite(t *testing.T) {
	s := citeSite(t)
	for _, c := range []struct{ name, query, want string }{
		{"the floor, whose words end where the cue does", "m=t2.1.1000",
			"Ana Visible. Rights & {duties}\\100% ER - x. HIV2020, Mexico City, 14 July 2020. 0:00:01–0:00:02, floor, in Spanish, as spoken. Hall & Sons. https://archive.example/en/sessions/public-0?m=t2.1.1000\n"},
		{"until where it is asked for; two languages are none", "m=t2.1.1000&to=5",
			"Rights & {duties}\\100% ER - x. HIV2020, Mexico City, 14 July 2020. 0:00:01–0:00:05, floor, as spoken. Hall & Sons. https://archive.example/en/sessions/public-0?m=t2.1.1000\n"},
		{"an interpretation is not the record", "t=1.5&voice=es",
			"Ana Visible. Rights & {duties}\\100% ER - x. HIV2020, Mexico City, 14 July 2020. 0:00:01–0:00:03, interpretation into Spanish, not the authentic record. Hall & Sons. https://archive.example/en/sessions/public-0?m=t3.1.1500\n"},
		{"who is hidden is nobody", "t=3.5",
			"Rights & {duties}\\100% ER - x. HIV2020, Mexico City, 14 July 2020. 0:00:03, floor, in English, as spoken. Hall & Sons. https://archive.example/en/sessions/public-0?m=t2.1.3500\n"},
		{"a booth that lags may still say what who is hidden said", "m=t3.1.5000",
			"Rights & {duties}\\100% ER - x. HIV2020, Mexico City, 14 July 2020. 0:00:05–0:00:06, interpretation into Spanish, not the authentic record. Hall & Sons. https://archive.example/en/sessions/public-0?m=t3.1.5000\n"},
	} {
		for _, who := range []archive.Standing{archive.Stranger, archive.Administrator} {
			r := s.get("/en/sessions/public-0/cite?format=text&"+c.query, whoHeader, string(who))
			if got := body(t, r); got != c.want || r.StatusCode != 200 {
				t.Errorf("%s: cited by %q as %d\n%swant\n%s", c.name, who, r.StatusCode, got, c.want)
			}
		}
	}
	for query, want := range map[string]int{"m=t2.1.7200": 410, "m=t9.1.5": 410, "m=broken": 410, "voice=fr": 400, "t=1&format=none": 400} {
		if !strings.Contains(query, "format") {
			query += "&format=ris"
		}
		if r := s.get("/en/sessions/public-0/cite?" + query); r.StatusCode != want {
			t.Errorf("GET cite?%s = %d, want %d: what is not there is not cited", query, r.StatusCode, want)
		}
	}
	if ru := body(t, s.get("/ru/sessions/public-0/cite?format=text&m=t3.1.1000")); !strings.Contains(ru, "устный перевод на испанский язык, не является официальной записью") ||
		!strings.Contains(ru, "https://archive.example/ru/sessions/public-0?m=t3.1.1000") {
		t.Errorf("in Russian it is %s", ru)
	}
}

// TestCiteLinkLasts: the link of a citation opens the same words after the voice was shifted, and says when they are withdrawn.
func TestCiteLinkLasts(t *testing.T) {
	s := citeSite(t)
	cite := body(t, s.get("/en/sessions/public-0/cite?format=text&t=1&voice=es"))
	link := strings.TrimPrefix(regexp.MustCompile(`https://\S+`).FindString(cite), "https://archive.example")
	s.update("public-0", func(doc *archive.Session) error {
		voice := doc.Track("t3")
		next := voice.Versions[0]
		next.V, next.Parts = 2, []archive.Part{next.Parts[0]}
		next.Parts[0].AtMs = 500
		voice.Versions, voice.Published = append(voice.Versions, next), 2
		return nil
	})
	if page := body(t, s.get(link)); !strings.Contains(page, `"startMs":1500`) {
		t.Errorf("GET %s after the voice was shifted by 500 ms does not begin at 1500", link)
	}
	m := link[strings.Index(link, "m="):]
	if got := body(t, s.get("/en/sessions/public-0/cite?format=csl&"+m)); !strings.Contains(got, `"startMs": 1500`) || !strings.Contains(got, m) {
		t.Errorf("cited again it is %s, want today's time and the same link", got)
	}
	s.update("public-0", func(doc *archive.Session) error {
		doc.Withdrawn = append(doc.Withdrawn, archive.Withdrawal{ID: "w2", StartMs: 1000, EndMs: 2000})
		return nil
	})
	page := s.get("/en/sessions/public-0/cite?" + m)
	if text := body(t, page); page.StatusCode != 200 || !strings.Contains(text, "no longer in the recording") || strings.Contains(text, "derechos") {
		t.Errorf("the page of a withdrawn moment = %d, want that it is gone and nothing of it", page.StatusCode)
	}
}

func TestCiteForms(t *testing.T) {
	s := citeSite(t)
	get := func(format string) string {
		r := s.get("/en/sessions/public-0/cite?m=t3.1.1000&format=" + format)
		if want := `attachment; filename="public-0-t3-1-1000`; !strings.HasPrefix(r.Header.Get("Content-Disposition"), want) {
			t.Errorf("%s is saved as %s, want %s…", format, r.Header.Get("Content-Disposition"), want)
		}
		return body(t, r)
	}
	bib := get("bibtex")
	if strings.Count(bib, "{") != strings.Count(bib, "}") || !strings.HasPrefix(bib, "@misc{public-0-t3-1-1000,\n") {
		t.Errorf("BibTeX is %s, want braces that close", bib)
	}
	for _, field := range []string{`title = {{Rights \& {\textbraceleft}duties{\textbraceright}{\textbackslash}100\% ER - x}}`, `author = {{Ana Visible}}`, `date = {2020-07-14}`, `month = {jul}`,
		`eventtitle = {{HIV2020}}`, `note = {{0:00:01–0:00:03, interpretation into Spanish, not the authentic record}}`, `publisher = {{Hall \& Sons}}`,
		`url = {https://archive.example/en/sessions/public-0?m=t3.1.1000}`, `langid = {es}`} {
		if !strings.Contains(bib, "  "+field) {
			t.Errorf("BibTeX lacks %s:\n%s", field, bib)
		}
	}
	ris := regexp.MustCompile(`^(TY  - VIDEO\r\n)(?:[A-Z][A-Z0-9]  - [^\r\n]*\r\n)+ER  - \r\n$`)
	if got := get("ris"); !ris.MatchString(got) || strings.Count(got, "ER  - \r\n") != 1 {
		t.Errorf("RIS is %q, want one record, a tag and a value a line", got)
	}
	for _, line := range []string{"AU  - Ana Visible", "T2  - HIV2020", "DA  - 2020/07/14", "LA  - es", "SP  - 0:00:01", "EP  - 0:00:03", "UR  - https://archive.example/en/sessions/public-0?m=t3.1.1000"} {
		if got := get("ris"); !strings.Contains(got, line+"\r\n") {
			t.Errorf("RIS lacks %q: %q", line, got)
		}
	}
	var csl []cslItem
	if err := json.Unmarshal([]byte(get("csl")), &csl); err != nil || len(csl) != 1 {
		t.Fatalf("CSL-JSON: %v", err)
	}
	want := cslItem{ID: "public-0-t3-1-1000", Type: "motion_picture", Title: "Rights & {duties}\\100%\r\nER  - x", Author: []cslName{{"Ana Visible"}}, EventTitle: "HIV2020", EventPlace: "Mexico City",
		Issued: &cslDate{[][]int{{2020, 7, 14}}}, Publisher: "Hall & Sons", Language: "es", Medium: "Video recording", Note: "0:00:01–0:00:03, interpretation into Spanish, not the authentic record",
		URL:    "https://archive.example/en/sessions/public-0?m=t3.1.1000",
		Custom: cslCustom{Session: "public-0", Voice: "t3", StartMs: 1000, EndMs: 3000, Role: "interpretation", Licence: "CC BY 4.0"}}
	if diff := cmp.Diff(want, csl[0]); diff != "" {
		t.Errorf("CSL-JSON differs:\n%s", diff)
	}
	page := body(t, s.get("/ar/sessions/public-0/cite?m=t3.1.1000"))
	for _, part := range []string{"los derechos humanos", `lang="es"`, "format=bibtex", "format=ris", "format=csl", "format=text", "@misc{public-0"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
}

// TestCiteHead: reference managers find in a session's page what it is; nobody who is hidden, also not for staff.
func TestCiteHead(t *testing.T) {
	s := citeSite(t)
	for _, who := range []archive.Standing{archive.Stranger, archive.Administrator} {
		r := s.ask(http.MethodGet, "/en/sessions/public-0", whoHeader, string(who))
		root, err := html.Parse(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		found := map[string][]string{}
		for n := range root.Descendants() {
			if n.Type != html.ElementNode || n.Data != "meta" {
				continue
			}
			var name, content string
			for _, a := range n.Attr {
				switch a.Key {
				case "name":
					name = a.Val
				case "content":
					content = a.Val
				}
			}
			found[name] = append(found[name], content)
		}
		for name, want := range map[string][]string{"citation_title": {"Rights & {duties}\\100% ER - x"}, "citation_author": {"Ana Visible"}, "DC.creator": {"Ana Visible"}, "citation_publication_date": {"2020/07/14"},
			"DC.relation.ispartof": {"HIV2020"}, "DC.type": {"MovingImage"}, "DC.rights": {"CC BY 4.0"}, "DC.publisher": {"Hall & Sons"}, "DC.identifier": {"https://archive.example/en/sessions/public-0"}} {
			if !slices.Equal(found[name], want) {
				t.Errorf("meta %s for %q = %q, want %q", name, who, found[name], want)
			}
		}
	}
}
