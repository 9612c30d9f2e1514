package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cabina/archive"
	"cabina/transcode"
)

// What a probe would find, in short: a picture, a sound in a language, a text in a language.
func picture(ms int64) transcode.Stream {
	return transcode.Stream{Kind: archive.Video, Codec: "h264", Width: 1280, Height: 720, DurationMs: ms}
}

func sound(lang archive.Language, ms int64) transcode.Stream {
	return transcode.Stream{Kind: archive.Audio, Codec: "aac", Language: lang, DurationMs: ms}
}

// holding makes a file of those streams. Its master's name is the file's.
func holding(name string, streams ...transcode.Stream) *file {
	f := newFile(name, classOf(name), describedFile{})
	counts := map[archive.Kind]int{}
	facts := &transcode.Facts{Copyable: true}
	for _, s := range streams {
		s.N = counts[s.Kind]
		counts[s.Kind]++
		facts.Streams = append(facts.Streams, s)
	}
	f.Master = &master{Ref: archive.Ref(name), Facts: facts}
	if f.Class == textFile {
		f.Master.Facts, f.Master.Text = nil, &archive.ReadText{Format: archive.SRT}
	}
	return f
}

func said(f *file, d describedFile) *file {
	g := newFile(f.Name, f.Class, d)
	g.Master = f.Master
	return g
}

// inWords writes a plan as lines: what is taken, what is left, what is refused, and the length.
func inWords(p *plan) []string {
	var out []string
	if len(p.Refused) > 0 {
		for _, r := range p.Refused {
			out = append(out, "refused "+r.Name+": "+strings.SplitN(r.Why, ";", 2)[0])
		}
		slices.Sort(out)
		return out
	}
	for _, t := range p.Takes {
		line := fmt.Sprintf("%s %s: %s", t.Name, t.Part.Stream, t.words())
		if t.Language == "mul" || t.Role == archive.Floor {
			line += " " + string(t.Language)
		}
		if t.Part.AtMs != 0 {
			line += fmt.Sprintf(" at %d", t.Part.AtMs)
		}
		for _, g := range t.Gate {
			line += fmt.Sprintf(" %s %d", g.Code, g.Ms)
		}
		out = append(out, line)
	}
	for _, l := range p.Left {
		out = append(out, "left "+l.Name+": "+l.Why)
	}
	return append(out, fmt.Sprintf("%d ms by %s", p.LengthMs, p.By))
}

func TestWhatAFolderBecomes(t *testing.T) {
	late := sound("", 60_000)
	late.StartMs = 21
	for name, c := range map[string]struct {
		files []*file
		want  []string
	}{
		"sounds alone are interpretations, and the longest gives the length": {
			[]*file{holding("es.m4a", sound("", 60_000)), holding("en.m4a", sound("", 61_000))},
			[]string{"en.m4a a:0: en interpretation", "es.m4a a:0: es interpretation", "61000 ms by voice"}},
		"the only video's sound is the floor, where it says it starts": {
			[]*file{holding("meeting.mp4", picture(60_000), late), holding("es.m4a", sound("", 60_000))},
			[]string{"meeting.mp4 v:0: picture", "meeting.mp4 a:0: floor mul at 21", "es.m4a a:0: es interpretation", "60000 ms by picture"}},
		"a floor file leaves the only video's sound alone": {
			[]*file{holding("meeting.mp4", picture(60_000), sound("und", 60_000)), holding("floor.mp3", sound("", 60_000))},
			[]string{"meeting.mp4 v:0: picture", "floor.mp3 a:0: floor mul", "left meeting.mp4: its sound, as floor.mp3 is the floor", "60000 ms by picture"}},
		"a video's language in its name makes its sound an interpretation": {
			[]*file{holding("es.mp4", picture(60_000), sound("", 60_000))},
			[]string{"es.mp4 v:0: picture", "es.mp4 a:0: es interpretation", "60000 ms by picture"}},
		"a video that says one language is a floor in that language": {
			[]*file{holding("meeting.mp4", picture(60_000), sound("eng", 60_000))},
			[]string{"meeting.mp4 v:0: picture", "meeting.mp4 a:0: en floor en", "60000 ms by picture"}},
		"a camera's tag means nothing beside a voice of that language": {
			[]*file{holding("meeting.mp4", picture(60_000), sound("eng", 60_000)), holding("en.m4a", sound("", 60_000))},
			[]string{"meeting.mp4 v:0: picture", "meeting.mp4 a:0: floor mul", "en.m4a a:0: en interpretation", "60000 ms by picture"}},
		"a container's voices are told by their tags": {
			[]*file{holding("all.mp4", picture(80_000), sound("en", 80_000), sound("es", 80_000), sound("mul", 80_000))},
			[]string{"all.mp4 v:0: picture", "all.mp4 a:2: floor mul", "all.mp4 a:0: en interpretation", "all.mp4 a:1: es interpretation", "80000 ms by picture"}},
		"the one untagged voice of the only video is the floor": {
			[]*file{holding("all.mkv", picture(80_000), sound("und", 80_000), sound("es", 80_000))},
			[]string{"all.mkv v:0: picture", "all.mkv a:0: floor mul", "all.mkv a:1: es interpretation", "80000 ms by picture"}},
		"two untagged voices are refused": {
			[]*file{holding("all.mkv", picture(80_000), sound("", 80_000), sound("", 80_000))},
			[]string{"refused all.mkv: the languages of its sounds a:0, a:1 cannot be told"}},
		"a sound's language comes from the container where the name says none": {
			[]*file{holding("booth-2.m4a", sound("spa", 60_000))},
			[]string{"booth-2.m4a a:0: es interpretation", "60000 ms by voice"}},
		"a sound without a language is refused": {
			[]*file{holding("booth.m4a", sound("und", 60_000)), holding("es.m4a", sound("", 60_000))},
			[]string{"refused booth.m4a: its language cannot be told"}},
		"a sound named mul is the floor": {
			[]*file{holding("mul.ogg", sound("", 60_000))},
			[]string{"mul.ogg a:0: floor mul", "60000 ms by voice"}},
		"of several videos that of the floor gives the picture": {
			[]*file{holding("en.mp4", picture(60_000), sound("", 60_000)), holding("floor.mp4", picture(60_500), sound("", 60_000))},
			[]string{"floor.mp4 v:0: picture", "floor.mp4 a:0: floor mul", "en.mp4 a:0: en interpretation",
				`left en.mp4: its picture, as that of floor.mp4 is the session's ("picture": true in its entry in files of session.json would choose it)`, "60500 ms by picture"}},
		"session.json chooses the picture": {
			[]*file{said(holding("en.mp4", picture(60_000), sound("", 60_000)), describedFile{Picture: true}), holding("fr.mp4", picture(60_500), sound("", 60_000))},
			[]string{"en.mp4 v:0: picture", "en.mp4 a:0: en interpretation", "fr.mp4 a:0: fr interpretation",
				`left fr.mp4: its picture, as that of en.mp4 is the session's ("picture": true in its entry in files of session.json would choose it)`, "60000 ms by picture"}},
		"a nameless video among several cannot be told": {
			[]*file{holding("a.mp4", picture(60_000), sound("", 60_000)), holding("es.mp4", picture(60_500), sound("", 60_000))},
			[]string{"refused a.mp4: its language cannot be told"}},
		"two pictures chosen are refused": {
			[]*file{said(holding("en.mp4", picture(1)), describedFile{Picture: true}), said(holding("fr.mp4", picture(1)), describedFile{Picture: true})},
			[]string{`refused fr.mp4: session.json says "picture" of it and of en.mp4 too`}},
		"what session.json calls a sound gives no picture": {
			[]*file{said(holding("talk.mp4", picture(60_000), sound("", 50_000)), describedFile{Kind: archive.Audio, Language: "fr"})},
			[]string{"talk.mp4 a:0: fr interpretation", "50000 ms by voice"}},
		"what session.json calls a video keeps its sound": {
			[]*file{said(holding("talk.mp4", picture(60_000), sound("", 60_000)), describedFile{Kind: archive.Video})},
			[]string{"talk.mp4 v:0: picture", "talk.mp4 a:0: floor mul", "60000 ms by picture"}},
		"session.json places a sound and names its language": {
			[]*file{holding("v.mp4", picture(60_000)), said(holding("booth.mp3", sound("", 60_000)), describedFile{Language: "ru", AtMs: new(int64(-250))})},
			[]string{"v.mp4 v:0: picture", "booth.mp3 a:0: ru interpretation at -250", "60000 ms by picture"}},
		"session.json names the floor's language": {
			[]*file{said(holding("floor.mp3", sound("", 60_000)), describedFile{Language: "en"})},
			[]string{"floor.mp3 a:0: en floor en", "60000 ms by voice"}},
		"a description is no interpretation": {
			[]*file{holding("v.mp4", picture(60_000)), said(holding("ad.mp3", sound("", 60_000)), describedFile{Language: "en", Role: archive.Description})},
			[]string{"v.mp4 v:0: picture", "ad.mp3 a:0: en description", "60000 ms by picture"}},
		"voices that end elsewhere than the picture are said": {
			[]*file{holding("v.mp4", picture(60_000)), holding("es.m4a", sound("", 51_880)), holding("fr.m4a", sound("", 72_000)), holding("ru.m4a", sound("", 62_900))},
			[]string{"v.mp4 v:0: picture", "es.m4a a:0: es interpretation shorter 8120", "fr.m4a a:0: fr interpretation longer 12000", "ru.m4a a:0: ru interpretation", "60000 ms by picture"}},
		"a sound file goes before a video's own sound": {
			[]*file{holding("es.mp4", picture(60_000), sound("", 60_000)), holding("es.m4a", sound("", 60_000))},
			[]string{"es.mp4 v:0: picture", "es.m4a a:0: es interpretation", "left es.mp4: its sound a:0, as es.m4a is the es interpretation", "60000 ms by picture"}},
		"two sound files for one place are refused": {
			[]*file{holding("es.m4a", sound("", 60_000)), holding("session.es.mp3", sound("", 60_000))},
			[]string{"refused session.es.mp3: es.m4a is the es interpretation already"}},
		"a second sound in one language is left alone": {
			[]*file{holding("all.mp4", picture(80_000), sound("en", 80_000), sound("en", 80_000))},
			[]string{"all.mp4 v:0: picture", "all.mp4 a:0: en interpretation", "left all.mp4: its sound a:1, as a:0 is in en too", "80000 ms by picture"}},
		"texts alone are no session": {
			[]*file{holding("es.srt")},
			[]string{"refused : there is no picture and no sound in it"}},
		"a text is captions, the floor's too": {
			[]*file{holding("es.m4a", sound("", 60_000)), holding("es.srt"), holding("floor.vtt")},
			[]string{"es.m4a a:0: es interpretation", "es.srt : es captions", "floor.vtt : mul captions mul", "60000 ms by voice"}},
		"the conference's languages give the order": {
			[]*file{holding("ar.m4a", sound("", 60_000)), holding("es.m4a", sound("", 60_000)), holding("fr.m4a", sound("", 60_000)), holding("de.m4a", sound("", 60_000))},
			[]string{"fr.m4a a:0: fr interpretation", "es.m4a a:0: es interpretation", "ar.m4a a:0: ar interpretation", "de.m4a a:0: de interpretation", "60000 ms by voice"}},
		"a length that cannot be told is refused": {
			[]*file{holding("es.m4a", sound("", 0))},
			[]string{"refused es.m4a: the length of its sound cannot be told"}},
		"signs are a second picture": {
			[]*file{holding("v.mp4", picture(60_000)), said(holding("signs.mp4", picture(60_000), sound("", 60_000)), describedFile{Role: archive.Sign, Language: "ase"})},
			[]string{"v.mp4 v:0: picture", "signs.mp4 v:0: ase sign", "left signs.mp4: its sound, as the video is there for its signs", "60000 ms by picture"}},
		"a video that holds no picture is said": {
			[]*file{said(holding("es.mp4", sound("", 60_000)), describedFile{Kind: archive.Video})},
			[]string{"refused es.mp4: session.json calls it a video, and there is no picture in it"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := inWords(decide(c.files, []archive.Language{"fr", "es"}[:boolRank(strings.HasPrefix(name, "the conference"))*2], ""))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTextsInsideARecording(t *testing.T) {
	f := holding("all.mp4", picture(80_000), sound("en", 80_000), sound("ru", 80_000))
	inner := func(n int, lang archive.Language) innerText {
		return innerText{master: master{Ref: archive.Ref(fmt.Sprint("s", n)), Text: &archive.ReadText{}}, N: n, Language: lang, Name: fmt.Sprintf("all.mp4 s:%d", n)}
	}
	f.Master.Inner = []innerText{inner(0, "en"), inner(1, "ru"), inner(2, "")}
	want := []string{"all.mp4 v:0: picture", "all.mp4 a:0: en interpretation", "all.mp4 a:1: ru interpretation", "all.mp4 s:0 : en captions", "ru.srt : ru captions",
		"left all.mp4: its subtitles s:1, as ru.srt is the text for that place", "left all.mp4: its subtitles s:2, which say no language", "80000 ms by picture"}
	if diff := cmp.Diff(want, inWords(decide([]*file{f, holding("ru.srt")}, nil, ""))); diff != "" {
		t.Error(diff)
	}
}
