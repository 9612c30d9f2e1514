package search

import "testing"

func TestSearchFinds(t *testing.T) {
	w := newWorld(t)
	w.add("s1", []said{
		{voice: "es", lang: "es", cues: every(4000, "Buenos días a todas.", "Hoy hablamos de derechos", "humanos y de la policía.", "La educación es un derecho.")},
		{voice: "en", lang: "en", cues: every(4000, "Good morning to you all.", "Today we speak about human", "rights and the police.", "Education is a right.", "To be or not to be.")},
		{voice: "ru", lang: "ru", cues: every(4000, "Всем доброе утро.", "Сегодня мы говорим о правах", "человека и о полиции.", "Ещё раз: записи встреч.")},
		{voice: "fr", lang: "fr", cues: every(4000, "Bonjour à toutes.", "Nous parlons aujourd’hui des droits", "de l’homme et de la police.", "L'été, c'est l’école.")},
		{voice: "ar", lang: "ar", cues: every(4000, "صباح الخير.", "نتحدث اليوم عن حُقُوق", "الإنسان والشرطة.", "المدرسة والمكتبات ٢٠٢٠")},
		{voice: "zh-Hans", lang: "zh-Hans", cues: every(4000, "大家早上好。", "今天我们谈人", "权宣言和警察。")},
		{voice: "th", lang: "th", cues: every(4000, "สวัสดีตอนเช้า", "วันนี้เราพูดถึงสิทธิ", "มนุษยชนและตำรวจ")},
		{voice: "ko", lang: "ko", cues: every(4000, "좋은 아침입니다", "인권 선언")},
		{voice: "tr", lang: "tr", cues: every(4000, "Günaydın.", "İnsan haklarını konuşuyoruz.")},
	})
	w.open()
	for _, c := range []struct{ name, query, want, line string }{
		{"a word", "policía", "s1@8", "humanos y de la [policía]."},
		{"without its accent", "policia lang:es", "s1@8", "humanos y de la [policía]."},
		{"an inflection without accents", "educaciones", "s1@12", "La [educación] es un derecho."},
		{"a phrase over the end of a cue", `"derechos humanos"`, "s1@4", "Hoy hablamos de [derechos]"},
		{"a phrase of small words", `"to be or not to be"`, "s1@16", "[To be or not to be]."},
		{"small words alone", "to be or not lang:en", "s1@16", "[To] [be] [or] [not] [to] [be]."},
		{"Russian, another ending", "запись", "s1@12", "Ещё раз: [записи] встреч."},
		{"Russian ё typed е", `"еще раз"`, "s1@12", "[Ещё раз]: записи встреч."},
		{"French behind an article", "école", "s1@12", "L'été, c'est l’[école]."},
		{"French with the article", "l'ecole lang:fr", "s1@12", "L'été, c'est [l’école]."},
		{"French with another article", "d'ecole lang:fr", "s1@12", "L'été, c'est l’[école]."},
		{"Arabic without vowel signs", "حقوق", "s1@4", "نتحدث اليوم عن [حُقُوق]"},
		{"Arabic hamza bare, article taken off", "انسان", "s1@8", "[الإنسان] والشرطة."},
		{"Arabic digits", "2020 lang:ar", "s1@12", "المدرسة والمكتبات [٢٠٢٠]"},
		{"Arabic plural", "مكتبة", "s1@12", "المدرسة [والمكتبات] ٢٠٢٠"},
		{"Chinese over the end of a cue", "人权", "s1@4", "今天我们谈[人]"},
		{"one Chinese character", "警", "s1@8", "权宣言和[警]察。"},
		{"Chinese word", "宣言", "s1@8", "权[宣言]和警察。"},
		{"Thai, which has no spaces", "สิทธิ", "s1@4", "วันนี้เราพูดถึง[สิทธิ]"},
		{"Thai over the end of a cue", "สิทธิมนุษยชน", "s1@4", "วันนี้เราพูดถึง[สิทธิ]"},
		{"Thai letters elsewhere in a word", "ตำรวจ", "s1@8", "มนุษยชนและ[ตำรวจ]"},
		{"Korean", "인권", "s1@4", "[인권] 선언"},
		{"a language without a stemmer, without accents", "gunaydin", "s1@0", "[Günaydın]."},
		{"a language without a stemmer, another ending", "haklar", "", ""},
		{"a prefix", "educ* lang:en", "s1@12", "[Education] is a right."},
		{"a like word, two letters off", "educatoin~ lang:en", "s1@12", "[Education] is a right."},
		{"a like word, one letter off", "plice~ lang:en", "s1@8", "rights and the [police]."},
		{"a short word two letters off", "plece~ lang:en", "", ""},
		{"a word that is nowhere, narrowed", "zebra lang:en", "", ""},
		{"without a word of the same passage", "today -police", "", ""},
		{"without a word of another language", "today -zebra", "s1@4", "[Today] we speak about human"},
		{"either word", "zebra OR education lang:en", "s1@12", "[Education] is a right."},
		{"exact, no ending taken for it", "exact:rights", "s1@8", "[rights] and the police."},
		{"exact, not another form", "exact:right lang:en", "s1@12", "Education is a [right]."},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := w.ask(c.query)
			if got := places(a); got != c.want {
				t.Fatalf("Search(%s) = %q, want %q", c.query, got, c.want)
			}
			if c.line == "" {
				return
			}
			if got := marked(a.Sessions[0].Moments[0].Hits[0].Lines[0]); got != c.line {
				t.Errorf("Search(%s) line = %q, want %q", c.query, got, c.line)
			}
		})
	}
}
