package transcode

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The sample tables of a rendition are kept beside it, renditions/….tables, so that the computed file (NewFile) needs no read of the
// rendition's 900 moof boxes. They are gzip of:
//
//	"cabina tables 1\n"
//	n, the moov box of n bytes
//	decode time of the first sample, in ticks
//	n, of each span of samples: bytes from the end of the span before, number of samples
//	n, of each run of durations: number of samples, ticks
//	n, of each run of composition offsets: number of samples, ticks (zigzag); n = 0 where all are 0
//	n, of each key frame: samples since the one before (the first: since 0); n = 0 where each sample is one
//	the bytes of each sample
//
// Numbers are varints as of encoding/binary. Two hours of picture are about 300 kB, of a voice 230 kB.
const tablesMagic = "cabina tables 1\n"

func (s *mp4Samples) pack() ([]byte, error) {
	b := append([]byte(tablesMagic), binary.AppendUvarint(nil, uint64(len(s.moov)))...)
	b = append(b, s.moov...)
	b = binary.AppendUvarint(b, uint64(s.start))
	b = binary.AppendUvarint(b, uint64(len(s.spans)))
	end := int64(0)
	for _, p := range s.spans {
		if p.off < end {
			return nil, fmt.Errorf("samples at %d stand before those that come earlier: want them in order", p.off)
		}
		b = binary.AppendUvarint(b, uint64(p.off-end))
		b = binary.AppendUvarint(b, uint64(p.count))
		end = p.off + p.n
	}
	for _, runs := range [][]mp4Run{s.durations, s.shifts} {
		b = binary.AppendUvarint(b, uint64(len(runs)))
		for _, r := range runs {
			b = binary.AppendUvarint(b, uint64(r.count))
			b = binary.AppendVarint(b, r.value)
		}
	}
	b = binary.AppendUvarint(b, uint64(len(s.keys)))
	last := uint32(0)
	for _, k := range s.keys {
		b = binary.AppendUvarint(b, uint64(k-last))
		last = k
	}
	for _, n := range s.sizes {
		b = binary.AppendUvarint(b, uint64(n))
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// unpackTables reads what pack wrote. Memory is bounded by mp4MaxSamples whatever the bytes say.
func unpackTables(packed []byte) (*mp4Samples, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("sample tables: %w", err)
	}
	r := &tablesReader{r: bufio.NewReader(z)}
	s := r.samples()
	if r.err == nil {
		if _, err := r.r.ReadByte(); err != io.EOF { // also checks gzip's sum
			r.fail(err, "bytes after the last sample: want none")
		}
	}
	if r.err != nil {
		return nil, fmt.Errorf("sample tables: %w", r.err)
	}
	return s, nil
}

// tablesReader reads fields one after the other; after the first error it gives zeroes.
type tablesReader struct {
	r   *bufio.Reader
	err error
}

func (r *tablesReader) fail(err error, why string) {
	if r.err == nil {
		if r.err = err; err == nil {
			r.err = errors.New(why)
		}
	}
}

// number reads a number of 0 to most.
func (r *tablesReader) number(most int64, what string) int64 {
	if r.err != nil {
		return 0
	}
	v, err := binary.ReadUvarint(r.r)
	if err != nil {
		r.fail(fmt.Errorf("%s: %w", what, err), "")
		return 0
	}
	if v > uint64(most) {
		r.fail(fmt.Errorf("%s: %d: want at most %d", what, v, most), "")
		return 0
	}
	return int64(v)
}

func (r *tablesReader) samples() *mp4Samples {
	magic := make([]byte, len(tablesMagic))
	if _, err := io.ReadFull(r.r, magic); err != nil || string(magic) != tablesMagic {
		r.fail(err, fmt.Sprintf("begin with %q: want %q", magic, tablesMagic))
		return nil
	}
	s := &mp4Samples{moov: make([]byte, r.number(mp4MaxMoov, "moov"))}
	if _, err := io.ReadFull(r.r, s.moov); err != nil {
		r.fail(err, "")
	}
	s.start = r.number(mp4MaxTicks, "start")
	n := r.spans(s)
	s.durations = r.runs(n, "durations")
	if s.shifts = r.runs(n, "composition offsets"); r.err == nil && s.durations == nil && n > 0 {
		r.fail(nil, "durations: none: want one for each sample")
	}
	r.keys(s, n)
	r.sizes(s, n)
	return s
}

// spans reads where the samples are and gives how many there are.
func (r *tablesReader) spans(s *mp4Samples) int {
	samples := 0
	for range r.number(mp4MaxSamples, "spans") {
		// The offset is the gap until the sizes are known.
		p := mp4Span{off: r.number(mp4MaxBytes, "gap"), count: int(r.number(int64(mp4MaxSamples-samples), "samples of a span"))}
		if r.err != nil {
			return 0
		}
		if p.count == 0 {
			r.fail(nil, "a span of no samples: want one at least")
			return 0
		}
		samples += p.count
		s.spans = append(s.spans, p)
	}
	return samples
}

// runs reads runs of values for n samples; none at all stands for zeroes.
func (r *tablesReader) runs(n int, what string) []mp4Run {
	var out []mp4Run
	left := n
	for range r.number(int64(n), what) {
		count := int(r.number(int64(left), what))
		if r.err != nil {
			return nil
		}
		value, err := binary.ReadVarint(r.r)
		if err != nil {
			r.fail(fmt.Errorf("%s: %w", what, err), "")
			return nil
		}
		if count == 0 || value < -1<<31 || value >= 1<<32 {
			r.fail(fmt.Errorf("%s: %d samples of %d: want one at least, of 32 bits", what, count, value), "")
			return nil
		}
		left -= count
		out = append(out, mp4Run{count: count, value: value})
	}
	if out != nil && left != 0 {
		r.fail(fmt.Errorf("%s: for %d samples of %d: want all", what, n-left, n), "")
	}
	return out
}

func (r *tablesReader) keys(s *mp4Samples, n int) {
	at := int64(0)
	for i := range r.number(int64(n), "key frames") {
		d := r.number(int64(n)-1-at, "key frame")
		if r.err != nil {
			return
		}
		if at += d; i > 0 && d == 0 {
			r.fail(nil, "key frame: the same sample twice")
			return
		}
		s.keys = append(s.keys, uint32(at))
	}
}

func (r *tablesReader) sizes(s *mp4Samples, n int) {
	if r.err != nil {
		return
	}
	s.sizes = make([]uint32, 0, n)
	end := int64(0)
	for i := range s.spans {
		p := &s.spans[i]
		p.off += end
		for range p.count {
			size := uint32(r.number(1<<32-1, "sample"))
			if r.err != nil {
				return
			}
			s.sizes, p.n = append(s.sizes, size), p.n+int64(size)
		}
		if end = p.off + p.n; end > mp4MaxBytes {
			r.fail(nil, "samples beyond 2^53 bytes")
			return
		}
	}
}
