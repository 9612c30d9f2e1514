package web

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cabina/archive"
)

// apiSite is full of all that the API can say.
func apiSite(t *testing.T) *site {
	return newSite(t, func(s *site) {
		doc := s.recorded("public-0", archive.Public)
		doc.Conference, doc.Topics, doc.Summary = "conf", []string{"rights"}, archive.Words{"en": "About it"}
		doc.Rights = &archive.Rights{Licence: "CC BY 4.0", Holder: "Hall", Contact: "ask@example.org"}
		doc.Spans = []archive.Span{{EndMs: 4000, Language: "es", Person: "p1"}}
		text := func(id, data string, l archive.Language, of string) {
			doc.Tracks = append(doc.Tracks, archive.Track{ID: id, Kind: archive.Text, Role: archive.Captions, Language: l, Origin: "human", Checked: "a1", Published: 1,
				Versions: []archive.Version{{V: 1, Parts: []archive.Part{{Master: s.master(data)}}, Source: "vtt", Of: &archive.Of{Track: of, V: 1}}}})
		}
		text("t7", "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Somebody>human rights\n", "en", "t2")
		text("t9", "WEBVTT\n\n00:01.000 --> 00:03.000\nСубтитры сделал DimaTorzok\n", "ru", "t2")
		doc.Tracks[len(doc.Tracks)-1].Origin, doc.Tracks[len(doc.Tracks)-1].Checked = "machine", ""
		text("t8", "WEBVTT\n\n00:01.000 --> 00:03.000\nlos derechos humanos, dichos\n", "mul", "t2")
		doc.NextTrack = 10
		s.add(doc)
		old := s.recorded("public-1", archive.Public)
		old.At = ""
		s.add(old)
		bare := &archive.Session{ID: "public-2", Visibility: archive.Public, Title: archive.Words{"en": "Derechos"}, Clock: archive.Clock{N: 1}, NextTrack: 1}
		s.add(bare)
		conf := &archive.Conference{ID: "conf", Visibility: archive.Public, Title: archive.Words{"en": "All"}}
		if _, err := s.Archive.CreateConference(t.Context(), conf); err != nil {
			t.Fatal(err)
		}
	})
}

// apiAsks are requests of each route of the API, with what is answered.
var apiAsks = map[string][]string{
	"/api/v1/search":                               {"?q=derechos&around=1&limit=1", "?q=derechos&lang=es,en&conference=conf&session=public-0", "?q=nowhere", "?q=casa&around=1", "?q=rights+-", "?q=human+rights"},
	"/api/v1/moments":                              {"?q=derechos&around=1", "?q=empiezan&limit=1"},
	"/api/v1/sessions":                             {"", "?limit=1", "?conference=conf"},
	"/api/v1/sessions/:session":                    {"public-0", "public-1", "public-2"},
	"/api/v1/sessions/:session/transcripts/:voice": {"public-0/transcripts/es", "public-0/transcripts/en", "public-0/transcripts/floor", "public-0/transcripts/ru"},
	"/api/v1/lines": {"?q=derechos&limit=1", "?q=derechos&beside=1&sort=left&lang=es", "?q=derechos&sample=1&seed=7&format=json", "?q=derechos&format=jsonl&beside=1", "?q=derechos&format=csv",
		"?q=derechos&format=xlsx", "?q=%22&format=csv", "?q=nowhere&format=csv"},
	"/api/v1/lines/:line":  {"public-0.t5.1.c0001.4-12", "public-0.t5.1.c0001", "public-0.t7.1.c0001.6-12", "public-0.t5.1.c0001.90-99", "public-0.t5"},
	"/api/v1/corpus":       {"", "?conference=conf&lang=en,es"},
	"/api/v1/openapi.json": {""},
}

// apiPath is the address of an ask: path is of the table of routes.
func apiPath(path, ask string) string {
	if before, _, ok := strings.Cut(path, ":"); ok {
		return before + ask
	}
	return path + ask
}

// TestOpenAPI holds every answer of the API against its description, and the description against the routes.
func TestOpenAPI(t *testing.T) {
	s := apiSite(t)
	check, err := newChecker(body(t, s.get("/api/v1/openapi.json")))
	if err != nil {
		t.Fatal(err)
	}
	s.update("public-0", func(doc *archive.Session) error {
		v := doc.Track("t7").Versions[0]
		v.V, v.Parts = 2, []archive.Part{{Master: s.master("WEBVTT\n\n00:01.000 --> 00:03.000\n<v Somebody>the human rights\n")}}
		doc.Track("t7").Versions, doc.Track("t7").Published = append(doc.Track("t7").Versions, v), 2
		return nil
	})
	s.wait("a replaced line is known by its new id", func() bool {
		return s.get("/api/v1/lines/public-0.t7.1.c0001.6-12").StatusCode == 200 && s.decoded("/api/v1/lines/public-0.t7.1.c0001.6-12")["now"] == "public-0.t7.2.c0001.10-16"
	})
	var described, routed []string
	for path := range check.doc["paths"].(map[string]any) {
		described = append(described, path)
	}
	for _, r := range s.routes(nil) {
		if r.kind == anAPI {
			routed = append(routed, openPath(r.path))
		}
	}
	slices.Sort(described)
	slices.Sort(routed)
	if diff := cmp.Diff(routed, described); diff != "" || check.doc["openapi"] != "3.1.0" {
		t.Errorf("the paths of OpenAPI %v differ from the routes of the API:\n%s", check.doc["openapi"], diff)
	}
	for _, r := range s.routes(nil) {
		if r.kind != anAPI {
			continue
		}
		if len(apiAsks[r.path]) == 0 {
			t.Errorf("nothing is asked of %s: add it to apiAsks", r.path)
		}
		op := check.find("#/paths/" + strings.ReplaceAll(openPath(r.path), "/", "~1") + "/get")
		for _, ask := range apiAsks[r.path] {
			s.holdAnswer(check, op, apiPath(r.path, ask))
		}
		s.holdParameters(check, op, apiPath(r.path, apiAsks[r.path][0]))
	}
	s.holdAnswer(check, check.find("#/paths/~1api~1v1~1sessions~1{session}/get"), "/api/v1/sessions/nothing0")
	var unseen []string
	for name, x := range check.find("#/components/schemas") {
		for field := range x.(map[string]any)["properties"].(map[string]any) {
			if !check.seen[name+"."+field] {
				unseen = append(unseen, name+"."+field)
			}
		}
	}
	slices.Sort(unseen)
	if len(unseen) > 0 {
		t.Errorf("fields that are described and were in no answer: %v; ask for them in apiAsks", unseen)
	}
}

// holdAnswer asks and holds status, media type and body against an operation.
func (s *site) holdAnswer(check *checker, op map[string]any, path string) {
	s.t.Helper()
	r := s.get(path)
	text := body(s.t, r)
	response, ok := op["responses"].(map[string]any)[strconv.Itoa(r.StatusCode)].(map[string]any)
	if ref, is := response["$ref"].(string); is {
		response = check.find(ref)
	}
	mime, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	content, _ := response["content"].(map[string]any)
	media, described := content[mime].(map[string]any)
	if !ok || !described {
		s.t.Errorf("GET %s = %d %s, which is not described: %s", path, r.StatusCode, mime, text)
		return
	}
	if r.Header.Get("Access-Control-Allow-Origin") != "*" || r.Header.Get("Access-Control-Allow-Credentials") != "" {
		s.t.Errorf("GET %s: want it to be for scripts from anywhere, without credentials", path)
	}
	if response["headers"] != nil && r.StatusCode >= 500 && r.Header.Get("Retry-After") == "" {
		s.t.Errorf("GET %s: want Retry-After", path)
	}
	schema, bodies := media["schema"].(map[string]any), []string{text}
	if line, ok := media["x-line"].(map[string]any); ok {
		schema, bodies = line, strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	}
	if !strings.HasSuffix(mime, "json") && !strings.HasSuffix(mime, "jsonl") {
		return
	}
	for i, one := range bodies {
		var v any
		if err := json.Unmarshal([]byte(one), &v); err != nil {
			s.t.Errorf("GET %s, line %d: %v in %s", path, i+1, err, one)
			return
		}
		for _, wrong := range check.check(schema, v, "$", "") {
			s.t.Errorf("GET %s, line %d: %s", path, i+1, wrong)
		}
	}
}

// holdParameters asks with values that the description does not allow: each is a 400 that is described.
func (s *site) holdParameters(check *checker, op map[string]any, path string) {
	s.t.Helper()
	at, query, _ := strings.Cut(path, "?")
	params, _ := op["parameters"].([]any)
	for _, x := range params {
		p := x.(map[string]any)
		schema, _ := p["schema"].(map[string]any)
		if p["in"] != "query" {
			continue
		}
		var bad []string
		if most, ok := schema["maximum"].(float64); ok {
			bad = append(bad, fmt.Sprint(most+1), fmt.Sprint(schema["minimum"].(float64)-1), "many")
		}
		if schema["enum"] != nil {
			bad = append(bad, "none-of-these")
		}
		if p["name"] == "cursor" {
			bad = append(bad, "not a cursor")
		}
		if p["name"] == "lang" {
			bad = append(bad, "?!")
		}
		for _, value := range bad {
			values, err := url.ParseQuery(query)
			if err != nil {
				s.t.Fatal(err)
			}
			values.Set(p["name"].(string), value)
			if r := s.get(at + "?" + values.Encode()); r.StatusCode != http.StatusBadRequest || r.Header.Get("Content-Type") != "application/problem+json" {
				s.t.Errorf("GET %s?%s = %d, want a problem: the description does not allow %s", at, values.Encode(), r.StatusCode, value)
			}
			s.holdAnswer(check, op, at+"?"+values.Encode())
		}
	}
}

// TestOpenAPINotes: no note is of a field that is not there, and every operation, parameter and component is explained.
func TestOpenAPINotes(t *testing.T) {
	s := apiSite(t)
	check, err := newChecker(body(t, s.get("/api/v1/openapi.json")))
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]bool{}
	for name, x := range check.find("#/components/schemas") {
		for field := range x.(map[string]any)["properties"].(map[string]any) {
			fields[field], fields[name+"."+field] = true, true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(fieldNotes)) {
		if !fields[name] {
			t.Errorf("fieldNotes explains %s, which no component has", name)
		}
	}
	for name := range schemaNotes {
		if check.find("#/components/schemas/"+name) == nil {
			t.Errorf("schemaNotes explains %s, which is no component", name)
		}
	}
	ids := map[string]bool{}
	for path, x := range check.doc["paths"].(map[string]any) {
		op := x.(map[string]any)["get"].(map[string]any)
		if ids[op["operationId"].(string)] || op["summary"] == "" {
			t.Errorf("%s: want an operationId of its own, and a summary", path)
		}
		ids[op["operationId"].(string)] = true
		params, _ := op["parameters"].([]any)
		for _, p := range params {
			if p := p.(map[string]any); p["$ref"] == nil && p["description"] == "" {
				t.Errorf("%s: parameter %s is not explained", path, p["name"])
			}
		}
	}
}
