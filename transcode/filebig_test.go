package transcode

import (
	"context"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"cabina/archive"
)

// fileByte is the byte at off of a rendition that is only computed.
func fileByte(seed, off int64) byte { return byte((off*0x9E3779B1 + seed*7919) >> 13) }

// fileNoise reads a rendition that is only computed.
type fileNoise struct{ seed, at, end int64 }

func (n *fileNoise) Read(b []byte) (int, error) {
	if n.at >= n.end {
		return 0, io.EOF
	}
	b = b[:min(int64(len(b)), n.end-n.at)]
	for i := range b {
		b[i] = fileByte(n.seed, n.at+int64(i))
	}
	n.at += int64(len(b))
	return len(b), nil
}

func (n *fileNoise) Close() error { return nil }

// bigPart makes a part of fragments of some samples, each of size bytes and ticks long, with 1,000 bytes between their data. Its moov is
// that of the picture in testdata.
func bigPart(t *testing.T, seed int64, fragments, samples int, size uint32, ticks int64) (*FilePart, *mp4Samples, *atomic.Int64) {
	t.Helper()
	_, packed, err := indexOf(readMP4(t, "picture.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := unpackTables(packed)
	if err != nil {
		t.Fatal(err)
	}
	n := fragments * samples
	s.spans, s.sizes, s.keys, s.durations = nil, make([]uint32, n), nil, []mp4Run{{count: n, value: ticks}}
	at := int64(800)
	for i := range fragments {
		bytes := int64(0)
		for j := range samples {
			s.sizes[i*samples+j] = size + uint32(j%3)
			bytes += int64(size) + int64(j%3)
		}
		s.keys = append(s.keys, uint32(i*samples))
		at += 1000
		s.spans = append(s.spans, mp4Span{off: at, n: bytes, count: samples})
		at += bytes
	}
	tables, err := s.pack()
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int64
	return &FilePart{Index: &Index{Bytes: at + 100}, Tables: tables, Open: func(_ context.Context, off, n int64) (io.ReadCloser, error) {
		asked.Add(1)
		return &fileNoise{seed: seed, at: off, end: off + n}, nil
	}}, s, &asked
}

// mp4Place is where a file's own tables say that a sample is.
type mp4Place struct{ off, n, at int64 }

// placesOf reads the sample tables of a track of an ordinary MP4: what a player would do with them.
func placesOf(t *testing.T, trak []byte) []mp4Place {
	t.Helper()
	stbl, err := mp4Must(trak, "mdia", "minf", "stbl")
	if err != nil {
		t.Fatal(err)
	}
	table := func(kind string) (f mp4Fields) {
		b, err := mp4Must(stbl, kind)
		if err != nil {
			t.Fatal(err)
		}
		f.b = b
		f.full()
		return f
	}
	var offsets []int64
	if _, long, _ := mp4Find(stbl, "co64"); long {
		f := table("co64")
		for range f.u32() {
			offsets = append(offsets, int64(f.u64()))
		}
	} else {
		f := table("stco")
		for range f.u32() {
			offsets = append(offsets, int64(f.u32()))
		}
	}
	perChunk := make([]int, len(offsets))
	f := table("stsc")
	for range f.u32() {
		first, n, _ := f.u32(), f.u32(), f.u32()
		for i := int(first) - 1; i < len(perChunk); i++ {
			perChunk[i] = int(n)
		}
	}
	f = table("stsz")
	same, count := f.u32(), f.u32()
	places := make([]mp4Place, count)
	for i := range places {
		if places[i].n = int64(same); same == 0 {
			places[i].n = int64(f.u32())
		}
	}
	f = table("stts")
	i, at := 0, int64(0)
	for range f.u32() {
		n, d := f.u32(), f.u32()
		for range n {
			places[i].at = at
			at += int64(d)
			i++
		}
	}
	if i != len(places) {
		t.Fatalf("stts tells of %d samples, stsz of %d", i, len(places))
	}
	i = 0
	for c, off := range offsets {
		for range perChunk[c] {
			places[i].off = off
			off += places[i].n
			i++
		}
	}
	if i != len(places) {
		t.Fatalf("the chunks hold %d samples, stsz tells of %d", i, len(places))
	}
	return places
}

// traksOf gives the moov's traks and the places of the mdat's data, from begin to end.
func traksOf(t *testing.T, f *File) (traks [][]byte, from, to int64) {
	t.Helper()
	r := f.Open(t.Context())
	for off := int64(0); off < f.Size(); {
		kind, head, n, err := mp4HeadAt(r, off, f.Size())
		if err != nil {
			t.Fatal(err)
		}
		switch kind {
		case "moov":
			for b, err := range mp4Boxes(f.head[off+head : off+n]) {
				if err != nil {
					t.Fatal(err)
				}
				if b.kind == "trak" {
					traks = append(traks, b.body)
				}
			}
		case "mdat":
			from, to = off+head, off+n
		}
		off += n
	}
	return traks, from, to
}

func TestFileAround4GiB(t *testing.T) {
	for _, c := range []struct {
		name      string
		fragments int
		mdat      int64 // bytes of its header
		table     string
	}{
		{"below, offsets of 32 bits", 600, 8, "stco"},
		{"above, offsets and the length of mdat of 64 bits", 1800, 16, "co64"},
	} {
		t.Run(c.name, func(t *testing.T) {
			picture, ps, _ := bigPart(t, 1, c.fragments, 60, 40000, 512)
			voice, vs, _ := bigPart(t, 2, c.fragments*4/10, 282, 200, 1024)
			f, err := NewFile(picture, voice)
			if err != nil {
				t.Fatal(err)
			}
			traks, from, to := traksOf(t, f)
			if want := ps.bytes() + vs.bytes(); to-from != want || to != f.Size() {
				t.Fatalf("mdat %d–%d of %d: want %d bytes up to the end", from, to, f.Size(), want)
			}
			if got := from - int64(len(f.head)); got != 0 {
				t.Fatalf("data begins %d bytes behind the head", got)
			}
			if got := binary.BigEndian.Uint32(f.head[len(f.head)-int(c.mdat):]); (c.mdat == 16) != (got == 1) {
				t.Errorf("mdat's header says %d, want one of %d bytes", got, c.mdat)
			}
			random := rand.New(rand.NewPCG(3, 4))
			r := f.Open(t.Context())
			for i, s := range []*mp4Samples{ps, vs} {
				stbl, _ := mp4Must(traks[i], "mdia", "minf", "stbl")
				if _, ok, _ := mp4Find(stbl, c.table); !ok {
					t.Errorf("track %d has no %s", i+1, c.table)
				}
				checkPlaces(t, r, s, placesOf(t, traks[i]), int64(i+1), random)
			}
		})
	}
}

// checkPlaces says whether the samples that the file's tables tell of are the object's: all sizes and times, and the bytes of some.
func checkPlaces(t *testing.T, r io.ReaderAt, s *mp4Samples, places []mp4Place, seed int64, random *rand.Rand) {
	t.Helper()
	if len(places) != len(s.sizes) {
		t.Fatalf("%d samples, want %d", len(places), len(s.sizes))
	}
	number, at := 0, s.start
	for _, span := range s.spans {
		off := span.off
		for range span.count {
			p := places[number]
			if p.n != int64(s.sizes[number]) || p.at != at {
				t.Fatalf("sample %d: %d bytes at tick %d, want %d at %d", number, p.n, p.at, s.sizes[number], at)
			}
			if number == 0 || number == len(places)-1 || random.IntN(100) == 0 {
				b := make([]byte, min(p.n, 64))
				if _, err := r.ReadAt(b, p.off); err != nil {
					t.Fatal(err)
				}
				for i := range b {
					if b[i] != fileByte(seed, off+int64(i)) {
						t.Fatalf("sample %d of part %d: byte %d is another's", number, seed, i)
					}
				}
			}
			off += p.n
			at += s.durations[0].value
			number++
		}
	}
}

func TestFileAsksForBigRanges(t *testing.T) {
	picture, ps, askedPicture := bigPart(t, 1, 900, 200, 400, 512)
	voice, vs, askedVoice := bigPart(t, 2, 1200, 281, 170, 1024)
	began := time.Now()
	f, err := NewFile(picture, voice)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("two hours, %d and %d samples: a head of %d bytes in %v", len(ps.sizes), len(vs.sizes), len(f.head), time.Since(began))
	n, err := io.Copy(io.Discard, f.Open(t.Context()))
	if err != nil || n != f.Size() {
		t.Fatalf("read %d bytes of %d, %v", n, f.Size(), err)
	}
	for _, c := range []struct {
		name  string
		asked int64
		bytes int64
	}{{"picture", askedPicture.Load(), picture.Index.Bytes}, {"voice", askedVoice.Load(), voice.Index.Bytes}} {
		// 256 kB, doubled up to 16 MiB: 6 to get there, then one each 16 MiB.
		if most := 8 + c.bytes/fileMost; c.asked > most {
			t.Errorf("%s of %d bytes: asked %d times, want at most %d", c.name, c.bytes, c.asked, most)
		}
	}
	before := askedPicture.Load() + askedVoice.Load()
	r := f.Open(t.Context())
	if _, err := r.Seek(f.Size()/2, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(io.Discard, r, 150<<10); err != nil {
		t.Fatal(err)
	}
	if got := askedPicture.Load() + askedVoice.Load() - before; got > 2 {
		t.Errorf("150 kB after a jump: asked %d times, want at most once for each part", got)
	}

	open, most := picture.Open, int64(0)
	picture.Open = func(ctx context.Context, off, n int64) (io.ReadCloser, error) {
		most = max(most, n)
		return open(ctx, off, n)
	}
	if _, err := io.Copy(io.Discard, f.Range(t.Context(), f.Size()/2, 1000)); err != nil {
		t.Fatal(err)
	}
	if most > 1000 {
		t.Errorf("a range of 1000 bytes: asked for %d of the picture, want no more than that", most)
	}
}

// What the computed file's own tables say of key frames, composition offsets and the sound's language is what the objects say.
func TestFileTablesAreTheObjects(t *testing.T) {
	for _, v := range fileVariants() {
		t.Run(v[0], func(t *testing.T) {
			f := fileOf(t, v[1], v[2])
			traks, _, _ := traksOf(t, f)
			for i, p := range f.parts {
				s, err := unpackTables(p.Tables)
				if err != nil {
					t.Fatal(err)
				}
				stbl, err := mp4Must(traks[i], "mdia", "minf", "stbl")
				if err != nil {
					t.Fatal(err)
				}
				var keys []uint32
				if stss, ok, _ := mp4Find(stbl, "stss"); ok {
					r := mp4Fields{b: stss.body[4:]}
					for range r.u32() {
						keys = append(keys, r.u32()-1)
					}
				}
				var shifts []mp4Run
				if ctts, ok, _ := mp4Find(stbl, "ctts"); ok {
					r := mp4Fields{b: ctts.body}
					version, _ := r.full()
					for range r.u32() {
						n, shift := int(r.u32()), int64(r.u32())
						if version == 1 {
							shift = int64(int32(shift))
						}
						shifts = append(shifts, mp4Run{count: n, value: shift})
					}
				}
				if !slices.Equal(keys, s.keys) || !slices.Equal(shifts, s.shifts) {
					t.Errorf("track %d: key frames %v and offsets %v, want %v and %v", i+1, keys, shifts, s.keys, s.shifts)
				}
				if got, want := len(placesOf(t, traks[i])), len(s.sizes); got != want {
					t.Errorf("track %d: %d samples, want %d", i+1, got, want)
				}
				mdhd, err := mp4Must(traks[i], "mdia", "mdhd")
				if err != nil {
					t.Fatal(err)
				}
				if got, want := binary.BigEndian.Uint16(mdhd[32:]), fileLanguage(p.Language); got != want {
					t.Errorf("track %d: language %04x, want %04x", i+1, got, want)
				}
			}
		})
	}
}

func TestFileLanguage(t *testing.T) {
	for _, c := range []struct {
		tag  archive.Language
		want string
	}{{"es", "spa"}, {"pt-BR", "por"}, {"ar", "ara"}, {"zh-Hant", "zho"}, {"fr", "fra"}, {"mul", "mul"}, {"zxx", "zxx"}, {"quc", "quc"}, {"", "und"}, {"not a tag", "und"}} {
		v := fileLanguage(c.tag)
		got := string([]byte{byte(v>>10&31) + 0x60, byte(v>>5&31) + 0x60, byte(v&31) + 0x60})
		if got != c.want {
			t.Errorf("fileLanguage(%q) = %s, want %s", c.tag, got, c.want)
		}
	}
}
