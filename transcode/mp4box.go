package transcode

import (
	"encoding/binary"
	"fmt"
	"io"
	"iter"
)

// mp4Box is one box of an MP4 file, in memory (ISO/IEC 14496-12, 4.2).
type mp4Box struct {
	kind string
	raw  []byte // header and body
	body []byte
}

// mp4Boxes gives the boxes that stand one after the other in b. After an error there are no more.
func mp4Boxes(b []byte) iter.Seq2[mp4Box, error] {
	return func(yield func(mp4Box, error) bool) {
		for off := 0; off < len(b); {
			kind, head, n, err := mp4Head(b[off:], int64(len(b)-off))
			if err != nil {
				yield(mp4Box{}, fmt.Errorf("at byte %d of its parent: %w", off, err))
				return
			}
			raw := b[off : off+int(n)]
			if !yield(mp4Box{kind: kind, raw: raw, body: raw[head:]}, nil) {
				return
			}
			off += int(n)
		}
	}
}

// mp4Find gives the box at the path of kinds below b, the first of each; ok is false if there is none.
func mp4Find(b []byte, path ...string) (box mp4Box, ok bool, err error) {
	for _, kind := range path {
		found := false
		for c, err := range mp4Boxes(b) {
			if err != nil {
				return mp4Box{}, false, err
			}
			if c.kind == kind {
				box, b, found = c, c.body, true
				break
			}
		}
		if !found {
			return mp4Box{}, false, nil
		}
	}
	return box, true, nil
}

// mp4Head reads the header at the beginning of b, of a box that stands in left bytes: its kind, the header's length and the box's.
func mp4Head(b []byte, left int64) (kind string, head, n int64, err error) {
	if len(b) < 8 {
		return "", 0, 0, fmt.Errorf("%d bytes are left: want a box header of 8", len(b))
	}
	kind, head, n = string(b[4:8]), 8, int64(binary.BigEndian.Uint32(b))
	switch n {
	case 0: // to the end of the file
		n = left
	case 1:
		if len(b) < 16 {
			return "", 0, 0, fmt.Errorf("box %q: %d bytes are left: want a header of 16", kind, len(b))
		}
		long := binary.BigEndian.Uint64(b[8:])
		if long > 1<<62 {
			return "", 0, 0, fmt.Errorf("box %q: says it is %d bytes long, %d are left", kind, long, left)
		}
		head, n = 16, int64(long)
	}
	if n < head || n > left {
		return "", 0, 0, fmt.Errorf("box %q: says it is %d bytes long, %d are left", kind, n, left)
	}
	return kind, head, n, nil
}

// mp4HeadAt reads the header of the box at off of a file of size bytes.
func mp4HeadAt(r io.ReaderAt, off, size int64) (kind string, head, n int64, err error) {
	var buf [16]byte
	b := buf[:min(16, size-off)]
	if err := mp4ReadAt(r, b, off); err != nil {
		return "", 0, 0, err
	}
	return mp4Head(b, size-off)
}

// mp4ReadAt fills b from off. A file that ends before is io.ErrUnexpectedEOF.
func mp4ReadAt(r io.ReaderAt, b []byte, off int64) error {
	n, err := r.ReadAt(b, off)
	if n == len(b) {
		return nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("read %d bytes at %d: %w", len(b), off, err)
}

// mp4Fields reads the fields of a box's body one after the other. When they end early, it gives zeroes and short is true.
type mp4Fields struct {
	b     []byte
	short bool
}

func (f *mp4Fields) bytes(n int) []byte {
	if n < 0 || n > len(f.b) {
		f.b, f.short = nil, true
		return nil
	}
	out := f.b[:n]
	f.b = f.b[n:]
	return out
}

func (f *mp4Fields) number(n int) uint64 {
	var v uint64
	for _, c := range f.bytes(n) {
		v = v<<8 | uint64(c)
	}
	return v
}

func (f *mp4Fields) u8() uint8   { return uint8(f.number(1)) }
func (f *mp4Fields) u16() uint16 { return uint16(f.number(2)) }
func (f *mp4Fields) u32() uint32 { return uint32(f.number(4)) }
func (f *mp4Fields) u64() uint64 { return f.number(8) }

// full reads the version and flags that a full box begins with (4.2.2).
func (f *mp4Fields) full() (version uint8, flags uint32) {
	v := f.u32()
	return uint8(v >> 24), v & 0xffffff
}

// err says that the fields ended early, if they did.
func (f *mp4Fields) err(kind string) error {
	if f.short {
		return fmt.Errorf("box %q: ends before its last field", kind)
	}
	return nil
}
