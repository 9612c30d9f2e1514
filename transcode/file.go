package transcode

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"sort"

	"cabina/archive"
)

// FilePart is one rendition as an input of a computed file.
type FilePart struct {
	Index    *Index
	Tables   []byte           // the rendition's .tables, as ReadIndex gave them
	Language archive.Language // of a voice; written into the file for players that show it
	// Open gives the n bytes of the rendition from off. Its reader may hold more; it is closed after what is needed was read.
	Open func(ctx context.Context, off, n int64) (io.ReadCloser, error)
}

// File is an ordinary MP4 (ISO/IEC 14496-12) of a picture with one voice, or of one voice alone, that is never stored: ftyp and a moov with
// whole sample tables are computed and held in memory (2.1 MB for two hours of both), and behind them stand the renditions' own sample
// bytes, a chunk for each fragment, in order of time. It is for pages without script and for taking along: fragmented files do not seek in
// Firefox without script.
//
// A File never changes and may be read by many at once, each with a reader from Open.
type File struct {
	head   []byte // ftyp, moov, the header of mdat
	chunks []fileChunk
	size   int64
	etag   string
	sound  bool // no picture
	parts  []*FilePart
}

// fileChunk is a stretch of the file that stands in one part as it is.
type fileChunk struct {
	at   int64 // in the file
	part int
	off  int64 // in the part
	n    int64
}

// NewFile computes the file of a picture with one voice. Either may be nil, not both. It takes about 10 ms for two hours; no byte of the
// renditions is read. An error means that tables are damaged or are another rendition's: make the rendition again.
func NewFile(picture, voice *FilePart) (*File, error) {
	f := &File{sound: picture == nil}
	var tracks []*fileTrack
	for _, p := range []*FilePart{picture, voice} {
		if p == nil {
			continue
		}
		t, err := newFileTrack(p, len(f.parts))
		if err != nil {
			return nil, fmt.Errorf("computed file: %w", err)
		}
		f.parts, tracks = append(f.parts, p), append(tracks, t)
	}
	if len(tracks) == 0 {
		return nil, fmt.Errorf("computed file: neither picture nor voice: want one at least")
	}
	f.chunks = fileOrder(tracks)
	data := int64(0)
	for i := range f.chunks {
		f.chunks[i].at = data // from the begin of the data, until the head is known
		data += f.chunks[i].n
	}
	if err := f.build(tracks, data); err != nil {
		return nil, fmt.Errorf("computed file: %w", err)
	}
	f.size = int64(len(f.head)) + data
	for i := range f.chunks {
		f.chunks[i].at += int64(len(f.head))
	}
	f.etag = f.sum()
	return f, nil
}

// Size is the length of the file in bytes.
func (f *File) Size() int64 { return f.size }

// ETag is a strong entity tag (RFC 9110, 8.8.3), quotes and all: two files with the same one have the same bytes.
func (f *File) ETag() string { return f.etag }

// ContentType is "video/mp4", or "audio/mp4" where there is no picture.
func (f *File) ContentType() string {
	if f.sound {
		return "audio/mp4"
	}
	return "video/mp4"
}

// Ext is the ending of a name for the file: ".mp4", or ".m4a" where there is no picture.
func (f *File) Ext() string {
	if f.sound {
		return ".m4a"
	}
	return ".mp4"
}

// sum hashes all that the bytes come from: the head and the hashes of the renditions.
func (f *File) sum() string {
	h := sha256.New()
	h.Write(f.head)
	for _, p := range f.parts {
		io.WriteString(h, "\n"+p.Index.SHA256)
	}
	return `"` + hex.EncodeToString(h.Sum(nil)[:16]) + `"`
}

// fileTrack is a part with its samples.
type fileTrack struct {
	*FilePart
	*mp4Samples
	*mp4Track
	part   int
	starts []int64 // of each span, ticks

	offsets int  // where in the head the offsets of its chunks stand
	long    bool // they are of 64 bits
}

func newFileTrack(p *FilePart, part int) (*fileTrack, error) {
	s, err := unpackTables(p.Tables)
	if err != nil {
		return nil, err
	}
	moov, ok, err := mp4Find(s.moov, "moov")
	if err != nil || !ok {
		return nil, fmt.Errorf("sample tables: no moov box: want one (%v)", err)
	}
	t, err := mp4Moov(moov.body)
	if err != nil {
		return nil, fmt.Errorf("sample tables: moov: %w", err)
	}
	if len(s.spans) == 0 {
		return nil, fmt.Errorf("sample tables: no samples: want some")
	}
	if last := s.spans[len(s.spans)-1]; last.off+last.n > p.Index.Bytes {
		return nil, fmt.Errorf("sample tables: samples up to byte %d: the rendition has %d", last.off+last.n, p.Index.Bytes)
	}
	return &fileTrack{FilePart: p, mp4Samples: s, mp4Track: t, part: part, starts: s.spanStarts()}, nil
}

// spanStarts gives the decode time of the first sample of each span.
func (s *mp4Samples) spanStarts() []int64 {
	starts := make([]int64, len(s.spans))
	at, run, left := s.start, 0, 0
	if len(s.durations) > 0 {
		left = s.durations[0].count
	}
	for i, p := range s.spans {
		starts[i] = at
		for n := p.count; n > 0; {
			if left == 0 {
				run++
				left = s.durations[run].count
			}
			take := min(n, left)
			at += int64(take) * s.durations[run].value
			n, left = n-take, left-take
		}
	}
	return starts
}

// fileOrder puts the spans of all tracks into order of time, so that a player that reads from front to back has both when it needs them.
func fileOrder(tracks []*fileTrack) []fileChunk {
	next := make([]int, len(tracks))
	var out []fileChunk
	for {
		best := -1
		for i, t := range tracks {
			if next[i] < len(t.spans) && (best < 0 || fileEarlier(t, next[i], tracks[best], next[best])) {
				best = i
			}
		}
		if best < 0 {
			return out
		}
		p := tracks[best].spans[next[best]]
		out = append(out, fileChunk{part: best, off: p.off, n: p.n})
		next[best]++
	}
}

func fileEarlier(a *fileTrack, i int, b *fileTrack, j int) bool {
	return float64(a.starts[i])/float64(a.timescale) < float64(b.starts[j])/float64(b.timescale)
}

// build makes the head for data bytes of samples. Offsets are of 64 bits only where they must be.
func (f *File) build(tracks []*fileTrack, data int64) error {
	for _, long := range []bool{false, true} {
		w := &fileWriter{}
		w.ftyp(f.sound)
		if err := w.moov(tracks, long); err != nil {
			return err
		}
		w.mdat(data)
		f.head = w.b
		if int64(len(f.head))+data < 1<<32 {
			break
		}
	}
	next := make([]int, len(tracks))
	for _, c := range f.chunks {
		t, at := tracks[c.part], uint64(c.at)+uint64(len(f.head))
		if t.long {
			binary.BigEndian.PutUint64(f.head[t.offsets+8*next[c.part]:], at)
		} else {
			binary.BigEndian.PutUint32(f.head[t.offsets+4*next[c.part]:], uint32(at))
		}
		next[c.part]++
	}
	return nil
}

// chunk gives the number of the chunk that the byte at is in; at is behind the head and before the end.
func (f *File) chunk(at int64) int {
	return sort.Search(len(f.chunks), func(i int) bool { return f.chunks[i].at > at }) - 1
}
