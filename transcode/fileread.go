package transcode

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// How a reader asks a part for bytes: a range of fileFirst after a jump, and twice as much each time it is read on, up to fileMost. What
// stands between two spans (a moof of 1 or 2 kB) is read over rather than asked around, up to fileSkip. So a download asks an object of
// 600 MB about 45 times, and a jump wastes little.
const (
	fileFirst = 256 << 10
	fileMost  = 16 << 20
	fileSkip  = 64 << 10
)

// FileReader reads a File. It is an io.ReadSeekCloser, as http.ServeContent wants, and an io.ReaderAt. ReadAt may be called by many at
// once, the others may not. Nothing but the ranges in flight is held.
type FileReader struct {
	file *File
	// A reader cannot hand a context to Read: this is the one of the request it serves, and ends with it.
	ctx     context.Context
	at      int64
	end     int64 // what is behind it will not be read
	streams []fileStream
}

// Open gives a reader at the file's begin. ctx ends its reads; Close frees what it holds open.
func (f *File) Open(ctx context.Context) *FileReader {
	return &FileReader{file: f, ctx: ctx, end: f.size, streams: make([]fileStream, len(f.parts))}
}

// Range gives a reader of the n bytes from off and no more: it asks the parts for nothing that stands behind.
func (f *File) Range(ctx context.Context, off, n int64) *FileReader {
	r := f.Open(ctx)
	r.at = off
	if n < f.size-off {
		r.end = off + n
	}
	return r
}

// Read fills b with what stands at the reader's place, up to the end of a chunk; io.EOF at the end of the file.
func (r *FileReader) Read(b []byte) (int, error) {
	n, err := r.read(b, r.at, r.end, r.streams)
	r.at += int64(n)
	return n, err
}

// ReadAt fills b from off, as io.ReaderAt says.
func (r *FileReader) ReadAt(b []byte, off int64) (int, error) {
	streams := make([]fileStream, len(r.streams))
	defer closeStreams(streams)
	n := 0
	for n < len(b) {
		m, err := r.read(b[n:], off+int64(n), off+int64(len(b)), streams)
		if n += m; err != nil {
			return n, err
		}
	}
	return n, nil
}

// Seek sets the place of the next Read, as io.Seeker says. It asks for nothing.
func (r *FileReader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.file.size
	default:
		return 0, fmt.Errorf("seek computed file: whence %d: want 0, 1 or 2", whence)
	}
	if offset < 0 {
		return 0, fmt.Errorf("seek computed file to %d: want 0 or more", offset)
	}
	r.at = offset
	return offset, nil
}

// Close ends the ranges that are open.
func (r *FileReader) Close() error { return closeStreams(r.streams) }

func closeStreams(streams []fileStream) error {
	var err error
	for i := range streams {
		err = errors.Join(err, streams[i].close())
	}
	return err
}

// read reads up to the end of a chunk. end is where what is wanted ends.
func (r *FileReader) read(b []byte, at, end int64, streams []fileStream) (int, error) {
	f := r.file
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	if at < 0 {
		return 0, fmt.Errorf("read computed file at %d: want 0 or more", at)
	}
	if end = min(end, f.size); at >= end {
		return 0, io.EOF
	}
	b = b[:min(int64(len(b)), end-at)]
	if len(b) == 0 {
		return 0, nil
	}
	if at < int64(len(f.head)) {
		return copy(b, f.head[at:]), nil
	}
	c := f.chunks[f.chunk(at)]
	done := at - c.at
	b = b[:min(int64(len(b)), c.n-done)]
	n, err := streams[c.part].read(r.ctx, f.parts[c.part], b, c.off+done, end-at)
	if err != nil {
		return n, fmt.Errorf("read computed file: %w", err)
	}
	return n, nil
}

// fileStream is the range of a part that is being read.
type fileStream struct {
	body   io.ReadCloser // nil: none
	at     int64         // in the part, of body's next byte
	end    int64         // where the range ends
	window int64         // how much was asked for last
}

// read reads at most len(b) bytes of the part from off, of which at most worth are wanted in all.
func (s *fileStream) read(ctx context.Context, p *FilePart, b []byte, off, worth int64) (int, error) {
	if err := s.move(ctx, p, off, worth); err != nil {
		return 0, err
	}
	n, err := s.body.Read(b[:min(int64(len(b)), s.end-s.at)])
	s.at += int64(n)
	if n > 0 {
		// The range's error, if it is one, comes again with the next read; its end is no error of the file's.
		return n, nil
	}
	if err == nil {
		return 0, nil
	}
	if err == io.EOF {
		err = fmt.Errorf("the rendition ends at byte %d: %w", s.at, io.ErrUnexpectedEOF)
	}
	return 0, err
}

// move brings the range to off: by reading over what stands between, or by asking for another.
func (s *fileStream) move(ctx context.Context, p *FilePart, off, worth int64) error {
	gap := off - s.at
	near := s.window > 0 && gap >= 0 && gap <= fileSkip
	if s.body != nil && near && off < s.end {
		if gap == 0 {
			return nil
		}
		n, err := io.CopyN(io.Discard, s.body, gap)
		s.at += n
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	if err := s.close(); err != nil {
		return err
	}
	if near {
		s.window = min(2*s.window, fileMost)
	} else {
		s.window = fileFirst
	}
	n := min(s.window, worth, p.Index.Bytes-off)
	body, err := p.Open(ctx, off, n)
	if err != nil {
		return err
	}
	s.body, s.at, s.end = body, off, off+n
	return nil
}

func (s *fileStream) close() error {
	if s.body == nil {
		return nil
	}
	body := s.body
	s.body = nil
	return body.Close()
}
