package search

import (
	"fmt"
	"slices"
)

// Query is what a reader asked for, read by Parse. Passages need any of Terms and are ranked by them; none of Without; all Filters of different
// names, any of those of the same name.
type Query struct {
	Text    string
	Terms   []Term
	Without []Atom
	Filters []Filter
}

// expanding counts the atoms that stand for several words of the index.
func (q *Query) expanding() int {
	n := 0
	for _, t := range slices.Concat(q.Terms, []Term{q.Without}) {
		for _, a := range t {
			if a.Kind == Prefix || a.Kind == Fuzzy {
				n++
			}
		}
	}
	return n
}

// Term is one thing that is sought: any of its atoms will do.
type Term []Atom

// Atom is a word, a phrase, the beginning of words or a word with its likes. At is where it stands in the text, in code points.
type Atom struct {
	Kind  AtomKind
	Text  string
	Exact bool // as said: no stem, no other spelling
	At    [2]int
}

// AtomKind says how an atom is to be understood.
type AtomKind byte

// The kinds of atom.
const (
	Word   AtomKind = iota // word
	Phrase                 // "some words"
	Prefix                 // word*
	Fuzzy                  // word~
)

// Filter keeps what a query finds to one value of a field. Value is in small letters but for Speaker; dates are 2020-07-14, the first day meant.
type Filter struct {
	Name  FilterName
	Value string
	Not   bool
	At    [2]int
}

// FilterName is a field that can be asked for: lang:es.
type FilterName string

// The filters. Lang takes a tag or its language (pt holds pt-BR); Role a role, or original and interpreted; Before is before a day, After from
// a day on.
const (
	Lang           FilterName = "lang"
	RoleFilter     FilterName = "role"
	Origin         FilterName = "origin"
	ConferenceName FilterName = "conference"
	SessionName    FilterName = "session"
	Speaker        FilterName = "speaker"
	Topic          FilterName = "topic"
	Before         FilterName = "before"
	After          FilterName = "after"
)

// Bounds of a query. A longer one is refused before it is read.
const (
	maxText    = 1000 // code points
	maxAtoms   = 32
	maxFilters = 16
	minPrefix  = 3 // letters before a *, and of a word before a ~
)

// QueryError is a query that cannot be read. At is the place, in code points of the text; Code names the reason, so that a page can say it in the
// reader's language; Arg is what the sentence names: a filter, a value, a number.
type QueryError struct {
	At   [2]int
	Code QueryCode
	Arg  string
}

// QueryCode is the reason why a query cannot be read.
type QueryCode string

// The reasons.
const (
	ErrEmpty     QueryCode = "empty"     // no word at all
	ErrLong      QueryCode = "long"      // more than Arg code points
	ErrMany      QueryCode = "many"      // more than Arg words, phrases or filters
	ErrEncoding  QueryCode = "encoding"  // not UTF-8
	ErrQuote     QueryCode = "quote"     // a phrase without its closing mark
	ErrPhrase    QueryCode = "phrase"    // a phrase without words
	ErrMinus     QueryCode = "minus"     // - without a word
	ErrOnlyMinus QueryCode = "onlyMinus" // only words that must not be there
	ErrOr        QueryCode = "or"        // OR without a word or phrase on both sides
	ErrStar      QueryCode = "star"      // * elsewhere than at a word's end
	ErrShort     QueryCode = "short"     // fewer than Arg letters before * or ~
	ErrExact     QueryCode = "exact"     // exact: without a word or phrase
	ErrNoValue   QueryCode = "noValue"   // the filter Arg without a value
	ErrValue     QueryCode = "value"     // a value that the filter Arg does not know
	ErrDate      QueryCode = "date"      // a value of the filter Arg that is no date
	ErrLanguage  QueryCode = "language"  // a value of lang: that is no language tag
)

// Error says in English what is wrong; pages say it in the reader's language by Code and Arg.
func (e *QueryError) Error() string {
	switch e.Code {
	case ErrEmpty:
		return "there is no word to look for"
	case ErrLong:
		return fmt.Sprintf("the query is longer than %s characters", e.Arg)
	case ErrMany:
		return fmt.Sprintf("there are more than %s words, phrases or filters", e.Arg)
	case ErrEncoding:
		return "the query is not UTF-8"
	case ErrQuote:
		return "the phrase has no closing quotation mark"
	case ErrPhrase:
		return "there is no word between the quotation marks"
	case ErrMinus:
		return "a word after - is missing"
	case ErrOnlyMinus:
		return "there are only words that must not be there; a word to look for is missing"
	case ErrOr:
		return "OR stands between two words or phrases"
	case ErrStar:
		return "a * stands only at the end of a word"
	case ErrShort:
		return fmt.Sprintf("at least %s letters have to stand before * or ~", e.Arg)
	case ErrExact:
		return "a word or phrase after exact: is missing"
	case ErrNoValue:
		return fmt.Sprintf("a value after %s: is missing", e.Arg)
	case ErrDate:
		return fmt.Sprintf("%s: takes a date such as 2020, 2020-07 or 2020-07-14", e.Arg)
	case ErrLanguage:
		return "lang: takes a language tag such as es or pt-BR"
	case ErrValue:
		return fmt.Sprintf("%s: takes %s", e.Arg, filterValues[FilterName(e.Arg)])
	}
	return "the query cannot be read: " + string(e.Code)
}

// filterValues says which values a filter knows.
var filterValues = map[FilterName]string{
	RoleFilter:     "floor, interpretation, captions, description, original or interpreted",
	Origin:         "machine, human or checked",
	ConferenceName: "the id of a conference: a to z, 0 to 9 and -",
	SessionName:    "the id of a session: a to z, 0 to 9 and -",
}
