package transcode

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cabina/archive"
)

// hlsIndex is an index of segments that last so many ms and are so many bytes long.
func hlsIndex(codecs string, w, h int, rate float64, segments ...[2]int64) *Index {
	x := &Index{Codecs: codecs, Timescale: 12800, Init: Bytes{Len: 796}, Width: w, Height: h, FrameRate: rate}
	if w == 0 {
		x.Channels, x.SampleRate = 1, 48000
	}
	off, at := int64(900), int64(0)
	for _, s := range segments {
		f := Fragment{Bytes: Bytes{Off: off, Len: s[1]}, Start: at, Duration: s[0] * x.Timescale / 1000}
		x.Fragments = append(x.Fragments, f)
		off, at = off+s[1], at+f.Duration
	}
	x.Bytes, x.DurationMs = off, at*1000/x.Timescale
	return x
}

// hlsView is a session with a picture in three sizes, a floor and two interpretations, Spanish and Arabic, and captions.
func hlsView() *View {
	rendition := func(track, profile string, x *Index) *Rendition {
		return &Rendition{Name: Name{Session: "s03", Track: track, Profile: profile, Recipe: fmt.Sprintf("%016x", len(profile))}, Index: x}
	}
	voice := func(id string, role archive.Role, l archive.Language) VoiceView {
		return VoiceView{Track: &archive.Track{ID: id, Kind: archive.Audio, Role: role, Language: l}, State: Ready,
			Voice: rendition(id, Voice, hlsIndex("mp4a.40.2", 0, 0, 0, [2]int64{6016, 50000}, [2]int64{6016, 51000}, [2]int64{1000, 8000})),
			Small: rendition(id, Small, hlsIndex("mp4a.40.2", 0, 0, 0, [2]int64{6016, 25000}, [2]int64{6016, 25500}, [2]int64{1000, 4000}))}
	}
	text := func(id string, role archive.Role, l archive.Language) TextView {
		return TextView{Track: &archive.Track{ID: id, Kind: archive.Text, Role: role, Language: l}, Recipe: "00000000000000aa"}
	}
	return &View{
		LengthMs: 13000,
		Picture: map[string]*Rendition{
			Copy:   rendition("t1", Copy, hlsIndex("avc1.64001f", 1280, 720, 25, [2]int64{4000, 500000}, [2]int64{8200, 610000}, [2]int64{800, 240000})),
			P360:   rendition("t1", P360, hlsIndex("avc1.64001e", 640, 360, 29.97, [2]int64{4000, 100000}, [2]int64{8200, 210000}, [2]int64{800, 9000})),
			Slides: rendition("t1", Slides, hlsIndex("avc1.640015", 480, 270, 2, [2]int64{4000, 9000}, [2]int64{8200, 21000}, [2]int64{800, 900})),
		},
		Voices: []VoiceView{voice("t2", archive.Floor, "mul"), voice("t3", archive.Interpretation, "es"), voice("t4", archive.Interpretation, "ar")},
		Texts:  []TextView{text("t7", archive.Captions, "mul"), text("t8", archive.Captions, "es"), text("t9", archive.Captions, "ar")},
	}
}

func hlsOptions(prefer string) MasterOptions {
	names := map[archive.Language]string{"es": "Español", "ar": "العربية", "en": "English"}
	return MasterOptions{Prefer: prefer, FloorName: "Sala", NameOf: func(l archive.Language) string { return names[l] }}
}

func TestMasterPlaylist(t *testing.T) {
	for _, c := range []struct {
		name   string
		prefer string
		change func(*View)
	}{
		{"whole, Spanish preferred", "t3", func(*View) {}},
		{"nothing preferred", "", func(*View) {}},
		{"a voice preferred that is not there", "t5", func(*View) {}},
		{"a small voice still missing", "t3", func(v *View) { v.Voices[2].Small = nil }},
		{"a voice being prepared", "t3", func(v *View) { v.Voices[2] = VoiceView{Track: v.Voices[2].Track, State: Preparing} }},
		{"slides still missing", "t3", func(v *View) { delete(v.Picture, Slides) }},
		{"the first voice alone", "t2", func(v *View) {
			v.Voices, v.Texts = v.Voices[:1], nil
			v.Voices[0].Small = nil
			delete(v.Picture, P360)
			delete(v.Picture, Slides)
		}},
		{"no picture", "t4", func(v *View) {
			v.Picture = map[string]*Rendition{Still: {Name: Name{Session: "s03", Track: "t0", Profile: Still, Recipe: "00000000000000bb"},
				Index: hlsIndex("avc1.64001f", 1280, 720, 1, [2]int64{13000, 30000})}}
		}},
		{"two of a language", "t3", func(v *View) {
			again := v.Voices[1]
			again.Track = &archive.Track{ID: "t5", Kind: archive.Audio, Role: archive.Description, Language: "es"}
			v.Voices = append(v.Voices, again)
		}},
		{"nothing yet", "", func(v *View) { v.Picture = nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := hlsView()
			c.change(v)
			got := MasterPlaylist(v, hlsOptions(c.prefer))
			golden(t, "hls/master, "+c.name+".m3u8", []byte(got))
			if got != "" {
				checkMaster(t, got)
			}
		})
	}
}

func mediaPlaylist(x *Index, uri string) string {
	return MediaPlaylist(&Rendition{Index: x}, func(Name) string { return uri })
}

func TestMediaPlaylist(t *testing.T) {
	voice, _, err := indexOf(readMP4(t, "voice.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	bframes, _, err := indexOf(readMP4(t, "bframes.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		got  string
	}{
		{"picture", mediaPlaylist(&bframes, "/media/s03/t1.copy.0123456789abcdef.mp4")},
		{"voice", mediaPlaylist(&voice, "/media/s03/t2.voice.0123456789abcdef.mp4")},
		{"two objects", hlsMedia([]Variant{{&bframes, "picture.mp4"}, {&bframes, "tail.mp4"}})},
		{"thirds of a second", mediaPlaylist(&Index{Timescale: 30000, Init: Bytes{Len: 9}, Fragments: []Fragment{
			{Bytes{9, 1}, 0, 10010}, {Bytes{10, 1}, 10010, 10010}, {Bytes{11, 1}, 20020, 10010}}}, "a.mp4")},
		{"captions", CaptionsPlaylist(7203480, "t7.0123456789abcdef.vtt")},
		{"captions of no time", CaptionsPlaylist(0, "t7.0123456789abcdef.vtt")},
	} {
		t.Run(c.name, func(t *testing.T) {
			golden(t, "hls/media, "+c.name+".m3u8", []byte(c.got))
			checkMedia(t, c.got)
		})
	}
}

func TestHlsRates(t *testing.T) {
	for _, c := range []struct {
		name       string
		index      *Index
		peak, mean int64
	}{
		{"even", hlsIndex("", 1, 1, 1, [2]int64{4000, 1000}, [2]int64{4000, 1000}), 2000, 2000},
		{"the largest of the right length", hlsIndex("", 1, 1, 1, [2]int64{4000, 1000}, [2]int64{4000, 2000}, [2]int64{4000, 1000}), 4000, 2667},
		{"a short one counts with its neighbours", hlsIndex("", 1, 1, 1, [2]int64{8000, 8000}, [2]int64{1000, 4000}, [2]int64{8000, 8000}), 10667, 9412},
		{"a short one alone is the mean", hlsIndex("", 1, 1, 1, [2]int64{400, 100}), 2000, 2000},
		{"none", hlsIndex("", 1, 1, 1), 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if peak, mean := hlsRates(c.index); peak != c.peak || mean != c.mean {
				t.Errorf("hlsRates = %d, %d, want %d, %d", peak, mean, c.peak, c.mean)
			}
		})
	}
}

func TestHlsQuote(t *testing.T) {
	if got, want := hlsQuote("a \"b\"\nc\r"), `"a 'b' c "`; got != want {
		t.Errorf("hlsQuote = %s, want %s", got, want)
	}
}

// A group of small voices that is not exactly the other group would take a language away from whoever is on a slow line.
func TestLowHoldsTheSameVoices(t *testing.T) {
	voice := func(track string, l archive.Language) VoiceEntry { return VoiceEntry{Track: track, Language: l} }
	voices := []VoiceEntry{voice("t2", "mul"), voice("t3", "es")}
	for _, c := range []struct {
		name   string
		low    []VoiceEntry
		slides bool
		want   []VoiceEntry
	}{
		{"the same", voices, true, voices},
		{"the same in another order", []VoiceEntry{voices[1], voices[0]}, true, voices},
		{"one less", voices[:1], true, nil},
		{"one more", append(voices[:2:2], voice("t4", "ar")), true, nil},
		{"another track of the language", []VoiceEntry{voices[0], voice("t4", "es")}, true, nil},
		{"another language of the track", []VoiceEntry{voices[0], voice("t3", "ar")}, true, nil},
		{"the same without slides", voices, false, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := Ladder{Voices: voices, Low: c.low}
			if c.slides {
				l.Slides = &Variant{}
			}
			if got := l.low(); !slices.Equal(got, c.want) {
				t.Errorf("low = %v, want %v", got, c.want)
			}
		})
	}
}

// checkMaster holds what RFC 8216, 4.3.4 and Apple's HLS Authoring Specification ask of a master playlist.
func checkMaster(t *testing.T, list string) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(list, "\n"), "\n")
	if lines[0] != "#EXTM3U" || !slices.Contains(lines, "#EXT-X-INDEPENDENT-SEGMENTS") {
		t.Errorf("want #EXTM3U first and independent segments in\n%s", list)
	}
	groups := map[string][]map[string]string{}
	var variants []map[string]string
	for i, l := range lines {
		if rest, ok := strings.CutPrefix(l, "#EXT-X-MEDIA:"); ok {
			m := attributes(t, rest)
			groups[m["GROUP-ID"]] = append(groups[m["GROUP-ID"]], m)
		}
		if rest, ok := strings.CutPrefix(l, "#EXT-X-STREAM-INF:"); ok {
			m := attributes(t, rest)
			if m["URI"] = lines[i+1]; strings.HasPrefix(m["URI"], "#") {
				t.Errorf("no address after %s", l)
			}
			variants = append(variants, m)
		}
	}
	used := map[string]bool{}
	for _, v := range variants {
		for _, a := range []string{"BANDWIDTH", "AVERAGE-BANDWIDTH", "CODECS", "RESOLUTION", "FRAME-RATE"} {
			if v[a] == "" {
				t.Errorf("variant %s has no %s", v["URI"], a)
			}
		}
		if number(t, v["BANDWIDTH"]) < number(t, v["AVERAGE-BANDWIDTH"]) {
			t.Errorf("variant %s: peak %s below the mean %s", v["URI"], v["BANDWIDTH"], v["AVERAGE-BANDWIDTH"])
		}
		if v["AUDIO"] != "" && !strings.Contains(v["CODECS"], "mp4a.40.2") {
			t.Errorf("variant %s: codecs %s, want the voices' too", v["URI"], v["CODECS"])
		}
		for _, g := range []string{v["AUDIO"], v["SUBTITLES"]} {
			if used[g] = true; g != "" && groups[g] == nil {
				t.Errorf("variant %s names the group %q, which is not there", v["URI"], g)
			}
		}
	}
	for group, members := range groups {
		if !used[group] {
			t.Errorf("no variant names the group %q", group)
		}
		names, defaults := map[string]bool{}, 0
		for _, m := range members {
			if names[m["NAME"]] || m["NAME"] == "" || m["LANGUAGE"] == "" || m["URI"] == "" {
				t.Errorf("group %s: %v, want a name of its own, a language and an address", group, m)
			}
			names[m["NAME"]] = true
			if m["DEFAULT"] == "YES" {
				if defaults++; m["AUTOSELECT"] != "YES" {
					t.Errorf("group %s: %s is the default and not to be chosen by itself", group, m["NAME"])
				}
			}
		}
		if defaults > 1 {
			t.Errorf("group %s: %d defaults, want one at most", group, defaults)
		}
	}
	if low := groups[hlsLow]; low != nil {
		same := func(m map[string]string) string { return m["NAME"] + m["LANGUAGE"] + m["DEFAULT"] + m["AUTOSELECT"] }
		var a, b []string
		for _, m := range groups[hlsVoices] {
			a = append(a, same(m))
		}
		for _, m := range low {
			b = append(b, same(m))
		}
		if !slices.Equal(a, b) {
			t.Errorf("aud holds %q, aud-low %q: want the same", a, b)
		}
	}
}

// checkMedia holds what RFC 8216, 4.3.3 asks of a media playlist of a film.
func checkMedia(t *testing.T, list string) {
	t.Helper()
	target, segments, isRange := 0, 0, strings.Contains(list, "#EXT-X-MAP:")
	var longest float64
	lines := strings.Split(strings.TrimSuffix(list, "\n"), "\n")
	for i, l := range lines {
		if rest, ok := strings.CutPrefix(l, "#EXT-X-TARGETDURATION:"); ok {
			target = number(t, rest)
		}
		if rest, ok := strings.CutPrefix(l, "#EXTINF:"); ok {
			var d float64
			if _, err := fmt.Sscanf(rest, "%f,", &d); err != nil {
				t.Fatalf("%s: %v", l, err)
			}
			segments, longest = segments+1, max(longest, d)
			if isRange && !strings.HasPrefix(lines[i+1], "#EXT-X-BYTERANGE:") {
				t.Errorf("segment %d has no byte range", segments)
			}
		}
	}
	if lines[0] != "#EXTM3U" || lines[len(lines)-1] != "#EXT-X-ENDLIST" || segments == 0 {
		t.Errorf("want #EXTM3U first, #EXT-X-ENDLIST last and segments between in\n%s", list)
	}
	if longest > float64(target) || float64(target) >= max(longest, 1e-9)+1 {
		t.Errorf("target duration %d, longest segment %f: want it rounded up", target, longest)
	}
	if !slices.Contains(lines, "#EXT-X-PLAYLIST-TYPE:VOD") || isRange && !slices.Contains(lines, "#EXT-X-INDEPENDENT-SEGMENTS") {
		t.Errorf("want a film of independent segments in\n%s", list)
	}
}

// attributes reads an attribute list (RFC 8216, 4.2), each name but once.
func attributes(t *testing.T, list string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for list != "" {
		name, rest, ok := strings.Cut(list, "=")
		if !ok || out[name] != "" {
			t.Fatalf("attributes %q: want NAME=value, each name once", list)
		}
		var value string
		if strings.HasPrefix(rest, `"`) {
			value, rest, _ = strings.Cut(rest[1:], `"`)
			list = strings.TrimPrefix(rest, ",")
		} else {
			value, list, _ = strings.Cut(rest, ",")
		}
		out[name] = value
	}
	return out
}
