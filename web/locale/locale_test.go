package locale

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"cabina/archive"
)

func TestEveryLanguageHasTheSameKeys(t *testing.T) {
	want := slices.Sorted(maps.Keys(catalogues()["en"]))
	for _, l := range Langs() {
		got := slices.Sorted(maps.Keys(catalogues()[l]))
		for _, k := range want {
			if !slices.Contains(got, k) {
				t.Errorf("%s has no %s", l, k)
			}
		}
		for _, k := range got {
			if !slices.Contains(want, k) {
				t.Errorf("%s has %s, which en has not", l, k)
			}
		}
	}
}

// The forms that each language needs for whole numbers (CLDR). "other" of Russian is for fractions, and is asked for all the same.
var needed = map[Lang][]string{
	"en": {"one", "other"}, "es": {"one", "other"}, "fr": {"one", "other"}, "pt": {"one", "other"},
	"ru": {"few", "many", "one", "other"}, "ar": {"few", "many", "one", "other", "two", "zero"},
}

func TestSentencesThatCountHaveEveryForm(t *testing.T) {
	for _, l := range Langs() {
		for key, m := range catalogues()[l] {
			if got := slices.Sorted(maps.Keys(m.forms)); m.counts && !slices.Equal(got, needed[l]) {
				t.Errorf("%s of %s has the forms %v, want %v", key, l, got, needed[l])
			}
		}
	}
}

func TestGapsAreTheSameInEveryLanguage(t *testing.T) {
	gaps := func(s sentence) []string {
		var out []string
		for i := 1; i < len(s); i += 2 {
			out = append(out, s[i])
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	for key, en := range catalogues()["en"] {
		want := gaps(en.forms["other"])
		for _, l := range Langs() {
			for form, s := range catalogues()[l][key].forms {
				got := gaps(s)
				if form == "zero" || form == "one" || form == "two" { // these may say the number in the word: جلستان
					got = slices.DeleteFunc(got, func(g string) bool { return g == "n" })
					want := slices.DeleteFunc(slices.Clone(want), func(g string) bool { return g == "n" })
					if !slices.Equal(got, want) {
						t.Errorf("%s of %s (%s) has the gaps %v, want %v", key, l, form, got, want)
					}
					continue
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s of %s (%s) has the gaps %v, want %v", key, l, form, got, want)
				}
			}
		}
	}
}

// Same in two languages on purpose: words that both have, and sentences that are nothing but gaps and signs.
var alike = map[string]bool{
	"player.pause": true, "legend.sound": true, "search.helpWithoutExample": true, "player.captionsNone": true, "voice.legend": true,
	"watch.position": true, "count.passages": true, "count.moments": true, "time.minutes": true, "watch.transcript": true, "watch.chapters": true,
	"watch.find": true, "site.language": true, "conference.language": true, "download.language": true, "download.transcript": true,
	"filter.title": true, "search.filter": true, "player.pictureHeight": true, "site.name": true, "site.title": true,
	"rights.contact": true, "search.helpMoreExample": true, "search.moments": true, "search.suggestions": true, "search.helpOnlyExample": true, "listen.download": true, "search.or": true,
}

func TestNoEnglishIsLeftOver(t *testing.T) {
	letters := regexp.MustCompile(`\pL{2,}`)
	for key, en := range catalogues()["en"] {
		words := strings.Join(en.forms["other"], "|")
		text := textOf(en.forms["other"])
		if !letters.MatchString(text) || alike[key] || strings.HasPrefix(key, "size.") {
			continue
		}
		for _, l := range Langs()[1:] {
			if got := strings.Join(catalogues()[l][key].forms["other"], "|"); got == words {
				t.Errorf("%s of %s is the English %q: translate it, or put it on the list of what is alike", key, l, got)
			}
		}
	}
}

func TestRussianAndArabicAreInTheirScripts(t *testing.T) {
	latin := regexp.MustCompile(`[A-Za-z]{3,}`)
	known := []string{"Cabina", "JavaScript", "HEAD", "GET", "cookie", "lang", "after", "exact", "role", "floor", "origin", "machine"}
	for _, l := range []Lang{"ru", "ar"} {
		for key, m := range catalogues()[l] {
			for _, s := range m.forms {
				for _, w := range latin.FindAllString(textOf(s), -1) {
					if !slices.Contains(known, w) {
						t.Errorf("%s of %s holds %q", key, l, w)
					}
				}
			}
		}
	}
}

// textOf is a sentence without its gaps.
func textOf(s sentence) string {
	var b strings.Builder
	for i := 0; i < len(s); i += 2 {
		b.WriteString(s[i] + " ")
	}
	return b.String()
}

// The table of the interface's voice: given text, word for word.
func TestGivenTextIsWordForWord(t *testing.T) {
	const mb = 16_000_000
	for _, row := range []struct {
		name string
		say  func(l Lang) string
		want [6]string
	}{
		{"1 voice", func(l Lang) string { return l.Say("voice.legend") }, [6]string{"Voice", "Voz", "Voix", "Voz", "Язык звука", "الصوت"}},
		{"2 floor", func(l Lang) string { return l.Say("voice.floorFull") }, [6]string{"Floor, as spoken", "Sala, tal como se habló", "Salle, tel que prononcé", "Sala, tal como se falou", "Зал, как говорили", "القاعة، كما قيل"}},
		{"3 interpretation", func(l Lang) string { return l.Say("voice.interpretation") }, [6]string{"interpretation", "interpretación", "interprétation", "interpretação", "устный перевод", "ترجمة فورية"}},
		{"4 playing", func(l Lang) string { return l.Say("voice.playing") }, [6]string{"playing", "sonando", "en écoute", "tocando", "звучит", "يُسمع الآن"}},
		{"5 ready in 4 min", func(l Lang) string { return l.Say("voice.readyIn", "n", 4) }, [6]string{"ready in about 4 min", "lista en unos 4 min", "prête dans 4 min environ", "pronta em cerca de 4 min", "готово примерно через 4 мин", "جاهز خلال 4 دقائق تقريبًا"}},
		{"6 only text", func(l Lang) string { return l.Say("voice.textOnly") }, [6]string{"no sound, only text", "sin voz, solo texto", "pas de son, texte seul", "sem som, só texto", "звука нет, только текст", "لا صوت، نص فقط"}},
		{"7 an hour", func(l Lang) string { return l.Rate(mb, 3_600_000) }, [6]string{"16 MB an hour", "16 MB por hora", "16 Mo par heure", "16 MB por hora", "16 МБ в час", "16 ميغابايت في الساعة"}},
		{"8 honest", func(l Lang) string {
			return l.Say("voice.honest", "voice", l.Say("voice.honestVoice", "into", l.Into(l.Language())))
		}, [6]string{
			"You hear the interpretation into English. It follows the room by a few seconds and is not the authentic record; the Floor is.",
			"Está oyendo la interpretación al español. Sigue a la sala con unos segundos de retraso y no es el acta auténtica; lo es la sala.",
			"Vous écoutez l’interprétation en français. Elle suit la salle avec quelques secondes de retard et ne fait pas foi ; seul le son de la salle fait foi.",
			"Você está ouvindo a interpretação em português. Ela segue a sala com alguns segundos de atraso e não é o registro autêntico; o som da sala é.",
			"Вы слушаете устный перевод на русский язык. Он отстаёт от зала на несколько секунд и не является официальной записью; ею является звук зала.",
			"تستمع إلى الترجمة الفورية إلى العربية. وهي تتأخر عن القاعة بضع ثوانٍ ولا تُعدّ السجل الرسمي؛ السجل هو صوت القاعة.",
		}},
		{"9 missing", func(l Lang) string { return l.Say("voice.missing", "in", l.In(l.Language())) }, [6]string{
			"There is no sound in English here. We have not chosen another voice for you.",
			"Aquí no hay sonido en español. No hemos elegido otra voz por usted.",
			"Il n’y a pas de son en français ici. Nous n’avons pas choisi une autre voix à votre place.",
			"Não há som em português aqui. Não escolhemos outra voz por você.",
			"Здесь нет звука на русском языке. Другой язык мы без вас не включаем.",
			"لا يوجد هنا صوت بالعربية. ولم نختر لك صوتًا آخر.",
		}},
		{"10 found", func(l Lang) string {
			return l.Say("count.found", "found", l.Say("count.moments", "n", 41), "sessions", l.Say("count.inSessions", "n", 14))
		}, [6]string{"41 moments in 14 sessions", "41 momentos en 14 sesiones", "41 moments dans 14 séances", "41 momentos em 14 sessões", "41 момент в 14 сессиях", "41 لحظة في 14 جلسة"}},
		{"12 saver", func(l Lang) string { return l.Say("voice.saver") }, [6]string{
			"Data saver is on: nothing plays by itself.", "Ahorro de datos activado: nada se reproduce solo.", "Économiseur de données actif : rien ne démarre tout seul.",
			"Economia de dados ativada: nada toca sozinho.", "Экономия трафика включена: ничего не запускается само.", "توفير البيانات مفعّل: لا شيء يعمل تلقائيًا.",
		}},
	} {
		for i, l := range Langs() {
			got := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(row.say(l))
			if got != row.want[i] {
				t.Errorf("%s in %s:\ngot  %s\nwant %s", row.name, l, got, row.want[i])
			}
		}
	}
}

func TestPluralsFollowTheNumber(t *testing.T) {
	for _, c := range []struct {
		lang Lang
		n    int
		want string
	}{
		{"en", 1, "1 session"}, {"en", 0, "0 sessions"}, {"fr", 0, "0 séance"}, {"fr", 2, "2 séances"},
		{"ru", 1, "1 сессия"}, {"ru", 3, "3 сессии"}, {"ru", 5, "5 сессий"}, {"ru", 11, "11 сессий"}, {"ru", 21, "21 сессия"}, {"ru", 104, "104 сессии"},
		{"ar", 0, "لا جلسات"}, {"ar", 1, "جلسة واحدة"}, {"ar", 2, "جلستان"}, {"ar", 3, "3 جلسات"}, {"ar", 11, "11 جلسة"}, {"ar", 100, "100 جلسة"},
		{"en", 61204, "61,204 sessions"}, {"ru", 61204, "61\u00a0204 сессии"}, {"fr", 61204, "61\u202f204 séances"}, {"pt", 61204, "61.204 sessões"},
	} {
		if got := c.lang.Say("count.sessions", "n", c.n); got != c.want {
			t.Errorf("%d in %s = %q, want %q", c.n, c.lang, got, c.want)
		}
	}
}

func TestSizesSayWhatTheyCost(t *testing.T) {
	for _, c := range []struct {
		lang  Lang
		bytes int64
		want  string
	}{
		{"en", 0, "0 kB"}, {"en", 12, "1 kB"}, {"en", 9_400, "9 kB"}, {"en", 999_400, "999 kB"}, {"en", 999_600, "1 MB"}, {"en", 1_240_000, "1.2 MB"},
		{"es", 1_240_000, "1,2 MB"}, {"fr", 237_000_000, "237 Mo"}, {"ru", 2_300_000_000, "2,3 ГБ"}, {"en", 9_960_000, "10 MB"}, {"ar", 11_000_000, "11 ميغابايت"},
	} {
		if got := strings.ReplaceAll(c.lang.Size(c.bytes), nbsp, " "); got != c.want {
			t.Errorf("%d bytes in %s = %q, want %q", c.bytes, c.lang, got, c.want)
		}
	}
}

func TestDates(t *testing.T) {
	day := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for i, want := range []string{"1 November 2026", "1 de noviembre de 2026", "1er novembre 2026", "1º de novembro de 2026", "1 ноября 2026 г.", "1 نوفمبر 2026"} {
		if got := Langs()[i].Day(day); got != want {
			t.Errorf("day in %s = %q, want %q", Langs()[i], got, want)
		}
	}
	for _, c := range []struct {
		lang           Lang
		from, to, want string
	}{
		{"en", "2026-11-10", "2026-11-11", "10 – 11 November 2026"},
		{"en", "2020-07-06", "2020-10-30", "6 July – 30 October 2020"},
		{"ru", "2020-07", "2020-10", "Июль – октябрь 2020 года"},
		{"en", "2019-12-30", "2020-01-02", "30 December 2019 – 2 January 2020"},
		{"es", "2020-07-06", "2020-10-30", "6 de julio – 30 de octubre de 2020"},
		{"en", "2026-11-10", "2026-11-10", "10 November 2026"},
		{"en", "2026-11-10", "", "10 November 2026"},
		{"en", "", "2026-11", "November 2026"},
		{"en", "soon", "", ""},
	} {
		if got := c.lang.Span(c.from, c.to); got != c.want {
			t.Errorf("%s to %s in %s = %q, want %q", c.from, c.to, c.lang, got, c.want)
		}
	}
	for _, l := range Langs() {
		for _, key := range []string{"date.months", "date.monthsAlone"} {
			if n := len(strings.Fields(l.Say(key))); n != 12 {
				t.Errorf("%s of %s has %d months", key, l, n)
			}
		}
	}
}

func TestLengths(t *testing.T) {
	for _, c := range []struct {
		lang Lang
		ms   int64
		want string
	}{
		{"en", 40_000, "40 seconds"}, {"en", 2_480_000, "41 minutes"}, {"en", 3_600_000, "1 hour"}, {"en", 7_082_000, "1 hour 58 minutes"},
		{"es", 7_082_000, "1 hora y 58 minutos"}, {"en", 230_400_000, "64 hours"}, {"ar", 7_200_000, "ساعتان"}, {"ru", 7_380_000, "2 часа 3 минуты"},
	} {
		if got := c.lang.Length(c.ms); got != c.want {
			t.Errorf("%d ms in %s = %q, want %q", c.ms, c.lang, got, c.want)
		}
	}
	if got := Timecode(1_807_999); got != "0:30:07" {
		t.Errorf("Timecode = %q, want 0:30:07", got)
	}
}

func TestNamesOfLanguages(t *testing.T) {
	for l, want := range map[archive.Language]string{
		"en": "English", "es": "Español", "fr": "Français", "pt": "Português", "pt-BR": "Português (Brasil)", "ru": "Русский", "ar": "العربية", "zh": "中文",
		"uk": "Українська", "sw": "Kiswahili", "id": "Bahasa Indonesia", "ht": "Kreyòl ayisyen", "ht-HT": "Kreyòl ayisyen (HT)", "zu": "isiZulu", "xx": "xx", "de": "Deutsch",
	} {
		if got := Own(l); got != want {
			t.Errorf("Own(%s) = %q, want %q", l, got, want)
		}
	}
	for l, want := range map[archive.Language]string{"ar": "rtl", "fa": "rtl", "he": "rtl", "ur": "rtl", "en": "ltr", "zh": "ltr", "az-Arab": "rtl", "xx": "ltr"} {
		if got := Dir(l); got != want {
			t.Errorf("Dir(%s) = %s, want %s", l, got, want)
		}
	}
	for _, c := range []struct{ got, want string }{
		{Lang("es").In("en"), "en inglés"}, {Lang("es").Into("en"), "al inglés"}, {Lang("fr").In("es"), "en espagnol"}, {Lang("pt").Into("ru"), "em russo"},
		{Lang("ru").In("en"), "на английском языке"}, {Lang("ru").Into("de"), "на немецкий язык"}, {Lang("ru").In("sw"), "на языке суахили"},
		{Lang("ru").In("pt-BR"), "на бразильском португальском языке"}, {Lang("ru").In("zh-Hans"), "на китайском языке"},
		{Lang("ar").In("en"), "بالإنجليزية"}, {Lang("en").In("gn"), "in Guarani"}, {Lang("en").In("xx"), "in xx"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestChooseNeverTakesAnotherLanguage(t *testing.T) {
	have := []archive.Language{"mul", "en", "pt-BR", "zh-Hant", "ru", "es"}
	for _, c := range []struct {
		name       string
		want, give archive.Language
	}{
		{"the very language", "en", "en"}, {"a general name takes its region", "pt", "pt-BR"}, {"a region takes the general name", "es-MX", "es"},
		{"capitals do not matter", "PT-br", "pt-BR"}, {"another region is another voice", "pt-PT", ""}, {"a related language is none", "uk", ""}, {"what is not there is none", "fr", ""},
	} {
		if got, ok := Choose(c.want, have); got != c.give || ok != (c.give != "") {
			t.Errorf("%s: Choose(%s) = %q, want %q", c.name, c.want, got, c.give)
		}
	}
}

func TestMatchTheReadersLanguages(t *testing.T) {
	for _, c := range []struct {
		accept string
		want   Lang
	}{
		{"", "en"}, {"ru", "ru"}, {"pt-BR,pt;q=0.9,en;q=0.8", "pt"}, {"uk,be;q=0.9", "en"}, {"de, fr;q=0.5", "fr"}, {"en;q=0.2, ar;q=0.9", "ar"}, {"*", "en"}, {";;;", "en"}, {"es;q=0, fr", "fr"},
	} {
		if got := Match(c.accept, nil); got != c.want {
			t.Errorf("Match(%q) = %s, want %s", c.accept, got, c.want)
		}
	}
	if got := Match("es", []Lang{"fr", "en"}); got != "fr" {
		t.Errorf("Match(es) among fr and en = %s, want fr, the first", got)
	}
}

func TestHTMLEscapesWhatItIsGiven(t *testing.T) {
	if got, want := string(Lang("en").HTML("voice.missing", "in", `<script>"`)), "There is no sound &lt;script&gt;&#34; here. We have not chosen another voice for you."; got != want {
		t.Errorf("HTML = %q, want %q", got, want)
	}
	if got := Lang("en").Say("no.such.key"); got != "⟦no.such.key⟧" {
		t.Errorf("a missing key = %q", got)
	}
	if got := Lang("en").Pattern("watch.linkTo"); got != "Link to {time}" {
		t.Errorf("Pattern = %q", got)
	}
}

func TestLists(t *testing.T) {
	for _, c := range []struct {
		lang  Lang
		items []string
		want  string
	}{
		{"en", nil, ""}, {"en", []string{"a"}, "a"}, {"en", []string{"a", "b"}, "a and b"}, {"en", []string{"a", "b", "c", "d"}, "a, b, c, and d"}, {"ru", []string{"а", "б", "в"}, "а, б и в"}, {"ar", []string{"أ", "ب", "ج"}, "أ وب وج"},
	} {
		if got := c.lang.List(c.items); got != c.want {
			t.Errorf("List(%v) in %s = %q, want %q", c.items, c.lang, got, c.want)
		}
	}
}
