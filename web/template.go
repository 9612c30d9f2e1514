package web

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"cabina/archive"
	"cabina/web/locale"
)

// pageSet is the templates of all pages in all languages of the interface, ready to be filled, and the drawings they use. It is never changed.
type pageSet struct {
	templates map[locale.Lang]map[string]*template.Template // by page: home, session, …
	symbols   map[string]string                             // the sprite's symbols, by name
}

// shared are the files that every page is made with: the frame and what several pages show.
var shared = []string{"template/layout.html", "template/parts.html", "template/rail.html", "template/script.html"}

// spriteMark stands where the drawings go that a page uses: they are known once the page is made.
const spriteMark = "\x00sprite\x00"

// readPages parses the embedded templates.
func readPages() (*pageSet, error) {
	files, names, err := frontEnd()
	if err != nil {
		return nil, err
	}
	icons, err := fs.ReadFile(files, names["icons.svg"])
	if err != nil {
		return nil, err
	}
	p := &pageSet{templates: map[locale.Lang]map[string]*template.Template{}, symbols: readSymbols(icons)}
	all, err := fs.Glob(templateFiles, "template/*.html")
	if err != nil {
		return nil, err
	}
	for _, l := range locale.Langs() {
		p.templates[l] = map[string]*template.Template{}
		for _, file := range all {
			name := strings.TrimSuffix(path.Base(file), ".html")
			if slices.Contains(shared, file) || strings.Contains(name, "-") { // search-moments.html is a piece of search.html
				continue
			}
			pieces := slices.DeleteFunc(slices.Clone(all), func(f string) bool { return !strings.HasPrefix(path.Base(f), name+"-") })
			t, err := template.New("page").Option("missingkey=error").Funcs(functions(l, names)).ParseFS(templateFiles, slices.Concat(shared, pieces, []string{file})...)
			if err != nil {
				return nil, fmt.Errorf("template %s: %w", file, err)
			}
			p.templates[l][name] = t
		}
	}
	return p, nil
}

// execute fills a page's template with its struct.
func (p *pageSet) execute(l locale.Lang, name string, data any) ([]byte, error) {
	t := p.templates[l][name]
	if t == nil {
		return nil, fmt.Errorf("no template of page %s in %s", name, l)
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "layout", data); err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	return bytes.Replace(b.Bytes(), []byte(spriteMark), p.sprite(b.Bytes()), 1), nil
}

var (
	symbolPattern = regexp.MustCompile(`(?s)<symbol id="([a-z]+)".*?</symbol>`)
	usePattern    = regexp.MustCompile(`<use href="#([a-z]+)"`)
)

func readSymbols(svg []byte) map[string]string {
	out := map[string]string{}
	for _, m := range symbolPattern.FindAllSubmatch(svg, -1) {
		out[string(m[1])] = string(m[0])
	}
	return out
}

// sprite gives the symbols that a page uses; pause comes with play, as the script puts one in the other's place.
func (p *pageSet) sprite(page []byte) []byte {
	used := map[string]bool{}
	for _, m := range usePattern.FindAllSubmatch(page, -1) {
		used[string(m[1])] = true
	}
	used["pause"] = used["play"]
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(used)) {
		if used[name] {
			b.WriteString(p.symbols[name])
		}
	}
	return b.Bytes()
}

// functions are what templates can call, in one language.
func functions(l locale.Lang, static map[string]string) template.FuncMap {
	return template.FuncMap{
		"t":      l.HTML,
		"attr":   func(s said) template.HTMLAttr { return langAttr(l, s.In) },
		"inLang": func(in archive.Language) template.HTMLAttr { return langAttr(l, in) },
		"inLine": func(in archive.Language) template.HTMLAttr { // of words that were said: those of the floor may be in any direction
			if in == archive.FloorLanguage {
				return `dir="auto"`
			}
			return langAttr(l, in)
		},
		"speaker": func(s said) template.HTMLAttr { // within words of another language
			if s.In == "" {
				return `dir="auto"`
			}
			return langOf(s.In)
		},
		"ours":   func() template.HTMLAttr { return langOf(l.Language()) }, // the interface's own, within those of another language
		"own":    func(in archive.Language) template.HTML { return ownName(l, in) },
		"name":   func(in archive.Language) string { return nameOf(l, in) },
		"size":   l.Size,
		"tc":     locale.Timecode,
		"static": func(name string) string { return "/static/" + static[name] },
		"icon":   icon,
		"code":   code,
		"bdi":    bdi,
		"pieces": piecesHTML,
		"words": func(s said) template.HTML { // a title within a sentence
			return template.HTML("<bdi " + string(langAttr(l, s.In)) + ">" + template.HTMLEscapeString(s.Words) + "</bdi>")
		},
		"printed": func(in archive.Language) template.HTML {
			return l.HTML("watch.printInterpretation", "into", l.Into(in))
		},
		"heading": func(in archive.Language) template.HTML { // of a transcript
			if in == archive.FloorLanguage {
				return l.HTML("transcript.headingFloor")
			}
			return l.HTML("transcript.heading", "in", l.In(in))
		},
		"voiceName": func(in archive.Language) template.HTML { // which the script changes with the voice
			return template.HTML("<bdi data-voice-name " + string(langAttr(l, in)) + ">" + template.HTMLEscapeString(nameOf(l, in)) + "</bdi>")
		},
		"number": func(n int) string { return l.Number(int64(n)) },
		"owns": func(all []archive.Language) template.HTML { // languages in a sentence: Español, Français and Русский
			var names []template.HTML
			for _, in := range all {
				names = append(names, ownName(l, in))
			}
			return l.ListHTML(names)
		},
		"names": func(all []string) template.HTML { // people in a sentence
			var names []template.HTML
			for _, n := range all {
				names = append(names, bdi(n))
			}
			return l.ListHTML(names)
		},
		"sprite": func() template.HTML { return spriteMark },
		"channel": func(number int) string { // the class with the channel's colour; there are ten
			if number > 9 {
				return ""
			}
			return fmt.Sprintf("c%d", number)
		},
	}
}

// icon draws a symbol of the sprite.
func icon(name string) template.HTML {
	return template.HTML(`<svg class="i" aria-hidden="true" focusable="false"><use href="#` + template.HTMLEscapeString(name) + `"/></svg>`)
}

// code is what is typed or stands in an address, in the direction of its own letters.
func code(text string) template.HTML {
	return template.HTML(`<code dir="auto">` + template.HTMLEscapeString(text) + `</code>`)
}

// bdi keeps a foreign word within a sentence apart from the sentence's direction.
func bdi(text string) template.HTML {
	return template.HTML("<bdi>" + template.HTMLEscapeString(text) + "</bdi>")
}

// langAttr says which language an element is in, where it is not the page's. The floor of several languages is in none.
func langAttr(l locale.Lang, in archive.Language) template.HTMLAttr {
	if in == "" || in == l.Language() || in == archive.FloorLanguage || !in.Valid() {
		return ""
	}
	return langOf(in)
}

// langOf says which language an element is in, whatever the page's.
func langOf(in archive.Language) template.HTMLAttr {
	return template.HTMLAttr(`lang="` + string(in) + `" dir="` + locale.Dir(in) + `"`) // a valid tag holds letters, digits and - alone
}

// nameOf is what a language is called on a key: its name in itself; of the floor, the interface's word.
func nameOf(l locale.Lang, in archive.Language) string {
	if in == archive.FloorLanguage {
		return l.Say("voice.floor")
	}
	return locale.Own(in)
}

// ownName is that name within a sentence, kept apart from its direction.
func ownName(l locale.Lang, in archive.Language) template.HTML {
	name := template.HTMLEscapeString(nameOf(l, in))
	attr := langAttr(l, in)
	if attr == "" {
		return template.HTML(name)
	}
	return template.HTML("<bdi " + string(attr) + ">" + name + "</bdi>")
}
