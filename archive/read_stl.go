package archive

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// EBU STL (EBU Tech 3264) is a block of 1024 bytes about the file, then blocks of 128, each a subtitle or a piece of one. The line of a block, for what cannot
// be read, is its number, from 1.
const (
	stlHead  = 1024
	stlBlock = 128
	stlText  = 16 // where the text of a block begins
)

func readSTL(data []byte) *reading {
	r := &reading{format: STL}
	head := data[:stlHead]
	rate := int64(25)
	if n, err := strconv.Atoi(string(head[6:8])); err == nil && n >= 10 && n <= 60 {
		rate = int64(n)
	}
	table := stlTable(string(head[12:14]))
	if table == nil {
		r.lost(0, fmt.Sprintf("its character table %q is none of 00 to 04; it is read as Latin", head[12:14]), "")
		table = stlTable("00")
	}
	r.encoding = table.name
	var text []byte // of the blocks of one subtitle
	n := 0
	first := -1 // the number of the subtitle's first block
	for at := stlHead; at+stlBlock <= len(data) && !r.full(); at += stlBlock {
		n++
		b := data[at : at+stlBlock]
		if b[3] >= 0xf0 && b[3] != 0xff { // user data, and what is reserved
			continue
		}
		if first < 0 {
			first = n
		}
		if text = append(text, b[stlText:]...); b[3] != 0xff && len(text) < srtBody {
			continue // more of it follows
		}
		r.stlCue(first, b, table.read(text), rate)
		text, first = text[:0], -1
	}
	if first >= 0 && !r.full() {
		r.lost(first, "the last block of this subtitle is missing", table.read(text))
	}
	if rest := (len(data) - stlHead) % stlBlock; rest > 0 {
		r.lost(n+1, fmt.Sprintf("the file ends within a block, after %d of its 128 bytes", rest), "")
	}
	r.stlStart(string(head[256:264]), rate)
	return r
}

// stlCue takes one subtitle; b is its last block.
func (r *reading) stlCue(line int, b []byte, text string, rate int64) {
	if b[15] == 1 { // a comment, not for showing
		return
	}
	c := rawCue{line: line}
	c.Text = plainLines(text)
	var ok, too bool
	c.StartMs, ok = stlTime(b[5:9], rate)
	if c.EndMs, too = stlTime(b[9:13], rate); !ok || !too {
		if c.Text != "" {
			r.lost(line, fmt.Sprintf("its times % d to % d are none at %d frames a second", b[5:9], b[9:13], rate), c.Text)
		}
		return
	}
	r.add(c)
}

// stlTime reads hours, minutes, seconds and frames.
func stlTime(b []byte, rate int64) (ms int64, ok bool) {
	h, m, s, f := int64(b[0]), int64(b[1]), int64(b[2]), int64(b[3])
	return ((h*60+m)*60+s)*1000 + (f*1000+rate/2)/rate, h < 24 && m < 60 && s < 60 && f < rate
}

// stlStart takes the time code at which the programme starts off all times, unless a cue is before it: then it does not mean what it says.
func (r *reading) stlStart(code string, rate int64) {
	var b [4]byte
	for i := range b {
		n, err := strconv.ParseUint(code[2*i:2*i+2], 10, 8)
		if err != nil {
			return
		}
		b[i] = byte(n)
	}
	start, ok := stlTime(b[:], rate)
	if !ok || slices.ContainsFunc(r.cues, func(c rawCue) bool { return c.StartMs < start }) {
		return
	}
	for i := range r.cues {
		r.cues[i].StartMs -= start
		r.cues[i].EndMs -= start
	}
}

// stlCharacters reads the letters of a text.
type stlCharacters struct {
	name string
	read func([]byte) string
}

// stlLines turns the codes of a text into lines: 8A begins a new one, 8F fills up, 00 to 1F and 80 to 9F are colours and the like, a space wide or none.
func stlLines(b []byte, letters func([]byte) string) string {
	var out strings.Builder
	for i, line := range bytes.Split(b, []byte{0x8a}) {
		if i > 0 {
			out.WriteByte('\n')
		}
		var kept []byte
		for _, c := range line {
			switch {
			case c < 0x20:
				kept = append(kept, ' ')
			case c >= 0x80 && c < 0xa0:
			default:
				kept = append(kept, c)
			}
		}
		out.WriteString(oneSpace(letters(kept)))
	}
	return out.String()
}
