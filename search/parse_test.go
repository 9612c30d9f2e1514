package search

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// spell writes a query's parts in one line: + for what is sought, | between alternatives, - for what must not be there, {filters}.
func spell(q *Query) string {
	var out []string
	atom := func(a Atom) string {
		s := map[AtomKind]string{Word: "w", Phrase: "p", Prefix: "pre", Fuzzy: "like"}[a.Kind] + ":" + a.Text
		if a.Exact {
			s = "exact " + s
		}
		return fmt.Sprintf("%s@%d-%d", s, a.At[0], a.At[1])
	}
	for _, term := range q.Terms {
		var any []string
		for _, a := range term {
			any = append(any, atom(a))
		}
		out = append(out, "+"+strings.Join(any, "|"))
	}
	for _, a := range q.Without {
		out = append(out, "-"+atom(a))
	}
	for _, f := range q.Filters {
		not := ""
		if f.Not {
			not = "not "
		}
		out = append(out, fmt.Sprintf("{%s%s=%s}", not, f.Name, f.Value))
	}
	return strings.Join(out, " ")
}

var queries = []struct{ name, text, want string }{
	{"one word", "police", "+w:police@0-6"},
	{"words", " police  law ", "+w:police@1-7 +w:law@9-12"},
	{"places are code points", "año ñu", "+w:año@0-3 +w:ñu@4-6"},
	{"a phrase", `"sex work"`, "+p:sex work@0-10"},
	{"a phrase and a word, no space between", `"sex work"law`, "+p:sex work@0-10 +w:law@10-13"},
	{"curly quotes", "“sex work”", "+p:sex work@0-10"},
	{"low quotes", "„секс работа“", "+p:секс работа@0-13"},
	{"guillemets", "«droits humains»", "+p:droits humains@0-16"},
	{"a lone closing mark", "слово»", "+w:слово@0-5"},
	{"a word that must not be there", "law -police", "+w:law@0-3 -w:police@4-11"},
	{"a phrase that must not be there", `law -"the police"`, "+w:law@0-3 -p:the police@4-17"},
	{"a hyphen inside a word", "harm-reduction", "+w:harm-reduction@0-14"},
	{"a prefix", "criminal*", "+pre:criminal@0-9"},
	{"a like word", "criminalise~", "+like:criminalise@0-12"},
	{"either", "law OR policy", "+w:law@0-3|w:policy@7-13"},
	{"one of three", "law OR policy OR rule police", "+w:law@0-3|w:policy@7-13|w:rule@17-21 +w:police@22-28"},
	{"either of phrases", `"a law" OR "the law"`, "+p:a law@0-7|p:the law@11-20"},
	{"small or is a word", "law or policy", "+w:law@0-3 +w:or@4-6 +w:policy@7-13"},
	{"exact word", "exact:colour", "+exact w:colour@0-12"},
	{"exact phrase", `exact:"the colour"`, "+exact p:the colour@0-18"},
	{"without an exact word", "law -exact:laws", "+w:law@0-3 -exact w:laws@4-15"},
	{"a language", "law lang:es", "+w:law@0-3 {lang=es}"},
	{"a language with region, capitals", "law LANG:pt-BR", "+w:law@0-3 {lang=pt-br}"},
	{"not a language", "law -lang:es", "+w:law@0-3 {not lang=es}"},
	{"a role", "law role:floor", "+w:law@0-3 {role=floor}"},
	{"an origin", "law origin:checked", "+w:law@0-3 {origin=checked}"},
	{"a conference and a session", "law conference:hiv2020 session:s-03", "+w:law@0-3 {conference=hiv2020} {session=s-03}"},
	{"a speaker", "law speaker:García", "+w:law@0-3 {speaker=García}"},
	{"a speaker of two names", `law speaker:"María García"`, "+w:law@0-3 {speaker=María García}"},
	{"a topic", "law topic:harm-reduction", "+w:law@0-3 {topic=harm-reduction}"},
	{"dates", "law after:2020 before:2020-07-14", "+w:law@0-3 {after=2020-01-01} {before=2020-07-14}"},
	{"a month", "law after:2020-07", "+w:law@0-3 {after=2020-07-01}"},
	{"a colon that is no filter", "12:30 http://x", "+w:12:30@0-5 +w:http://x@6-14"},
	{"a dash and a smile alone are left out", "law — :) police", "+w:law@0-3 +w:police@9-15"},
	{"apostrophes", "l’homme don't", "+w:l’homme@0-7 +w:don't@8-13"},
	{"Chinese", "人权 宣言", "+w:人权@0-2 +w:宣言@3-5"},
	{"Arabic", `"حقوق الإنسان"`, "+p:حقوق الإنسان@0-14"},
	{"a line break is a space", "law\npolice", "+w:law@0-3 +w:police@4-10"},
}

func TestParse(t *testing.T) {
	for _, c := range queries {
		t.Run(c.name, func(t *testing.T) {
			q, err := Parse(c.text)
			if err != nil {
				t.Fatalf("Parse(%q) = %v, want %s", c.text, err, c.want)
			}
			if got := spell(q); got != c.want {
				t.Errorf("Parse(%q) = %s, want %s", c.text, got, c.want)
			}
		})
	}
}

var unread = []struct {
	name, text string
	code       QueryCode
	at         [2]int
	sentence   string
}{
	{"nothing", "", ErrEmpty, [2]int{0, 0}, "there is no word to look for"},
	{"only a filter", "lang:es", ErrEmpty, [2]int{0, 7}, "there is no word to look for"},
	{"only marks", "... !", ErrEmpty, [2]int{0, 5}, "there is no word to look for"},
	{"only what must not be there", "-law", ErrOnlyMinus, [2]int{0, 4}, "there are only words that must not be there; a word to look for is missing"},
	{"- at the end", `"derechos hum" po -`, ErrMinus, [2]int{18, 19}, "a word after - is missing"},
	{"- before a space", "law - police", ErrMinus, [2]int{4, 5}, "a word after - is missing"},
	{"- before a mark", "law -!", ErrMinus, [2]int{4, 5}, "a word after - is missing"},
	{"an open phrase", `law "the police`, ErrQuote, [2]int{4, 15}, "the phrase has no closing quotation mark"},
	{"an empty phrase", `law ""`, ErrPhrase, [2]int{4, 6}, "there is no word between the quotation marks"},
	{"OR first", "OR law", ErrOr, [2]int{0, 2}, "OR stands between two words or phrases"},
	{"OR last", "law OR", ErrOr, [2]int{4, 6}, "OR stands between two words or phrases"},
	{"OR twice", "law OR OR police", ErrOr, [2]int{7, 9}, "OR stands between two words or phrases"},
	{"OR before -", "law OR -police", ErrOr, [2]int{4, 6}, "OR stands between two words or phrases"},
	{"OR after -", "law -police OR court", ErrOr, [2]int{12, 14}, "OR stands between two words or phrases"},
	{"OR before a filter", "law OR lang:es", ErrOr, [2]int{4, 6}, "OR stands between two words or phrases"},
	{"OR after a filter", "law lang:es OR lang:fr", ErrOr, [2]int{12, 14}, "OR stands between two words or phrases"},
	{"* alone", "law *", ErrStar, [2]int{4, 5}, "a * stands only at the end of a word"},
	{"* first", "*nal", ErrStar, [2]int{0, 4}, "a * stands only at the end of a word"},
	{"* inside", "cri*nal", ErrStar, [2]int{0, 7}, "a * stands only at the end of a word"},
	{"a short prefix", "law cr*", ErrShort, [2]int{4, 7}, "at least 3 letters have to stand before * or ~"},
	{"a short like word", "cr~", ErrShort, [2]int{0, 3}, "at least 3 letters have to stand before * or ~"},
	{"exact: alone", "law exact: police", ErrExact, [2]int{4, 10}, "a word or phrase after exact: is missing"},
	{"exact: and a mark", "exact:!", ErrExact, [2]int{0, 7}, "a word or phrase after exact: is missing"},
	{"a filter without value", "law lang: es", ErrNoValue, [2]int{4, 9}, "a value after lang: is missing"},
	{"no language", "law lang:e", ErrLanguage, [2]int{9, 10}, "lang: takes a language tag such as es or pt-BR"},
	{"no role", "law role:chair", ErrValue, [2]int{9, 14}, "role: takes floor, interpretation, captions, description, original or interpreted"},
	{"no origin", "law origin:x", ErrValue, [2]int{11, 12}, "origin: takes machine, human or checked"},
	{"no session", "law session:S_1", ErrValue, [2]int{12, 15}, "session: takes the id of a session: a to z, 0 to 9 and -"},
	{"no date", "law before:yesterday", ErrDate, [2]int{11, 20}, "before: takes a date such as 2020, 2020-07 or 2020-07-14"},
	{"no day", "law after:2020-02-30", ErrDate, [2]int{10, 20}, "after: takes a date such as 2020, 2020-07 or 2020-07-14"},
	{"an open value", `law speaker:"María`, ErrQuote, [2]int{12, 18}, "the phrase has no closing quotation mark"},
	{"too many words", strings.Repeat("law ", 33), ErrMany, [2]int{128, 132}, "there are more than 32 words, phrases or filters"},
	{"too many filters", "law " + strings.Repeat("lang:es ", 17), ErrMany, [2]int{132, 140}, "there are more than 16 words, phrases or filters"},
	{"too long", strings.Repeat("ñ", 1001), ErrLong, [2]int{1000, 1001}, "the query is longer than 1000 characters"},
	{"broken UTF-8", "law \xff", ErrEncoding, [2]int{0, 5}, "the query is not UTF-8"},
}

func TestParseSaysWhatItCannotRead(t *testing.T) {
	for _, c := range unread {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse(c.text)
			var q *QueryError
			if !errors.As(err, &q) {
				t.Fatalf("Parse(%.40q) = %v, want a QueryError %s", c.text, err, c.code)
			}
			if q.Code != c.code || q.At != c.at || q.Error() != c.sentence {
				t.Errorf("Parse(%.40q) = %s at %v: %s; want %s at %v: %s", c.text, q.Code, q.At, q, c.code, c.at, c.sentence)
			}
		})
	}
}

func TestAHostileQueryIsRefusedAtOnce(t *testing.T) {
	for _, text := range []string{strings.Repeat("a", 1<<20), strings.Repeat("a OR ", 1<<18), strings.Repeat("\xff", 1<<20), strings.Repeat(`"`, 1<<20), strings.Repeat("aaa* ", 1<<18)} {
		start := time.Now()
		if _, err := Parse(text); err == nil {
			t.Errorf("Parse of %d bytes = nil, want an error", len(text))
		}
		if took := time.Since(start); took > 100*time.Millisecond {
			t.Errorf("Parse of %d bytes took %v, want at most 100 ms", len(text), took)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range queries {
		f.Add(c.text)
	}
	for _, c := range unread {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := Parse(text)
		if err != nil {
			var bad *QueryError
			if !errors.As(err, &bad) || bad.At[0] < 0 || bad.At[0] > bad.At[1] || bad.At[1] > len([]rune(text)) || bad.Error() == "" {
				t.Fatalf("Parse(%q) = %#v, want a QueryError with a place in the text", text, err)
			}
			return
		}
		runes := []rune(text)
		for _, term := range append(q.Terms, q.Without) {
			for _, a := range term {
				if a.At[0] >= a.At[1] || a.At[1] > len(runes) || !strings.Contains(string(runes[a.At[0]:a.At[1]]), a.Text) {
					t.Fatalf("Parse(%q): %+v does not stand where it says", text, a)
				}
			}
		}
	})
}
