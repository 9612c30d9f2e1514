package web

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cabina/archive"
	"cabina/transcode"
)

// asker is someone who asks for a session in one of the ways there are.
type asker struct {
	name     string
	standing archive.Standing
	token    string // "": the plain id; "right", "wrong": with a token of that sort
}

var askers = []asker{
	{name: "a stranger"},
	{name: "who has the token", token: "right"},
	{name: "who has a wrong token", token: "wrong"},
	{name: "a reader", standing: archive.Reader},
	{name: "a contributor", standing: archive.Contributor},
	{name: "an editor", standing: archive.Editor},
	{name: "an administrator", standing: archive.Administrator},
}

func (a asker) address(id string) string {
	switch a.token {
	case "right":
		return id + "~" + tokenOf(id)
	case "wrong":
		return id + "~" + strings.Repeat("0", 32)
	}
	return id
}

// ids are of one length, as is nothing's: answers differ in nothing else.
var sessionIDs = map[archive.Visibility]string{
	archive.Draft: "draft-00", archive.Unlisted: "unlisted", archive.Public: "public-0", archive.Restricted: "restrict", archive.Withdrawn: "withdraw",
}

const nothingID = "nothing0"

// statuses of a session, in the order of askers. They are written out and not computed: this is the table that a change has to change.
var sessionAccess = map[archive.Visibility][]int{
	//                    stranger, token, wrong, reader, contributor, editor, administrator
	archive.Draft:      {404, 404, 404, 404, 200, 200, 200},
	archive.Unlisted:   {404, 200, 404, 404, 200, 200, 200},
	archive.Public:     {200, 200, 404, 200, 200, 200, 200},
	archive.Restricted: {404, 404, 404, 200, 200, 200, 200},
	archive.Withdrawn:  {410, 410, 404, 410, 410, 200, 200},
}

// staffAccess is the same of a staff track.
var staffAccess = map[archive.Visibility][]int{
	archive.Draft:      {404, 404, 404, 404, 200, 200, 200},
	archive.Unlisted:   {404, 404, 404, 404, 200, 200, 200},
	archive.Public:     {404, 404, 404, 404, 200, 200, 200},
	archive.Restricted: {404, 404, 404, 404, 200, 200, 200},
	archive.Withdrawn:  {410, 410, 404, 410, 410, 200, 200},
}

// accessCase is how a route is asked for in the table. paths are of what every viewer of the session may see, staff those of a staff track.
type accessCase struct {
	open  []string                                          // of routes that are the same for everyone
	paths func(s *site, id string, address string) []string // of routes about a session or a track
	staff func(s *site, id string, address string) []string
}

// accessCases holds every route of the program. A new one has to join: TestAccess fails for one that is missing.
var accessCases = map[string]accessCase{
	"/":                              {open: []string{"/"}},
	"/:lang":                         {open: []string{"/en"}},
	"/:lang/":                        {open: []string{"/en/", "/ar/"}},
	"/:lang/about":                   {open: []string{"/en/about"}},
	"/:lang/search":                  {open: []string{"/en/search", "/es/search?q=derechos", "/es/search?q=derechos&view=lines", "/es/search?q=derechos&view=table", "/es/search?q=derechos&view=time"}},
	"/:lang/suggest":                 {open: []string{"/en/suggest?q=der", "/es/suggest"}},
	"/:lang/conferences/:conference": {open: []string{"/en/conferences/public-0"}},
	"/:lang/sessions/:session": {paths: func(_ *site, _, a string) []string {
		return []string{"/en/sessions/" + a, "/ar/sessions/" + a + "?voice=es&t=2", "/en/sessions/" + a + "?m=t3.1.2000"}
	}},
	"/:lang/sessions/:session/listen": {paths: func(_ *site, _, a string) []string {
		return []string{"/es/sessions/" + a + "/listen"}
	}},
	"/:lang/sessions/:session/cite": {paths: func(_ *site, _, a string) []string {
		c := "/en/sessions/" + a + "/cite"
		return []string{c, c + "?m=t3.1.2000", "/ar/sessions/" + a + "/cite?t=2&voice=es&to=3", c + "?m=t3.1.2000&format=bibtex", c + "?t=1&format=csl"}
	}},
	"/:lang/sessions/:session/transcript/:voice": {
		paths: func(_ *site, _, a string) []string { return []string{"/es/sessions/" + a + "/transcript/es"} },
	},
	"/:lang/sessions/:session/side": {paths: func(_ *site, _, a string) []string {
		return []string{"/en/sessions/" + a + "/side", "/es/sessions/" + a + "/side?voices=es,fr&voice=fr&t=2"}
	}},
	"/play/:session/master.m3u8": {paths: func(_ *site, _, a string) []string {
		return []string{"/play/" + a + "/master.m3u8", "/play/" + a + "/master.m3u8?voice=t3"}
	}},
	"/play/:session/:file": {
		paths: func(s *site, id, a string) []string {
			return append(s.renditionPaths("/play/", ".m3u8", id, a, "t1", "t2", "t3"), s.captionPaths(id, a, "t5")...)
		},
		staff: func(s *site, id, a string) []string {
			return append(s.renditionPaths("/play/", ".m3u8", id, a, "t4"), s.captionPaths(id, a, "t6")...)
		},
	},
	"/media/:session/:file": {
		paths: func(s *site, id, a string) []string {
			sheet := "/media/" + a + "/" + s.name(id, "t1", transcode.Sheet).File() + "-1"
			return append(s.renditionPaths("/media/", ".mp4", id, a, "t1", "t2", "t3"), sheet+".jpg", sheet+"-7.jpg")
		},
		staff: func(s *site, id, a string) []string { return s.renditionPaths("/media/", ".mp4", id, a, "t4") },
	},
	"/download/:session/:file": {
		paths: func(_ *site, _, a string) []string {
			d := "/download/" + a
			return []string{d + "/t3.mp4", d + "/t3.mp4?picture=slides", d + "/t3.mp4?picture=p360&save=1", d + "/t3.m4a", d + "/t3.m4a?size=small",
				d + "/t5.vtt", d + "/t5.srt?save=1", d + "/t5.txt", d + "/t5.json", d + "/t5.tei.xml", d + "/t5.eaf"}
		},
		staff: func(_ *site, _, a string) []string {
			d := "/download/" + a
			return []string{d + "/t4.mp4", d + "/t4.m4a", d + "/t6.vtt", d + "/t6.srt", d + "/t6.txt", d + "/t6.json", d + "/t6.tei.xml", d + "/t6.eaf"}
		},
	},
	"/api/v1/search":   {open: []string{"/api/v1/search?q=derechos", "/api/v1/search?q=r%C3%A9serv%C3%A9e", "/api/v1/search?q=derechos&around=1&lang=es,fr"}},
	"/api/v1/moments":  {open: []string{"/api/v1/moments?q=derechos"}},
	"/api/v1/sessions": {open: []string{"/api/v1/sessions", "/api/v1/sessions?limit=1"}},
	"/api/v1/sessions/:session": {paths: func(_ *site, _, a string) []string {
		return []string{"/api/v1/sessions/" + a}
	}},
	"/api/v1/sessions/:session/transcripts/:voice": {
		paths: func(_ *site, _, a string) []string {
			t := "/api/v1/sessions/" + a + "/transcripts/"
			return []string{t + "es", t + "t3", t + "t5"}
		},
		staff: func(_ *site, _, a string) []string {
			t := "/api/v1/sessions/" + a + "/transcripts/"
			return []string{t + "fr", t + "t4", t + "t6"}
		},
	},
	"/api/v1/lines":        {open: []string{"/api/v1/lines?q=derechos", "/api/v1/lines?q=derechos&format=csv&beside=1", "/api/v1/lines?q=derechos&format=jsonl", "/api/v1/lines?q=derechos&format=xlsx"}},
	"/api/v1/lines/:line":  {open: []string{"/api/v1/lines/public-0.t5.1.c0001.4-12", "/api/v1/lines/public-0.t5.1.c0001"}}, // who may have which: TestLineAccess
	"/api/v1/corpus":       {open: []string{"/api/v1/corpus", "/api/v1/corpus?lang=es"}},
	"/api/v1/openapi.json": {open: []string{"/api/v1/openapi.json"}},
	"/static/:file":        {open: []string{"/static/"}},
	"/robots.txt":          {open: []string{"/robots.txt"}},
	"/healthz":             {open: []string{"/healthz"}},
	"/readyz":              {open: []string{"/readyz"}},
}

// renditionPaths gives the address of every rendition of the tracks that is a film or a sound.
func (s *site) renditionPaths(folder, ext, id, address string, tracks ...string) (out []string) {
	s.t.Helper()
	doc, err := s.Archive.Session(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, w := range transcode.Wanted(doc) {
		if slices.Contains(tracks, w.Name.Track) && w.Profile != transcode.Sheet {
			out = append(out, folder+address+"/"+w.File()+ext)
		}
	}
	return out
}

func (s *site) captionPaths(id, address, track string) []string {
	s.t.Helper()
	doc, err := s.Archive.Session(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	recipe := transcode.TextRecipe(doc, doc.Track(track))
	return []string{"/play/" + address + "/" + track + ".vtt." + recipe + ".m3u8", "/play/" + address + "/" + track + "." + recipe + ".vtt"}
}

// TestAccess holds every route against every visibility and whoever may ask. What is refused is refused alike: as if nothing were there, down to the headers.
func TestAccess(t *testing.T) {
	s := newSite(t, func(s *site) {
		for _, visibility := range slices.Sorted(maps.Keys(sessionIDs)) {
			s.add(s.recorded(sessionIDs[visibility], visibility))
		}
		everyone := &archive.Conference{ID: "public-0", Visibility: archive.Public, Title: archive.Words{"en": "All"}}
		if _, err := s.Archive.CreateConference(t.Context(), everyone); err != nil {
			t.Fatal(err)
		}
	})
	routes := map[string]bool{}
	for _, r := range s.echo.Routes() {
		routes[r.Path] = true
	}
	for path := range routes {
		if _, ok := accessCases[path]; !ok {
			t.Errorf("route %s is in no row of accessCases: say there who may have what", path)
		}
	}
	for _, r := range s.routes(nil) {
		c := accessCases[r.path]
		asks := r.about == aboutSession || r.about == aboutTrack
		if asks != (c.paths != nil) || asks == (c.open != nil) {
			t.Errorf("route %s: its row in accessCases does not fit what it is about: paths of what a session shows, open of what is everyone's", r.path)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(accessCases)) {
		t.Run(path, func(t *testing.T) {
			if !routes[path] {
				t.Fatalf("route %s does not exist", path)
			}
			s.t = t
			s.holdAccess(path, accessCases[path])
		})
	}
	s.t = t
	s.holdSecrets()
}

func (s *site) holdAccess(route string, c accessCase) {
	for _, who := range askers {
		for _, path := range c.open {
			if r := s.get(path, whoHeader, string(who.standing)); r.StatusCode >= 400 && path != "/static/" {
				s.t.Errorf("GET %s by %s = %d, want an answer", path, who.name, r.StatusCode)
			}
		}
	}
	for visibility, id := range sessionIDs {
		for i, who := range askers {
			if c.paths != nil {
				for _, path := range c.paths(s, id, who.address(id)) {
					s.holdPath(who, visibility, id, path, sessionAccess[visibility][i])
				}
			}
			if c.staff != nil {
				for _, path := range c.staff(s, id, who.address(id)) {
					s.holdPath(who, visibility, id, path, staffAccess[visibility][i])
				}
			}
		}
	}
}

func (s *site) holdPath(who asker, visibility archive.Visibility, id, path string, want int) {
	s.t.Helper()
	header := []string{whoHeader, string(who.standing)}
	r := s.get(path, header...)
	if r.StatusCode != want {
		s.t.Errorf("GET %s (%s) by %s = %d, want %d", path, visibility, who.name, r.StatusCode, want)
		return
	}
	cache := r.Header.Get("Cache-Control")
	everyone := visibility == archive.Public && want == 200 && who.standing == archive.Stranger
	if !everyone && strings.Contains(cache, "public") && !(visibility == archive.Public && want == 200) {
		s.t.Errorf("GET %s (%s) by %s: Cache-Control %q, want nothing that a shared cache keeps", path, visibility, who.name, cache)
	}
	if visibility != archive.Public && cache != "private, no-store" {
		s.t.Errorf("GET %s (%s) by %s: Cache-Control %q, want private, no-store", path, visibility, who.name, cache)
	}
	head := s.ask(http.MethodHead, path, header...)
	if head.StatusCode != want || body(s.t, head) != "" {
		s.t.Errorf("HEAD %s (%s) by %s = %d, want %d and no body", path, visibility, who.name, head.StatusCode, want)
	}
	if want != 404 {
		return
	}
	nothing := s.get(strings.Replace(path, id, nothingID, 1), header...)
	if diff := cmp.Diff(nothing.Header, r.Header); diff != "" {
		s.t.Errorf("GET %s (%s) by %s: headers differ from those of what is not there:\n%s", path, visibility, who.name, diff)
	}
	if got, want := strings.ReplaceAll(body(s.t, r), id, nothingID), body(s.t, nothing); got != want {
		s.t.Errorf("GET %s (%s) by %s: the body differs from that of what is not there:\n%s", path, visibility, who.name, cmp.Diff(want, got))
	}
}

var hexes = regexp.MustCompile(`[0-9a-fA-F]{64}`)

// holdSecrets looks through every answer that was given.
func (s *site) holdSecrets() {
	s.t.Helper()
	all := s.answers.String()
	if len(all) < 100_000 {
		s.t.Fatalf("%d bytes of answers, want those of the whole table", len(all))
	}
	for _, ref := range s.masters {
		if strings.Contains(all, string(ref)) {
			s.t.Errorf("a master's hash %s is in an answer", ref)
		}
	}
	if found := hexes.FindString(all); found != "" {
		s.t.Errorf("%s is in an answer: a whole hash", found)
	}
	for _, secret := range []string{"secret-file-name", "secret-author"} {
		if strings.Contains(all, secret) {
			s.t.Errorf("%q is in an answer", secret)
		}
	}
}

// TestHidden: of who is hidden nothing is told to anyone but staff, nor of tracks that are for staff.
func TestHidden(t *testing.T) {
	s := publicSite(t)
	for _, path := range []string{"/en/", "/en/sessions/public-0", "/en/sessions/public-0/listen", "/en/sessions/public-0/transcript/es",
		"/en/sessions/public-0/transcript/fr", "/en/sessions/public-0?voice=fr&captions=fr", "/en/search?q=r%C3%A9serv%C3%A9e", "/en/suggest?q=r%C3%A9s", "/en/search?q=derechos&view=table", "/en/search?q=r%C3%A9serv%C3%A9e&view=lines", "/en/search?q=phrase&view=time",
		"/fr/sessions/public-0/side?voices=es,fr",
		"/api/v1/sessions", "/api/v1/sessions/public-0", "/api/v1/search?q=r%C3%A9serv%C3%A9e", "/api/v1/search?q=derechos", "/api/v1/moments?q=secret",
		"/play/public-0/master.m3u8", "/download/public-0/t5.txt"} {
		for _, who := range []archive.Standing{archive.Stranger, archive.Reader} {
			got := body(t, s.get(path, whoHeader, string(who)))
			for _, secret := range []string{"Secret Person", "p2", "t4", "t6", "une phrase"} {
				if strings.Contains(got, secret) {
					t.Errorf("GET %s by %q holds %q", path, who, secret)
				}
			}
		}
	}
	if got := body(t, s.get("/api/v1/sessions/public-0", whoHeader, string(archive.Contributor))); !strings.Contains(got, "Secret Person") || !strings.Contains(got, `"t4"`) {
		t.Errorf("a contributor's answer = %s, want who is hidden and the track for staff", got)
	}
}
