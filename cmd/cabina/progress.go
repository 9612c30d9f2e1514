package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// progress is the one line at the foot of a terminal that says how far a command is. Where standard error is no terminal it says nothing: what is done is
// said on standard output anyway, a line each, and standard error is left to what went wrong.
type progress struct {
	mu   sync.Mutex // guards all below
	w    io.Writer  // nil: not a terminal
	line string
	last time.Time
}

// every is how often the line changes.
const every = 100 * time.Millisecond

func newProgress(w io.Writer) *progress {
	if f, ok := w.(*os.File); ok {
		if st, err := f.Stat(); err == nil && st.Mode()&os.ModeCharDevice != 0 {
			return &progress{w: w}
		}
	}
	return &progress{}
}

// say shows a line in the place of the one before.
func (p *progress) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w == nil || time.Since(p.last) < every {
		return
	}
	p.last = time.Now()
	p.show(fmt.Sprintf(format, args...))
}

// clear takes the line away, before something is printed that stays.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w != nil {
		p.show("")
		p.last = time.Time{}
	}
}

func (p *progress) show(line string) {
	if line == p.line {
		return
	}
	p.line = line
	const width = 79
	runes := []rune(line)
	if len(runes) > width {
		runes = runes[:width]
	}
	fmt.Fprintf(p.w, "\r%s%s\r%s", string(runes), strings.Repeat(" ", max(width-len(runes), 0)), string(runes))
}

// counter counts bytes of several files against what they have together, for say.
type counter struct {
	mu    sync.Mutex // guards done
	done  int64
	total int64
}

// add counts n more and gives the per cent done.
func (c *counter) add(n int64) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done += n
	return percent(c.done, c.total)
}

func percent(done, total int64) int {
	if total <= 0 {
		return 100
	}
	return int(min(done*100/total, 100))
}
