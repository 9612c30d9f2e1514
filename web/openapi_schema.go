package web

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"strings"
)

// schemas makes JSON Schemas of Go's types by their json tags: a field without omitempty is always there. Named structs are components.
type schemas struct {
	all   jsonMap // by name
	types map[string]reflect.Type
	err   error
}

// of gives the schema of a type.
func (s *schemas) of(t reflect.Type) jsonMap {
	if values := schemaEnums[t]; values != nil {
		return jsonMap{"type": "string", "enum": values}
	}
	if known := schemaTypes[t]; known != nil {
		return known
	}
	switch t.Kind() {
	case reflect.String:
		return jsonMap{"type": "string"}
	case reflect.Bool:
		return jsonMap{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return jsonMap{"type": "integer"}
	case reflect.Slice:
		return jsonMap{"type": "array", "items": s.of(t.Elem())}
	case reflect.Array:
		return jsonMap{"type": "array", "items": s.of(t.Elem()), "minItems": t.Len(), "maxItems": t.Len()}
	case reflect.Map:
		return jsonMap{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Pointer:
		return s.orNull(t.Elem())
	case reflect.Struct:
		return s.component(t)
	}
	s.fail("no schema for %s", t)
	return nil
}

func (s *schemas) orNull(t reflect.Type) jsonMap {
	x := s.of(t)
	if name, ok := x["type"].(string); ok && len(x) == 1 {
		return jsonMap{"type": []string{name, "null"}}
	}
	return jsonMap{"anyOf": []jsonMap{x, {"type": "null"}}}
}

// component describes a struct once.
func (s *schemas) component(t reflect.Type) jsonMap {
	name := schemaName(t)
	ref := jsonMap{"$ref": "#/components/schemas/" + name}
	if was, ok := s.types[name]; ok {
		if was != t {
			s.fail("%s and %s are both called %s: give one another name in schemaNames", was, t, name)
		}
		return ref
	}
	s.types[name] = t
	properties, required := jsonMap{}, []string{}
	s.fields(t, name, properties, &required)
	x := jsonMap{"type": "object", "properties": properties, "required": required}
	if note := schemaNotes[name]; note != "" {
		x["description"] = note
	}
	s.all[name] = x
	return ref
}

// fields adds the fields of a struct, those of structs embedded in it as its own.
func (s *schemas) fields(t reflect.Type, of string, properties jsonMap, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && tag == "":
			s.fields(f.Type, of, properties, required)
			continue
		case tag == "-" || !f.IsExported():
			continue
		case tag == "":
			s.fail("%s.%s has no json tag", t, f.Name)
		}
		typ, omitted := f.Type, strings.Contains(options, "omit")
		if omitted && typ.Kind() == reflect.Pointer {
			typ = typ.Elem() // absent, never null
		}
		x := s.of(typ)
		if note := cmp.Or(fieldNotes[of+"."+tag], fieldNotes[tag]); note != "" {
			x = maps.Clone(x)
			x["description"] = note
		}
		properties[tag] = x
		if !omitted {
			*required = append(*required, tag)
		}
	}
}

func (s *schemas) fail(format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf(format, args...)
	}
}
