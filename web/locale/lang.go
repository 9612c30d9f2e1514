// Package locale is what the interface says: its sentences in every language it speaks, and how each of these writes plurals, dates, numbers, sizes,
// durations, lists and the names of languages.
//
// Two kinds of language never mix. A Lang is one of the interface's: it stands in the address, and each has a file of its own in text/, with the same keys.
// An archive.Language is one of the content's: any BCP 47 tag, of which the interface knows no more than its name and the direction of its script.
//
// A key is a whole sentence with named gaps, "{n} moments": nothing is put together from words. A sentence that counts has a form for each
// plural category that its language needs (CLDR), chosen by the gap n. Digits are 0–9 in all languages: they must match what is on a key and in an address.
// The tests hold the files against each other and against the templates: no key missing, none unused, no gap lost, no English left over.
package locale

import (
	"slices"
	"strings"

	"golang.org/x/text/language"

	"cabina/archive"
)

// Lang is a language of the interface, as it stands in an address: "en".
type Lang string

// Langs gives all languages of the interface, in the order in which they are shown.
func Langs() []Lang { return []Lang{"en", "es", "fr", "pt", "ru", "ar"} }

// Parse gives the language of the interface that s names exactly; ok is false where there is none.
func Parse(s string) (l Lang, ok bool) {
	l = Lang(s)
	return l, slices.Contains(Langs(), l)
}

// Tag is the language's tag.
func (l Lang) Tag() language.Tag { return language.Make(string(l)) }

// Language is the same language as one of the content.
func (l Lang) Language() archive.Language { return archive.Language(l) }

// Dir is "rtl" or "ltr".
func (l Lang) Dir() string { return Dir(l.Language()) }

// Own is the language's name in itself, beginning with a capital: Español.
func (l Lang) Own() string { return Own(l.Language()) }

// Match gives the language of have that suits the header Accept-Language best, the first of have where none does. Languages are matched by their first subtag
// only: who asks for Ukrainian is not given Russian. No have means all.
func Match(accept string, have []Lang) Lang {
	if len(have) == 0 {
		have = Langs()
	}
	for _, want := range Accepted(accept) {
		for _, l := range have {
			if l.Language() == base(want) {
				return l
			}
		}
	}
	return have[0]
}

// Accepted reads the header Accept-Language: the languages the reader takes, best first. What cannot be read counts as none.
func Accepted(header string) []archive.Language {
	const most = 1000 // bytes: no browser sends more
	if len(header) > most {
		return nil
	}
	tags, weights, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return nil
	}
	var out []archive.Language
	for i, t := range tags {
		if l := archive.Language(t.String()); weights[i] > 0 && l != "mul" && l != "und" {
			out = append(out, l)
		}
	}
	return out
}

// Choose gives that of have which a reader who wants a language is served by: the very one, else one of which want is the general name (want pt: pt-BR), else the
// general name of want (want pt-BR: pt). Neither a region nor a related language is put in the place of another. ok is false where none is.
func Choose(want archive.Language, have []archive.Language) (found archive.Language, ok bool) {
	same := func(a, b archive.Language) bool { return strings.EqualFold(string(a), string(b)) }
	for _, fits := range []func(archive.Language) bool{
		func(h archive.Language) bool { return same(h, want) },
		func(h archive.Language) bool { return same(base(h), want) },
		func(h archive.Language) bool { return same(h, base(want)) },
	} {
		if i := slices.IndexFunc(have, fits); i >= 0 {
			return have[i], true
		}
	}
	return "", false
}

// base is the first subtag: pt of pt-BR.
func base(l archive.Language) archive.Language {
	first, _, _ := strings.Cut(string(l), "-")
	return archive.Language(strings.ToLower(first))
}
