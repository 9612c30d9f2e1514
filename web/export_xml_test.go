package web

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"cabina/archive"
)

// element is any XML element, as a reader that knows nothing of ours sees it.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// all gives the elements of a name, in the file's order.
func (e element) all(name string) (out []element) {
	for _, c := range e.Children {
		if c.XMLName.Local == name {
			out = append(out, c)
		}
		out = append(out, c.all(name)...)
	}
	return out
}

func (e element) names() (out []string) {
	for _, c := range e.Children {
		out = append(out, c.XMLName.Local)
	}
	return slices.Compact(out)
}

func readXML(t testing.TB, data string) element {
	t.Helper()
	var e element
	if err := xml.Unmarshal([]byte(data), &e); err != nil {
		t.Fatalf("%v in\n%s", err, data)
	}
	return e
}

const captionsOdd = "1\n00:00:00,000 --> 00:00:02,000\nFish & chips, if 3 < 5: \"yes\" ]]>\nsaid he\n\n" +
	"2\n00:00:01,000 --> 00:00:03,000\nقال \u2067\"R&B\"\u2069 \u200fنعم\x01\x0b\n\n" +
	"3\n00:00:05,000 --> 00:00:06,000\nwithdrawn words\n\n" +
	"4\n00:00:06,500 --> 00:00:09,000\nover the end\n"

// oddSite has a session whose English text holds all that XML trips over, cues that overlap and a stretch that was withdrawn.
func oddSite(t *testing.T) *site {
	return newSite(t, func(s *site) {
		doc := s.recorded("public-0", archive.Public)
		doc.Title = archive.Words{"en": "Rights & <duties>"}
		doc.Rights = &archive.Rights{Licence: "https://creativecommons.org/licenses/by/4.0/", Holder: "Hall & Sons"}
		doc.Withdrawn = []archive.Withdrawal{{ID: "w1", StartMs: 5000, EndMs: 6000}}
		doc.Tracks = append(doc.Tracks, archive.Track{ID: "t7", Kind: archive.Text, Role: archive.Captions, Language: "en", Origin: "machine", Published: 1,
			Versions: []archive.Version{{V: 1, Parts: []archive.Part{{Master: s.master(captionsOdd)}}, Source: "srt", Of: &archive.Of{Track: "t2", V: 1}}}})
		doc.NextTrack = 8
		s.add(doc)
	})
}

// said gives the cues of a text by the API, as "start end text" with spaces in place of line ends.
func (s *site) said(text string) (out []string) {
	s.t.Helper()
	for _, x := range s.decoded("/api/v1/sessions/public-0/transcripts/" + text)["cues"].([]any) {
		cue := x.(map[string]any)
		out = append(out, fmt.Sprintf("%v %v %s", cue["startMs"], cue["endMs"], oneLine(cue["text"].(string))))
	}
	return out
}

func TestTEI(t *testing.T) {
	s := oddSite(t)
	r := s.get("/download/public-0/t7.tei.xml?save=1", "Accept-Language", "en")
	text := body(t, r)
	if got := r.Header.Get("Content-Type"); r.StatusCode != 200 || got != "application/tei+xml; charset=utf-8" {
		t.Fatalf("GET t7.tei.xml = %d %s, want application/tei+xml (RFC 6129)", r.StatusCode, got)
	}
	if got := r.Header.Get("Content-Disposition"); got != `attachment; filename="public-0.en.tei.xml"` {
		t.Errorf("Content-Disposition = %s, want public-0.en.tei.xml", got)
	}
	e := readXML(t, strings.ReplaceAll(text, "<lb/>", " "))
	if e.XMLName.Space != "http://www.tei-c.org/ns/1.0" || e.XMLName.Local != "TEI" || e.attr("lang") != "en" {
		t.Errorf("root = %v, want TEI in its namespace, in en", e.XMLName)
	}
	// The order that the schema of TEI P5 asks for.
	for name, want := range map[string][]string{"TEI": {"teiHeader", "text"}, "teiHeader": {"fileDesc", "profileDesc"}, "text": {"timeline", "body"},
		"fileDesc": {"titleStmt", "publicationStmt", "notesStmt", "sourceDesc"}, "publicationStmt": {"publisher", "idno", "availability"}, "body": {"u"}} {
		of := e
		if name != "TEI" {
			of = e.all(name)[0]
		}
		if diff := cmp.Diff(want, of.names()); diff != "" {
			t.Errorf("children of %s differ:\n%s", name, diff)
		}
	}
	when := map[string]string{"#T0": "0"}
	last := int64(0)
	for _, w := range e.all("when")[1:] {
		at, err := strconv.ParseInt(w.attr("interval"), 10, 64)
		if err != nil || at <= last || w.attr("since") != "#T0" {
			t.Errorf("when %s = %s since %s, want rising milliseconds since #T0", w.attr("id"), w.attr("interval"), w.attr("since"))
		}
		last, when["#"+w.attr("id")] = at, w.attr("interval")
	}
	var got []string
	for _, u := range e.all("u") {
		got = append(got, when[u.attr("start")]+" "+when[u.attr("end")]+" "+oneLine(u.Text))
	}
	if diff := cmp.Diff(s.said("t7"), got); diff != "" || len(got) != 3 {
		t.Errorf("%d utterances differ from the cues of the API:\n%s", len(got), diff)
	}
	if strings.Contains(text, "withdrawn words") {
		t.Error("a withdrawn stretch is in the file")
	}
	for name, want := range map[string]string{"title": "Rights & <duties>", "publisher": "Hall & Sons", "licence": "https://creativecommons.org/licenses/by/4.0/",
		"note": "Transcript of the floor"} {
		if got := e.all(name)[0].Text; got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	es := readXML(t, body(t, s.get("/download/public-0/t5.tei.xml", "Accept-Language", "en")))
	if got := es.all("note")[0].Text; got != "Interpretation into Spanish; the authentic record is the floor." {
		t.Errorf("note of an interpretation's text = %q, want that it is not the authentic record", got)
	}
}

func TestEAF(t *testing.T) {
	s := oddSite(t)
	text := body(t, s.get("/download/public-0/t7.eaf", "Accept-Language", "en"))
	e := readXML(t, text)
	// EAFv3.0.xsd has a sequence.
	if diff := cmp.Diff([]string{"LICENSE", "HEADER", "TIME_ORDER", "TIER", "LINGUISTIC_TYPE", "LANGUAGE"}, e.names()); diff != "" || e.attr("FORMAT") != "3.0" {
		t.Errorf("children of ANNOTATION_DOCUMENT %s differ:\n%s", e.attr("FORMAT"), diff)
	}
	var media []string
	for _, m := range e.all("MEDIA_DESCRIPTOR") {
		media = append(media, m.attr("MIME_TYPE")+" "+m.attr("MEDIA_URL"))
		if r := s.ask(http.MethodHead, m.attr("MEDIA_URL")); r.StatusCode != 200 || r.Header.Get("Content-Type") != m.attr("MIME_TYPE") {
			t.Errorf("HEAD %s = %d %s, want what the file says", m.attr("MEDIA_URL"), r.StatusCode, r.Header.Get("Content-Type"))
		}
	}
	if diff := cmp.Diff([]string{"video/mp4 /download/public-0/t2.mp4", "audio/mp4 /download/public-0/t3.m4a"}, media); diff != "" {
		t.Errorf("media differ:\n%s", diff)
	}
	slots, last := map[string]string{}, 0
	for _, x := range e.all("TIME_SLOT") {
		at, err := strconv.Atoi(x.attr("TIME_VALUE"))
		if err != nil || at < last {
			t.Errorf("slot %s is at %s, want times that never fall", x.attr("TIME_SLOT_ID"), x.attr("TIME_VALUE"))
		}
		last, slots[x.attr("TIME_SLOT_ID")] = at, x.attr("TIME_VALUE")
	}
	tiers := map[string][]string{}
	used := map[string]bool{}
	for _, tier := range e.all("TIER") {
		id, end := tier.attr("TIER_ID"), 0
		tiers[id] = nil
		for _, a := range tier.all("ALIGNABLE_ANNOTATION") {
			from, to := a.attr("TIME_SLOT_REF1"), a.attr("TIME_SLOT_REF2")
			for _, ref := range []string{from, to, a.attr("ANNOTATION_ID")} {
				if used[ref] {
					t.Errorf("%s is used twice", ref)
				}
				used[ref] = true
			}
			if at, _ := strconv.Atoi(slots[from]); at < end {
				t.Errorf("tier %s: %s overlaps the annotation before it", id, a.attr("ANNOTATION_ID"))
			}
			end, _ = strconv.Atoi(slots[to])
			tiers[id] = append(tiers[id], slots[from]+" "+slots[to]+" "+oneLine(a.Children[0].Text))
		}
	}
	en := s.said("t7")
	want := map[string][]string{"English t7": {en[0], en[2]}, "English t7 (2)": {en[1]}, "Español t5": s.said("t5")}
	if diff := cmp.Diff(want, tiers); diff != "" {
		t.Errorf("tiers differ from the cues of the API, each text its own, what overlaps on another line:\n%s", diff)
	}
	if first := e.all("TIER")[0].attr("TIER_ID"); first != "English t7" {
		t.Errorf("the first tier is %s, want that of the text that was asked for", first)
	}
	for _, secret := range []string{"withdrawn words", "réservée", "t4", "t6"} {
		if strings.Contains(text, secret) {
			t.Errorf("the file holds %q: withdrawn, or for staff", secret)
		}
	}
	if staff := body(t, s.get("/download/public-0/t7.eaf", whoHeader, string(archive.Contributor))); !strings.Contains(staff, "une phrase réservée") {
		t.Error("a contributor's file lacks the text that is for staff")
	}
}

// TestSpeakersAndInventedLines: speakers are numbers until staff name them, two may speak in one cue, and what a machine invented is marked.
func TestSpeakersAndInventedLines(t *testing.T) {
	s := newSite(t, func(s *site) {
		doc := s.recorded("public-0", archive.Public)
		said := s.master("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Real Name>uno\n\n00:02.000 --> 00:03.000\n- <v Real Name>dos</v>\n- <v Other Name>tres</v>\n\n00:05.000 --> 00:06.000\nLegendas pela comunidade Amara.org\n")
		doc.Tracks = append(doc.Tracks, archive.Track{ID: "t7", Kind: archive.Text, Role: archive.Captions, Language: "pt", Origin: "machine", Published: 1,
			Speakers: []archive.NamedSpeaker{{V: 1, N: 2, Name: "María"}},
			Versions: []archive.Version{{V: 1, Parts: []archive.Part{{Master: said}}, Source: "vtt", Of: &archive.Of{Track: "t2", V: 1}}}})
		doc.NextTrack = 8
		s.add(doc)
	})
	text := body(t, s.get("/download/public-0/t7.tei.xml", "Accept-Language", "en"))
	e := readXML(t, text)
	var persons, who []string
	for _, p := range e.all("person") {
		persons = append(persons, p.attr("id")+" "+p.Children[0].Text)
	}
	for _, u := range e.all("u") {
		who = append(who, u.attr("who")+u.attr("ana"))
	}
	if diff := cmp.Diff([]string{"s1 Speaker 1", "s2 María"}, persons); diff != "" {
		t.Errorf("persons differ:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"#s1", "#s1 #s2", "#invented"}, who); diff != "" || len(e.all("interp")) != 1 {
		t.Errorf("who and ana of the utterances differ:\n%s", diff)
	}
	elan := body(t, s.get("/download/public-0/t7.eaf", "Accept-Language", "en"))
	for _, want := range []string{">Speaker 1: uno<", ">Speaker 1, María: ", ">[Probably invented by a machine:] Legendas"} {
		if !strings.Contains(elan, want) {
			t.Errorf("the EAF lacks %s:\n%s", want, elan)
		}
	}
	corpus := body(t, s.get("/api/v1/corpus"))
	if !strings.Contains(corpus, `"speaker":"Speaker 1, María"`) || strings.Count(corpus, `"invented":true`) != 1 {
		t.Errorf("the corpus is %s, want speakers and the invented line", corpus)
	}
	for _, all := range []string{text, elan, corpus} {
		if strings.Contains(all, "Real Name") || strings.Contains(all, "Other Name") {
			t.Error("a participant's name is in an export")
		}
	}
}

// TestDownloadForms: every form that a page offers is there.
func TestDownloadForms(t *testing.T) {
	s := publicSite(t)
	for _, page := range []string{"/en/sessions/public-0", "/ar/sessions/public-0/transcript/es"} {
		html := body(t, s.get(page))
		for _, f := range slices.Concat(captionForms, transcriptForms) {
			path := "/download/public-0/t5." + f.ext + "?save=1"
			if !strings.Contains(html, `href="`+path+`"`) {
				t.Errorf("%s has no link to %s", page, path)
			}
			if r := s.get(path); r.StatusCode != 200 || !strings.HasPrefix(r.Header.Get("Content-Disposition"), "attachment; filename=") {
				t.Errorf("GET %s = %d, want a file to save", path, r.StatusCode)
			}
		}
	}
	for _, path := range []string{"/download/public-0/t5.xml", "/download/public-0/t5.tei", "/download/public-0/t5", "/download/public-0/t3.eaf"} {
		if r := s.get(path); r.StatusCode != 404 {
			t.Errorf("GET %s = %d, want 404", path, r.StatusCode)
		}
	}
}

// FuzzXML: whatever a text holds, the file is XML and gives it back.
func FuzzXML(f *testing.F) {
	for _, s := range []string{"a & b", "<u>", "]]>", "\x00\x01\x1f", "\ufffe\uffff", "\xff\xfe", "\u202eabc\u202c", "a\r\nb\r\n\r\nc", "\u2028", "𐀀", "&#0;", "--> <!--"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		x := newXML()
		x.start("a", "b", s)
		x.leaf("", "c", s)
		got := readXML(t, string(x.bytes()))
		want := oneLine(strings.ToValidUTF8(s, ""))
		if utf8.ValidString(s) && (oneLine(got.Children[0].Text) != want || oneLine(got.attr("b")) != want) {
			t.Errorf("%q is read back as %q and %q", s, got.Children[0].Text, got.attr("b"))
		}
	})
}
