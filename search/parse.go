package search

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"cabina/archive"
)

// Parse reads a query:
//
//	sex work             either word; both first
//	"sex work"           these words in this order
//	-police -"the law"   without
//	criminal*            words that begin so, three letters at least
//	criminalise~         the word or one spelt nearly like it
//	law OR policy        counts as one word
//	exact:colour         as said, no ending and no other spelling taken for it
//	lang:es role:floor origin:machine conference:x session:x speaker:name topic:x before:2020-08 after:2020-07-14
//
// An error is a *QueryError.
func Parse(text string) (*Query, error) {
	if !utf8.ValidString(text) {
		return nil, &QueryError{At: [2]int{0, utf8.RuneCountInString(text)}, Code: ErrEncoding}
	}
	if n := utf8.RuneCountInString(text); n > maxText {
		return nil, &QueryError{At: [2]int{maxText, n}, Code: ErrLong, Arg: strconv.Itoa(maxText)}
	}
	p := parser{text: []rune(text), q: &Query{Text: text}}
	for p.skip(); p.at < len(p.text); p.skip() {
		if err := p.item(); err != nil {
			return nil, err
		}
	}
	return p.done()
}

type parser struct {
	text []rune
	at   int
	q    *Query
	or   *[2]int // an OR whose right side is still to come
	left bool    // the last item was a term: an OR may follow
}

func (p *parser) fail(code QueryCode, from, to int, arg string) error {
	return &QueryError{At: [2]int{from, to}, Code: code, Arg: arg}
}

func (p *parser) skip() {
	for p.at < len(p.text) && blank(p.text[p.at]) {
		p.at++
	}
}

func blank(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

// item reads a word, phrase, filter or OR, with what stands before it.
func (p *parser) item() error {
	start := p.at
	if p.word("OR") {
		return p.readOr(start)
	}
	not := p.text[p.at] == '-' || p.text[p.at] == '−'
	if not {
		p.at++
		if p.at == len(p.text) || blank(p.text[p.at]) {
			return p.fail(ErrMinus, start, start+1, "")
		}
	}
	name, value := p.prefix()
	switch {
	case name == "exact":
		return p.exact(start, value, not)
	case name != "":
		return p.filter(FilterName(name), start, value, not)
	}
	atom, ok, err := p.atom()
	if err != nil {
		return err
	}
	atom.At[0] = start
	return p.add(atom, ok, not)
}

// word reads w where it stands alone.
func (p *parser) word(w string) bool {
	end := p.at + len(w)
	if end > len(p.text) || string(p.text[p.at:end]) != w || end < len(p.text) && !blank(p.text[end]) {
		return false
	}
	p.at = end
	return true
}

func (p *parser) readOr(start int) error {
	if !p.left || p.or != nil {
		return p.fail(ErrOr, start, p.at, "")
	}
	p.or = &[2]int{start, p.at}
	return nil
}

var filterNames = []string{"lang", "role", "origin", "conference", "session", "speaker", "topic", "before", "after", "exact"}

// prefix reads a filter's name and its colon; value is where the value begins.
func (p *parser) prefix() (name string, value int) {
	end := p.at
	for end < len(p.text) && end-p.at < 12 && p.text[end] < utf8.RuneSelf && unicode.IsLetter(p.text[end]) {
		end++
	}
	name = strings.ToLower(string(p.text[p.at:end]))
	if end == len(p.text) || p.text[end] != ':' || !slices.Contains(filterNames, name) {
		return "", 0
	}
	p.at = end + 1
	return name, p.at
}

func (p *parser) exact(start, value int, not bool) error {
	if value == len(p.text) || blank(p.text[value]) {
		return p.fail(ErrExact, start, value, "")
	}
	atom, ok, err := p.atom()
	if err != nil {
		return err
	}
	if !ok {
		return p.fail(ErrExact, start, p.at, "")
	}
	atom.Exact, atom.At[0] = true, start
	return p.add(atom, ok, not)
}

// closers are the marks that may end a phrase, by the one that began it.
var closers = map[rune]string{'"': "\"", '“': "”\"“", '”': "”\"", '„': "“”\"", '«': "»\"", '»': "«\""}

// atom reads a phrase or a word. Of what has no letter and no digit ok is false.
func (p *parser) atom() (a Atom, ok bool, err error) {
	start := p.at
	if closing, quoted := closers[p.text[p.at]]; quoted {
		text, err := p.quoted(closing)
		if err != nil {
			return a, false, err
		}
		if !wordy(text) && p.at-start > 1 {
			return a, false, p.fail(ErrPhrase, start, p.at, "")
		}
		return Atom{Kind: Phrase, Text: text, At: [2]int{start, p.at}}, wordy(text), nil
	}
	for p.at < len(p.text) && !blank(p.text[p.at]) {
		if _, quoted := closers[p.text[p.at]]; quoted {
			break
		}
		p.at++
	}
	return p.bare(string(p.text[start:p.at]), start)
}

func (p *parser) quoted(closing string) (string, error) {
	start := p.at
	for end := start + 1; end < len(p.text); end++ {
		if strings.ContainsRune(closing, p.text[end]) {
			p.at = end + 1
			return string(p.text[start+1 : end]), nil
		}
	}
	if r := p.text[start]; r == '”' || r == '»' { // the end of a quotation that began elsewhere: nothing by itself
		p.at++
		return "", nil
	}
	return "", p.fail(ErrQuote, start, len(p.text), "")
}

// bare reads a word, which may end in * or ~.
func (p *parser) bare(word string, start int) (a Atom, ok bool, err error) {
	a = Atom{Text: word, At: [2]int{start, p.at}}
	if stem, cut := strings.CutSuffix(word, "*"); cut {
		a.Kind, a.Text = Prefix, stem
	} else if stem, cut := strings.CutSuffix(word, "~"); cut && wordy(stem) {
		a.Kind, a.Text = Fuzzy, stem
	}
	switch {
	case strings.Contains(a.Text, "*"), a.Kind == Prefix && !wordy(a.Text):
		return a, false, p.fail(ErrStar, start, p.at, "")
	case a.Kind != Word && letters(a.Text) < minPrefix:
		return a, false, p.fail(ErrShort, start, p.at, strconv.Itoa(minPrefix))
	}
	return a, wordy(a.Text), nil
}

func letters(s string) (n int) {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

func wordy(s string) bool { return letters(s) > 0 }

// add takes an atom in. One without letters (a dash, a smile) is left out, unless an operator stands before it.
func (p *parser) add(a Atom, ok, not bool) error {
	or := p.or
	p.or = nil
	switch {
	case !ok && not:
		return p.fail(ErrMinus, a.At[0], a.At[0]+1, "")
	case !ok && or != nil, not && or != nil:
		return p.fail(ErrOr, or[0], or[1], "")
	case !ok:
		return nil
	case not:
		p.q.Without = append(p.q.Without, a)
	case or != nil:
		last := &p.q.Terms[len(p.q.Terms)-1]
		*last = append(*last, a)
	default:
		p.q.Terms = append(p.q.Terms, Term{a})
	}
	p.left = !not
	if p.atoms() > maxAtoms {
		return p.fail(ErrMany, a.At[0], len(p.text), strconv.Itoa(maxAtoms))
	}
	return nil
}

func (p *parser) atoms() int {
	n := len(p.q.Without)
	for _, t := range p.q.Terms {
		n += len(t)
	}
	return n
}

func (p *parser) filter(name FilterName, start, value int, not bool) error {
	if p.or != nil {
		return p.fail(ErrOr, p.or[0], p.or[1], "")
	}
	p.left = false
	if value == len(p.text) || blank(p.text[value]) {
		return p.fail(ErrNoValue, start, value, string(name))
	}
	var text string
	if closing, quoted := closers[p.text[value]]; quoted {
		var err error
		if text, err = p.quoted(closing); err != nil {
			return err
		}
	} else {
		for p.at < len(p.text) && !blank(p.text[p.at]) {
			p.at++
		}
		text = string(p.text[value:p.at])
	}
	v, code := filterValue(name, strings.TrimSpace(text))
	if code != "" {
		return p.fail(code, value, p.at, string(name))
	}
	p.q.Filters = append(p.q.Filters, Filter{Name: name, Value: v, Not: not, At: [2]int{start, p.at}})
	if len(p.q.Filters) > maxFilters {
		return p.fail(ErrMany, start, len(p.text), strconv.Itoa(maxFilters))
	}
	return nil
}

var tagPattern = regexp.MustCompile(`^[a-z]{2,8}(-[a-z0-9]{1,8})*$`)

// filterValue checks a filter's value and gives it in the form it is kept in.
func filterValue(name FilterName, v string) (string, QueryCode) {
	lower := strings.ToLower(v)
	known := func(ok bool, code QueryCode) (string, QueryCode) {
		if !ok {
			return "", code
		}
		return lower, ""
	}
	switch name {
	case Lang:
		return known(tagPattern.MatchString(lower), ErrLanguage)
	case RoleFilter:
		return known(slices.Contains([]string{"floor", "interpretation", "captions", "description", "original", "interpreted"}, lower), ErrValue)
	case Origin:
		return known(slices.Contains([]string{"machine", "human", "checked"}, lower), ErrValue)
	case ConferenceName, SessionName:
		return known(archive.ValidID(lower), ErrValue)
	case Before, After:
		for _, layout := range []string{"2006-01-02", "2006-01", "2006"} {
			if day, err := time.Parse(layout, v); err == nil {
				return day.Format("2006-01-02"), ""
			}
		}
		return "", ErrDate
	}
	if !wordy(v) {
		return "", ErrNoValue
	}
	return v, ""
}

func (p *parser) done() (*Query, error) {
	switch n := len(p.text); {
	case p.or != nil:
		return nil, p.fail(ErrOr, p.or[0], p.or[1], "")
	case len(p.q.Terms) == 0 && len(p.q.Without) > 0:
		return nil, p.fail(ErrOnlyMinus, 0, n, "")
	case len(p.q.Terms) == 0:
		return nil, p.fail(ErrEmpty, 0, n, "")
	}
	return p.q, nil
}
