package web

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"cabina/web/locale"
)

// holdPage holds a page against what every page promises.
func holdPage(t *testing.T, l locale.Lang, address, body string) {
	t.Helper()
	bad := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%s: %s", address, fmt.Sprintf(format, args...))
	}
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	for _, mark := range []string{"⟦", "ZgotmplZ", "%!", "<no value>"} {
		if strings.Contains(body, mark) {
			bad("holds %q", mark)
		}
	}
	for _, tag := range doubleAttributes(body) {
		bad("%s has an attribute twice", tag)
	}
	ids := map[string]int{}
	walk(doc, func(n *html.Node) {
		if id := get(n, "id"); id != "" {
			ids[id]++
		}
	})
	for id, n := range ids {
		if n > 1 {
			bad("id %s is there %d times", id, n)
		}
	}
	walk(doc, func(n *html.Node) {
		for _, a := range n.Attr {
			switch {
			case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
				bad("<%s> has %s", n.Data, a.Key)
			case a.Key == "for" || a.Key == "aria-labelledby" || a.Key == "aria-describedby":
				for _, id := range strings.Fields(a.Val) {
					if ids[id] == 0 {
						bad("%s of <%s> names %s, which is not there", a.Key, n.Data, id)
					}
				}
			case (a.Key == "href" || a.Key == "src" || a.Key == "action") && a.Val == "":
				bad("<%s> has an empty %s", n.Data, a.Key)
			case (a.Key == "href" || a.Key == "src") && !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "?") && !strings.HasPrefix(a.Val, "#") && get(n, "rel") != "canonical":
				bad("<%s> leads to %s", n.Data, a.Val)
			}
		}
		if frag, ok := strings.CutPrefix(get(n, "href"), "#"); ok && ids[frag] == 0 && n.Data != "use" {
			bad("a link leads to #%s, which is not there", frag)
		}
		if n.Data == "use" && ids[strings.TrimPrefix(get(n, "href"), "#")] == 0 {
			bad("the drawing %s is not in the sprite", get(n, "href"))
		}
		switch n.Data {
		case "html":
			if get(n, "lang") != string(l) || get(n, "dir") != l.Dir() {
				bad("lang and dir are %q and %q, want %q and %q", get(n, "lang"), get(n, "dir"), l, l.Dir())
			}
		case "style":
			bad("an inline style sheet")
		case "script":
			if src := get(n, "src"); src == "" && get(n, "type") != "application/json" || src != "" && !strings.HasPrefix(src, "/static/") {
				bad("a script that is neither data nor ours")
			}
		case "img":
			bad("an img: no page has pictures yet")
		case "button", "a", "summary":
			if strings.TrimSpace(textWithin(n)) == "" && get(n, "aria-label") == "" && get(n, "aria-hidden") == "" {
				bad("a %s has no name", n.Data)
			}
		case "input", "select", "audio", "video":
			if get(n, "type") != "hidden" && get(n, "aria-label") == "" && !labelled(doc, n) {
				bad("a %s (%s) has no label", n.Data, get(n, "name"))
			}
		}
		if in := get(n, "lang"); in != "" && n.Data != "html" && n.Data != "option" && get(n, "dir") == "" {
			bad("<%s lang=%s> has no dir", n.Data, in)
		}
	})
	holdScripts(doc, l, bad)
}

// holdScripts sees that what is written in another script says its language.
func holdScripts(doc *html.Node, l locale.Lang, bad func(string, ...any)) {
	scripts := map[string]*unicode.RangeTable{"ar": unicode.Arabic, "ru": unicode.Cyrillic, "zh": unicode.Han}
	walk(doc, func(n *html.Node) {
		if n.Type != html.TextNode || n.Parent.Data == "script" || n.Parent.Data == "title" || n.Parent.Data == "code" || n.Parent.Data == "bdi" && get(n.Parent, "lang") == "" {
			return
		}
		in := string(l)
		for p := n.Parent; p != nil; p = p.Parent {
			if v := get(p, "lang"); v != "" {
				in = v
				break
			}
		}
		for tag, table := range scripts {
			if tag != in && strings.IndexFunc(n.Data, func(r rune) bool { return unicode.Is(table, r) && unicode.IsLetter(r) }) >= 0 {
				bad("%q stands in lang=%s", strings.TrimSpace(n.Data), in)
			}
		}
	})
}

func walk(n *html.Node, visit func(*html.Node)) {
	if n.Type == html.ElementNode || n.Type == html.TextNode {
		visit(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, visit)
	}
}

func get(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// textWithin is all the text in an element.
func textWithin(n *html.Node) string {
	var b strings.Builder
	walk(n, func(x *html.Node) {
		if x.Type == html.TextNode {
			b.WriteString(x.Data)
		}
	})
	return b.String()
}

func labelled(doc, field *html.Node) bool {
	for p := field.Parent; p != nil; p = p.Parent {
		if p.Data == "label" {
			return true
		}
	}
	found := false
	walk(doc, func(n *html.Node) {
		found = found || n.Data == "label" && get(n, "for") != "" && get(n, "for") == get(field, "id")
	})
	return found
}

// doubleAttributes gives the tags that name an attribute twice: a parser keeps the first and says nothing.
func doubleAttributes(body string) (tags []string) {
	z := html.NewTokenizer(strings.NewReader(body))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return tags
		case html.StartTagToken, html.SelfClosingTagToken:
			raw := string(z.Raw())
			seen := map[string]bool{}
			name, more := z.TagName()
			for more {
				var key []byte
				key, _, more = z.TagAttr()
				if seen[string(key)] {
					tags = append(tags, raw)
				}
				seen[string(key)] = true
			}
			_ = name
		}
	}
}

// session finds the script's data on a page.
func dataOf(t *testing.T, body string) playerData {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var d playerData
	found := false
	walk(doc, func(n *html.Node) {
		if get(n, "id") == "session" {
			found = true
			if err := json.Unmarshal([]byte(n.FirstChild.Data), &d); err != nil {
				t.Fatalf("data of the page: %v", err)
			}
		}
	})
	if !found {
		t.Fatal("the page has no data for the script")
	}
	return d
}
