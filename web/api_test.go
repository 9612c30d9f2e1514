package web

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cabina/archive"
)

// decoded asks the API and gives the answer as JSON has it.
func (s *site) decoded(path string, header ...string) map[string]any {
	s.t.Helper()
	r := s.get(path, header...)
	text := body(s.t, r)
	var out map[string]any
	if err := json.Unmarshal([]byte(text), &out); err != nil || r.StatusCode != 200 || r.Header.Get("Content-Type") != "application/json" {
		s.t.Fatalf("GET %s = %d %s %s (%v), want JSON", path, r.StatusCode, r.Header.Get("Content-Type"), text, err)
	}
	return out
}

func fields(v any) []string { return slices.Sorted(maps.Keys(v.(map[string]any))) }

func first(v any) map[string]any { return v.([]any)[0].(map[string]any) }

// TestAPISearch holds the answer against the contract, field by field.
func TestAPISearch(t *testing.T) {
	s := newSite(t, func(s *site) {
		doc := s.recorded("public-0", archive.Public)
		doc.Conference = "conf"
		english := s.master("1\n00:00:01,000 --> 00:00:03,000\nhuman rights\n")
		doc.Tracks = append(doc.Tracks, archive.Track{ID: "t7", Kind: archive.Text, Role: archive.Captions, Language: "en", Published: 1,
			Versions: []archive.Version{{V: 1, Parts: []archive.Part{{Master: english}}, Source: "srt", Of: &archive.Of{Track: "t2", V: 1}}}})
		doc.NextTrack = 8
		s.add(doc)
	})
	q := url.QueryEscape(`"derechos humanos" empiezan`)
	a := s.decoded("/api/v1/search?q="+q+"&lang=es", "Accept-Language", "de, pt;q=0.5")
	want := map[string][]string{
		"answer": {"counts", "index", "next", "query", "sessions"}, "query": {"languages", "text"}, "index": {"asOf", "complete"},
		"counts":  {"allWords", "anyWord", "byConference", "byLanguage", "byYear", "sessions", "unit"},
		"session": {"conference", "date", "id", "moments", "more", "title"},
		"moment":  {"endMs", "hits", "id", "languages", "parallel", "startMs", "url", "words"},
		"hit":     {"endMs", "language", "lines", "origin", "original", "role", "startMs", "text", "voice"},
		"line":    {"endMs", "marks", "startMs", "text"}, "parallel": {"endMs", "language", "lines", "startMs", "text", "voice"},
	}
	session := first(a["sessions"])
	moment := first(session["moments"])
	hit := first(moment["hits"])
	got := map[string][]string{
		"answer": fields(a), "query": fields(a["query"]), "index": fields(a["index"]), "counts": fields(a["counts"]), "session": fields(session),
		"moment": fields(moment), "hit": fields(hit), "line": fields(first(hit["lines"])), "parallel": fields(first(moment["parallel"])),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the answer's fields differ from the contract's:\n%s", diff)
	}
	line := first(hit["lines"])
	if moment["url"] != "/pt/sessions/public-0?m=t3.1.1000" || moment["id"] != "t3.1.1000" || moment["startMs"] != line["startMs"] || hit["voice"] != "t3" {
		t.Errorf("moment = %v, want t3.1.1000 with an address in pt, the first of Accept-Language that the interface has", moment)
	}
	if text, mark := []rune(line["text"].(string)), first2(line["marks"]); string(text[mark[0]:mark[1]]) != "derechos humanos" {
		t.Errorf("line = %v, want derechos humanos marked", line)
	}
	if diff := cmp.Diff(map[string]any{"text": `"derechos humanos" empiezan`, "languages": []any{"es"}}, a["query"]); diff != "" {
		t.Errorf("query differs:\n%s", diff)
	}
	flat := s.decoded("/api/v1/moments?q=" + q)
	if diff := cmp.Diff([]string{"conference", "date", "endMs", "hits", "id", "languages", "parallel", "session", "startMs", "title", "url", "words"}, fields(first(flat["moments"]))); diff != "" {
		t.Errorf("a flat moment's fields differ:\n%s", diff)
	}
	if got := first(flat["moments"])["url"]; got != "/en/sessions/public-0?m=t3.1.1000" {
		t.Errorf("url without Accept-Language = %v, want it in en", got)
	}
	around := s.decoded("/api/v1/search?around=1&q=empiezan")
	if hit := first(first(first(around["sessions"])["moments"])["hits"]); hit["before"] == nil {
		t.Errorf("hit = %v, want the cue before it in before", hit)
	}
	if none := s.decoded("/api/v1/search?q=empiezan&lang=en"); len(none["sessions"].([]any)) != 0 {
		t.Errorf("sessions = %v, want none in English", none["sessions"])
	}
}

func first2(v any) [2]int {
	pair := v.([]any)[0].([]any)
	return [2]int{int(pair[0].(float64)), int(pair[1].(float64))}
}

func TestAPISessions(t *testing.T) {
	s := newSite(t, func(s *site) {
		for i := range 5 {
			doc := &archive.Session{ID: fmt.Sprintf("s%d", i), Visibility: archive.Public, Title: archive.Words{"en": "x"}, Clock: archive.Clock{N: 1}, NextTrack: 1}
			doc.At = []string{"2020-07-14T14:00:00Z", "2020-07-14T14:00:00Z", "2020-08-01", "", ""}[i]
			if i%2 == 0 {
				doc.Conference = "even"
			}
			s.add(doc)
		}
		s.add(&archive.Session{ID: "draft", Visibility: archive.Draft, Clock: archive.Clock{N: 1}, NextTrack: 1})
		s.add(&archive.Session{ID: "hidden", Visibility: archive.Unlisted, Token: tokenOf("hidden"), Clock: archive.Clock{N: 1}, NextTrack: 1})
	})
	ids := func(a map[string]any) (out []string) {
		for _, x := range a["sessions"].([]any) {
			out = append(out, x.(map[string]any)["id"].(string))
		}
		return out
	}
	newest := []string{"s2", "s0", "s1", "s3", "s4"}
	if got := ids(s.decoded("/api/v1/sessions")); !slices.Equal(got, newest) {
		t.Errorf("sessions = %v, want %v: newest first, without those that are not public", got, newest)
	}
	if got := ids(s.decoded("/api/v1/sessions?conference=even")); !slices.Equal(got, []string{"s2", "s0", "s4"}) {
		t.Errorf("sessions of a conference = %v, want s2, s0, s4", got)
	}
	var paged []string
	path := "/api/v1/sessions?limit=2"
	for range 9 {
		a := s.decoded(path)
		paged = append(paged, ids(a)...)
		if a["next"] == nil {
			break
		}
		path = "/api/v1/sessions?limit=2&cursor=" + url.QueryEscape(a["next"].(string))
	}
	if !slices.Equal(paged, newest) {
		t.Errorf("sessions page by page = %v, want each once: %v", paged, newest)
	}
	staff := s.decoded("/api/v1/sessions", whoHeader, string(archive.Editor))
	if got := ids(staff); len(got) != 7 {
		t.Errorf("sessions of an editor = %v, want all 7", got)
	}
	for _, x := range staff["sessions"].([]any) {
		if x := x.(map[string]any); x["id"] == "hidden" && x["url"] != "/en/sessions/hidden~"+tokenOf("hidden") {
			t.Errorf("url of an unlisted session = %v, want it with its token, for an editor to hand on", x["url"])
		}
	}
}

func TestAPISession(t *testing.T) {
	s := newSite(t, func(s *site) {
		s.add(s.recorded("public-0", archive.Public))
		s.add(s.recorded("unlisted", archive.Unlisted))
	})
	a := s.decoded("/api/v1/sessions/public-0")
	want := []string{"at", "chapters", "clock", "id", "lengthMs", "master", "people", "plays", "spans", "summary", "texts", "title", "tracks", "url", "voices"}
	want = slices.DeleteFunc(want, func(f string) bool { return f == "summary" }) // it has none
	if diff := cmp.Diff(want, fields(a)); diff != "" {
		t.Errorf("the session's fields differ:\n%s", diff)
	}
	if diff := cmp.Diff([]any{map[string]any{"id": "p1", "name": "Ana Visible", "role": "speaker"}}, a["people"]); diff != "" {
		t.Errorf("people differ:\n%s", diff)
	}
	for _, field := range []string{"chapters", "spans"} {
		if got := fmt.Sprint(a[field]); strings.Contains(got, "p2") {
			t.Errorf("%s = %s, want nobody who is hidden", field, got)
		}
	}
	if got := fmt.Sprint(a["voices"], a["texts"]); got != "[mul es] [es]" {
		t.Errorf("voices and texts = %s, want [mul es] [es]", got)
	}
	address := "unlisted~" + tokenOf("unlisted")
	hidden := s.decoded("/api/v1/sessions/" + address)
	followed := 0
	for _, x := range append(hidden["tracks"].([]any), hidden) {
		for field, v := range x.(map[string]any) {
			path, ok := v.(string)
			if !ok || !strings.HasPrefix(path, "/") {
				continue
			}
			followed++
			if r := s.get(path); r.StatusCode != 200 {
				t.Errorf("GET %s %s = %d, want 200: addresses carry the token on", field, path, r.StatusCode)
			}
		}
	}
	if followed < 8 {
		t.Errorf("%d addresses in %v, want those of master, page, playlists, captions, transcript and downloads", followed, hidden)
	}
}

func TestAPITranscript(t *testing.T) {
	s := newSite(t, func(s *site) {
		doc := s.recorded("public-0", archive.Public)
		add := func(id, data string, l archive.Language, of string) {
			v := archive.Version{V: 1, Parts: []archive.Part{{Master: s.master(data)}}, Source: "srt"}
			if of != "" {
				v.Of = &archive.Of{Track: of, V: 1}
			}
			doc.Tracks = append(doc.Tracks, archive.Track{ID: id, Kind: archive.Text, Role: archive.Captions, Language: l, Published: 1, Versions: []archive.Version{v}})
		}
		add("t10", "1\n00:00:01,000 --> 00:00:03,000\ndie Menschenrechte\n", "de", "t3")
		doc.Tracks[4], doc.Tracks[6] = doc.Tracks[6], doc.Tracks[4] // the translation stands before what it was made from
		add("t7", "1\n00:00:01,000 --> 00:00:02,000\nals gesprochen\n", "mul", "t2")
		add("t8", "1\n00:00:01,000 --> 00:00:02,000\nиз зала\n", "ru", "t2")
		add("t9", "1\n00:00:01,000 --> 00:00:02,000\nsem voz\n", "pt", "")
		doc.NextTrack = 11
		s.add(doc)
	})
	for name, want := range map[string]string{
		"es": "t5", "t3": "t5", "t5": "t5", "floor": "t7", "mul": "t7", "t2": "t7", "ru": "t8", "t8": "t8", "pt": "t9", "fr": "", "de": "t10", "it": "", "t1": "", "t99": "",
	} {
		path := "/api/v1/sessions/public-0/transcripts/" + name
		if want == "" {
			if r := s.get(path); r.StatusCode != 404 {
				t.Errorf("GET %s = %d, want 404: no other language is put in its place", path, r.StatusCode)
			}
			continue
		}
		if got := s.decoded(path)["text"]; got != want {
			t.Errorf("GET %s = text %v, want %s", path, got, want)
		}
	}
	got := s.decoded("/api/v1/sessions/public-0/transcripts/es")
	cues := []any{
		map[string]any{"startMs": 1000.0, "endMs": 3000.0, "text": "los derechos humanos"},
		map[string]any{"startMs": 3500.0, "endMs": 6000.0, "text": "empiezan en casa"},
	}
	if diff := cmp.Diff(map[string]any{"session": "public-0", "text": "t5", "voice": "t3", "version": 1.0, "language": "es", "role": "captions", "origin": "machine",
		"checked": false, "lengthMs": float64(lengthMs), "cues": cues}, got); diff != "" {
		t.Errorf("transcript differs:\n%s", diff)
	}
}
