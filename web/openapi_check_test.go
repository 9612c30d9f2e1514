package web

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
)

// checker holds JSON against schemas of a document: those keywords of JSON Schema that ours uses, and an unknown one is an error. It is stricter than the standard:
// a field that a schema does not name is an error, too. It remembers which fields it has seen.
type checker struct {
	doc  map[string]any
	seen map[string]bool // component.field
}

func newChecker(document string) (*checker, error) {
	c := &checker{seen: map[string]bool{}}
	return c, json.Unmarshal([]byte(document), &c.doc)
}

// find follows a reference within the document.
func (c *checker) find(ref string) map[string]any {
	at := any(c.doc)
	for _, step := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
		m, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = m[strings.NewReplacer("~1", "/", "~0", "~").Replace(step)]
	}
	m, _ := at.(map[string]any)
	return m
}

// check gives what is wrong with v, which stands at a place.
func (c *checker) check(schema map[string]any, v any, at, component string) (wrong []string) {
	say := func(format string, args ...any) { wrong = append(wrong, at+": "+fmt.Sprintf(format, args...)) }
	for _, key := range slices.Sorted(maps.Keys(schema)) {
		rule := schema[key]
		switch key {
		case "description":
		case "$ref":
			to := c.find(rule.(string))
			if to == nil {
				say("%v leads nowhere", rule)
				continue
			}
			wrong = append(wrong, c.check(to, v, at, rule.(string)[strings.LastIndex(rule.(string), "/")+1:])...)
		case "anyOf":
			var all []string
			for _, one := range rule.([]any) {
				got := c.check(one.(map[string]any), v, at, component)
				if len(got) == 0 {
					all = nil
					break
				}
				all = append(all, got...)
			}
			wrong = append(wrong, all...)
		case "type":
			if !isOfType(rule, v) {
				say("%v is not of type %v", v, rule)
			}
		case "enum":
			if !slices.ContainsFunc(rule.([]any), func(x any) bool { return reflect.DeepEqual(x, v) }) {
				say("%v is none of %v", v, rule)
			}
		case "pattern":
			if s, ok := v.(string); ok && !regexp.MustCompile(rule.(string)).MatchString(s) {
				say("%q does not match %v", s, rule)
			}
		case "format":
			if rule != "date-time" {
				say("format %v is not known", rule)
			} else if _, err := time.Parse(time.RFC3339, v.(string)); err != nil {
				say("%v", err)
			}
		case "minItems":
			if list, ok := v.([]any); ok && float64(len(list)) < rule.(float64) {
				say("%d items, fewer than %v", len(list), rule)
			}
		case "maxItems":
			if list, ok := v.([]any); ok && float64(len(list)) > rule.(float64) {
				say("%d items, more than %v", len(list), rule)
			}
		case "items":
			list, _ := v.([]any)
			for i, x := range list {
				wrong = append(wrong, c.check(rule.(map[string]any), x, fmt.Sprintf("%s[%d]", at, i), component)...)
			}
		case "required":
			m, _ := v.(map[string]any)
			for _, name := range rule.([]any) {
				if _, ok := m[name.(string)]; !ok && m != nil {
					say("%s is missing", name)
				}
			}
		case "properties":
			m, _ := v.(map[string]any)
			for name, x := range m {
				p, ok := rule.(map[string]any)[name].(map[string]any)
				if !ok {
					say("%s is not in the schema", name)
					continue
				}
				c.seen[component+"."+name] = true
				wrong = append(wrong, c.check(p, x, at+"."+name, component)...)
			}
		case "additionalProperties":
			m, _ := v.(map[string]any)
			for name, x := range m {
				wrong = append(wrong, c.check(rule.(map[string]any), x, at+"."+name, component)...)
			}
		default:
			say("the checker does not know %s", key)
		}
	}
	return wrong
}

func isOfType(rule, v any) bool {
	if list, ok := rule.([]any); ok {
		return slices.ContainsFunc(list, func(one any) bool { return isOfType(one, v) })
	}
	switch x := v.(type) {
	case nil:
		return rule == "null"
	case bool:
		return rule == "boolean"
	case string:
		return rule == "string"
	case float64:
		return rule == "number" || rule == "integer" && x == math.Trunc(x)
	case []any:
		return rule == "array"
	}
	return rule == "object"
}
