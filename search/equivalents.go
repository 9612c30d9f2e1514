package search

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"

	"cabina/archive"
)

// All languages of a session share one clock. So the archive itself tells what a word is in another language: what is said there whenever the word is said here, and
// seldom else. There is no dictionary.

// Equivalents are the words of another language that are said when a word of the query is, most telling first, at most three, in their commonest forms. They are learned
// from what the asker may see, and offered, never taken unasked.
type Equivalents struct {
	Word     string           `json:"word"` // of the query
	At       [2]int           `json:"at"`   // where it stands there, in code points
	Language archive.Language `json:"language"`
	Forms    []string         `json:"forms"`
	Learned  int              `json:"learned"` // from so many places, 10 or more
}

const (
	learnFrom    = 10  // places, or nothing is learned
	learnMost    = 240 // places that are looked at
	learnSession = 40  // of them in one session
	learnWords   = 4   // of a query
	learnForms   = 3
	learnShare   = 0.15 // of the places must have it
	learnSurely  = 10.8 // log-likelihood: one in a thousand by chance
	learnTried   = 30   // words that are weighed, those at the most places
)

// Equivalents learns what the words of a query are in the other languages of the archive: of single words, not of phrases or small words. Of Request only Query, Viewer,
// Sessions and Lang count: what is learned does not depend on filters.
func (x *Index) Equivalents(ctx context.Context, r Request) ([]Equivalents, error) {
	x.reading.RLock()
	defer x.reading.RUnlock()
	out := []Equivalents{}
	for n, term := range r.Query.Terms {
		if n == learnWords {
			break
		}
		for _, a := range term {
			if a.Kind != Word {
				continue
			}
			found, err := x.learn(ctx, &r, a)
			if err != nil {
				return nil, err
			}
			out = append(out, found...)
		}
	}
	return out, nil
}

// learn learns the equivalents of one word.
func (x *Index) learn(ctx context.Context, r *Request, a Atom) ([]Equivalents, error) {
	alone := Request{Query: &Query{Text: a.Text, Terms: []Term{{a}}}, Viewer: r.Viewer, Sessions: r.Sessions, Lang: r.Lang}
	s := x.searching(&alone)
	defer s.done()
	w, err := s.walking(ctx)
	if err != nil {
		return nil, err
	}
	known, words := w.rows(), s.vocabulary()
	if ok, err := w.keepTelling(ctx, words, a); err != nil || !ok {
		return nil, err
	}
	sessions, err := w.sessions(ctx, func(a, b *archive.Session) int {
		return cmp.Or(cmp.Compare(seeded(0, a.ID), seeded(0, b.ID)), strings.Compare(a.ID, b.ID))
	})
	if err != nil {
		return nil, err
	}
	l := learning{s: s, vocabulary: words, known: known, places: map[string]*heard{}}
	for _, doc := range sessions {
		texts, err := w.session(ctx, doc.ID)
		if err != nil {
			return nil, err
		}
		l.session(texts)
		w.closeFiles()
		if l.n >= learnMost {
			break
		}
	}
	return l.result(ctx, a)
}

// keepTelling leaves those languages in which the word is one that tells something: no small one, and where it stands somewhere as it was typed, not those where
// it only has a stem in common with another word ("man" with Spanish "mano"). False: there is none.
func (w *walk) keepTelling(ctx context.Context, v *vocabulary, a Atom) (bool, error) {
	standing, telling := map[string]bool{}, map[string]bool{}
	for _, l := range w.looks {
		for _, b := range l.books {
			tongue := w.x.tongues.byBase(b.base)
			for _, f := range b.terms[0].every {
				telling[b.base] = telling[b.base] || tongue.meant == nil || f.field == tongue.meantField()
			}
			for _, row := range terms(tongue.said, a.Text) {
				n, err := v.frequencyOf(ctx, tongue.saidField(), row[0])
				if err != nil {
					return false, err
				}
				standing[b.base] = standing[b.base] || n > 0 && telling[b.base]
			}
		}
	}
	anywhere := slices.Contains(slices.Collect(maps.Values(standing)), true)
	any := false
	for i, l := range w.looks {
		l.books = slices.DeleteFunc(l.books, func(b phrasebook) bool { return !telling[b.base] || anywhere && !standing[b.base] })
		must, not := w.wants[i].must, w.wants[i].not
		w.wants[i] = l.every()
		w.wants[i].must, w.wants[i].not = must, not
		any = any || w.wants[i].want != nil
	}
	return any, nil
}

// rows gives the terms by which the word is found already, by language.
func (w *walk) rows() map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for _, l := range w.looks {
		for _, b := range l.books {
			if out[b.base] == nil {
				out[b.base] = map[string]bool{}
			}
			for _, f := range b.terms[0].forms {
				for _, alternatives := range f.row {
					for _, t := range alternatives {
						out[b.base][t] = true
					}
				}
			}
		}
	}
	return out
}

// learning gathers what is heard beside a word.
type learning struct {
	s          *searching
	vocabulary *vocabulary
	known      map[string]map[string]bool
	places     map[string]*heard // by base of language
	n          int
}

// heard is what one language says at the places of a word: windows counts them.
type heard struct {
	language archive.Language
	windows  int
	tokens   int
	words    map[string]*heardWord // by stem
}

type heardWord struct {
	windows int
	forms   map[string]int
}

// session takes in the places of a session, of all its texts evenly.
func (l *learning) session(texts []*foundText) {
	places := inOrder(texts)
	step := max(1, len(places)/learnSession)
	for i := 0; i < len(places) && l.n < learnMost; i += step {
		l.place(places[i])
		l.n++
	}
}

// place takes in what the other texts say at one place.
func (l *learning) place(p placed) {
	doc := p.text.doc
	from := baseOf(p.text.file.language(p.at.cue))
	at := map[string]map[string]bool{} // stems of each language: a word counts once a place
	for _, t := range doc.Live(archive.Text) {
		if _, seen := l.s.sees(doc.ID, t.ID); seen == nil || t.ID == p.text.track.ID {
			continue
		}
		file := l.s.textOf(doc.ID, t.ID)
		if file == nil || versionOf(t, file).Withdrawn {
			continue
		}
		window := l.s.window(doc, p.text.track, p.text.v, t, versionOf(t, file))
		for _, k := range window.cues(p.text.file, p.text.cuts, p.at.cue, p.at.last, file, doc.Cuts(t)) {
			if base := baseOf(file.language(k)); base != from && base != string(archive.FloorLanguage) {
				l.hear(base, file.language(k), file.words(k), at)
			}
		}
	}
	for base := range at {
		l.places[base].windows++
	}
}

// hear takes in one cue.
func (l *learning) hear(base string, language archive.Language, line string, at map[string]map[string]bool) {
	h := l.places[base]
	if h == nil {
		h = &heard{language: language, words: map[string]*heardWord{}}
		l.places[base] = h
	}
	if at[base] == nil {
		at[base] = map[string]bool{}
	}
	tongue := l.s.x.tongues.byBase(base)
	analyzer := tongue.meant
	if analyzer == nil {
		analyzer = tongue.said
	}
	position := 0
	for _, token := range analyzer.Analyze([]byte(line)) {
		if token.Position == position {
			continue // another stem of the same word
		}
		position = token.Position
		h.tokens++
		form := strings.ToLower(line[token.Start:token.End])
		if n := letters(form); n < 2 || !tongue.cjk && n < 3 || !strings.ContainsFunc(form, unicode.IsLetter) {
			continue
		}
		stem := string(token.Term)
		w := h.words[stem]
		if w == nil {
			w = &heardWord{forms: map[string]int{}}
			h.words[stem] = w
		}
		w.forms[form]++
		if !at[base][stem] {
			at[base][stem] = true
			w.windows++
		}
	}
}

// result weighs what was heard.
func (l *learning) result(ctx context.Context, a Atom) ([]Equivalents, error) {
	var out []Equivalents
	for base, h := range l.places {
		if h.windows < learnFrom {
			continue
		}
		forms, err := l.best(ctx, base, h)
		if err != nil {
			return nil, err
		}
		if len(forms) > 0 {
			out = append(out, Equivalents{Word: a.Text, At: a.At, Language: archive.Language(base), Forms: forms, Learned: h.windows})
		}
	}
	slices.SortFunc(out, func(a, b Equivalents) int { return strings.Compare(string(a.Language), string(b.Language)) })
	return out, nil
}

// best gives the words that are said at the places much more often than elsewhere.
func (l *learning) best(ctx context.Context, base string, h *heard) ([]string, error) {
	type candidate struct {
		stem   string
		weight float64
	}
	var all []candidate
	for stem, w := range h.words {
		if !l.known[base][stem] && float64(w.windows) >= max(3, learnShare*float64(h.windows)) {
			all = append(all, candidate{stem, float64(w.windows)})
		}
	}
	byWeight := func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), strings.Compare(a.stem, b.stem))
	}
	slices.SortFunc(all, byWeight)
	all = all[:min(len(all), learnTried)]
	tongue := l.s.x.tongues.byBase(base)
	field := tongue.meantField()
	if tongue.meant == nil {
		field = tongue.saidField()
	}
	passages := l.vocabulary.passages(field)
	if passages.Docs == 0 {
		return nil, nil
	}
	// A place is shorter than a passage: a word that is in so many passages is by chance in so many fewer places.
	part := float64(h.tokens) / float64(h.windows) / (float64(passages.Tokens) / float64(passages.Docs))
	for i := range all {
		n, err := l.vocabulary.frequencyOf(ctx, field, all[i].stem)
		if err != nil {
			return nil, err
		}
		chance := 1 - math.Pow(1-min(float64(n)/float64(passages.Docs), 1), part)
		all[i].weight = likelihood(h.words[all[i].stem].windows, h.windows, chance)
	}
	slices.SortFunc(all, byWeight)
	var forms []string
	for _, c := range all {
		if c.weight < learnSurely || len(forms) == learnForms {
			break
		}
		forms = append(forms, commonest(h.words[c.stem].forms))
	}
	return forms, nil
}

// likelihood is Dunning's log-likelihood ratio of k among n where chance alone would give n·p, 0 where k is not above that.
func likelihood(k, n int, p float64) float64 {
	p = min(max(p, 1e-9), 1-1e-9)
	have, want := float64(k), float64(n)*p
	if have <= want {
		return 0
	}
	sum := have * math.Log(have/want)
	if rest := float64(n - k); rest > 0 {
		sum += rest * math.Log(rest/(float64(n)*(1-p)))
	}
	return 2 * sum
}
