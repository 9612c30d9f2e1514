package transcode

import "fmt"

// Flags of tfhd and trun (ISO/IEC 14496-12, 8.8.7.1 and 8.8.8.1), and of a sample (8.8.3.1).
const (
	tfhdBase        = 0x1
	tfhdDescription = 0x2
	tfhdDuration    = 0x8
	tfhdSize        = 0x10
	tfhdFlags       = 0x20
	tfhdFromMoof    = 0x20000

	trunOffset     = 0x1
	trunFirstFlags = 0x4
	trunDuration   = 0x100
	trunSize       = 0x200
	trunFlags      = 0x400
	trunShift      = 0x800

	sampleNoKey = 0x10000
)

// mp4Moof reads the moof boxes of a file one after the other and gathers their samples.
type mp4Moof struct {
	track   *mp4Track
	samples mp4Samples
	next    int64 // decode time at which the samples end so far, ticks

	// Of the moof being read:
	defaults  mp4Defaults
	base      int64 // what data offsets count from
	data      int64 // where the data of the next trun begins if it does not say
	from, to  int64 // bytes of the file that its samples lie between; from > to: none
	at        int64 // decode time of its first sample
	key       bool  // its first sample is a key frame
	spansFrom int
}

// read takes the body of the moof that begins at off. Afterwards at and key say how it begins; from and to where its data lies.
func (m *mp4Moof) read(off int64, body []byte) error {
	m.from, m.to, m.at, m.key = 1<<62, 0, m.next, false
	m.spansFrom = len(m.samples.spans)
	traf, seen := []byte(nil), false
	for b, err := range mp4Boxes(body) {
		switch {
		case err != nil:
			return err
		case b.kind != "traf":
			continue
		case seen:
			return fmt.Errorf("more than one traf box: want one")
		}
		traf, seen = b.body, true
	}
	if !seen {
		return nil
	}
	if err := m.readTraf(off, traf); err != nil {
		return fmt.Errorf("traf: %w", err)
	}
	return nil
}

func (m *mp4Moof) readTraf(off int64, traf []byte) error {
	if err := m.readTfhd(off, traf); err != nil {
		return err
	}
	if err := m.readTfdt(traf); err != nil {
		return err
	}
	first := true
	for b, err := range mp4Boxes(traf) {
		if err != nil {
			return err
		}
		if b.kind != "trun" {
			continue
		}
		if err := m.readTrun(b.body, &first); err != nil {
			return fmt.Errorf("trun: %w", err)
		}
	}
	return nil
}

// readTfhd finds what holds for each sample that says nothing else, and where data offsets count from.
func (m *mp4Moof) readTfhd(off int64, traf []byte) error {
	body, err := mp4Must(traf, "tfhd")
	if err != nil {
		return err
	}
	f := mp4Fields{b: body}
	_, flags := f.full()
	if id := f.u32(); id != m.track.id && !f.short {
		return fmt.Errorf("tfhd: track %d: want %d, the only one in moov", id, m.track.id)
	}
	// Without a base of its own and without default-base-is-moof, the first traf counts from its moof too.
	m.base = off
	if flags&tfhdBase != 0 {
		m.base = int64(f.u64() & (1<<62 - 1))
	}
	if flags&tfhdDescription != 0 {
		f.u32()
	}
	m.data, m.defaults = m.base, m.track.trex
	if flags&tfhdDuration != 0 {
		m.defaults.duration = f.u32()
	}
	if flags&tfhdSize != 0 {
		m.defaults.size = f.u32()
	}
	if flags&tfhdFlags != 0 {
		m.defaults.flags = f.u32()
	}
	return f.err("tfhd")
}

// readTfdt finds the decode time at which the fragment begins; without a tfdt it is where the one before ended (8.8.12.1). A gap or an
// overlap is put into the duration of the sample before: so that times add up, as they must in the ordinary sample tables.
func (m *mp4Moof) readTfdt(traf []byte) error {
	box, ok, err := mp4Find(traf, "tfdt")
	if err != nil || !ok {
		return err
	}
	f := mp4Fields{b: box.body}
	at := int64(0)
	if v, _ := f.full(); v == 1 {
		at = int64(min(f.u64(), mp4MaxTicks))
	} else {
		at = int64(f.u32())
	}
	if err := f.err("tfdt"); err != nil {
		return err
	}
	switch {
	case len(m.samples.sizes) == 0:
		m.samples.start = at
	case at != m.next:
		if err := m.samples.stretch(at - m.next); err != nil {
			return fmt.Errorf("tfdt %d: %w", at, err)
		}
	}
	m.next, m.at = at, at
	return nil
}

// readTrun reads a run of samples (8.8.8). Defaults come from trex, over it tfhd, over it the first sample's flags, over it the run's own fields.
func (m *mp4Moof) readTrun(body []byte, first *bool) error {
	f := mp4Fields{b: body}
	_, flags := f.full()
	count := f.u32()
	if flags&trunOffset != 0 {
		m.data = m.base + int64(int32(f.u32()))
	}
	firstFlags := uint32(0)
	if flags&trunFirstFlags != 0 {
		firstFlags = f.u32()
	}
	if err := f.err("trun"); err != nil {
		return err
	}
	s := &m.samples
	if int64(count) > mp4MaxSamples-int64(len(s.sizes)) {
		return fmt.Errorf("%d samples: want at most %d in a file", count, mp4MaxSamples)
	}
	if fields := int64(mp4TrunFields(flags)) * 4 * int64(count); fields > int64(len(f.b)) {
		return fmt.Errorf("%d samples: only %d bytes tell of them, want %d", count, len(f.b), fields)
	}
	span := mp4Span{off: m.data, count: int(count)}
	for i := range count {
		d := m.defaults
		if i == 0 && flags&trunFirstFlags != 0 {
			d.flags = firstFlags
		}
		if flags&trunDuration != 0 {
			d.duration = f.u32()
		}
		if flags&trunSize != 0 {
			d.size = f.u32()
		}
		if flags&trunFlags != 0 {
			d.flags = f.u32()
		}
		shift := int64(0)
		if flags&trunShift != 0 {
			// Version 0 is unsigned on paper; writers put negative offsets there too, and no shift is that long.
			shift = int64(int32(f.u32()))
		}
		if *first {
			*first, m.key = false, d.flags&sampleNoKey == 0
		}
		if d.flags&sampleNoKey == 0 {
			s.keys = append(s.keys, uint32(len(s.sizes)))
		}
		s.sizes = append(s.sizes, d.size)
		s.durations = mp4AddRun(s.durations, int64(d.duration))
		s.shifts = mp4AddRun(s.shifts, shift)
		span.n += int64(d.size)
		m.next += int64(d.duration)
	}
	if m.next > mp4MaxTicks {
		return fmt.Errorf("the samples last %d ticks: want less than 2^53", m.next)
	}
	m.add(span)
	return nil
}

// mp4TrunFields counts the 32-bit fields that each sample of a run has.
func mp4TrunFields(flags uint32) int {
	n := 0
	for _, f := range []uint32{trunDuration, trunSize, trunFlags, trunShift} {
		if flags&f != 0 {
			n++
		}
	}
	return n
}

// add notes where a run's data lies. Runs of one moof that stand one after the other are one span.
func (m *mp4Moof) add(span mp4Span) {
	m.data = span.off + span.n
	if span.count == 0 {
		return
	}
	m.from, m.to = min(m.from, span.off), max(m.to, m.data)
	spans := m.samples.spans
	if n := len(spans); n > m.spansFrom && spans[n-1].off+spans[n-1].n == span.off {
		spans[n-1].n += span.n
		spans[n-1].count += span.count
		return
	}
	m.samples.spans = append(spans, span)
}
