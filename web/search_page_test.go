package web

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"cabina/archive"
	"cabina/search"
)

// debates are three sessions in which one word is said again and again in two languages, so that there is something to learn, to count and to sort.
func fillDebates(s *library) {
	s.t.Helper()
	conf := &archive.Conference{ID: "debates", Title: archive.Words{"en": "Debates"}, Languages: []archive.Language{"en", "es", "ar"}, Visibility: archive.Public}
	if _, err := s.archive.CreateConference(s.ctx, conf); err != nil {
		s.t.Fatal(err)
	}
	m := s.master("media")
	english := []string{"the police", "a bakery", "our water", "any teacher", "the mountain", "this river", "my garden", "that bridge", "her piano", "some winter", "an orchard", "his window"}
	spanish := []string{"la policía", "una panadería", "nuestra agua", "cualquier maestra", "la montaña", "este río", "mi jardín", "ese puente", "su piano", "un invierno", "un huerto", "su ventana"}
	for n, id := range []string{"one", "two", "three"} {
		var en, es, ar []string
		for i := range english {
			en = append(en, english[i]+" and punishment follow "+id)
			es = append(es, spanish[i]+" y castigo")
			ar = append(ar, "العقوبة هنا")
			en, es, ar = append(en, "nothing of that kind"), append(es, "nada de ese tipo"), append(ar, "لا شيء من ذلك")
		}
		for i := range 100 { // so that the word is not everywhere: of what is, nothing can be learned
			en, es = append(en, strings.Repeat(english[i%12]+" again ", 5)), append(es, strings.Repeat(spanish[i%12]+" otra vez ", 5))
		}
		doc := s.create(&archive.Session{
			ID: id, Conference: "debates", Title: archive.Words{"en": "Debate " + id, "ar": "مناقشة"}, Topics: []string{"law"}, At: []string{"2025-03-01", "2026-03-01", "2026-05-02"}[n], Clock: archive.Clock{LengthMs: libraryMs},
			People: []archive.Person{{ID: "p1", Name: "Chair Person"}, {ID: "p2", Name: "Secret Name", Hidden: true}},
			Tracks: []archive.Track{
				mediaTrack(archive.Video, archive.Picture, "zxx", m), mediaTrack(archive.Audio, archive.Interpretation, "en", m), mediaTrack(archive.Audio, archive.Interpretation, "es", m),
				following("t2", textTrack("en", s.master(vttOf(en...)))), following("t3", textTrack("es", s.master(vttOf(es...)))), textTrack("ar", s.master(vttOf(ar...))),
			},
		})
		s.render(doc, everything)
	}
}

// following is a text that was timed against a voice.
func following(voice string, t archive.Track) archive.Track {
	t.Versions[0].Of = &archive.Of{Track: voice, V: 1}
	return t
}

func TestSearchPages(t *testing.T) {
	lib := newLibrary(t, fillDebates)
	for _, c := range []struct {
		name string
		hold func(*testing.T, *library)
	}{
		{"filters stand in the address and narrow the answer", holdFilters},
		{"lines are all there once, by pages", holdLinesByPages},
		{"a line whose language runs the other way is filled the other way round", holdLinesBothWays},
		{"a line opens without script", holdLineOpens},
		{"a sample is said with its seed", holdSample},
		{"over time counts what lines count", holdOverTime},
		{"the table has a column for each language", holdTable},
		{"equivalents are off until ticked", holdEquivalents},
		{"a word that is nowhere has likes", holdMeant},
		{"suggestions are what is there", holdSuggestions},
		{"what is taken home asks the same", holdTake},
	} {
		t.Run(c.name, func(t *testing.T) {
			mine := *lib
			mine.t = t
			c.hold(t, &mine)
		})
	}
}

// counted gives the page's sentence about what was found.
func counted(t *testing.T, body string) string {
	t.Helper()
	m := regexp.MustCompile(`(?s)<p class="count" role="status">(.*?)</p>`).FindStringSubmatch(body)
	if m == nil {
		return ""
	}
	doc, err := html.Parse(strings.NewReader(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return textWithin(doc)
}

func holdFilters(t *testing.T, lib *library) {
	for query, want := range map[string]string{
		"":                                "36 lines in 3 sessions: English 36.",
		"&session=two":                    "12 lines in 1 session: English 12.",
		"&from=2026-05-02":                "12 lines in 1 session: English 12.",
		"&to=2025-03-01":                  "12 lines in 1 session: English 12.",
		"&from=2026&to=2026-03-01":        "12 lines in 1 session: English 12.",
		"&topic=law&role=interpretation":  "36 lines in 3 sessions: English 36.",
		"&conference=debates&lang=en":     "36 lines in 3 sessions: English 36.",
		"&role=nonsense&from=yesterday":   "36 lines in 3 sessions: English 36.",
		"&origin=machine&topic=%22law%22": "36 lines in 3 sessions: English 36.",
	} {
		body := lib.page("/en/search?q=punishment&view=lines" + query)
		if got := counted(t, body); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
		if said := strings.Contains(body, "A filter in the address cannot be read"); said != strings.Contains(query, "nonsense") {
			t.Errorf("%s: says that a filter was left out: %v", query, said)
		}
	}
	for _, query := range []string{"&lang=es", "&topic=nothing", "&to=2024", "&role=floor"} {
		if body := lib.page("/en/search?q=punishment" + query); !strings.Contains(body, "No moment has these words") || !strings.Contains(body, `href="/en/search?q=punishment">Search everywhere</a>`) {
			t.Errorf("%s does not say that there is none, or does not lead to the search without filters", query)
		}
	}
	body := lib.page("/en/search?q=punishment&lang=en&topic=law&from=2025-01-01&role=interpreted")
	for _, want := range []string{`name="lang" value="en" checked`, `name="topic" value="law" checked`, `name="from" value="2025-01-01"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the form does not show %s", want)
		}
	}
	if strings.Contains(body, "Secret Name") {
		t.Error("who is hidden is offered as a speaker")
	}
}

var lineIDs = regexp.MustCompile(`<tr id="l-([^"]+)"`)

func holdLinesByPages(t *testing.T, lib *library) {
	for _, sort := range []string{"", "left", "right", "session"} {
		seen, pages := map[string]bool{}, 0
		for address := "/en/search?q=punishment&view=lines&sort=" + sort; address != ""; pages++ {
			body := lib.page(address)
			for _, m := range lineIDs.FindAllStringSubmatch(body, -1) {
				if seen[m[1]] {
					t.Errorf("sort %q: line %s is there twice", sort, m[1])
				}
				seen[m[1]] = true
			}
			address = ""
			if m := regexp.MustCompile(`<a class="btn" href="([^"]+)">Next lines`).FindStringSubmatch(body); m != nil {
				address = html.UnescapeString(m[1])
			}
		}
		if len(seen) != 36 || pages != 2 {
			t.Errorf("sort %q: %d lines on %d pages, want 36 on 2", sort, len(seen), pages)
		}
	}
	body := lib.page("/en/search?q=punishment&view=lines&sort=left")
	if first, second := strings.Index(body, "a bakery and </bdi>"), strings.Index(body, "that bridge and </bdi>"); first < 0 || first > second {
		t.Error("sorted by what was said before, a bakery does not stand before that bridge")
	}
	if !strings.Contains(body, "Lines 1 to 30 of 36") {
		t.Error("the page does not say which lines these are")
	}
	if body := lib.page("/en/search?q=punishment&view=lines&cursor=bad"); !strings.Contains(body, "These are the first.") {
		t.Error("a cursor of another query is not said")
	}
}

func holdLinesBothWays(t *testing.T, lib *library) {
	cells := func(body string) [3]string {
		m := regexp.MustCompile(`(?s)<td class="l".*?<bdi[^>]*>(.*?)</bdi>.*?<mark>(.*?)</mark>.*?<td class="r".*?<bdi[^>]*>(.*?)</bdi>`).FindStringSubmatch(body)
		if m == nil {
			t.Fatal("no line on the page")
		}
		return [3]string{strings.TrimSpace(m[1]), m[2], strings.TrimSpace(m[3])}
	}
	if got := cells(lib.page("/en/search?q=%22punishment+follow%22&view=lines&session=one")); !strings.HasSuffix(got[0], "and") || !strings.HasPrefix(got[2], "one") {
		t.Errorf("English on an English page = %q", got)
	}
	if got := cells(lib.page("/ar/search?q=%22punishment+follow%22&view=lines&session=one")); !strings.HasSuffix(got[2], "and") || !strings.HasPrefix(got[0], "one") {
		t.Errorf("English on an Arabic page = %q, want what was said first on the left: in the cell at the page's end", got)
	}
	en, ar := cells(lib.page("/en/search?q=%D8%A7%D9%84%D8%B9%D9%82%D9%88%D8%A8%D8%A9&view=lines&session=one")), cells(lib.page("/ar/search?q=%D8%A7%D9%84%D8%B9%D9%82%D9%88%D8%A8%D8%A9&view=lines&session=one"))
	if !strings.HasPrefix(en[0], "هنا") || !strings.HasPrefix(ar[2], "هنا") {
		t.Errorf("Arabic on an English page = %q, on an Arabic page = %q", en, ar)
	}
}

func holdLineOpens(t *testing.T, lib *library) {
	body := lib.page("/en/search?q=punishment&view=lines")
	m := regexp.MustCompile(`<a href="([^"]+)" data-open aria-expanded="false"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatal("no word leads to its moment in the other languages")
	}
	body = lib.page(strings.Split(html.UnescapeString(m[1]), "#")[0])
	open := regexp.MustCompile(`(?s)<tr class="beside" role="row"><td role="cell"></td>(.*?)</tr>`).FindStringSubmatch(body)
	if open == nil || !strings.Contains(open[1], "castigo") || !strings.Contains(open[1], "العقوبة") || !strings.Contains(open[1], `data-voice="t3"`) || !strings.Contains(open[1], "/en/sessions/one/cite?m=") {
		t.Errorf("the opened line holds %v, want Spanish with its voice, Arabic, and the citation", open)
	}
	if strings.Count(body, `aria-expanded="true"`) != 1 {
		t.Error("one word is to be expanded")
	}
}

func holdSample(t *testing.T, lib *library) {
	body := lib.page("/en/search?q=punishment&view=lines&sample=5&seed=7")
	if !strings.Contains(body, "A sample of 5 of 36 lines. The seed 7 always gives the same ones.") || len(lineIDs.FindAllString(body, -1)) != 5 {
		t.Error("the sample is not said, or has not five lines")
	}
	again, other := lib.page("/en/search?q=punishment&view=lines&sample=5&seed=7"), lib.page("/en/search?q=punishment&view=lines&sample=5&seed=8")
	if again != body || strings.Join(lineIDs.FindAllString(other, -1), "") == strings.Join(lineIDs.FindAllString(body, -1), "") {
		t.Error("the same seed gives the same page, another one other lines")
	}
	if !strings.Contains(body, `href="/en/search?q=punishment&amp;view=lines">All lines</a>`) {
		t.Error("nothing leads back to all lines")
	}
}

func holdOverTime(t *testing.T, lib *library) {
	body := lib.page("/en/search?q=punishment&view=time")
	if got := counted(t, body); got != "36 lines in 3 of 3 sessions." {
		t.Errorf("count = %q", got)
	}
	if n := strings.Count(body, `class="bar"`); n != 3 {
		t.Errorf("%d bars, want one for each session", n)
	}
	if n := strings.Count(body, `class="m"`); n != 36 {
		t.Errorf("%d marks on the strips, want 36", n)
	}
	for _, want := range []string{`role="img" aria-labelledby="ct cd"`, "March 2025", ">2025</th>", ">2026</th>", `href="/en/search?q=punishment&amp;view=lines&amp;session=one"`, `tabindex="-1" aria-hidden="true" data-play="one" data-voice="t2"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
	rate := regexp.MustCompile(`<td class="num">12</td><td class="num">([\d,.]+)</td>`)
	if m := rate.FindStringSubmatch(body); m == nil || m[1] == "0.0" {
		t.Errorf("lines to 10,000 words = %v", m)
	}
	if body := lib.page("/en/search?q=punishment&view=time&per=words"); !strings.Contains(body, `aria-current="true">per 10,000 words`) {
		t.Error("bars per 10,000 words are not to be had")
	}
	if body := lib.page("/en/search?q=punishment&view=time&lang=es"); !strings.Contains(body, "No moment has these words") {
		t.Error("none in Spanish is not said")
	}
}

func holdTable(t *testing.T, lib *library) {
	body := lib.page("/en/search?q=punishment&view=table&session=one")
	for _, want := range []string{`<th scope="col">English</th><th scope="col"><bdi lang="es" dir="ltr">Español</bdi></th><th scope="col"><bdi lang="ar" dir="rtl">العربية</bdi></th>`, `<mark>punishment</mark>`, "castigo", `<td class="own">`} {
		if !strings.Contains(body, want) {
			t.Errorf("the table does not hold %s", want)
		}
	}
	if n := strings.Count(body, `<th scope="row">`); n != 12 {
		t.Errorf("%d rows, want 12", n)
	}
}

func holdEquivalents(t *testing.T, lib *library) {
	body := lib.page("/en/search?q=punishment&view=lines")
	if !strings.Contains(body, `name="also" value="es:castigo" aria-describedby="learned"><span lang="es" dir="ltr">castigo</span>`) || !strings.Contains(body, "Also, as learned from this archive") {
		t.Fatal("castigo is not offered, unticked and marked as learned")
	}
	body = lib.page("/en/search?q=punishment&view=lines&also=es:castigo")
	if got := counted(t, body); got != "72 lines in 3 sessions: English 36 and Español 36." {
		t.Errorf("with castigo ticked: %q", got)
	}
	if !strings.Contains(body, `value="es:castigo" aria-describedby="learned" checked`) || !strings.Contains(body, `value="punishment"`) {
		t.Error("the tick is not kept, or the field holds more than was typed")
	}
	if body := lib.page("/en/search?q=punishment&also=es:castigo&lang=es"); !strings.Contains(body, "found through a learned equivalent") {
		t.Error("a moment that the equivalent found does not say so")
	}
	if body := lib.page("/en/search?q=punishment&view=lines&also=es:nunca"); counted(t, body) != "36 lines in 3 sessions: English 36." {
		t.Error("a word that was never learned is searched for")
	}
}

func holdMeant(t *testing.T, lib *library) {
	for _, view := range []string{"", "&view=lines", "&view=time"} {
		body := lib.page("/en/search?q=punishmint&lang=en&topic=law" + view)
		if !strings.Contains(body, "Did you mean") || !strings.Contains(body, "q=punishment") || !strings.Contains(body, "lang=en&amp;topic=law") || strings.Contains(body, "topic%3A") {
			t.Errorf("%q: punishment is not offered for punishmint with the filters as they are", view)
		}
	}
	if body := lib.page("/en/search?q=punishment"); strings.Contains(body, "Did you mean") {
		t.Error("a word that is there has likes")
	}
}

func holdSuggestions(t *testing.T, lib *library) {
	r, body := lib.get("/en/suggest?q=puni")
	if r.StatusCode != 200 || !strings.Contains(body, `{"text":"punishment","lang":"en","dir":"ltr"}`) || r.Header.Get("Content-Type") != "application/json" {
		t.Errorf("suggest puni = %d %s", r.StatusCode, body)
	}
	for _, q := range []string{"", "x", "%22", "lang:", "%ff", strings.Repeat("a", 5000), url.QueryEscape(evil)} {
		if r, body := lib.get("/en/suggest?q=" + q); r.StatusCode != 200 || body != "{\"suggestions\":[]}\n" {
			t.Errorf("suggest %.20q = %d %s, want none", q, r.StatusCode, body)
		}
	}
	if body := lib.page("/en/search"); !strings.Contains(body, `data-suggest="/en/suggest"`) {
		t.Error("the field does not say where suggestions are")
	}
}

func holdTake(t *testing.T, lib *library) {
	body := lib.page("/en/search?q=punishment&view=table&also=es:castigo&session=one&from=2025-01-01&sort=left&sample=9&seed=2")
	m := regexp.MustCompile(`href="(/api/v1/lines[^"]+)" download>CSV`).FindStringSubmatch(body)
	if m == nil {
		t.Fatal("there is nothing to take home")
	}
	u, err := url.Parse(html.UnescapeString(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"q": "punishment OR castigo after:2025-01-01", "session": "one", "sort": "left", "sample": "9", "seed": "2", "beside": "1", "format": "csv"} {
		if got := u.Query().Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if r, _ := lib.get(u.String()); r.StatusCode != 200 {
		t.Errorf("GET %s = %d", u, r.StatusCode)
	}
	if _, err := search.Parse(u.Query().Get("q")); err != nil {
		t.Error(err)
	}
}

func TestFilterText(t *testing.T) {
	for _, c := range []struct {
		name, value, want string
	}{
		{"a word", "law", "topic:law"},
		{"two words are quoted", "sex work", `topic:"sex work"`},
		{"quotation marks cannot end it", `a" lang:es "b`, `topic:"a  lang:es  b"`},
	} {
		got := filterText(search.Topic, c.value)
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if q, err := search.Parse("x " + got); err != nil || len(q.Filters) != 1 || len(q.Terms) != 1 {
			t.Errorf("%s: %s is read as %+v, %v", c.name, got, q, err)
		}
	}
}

func TestDayAfter(t *testing.T) {
	for day, want := range map[string]string{"": "", "2020": "2021-01-01", "2020-12": "2021-01-01", "2020-02-28": "2020-02-29", "2020-12-31": "2021-01-01"} {
		if got := dayAfter(day); got != want {
			t.Errorf("dayAfter(%q) = %q, want %q", day, got, want)
		}
	}
}
