package locale

import "html/template"

// List joins names in a sentence: A, B and C.
func (l Lang) List(items []string) string {
	return join(items, func(key, a, b string) string { return l.Say(key, "a", a, "b", b) })
}

// ListHTML is List for names that are HTML already.
func (l Lang) ListHTML(items []template.HTML) template.HTML {
	return join(items, func(key string, a, b template.HTML) template.HTML { return l.HTML(key, "a", a, "b", b) })
}

func join[T ~string](items []T, pair func(key string, a, b T) T) T {
	switch len(items) {
	case 0:
		return ""
	case 1:
		return items[0]
	case 2:
		return pair("list.two", items[0], items[1])
	}
	out := items[0]
	for _, next := range items[1 : len(items)-1] {
		out = pair("list.many", out, next)
	}
	return pair("list.last", out, items[len(items)-1])
}
