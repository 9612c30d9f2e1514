package search

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"cabina/archive"
)

// corpus is an archive of real text shaped into interpreted sessions: cues of about six words, a floor and booths that lag behind it. First come the verses of a
// Bible in five languages, each said at the same time in all; then sentences that people read aloud, each language's own. No text comes twice, as what is the
// same in several uploads shows once.
type corpus struct {
	items []item // verses: what known items are drawn from
	cues  int
	bytes int64         // of text
	rows  *bufio.Writer // where the passages go for the rivals, a line each: id, session, language, conference, year, text; nil: nowhere
	n     int           // of rows
}

// item is a verse as one language says it.
type item struct {
	session    string
	lang       archive.Language
	start, end int64 // ms, as it is said in that language
	text       string
}

const (
	corpusWords      = 6   // of a cue
	corpusVerses     = 395 // of a session: about two hours, 1,670 cues a track
	corpusCues       = 1670
	corpusCueMs      = 400 // a word
	corpusVerseGapMs = 300
)

// corpusBooths are the languages of the Bible with how long each lags behind the first.
var corpusBooths = []struct {
	lang archive.Language
	file string
	lag  int64
}{{"en", "en.ASV.tsv.gz", 0}, {"es", "es.SpaRV.tsv.gz", 2400}, {"fr", "fr.FreCrampon.tsv.gz", 4000}, {"pt", "pt.PorBLivre.tsv.gz", 3100}, {"ru", "ru.RusSynodal.tsv.gz", 1800}}

// corpusRead are the files of sentences.
var corpusRead = []struct {
	lang archive.Language
	file string
}{{"en", "en"}, {"fr", "fr"}, {"ar", "ar"}, {"pt", "pt"}, {"es", "es"}}

// makeCorpus fills an archive with at least most cues, or all there are. The same most gives the same archive but for what is random in documents.
func makeCorpus(t testing.TB, w *world, most int, rows *bufio.Writer) *corpus {
	t.Helper()
	c := &corpus{rows: rows}
	c.verses(t, w, most)
	c.sentences(t, w, most)
	if c.cues < most {
		t.Fatalf("the shared data have %d cues, %d were asked for", c.cues, most)
	}
	return c
}

func (c *corpus) add(w *world, n int, texts []said) string {
	id := fmt.Sprintf("s%04d", n)
	for _, x := range texts {
		c.cues += len(x.cues)
		for _, q := range x.cues {
			c.bytes += int64(len(q.Text)) + 1
		}
	}
	year, conference := 2015+n%8, fmt.Sprintf("c%d", n%12)
	w.add(id, texts, func(s *archive.Session) {
		s.At, s.Conference = fmt.Sprintf("%d-0%d-1%d", year, 1+n%9, n%10), conference
	})
	if c.rows != nil {
		c.write(id, conference, year, texts)
	}
	return id
}

// write gives the rivals the same passages.
func (c *corpus) write(id, conference string, year int, texts []said) {
	for _, x := range texts {
		cues := spoken(x.cues, x.lang, nil)
		firsts := append(passages(cues), len(cues))
		for i, first := range firsts[:len(firsts)-1] {
			var words []string
			for _, q := range cues[first:firsts[i+1]] {
				words = append(words, strings.NewReplacer("\t", " ", "\n", " ", "\\", " ").Replace(q.Text))
			}
			c.n++
			fmt.Fprintf(c.rows, "%d\t%s\t%s\t%s\t%d\t%s\n", c.n, id, x.lang, conference, year, strings.Join(words, " "))
		}
	}
}

func (c *corpus) verses(t testing.TB, w *world, most int) {
	t.Helper()
	var refs []string
	texts := map[archive.Language]map[string]string{}
	for i, b := range corpusBooths {
		r, text := verses(t, b.file, 1<<30)
		if texts[b.lang] = text; i == 0 {
			refs = r
		}
	}
	seen := map[string]bool{}
	for n := 0; n*corpusVerses < len(refs) && c.cues < most; n++ {
		said := make([]said, len(corpusBooths))
		var from int64
		first := len(c.items)
		for _, ref := range refs[n*corpusVerses : min((n+1)*corpusVerses, len(refs))] {
			end := from
			for i, b := range corpusBooths {
				text := texts[b.lang][ref]
				if seen[text] {
					continue
				}
				seen[text] = true
				cues := spokenText(text, corpusWords, from+b.lag)
				if len(cues) == 0 {
					continue
				}
				said[i].voice, said[i].lang, said[i].cues = b.lang, b.lang, append(said[i].cues, cues...)
				last := cues[len(cues)-1].EndMs
				c.items = append(c.items, item{lang: b.lang, start: from + b.lag, end: last, text: text})
				end = max(end, last-b.lag)
			}
			from = end + corpusVerseGapMs
		}
		said[0].voice = archive.FloorLanguage
		id := c.add(w, n, said)
		for i := range c.items[first:] {
			c.items[first+i].session = id
		}
	}
}

func (c *corpus) sentences(t testing.TB, w *world, most int) {
	t.Helper()
	type source struct {
		lang  archive.Language
		lines *bufio.Scanner
		seen  map[string]bool
	}
	var sources []*source
	for _, r := range corpusRead {
		sources = append(sources, &source{r.lang, bufio.NewScanner(shared(t, "text-parallel/common-voice-sentences/"+r.file+".txt.gz")), map[string]bool{}})
	}
	for n := 1000; c.cues < most; n++ {
		var texts []said
		for i, s := range sources {
			x := said{voice: s.lang, lang: s.lang}
			var from int64
			for len(x.cues) < corpusCues && s.lines.Scan() {
				line := strings.TrimSpace(s.lines.Text())
				if line == "" || s.seen[line] {
					continue
				}
				s.seen[line] = true
				x.cues = append(x.cues, spokenText(line, corpusWords, from+int64(i)*900)...)
				from += int64(len(strings.Fields(line)))*corpusCueMs + corpusVerseGapMs
			}
			if len(x.cues) > 0 {
				texts = append(texts, x)
			}
		}
		if len(texts) == 0 {
			return
		}
		c.add(w, n, texts)
	}
}

// asked is a query whose answer is known.
type asked struct {
	text string
	item item
}

// queries draws n queries of so many content words, each from one verse.
func (c *corpus) queries(x *Index, random *rand.Rand, n, words int) []asked {
	var out []asked
	for tries := 0; len(out) < n && tries < 40*n; tries++ {
		it := c.items[random.IntN(len(c.items))]
		found := contentWords(x.tongues.of(it.lang), it.text)
		if len(found) < words {
			continue
		}
		random.Shuffle(len(found), func(i, k int) { found[i], found[k] = found[k], found[i] })
		out = append(out, asked{strings.Join(found[:words], " "), it})
	}
	return out
}

// inflected draws n queries of four words, each in another form than the verse has it. Which forms belong together is told by Snowball's own lists, not by what
// is measured.
func (c *corpus) inflected(t testing.TB, x *Index, random *rand.Rand, n int) []asked {
	t.Helper()
	families := snowballFamilies(t)
	const words = 4
	var out []asked
	for tries := 0; len(out) < n && tries < 400*n; tries++ {
		it := c.items[random.IntN(len(c.items))]
		var forms []string
		for _, word := range contentWords(x.tongues.of(it.lang), it.text) {
			if others := families[it.lang][word]; len(others) > 0 {
				forms = append(forms, others[random.IntN(len(others))])
			}
		}
		if len(forms) < words {
			continue
		}
		random.Shuffle(len(forms), func(i, k int) { forms[i], forms[k] = forms[k], forms[i] })
		out = append(out, asked{strings.Join(forms[:words], " "), it})
	}
	return out
}

// snowballFamilies gives the other words of the same stem, by language and word.
func snowballFamilies(t testing.TB) map[archive.Language]map[string][]string {
	t.Helper()
	out := map[archive.Language]map[string][]string{}
	for lang, folder := range map[archive.Language]string{"en": "english", "es": "spanish", "fr": "french", "pt": "portuguese", "ru": "russian"} {
		byStem := map[string][]string{}
		for s := bufio.NewScanner(shared(t, "snowball/"+folder+"/voc-stem-odd-lines.tsv")); s.Scan(); {
			if word, stem, ok := strings.Cut(s.Text(), "\t"); ok {
				byStem[stem] = append(byStem[stem], word)
			}
		}
		out[lang] = map[string][]string{}
		for _, words := range byStem {
			for i, word := range words {
				out[lang][word] = append(append([]string{}, words[:i]...), words[i+1:]...)
			}
		}
	}
	return out
}

// quality is how well known items are found.
type quality struct {
	asked  int
	mrr    float64
	inside float64 // at the first place, and the moment begins within the verse or shows it
}

// held asks each query in its verse's language and looks where the verse stands among the first ten moments.
func (c *corpus) held(t testing.TB, w *world, docs func(string) *archive.Session, queries []asked) quality {
	t.Helper()
	var q quality
	for _, one := range queries {
		parsed, err := Parse(one.text)
		if err != nil {
			continue // a word of the verse that is a sign of the grammar
		}
		a, err := w.x.Search(context.Background(), Request{Query: parsed, Languages: []archive.Language{one.item.lang}, Sessions: docs, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		q.asked++
		for i, m := range a.Flat().Moments {
			if m.Session != one.item.session || m.EndMs < one.item.start || m.StartMs > one.item.end {
				continue
			}
			q.mrr += 1 / float64(i+1)
			if i == 0 {
				q.inside++
			}
			break
		}
	}
	q.mrr, q.inside = q.mrr/float64(max(q.asked, 1)), q.inside/float64(max(q.asked, 1))
	return q
}
