package main

import (
	"embed"
	"fmt"
	"strings"
	"unicode/utf8"

	"cabina/archive"
)

//go:embed udhr
var udhr embed.FS

// article is one article in one language.
type article struct {
	heading    string
	paragraphs []string
}

// readUDHR gives the Declaration's title and its 30 articles in a language.
func readUDHR(l archive.Language) (title string, articles []article, err error) {
	data, err := udhr.ReadFile("udhr/" + string(l) + ".txt")
	if err != nil {
		return "", nil, err
	}
	head, body, _ := strings.Cut(string(data), "\n# ")
	for _, block := range strings.Split(body, "\n# ") {
		lines := strings.Split(strings.TrimSpace(block), "\n")
		articles = append(articles, article{heading: lines[0], paragraphs: lines[1:]})
	}
	if len(articles) != 30 {
		return "", nil, fmt.Errorf("the text in %s has %d articles, want 30", l, len(articles))
	}
	return strings.TrimSpace(head), articles, nil
}

// cueLetters is about two lines of 42 letters: what a caption holds.
const cueLetters = 84

// clauses cuts a paragraph into pieces that are spoken in one breath and shown as one caption: at the ends of sentences and clauses, and between words
// where a clause is too long.
func clauses(paragraph string) []string {
	var out []string
	var now []string
	n := 0
	flush := func() {
		if len(now) > 0 {
			out = append(out, strings.Join(now, " "))
		}
		now, n = nil, 0
	}
	for _, w := range strings.Fields(paragraph) {
		if l := utf8.RuneCountInString(w) + 1; n+l > cueLetters {
			flush()
		}
		now = append(now, w)
		n += utf8.RuneCountInString(w) + 1
		last, _ := utf8.DecodeLastRuneInString(w)
		switch {
		case strings.ContainsRune(".!?؟", last) && n > 4, strings.ContainsRune(";:؛", last) && n > cueLetters/4, strings.ContainsRune(",،", last) && n > cueLetters/2:
			flush()
		}
	}
	flush()
	return out
}

// What the three sessions are called.
var demoTitles = [3]archive.Words{
	{
		"en": "Articles 1 to 10: dignity, equality, justice", "es": "Artículos 1 a 10: dignidad, igualdad, justicia", "fr": "Articles 1 à 10 : dignité, égalité, justice",
		"pt": "Artigos 1 a 10: dignidade, igualdade, justiça", "ru": "Статьи 1–10: достоинство, равенство, правосудие", "ar": "المواد 1 إلى 10: الكرامة والمساواة والعدالة",
	},
	{
		"en": "Articles 11 to 20: private life, movement, belief, expression", "es": "Artículos 11 a 20: vida privada, circulación, creencias, expresión", "fr": "Articles 11 à 20 : vie privée, circulation, croyance, expression",
		"pt": "Artigos 11 a 20: vida privada, locomoção, crença, expressão", "ru": "Статьи 11–20: частная жизнь, передвижение, убеждения, слово", "ar": "المواد 11 إلى 20: الحياة الخاصة والتنقل والمعتقد والتعبير",
	},
	{
		"en": "Articles 21 to 30: government, work, health, education", "es": "Artículos 21 a 30: gobierno, trabajo, salud, educación", "fr": "Articles 21 à 30 : gouvernement, travail, santé, éducation",
		"pt": "Artigos 21 a 30: governo, trabalho, saúde, instrução", "ru": "Статьи 21–30: управление, труд, здоровье, образование", "ar": "المواد 21 إلى 30: الحكم والعمل والصحة والتعليم",
	},
}

var demoConferenceTitle = archive.Words{
	"en": "The Universal Declaration, read aloud", "es": "La Declaración Universal, leída en voz alta", "fr": "La Déclaration universelle, lue à voix haute",
	"pt": "A Declaração Universal, lida em voz alta", "ru": "Всеобщая декларация, прочитанная вслух", "ar": "الإعلان العالمي مقروءًا بصوت عالٍ",
}

var demoConferenceSummary = archive.Words{
	"en": "A demonstration of how Cabina works. All voices are synthetic.", "es": "Una demostración de cómo funciona Cabina. Todas las voces son sintéticas.",
	"fr": "Une démonstration du fonctionnement de Cabina. Toutes les voix sont de synthèse.", "pt": "Uma demonstração de como Cabina funciona. Todas as vozes são sintéticas.",
	"ru": "Демонстрация того, как работает Cabina. Все голоса синтезированы.", "ar": "عرض لطريقة عمل Cabina. جميع الأصوات اصطناعية.",
}

var demoSummary = archive.Words{
	"en": "Each article is read in one of six languages in the room, and in all of them in the booths.", "es": "Cada artículo se lee en la sala en uno de seis idiomas, y en todos ellos en las cabinas.",
	"fr": "Chaque article est lu en salle dans l’une des six langues, et dans toutes en cabine.", "pt": "Cada artigo é lido na sala em um de seis idiomas, e em todos eles nas cabines.",
	"ru": "Каждая статья читается в зале на одном из шести языков, а в кабинах — на всех.", "ar": "تُقرأ كل مادة في القاعة بإحدى اللغات الست، وبجميعها في المقصورات.",
}

var demoTopics = [3][]string{{"dignity", "equality", "justice"}, {"privacy", "movement", "expression"}, {"work", "health", "education"}}
