package transcode

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Refused is a file that is not taken, in one plain line: why, and what would do.
type Refused struct{ Why, Would string }

func (r *Refused) Error() string { return oneLine(r.Why) + ", " + oneLine(r.Would) }

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

const wouldDo = "a recording as mp4, mov, mkv, webm, mp3, m4a, wav, ogg or flac would do"

// sniffLen is how much of a file's beginning its format is told from.
const sniffLen = 64 << 10

// magics are beginnings of files by the name that ffmpeg gives their format. Only what is in this table is ever opened.
var magics = []struct {
	format string
	at     int
	magic  string
}{
	{"mov", 4, "ftyp"}, {"mov", 4, "moov"}, {"mov", 4, "mdat"}, {"mov", 4, "wide"}, {"mov", 4, "free"}, {"mov", 4, "skip"},
	{"matroska", 0, "\x1a\x45\xdf\xa3"},
	{"ogg", 0, "OggS"},
	{"flac", 0, "fLaC"},
	{"mpeg", 0, "\x00\x00\x01\xba"},
	{"flv", 0, "FLV\x01"},
	{"asf", 0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11"},
	{"amr", 0, "#!AMR"},
	{"caf", 0, "caff\x00"},
	{"au", 0, ".snd\x00"},
	{"w64", 0, "riff\x2e\x91\xcf\x11"},
	{"mxf", 0, "\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02"},
}

// sniff tells a file's format, by the name that ffmpeg gives it, from the file's first bytes and from nothing else: neither its name nor what a tool
// guesses counts. What cannot be told is a *Refused error.
func sniff(head []byte) (format string, err error) {
	if len(head) == 0 {
		return "", &Refused{"the file is empty", "copy it again: the whole recording would do"}
	}
	for _, m := range magics {
		if len(head) >= m.at && bytes.HasPrefix(head[m.at:], []byte(m.magic)) {
			return m.format, nil
		}
	}
	if f := sniffForm(head); f != "" {
		return f, nil
	}
	if f := sniffSound(head); f != "" {
		return f, nil
	}
	if isTransport(head) {
		return "mpegts", nil
	}
	return "", notMedia(head)
}

// sniffForm tells the formats of the RIFF and IFF family, whose kind stands at byte 8.
func sniffForm(head []byte) string {
	if len(head) < 12 {
		return ""
	}
	switch outer, kind := string(head[:4]), string(head[8:12]); {
	case (outer == "RIFF" || outer == "RF64" || outer == "BW64") && kind == "WAVE":
		return "wav"
	case outer == "RIFF" && kind == "AVI ":
		return "avi"
	case outer == "FORM" && (kind == "AIFF" || kind == "AIFC"):
		return "aiff"
	}
	return ""
}

// sniffSound tells MPEG audio and ADTS, which have no beginning of their own: an ID3 tag, then frames; each says where the next begins.
func sniffSound(head []byte) string {
	b := head
	if len(b) >= 10 && string(b[:3]) == "ID3" {
		n := int(b[6]&0x7f)<<21 | int(b[7]&0x7f)<<14 | int(b[8]&0x7f)<<7 | int(b[9]&0x7f)
		if 10+n >= len(b) {
			return "mp3" // a tag with a large cover picture; ffmpeg refuses what is not MPEG audio behind it
		}
		b = b[10+n:]
		if bytes.HasPrefix(b, []byte("fLaC")) {
			return "flac"
		}
	}
	for skip := range min(len(b), 8192) { // encoders and cut files leave some bytes before the first frame
		if b[skip] != 0xff {
			continue
		}
		if f := frames(b[skip:]); f != "" {
			return f
		}
	}
	return ""
}

// frames says whether three frames of MPEG audio or ADTS stand at the beginning of b, one behind the other.
func frames(b []byte) string {
	var format string
	for i := range 3 {
		f, n := frame(b)
		if f == "" || i > 0 && f != format {
			return ""
		}
		format = f
		if n >= len(b) {
			return map[bool]string{true: format}[i > 0]
		}
		b = b[n:]
	}
	return format
}

// Bit rates in kbit/s by index: MPEG 1 layer III and II, MPEG 2 layer III (ISO/IEC 11172-3, 2.4.2.3; 13818-3).
var (
	rates1L3 = [16]int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0}
	rates1L2 = [16]int{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0}
	rates2L3 = [16]int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0}
)

// frame reads the header at the beginning of b and gives the frame's length in bytes; "" where there is none.
func frame(b []byte) (format string, n int) {
	if len(b) < 7 || b[0] != 0xff || b[1]&0xe0 != 0xe0 {
		return "", 0
	}
	version, layer := b[1]>>3&3, b[1]>>1&3
	if layer == 0 { // ADTS (ISO/IEC 13818-7, 6.2)
		if b[1]&0xf0 != 0xf0 {
			return "", 0
		}
		n := int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5])>>5
		if n < 7 || b[2]>>2&15 > 12 {
			return "", 0
		}
		return "aac", n
	}
	rate := [4]int{44100, 48000, 32000, 0}[b[2]>>2&3]
	table, samples := rates1L3, 1152
	switch {
	case version == 1 || layer == 3: // reserved; layer I, which nobody records in
		return "", 0
	case version == 3 && layer == 2:
		table = rates1L2
	case version != 3:
		table, rate = rates2L3, rate/2
		if version == 0 {
			rate /= 2
		}
		if layer == 1 {
			samples = 576
		}
	}
	if kbit := table[b[2]>>4]; kbit > 0 && rate > 0 {
		return "mp3", samples/8*kbit*1000/rate + int(b[2]>>1&1)
	}
	return "", 0
}

// isTransport is true of an MPEG transport stream: 0x47 each 188 bytes, four times.
func isTransport(head []byte) bool {
	const packet = 188
	if len(head) < 3*packet+1 {
		return false
	}
	for i := range 4 {
		if at := i * packet; at < len(head) && head[at] != 0x47 {
			return false
		}
	}
	return true
}

// notMedia says in plain words what a file that is no recording is.
func notMedia(head []byte) *Refused {
	text := strings.TrimLeft(strings.TrimPrefix(string(head[:min(len(head), 1024)]), "\ufeff"), " \t\r\n")
	low := strings.ToLower(text)
	for _, k := range []struct{ begin, why string }{
		{"#extm3u", "it is a playlist: it only names other files, and holds no sound or picture itself"},
		{"ffconcat", "it is a list of other files, and holds no sound or picture itself"},
		{"[playlist]", "it is a playlist: it only names other files, and holds no sound or picture itself"},
		{"v=0", "it is a description of a stream, and holds no sound or picture itself"},
		{"<!doctype html", "it is a web page, as a download gives that wanted a login"},
		{"<html", "it is a web page, as a download gives that wanted a login"},
		{"<?xml", "it is a text that describes something (XML), and holds no sound or picture itself"},
		{"<", "it is a text that describes something (XML), and holds no sound or picture itself"},
	} {
		if strings.HasPrefix(low, k.begin) {
			return &Refused{k.why, wouldDo}
		}
	}
	if isText(head) {
		return &Refused{"it is a text, and holds no sound or picture", wouldDo}
	}
	return &Refused{fmt.Sprintf("its format is not one that is known here (it begins with % x)", head[:min(len(head), 8)]), wouldDo}
}

func isText(head []byte) bool {
	head = head[:min(len(head), 512)]
	for len(head) > 0 {
		r, n := utf8.DecodeRune(head)
		if r == utf8.RuneError && len(head) >= utf8.UTFMax || r < ' ' && r != '\t' && r != '\n' && r != '\r' {
			return false
		}
		head = head[n:]
	}
	return true
}
