package transcode

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/text/language"

	"cabina/archive"
)

// fileClock is the timescale of mvhd and tkhd: milliseconds.
const fileClock = 1000

// fileWriter appends boxes.
type fileWriter struct{ b []byte }

// box appends a box whose body fill appends.
func (w *fileWriter) box(kind string, fill func()) {
	at := len(w.b)
	w.u32(0)
	w.b = append(w.b, kind...)
	fill()
	binary.BigEndian.PutUint32(w.b[at:], uint32(len(w.b)-at))
}

func (w *fileWriter) u32(v ...uint32) {
	for _, x := range v {
		w.b = binary.BigEndian.AppendUint32(w.b, x)
	}
}

func (w *fileWriter) u64(v uint64) { w.b = binary.BigEndian.AppendUint64(w.b, v) }

func (w *fileWriter) raw(b []byte) { w.b = append(w.b, b...) }

// ftyp names the brands (4.3): a file with sound alone is an "M4A ", which is what tells players to show it as music.
func (w *fileWriter) ftyp(sound bool) {
	w.box("ftyp", func() {
		if sound {
			w.raw([]byte("M4A \x00\x00\x02\x00M4A mp42isom"))
			return
		}
		w.raw([]byte("isom\x00\x00\x02\x00isomiso2avc1mp41"))
	})
}

// mdat appends the header of the box with n bytes of data (4.2): of 16 bytes where the length needs 64 bits.
func (w *fileWriter) mdat(n int64) {
	if n+8 < 1<<32 {
		w.u32(uint32(n + 8))
		w.raw([]byte("mdat"))
		return
	}
	w.u32(1)
	w.raw([]byte("mdat"))
	w.u64(uint64(n + 16))
}

// moov appends the moov of the tracks, numbered from 1. The offsets of chunks are left 0; each track's offsets says where they stand.
func (w *fileWriter) moov(tracks []*fileTrack, long bool) error {
	var err error
	w.box("moov", func() {
		length := int64(0)
		for _, t := range tracks {
			length = max(length, t.length())
		}
		w.mvhd(length, len(tracks))
		for i, t := range tracks {
			t.long = long
			if err == nil {
				err = w.trak(t, uint32(i+1))
			}
		}
	})
	return err
}

// length is how long the track plays, ms.
func (t *fileTrack) length() int64 { return ticksMs(t.ticks(), t.timescale) }

// mvhd appends the movie header (8.2.2).
func (w *fileWriter) mvhd(ms int64, tracks int) {
	w.box("mvhd", func() {
		w.u32(1 << 24)
		w.u64(0) // made and changed at no time: the same file is the same bytes
		w.u64(0)
		w.u32(fileClock)
		w.u64(uint64(ms))
		w.u32(0x10000, 0x1000000, 0, 0) // rate 1, volume 1
		w.u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
		w.u32(0, 0, 0, 0, 0, 0)
		w.u32(uint32(tracks + 1))
	})
}

// trak appends the rendition's own trak, with another id, other durations, its language, and whole sample tables. An edit list is left
// out: every rendition begins at 0 (ReadIndex sees to it).
func (w *fileWriter) trak(t *fileTrack, id uint32) error {
	trak, err := mp4Must(t.moov, "moov", "trak")
	if err != nil {
		return err
	}
	w.box("trak", func() {
		err = w.copyBoxes(trak, map[string]func([]byte) error{
			"tkhd": func(b []byte) error { return w.tkhd(b, id, t.length()) },
			"edts": func([]byte) error { return nil },
			"mdia": func(b []byte) error { return w.mdia(t, b) },
		})
	})
	return err
}

// copyBoxes appends the boxes of b as they are, but for those that instead writes from their bodies.
func (w *fileWriter) copyBoxes(b []byte, instead map[string]func([]byte) error) error {
	for c, err := range mp4Boxes(b) {
		if err != nil {
			return err
		}
		if write := instead[c.kind]; write == nil {
			w.raw(c.raw)
		} else if err := write(c.body); err != nil {
			return err
		}
	}
	return nil
}

// tkhd appends the track header (8.3.2) with another id and duration. What follows them, 60 bytes of layer, volume, matrix and size, stays.
func (w *fileWriter) tkhd(body []byte, id uint32, ms int64) error {
	f := mp4Fields{b: body}
	version, _ := f.full()
	times := 20 // made, changed, id, reserved, duration
	if version == 1 {
		times = 32
	}
	f.bytes(times)
	rest := f.bytes(60)
	if err := f.err("tkhd"); err != nil {
		return err
	}
	w.box("tkhd", func() {
		w.u32(1<<24 | 3) // enabled, in the movie
		w.u64(0)
		w.u64(0)
		w.u32(id, 0)
		w.u64(uint64(ms))
		w.raw(rest)
	})
	return nil
}

func (w *fileWriter) mdia(t *fileTrack, mdia []byte) (err error) {
	w.box("mdia", func() {
		err = w.copyBoxes(mdia, map[string]func([]byte) error{
			"mdhd": func([]byte) error { w.mdhd(t); return nil },
			"minf": func(minf []byte) (err error) {
				w.box("minf", func() {
					err = w.copyBoxes(minf, map[string]func([]byte) error{
						"stbl": func(stbl []byte) error { return w.stbl(t, stbl) },
					})
				})
				return err
			},
		})
	})
	return err
}

// mdhd appends the media header (8.4.2).
func (w *fileWriter) mdhd(t *fileTrack) {
	w.box("mdhd", func() {
		w.u32(1 << 24)
		w.u64(0)
		w.u64(0)
		w.u32(uint32(t.timescale))
		w.u64(uint64(t.ticks()))
		w.u32(uint32(fileLanguage(t.Language)) << 16)
	})
}

// fileLanguage packs a language as mdhd holds it: three letters of ISO 639-2/T, five bits each. What has none is "und".
func fileLanguage(l archive.Language) uint16 {
	code := "und"
	if tag, err := language.Parse(string(l)); err == nil {
		if base, sure := tag.Base(); sure != language.No {
			code = base.ISO3()
		}
	}
	if len(code) != 3 {
		code = "und"
	}
	var v uint16
	for i := range 3 {
		v = v<<5 | uint16(code[i]-0x60)
	}
	return v
}

// stbl appends the sample table box (8.5.1): the description as it is, the rest made of the track's samples.
func (w *fileWriter) stbl(t *fileTrack, stbl []byte) error {
	stsd, ok, err := mp4Find(stbl, "stsd")
	if err != nil || !ok {
		return fmt.Errorf("no stsd box: want one (%v)", err)
	}
	w.box("stbl", func() {
		w.raw(stsd.raw)
		w.stts(t.mp4Samples)
		w.ctts(t.mp4Samples)
		w.stss(t.mp4Samples)
		w.stsc(t.mp4Samples)
		w.stsz(t.mp4Samples)
		w.offsets(t)
	})
	return nil
}
