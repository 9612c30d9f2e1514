package search

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
	uax29 "github.com/blevesearch/bleve/v2/analysis/tokenizer/unicode"
)

// Analyzers are made of token filters only: a token's Start and End stay the bytes of the text as it came, and moments and marks are made of those.

// ready makes the analyzers.
func (t *tongue) ready() *tongue {
	words := wordTokenizer{uax29.NewUnicodeTokenizer()}
	t.said = &analysis.DefaultAnalyzer{Tokenizer: words, TokenFilters: []analysis.TokenFilter{saidFilter{t}}}
	if t.stem != nil || t.cjk {
		t.meant = &analysis.DefaultAnalyzer{Tokenizer: words, TokenFilters: []analysis.TokenFilter{meantFilter{t}}}
	}
	return t
}

// wordTokenizer parts words as Unicode does, and finds those of scripts that Unicode leaves to dictionaries: Thai, Lao, Khmer and Burmese, whose letters
// would be no word at all. A stretch of them is one token, ideographic, for characters to take apart.
type wordTokenizer struct{ *uax29.UnicodeTokenizer }

// Tokenize is what bleve asks of a tokenizer.
func (w wordTokenizer) Tokenize(text []byte) analysis.TokenStream {
	tokens := w.UnicodeTokenizer.Tokenize(text)
	if bytes.IndexFunc(text, unspaced) < 0 {
		return tokens
	}
	out := make(analysis.TokenStream, 0, 2*len(tokens))
	add := func(t *analysis.Token) {
		t.Position = len(out) + 1
		out = append(out, t)
	}
	at := 0
	for i := 0; i <= len(tokens); i++ {
		end := len(text)
		if i < len(tokens) {
			end = tokens[i].Start
		}
		for at < end {
			from := bytes.IndexFunc(text[at:end], unspaced)
			if from < 0 {
				break
			}
			from += at
			to := end
			if n := bytes.IndexFunc(text[from:end], func(r rune) bool { return !unspaced(r) }); n >= 0 {
				to = from + n
			}
			add(&analysis.Token{Term: text[from:to], Start: from, End: to, Type: analysis.Ideographic})
			at = to
		}
		if i < len(tokens) {
			add(tokens[i])
			at = tokens[i].End
		}
	}
	return out
}

// unspaced is true of letters and marks of scripts that are written without spaces and that Unicode does not part into words.
func unspaced(r rune) bool {
	return r >= 0x0e00 && r <= 0x109f && unicode.In(r, unicode.Thai, unicode.Lao, unicode.Myanmar) && letter(r) ||
		r >= 0x1780 && r <= 0x17ff && letter(r)
}

func letter(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) }

// plain gives a token's word in small letters, with plain apostrophes and without an article before one; Start then is behind the article.
func (t *tongue) plain(token *analysis.Token) string {
	word := strings.ToLower(string(token.Term))
	if t.articles == nil && ascii(word) {
		return word
	}
	word = apostrophes.Replace(word)
	if before, rest, ok := strings.Cut(word, "'"); ok && t.articles[before] && rest != "" {
		_, size := utf8.DecodeRune(token.Term[len(before):])
		token.Start += len(before) + size
		return rest
	}
	return word
}

var apostrophes = strings.NewReplacer("’", "'", "ʼ", "'", "＇", "'")

// saidFilter: small letters, fold; of cjk single characters. A word is what stands between two signs that are neither letter nor digit, as in a plain count:
// "man's" are two, and so are "l'eau" and "3.5".
type saidFilter struct{ *tongue }

func (f saidFilter) Filter(in analysis.TokenStream) analysis.TokenStream {
	if f.cjk {
		in = characters(in)
	}
	out := make(analysis.TokenStream, 0, len(in)+len(in)/8)
	more := 0 // positions that words taken apart have added
	for _, token := range in {
		parts := apart(token)
		for i, t := range parts {
			word := fold(strings.ToLower(string(t.Term)))
			if t.Position += more + i; word == "" {
				continue
			}
			t.Term = []byte(word)
			out = append(out, t)
		}
		more += max(len(parts)-1, 0)
	}
	return out
}

// apart parts a token at what is neither letter nor digit.
func apart(token *analysis.Token) analysis.TokenStream {
	inside := func(r rune) bool { return letter(r) || unicode.Is(unicode.Cf, r) }
	text := token.Term
	if bytes.IndexFunc(text, func(r rune) bool { return !inside(r) }) < 0 {
		return analysis.TokenStream{token}
	}
	var out analysis.TokenStream
	for at := 0; at < len(text); {
		from := bytes.IndexFunc(text[at:], inside)
		if from < 0 {
			break
		}
		from += at
		to := len(text)
		if n := bytes.IndexFunc(text[from:], func(r rune) bool { return !inside(r) }); n >= 0 {
			to = from + n
		}
		out = append(out, &analysis.Token{Term: text[from:to], Start: token.Start + from, End: token.Start + to, Position: token.Position, Type: token.Type})
		at = to
	}
	return out
}

// meantFilter: as saidFilter, then without stop words, and the rest as stems; of cjk pairs of characters. A word may give several tokens at its
// position (stems).
type meantFilter struct{ *tongue }

func (f meantFilter) Filter(in analysis.TokenStream) analysis.TokenStream {
	if f.cjk {
		return pairs(saidFilter(f).Filter(in))
	}
	out := make(analysis.TokenStream, 0, len(in)+len(in)/4)
	for _, token := range in {
		word := f.plain(token)
		if f.stop[word] {
			continue
		}
		for _, stem := range f.stems(word) {
			t := *token
			t.Term = []byte(stem)
			out = append(out, &t)
		}
	}
	return out
}

// stems gives the forms under which a word in small letters is found, none twice: fold(stem), stem(fold), the stem of its other spelling, and that of
// the word with the accents it would have had.
func (t *tongue) stems(word string) []string {
	folded := fold(word)
	out := make([]string, 0, 4)
	add := func(stem string) {
		if stem != "" && !slices.Contains(out, stem) {
			out = append(out, stem)
		}
	}
	add(fold(t.stem(word)))
	if folded != word {
		add(t.stem(folded))
	} else if other := t.accented(word); other != word {
		add(fold(t.stem(other)))
	}
	if t.pairs != nil {
		if other := t.pairs(folded); other != folded {
			add(t.stem(other))
		}
	}
	return out
}

// characters takes words of ideographs, kana and other scripts without spaces apart: a letter with the marks on it is one.
func characters(in analysis.TokenStream) analysis.TokenStream {
	out := make(analysis.TokenStream, 0, len(in))
	for _, token := range in {
		if token.Type != analysis.Ideographic {
			t := *token
			t.Position = len(out) + 1
			out = append(out, &t)
			continue
		}
		for at := 0; at < len(token.Term); {
			_, n := utf8.DecodeRune(token.Term[at:])
			for at+n < len(token.Term) {
				mark, size := utf8.DecodeRune(token.Term[at+n:])
				if !unicode.IsMark(mark) {
					break
				}
				n += size
			}
			out = append(out, &analysis.Token{Term: token.Term[at : at+n], Start: token.Start + at, End: token.Start + at + n,
				Position: len(out) + 1, Type: analysis.Ideographic})
			at += n
		}
	}
	return out
}

// pairs joins neighbouring characters two by two; one that stands alone stays.
func pairs(in analysis.TokenStream) analysis.TokenStream {
	out := make(analysis.TokenStream, 0, len(in))
	joined := false // the character before is already part of a pair
	for i, token := range in {
		pair := i+1 < len(in) && token.Type == analysis.Ideographic && in[i+1].Type == analysis.Ideographic && in[i+1].Start == token.End
		if !pair && joined {
			joined = false
			continue
		}
		t := *token
		if pair {
			t.Term = append(append(make([]byte, 0, 8), token.Term...), in[i+1].Term...)
			t.End = in[i+1].End
		}
		joined = pair
		t.Position = len(out) + 1
		out = append(out, &t)
	}
	return out
}

// terms gives what an analyzer makes of a text: the terms at each position in turn. A word that it leaves out in between is an empty position, so
// that the rest keeps its distance.
func terms(a analysis.Analyzer, text string) [][]string {
	var out [][]string
	first := 0
	for _, token := range a.Analyze([]byte(text)) {
		if out == nil {
			first = token.Position
		}
		for len(out) <= token.Position-first {
			out = append(out, nil)
		}
		out[token.Position-first] = append(out[token.Position-first], string(token.Term))
	}
	return out
}
