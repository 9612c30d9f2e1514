package transcode

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func readMP4(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "mp4", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func indexOf(b []byte) (Index, []byte, error) {
	return ReadIndex(bytes.NewReader(b), int64(len(b)))
}

func TestReadIndexOfRealFiles(t *testing.T) {
	for _, name := range []string{"bframes", "picture", "nosidx", "perfragment", "voice", "stereo"} {
		t.Run(name, func(t *testing.T) {
			x, _, err := indexOf(readMP4(t, name+".mp4"))
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.MarshalIndent(x, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "mp4/"+name+".json", append(got, '\n'))
		})
	}
}

// The sample defaults of ISO/IEC 14496-12, 8.8: trex, over it tfhd, over it the first sample's flags, over it the run's own fields.
func TestReadIndexDefaults(t *testing.T) {
	const noKey = sampleNoKey
	type span struct{ mdat, off, n, count int } // off within the data of the mdat of that number
	type fragment struct {
		from, to        int
		start, duration int64
	} // boxes at the top, both of it
	type want struct {
		sizes     []uint32
		durations []mp4Run
		shifts    []mp4Run
		keys      []uint32
		spans     []span
		fragments []fragment
	}
	moov := mp4Picture(mp4Defaults{duration: 40, size: 5, flags: noKey})
	tfhd := mp4B("tfhd", tfhdFromMoof, 1)
	boxes := func(b ...[]byte) [][]byte { return b }
	// Three samples, all from trex but the first sample's flags.
	plain := func(tfdt int) []byte {
		return mp4Frag(15, func(data int) [][]byte {
			return boxes(tfhd, mp4B("tfdt", 0, tfdt), mp4B("trun", trunOffset|trunFirstFlags, 3, data, 0))
		})
	}
	three := []uint32{5, 5, 5}
	for _, c := range []struct {
		name  string
		bytes []byte
		want  want
	}{
		{"all from trex, the first sample a key frame", plain(0),
			want{three, []mp4Run{{3, 40}}, nil, []uint32{0}, []span{{0, 0, 15, 3}}, []fragment{{1, 2, 0, 120}}}},
		{"tfhd over trex", mp4Frag(14, func(data int) [][]byte {
			return boxes(mp4B("tfhd", tfhdFromMoof|tfhdDescription|tfhdDuration|tfhdSize|tfhdFlags, 1, 1, 20, 7, 0), mp4B("trun", trunOffset, 2, data))
		}), want{[]uint32{7, 7}, []mp4Run{{2, 20}}, nil, nil, []span{{0, 0, 14, 2}}, []fragment{{1, 2, 0, 40}}}},
		{"the run's own fields over tfhd, offsets below 0", mp4Frag(3, func(data int) [][]byte {
			return boxes(mp4B("tfhd", tfhdFromMoof|tfhdDuration|tfhdSize|tfhdFlags, 1, 20, 7, noKey),
				mp4B("trun", 1<<24|trunOffset|trunDuration|trunSize|trunFlags|trunShift, 2, data, 30, 1, 0, 0, 50, 2, noKey, -30))
		}), want{[]uint32{1, 2}, []mp4Run{{1, 30}, {1, 50}}, []mp4Run{{1, 0}, {1, -30}}, []uint32{0}, []span{{0, 0, 3, 2}}, []fragment{{1, 2, 0, 80}}}},
		{"offsets from a base in tfhd", mp4Frag(5, func(data int) [][]byte {
			return boxes(mp4B("tfhd", tfhdBase, 1, int64(len(moov)+10)), mp4B("trun", trunOffset|trunFirstFlags, 1, data-10, 0))
		}), want{[]uint32{5}, []mp4Run{{1, 40}}, nil, nil, []span{{0, 0, 5, 1}}, []fragment{{1, 2, 0, 40}}}},
		{"two runs one after the other are one span", mp4Frag(15, func(data int) [][]byte {
			return boxes(tfhd, mp4B("trun", trunOffset|trunFirstFlags, 1, data, 0), mp4B("trun", 0, 2))
		}), want{three, []mp4Run{{3, 40}}, nil, []uint32{0}, []span{{0, 0, 15, 3}}, []fragment{{1, 2, 0, 120}}}},
		{"two runs apart are two spans", mp4Frag(20, func(data int) [][]byte {
			return boxes(tfhd, mp4B("trun", trunOffset|trunFirstFlags, 1, data, 0), mp4B("trun", trunOffset, 2, data+10))
		}), want{three, []mp4Run{{3, 40}}, nil, []uint32{0}, []span{{0, 0, 5, 1}, {0, 10, 10, 2}}, []fragment{{1, 2, 0, 120}}}},
		{"a later tfdt lengthens the sample before", mp4Join(plain(0), plain(150)),
			want{append(three, three...), []mp4Run{{2, 40}, {1, 70}, {3, 40}}, nil, []uint32{0, 3}, []span{{0, 0, 15, 3}, {1, 0, 15, 3}},
				[]fragment{{1, 2, 0, 150}, {3, 4, 150, 120}}}},
		{"an earlier tfdt shortens the sample before", mp4Join(plain(0), plain(110)),
			want{append(three, three...), []mp4Run{{2, 40}, {1, 30}, {3, 40}}, nil, []uint32{0, 3}, []span{{0, 0, 15, 3}, {1, 0, 15, 3}},
				[]fragment{{1, 2, 0, 110}, {3, 4, 110, 120}}}},
		{"a moof without key frame belongs to the fragment before", mp4Join(plain(0), mp4Frag(5, func(data int) [][]byte {
			return boxes(tfhd, mp4B("trun", trunOffset, 1, data))
		})), want{append(three, 5), []mp4Run{{4, 40}}, nil, []uint32{0}, []span{{0, 0, 15, 3}, {1, 0, 5, 1}}, []fragment{{1, 4, 0, 160}}}},
		{"what stands between and after is of no fragment", mp4Join(mp4B("styp", "msdh"), plain(0), mp4B("free", 0), plain(120), mp4B("mfra", 0)),
			want{append(three, three...), []mp4Run{{6, 40}}, nil, []uint32{0, 3}, []span{{0, 0, 15, 3}, {1, 0, 15, 3}},
				[]fragment{{2, 3, 0, 120}, {5, 6, 120, 120}}}},
		{"a moof of no samples is of no fragment", mp4Join(mp4Frag(0, func(int) [][]byte { return boxes(tfhd) }), plain(0)),
			want{three, []mp4Run{{3, 40}}, nil, []uint32{0}, []span{{1, 0, 15, 3}}, []fragment{{3, 4, 0, 120}}}},
		{"a last fragment of no time joins the one before", mp4Join(plain(0), mp4Frag(5, func(data int) [][]byte {
			return boxes(mp4B("tfhd", tfhdFromMoof|tfhdDuration, 1, 0), mp4B("trun", trunOffset|trunFirstFlags, 1, data, 0))
		})), want{append(three, 5), []mp4Run{{3, 40}, {1, 0}}, nil, []uint32{0, 3}, []span{{0, 0, 15, 3}, {1, 0, 5, 1}}, []fragment{{1, 4, 0, 120}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := mp4Join(moov, c.bytes)
			x, packed, err := indexOf(file)
			if err != nil {
				t.Fatal(err)
			}
			s, err := unpackTables(packed)
			if err != nil {
				t.Fatal(err)
			}
			tops, mdats := []int64{0}, []int64(nil)
			for b, err := range mp4Boxes(file) {
				if err != nil {
					t.Fatal(err)
				}
				if b.kind == "mdat" {
					mdats = append(mdats, tops[len(tops)-1]+8)
				}
				tops = append(tops, tops[len(tops)-1]+int64(len(b.raw)))
			}
			type exact struct {
				Sizes             []uint32
				Durations, Shifts []mp4Run
				Keys              []uint32
				Spans             []mp4Span
				Fragments         []Fragment
			}
			want := exact{c.want.sizes, c.want.durations, c.want.shifts, c.want.keys, nil, nil}
			for _, p := range c.want.spans {
				want.Spans = append(want.Spans, mp4Span{off: mdats[p.mdat] + int64(p.off), n: int64(p.n), count: p.count})
			}
			for _, f := range c.want.fragments {
				want.Fragments = append(want.Fragments, Fragment{Bytes{tops[f.from], tops[f.to+1] - tops[f.from]}, f.start, f.duration})
			}
			got := exact{s.sizes, s.durations, s.shifts, s.keys, s.spans, x.Fragments}
			if d := cmp.Diff(want, got, cmp.AllowUnexported(mp4Run{}, mp4Span{})); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func TestReadIndexFrameRate(t *testing.T) {
	for _, c := range []struct {
		name      string
		timescale int64
		durations []mp4Run
		want      float64
	}{
		{"25 whole", 12800, []mp4Run{{500, 512}}, 25},
		{"30000/1001 to three places", 30000, []mp4Run{{500, 1001}}, 29.97},
		{"a clock too coarse for the rate", 1000, []mp4Run{{10, 33}, {20, 34}, {30, 33}}, 30},
		{"a pause does not count", 1000, []mp4Run{{30, 40}, {1, 9000}, {20, 40}}, 25},
		{"a doubled picture does not count", 1000, []mp4Run{{30, 500}, {1, 1}, {9, 500}}, 2},
		{"none of pictures that last no time", 1000, []mp4Run{{3, 0}, {1, 5}}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := mp4FrameRate(&mp4Track{picture: true, timescale: c.timescale}, c.durations); got != c.want {
				t.Errorf("mp4FrameRate = %v, want %v", got, c.want)
			}
		})
	}
}

func TestReadIndexRefuses(t *testing.T) {
	moov := mp4Picture(mp4Defaults{duration: 40, size: 5})
	of := func(n int, boxes ...[]byte) []byte { // boxes without a trun, or with one of no offset
		return mp4Frag(n, func(int) [][]byte { return boxes })
	}
	run := func(off int, boxes ...[]byte) []byte { // one sample of 5 bytes in the mdat, off bytes beside it
		return mp4Frag(5, func(data int) [][]byte { return append(boxes, mp4B("trun", trunOffset, 1, data+off)) })
	}
	tfhd := mp4B("tfhd", tfhdFromMoof, 1)
	fragment := run(0, tfhd, mp4B("tfdt", 0, 0))
	trak := func(entry []byte) []byte {
		return mp4Join(mp4B("moov", mp4PictureTrak(entry), mp4Mvex(mp4Defaults{})), fragment)
	}
	mp4a := func(version uint16, esds ...byte) []byte {
		return trak(mp4B("mp4a", make([]byte, 8), version, make([]byte, 18), mp4B("esds", 0, esds)))
	}
	picture := readMP4(t, "picture.mp4")
	for _, c := range []struct {
		name  string
		bytes []byte
		want  string
	}{
		{"nothing", nil, "no moov box"},
		{"text", []byte("WEBVTT\n\n00:00.000 --> 00:01.000\nno box at all\n"), "says it is"},
		{"cut in a header", picture[:len(picture)-3], "says it is"},
		{"cut in an mdat", picture[:2000], "says it is"},
		{"no fragments", moov, "no moof box with samples"},
		{"ordinary", readMP4(t, "ordinary.mp4"), "want a fragmented file"},
		{"samples in moov", mp4Join(mp4B("moov", mp4B("trak", mp4B("tkhd", 3, 0, 0, 1), mp4B("mdia", mp4B("mdhd", 0, 0, 0, 1000),
			mp4B("minf", mp4B("stbl", mp4B("stsz", 0, 5, 7)))))), fragment), "moov has 7 samples of its own"},
		{"shown late", readMP4(t, "late.mp4"), "shown at 400 ms: want 0"},
		{"moof first", fragment, "no moov before it"},
		{"two moovs", mp4Join(moov, moov), "there is one already"},
		{"two tracks", mp4Join(mp4B("moov", mp4PictureTrak(mp4Avc1(2, 2)), mp4PictureTrak(mp4Avc1(2, 2)), mp4Mvex(mp4Defaults{}))), "more than one track"},
		{"no track", mp4B("moov", mp4Mvex(mp4Defaults{})), "no track"},
		{"no mvex", mp4B("moov", mp4PictureTrak(mp4Avc1(2, 2))), "no mvex"},
		{"no trex", mp4B("moov", mp4PictureTrak(mp4Avc1(2, 2)), mp4B("mvex")), "no trex box for track 1"},
		{"huge moov", mp4Join(mp4B("moov", make([]byte, mp4MaxMoov))), "want at most"},
		{"another codec", trak(mp4B("hvc1", make([]byte, 78))), `codec "hvc1": want avc1`},
		{"no avcC", trak(mp4B("avc1", make([]byte, 24), uint16(2), uint16(2), make([]byte, 50))), "no avcC box"},
		{"no width", trak(mp4Avc1(0, 36)), "0×36"},
		{"QuickTime sound", mp4a(1), "version 1: want 0"},
		{"no descriptor", mp4a(0), "no descriptor 3"},
		{"MP3 in mp4a", mp4a(0, 3, 5, 0, 0, 0, 4, 1, 0x6b), "descriptor 4 ends early"},
		{"MP3 in mp4a, whole", mp4a(0, 3, 6, 0, 0, 0, 4, 1, 0x6b), "object type 0x6b: want 0x40"},
		{"no sampling rate", mp4a(0, 3, 22, 0, 0, 0, 4, 17, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 2, 0x16, 0x88), "AudioSpecificConfig 1688"},
		{"two trafs", mp4Join(moov, mp4B("moof", mp4B("traf", mp4B("tfhd", tfhdFromMoof, 1)), mp4B("traf", 0))), "more than one traf"},
		{"another track", mp4Join(moov, of(0, mp4B("tfhd", tfhdFromMoof, 2))), "track 2: want 1"},
		{"no tfhd", mp4Join(moov, of(0, mp4B("tfdt", 0, 0))), "no tfhd"},
		{"no mdat", mp4Join(moov, fragment[:len(fragment)-13]), "no mdat after it"},
		{"moof after moof", mp4Join(moov, fragment[:len(fragment)-13], fragment), "no mdat between"},
		{"data outside its mdat", mp4Join(moov, run(1, tfhd)), "want them in this box"},
		{"data before its moof", mp4Join(moov, run(-200, tfhd)), "want them in this box"},
		{"a run that promises more than there is", mp4Join(moov, of(4, tfhd, mp4B("trun", trunSize, 1000, 5))), "only 4 bytes tell of them"},
		{"a run without end", mp4Join(moov, of(4, mp4B("tfhd", tfhdFromMoof|tfhdSize, 1, 0), mp4B("trun", 0, -1))), "want at most"},
		{"time that runs back", mp4Join(moov, fragment, run(0, tfhd, mp4B("tfdt", 0, 40)), fragment), "before the sample before it"},
		{"a gap of months", mp4Join(moov, fragment, run(0, tfhd, mp4B("tfdt", 1<<24, int64(1)<<40))), "want less than 2^32"},
		{"no key frame first", mp4Join(moov, run(0, mp4B("tfhd", tfhdFromMoof|tfhdFlags, 1, sampleNoKey))), "no key frame"},
		{"no time", mp4Join(moov, run(0, mp4B("tfhd", tfhdFromMoof|tfhdDuration, 1, 0))), "last no time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, _, err := indexOf(c.bytes); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("ReadIndex = %v, want an error with %q", err, c.want)
			}
		})
	}
}

// Two hours of picture at 25 a second in fragments of 8 s, as a sparse file: only the boxes' heads and the moofs are read.
func TestReadIndexOfTwoHours(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "two-hours.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	write := func(at int64, b []byte) int64 {
		if _, err := file.WriteAt(b, at); err != nil {
			t.Fatal(err)
		}
		return at + int64(len(b))
	}
	at := write(0, mp4Picture(mp4Defaults{duration: 40, flags: sampleNoKey}))
	sizes := make([]any, 200)
	for i := range sizes {
		sizes[i] = 3500
	}
	for i := range 900 {
		moof := mp4Frag(0, func(data int) [][]byte {
			fields := append([]any{trunOffset | trunFirstFlags | trunSize, 200, data, 0}, sizes...)
			return [][]byte{mp4B("tfhd", tfhdFromMoof, 1), mp4B("tfdt", 0, i*8000), mp4B("trun", fields...)}
		})
		at = write(at, moof[:len(moof)-8])
		at = write(at, mp4Join([]byte{0, 10, 0xae, 0x68}, []byte("mdat"))) + 200*3500
	}
	if err := file.Truncate(at); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	x, tables, err := ReadIndex(file, at)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d MB, %d fragments: index in %v, tables of %d bytes", at>>20, len(x.Fragments), time.Since(began), len(tables))
	if len(x.Fragments) != 900 || x.DurationMs != 7200_000 || x.FrameRate != 25 {
		t.Errorf("%d fragments, %d ms, %v pictures a second: want 900, 7200000, 25", len(x.Fragments), x.DurationMs, x.FrameRate)
	}
}
