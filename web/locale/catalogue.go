package locale

import (
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed text/*.json
var files embed.FS

// catalogues gives what the embedded files say. It is made once, when it is first asked for, and never changed: each run of a media tool starts this program, and says
// nothing to anyone.
var catalogues = sync.OnceValue(mustRead)

// catalogue is the sentences of one language, by key.
type catalogue map[string]message

// message is one sentence: in one form, or in a form for each plural category.
type message struct {
	forms  map[string]sentence // by CLDR category; a sentence that does not count has "other" alone
	counts bool
}

// sentence is a text cut at its gaps: text, gap, text, gap, …, text.
type sentence []string

var gapPattern = regexp.MustCompile(`\{([a-zA-Z]+)\}`)

func mustRead() map[Lang]catalogue {
	out := map[Lang]catalogue{}
	for _, l := range Langs() {
		data, err := files.ReadFile("text/" + string(l) + ".json")
		if err == nil {
			out[l], err = read(data)
		}
		if err != nil {
			panic(fmt.Sprintf("embedded texts of %s: %v", l, err)) // the program itself is broken
		}
	}
	return out
}

// read reads a file: {"key": "sentence with {gap}", "key": {"one": "…", "other": "…"}}.
func read(data []byte) (catalogue, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, err
	}
	c := catalogue{}
	for key, r := range raw {
		var one string
		if json.Unmarshal(r, &one) == nil {
			c[key] = message{forms: map[string]sentence{"other": cut(one)}}
			continue
		}
		var many map[string]string
		if err := json.Unmarshal(r, &many); err != nil {
			return nil, fmt.Errorf("%s: want a sentence or its plural forms", key)
		}
		m := message{forms: map[string]sentence{}, counts: true}
		for form, s := range many {
			m.forms[form] = cut(s)
		}
		c[key] = m
	}
	return c, nil
}

func cut(s string) sentence {
	var out sentence
	at := 0
	for _, m := range gapPattern.FindAllStringSubmatchIndex(s, -1) {
		out = append(out, s[at:m[0]], s[m[2]:m[3]])
		at = m[1]
	}
	return append(out, s[at:])
}

// form gives the sentence for the number in gap n.
func (m message) form(l Lang, gaps []any) sentence {
	if !m.counts {
		return m.forms["other"]
	}
	if n, ok := number(gap(gaps, "n")); ok {
		if s, ok := m.forms[category(l.Tag(), n)]; ok {
			return s
		}
	}
	return m.forms["other"]
}

// category is the CLDR plural category of a whole number of n things. The tables are those of CLDR 32: "many" of Spanish, French and Portuguese, which
// came later and begins at a million, is not told from "other".
func category(t language.Tag, n int64) string {
	n = max(n, -n)
	switch plural.Cardinal.MatchPlural(t, int(n%10_000_000), 0, 0, 0, 0) {
	case plural.Zero:
		return "zero"
	case plural.One:
		return "one"
	case plural.Two:
		return "two"
	case plural.Few:
		return "few"
	case plural.Many:
		return "many"
	}
	return "other"
}

// Say gives the sentence of a key as plain text. Gaps come in pairs, name and value: l.Say("count.sessions", "n", 3); a whole number is written the way the
// language writes it. A key that does not exist is given between ⟦ and ⟧, which no test lets through.
func (l Lang) Say(key string, gaps ...any) string {
	s := l.sentence(key, gaps)
	var b strings.Builder
	for i, part := range s {
		if i%2 == 0 {
			b.WriteString(part)
			continue
		}
		b.WriteString(l.plain(part, gaps))
	}
	return b.String()
}

// HTML is Say for a page: sentence and gaps are escaped, but for gaps that are template.HTML. Put into an attribute by html/template, it loses its tags.
func (l Lang) HTML(key string, gaps ...any) template.HTML {
	s := l.sentence(key, gaps)
	var b strings.Builder
	for i, part := range s {
		if i%2 == 0 {
			b.WriteString(template.HTMLEscapeString(part))
			continue
		}
		if h, ok := gap(gaps, part).(template.HTML); ok {
			b.WriteString(string(h))
			continue
		}
		b.WriteString(template.HTMLEscapeString(l.plain(part, gaps)))
	}
	return template.HTML(b.String()) // #nosec: every part of it is escaped above or was HTML already
}

// Pattern gives a sentence with its gaps still in it, as "{n} sessions": for the script of a page, which fills them itself.
func (l Lang) Pattern(key string) string {
	var b strings.Builder
	for i, part := range l.sentence(key, nil) {
		if i%2 == 1 {
			part = "{" + part + "}"
		}
		b.WriteString(part)
	}
	return b.String()
}

// Keys gives all keys, in order.
func Keys() []string { return slices.Sorted(maps.Keys(catalogues()[Langs()[0]])) }

func (l Lang) sentence(key string, gaps []any) sentence {
	m, ok := catalogues()[l][key]
	if !ok {
		return sentence{"⟦" + key + "⟧"}
	}
	return m.form(l, gaps)
}

// plain is the value of a gap as text.
func (l Lang) plain(name string, gaps []any) string {
	v := gap(gaps, name)
	if n, ok := number(v); ok {
		return l.Number(n)
	}
	if v == nil {
		return "⟦" + name + "⟧"
	}
	return fmt.Sprint(v)
}

func gap(gaps []any, name string) any {
	for i := 0; i+1 < len(gaps); i += 2 {
		if gaps[i] == name {
			return gaps[i+1]
		}
	}
	return nil
}

func number(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	}
	return 0, false
}
