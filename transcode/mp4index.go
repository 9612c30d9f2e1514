package transcode

import (
	"fmt"
	"io"
	"math"
)

// firstPictureMs is how far from 0 the first picture or sound of an object may be shown. Players drop offsets of an object, so that what
// is more would be heard beside the picture.
const firstPictureMs = 20

// ReadIndex reads a fragmented MP4 (ISO/IEC 14496-12, 8.8) of size bytes with one track, of H.264 or AAC, as a rendition is, and gives
// all of its Index but Recipe, SHA256 and Tool, and its sample tables, packed and gzipped, for the computed file (NewFile).
//
// Times come from the moof boxes alone: ffmpeg's sidx claims random access that is not there, and is 1,024 samples short with cmaf on sound.
// A fragment begins at a key frame; a moof that begins with none belongs to the fragment before it. What stands between or after the
// fragments (sidx, the trailing mfra) belongs to none.
//
// An error names the box and what would be right. Memory is bounded whatever the file says: by 4 MiB for a moof and 8 Mi samples.
func ReadIndex(r io.ReaderAt, size int64) (Index, []byte, error) { return readIndexFrom(r, size, 0) }

// readIndexFrom is ReadIndex of an object that begins at that tick, as a tail does.
func readIndexFrom(r io.ReaderAt, size, from int64) (Index, []byte, error) {
	p := mp4Indexer{r: r, size: size, from: from}
	if err := p.run(); err != nil {
		return Index{}, nil, fmt.Errorf("read mp4: %w", err)
	}
	x, err := p.index()
	if err != nil {
		return Index{}, nil, fmt.Errorf("read mp4: %w", err)
	}
	tables, err := p.moof.samples.pack()
	if err != nil {
		return Index{}, nil, fmt.Errorf("pack sample tables: %w", err)
	}
	return x, tables, nil
}

// mp4Indexer walks the boxes at the top of a file.
type mp4Indexer struct {
	r    io.ReaderAt
	size int64

	from      int64 // where it begins, ticks
	init      int64 // bytes up to the end of moov
	moof      mp4Moof
	began     int64 // where the moof stands whose mdat is awaited; -1: none
	fragments []Fragment
}

func (p *mp4Indexer) run() error {
	p.began = -1
	boxes := 0
	for off := int64(0); off < p.size; {
		if boxes++; boxes > mp4MaxBoxes {
			return fmt.Errorf("more than %d boxes", mp4MaxBoxes)
		}
		kind, head, n, err := mp4HeadAt(p.r, off, p.size)
		if err == nil {
			err = p.box(kind, off, head, n)
		}
		if err != nil {
			return fmt.Errorf("at byte %d: %w", off, err)
		}
		off += n
	}
	if p.began >= 0 {
		return fmt.Errorf("at byte %d: moof: no mdat after it: want one", p.began)
	}
	return nil
}

func (p *mp4Indexer) box(kind string, off, head, n int64) error {
	switch kind {
	case "moov":
		return p.readMoov(off, head, n)
	case "moof":
		return p.readMoof(off, head, n)
	case "mdat":
		return p.endFragment(off, head, n)
	}
	return nil
}

func (p *mp4Indexer) readMoov(off, head, n int64) error {
	if p.moof.track != nil {
		return fmt.Errorf("moov: there is one already: want one")
	}
	if n > mp4MaxMoov {
		return fmt.Errorf("moov: %d bytes: want at most %d, as a fragmented file has", n, mp4MaxMoov)
	}
	raw := make([]byte, n)
	if err := mp4ReadAt(p.r, raw, off); err != nil {
		return err
	}
	t, err := mp4Moov(raw[head:])
	if err != nil {
		return fmt.Errorf("moov: %w", err)
	}
	p.init, p.moof.track, p.moof.samples.moov = off+n, t, raw
	return nil
}

func (p *mp4Indexer) readMoof(off, head, n int64) error {
	switch {
	case p.moof.track == nil:
		return fmt.Errorf("moof: no moov before it: want one")
	case p.began >= 0:
		return fmt.Errorf("moof: no mdat between this and the one before: want one")
	case n > mp4MaxMoof:
		return fmt.Errorf("moof: %d bytes: want at most %d", n, mp4MaxMoof)
	}
	body := make([]byte, n-head)
	if err := mp4ReadAt(p.r, body, off+head); err != nil {
		return err
	}
	if err := p.moof.read(off, body); err != nil {
		return fmt.Errorf("moof: %w", err)
	}
	p.began = off
	return nil
}

// endFragment takes the mdat that belongs to the moof before it.
func (p *mp4Indexer) endFragment(off, head, n int64) error {
	began, m := p.began, &p.moof
	p.began = -1
	switch {
	case began < 0 || m.from > m.to: // data that no sample is in
		return nil
	case m.from < off+head || m.to > off+n:
		return fmt.Errorf("mdat: samples lie at %d–%d: want them in this box, %d–%d", m.from, m.to, off+head, off+n)
	case !m.key && len(p.fragments) == 0:
		return fmt.Errorf("mdat: the first sample is no key frame: want one")
	case !m.key:
		p.fragments[len(p.fragments)-1].Len = off + n - p.fragments[len(p.fragments)-1].Off
		return nil
	}
	p.fragments = append(p.fragments, Fragment{Bytes: Bytes{Off: began, Len: off + n - began}, Start: m.at})
	return nil
}

// index makes the Index of what was read.
func (p *mp4Indexer) index() (Index, error) {
	t, s := p.moof.track, &p.moof.samples
	if t == nil {
		return Index{}, fmt.Errorf("no moov box: want a fragmented MP4")
	}
	if len(p.fragments) == 0 {
		return Index{}, fmt.Errorf("no moof box with samples: want a fragmented MP4")
	}
	s.tidy()
	first := s.start
	if len(s.shifts) > 0 {
		first += s.shifts[0].value
	}
	if ms := ticksMs(first-p.from, t.timescale); ms < -firstPictureMs || ms > firstPictureMs {
		return Index{}, fmt.Errorf("the first sample is shown at %d ms: want %d", ticksMs(first, t.timescale), ticksMs(p.from, t.timescale))
	}
	fragments := mp4Durations(p.fragments, p.moof.next)
	if p.moof.next == s.start {
		return Index{}, fmt.Errorf("the samples last no time")
	}
	return Index{
		Bytes:      p.size,
		Codecs:     t.codecs,
		Timescale:  t.timescale,
		Init:       Bytes{Len: p.init},
		Fragments:  fragments,
		DurationMs: ticksMs(p.moof.next, t.timescale),
		Width:      t.width,
		Height:     t.height,
		FrameRate:  mp4FrameRate(t, s.durations),
		Channels:   t.channels,
		SampleRate: t.rate,
	}, nil
}

// tidy leaves out what says nothing: shifts that are all 0, key frames where each sample is one.
func (s *mp4Samples) tidy() {
	if len(s.shifts) == 1 && s.shifts[0].value == 0 {
		s.shifts = nil
	}
	if len(s.keys) == len(s.sizes) {
		s.keys = nil
	}
}

// mp4Durations lets each fragment last until the next begins, the last until end. One that lasts no time joins the one before it: a
// segment of no length is none.
func mp4Durations(fragments []Fragment, end int64) []Fragment {
	out := fragments[:0]
	for i, f := range fragments {
		next := end
		if i+1 < len(fragments) {
			next = fragments[i+1].Start
		}
		f.Duration = next - f.Start
		if f.Duration == 0 && len(out) > 0 {
			last := &out[len(out)-1]
			last.Len = f.Off + f.Len - last.Off
			continue
		}
		out = append(out, f)
	}
	return out
}

// mp4FrameRate is pictures a second, to three places: the mean of those that last about as long as the median does. So a pause or a doubled
// picture does not move it, nor does a clock too coarse for the rate, whose pictures last a tick more or less.
func mp4FrameRate(t *mp4Track, durations []mp4Run) float64 {
	if !t.picture {
		return 0
	}
	median := mp4Median(durations)
	pictures, ticks := 0, int64(0)
	for _, r := range durations {
		if 2*r.value > median && 2*r.value < 3*median {
			pictures += r.count
			ticks += int64(r.count) * r.value
		}
	}
	if ticks == 0 {
		return 0
	}
	return math.Round(float64(pictures)*float64(t.timescale)/float64(ticks)*1000) / 1000
}

// ticksMs turns ticks into milliseconds, rounded to the nearest.
func ticksMs(ticks, timescale int64) int64 {
	whole, rest := ticks/timescale, ticks%timescale
	return whole*1000 + int64(math.Round(float64(rest)*1000/float64(timescale)))
}
