package main

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cabina/archive"
)

const refA = archive.Ref("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")

// aSession is a session of a minute with a picture, a floor, a voice in two versions and its text.
func aSession() *archive.Session {
	part := func(stream string) []archive.Part {
		return []archive.Part{{Master: refA, Stream: stream, ToMs: 60_000}}
	}
	return &archive.Session{
		Format: 1, ID: "s03", Rev: 5, Update: "u", Visibility: archive.Public, Title: archive.Words{"en": "Opening"}, Clock: archive.Clock{N: 1, LengthMs: 60_000, By: "picture"},
		Tracks: []archive.Track{
			{ID: "t1", Kind: archive.Video, Role: archive.Picture, Language: "zxx", Published: 1, Versions: []archive.Version{{V: 1, Parts: part("v:0"), Profile: "copy"}}},
			{ID: "t2", Kind: archive.Audio, Role: archive.Floor, Language: "mul", Published: 1, Versions: []archive.Version{{V: 1, Parts: part("a:0"), Channels: "mix"}}},
			{ID: "t4", Kind: archive.Audio, Role: archive.Interpretation, Language: "es", Published: 2, Versions: []archive.Version{
				{V: 1, Parts: part("a:1"), Channels: "mix"}, {V: 2, Parts: part("a:2"), Channels: "mix", GainDb: 4.5}}},
			{ID: "t5", Kind: archive.Text, Role: archive.Captions, Language: "es", Published: 1, Versions: []archive.Version{
				{V: 1, Parts: []archive.Part{{Master: refA}}, Source: "srt", Of: &archive.Of{Track: "t4", V: 2}}}},
		},
		NextTrack: 6,
	}
}

func doSet(t *testing.T, s *archive.Session, fields ...string) error {
	t.Helper()
	e := editor{Session: s, at: "2026-11-24T10:00:00Z", by: "host", token: strings.Repeat("a", 32)}
	for _, f := range fields {
		field, value, _ := strings.Cut(f, "=")
		ch, err := parseChange(field, value)
		if err != nil {
			return err
		}
		if err := ch(&e); err != nil {
			return err
		}
	}
	return s.Check()
}

func TestWhatSetChanges(t *testing.T) {
	version := func(s *archive.Session, id string) archive.Version {
		tr := s.Track(id)
		return tr.Versions[len(tr.Versions)-1]
	}
	for name, c := range map[string]struct {
		fields []string
		get    func(*archive.Session) any
		want   any
	}{
		"a title in another language": {[]string{"title.ru=Открытие"}, func(s *archive.Session) any { return s.Title }, archive.Words{"en": "Opening", "ru": "Открытие"}},
		"a title is taken away":       {[]string{"title.en="}, func(s *archive.Session) any { return len(s.Title) }, 0},
		"a summary":                   {[]string{"summary.pt_br=x"}, func(s *archive.Session) any { return s.Summary["pt-BR"] }, "x"},
		"topics":                      {[]string{"topics=harm-reduction, law,law"}, func(s *archive.Session) any { return s.Topics }, []string{"harm-reduction", "law"}},
		"a date":                      {[]string{"at=2020-07-14T14:00:00Z"}, func(s *archive.Session) any { return s.At }, "2020-07-14T14:00:00Z"},
		"a visibility":                {[]string{"visibility=draft"}, func(s *archive.Session) any { return s.Visibility }, archive.Draft},
		"unlisted gives a token":      {[]string{"visibility=unlisted"}, func(s *archive.Session) any { return s.Token }, strings.Repeat("a", 32)},
		"rights":                      {[]string{"rights.licence=CC-BY", "rights.holder=X"}, func(s *archive.Session) any { return *s.Rights }, archive.Rights{Licence: "CC-BY", Holder: "X"}},
		"rights are taken away":       {[]string{"rights.licence=CC-BY", "rights.licence="}, func(s *archive.Session) any { return s.Rights == nil }, true},
		"people get ids":              {[]string{`people=[{"name":"A"},{"id":"p1","name":"B"}]`}, func(s *archive.Session) any { return s.People[0].ID + s.People[1].ID }, "p2p1"},
		"chapters":                    {[]string{`chapters=[{"startMs":5000,"title":{"en":"Next"}}]`}, func(s *archive.Session) any { return s.Chapters[0].ID }, "c1"},
		"spans":                       {[]string{`spans=[{"startMs":0,"endMs":60000,"language":"es"}]`}, func(s *archive.Session) any { return s.Spans[0].Language }, archive.Language("es")},
		"a shift is a new version, published": {[]string{"t4.shiftMs=80"}, func(s *archive.Session) any {
			v := version(s, "t4")
			return []any{v.V, s.Track("t4").Published, v.Parts[0].AtMs, v.GainDb, s.Track("t4").Versions[1].Parts[0].AtMs, v.By, v.At}
		}, []any{3, 3, int64(80), 4.5, int64(0), "host", "2026-11-24T10:00:00Z"}},
		"a shift and a gain share a version": {[]string{"t4.shiftMs=-80", "t4.gainDb=3"}, func(s *archive.Session) any {
			v := version(s, "t4")
			return []any{v.V, v.Parts[0].AtMs, v.GainDb}
		}, []any{3, int64(-80), 3.0}},
		"two shifts add up": {[]string{"t4.shiftMs=80", "t4.shiftMs=20"}, func(s *archive.Session) any { return version(s, "t4").Parts[0].AtMs }, int64(100)},
		"a drift is a new version": {[]string{"t4.ppm=21", "t4.shiftMs=80"}, func(s *archive.Session) any {
			v := version(s, "t4")
			return []any{v.V, s.Track("t4").Published, v.Parts[0].Ppm, v.Parts[0].AtMs, s.Track("t4").Versions[1].Parts[0].Ppm}
		}, []any{3, 3, 21.0, int64(80), 0.0}},
		"no drift is no version":        {[]string{"t4.ppm=0"}, func(s *archive.Session) any { return version(s, "t4").V }, 2},
		"no shift is no version":        {[]string{"t4.shiftMs=0", "t4.gainDb=4.5"}, func(s *archive.Session) any { return version(s, "t4").V }, 2},
		"a great shift is said":         {[]string{"t4.shiftMs=8000"}, func(s *archive.Session) any { return version(s, "t4").Gate }, []archive.Finding{{Code: findLonger, Ms: 8000}}},
		"a text can be shifted":         {[]string{"t5.shiftMs=500"}, func(s *archive.Session) any { return version(s, "t5").Parts[0].AtMs }, int64(500)},
		"a voice in another language":   {[]string{"t4.language=ru"}, func(s *archive.Session) any { return s.Track("t4").Language }, archive.Language("ru")},
		"an older version is published": {[]string{"t4.published=1"}, func(s *archive.Session) any { return s.Track("t4").Published }, 1},
		"a shift starts from what is published": {[]string{"t4.published=1", "t4.shiftMs=10"}, func(s *archive.Session) any {
			return []any{version(s, "t4").Parts[0].Stream, s.Track("t4").Published}
		}, []any{"a:1", 3}},
		"nothing is published":       {[]string{"t4.published="}, func(s *archive.Session) any { return s.Track("t4").Current() == nil }, true},
		"a track for staff":          {[]string{"t4.visibility=staff"}, func(s *archive.Session) any { return s.Track("t4").Visibility }, archive.Staff},
		"a text by a person":         {[]string{"t5.origin=human"}, func(s *archive.Session) any { return s.Track("t5").Origin }, "human"},
		"the longest is the picture": {[]string{"clock.lengthMs=longest"}, func(s *archive.Session) any { return s.Clock }, archive.Clock{N: 1, LengthMs: 60_000, By: "picture"}},
		"the longest is a voice": {[]string{"t4.shiftMs=8000", "clock.lengthMs=longest"}, func(s *archive.Session) any {
			return []any{s.Clock, len(version(s, "t4").Gate), version(s, "t2").Gate}
		}, []any{archive.Clock{N: 2, LengthMs: 68_000, By: "longest"}, 0, []archive.Finding{{Code: findShorter, Ms: 8000}}}},
		"and the picture again": {[]string{"t4.shiftMs=8000", "clock.lengthMs=longest", "clock.lengthMs=picture"}, func(s *archive.Session) any {
			return []any{s.Clock, version(s, "t4").Gate}
		}, []any{archive.Clock{N: 3, LengthMs: 60_000, By: "picture"}, []archive.Finding{{Code: findLonger, Ms: 8000}}}},
		"a voice in another role":     {[]string{"t4.role=description"}, func(s *archive.Session) any { return s.Track("t4").Role }, archive.Description},
		"a text that someone checked": {[]string{"t5.checked=Inés"}, func(s *archive.Session) any { return s.Track("t5").Checked }, "Inés"},
		"a speaker gets a name":       {[]string{"t5.speakers.1=Maria", "t5.speakers.2=Bo", "t5.speakers.2="}, func(s *archive.Session) any { return s.Track("t5").Speakers }, []archive.NamedSpeaker{{N: 1, V: 1, Name: "Maria"}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := aSession()
			if err := doSet(t, s, c.fields...); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, c.get(s)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatSetRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		field string
		use   bool // wrong use: the line alone tells
		want  string
	}{
		"a field that is none":            {"titel.en=x", true, "title.LANG"},
		"a title without a language":      {"title=x", true, "title.LANG"},
		"a language that is none":         {"title.english=x", true, "title.en"},
		"a visibility that is none":       {"visibility=open", true, "draft, unlisted, public"},
		"a date that is none":             {"at=tomorrow", true, "2020-07-14T14:00:00Z"},
		"people that are no list":         {"people=Anna", true, `[{"id":"p1"`},
		"a track that is not there":       {"t9.shiftMs=80", false, "t1 t2 t4 t5"},
		"a field of a track that is none": {"t4.delay=80", true, "shiftMs"},
		"a shift that is no number":       {"t4.shiftMs=80ms", true, "whole number"},
		"a shift of two days":             {"t4.shiftMs=172800000", true, "a day at most"},
		"the picture is the clock":        {"t1.shiftMs=80", false, "against the picture"},
		"a drift that is none":            {"t4.ppm=fast", true, "-1000 to 1000"},
		"a drift that is not a number":    {"t4.ppm=NaN", true, "-1000 to 1000"},
		"a drift of another recording":    {"t4.ppm=1001", true, "-1000 to 1000"},
		"a text does not drift":           {"t5.ppm=21", false, "only a sound"},
		"a gain that is none":             {"t4.gainDb=loud", true, "-60 to 30"},
		"a gain that is not a number":     {"t4.gainDb=NaN", true, "-60 to 30"},
		"a gain of 40 dB":                 {"t4.gainDb=40", true, "-60 to 30"},
		"a text has no gain":              {"t5.gainDb=3", false, "only a sound"},
		"a version that is not there":     {"t4.published=7", false, "no version 7"},
		"a place that is taken":           {"t4.role=floor", false, ""},
		"a chapter beyond the end":        {`chapters=[{"startMs":60000}]`, false, "chapters.c1"},
		"a role that is none":             {"t4.role=dub", true, "interpretation"},
		"a right that is none":            {"rights.owner=x", true, "rights.licence"},
		"a conference that is no id":      {"conference=HIV 2020", true, "a-z, 0-9"},
		"a length in numbers":             {"clock.lengthMs=90000", true, "longest"},
		"a voice has no speakers":         {"t4.speakers.1=Maria", false, "only one has speakers"},
		"a speaker that is none":          {"t5.speakers.x=Maria", true, "Speaker 1"},
		"a voice is not checked":          {"t4.checked=Maria", false, "only a text"},
	} {
		t.Run(name, func(t *testing.T) {
			s := aSession()
			if c.field == "t4.role=floor" {
				s.Track("t4").Language = "mul"
			}
			err := doSet(t, s, c.field)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("%s: error %v, want one that says %q", c.field, err, c.want)
			}
			if use := (wrongUse{}); errors.As(err, &use) != c.use {
				t.Errorf("%s: wrong use = %v, want %v", c.field, !c.use, c.use)
			}
		})
	}
}

func TestUndoNeverTakesBackWhatMayNotGo(t *testing.T) {
	now := aSession()
	then := aSession()
	then.Rev, then.NextTrack, then.Title = 2, 5, archive.Words{"en": "Before"}
	then.Tracks = then.Tracks[:3]
	then.Tracks[2].Versions, then.Tracks[2].Published = then.Tracks[2].Versions[:1], 1
	restore(now, then)
	got := []any{now.Title["en"], len(now.Tracks), len(now.Track("t4").Versions), now.Track("t4").Published, now.NextTrack}
	if diff := cmp.Diff([]any{"Before", 3, 2, 1, 6}, got); diff != "" {
		t.Error(diff)
	}
	now = aSession()
	now.Tracks[2].Versions[0].Withdrawn = true
	restore(now, then)
	if p := now.Track("t4").Published; p != 0 {
		t.Errorf("undo published version %d, which was withdrawn since; want none", p)
	}
}

func TestWhatHistorySays(t *testing.T) {
	for name, c := range map[string]struct {
		fields []string
		want   string
	}{
		"fields by their paths": {[]string{"title.ru=x", "at=2020-07-14", "topics=a"}, "at, title.ru, topics"},
		"a new version":         {[]string{"t4.shiftMs=5"}, "t4 (es interpretation) version 3"},
		"another language":      {[]string{"t4.language=ru"}, "t4 (ru interpretation) was es interpretation"},
		"another published one": {[]string{"t4.published=1"}, "t4 (es interpretation) publishes version 1"},
		"staff alone":           {[]string{"t4.visibility=staff"}, "t4 (es interpretation) visibility"},
	} {
		t.Run(name, func(t *testing.T) {
			s := aSession()
			if err := doSet(t, s, c.fields...); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(changesBetween(aSession(), s), ", "); got != c.want {
				t.Errorf("changes = %q, want %q", got, c.want)
			}
		})
	}
	s := aSession()
	s.Tracks = s.Tracks[:3]
	if got := strings.Join(changesBetween(aSession(), s), ", "); got != "t5 (es captions) removed" {
		t.Errorf("changes = %q, want the track that was removed", got)
	}
}

func TestATimeOfTheSession(t *testing.T) {
	for v, want := range map[string]int64{"754": 754_000, "754.2": 754_200, "12:34": 754_000, "1:02:03.5": 3_723_500, "0": 0, "0:00": 0, "100:00": 6_000_000,
		"": -1, "12:60": -1, "1:2:3:4": -1, "-5": -1, "abc": -1, "1e3": -1, "12:": -1, ":30": -1, "NaN": -1, "0x10": -1} {
		got, err := parseClock(v)
		if err != nil {
			got = -1
		}
		if got != want {
			t.Errorf("parseClock(%q) = %d, want %d", v, got, want)
		}
	}
}

func TestWithdrawTwiceWithdrawsOnce(t *testing.T) {
	s := aSession()
	for i := range 2 {
		var already bool
		if err := withdraw(s, archive.Withdrawal{StartMs: 1000, EndMs: 2000, LagMs: 8000}, &already); err != nil || already != (i == 1) {
			t.Errorf("time %d: already %v, %v", i+1, already, err)
		}
	}
	var already bool
	if err := withdraw(s, archive.Withdrawal{StartMs: 50_000, EndMs: 90_000}, &already); err != nil {
		t.Error(err)
	}
	got, _ := json.Marshal(s.Withdrawn)
	want := `[{"id":"w1","startMs":1000,"endMs":2000,"lagMs":8000},{"id":"w2","startMs":50000,"endMs":60000}]`
	if string(got) != want {
		t.Errorf("withdrawn = %s, want %s", got, want)
	}
	if err := withdraw(s, archive.Withdrawal{StartMs: 60_000, EndMs: 61_000}, &already); err == nil {
		t.Error("a stretch after the end was taken")
	}
}
