package web

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"cabina/web/locale"
)

// paths are pages of the library that answer 200, behind /{lang}.
var paths = []string{
	"/", "/?voice=es", "/?voice=mul", "/about", "/search", "/search?q=property", "/search?q=%22right+to+own%22+propiedad", "/search?q=nothingofthekind", "/search?q=%22open", "/search?q=right&lang=es",
	"/search?q=right&session=whole", "/search?q=hostile", "/search?q=right&cursor=bad",
	"/conferences/udhr", "/conferences/udhr?lang=es&topic=belief", "/conferences/udhr?topic=none", "/conferences/udhr?voice=ar",
	"/sessions/whole", "/sessions/whole?t=8.5&voice=es&captions=es&text=es&beside=ar", "/sessions/whole?voice=fr", "/sessions/whole?voice=pt", "/sessions/whole?voice=zz99", "/sessions/whole?voice=!!",
	"/sessions/whole?voice=mul&captions=zh", "/sessions/whole?find=derecho&text=es", "/sessions/whole?find=nothere", "/sessions/whole?text=fr", "/sessions/whole?m=t3.1.8400", "/sessions/whole?m=t77.1.5",
	"/sessions/whole?m=broken", "/sessions/whole?picture=p360", "/sessions/whole/listen", "/sessions/whole/listen?voice=fr&t=9", "/sessions/whole/transcript/en", "/sessions/whole/transcript/ar?beside=es", "/sessions/whole/transcript/zh?find=%E4%BA%BA",
	"/sessions/whole/cite", "/sessions/whole/cite?t=8.5&voice=es&to=10", "/sessions/whole/cite?m=t3.1.8400", "/sessions/whole/cite?m=t77.1.5", "/sessions/whole/cite?m=broken", "/sessions/hostile/cite", "/sessions/prep/cite", "/sessions/unlisted~" + secret + "/cite?t=1",
	"/sessions/whole/side", "/sessions/whole/side?voices=en,ar,zh&t=8.5&voice=es", "/sessions/whole/side?voices=es&voices=ar&voices=", "/sessions/whole/side?voices=fr,es", "/sessions/prep/side", "/sessions/bare/side", "/sessions/hostile/side", "/sessions/unlisted~" + secret + "/side",
	"/search?q=reading", "/search?q=right&view=lines", "/search?q=right&view=lines&sort=left&sample=2&seed=3", "/search?q=%D8%AD%D9%82&view=lines", "/search?q=right&view=table", "/search?q=nothingofthekind&view=lines", "/search?q=right&view=time", "/search?q=right&view=time&per=words", "/search?q=nothingofthekind&view=time", "/search?q=right&role=interpreted&topic=belief&from=2020&to=2027-01-31&speaker=Reader&lang=en", "/search?q=right&from=nonsense&role=none&lang=%21",
	"/sessions/still", "/sessions/still/listen", "/sessions/still/transcript/ru", "/sessions/prep", "/sessions/prep/listen", "/sessions/bare", "/sessions/bare/listen", "/sessions/hostile", "/sessions/hostile/listen", "/sessions/hostile/transcript/en",
	"/sessions/unlisted~" + secret, "/sessions/unlisted~" + secret + "/listen", "/sessions/unlisted~" + secret + "/transcript/en",
}

// TestPages looks at one archive from all sides.
func TestPages(t *testing.T) {
	lib := newLibrary(t, fillLibrary)
	for _, c := range []struct {
		name string
		hold func(*testing.T, *library)
	}{
		{"every page in every language", holdEveryPageInEveryLanguage},
		{"every link leads somewhere", holdEveryLinkLeadsSomewhere},
		{"hostile words are inert", holdHostileWordsAreInert},
		{"the voice is the one asked for or none", holdTheVoiceIsTheOneAskedForOrNone},
		{"keys say the state of every channel", holdKeysSayTheStateOfEveryChannel},
		{"what is not the readers is nowhere", holdWhatIsNotTheReadersIsNowhere},
		{"the address says where to begin", holdTheAddressSaysWhereToBegin},
		{"the page without script plays the chosen voice", holdThePageWithoutScriptPlaysTheChosenVoice},
		{"the transcript is found in and set beside", holdTheTranscriptIsFoundInAndSetBeside},
		{"search page", holdSearchPage},
		{"pages are asked about by their ETag", holdPagesAreAskedAboutByTheirETag},
		{"the switch of language keeps the place", holdTheSwitchOfLanguageKeepsThePlace},
	} {
		t.Run(c.name, func(t *testing.T) {
			mine := *lib
			mine.t = t
			c.hold(t, &mine)
		})
	}
}

func holdEveryPageInEveryLanguage(t *testing.T, lib *library) {
	for _, l := range locale.Langs() {
		for _, path := range paths {
			address := "/" + string(l) + path
			holdPage(t, l, address, lib.page(address, "Accept-Language", string(l)))
		}
		for address, want := range map[string]int{
			"/" + string(l) + "/sessions/nothing": 404, "/" + string(l) + "/sessions/draft": 404, "/" + string(l) + "/sessions/withdrawn": 410, "/" + string(l) + "/sessions/unlisted": 404,
			"/" + string(l) + "/sessions/whole/transcript/fr": 404, "/" + string(l) + "/nowhere/at/all": 404, "/" + string(l) + "/conferences/hidden": 404,
		} {
			r, body := lib.get(address)
			if r.StatusCode != want {
				t.Errorf("GET %s = %d, want %d", address, r.StatusCode, want)
			}
			holdPage(t, l, address, body)
		}
	}
}

// holdEveryLinkLeadsSomewhere follows every link of every page, from the home page on and from what is only to be had by a link.
func holdEveryLinkLeadsSomewhere(t *testing.T, lib *library) {
	queue := []string{"/en/", "/ar/", "/en/sessions/unlisted~" + secret, "/en/sessions/bare", "/en/sessions/whole?t=8.5&voice=es&beside=ar", "/en/search?q=property", "/en/nothing/here", "/en/sessions/whole/transcript/fr"}
	seen := map[string]bool{}
	pages := 0
	for len(queue) > 0 {
		address := queue[0]
		queue = queue[1:]
		if seen[shape(address)] {
			continue
		}
		seen[shape(address)] = true
		r, body := lib.get(address)
		start := len(seen) <= 8
		if r.StatusCode != 200 && r.StatusCode != 303 && !start {
			t.Errorf("a link leads to %s, which is %d", address, r.StatusCode)
			continue
		}
		if !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
			continue
		}
		pages++
		base, _ := url.Parse(address)
		doc, _ := html.Parse(strings.NewReader(body))
		walk(doc, func(n *html.Node) {
			for _, key := range []string{"href", "src", "action"} {
				to := get(n, key)
				if to == "" || n.Data == "use" || get(n, "rel") == "canonical" || r.StatusCode != 200 && get(n, "hreflang") != "" {
					continue
				}
				u, err := base.Parse(to)
				if err != nil {
					t.Errorf("%s: %s: %v", address, to, err)
					continue
				}
				u.Fragment = ""
				if strings.HasSuffix(u.Path, ".mp4") || strings.HasSuffix(u.Path, ".m4a") || strings.Contains(u.RawQuery, "t=") && !strings.HasPrefix(address, "/en/") {
					continue // media are held by their own tests; the lines of one language will do
				}
				if strings.HasSuffix(u.Path, "/cite") && !strings.Contains(u.Path, "/still/") && !strings.Contains(u.Path, "/bare/") {
					continue // each second has one: those of two sessions will do
				}
				queue = append(queue, u.RequestURI())
			}
		})
		if pages > 2000 {
			t.Fatal("more than 2000 pages: links never end")
		}
	}
	if pages < 100 {
		t.Errorf("followed %d pages, want more than 100", pages)
	}
}

// shape is an address without the second, the moment and the line that it opens: pages that differ in these alone have the same links.
func shape(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	q := u.Query()
	for _, name := range []string{"t", "m", "open"} {
		if q.Has(name) {
			q.Set(name, "…")
		}
	}
	u.RawQuery = q.Encode()
	return u.String()
}

func holdHostileWordsAreInert(t *testing.T, lib *library) {
	for _, path := range []string{"/", "/conferences/udhr", "/sessions/hostile", "/sessions/hostile/listen", "/sessions/hostile/transcript/en", "/search?q=hostile", "/search?q=" + url.QueryEscape(evil), "/sessions/hostile?find=" + url.QueryEscape(evil), "/sessions/hostile?voice=" + url.QueryEscape(evil), "/nothing" + url.PathEscape(evil)} {
		_, body := lib.get("/en" + path)
		if strings.Contains(body, "<script>alert") || strings.Contains(body, "{{.}}\"") {
			t.Errorf("%s holds the script", path)
		}
		doc, err := html.Parse(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		scripts := 0
		walk(doc, func(n *html.Node) {
			if n.Data == "script" && n.Type == html.ElementNode {
				scripts++
			}
			if get(n, "onload") != "" {
				t.Errorf("%s: <%s> has onload", path, n.Data)
			}
		})
		if scripts > 2 {
			t.Errorf("%s has %d scripts, want the player's and its data at most", path, scripts)
		}
		if !strings.Contains(textWithin(doc), "alert(1)") && !strings.Contains(path, "?voice=") && !strings.HasPrefix(path, "/nothing") {
			t.Errorf("%s does not show the words", path)
		}
	}
}

func holdTheVoiceIsTheOneAskedForOrNone(t *testing.T, lib *library) {
	for _, c := range []struct {
		name, path, accept string
		track              string
		says               string
	}{
		{"by the address", "/en/sessions/whole?voice=es", "ar", "t4", ""},
		{"the floor by mul", "/en/sessions/whole?voice=mul", "", "t2", ""},
		{"the floor by floor", "/en/sessions/whole?voice=floor", "", "t2", ""},
		{"a track", "/en/sessions/whole?voice=t11", "", "t11", ""},
		{"a region of what is there", "/en/sessions/whole?voice=es-MX", "", "t4", ""},
		{"the reader's language", "/en/sessions/whole", "ar, en;q=0.5", "t6", ""},
		{"the next of the reader's languages, before the page's", "/en/sessions/whole", "eu, es;q=0.8, en;q=0.5", "t4", ""},
		{"the page's language where the reader's is not there", "/en/sessions/whole", "de", "t3", ""},
		{"none behind the page's language: a browser's English is no wish", "/ru/sessions/whole", "ru, en;q=0.5", "", "Здесь нет звука на русском языке. Другой язык мы без вас не включаем."},
		{"missing is said", "/es/sessions/whole?voice=fr", "es", "", "Aquí no hay sonido en francés. No hemos elegido otra voz por usted."},
		{"what is only text is said", "/en/sessions/whole?voice=zh", "", "", "There is a transcript in Chinese."},
		{"being prepared is said", "/pt/sessions/whole", "pt-BR", "", "Ainda não há som em português."},
		{"staff's voice is not there", "/en/sessions/whole?voice=de", "", "", "There is no sound in German here."},
		{"staff's track is not there", "/en/sessions/whole?voice=t12", "", "", "There is no such voice"},
		{"no such name", "/en/sessions/whole?voice=!", "", "", "There is no such voice here."},
		{"a related language is no match", "/en/sessions/whole?voice=gl", "", "", "There is no sound in Galician here."},
		{"a floor of one language is that language", "/ru/sessions/still", "ru", "t1", ""},
	} {
		body := lib.page(c.path, "Accept-Language", c.accept)
		if got := dataOf(t, body).Voice; got != c.track {
			t.Errorf("%s: voice %q, want %q", c.name, got, c.track)
		}
		if c.says != "" && !strings.Contains(body, c.says) {
			t.Errorf("%s: the page does not say %q", c.name, c.says)
		}
		lit := regexp.MustCompile(`data-track="(t\d+)" aria-pressed="true"`).FindAllStringSubmatch(body, -1)
		if c.track == "" && (len(lit) > 0 || strings.Contains(body, "/download/whole/t3.mp4\"")) || c.track != "" && (len(lit) == 0 || lit[0][1] != c.track) {
			t.Errorf("%s: lit keys %v, want %q", c.name, lit, c.track)
		}
	}
}

func holdKeysSayTheStateOfEveryChannel(t *testing.T, lib *library) {
	got := map[int]string{}
	for _, v := range dataOf(t, lib.page("/en/sessions/whole?voice=es")).Voices {
		got[v.Number] = strings.Join([]string{string(v.Language), v.Name, v.State, v.Word, v.Track}, "|")
	}
	for n, want := range []string{
		"mul|Floor|ready|as spoken|t2", "en|English|ready|interpretation|t3", "es|Español|ready|interpretation|t4", "fr|Français|none|no sound, no text|", "pt|Português|wait|being prepared|",
		"ru|Русский|none|no sound, no text|", "ar|العربية|ready|interpretation|t6", "zh|中文|none|no sound, only text|", "en|English|ready|description of the picture|t11",
	} {
		if got[n] != want {
			t.Errorf("key %d = %q, want %q", n, got[n], want)
		}
	}
	if len(got) != 9 {
		t.Errorf("%d keys, want 9: %v", len(got), got)
	}
	if word := dataOf(t, lib.page("/en/sessions/whole?voice=es", "Save-Data", "on")).Voices[1].Word; word != "15\u00a0MB an hour" {
		t.Errorf("word of English with data saver = %q, want what the small voice takes", word)
	}
}

func holdWhatIsNotTheReadersIsNowhere(t *testing.T, lib *library) {
	for _, path := range paths {
		body := lib.page("/en" + path)
		for _, word := range []string{"Secret Name", "Draft session", "Withdrawn session", "Hidden conference", "Deutsch"} {
			if strings.Contains(body, word) {
				t.Errorf("%s holds %q", path, word)
			}
		}
		if !strings.Contains(path, secret) && strings.Contains(body, "Unlisted session") {
			t.Errorf("%s holds the unlisted session", path)
		}
		if strings.Contains(path, secret) && (strings.Contains(body, "/unlisted/") || strings.Contains(body, `/unlisted"`) || strings.Contains(body, "/unlisted?")) {
			t.Errorf("%s has a link that loses the token", path)
		}
	}
	r, _ := lib.get("/en/sessions/unlisted~" + secret)
	if got := r.Header.Get("Cache-Control"); got != "private, no-store" {
		t.Errorf("Cache-Control of an unlisted session = %q, want private, no-store", got)
	}
}

func holdTheAddressSaysWhereToBegin(t *testing.T, lib *library) {
	for _, c := range []struct {
		query string
		start int64
		says  string
	}{
		{"", 0, ""}, {"?t=8.5", 8500, ""}, {"?t=754.2", lengthBut(1000), ""}, {"?t=nonsense", 0, ""}, {"?t=-3", 0, ""}, {"?t=8.4000001", 8400, ""},
		{"?m=t3.1.8400", 8400, ""}, {"?m=t9.1.8400", 8400, ""}, {"?m=t3.7.8400", 8400, "no longer in the recording"}, {"?m=t99.1.8400", 8400, "no longer in the recording"}, {"?m=x", 0, "is damaged"},
	} {
		body := lib.page("/en/sessions/whole" + c.query)
		if got := dataOf(t, body).StartMs; got != c.start {
			t.Errorf("%q begins at %d ms, want %d", c.query, got, c.start)
		}
		if c.says != "" && !strings.Contains(body, c.says) {
			t.Errorf("%q does not say %q", c.query, c.says)
		}
	}
	if got := dataOf(t, lib.page("/en/sessions/whole?m=t4.1.8400")).Voice; got != "t4" {
		t.Errorf("a moment of t4 chooses the voice %q", got)
	}
	if body := lib.page("/en/sessions/whole?t=9&voice=es"); !strings.Contains(body, `<li id="t8" data-start="8200" data-end="12200" aria-current="true">`) || !strings.Contains(body, `href="?t=8.2&amp;voice=es#t8"`) {
		t.Error("the line of the second is not marked, or its link is not ?t=8.2&voice=es#t8")
	}
}

func lengthBut(ms int64) int64 { return libraryMs - ms }

func holdThePageWithoutScriptPlaysTheChosenVoice(t *testing.T, lib *library) {
	for path, want := range map[string]string{
		"/en/sessions/whole?voice=es":                   `controls src="/download/whole/t4.mp4"`,
		"/en/sessions/whole?voice=es&t=8.5":             `controls src="/download/whole/t4.mp4#t=8.5"`,
		"/en/sessions/whole?voice=es&picture=p360":      `controls src="/download/whole/t4.mp4?picture=p360"`,
		"/en/sessions/unlisted~" + secret + "?voice=en": `controls src="/download/unlisted~` + secret + `/t2.mp4"`,
	} {
		if body := lib.page(path); !strings.Contains(body, want) {
			t.Errorf("%s has no %s", path, want)
		}
	}
	r, _ := lib.get("/en/sessions/whole?voice=es&picture=voice&t=3")
	if got := r.Header.Get("Location"); r.StatusCode != http.StatusSeeOther || got != "/en/sessions/whole/listen?voice=es&t=3" {
		t.Errorf("picture=voice leads to %d %s, want 303 to the listen page", r.StatusCode, got)
	}
}

func holdTheTranscriptIsFoundInAndSetBeside(t *testing.T, lib *library) {
	body := lib.page("/en/sessions/whole?voice=es&text=es&find=LIBERTÁD")
	if n := strings.Count(body, "data-start="); n != 3 {
		t.Errorf("find shows %d lines, want 3", n)
	}
	if !strings.Contains(body, "<mark>libertad</mark>") || !strings.Contains(body, "3 lines have “<bdi>LIBERTÁD</bdi>”.") {
		t.Error("what was found is not marked and counted")
	}
	body = lib.page("/en/sessions/whole?voice=es&text=es&beside=ar")
	if !strings.Contains(body, `<p lang="es" dir="ltr">Toda persona tiene derecho a la propiedad.</p><p lang="ar" dir="rtl">لكل شخص حق التملك.</p>`) {
		t.Error("the second language does not stand beside the first")
	}
	if !strings.Contains(body, "Artículo 17") || strings.Count(body, `class="head"`) != 2 {
		t.Error("the heads of the chapters are not there, in the transcript's language")
	}
}

func holdSearchPage(t *testing.T, lib *library) {
	body := lib.page("/en/search?q=property")
	for _, want := range []string{`<p class="count" role="status">2 moments in 2 sessions.</p>`, "<mark>property</mark>", `href="/en/sessions/whole?m=t`, `<mark>property</mark>`, "The same moment in 3 other languages", `lang="ar" dir="rtl"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
	for path, want := range map[string]string{
		"/en/search?q=%22open":       "The quotation mark at letter 1 is not closed.",
		"/ru/search?q=%22open":       "Кавычка у знака 1 не закрыта.",
		"/en/search?q=zzzzz":         "No moment has these words",
		"/en/search?q=own&lang=zh":   "Search everywhere",
		"/en/search":                 "Words or a “phrase”",
		"/en/search?q=own&cursor=no": "These are the first.",
	} {
		if body := lib.page(path); !strings.Contains(body, want) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
}

func TestAnEmptyArchiveIsKind(t *testing.T) {
	lib := newLibrary(t, func(*library) {})
	for _, l := range locale.Langs() {
		body := lib.page("/" + string(l) + "/")
		holdPage(t, l, "/"+string(l)+"/ (empty)", body)
		if !strings.Contains(body, `<code dir="auto">cabina import</code>`) || !strings.Contains(body, l.Say("home.empty")) {
			t.Errorf("the empty home page in %s does not say what staff would do", l)
		}
		holdPage(t, l, "/search (empty)", lib.page("/"+string(l)+"/search?q=word"))
	}
}

func holdPagesAreAskedAboutByTheirETag(t *testing.T, lib *library) {
	for _, path := range []string{"/en/", "/en/conferences/udhr", "/en/sessions/whole", "/en/sessions/whole/listen", "/en/sessions/whole/transcript/en", "/en/search?q=own", "/en/about"} {
		r, _ := lib.get(path)
		tag := r.Header.Get("ETag")
		if tag == "" || r.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s has ETag %q and Cache-Control %q, want one and no-cache", path, tag, r.Header.Get("Cache-Control"))
		}
		if r, _ := lib.get(path, "If-None-Match", tag); r.StatusCode != http.StatusNotModified {
			t.Errorf("%s with its own ETag = %d, want 304", path, r.StatusCode)
		}
	}
}

func holdTheSwitchOfLanguageKeepsThePlace(t *testing.T, lib *library) {
	body := lib.page("/en/sessions/whole?t=8.5&voice=es")
	for _, want := range []string{
		`href="/ar/sessions/whole?t=8.5&amp;voice=es" lang="ar" hreflang="ar" dir="rtl"`, `<link rel="alternate" hreflang="ru" href="/ru/sessions/whole?t=8.5&amp;voice=es">`, `<link rel="canonical" href="/en/sessions/whole">`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
}

// Keys are used, and what is used is there. Keys that are put together from parts are listed by their beginnings.
func TestEveryKeyIsUsed(t *testing.T) {
	quoted := regexp.MustCompile(`"([a-z]+\.[a-zA-Z.]+)"`)
	built := []string{"error.", "query."}
	used := map[string]bool{}
	for _, glob := range []string{"*.go", "template/*.html", "locale/*.go"} {
		files, err := filepath.Glob(glob)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range quoted.FindAllStringSubmatch(string(data), -1) {
				used[m[1]] = true
			}
		}
	}
	keys := locale.Keys()
	for _, key := range keys {
		example, isExample := strings.CutSuffix(key, "Example")
		if !used[key] && !(isExample && used[example]) && !slices.ContainsFunc(built, func(p string) bool { return strings.HasPrefix(key, p) }) {
			t.Errorf("no page says %s", key)
		}
	}
	groups := map[string]bool{}
	for _, key := range keys {
		group, _, _ := strings.Cut(key, ".")
		groups[group] = true
	}
	for key := range used {
		group, _, _ := strings.Cut(key, ".")
		if groups[group] && !slices.Contains(keys, key) && !slices.Contains(keys, key+".title") {
			t.Errorf("%s is said and is in no catalogue", key)
		}
	}
}

// Every word that a page says has a key: templates hold none, and code builds none.
func TestNoSentenceStandsInATemplate(t *testing.T) {
	files, err := templateFiles.ReadDir("template")
	if err != nil {
		t.Fatal(err)
	}
	action := regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	spoken := regexp.MustCompile(`(?:aria-label|aria-valuetext|alt|title|placeholder|label|content)="([^"]*)"`)
	letters := regexp.MustCompile(`\pL`)
	for _, f := range files {
		data, err := templateFiles.ReadFile("template/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		plain := action.ReplaceAllString(string(data), "")
		for _, m := range spoken.FindAllStringSubmatch(plain, -1) {
			if letters.MatchString(m[1]) && !slices.Contains([]string{"width=device-width, initial-scale=1", "no-referrer", "light dark", "noindex"}, m[1]) {
				t.Errorf("%s says %q in an attribute", f.Name(), m[1])
			}
		}
		z := html.NewTokenizer(strings.NewReader(plain))
		for tt := z.Next(); tt != html.ErrorToken; tt = z.Next() {
			if tt == html.TextToken && letters.Match(z.Text()) {
				t.Errorf("%s says %q", f.Name(), strings.TrimSpace(string(z.Raw())))
			}
		}
	}
}
