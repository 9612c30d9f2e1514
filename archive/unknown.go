package archive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Unknown holds the fields of a JSON object that this program does not know: a newer one may have written them, and they are
// written back as they came (design, section 8, promise 10).
type Unknown map[string]json.RawMessage

// decode reads data into known, a pointer to a struct without JSON methods of its own, and keeps all other fields in unknown.
func decode(data []byte, known any, unknown *Unknown) error {
	if err := json.Unmarshal(data, known); err != nil {
		return err
	}
	var all Unknown
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	names := fieldNames(reflect.TypeOf(known).Elem())
	for name := range all {
		if slices.Contains(names, name) {
			delete(all, name)
		}
	}
	*unknown = nil
	if len(all) > 0 {
		*unknown = all
	}
	return nil
}

// encode writes known with the fields of unknown behind it, in the order of their names.
func encode(known any, unknown Unknown) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(known); err != nil {
		return nil, err
	}
	out := bytes.TrimRight(b.Bytes(), "\n")
	if len(unknown) == 0 {
		return out, nil
	}
	extra, err := json.Marshal(unknown)
	if err != nil {
		return nil, fmt.Errorf("unknown fields: %w", err)
	}
	out = out[:len(out)-1]
	if len(out) > 1 {
		out = append(out, ',')
	}
	return append(out, extra[1:]...), nil
}

var namesOf sync.Map // reflect.Type to []string; derived from types alone

func fieldNames(t reflect.Type) []string {
	if n, ok := namesOf.Load(t); ok {
		return n.([]string)
	}
	var names []string
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			names = append(names, name)
		}
	}
	namesOf.Store(t, names)
	return names
}
