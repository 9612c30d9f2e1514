package transcode

import "fmt"

// mp4Track is what moov says of a file's only track.
type mp4Track struct {
	id        uint32
	timescale int64
	picture   bool // else sound
	codecs    string
	width     int
	height    int
	channels  int
	rate      int // Hz
	trex      mp4Defaults
}

// mp4Defaults are the fields of a sample that hold where trun says none: trex first, tfhd over it (ISO/IEC 14496-12, 8.8.3 and 8.8.7).
type mp4Defaults struct {
	duration, size, flags uint32
}

// mp4Moov reads the body of a moov box. The file must be fragmented and have one track, of H.264 or AAC: such are the ones we make.
func mp4Moov(body []byte) (*mp4Track, error) {
	var t *mp4Track
	var mvex []byte
	for b, err := range mp4Boxes(body) {
		if err != nil {
			return nil, err
		}
		switch {
		case b.kind == "mvex":
			mvex = b.body
		case b.kind == "trak" && t != nil:
			return nil, fmt.Errorf("more than one track: want one")
		case b.kind == "trak":
			if t, err = mp4Trak(b.body); err != nil {
				return nil, fmt.Errorf("trak: %w", err)
			}
		}
	}
	if t == nil {
		return nil, fmt.Errorf("no track: want one")
	}
	if mvex == nil {
		return nil, fmt.Errorf("no mvex box: want a fragmented file")
	}
	return t, t.readTrex(mvex)
}

func (t *mp4Track) readTrex(mvex []byte) error {
	for b, err := range mp4Boxes(mvex) {
		if err != nil {
			return fmt.Errorf("mvex: %w", err)
		}
		if b.kind != "trex" {
			continue
		}
		f := mp4Fields{b: b.body}
		f.full()
		id := f.u32()
		f.u32() // default_sample_description_index
		d := mp4Defaults{duration: f.u32(), size: f.u32(), flags: f.u32()}
		if err := f.err("trex"); err != nil {
			return err
		}
		if id == t.id {
			t.trex = d
			return nil
		}
	}
	return fmt.Errorf("mvex: no trex box for track %d: want one", t.id)
}

func mp4Trak(trak []byte) (*mp4Track, error) {
	t := &mp4Track{}
	tkhd, err := mp4Must(trak, "tkhd")
	if err != nil {
		return nil, err
	}
	f := mp4Fields{b: tkhd}
	if v, _ := f.full(); v == 1 {
		f.bytes(16)
	} else {
		f.bytes(8)
	}
	t.id = f.u32()
	if err := f.err("tkhd"); err != nil {
		return nil, err
	}
	mdhd, err := mp4Must(trak, "mdia", "mdhd")
	if err != nil {
		return nil, err
	}
	f = mp4Fields{b: mdhd}
	if v, _ := f.full(); v == 1 {
		f.bytes(16)
	} else {
		f.bytes(8)
	}
	t.timescale = int64(f.u32())
	if err := f.err("mdhd"); err != nil {
		return nil, err
	}
	if t.timescale == 0 {
		return nil, fmt.Errorf("mdhd: a timescale of 0: want ticks a second")
	}
	stbl, err := mp4Must(trak, "mdia", "minf", "stbl")
	if err != nil {
		return nil, err
	}
	if n, err := mp4StszCount(stbl); err != nil {
		return nil, err
	} else if n != 0 {
		return nil, fmt.Errorf("stsz: moov has %d samples of its own: want a fragmented file", n)
	}
	return t, t.readStsd(stbl)
}

// mp4StszCount is how many samples stsz tells of (8.7.3.2).
func mp4StszCount(stbl []byte) (uint32, error) {
	stsz, ok, err := mp4Find(stbl, "stsz")
	if err != nil || !ok {
		return 0, err
	}
	f := mp4Fields{b: stsz.body}
	f.full()
	f.u32() // sample_size
	n := f.u32()
	return n, f.err("stsz")
}

// mp4Must gives the body of the box at path below b, which must be there.
func mp4Must(b []byte, path ...string) ([]byte, error) {
	box, ok, err := mp4Find(b, path...)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("no %s box: want one", path[len(path)-1])
	}
	return box.body, nil
}

// readStsd reads the only sample description (8.5.2).
func (t *mp4Track) readStsd(stbl []byte) error {
	stsd, err := mp4Must(stbl, "stsd")
	if err != nil {
		return err
	}
	f := mp4Fields{b: stsd}
	f.full()
	if n := f.u32(); n != 1 {
		return fmt.Errorf("stsd: %d sample descriptions: want one", n)
	}
	for b, err := range mp4Boxes(f.b) {
		if err != nil {
			return fmt.Errorf("stsd: %w", err)
		}
		switch b.kind {
		case "avc1":
			return t.readAvc1(b.body)
		case "mp4a":
			return t.readMp4a(b.body)
		}
		return fmt.Errorf("stsd: codec %q: want avc1 (H.264) or mp4a (AAC)", b.kind)
	}
	return fmt.Errorf("stsd: no sample description: want one")
}

// readAvc1 reads a visual sample entry (12.1.3) and the three bytes of avcC that RFC 6381, 3.3 puts into a codecs parameter.
func (t *mp4Track) readAvc1(entry []byte) error {
	f := mp4Fields{b: entry}
	f.bytes(24)
	t.picture, t.width, t.height = true, int(f.u16()), int(f.u16())
	f.bytes(50)
	if err := f.err("avc1"); err != nil {
		return err
	}
	avcC, err := mp4Must(f.b, "avcC")
	if err != nil {
		return fmt.Errorf("avc1: %w", err)
	}
	f = mp4Fields{b: avcC}
	f.u8()
	t.codecs = fmt.Sprintf("avc1.%06x", f.number(3))
	if t.width == 0 || t.height == 0 {
		return fmt.Errorf("avc1: a picture of %d×%d: want one that can be seen", t.width, t.height)
	}
	return f.err("avcC")
}

// readMp4a reads an audio sample entry (12.2.3). Its channel count is 2 for mono as ffmpeg writes it, so only esds is believed.
func (t *mp4Track) readMp4a(entry []byte) error {
	f := mp4Fields{b: entry}
	f.bytes(8)
	if v := f.u16(); v != 0 {
		return fmt.Errorf("mp4a: a QuickTime sample entry of version %d: want 0", v)
	}
	f.bytes(18)
	if err := f.err("mp4a"); err != nil {
		return err
	}
	esds, err := mp4Must(f.b, "esds")
	if err != nil {
		return fmt.Errorf("mp4a: %w", err)
	}
	if err := t.readEsds(esds); err != nil {
		return fmt.Errorf("esds: %w", err)
	}
	return nil
}
