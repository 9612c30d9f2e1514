package web

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

// The description of the API (OpenAPI 3.1), made from the routes, the table in openapi_table.go and the very types that are answered: what is said there cannot part
// from what is given. A route of kind anAPI that is not in the table, or the other way round, ends the program when it starts.

// jsonMap is any JSON object.
type jsonMap = map[string]any

// apiDocument answers GET /api/v1/openapi.json.
func (s *Server) apiDocument(c echo.Context) error {
	return s.answer(c, "application/json", s.openAPI, keepAsk)
}

// describeAPI makes the document; public is the address of the site, empty: relative.
func describeAPI(routes []route, public string) ([]byte, error) {
	table := operations()
	known := schemas{all: jsonMap{}, types: map[string]reflect.Type{}}
	problems := known.of(reflect.TypeFor[problem]())
	paths := jsonMap{}
	for _, r := range routes {
		if r.kind != anAPI {
			continue
		}
		op, ok := table[r.path]
		if !ok {
			return nil, fmt.Errorf("the API's %s is not described in openapi_table.go", r.path)
		}
		delete(table, r.path)
		paths[openPath(r.path)] = jsonMap{"get": op.describe(r, &known)}
	}
	if len(table) > 0 {
		return nil, fmt.Errorf("openapi_table.go describes %v, which are no routes", slices.Sorted(maps.Keys(table)))
	}
	if known.err != nil {
		return nil, known.err
	}
	if public == "" {
		public = "/"
	}
	data, err := json.MarshalIndent(jsonMap{
		"openapi": "3.1.0",
		"info":    jsonMap{"title": "Cabina", "version": "1", "summary": apiSummary, "description": apiDescription},
		"servers": []jsonMap{{"url": public}},
		"paths":   paths,
		"components": jsonMap{
			"schemas":    known.all,
			"parameters": jsonMap{"AcceptLanguage": acceptLanguage},
			"responses":  problemResponses(problems),
		},
	}, "", " ")
	return append(data, '\n'), err
}

// operation is what the table says of a route. Its answer is a value of the type that the JSON body has.
type operation struct {
	id      string
	summary string
	text    string
	params  []parameter
	answer  any
	lines   any               // of the type of each line, where the answer is JSON Lines; answer is nil then, or has ?format=
	forms   map[string]string // other media types, with what they are
	worded  bool              // by Accept-Language
	status  []int             // of errors, beside 400 where there are parameters, 404 and 410 where it is about a session, and 503
}

// parameter is one of a route's. Those of the path need no schema.
type parameter struct {
	name   string
	text   string
	schema jsonMap
	many   bool // may be given several times
	must   bool
}

func (op operation) describe(r route, known *schemas) jsonMap {
	content := jsonMap{}
	if op.answer != nil {
		content["application/json"] = jsonMap{"schema": known.of(reflect.TypeOf(op.answer))}
	}
	if op.lines != nil {
		content[jsonLines] = jsonMap{"schema": jsonMap{"type": "string", "description": "A JSON object a line, each as the schema x-line."}, "x-line": known.of(reflect.TypeOf(op.lines))}
	}
	for mime, text := range op.forms {
		content[mime] = jsonMap{"schema": jsonMap{"type": "string", "description": text}}
	}
	responses := jsonMap{
		"200": jsonMap{"description": op.summary, "headers": jsonMap{"ETag": jsonMap{"schema": jsonMap{"type": "string"}}}, "content": content},
		"304": jsonMap{"description": "Nothing has changed since the answer whose ETag stands in If-None-Match."},
	}
	var params []jsonMap
	for _, name := range pathParams(r.path) {
		params = append(params, jsonMap{"name": name, "in": "path", "required": true, "description": pathNotes[name], "schema": jsonMap{"type": "string"}})
	}
	for _, p := range op.params {
		x := jsonMap{"name": p.name, "in": "query", "description": p.text, "schema": p.schema}
		if p.must {
			x["required"] = true
		}
		if p.many {
			x["schema"] = jsonMap{"type": "array", "items": p.schema}
			x["style"], x["explode"] = "form", true
		}
		params = append(params, x)
	}
	if op.worded {
		params = append(params, jsonMap{"$ref": "#/components/parameters/AcceptLanguage"})
	}
	for _, status := range op.statuses(r) {
		responses[strconv.Itoa(status)] = jsonMap{"$ref": "#/components/responses/" + problemNames[status]}
	}
	out := jsonMap{"operationId": op.id, "summary": op.summary, "responses": responses}
	if op.text != "" {
		out["description"] = op.text
	}
	if params != nil {
		out["parameters"] = params
	}
	return out
}

// statuses gives the errors that a route may answer.
func (op operation) statuses(r route) []int {
	out := slices.Clone(op.status)
	if len(op.params) > 0 {
		out = append(out, 400)
	}
	if r.about == aboutSession || r.about == aboutTrack {
		out = append(out, 404, 410)
	}
	return out
}

var pathParam = regexp.MustCompile(`:(\w+)`)

// openPath writes a route's path as OpenAPI does: {session} for :session.
func openPath(path string) string { return pathParam.ReplaceAllString(path, "{$1}") }

func pathParams(path string) (out []string) {
	for _, m := range pathParam.FindAllStringSubmatch(path, -1) {
		out = append(out, m[1])
	}
	return out
}

// problemNames are the components that describe errors.
var problemNames = map[int]string{400: "BadRequest", 404: "NotFound", 410: "Gone", 429: "TooMany", 503: "Busy"}

func problemResponses(problems jsonMap) jsonMap {
	out := jsonMap{}
	for status, name := range problemNames {
		x := jsonMap{"description": problemNotes[status], "content": jsonMap{"application/problem+json": jsonMap{"schema": problems}}}
		if status == 429 || status == 503 {
			x["headers"] = jsonMap{"Retry-After": jsonMap{"description": "Seconds after which to ask again.", "schema": jsonMap{"type": "integer"}}}
		}
		out[name] = x
	}
	return out
}

// schemaName is a type's name in the document.
func schemaName(t reflect.Type) string {
	if name := schemaNames[t]; name != "" {
		return name
	}
	return strings.ToUpper(t.Name()[:1]) + t.Name()[1:]
}
