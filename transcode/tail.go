package transcode

import (
	"bytes"
	"strings"
	"sync"
)

// tailLen is how many bytes of a tool's complaints are kept.
const tailLen = 4 << 10

// tailWriter keeps the last tailLen bytes of what is written to it.
type tailWriter struct {
	mu  sync.Mutex // guards buf
	buf []byte
}

func (w *tailWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buf = append(w.buf, p...)
	if len(w.buf) > 2*tailLen {
		w.buf = append(w.buf[:0], w.buf[len(w.buf)-tailLen:]...)
	}
	return len(p), nil
}

func (w *tailWriter) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := w.buf[max(0, len(w.buf)-tailLen):]
	return strings.ToValidUTF8(string(bytes.TrimSpace(b)), "�")
}
