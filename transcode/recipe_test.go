package transcode

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"cabina/archive"

	"github.com/google/go-cmp/cmp"
	"github.com/gowebpki/jcs"
)

const (
	refA = archive.Ref("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
	refB = archive.Ref("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")
	refC = archive.Ref("cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc")
)

// sample is the session of the contract, with all that people may write about it.
func sample() *archive.Session {
	return &archive.Session{
		Format: 1, ID: "s03", Rev: 17, Visibility: archive.Public, Conference: "hiv2020", NextTrack: 8,
		Title: archive.Words{"en": "Opening", "ru": "Открытие"}, Topics: []string{"harm-reduction"}, At: "2020-07-14T14:00:00Z",
		People: []archive.Person{{ID: "p1", Name: "Reader 1"}}, Clock: archive.Clock{N: 1, LengthMs: 7203480, By: "picture"},
		Tracks: []archive.Track{
			{ID: "t1", Kind: archive.Video, Role: archive.Picture, Language: "zxx", Published: 1, Versions: []archive.Version{
				{V: 1, Parts: []archive.Part{{Master: refA, Stream: "v:0", ToMs: 7203480}}, Profile: Copy}}},
			{ID: "t2", Kind: archive.Audio, Role: archive.Floor, Language: "mul", Published: 1, Versions: []archive.Version{
				{V: 1, Parts: []archive.Part{{Master: refA, Stream: "a:0", ToMs: 7203460, AtMs: 21}}, Channels: "mix", GainDb: 4.5}}},
			{ID: "t4", Kind: archive.Audio, Role: archive.Interpretation, Language: "ru", Published: 1, Versions: []archive.Version{
				{V: 1, Parts: []archive.Part{{Master: refB, Stream: "a:0", ToMs: 7203460, AtMs: 21}}, Channels: "mix", GainDb: 4.5}}},
			{ID: "t7", Kind: archive.Text, Role: archive.Captions, Language: "ru", Published: 1, Versions: []archive.Version{
				{V: 1, Parts: []archive.Part{{Master: refC}}, Source: "srt", Of: &archive.Of{Track: "t4", V: 1}}}},
		},
	}
}

func withdraw(s *archive.Session) *archive.Session {
	s.Withdrawn = []archive.Withdrawal{{ID: "w1", StartMs: 754000, EndMs: 761500, LagMs: 8000}}
	return s
}

func TestRecipeIsThatOfTheContract(t *testing.T) {
	of := func(s *archive.Session, track, profile string) Recipe {
		tr := s.Track(track)
		return RecipeOf(s, tr, tr.Current(), profile)
	}
	cut := withdraw(sample())
	for _, c := range []struct {
		name string
		got  Recipe
		want string
	}{
		{"a voice with a stretch withdrawn, lag added for an interpretation", of(cut, "t4", Voice),
			`{"profile":"voice","v":1,"parts":[["` + string(refB) + `","a:0",0,7203460,21,0]],"channels":"mix","gainDb":4.5,"lengthMs":7203480,"cuts":[[754000,769500]]}`},
		{"the floor does not lag", of(cut, "t2", Small),
			`{"profile":"small","v":1,"parts":[["` + string(refA) + `","a:0",0,7203460,21,0]],"channels":"mix","gainDb":4.5,"lengthMs":7203480,"cuts":[[754000,761500]]}`},
		{"a small picture with a stretch withdrawn", of(cut, "t1", P360),
			`{"profile":"p360","v":1,"parts":[["` + string(refA) + `","v:0",0,7203480,0,0]],"lengthMs":7203480,"cuts":[[754000,761500]]}`},
		{"a copied picture", of(sample(), "t1", Copy),
			`{"profile":"copy","v":1,"parts":[["` + string(refA) + `","v:0",0,7203480,0,0]],"lengthMs":7203480}`},
		{"a still has a title and a length", RecipeOf(sample(), nil, nil, Still), `{"profile":"still","v":1,"title":"Opening","lengthMs":7203480}`},
		{"captions, with the parts of their voice", of(sample(), "t7", VTT),
			`{"profile":"vtt","v":2,"parts":[["` + string(refC) + `",0]],"of":[["` + string(refB) + `","a:0",0,7203460,21,0]],"lengthMs":7203480}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			want, err := jcs.Transform([]byte(c.want))
			if err != nil {
				t.Fatal(err)
			}
			if got := string(c.got.JSON()); got != string(want) {
				t.Errorf("RecipeOf = %s\nwant       %s", got, want)
			}
			var back Recipe
			if err := json.Unmarshal(want, &back); err != nil || !cmp.Equal(back, c.got) {
				t.Errorf("read back: %v, %s", err, cmp.Diff(c.got, back))
			}
		})
	}
}

// TestRecipeHash holds one hash for good: no change of code or library may move an address.
func TestRecipeHash(t *testing.T) {
	s := sample()
	tr := s.Track("t4")
	if got, want := RecipeOf(s, tr, tr.Current(), Voice).Hash16(), "48fdd2131e59d831"; got != want {
		t.Errorf("Hash16 = %s, want %s", got, want)
	}
}

// recipes gives all recipes of a session by track and profile, captions too.
func recipes(s *archive.Session) map[string]string {
	out := map[string]string{}
	for _, w := range Wanted(s) {
		out[w.Name.Track+"."+w.Profile] = w.Name.Recipe
	}
	for _, t := range s.Live(archive.Text) {
		out[t.ID+".vtt"] = TextRecipe(s, t)
	}
	return out
}

func changed(before, after map[string]string) string {
	var out []string
	for k := range before {
		if after[k] != before[k] {
			out = append(out, k)
		}
	}
	for k := range after {
		if before[k] == "" {
			out = append(out, k)
		}
	}
	return strings.Join(sortedStrings(out), " ")
}

func TestWhatChangesARecipe(t *testing.T) {
	next := func(s *archive.Session, id string, change func(*archive.Version)) {
		tr := s.Track(id)
		v := *tr.Current()
		v.V++
		v.Parts = append([]archive.Part(nil), v.Parts...)
		change(&v)
		tr.Versions = append(tr.Versions, v)
		tr.Published = v.V
	}
	for _, c := range []struct {
		name   string
		change func(*archive.Session)
		want   string
	}{
		{"a shift changes the voice and the captions that follow it", func(s *archive.Session) {
			next(s, "t4", func(v *archive.Version) { v.Parts[0].AtMs += 80 })
		}, "t4.small t4.voice t7.vtt"},
		{"gain changes the voice", func(s *archive.Session) { next(s, "t4", func(v *archive.Version) { v.GainDb = 3 }) }, "t4.small t4.voice"},
		{"drift changes the voice and its captions", func(s *archive.Session) { next(s, "t2", func(v *archive.Version) { v.Parts[0].Ppm = 40 }) }, "t2.small t2.voice"},
		{"the channel changes the voice", func(s *archive.Session) { next(s, "t2", func(v *archive.Version) { v.Channels = "left" }) }, "t2.small t2.voice"},
		{"another picture of the same length changes the picture", func(s *archive.Session) {
			next(s, "t1", func(v *archive.Version) { v.Parts[0].Master = refB })
		}, "t1.copy t1.p360 t1.sheet t1.slides"},
		{"a picture that is encoded", func(s *archive.Session) { next(s, "t1", func(v *archive.Version) { v.Profile = P720 }) }, "t1.copy t1.p720"},
		{"a withdrawn stretch changes all", func(s *archive.Session) { withdraw(s) },
			"t1.copy t1.p360 t1.p720 t1.sheet t1.slides t2.small t2.voice t4.small t4.voice t7.vtt"},
		{"another length changes all", func(s *archive.Session) { s.Clock.LengthMs -= 100 },
			"t1.copy t1.p360 t1.sheet t1.slides t2.small t2.voice t4.small t4.voice t7.vtt"},
		{"a text that someone has checked is drawn whole", func(s *archive.Session) { s.Track("t7").Checked = "a1" }, "t7.vtt"},
		{"what people write changes nothing", func(s *archive.Session) {
			s.Title, s.Summary, s.Topics, s.At = archive.Words{"ar": "العنوان"}, archive.Words{"en": "x"}, nil, "2021-01-01"
			s.People, s.Chapters, s.Spans = nil, []archive.Chapter{{ID: "c1"}}, []archive.Span{{EndMs: 5}}
			s.Visibility, s.Rights, s.Conference, s.Rev, s.Update = archive.Draft, &archive.Rights{Licence: "CC0"}, "", 18, "x"
			s.Track("t4").Language, s.Track("t7").Language = "uk", "uk"
			s.Track("t4").Visibility = archive.Staff
			s.Track("t4").Versions[0].Name, s.Track("t4").Versions[0].Gate = "x.mp3", []archive.Finding{{Code: "shorter"}}
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := sample()
			before := recipes(s)
			c.change(s)
			if got := changed(before, recipes(s)); got != c.want {
				t.Errorf("changed: %q, want %q", got, c.want)
			}
		})
	}
}

func TestAStillFollowsItsTitle(t *testing.T) {
	s := sample()
	s.Tracks = s.Tracks[1:]
	before := recipes(s)
	if before["t0.still"] == "" {
		t.Fatalf("recipes = %v, want a still under t0", before)
	}
	s.Title["en"] = "Closing"
	if got := changed(before, recipes(s)); got != "t0.still" {
		t.Errorf("changed: %q, want t0.still alone", got)
	}
}

// TestEveryInputNamesItsRecipe changes one input at a time of random recipes: each change gives another name, the same inputs the same.
func TestEveryInputNamesItsRecipe(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		part := RecipePart{Master: refA, Stream: "a:0", FromMs: rnd.Int64N(9e6), ToMs: rnd.Int64N(9e6), AtMs: rnd.Int64N(9e6) - 4e6, Ppm: float64(rnd.IntN(100))}
		base := Recipe{Profile: Voice, V: 1, Parts: []RecipePart{part}, Channels: "mix", GainDb: float64(rnd.IntN(300)) / 10, LengthMs: 1 + rnd.Int64N(9e6), Cuts: []archive.Cut{{1, 2}}}
		seen := map[string]string{base.Hash16(): "the base"}
		for name, change := range map[string]func(*Recipe){
			"profile": func(r *Recipe) { r.Profile = Small }, "v": func(r *Recipe) { r.V++ }, "gain": func(r *Recipe) { r.GainDb += 0.1 },
			"channels": func(r *Recipe) { r.Channels = "left" }, "length": func(r *Recipe) { r.LengthMs++ }, "title": func(r *Recipe) { r.Title = "x" },
			"no cuts": func(r *Recipe) { r.Cuts = nil }, "cut": func(r *Recipe) { r.Cuts = []archive.Cut{{1, 3}} },
			"master": func(r *Recipe) { r.Parts[0].Master = refB }, "stream": func(r *Recipe) { r.Parts[0].Stream = "a:1" },
			"from": func(r *Recipe) { r.Parts[0].FromMs++ }, "to": func(r *Recipe) { r.Parts[0].ToMs++ }, "at": func(r *Recipe) { r.Parts[0].AtMs++ },
			"ppm": func(r *Recipe) { r.Parts[0].Ppm++ }, "two parts": func(r *Recipe) { r.Parts = append(r.Parts, part) },
			"of": func(r *Recipe) { r.Of.Parts = []RecipePart{part} }, "of another": func(r *Recipe) { r.Of.Rendition = "0123456789abcdef" }, "text part": func(r *Recipe) { r.Parts[0].Stream = "" },
		} {
			next := base
			next.Parts = []RecipePart{part}
			change(&next)
			h := next.Hash16()
			if other := seen[h]; other != "" {
				t.Fatalf("%s and %s have the same name %s: %s", name, other, h, next.JSON())
			}
			seen[h] = name
		}
		again := base
		again.Parts, again.Cuts = []RecipePart{part}, []archive.Cut{{1, 2}}
		if again.Hash16() != base.Hash16() {
			t.Fatalf("the same inputs have two names: %s and %s", base.JSON(), again.JSON())
		}
	}
}

// FuzzRecipe reads stored recipes, which are foreign bytes, and holds that what was read is written as it was.
func FuzzRecipe(f *testing.F) {
	f.Add([]byte(`{"profile":"voice","v":1,"parts":[["aa","a:0",0,7203460,21,0]],"channels":"mix","gainDb":4.5,"lengthMs":7203480,"cuts":[[754000,769500]]}`))
	f.Add([]byte(`{"profile":"vtt","v":1,"parts":[["aa",0]],"of":[["bb","a:0",0,1,2,0.5]],"lengthMs":1}`))
	f.Add([]byte(`{"profile":"still","v":1,"title":"\u2028<&>","lengthMs":7203480}`))
	f.Add([]byte(`{"parts":[[]]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var r, back Recipe
		if json.Unmarshal(data, &r) != nil {
			return
		}
		first := r.JSON()
		if err := json.Unmarshal(first, &back); err != nil {
			t.Fatalf("%s: %v", first, err)
		}
		if second := back.JSON(); string(second) != string(first) {
			t.Errorf("written %s, then %s", first, second)
		}
	})
}
