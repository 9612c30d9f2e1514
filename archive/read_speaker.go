package archive

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Zoom and others write who speaks before the words: "Ana Ruiz: Good morning". Such names are people's who took part, so none of them is passed on: they become
// "Speaker 1", "Speaker 2" … in the order in which they come, until staff give names (Track.Speakers).

// speakers takes the names out of the cues and gives how many there are; zoom is true of a file that has the shape of Zoom's transcripts.
func (r *reading) speakers() (n int, zoom bool) {
	names := r.labels()
	numbers := map[string]int{}
	plain := 0
	for i := range r.cues {
		c := &r.cues[i]
		if len(c.names) == 0 && len(names) > 0 {
			c.takeNames(names)
			if len(c.names) > 0 && !strings.Contains(c.Text, "\n") {
				plain++
			}
		}
		var who []string
		for _, name := range c.names {
			key := strings.ToLower(oneSpace(name))
			if numbers[key] == 0 {
				numbers[key] = len(numbers) + 1
			}
			if label := fmt.Sprintf("Speaker %d", numbers[key]); !slices.Contains(who, label) {
				who = append(who, label)
			}
		}
		c.Speaker = strings.Join(who, ", ")
	}
	zoom = r.format == VTT && plain >= 2 && plain*5 >= 3*len(r.cues)
	r.cues = slices.DeleteFunc(r.cues, func(c rawCue) bool { return c.Text == "" }) // a name alone: nothing is said
	return len(numbers), zoom
}

// takeNames takes the names that stand before the words of its lines off a cue.
func (c *rawCue) takeNames(names map[string]bool) {
	var kept []string
	for line := range strings.SplitSeq(c.Text, "\n") {
		if name, rest, ok := spokenBy(line); ok && names[strings.ToLower(name)] {
			c.names = append(c.names, name)
			line = rest
		}
		kept = append(kept, line)
	}
	c.Text = plainLines(strings.Join(kept, "\n"))
}

// labels gives the names that stand before the words, in small letters. A colon in prose makes no name: three in five cues must begin with one, or the
// name must come three times in a file in which one cue in seven begins with such a name.
func (r *reading) labels() map[string]bool {
	count := map[string]int{}
	proper := map[string]bool{} // they begin as names do
	all, with := 0, 0
	for _, c := range r.cues {
		if len(c.names) > 0 {
			continue
		}
		all++
		first, _, _ := strings.Cut(c.Text, "\n")
		if name, rest, ok := spokenBy(first); ok && rest != "" { // "Words appear on the screen:" and a line below it is nobody's name
			with++
			key := strings.ToLower(name)
			count[key]++
			initial, _ := utf8.DecodeRuneInString(name)
			proper[key] = proper[key] || !unicode.IsLower(initial)
		}
	}
	out := map[string]bool{}
	most := with >= 2 && 5*with >= 3*all
	often := 0
	for name, n := range count {
		if n >= 3 && proper[name] {
			often += n
		}
		if most && (proper[name] || n >= 2) {
			out[name] = true
		}
	}
	if most || 7*often < all {
		return out
	}
	for name, n := range count {
		if n >= 3 && proper[name] {
			out[name] = true
		}
	}
	return out
}

// spokenBy gives the name that stands before a line's words. It has a letter or digit, at most eight words and 60 letters, nothing that ends a sentence,
// and a colon behind it, with a space or the line's end.
func spokenBy(line string) (name, rest string, ok bool) {
	const most = 60
	s := strings.TrimLeft(line, "-–—•> \u00a0\u200e\u200f\u202a\u202b")
	i := strings.IndexAny(cutBytes(s, 4*most), ":：")
	if i <= 0 {
		return "", "", false
	}
	colon, size := utf8.DecodeRuneInString(s[i:])
	name, rest = s[:i], s[i+size:]
	if next, _ := utf8.DecodeRuneInString(rest); rest != "" && colon == ':' && !unicode.IsSpace(next) {
		return "", "", false
	}
	name = oneSpace(strings.Trim(name, "[]() \u200e\u200f\u202c"))
	switch {
	case utf8.RuneCountInString(name) > most, strings.Count(name, " ") > 7,
		strings.ContainsAny(name, "?!;…\"“”«»=<>{}¿¡。？！"),
		!strings.ContainsFunc(name, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }),
		slices.Contains(noNames, strings.ToLower(name)):
		return "", "", false
	}
	for part := range strings.SplitSeq(name, " ") {
		// "Dr." and "J." end in a full stop; a sentence before the colon does, too.
		if strings.HasSuffix(part, ".") && utf8.RuneCountInString(part) > 5 {
			return "", "", false
		}
	}
	return name, strings.TrimSpace(rest), true
}

// noNames are words that stand before a colon and name nobody.
var noNames = strings.Fields(`note notes nb warning example question answer q a ps tip url email website tel phone source summary
	nota ejemplo pregunta respuesta advertencia fuente resumen exemplo pergunta resposta aviso fonte resumo
	remarque exemple réponse attention source résumé hinweis beispiel frage antwort achtung quelle
	примечание пример вопрос ответ внимание источник итог ملاحظة مثال سؤال جواب تنبيه المصدر 注意 例如 问题 回答`)
