package search

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cabina/archive"

	"github.com/google/go-cmp/cmp"
)

func (w *world) equivalents(text string, with ...func(*Request)) []Equivalents {
	w.t.Helper()
	r := w.request(text, with...)
	out, err := w.x.Equivalents(context.Background(), r)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// nouns of Genesis and Exodus: English, and what they may be in Spanish, Portuguese and Russian.
const nouns = `
water agua agua,água вода
earth tierra terra земля
heaven cielo céu небо
God Dios Deus Бог
man hombre,varón homem человек
son hijo filho сын
father padre pai отец
mother madre mãe мать
brother hermano irmão брат
wife mujer mulher,esposa жена
daughter hija filha дочь
king rey rei царь
house casa casa дом
name nombre nome имя
day día dia день
night noche noite ночь
bread pan pão хлеб
servant siervo servo раб
city ciudad cidade город
field campo,heredad campo поле
seed simiente,descendencia semente,descendência семя,потомство
sheep ovejas ovelhas овец,скот
camel camello camelo верблюд
well pozo poço колодезь
ark arca arca ковчег
tree árbol árvore дерево
serpent serpiente,culebra serpente змей
covenant pacto,alianza pacto завет
famine hambre fome голод
dream sueño sonho сон
river río rio река
stone piedra pedra камень
eyes ojos olhos глаза,очи
hand mano mão рука
voice voz voz голос
silver plata prata серебро
land tierra terra земля
years años anos лет,год
flesh carne carne плоть
`

// TestEquivalentsAreLearned: a noun's equivalents in three languages, from 1,800 verses on one clock, each language lagging by its own.
func TestEquivalentsAreLearned(t *testing.T) {
	w := newWorld(t)
	bible(t, w, 1800)
	w.open()
	docs := w.documents()
	first, three, all := 0, 0, 0
	var missed []string
	began := time.Now()
	for _, line := range strings.Split(strings.TrimSpace(nouns), "\n") {
		fields := strings.Fields(line)
		for _, e := range w.equivalents(fields[0], func(r *Request) { r.Sessions = docs }) {
			n := slices.Index([]archive.Language{"es", "pt", "ru"}, e.Language)
			if n < 0 || e.Learned < learnFrom || len(e.Forms) > learnForms {
				t.Errorf("Equivalents(%s) = %+v, want es, pt and ru, learned from 10 places, at most three", fields[0], e)
				continue
			}
			all++
			right := func(form string) bool {
				tongue := w.x.tongues.of(e.Language)
				for _, gold := range strings.Split(fields[n+1], ",") {
					if shares(tongue.stems(strings.ToLower(gold)), tongue.stems(form)) {
						return true
					}
				}
				return false
			}
			if right(e.Forms[0]) {
				first++
			}
			if slices.ContainsFunc(e.Forms, right) {
				three++
			} else {
				missed = append(missed, fmt.Sprintf("%s %s", fields[0], e.Forms))
			}
		}
	}
	t.Logf("%d equivalents: right at the first place %.3f, among three %.3f; %v a word; not: %v", all, float64(first)/float64(all), float64(three)/float64(all),
		time.Since(began)/time.Duration(len(strings.Split(nouns, "\n"))-2), missed)
	if all < 100 || float64(first) < .9*float64(all) || float64(three) < .95*float64(all) {
		t.Errorf("right at the first place %d, among three %d of %d; want .90 and .95 of 100 at least", first, three, all)
	}
	for _, none := range []string{"the", "hippopotamus", `"the king"`, "king*"} {
		if got := w.equivalents(none, func(r *Request) { r.Sessions = docs }); len(got) > 0 {
			t.Errorf("Equivalents(%s) = %+v, want none", none, got)
		}
	}
	if a, b := w.equivalents("water", func(r *Request) { r.Sessions = docs }), w.equivalents("water lang:ru session:s01", func(r *Request) { r.Sessions = docs }); !cmp.Equal(a, b) {
		t.Errorf("Equivalents with filters = %+v, without %+v; want the same", b, a)
	}
}

func TestNothingIsLearnedFromNinePlaces(t *testing.T) {
	w := newWorld(t)
	said9 := func(n int) []said {
		en, es := map[float64]string{}, map[float64]string{}
		for i := range 60 {
			en[float64(i*30)], es[float64(i*30+2)] = fmt.Sprintf("number%d and so on", i), fmt.Sprintf("cifra%d y demás", i)
			if i < n {
				en[float64(i*30)], es[float64(i*30+2)] = fmt.Sprintf("the zebra runs %d", i), fmt.Sprintf("la cebra corre %d", i)
			}
		}
		return []said{{voice: "mul", lang: "en", cues: at(en)}, {voice: "es", lang: "es", cues: at(es)}}
	}
	w.add("s1", said9(9))
	w.open()
	if got := w.equivalents("zebra"); len(got) > 0 {
		t.Errorf("from 9 places: %+v, want nothing", got)
	}
	w.add("s2", said9(1))
	w.followed()
	got := w.equivalents("zebra zebras")
	want := Equivalents{Word: "zebra", At: [2]int{0, 5}, Language: "es", Forms: []string{"cebra", "corre"}, Learned: 10}
	if len(got) != 2 || !cmp.Equal(got[0], want) || got[1].Word != "zebras" || got[1].At != [2]int{6, 12} {
		t.Errorf("from 10 places: %+v, want %+v and the same of zebras", got, want)
	}
}
