package search

import (
	"strings"

	"cabina/archive"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/lang/ar"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/lang/es"
	"github.com/blevesearch/bleve/v2/analysis/lang/fr"
	"github.com/blevesearch/bleve/v2/analysis/lang/pt"
	"github.com/blevesearch/bleve/v2/analysis/lang/ru"
	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
)

// tongue is what is known of a language for finding words in it. One without stem and cjk has only the field of words as said.
type tongue struct {
	base     string // the language without its region: "pt" of pt-BR; part of the fields' names
	stem     func(string) string
	stop     map[string]bool // as written, and folded
	articles map[string]bool // before an apostrophe, left out: l'eau is found as eau
	pairs    func(folded string) string
	accents  []ending // that a word typed without accents would have
	cjk      bool     // no spaces: pairs of characters in t_, single ones in x_

	said, meant analysis.Analyzer // meant is nil where the language has x_ only
}

// tongues knows the languages by their base. It is made once for an Index.
type tongues map[string]*tongue

func newTongues() tongues {
	ts := tongues{}
	for _, t := range []*tongue{
		{base: "en", stem: snowball(english.Stem), stop: stopWords(en.EnglishStopWords), pairs: englishPair},
		{base: "es", stem: snowball(spanish.Stem), stop: stopWords(es.SpanishStopWords, "estado", "estados"), accents: spanishAccents()},
		{base: "fr", stem: snowball(french.Stem), stop: stopWords(fr.FrenchStopWords), articles: stopWords(fr.FrenchArticles), accents: frenchAccents()},
		{base: "pt", stem: snowball(portuguese.Stem), stop: stopWords(pt.PortugueseStopWords), pairs: portuguesePair, accents: portugueseAccents()},
		{base: "ru", stem: snowball(russian.Stem), stop: stopWords(ru.RussianStopWords, "человек", "жизнь", "сказал", "сказала", "сказать", "говорил"), pairs: russianPair},
		{base: "ar", stem: arabicStem, stop: stopWords(ar.ArabicStopWords)},
		{base: "zh", cjk: true},
		{base: "ja", cjk: true},
		{base: "th", cjk: true}, {base: "lo", cjk: true}, {base: "km", cjk: true}, {base: "my", cjk: true},
	} {
		ts[t.base] = t.ready()
	}
	return ts
}

// of gives the tongue of a language; one that is not known has its words as said.
func (ts tongues) of(l archive.Language) *tongue {
	return ts.byBase(baseOf(l))
}

func (ts tongues) byBase(base string) *tongue {
	if t := ts[base]; t != nil {
		return t
	}
	return (&tongue{base: base}).ready()
}

// baseOf is the language without script and region, in small letters. Chinese languages that are written alike are one.
func baseOf(l archive.Language) string {
	base, _, _ := strings.Cut(strings.ToLower(string(l)), "-")
	switch base {
	case "cmn", "yue", "wuu":
		return "zh"
	case "":
		return string(archive.FloorLanguage)
	}
	return base
}

// The fields of a tongue.
func (t *tongue) saidField() string { return "x_" + t.base }

func (t *tongue) meantField() string { return "t_" + t.base }

// stopWords reads one of bleve's lists, but for words that someone looks for, and knows each word folded too: también and tambien are both small words.
func stopWords(list []byte, but ...string) map[string]bool {
	words := analysis.NewTokenMap()
	_ = words.LoadBytes(list) // reads from memory: cannot fail
	for _, w := range but {
		delete(words, w)
	}
	out := make(map[string]bool, 2*len(words))
	for w := range words {
		out[w] = true
		if f := fold(w); f != w {
			out[f] = true
		}
	}
	return out
}

func snowball(stem func(*snowballstem.Env) bool) func(string) string {
	return func(word string) string {
		env := snowballstem.NewEnv(word)
		stem(env)
		return env.Current()
	}
}

func arabicStem(word string) string {
	stream := ar.NewArabicStemmerFilter().Filter(analysis.TokenStream{{Term: []byte(word)}})
	return string(stream[0].Term)
}
