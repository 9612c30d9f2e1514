package search

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"cabina/archive"
)

// Suggestion is what a text that is being typed may become. Text is the whole of it; every word and phrase in it that was put in stands somewhere where the asker may look.
type Suggestion struct {
	Text     string           `json:"text"`
	Language archive.Language `json:"language"` // of what was put in
}

const (
	suggestions   = 8
	suggestPhrase = 4   // of them phrases, where there are words too
	suggestLetter = 2   // letters that must be there; of scripts without spaces one, and behind another word too
	suggestText   = 200 // code points: longer ones get none
)

// Suggest completes what is being typed: the last word of it, and phrases with the word that stands before or may come after. Of Request Languages, Viewer and Sessions count; Query
// does not. Whatever cannot be completed (a filter, a text that is too long or broken) gives nothing.
func (x *Index) Suggest(ctx context.Context, r Request, typed string) ([]Suggestion, error) {
	out := []Suggestion{}
	t, ok := readTyped(typed)
	if !ok {
		return out, nil
	}
	r.Query = &Query{}
	x.reading.RLock()
	defer x.reading.RUnlock()
	s := x.searching(&r)
	defer s.done()
	v := s.vocabulary()
	words, phrases, err := v.complete(ctx, t)
	if err != nil {
		return nil, err
	}
	most := suggestions
	if len(words) > 0 {
		most = max(suggestPhrase, suggestions-len(words))
	}
	phrases = phrases[:min(len(phrases), most)]
	words = words[:min(len(words), suggestions-len(phrases))]
	for _, w := range append(words, phrases...) {
		out = append(out, Suggestion{Text: t.head + w.text, Language: archive.Language(w.base)})
	}
	return out, nil
}

// typed is a text that is being typed: what stays, the word before the last, and the last, which may be empty.
type typed struct {
	head   string // up to where the completed part begins
	before string // the word before, in the same phrase or stretch of plain words; part of head
	last   string
}

// readTyped takes a text apart; ok is false where nothing can be completed.
func readTyped(text string) (t typed, ok bool) {
	if !utf8.ValidString(text) || utf8.RuneCountInString(text) > suggestText {
		return t, false
	}
	at := strings.LastIndexFunc(text, func(r rune) bool { return !letter(r) && r != '\'' && r != '’' })
	if at >= 0 {
		_, n := utf8.DecodeRuneInString(text[at:])
		at += n
	} else {
		at = 0
	}
	t.head, t.last = text[:at], text[at:]
	if sign := strings.TrimRightFunc(t.head, unicode.IsSpace); strings.HasSuffix(sign, ":") || strings.HasSuffix(text, "*") || strings.HasSuffix(text, "~") {
		return t, false
	}
	if spaced := strings.TrimRight(t.head, " "); spaced != t.head && spaced != "" {
		from := strings.LastIndexFunc(spaced, func(r rune) bool { return !letter(r) }) + 1
		if before := spaced[from:]; before != "OR" && (from == 0 || spaced[from-1] != ':') {
			t.before = before
		}
	}
	return t, t.last != "" || t.before != ""
}

// completion is text that may stand in the place of the last word.
type completion struct {
	entry
	text string
}

// complete gives the words that the last one may become, and phrases with it, the most frequent first.
func (v *vocabulary) complete(ctx context.Context, t typed) (words, phrases []completion, err error) {
	var entries []entry
	for _, base := range v.bases() {
		tongue := v.x.tongues.byBase(base)
		prefix := strings.Join(flat(terms(tongue.said, t.last)), "")
		if t.before != "" {
			next, err := v.following(ctx, tongue, t.before, prefix)
			if err != nil {
				return nil, nil, err
			}
			phrases = append(phrases, next...)
		}
		if n := utf8.RuneCountInString(prefix); n < suggestLetter && !(n > 0 && tongue.cjk) {
			continue
		}
		found, err := v.entries(base, beginning(prefix))
		if err != nil {
			return nil, nil, err
		}
		entries = append(entries, found[:min(len(found), suggestions)]...)
	}
	slices.SortFunc(entries, compareEntries)
	slices.SortFunc(phrases, compareCompletions)
	phrases = slices.CompactFunc(phrases, func(a, b completion) bool { return a.text == b.text })
	for _, e := range entries {
		if len(words) == suggestions {
			break
		}
		form, err := v.spelled(ctx, e)
		if err != nil {
			return nil, nil, err
		}
		same := func(c completion) bool { return c.text == form }
		if form != "" && !slices.ContainsFunc(words, same) && !slices.ContainsFunc(phrases, same) {
			words = append(words, completion{e, form})
		}
	}
	if t.before != "" || len(words) == 0 {
		return words, phrases, nil
	}
	next, err := v.next(ctx, words[0].entry, "") // what may come behind the best word
	for _, n := range next {
		phrases = append(phrases, completion{n.entry, words[0].text + " " + n.text})
	}
	return words, phrases, err
}

func compareCompletions(a, b completion) int {
	return cmp.Or(compareEntries(a.entry, b.entry), strings.Compare(a.text, b.text))
}

// following gives the words that begin with prefix and follow a word.
func (v *vocabulary) following(ctx context.Context, t *tongue, before, prefix string) ([]completion, error) {
	said := flat(terms(t.said, before))
	if len(said) != 1 {
		return nil, nil
	}
	n, err := v.frequencyOf(ctx, t.saidField(), said[0])
	if err != nil || n == 0 {
		return nil, err
	}
	return v.next(ctx, entry{t.base, said[0], n}, prefix)
}

func flat(rows [][]string) (out []string) {
	for _, r := range rows {
		out = append(out, r...)
	}
	return out
}

// nextLeast is how often a word must follow another among the places that are looked at.
const nextLeast = 2

// next gives the words that begin with prefix and follow a word most often; without a prefix no small ones, and none that do so by chance.
func (v *vocabulary) next(ctx context.Context, e entry, prefix string) ([]completion, error) {
	tongue := v.x.tongues.byBase(e.base)
	if tongue.cjk {
		return nil, nil
	}
	forms, counts := map[string]map[string]int{}, map[string]int{}
	err := v.some(ctx, v.walkRow(e.base, e.term), e.term, e.count, func(t *foundText, o occurrence) {
		behind := t.behind(o, sortContext)
		word := strings.TrimLeft(behind, " ")
		end := strings.IndexFunc(word, func(r rune) bool { return !letter(r) })
		if end >= 0 {
			word = word[:end]
		}
		word = strings.ToLower(word)
		folded := fold(word)
		if word == "" || behind[0] != ' ' || !strings.HasPrefix(folded, prefix) || prefix == "" && tongue.stop[word] {
			return
		}
		if forms[folded] == nil {
			forms[folded] = map[string]int{}
		}
		forms[folded][word]++
		counts[folded]++
	})
	if err != nil {
		return nil, err
	}
	var out []completion
	for folded, n := range counts {
		if n >= nextLeast || prefix != "" {
			out = append(out, completion{entry{e.base, folded, n}, commonest(forms[folded])})
		}
	}
	slices.SortFunc(out, compareCompletions)
	return out[:min(len(out), suggestPhrase)], nil
}
