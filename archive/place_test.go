package archive_test

import (
	"testing"

	"cabina/archive"
	"github.com/google/go-cmp/cmp"
)

func TestToday(t *testing.T) {
	s := example()
	voice := &s.Tracks[1]
	voice.Versions = append(voice.Versions, archive.Version{V: 2, Parts: []archive.Part{
		{Master: booth, Stream: "a:0", FromMs: 0, ToMs: 20_000, AtMs: 90},
		{Master: booth, Stream: "a:0", FromMs: 30_000, ToMs: 59_000, AtMs: 25_000},
	}})
	voice.Published = 2
	for _, c := range []struct {
		name string
		m    archive.Moment
		want int64
		gone bool
	}{
		{"nudged by 80 ms", archive.Moment{Track: "t2", V: 1, Ms: 10_010}, 10_090, false},
		{"in the second part", archive.Moment{Track: "t2", V: 1, Ms: 30_010}, 25_000, false},
		{"in what was cut out", archive.Moment{Track: "t2", V: 1, Ms: 25_010}, 25_010, true},
		{"today's version", archive.Moment{Track: "t2", V: 2, Ms: 26_000}, 26_000, false},
		{"a version that never was", archive.Moment{Track: "t2", V: 9, Ms: 26_000}, 26_000, true},
		{"a track that is gone", archive.Moment{Track: "t9", V: 1, Ms: 99_000}, 59_000, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if ms, _, gone := s.Today(c.m); ms != c.want || gone != c.gone {
				t.Errorf("Today(%v) = %d, gone %v; want %d, %v", c.m, ms, gone, c.want, c.gone)
			}
		})
	}
}

func TestParseMoment(t *testing.T) {
	for in, ok := range map[string]bool{
		"t4.2.754200": true, "t4.1.0": true,
		"": false, "t0.1.1": false, "t4.0.1": false, "t4.1.-1": false, "t04.1.1": false, "t4.1.1 ": false, "t4.1": false, "t4.1.1.1": false, "t4.1.99999999999999999999": false,
	} {
		if m, err := archive.ParseMoment(in); (err == nil) != ok || ok && m.String() != in {
			t.Errorf("ParseMoment(%q) = %v, %v", in, m, err)
		}
	}
}

// TestTextsFollowSound nudges a voice by 80 ms: its captions move with it, and stay where they are for a voice that has other masters.
func TestTextsFollowSound(t *testing.T) {
	s := example()
	s.Withdrawn = nil
	cues := []archive.Cue{{StartMs: 1000, EndMs: 2000, Text: "раз"}, {StartMs: 59_000, EndMs: 70_000, Text: "два"}}
	text := &s.Tracks[2]
	starts := func() (out []int64) {
		for _, c := range s.Placed(text, text.Current(), cues) {
			out = append(out, c.StartMs, c.EndMs)
		}
		return out
	}
	if diff := cmp.Diff([]int64{1010, 2010, 59_010, 60_000}, starts()); diff != "" {
		t.Errorf("as timed (-want +got):\n%s", diff)
	}
	nudged := s.Tracks[1].Versions[0]
	nudged.V, nudged.Parts = 2, []archive.Part{nudged.Parts[0]}
	nudged.Parts[0].AtMs += 80
	s.Tracks[1].Versions, s.Tracks[1].Published = append(s.Tracks[1].Versions, nudged), 2
	if diff := cmp.Diff([]int64{1090, 2090, 59_090, 60_000}, starts()); diff != "" {
		t.Errorf("nudged by 80 ms (-want +got):\n%s", diff)
	}
	s.Tracks[1].Versions[1].Parts[0].Master = picture
	if diff := cmp.Diff([]int64{1010, 2010, 59_010, 60_000}, starts()); diff != "" {
		t.Errorf("voice replaced by another recording (-want +got):\n%s", diff)
	}
}

// TestTextsFollowAVoiceOfSeveralFiles: such a voice has no clock of its own, so a text that was timed against it is on the session's clock as it lay then.
func TestTextsFollowAVoiceOfSeveralFiles(t *testing.T) {
	s := example()
	s.Withdrawn = nil
	text, voice := &s.Tracks[2], &s.Tracks[1]
	v := voice.Versions[0]
	v.Parts = []archive.Part{
		{Master: booth, Stream: "a:0", ToMs: 20_000, AtMs: 0},
		{Master: picture, Stream: "a:0", ToMs: 20_000, AtMs: 30_000},
	}
	voice.Versions = []archive.Version{v}
	cues := []archive.Cue{{StartMs: 1000, EndMs: 2000}, {StartMs: 29_500, EndMs: 29_900}, {StartMs: 40_000, EndMs: 41_000}}
	starts := func() (out []int64) {
		for _, c := range s.Placed(text, text.Current(), cues) {
			out = append(out, c.StartMs)
		}
		return out
	}
	if diff := cmp.Diff([]int64{1000, 29_500, 40_000}, starts()); diff != "" {
		t.Errorf("as timed (-want +got):\n%s", diff)
	}
	v.V, v.Parts = 2, []archive.Part{v.Parts[0], v.Parts[1]}
	v.Parts[0].AtMs, v.Parts[1].AtMs, v.Parts[1].Ppm = 500, 31_000, 1000
	voice.Versions, voice.Published = append(voice.Versions, v), 2
	if diff := cmp.Diff([]int64{1500, 30_500, 41_010}, starts()); diff != "" {
		t.Errorf("each part moved by itself (-want +got):\n%s", diff)
	}
}

func TestCuts(t *testing.T) {
	s := example()
	s.Withdrawn = append(s.Withdrawn, archive.Withdrawal{ID: "w2", StartMs: 53_000, EndMs: 54_000, LagMs: 3000}, archive.Withdrawal{ID: "w3", StartMs: 59_000, EndMs: 60_000, LagMs: 3000})
	for _, c := range []struct {
		name, track string
		want        []archive.Cut
	}{
		{"the picture", "t1", []archive.Cut{{50_000, 52_000}, {53_000, 54_000}, {59_000, 60_000}}},
		{"an interpretation lags, so its stretches meet", "t2", []archive.Cut{{50_000, 57_000}, {59_000, 60_000}}},
		{"a text lags with its voice", "t3", []archive.Cut{{50_000, 57_000}, {59_000, 60_000}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, s.Cuts(s.Track(c.track))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	cues := []archive.Cue{{StartMs: 49_000, EndMs: 49_900, Text: "before"}, {StartMs: 49_500, EndMs: 50_100, Text: "into it"}, {StartMs: 56_000, EndMs: 56_500, Text: "said late"}}
	if got := s.Placed(s.Track("t3"), s.Track("t3").Current(), cues); len(got) != 1 || got[0].Text != "before" {
		t.Errorf("of a withdrawn stretch these cues are left: %v", got)
	}
}

func TestAccess(t *testing.T) {
	const token = "0123456789abcdef0123456789abcdef"
	viewers := []archive.Viewer{{}, {Token: token}, {Token: "wrong"}, {Standing: archive.Reader}, {Standing: archive.Contributor}, {Standing: archive.Editor}, {Standing: archive.Administrator}}
	const n, y, g = archive.No, archive.Yes, archive.Gone
	for visibility, want := range map[archive.Visibility][]archive.Answer{
		archive.Draft:      {n, n, n, n, y, y, y},
		archive.Unlisted:   {n, y, n, n, y, y, y},
		archive.Public:     {y, y, y, y, y, y, y},
		archive.Restricted: {n, n, n, y, y, y, y},
		archive.Withdrawn:  {g, g, g, g, g, y, y},
		"future":           {n, n, n, n, y, y, y},
	} {
		s := example()
		s.Visibility, s.Token = visibility, token
		s.Tracks[1].Visibility = archive.Staff
		for i, v := range viewers {
			if got := archive.Access(v, s, nil); got != want[i] {
				t.Errorf("%s, %+v: %d, want %d", visibility, v, got, want[i])
			}
			works := i >= 4
			wantStaff := want[i]
			if wantStaff == y && !works {
				wantStaff = n
			}
			if got := archive.Access(v, s, &s.Tracks[1]); got != wantStaff {
				t.Errorf("%s, staff track, %+v: %d, want %d", visibility, v, got, wantStaff)
			}
		}
		s.Token = ""
		if got := archive.Access(archive.Viewer{}, s, nil); visibility == archive.Unlisted && got != n {
			t.Errorf("an unlisted session without a token is seen by strangers")
		}
		if got := archive.Findable(s, nil); got != (visibility == archive.Public) {
			t.Errorf("Findable(%s) = %v", visibility, got)
		}
	}
	if archive.Access(archive.Viewer{Standing: archive.Administrator}, nil, nil) != n {
		t.Error("no session: want No")
	}
}

func TestChannels(t *testing.T) {
	s := example()
	c := &archive.Conference{Languages: []archive.Language{"en", "es"}}
	if diff := cmp.Diff([]archive.Language{"mul", "en", "es", "ru"}, archive.Channels(c, s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
