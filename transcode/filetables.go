package transcode

// stts appends how long each sample lasts (ISO/IEC 14496-12, 8.6.1.2).
func (w *fileWriter) stts(s *mp4Samples) {
	w.box("stts", func() {
		w.u32(0, uint32(len(s.durations)))
		for _, r := range s.durations {
			w.u32(uint32(r.count), uint32(r.value))
		}
	})
}

// ctts appends composition offsets (8.6.1.3), of version 1 where one is below 0: so no edit list is needed. None where all are 0.
func (w *fileWriter) ctts(s *mp4Samples) {
	if len(s.shifts) == 0 {
		return
	}
	version := uint32(0)
	for _, r := range s.shifts {
		if r.value < 0 {
			version = 1 << 24
		}
	}
	w.box("ctts", func() {
		w.u32(version, uint32(len(s.shifts)))
		for _, r := range s.shifts {
			w.u32(uint32(r.count), uint32(r.value))
		}
	})
}

// stss appends the numbers of the key frames, from 1 (8.6.2). None where each sample is one.
func (w *fileWriter) stss(s *mp4Samples) {
	if len(s.keys) == 0 {
		return
	}
	w.box("stss", func() {
		w.u32(0, uint32(len(s.keys)))
		for _, k := range s.keys {
			w.u32(k + 1)
		}
	})
}

// stsc appends how many samples each chunk has (8.7.4): an entry for each first chunk with another number than the one before.
func (w *fileWriter) stsc(s *mp4Samples) {
	w.box("stsc", func() {
		at := len(w.b)
		w.u32(0, 0)
		entries, last := uint32(0), 0
		for i, p := range s.spans {
			if p.count != last {
				w.u32(uint32(i+1), uint32(p.count), 1)
				entries, last = entries+1, p.count
			}
		}
		fill := fileWriter{b: w.b[:at+4]}
		fill.u32(entries)
	})
}

// stsz appends the bytes of each sample (8.7.3.2), once where all are the same.
func (w *fileWriter) stsz(s *mp4Samples) {
	w.box("stsz", func() {
		same := s.sizes[0]
		for _, n := range s.sizes {
			if n != same {
				same = 0
				break
			}
		}
		w.u32(0, same, uint32(len(s.sizes)))
		if same == 0 {
			w.u32(s.sizes...)
		}
	})
}

// offsets appends room for the offset of each chunk: stco, or co64 (8.7.5).
func (w *fileWriter) offsets(t *fileTrack) {
	kind, width := "stco", 4
	if t.long {
		kind, width = "co64", 8
	}
	w.box(kind, func() {
		w.u32(0, uint32(len(t.spans)))
		t.offsets = len(w.b)
		w.raw(make([]byte, width*len(t.spans)))
	})
}
