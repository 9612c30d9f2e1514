package search

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"

	"cabina/archive"

	"github.com/blevesearch/mmap-go"
)

// A cue file holds what one text version says, as it is placed on the clock: times, words and where its passages begin. It is written once,
// named by everything it depends on, and read through memory mapping. It is disposable: one that is missing or damaged is made again.
//
//	magic "cabinaQ2" | CRC-32C of the rest | length of the header | header, JSON
//	starts, ends [cues]uint32 ms | number in the version [cues]uint32 | language [cues]uint16 | text offsets [cues+1]uint32 | first cue of each passage [passages]uint32 | text, UTF-8
//
// All numbers are little-endian.
const cueMagic = "cabinaQ2"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// cueHeader says whose text it is. Voice and VoiceV are the voice and the version by which the times were placed, so that a link
// made from a hit is right even while the index lags behind the document.
type cueHeader struct {
	Session   string             `json:"session"`
	Track     string             `json:"track"`
	V         int                `json:"v"`
	Voice     string             `json:"voice,omitempty"`
	VoiceV    int                `json:"voiceV,omitempty"`
	Languages []archive.Language `json:"languages"`
	Cues      int                `json:"cues"`
	Passages  int                `json:"passages"`
	TextBytes int                `json:"textBytes"`
}

// text is an open cue file. It may be read by many at once; nothing of it may be used after close.
type text struct {
	cueHeader
	data mmap.MMap
	at   struct{ starts, ends, numbers, langs, offsets, firsts, text int }
}

var errDamaged = errors.New("the cue file is damaged")

// writeCues writes the file at path, whole or not at all. h's Languages and counts are filled in here.
func writeCues(path string, h cueHeader, cues []cue) error {
	firsts := passages(cues)
	h.Cues, h.Passages, h.Languages = len(cues), len(firsts), []archive.Language{}
	var starts, ends, numbers, langs, offsets, first, words []byte
	u32 := binary.LittleEndian.AppendUint32
	for _, c := range cues {
		lang := slices.Index(h.Languages, c.language)
		if lang < 0 {
			lang = len(h.Languages)
			h.Languages = append(h.Languages, c.language)
		}
		starts, ends = u32(starts, uint32(c.StartMs)), u32(ends, uint32(c.EndMs))
		numbers = u32(numbers, uint32(c.N))
		langs = binary.LittleEndian.AppendUint16(langs, uint16(lang))
		offsets = u32(offsets, uint32(len(words)))
		words = append(words, c.Text...)
	}
	offsets = u32(offsets, uint32(len(words)))
	for _, f := range firsts {
		first = u32(first, uint32(f))
	}
	h.TextBytes = len(words)
	head, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("cue file %s: %w", path, err)
	}
	body := slices.Concat(u32(nil, uint32(len(head))), head, starts, ends, numbers, langs, offsets, first, words)
	return writeWhole(path, slices.Concat([]byte(cueMagic), u32(nil, crc32.Checksum(body, castagnoli)), body))
}

// writeWhole puts data at path by renaming. It is not flushed: what is derived carries a checksum instead.
func writeWhole(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("write %s: %w", path, err)
	}
	return os.Rename(f.Name(), path)
}

// openCues maps a cue file into memory and checks it. A damaged one is errDamaged.
func openCues(path string) (*text, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.Size() < 16 {
		return nil, fmt.Errorf("%s: %w", path, errors.Join(errDamaged, err))
	}
	data, err := mmap.Map(f, mmap.RDONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("map %s: %w", path, err)
	}
	t := &text{data: data}
	if err := t.read(); err != nil {
		_ = data.Unmap()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

func (t *text) read() error {
	if string(t.data[:8]) != cueMagic || binary.LittleEndian.Uint32(t.data[8:]) != crc32.Checksum(t.data[12:], castagnoli) {
		return errDamaged
	}
	head := 16 + int(binary.LittleEndian.Uint32(t.data[12:]))
	if head > len(t.data) {
		return errDamaged
	}
	if err := json.Unmarshal(t.data[16:head], &t.cueHeader); err != nil {
		return errors.Join(errDamaged, err)
	}
	t.at.starts = head
	t.at.ends = t.at.starts + 4*t.Cues
	t.at.numbers = t.at.ends + 4*t.Cues
	t.at.langs = t.at.numbers + 4*t.Cues
	t.at.offsets = t.at.langs + 2*t.Cues
	t.at.firsts = t.at.offsets + 4*(t.Cues+1)
	t.at.text = t.at.firsts + 4*t.Passages
	if t.at.text+t.TextBytes != len(t.data) {
		return errDamaged
	}
	return nil
}

func (t *text) close() error { return t.data.Unmap() }

func (t *text) u32(at, i int) int { return int(binary.LittleEndian.Uint32(t.data[at+4*i:])) }

func (t *text) start(i int) int64 { return int64(t.u32(t.at.starts, i)) }

func (t *text) end(i int) int64 { return int64(t.u32(t.at.ends, i)) }

// number is the cue's number in its version, archive.Cue.N.
func (t *text) number(i int) int { return t.u32(t.at.numbers, i) }

func (t *text) language(i int) archive.Language {
	return t.Languages[binary.LittleEndian.Uint16(t.data[t.at.langs+2*i:])]
}

// words copies the text of a cue.
func (t *text) words(i int) string {
	return string(t.data[t.at.text+t.u32(t.at.offsets, i) : t.at.text+t.u32(t.at.offsets, i+1)])
}

func (t *text) size(i int) int { return t.u32(t.at.offsets, i+1) - t.u32(t.at.offsets, i) }

// passage gives the cues [first, end) of passage n.
func (t *text) passage(n int) (first, end int) {
	first, end = t.u32(t.at.firsts, n), t.Cues
	if n+1 < t.Passages {
		end = t.u32(t.at.firsts, n+1)
	}
	return first, end
}

// tailWords are at least behind a passage in its field of words as said, so that a phrase of one more is found over the passage's end.
const tailWords = 7

// tail gives the end of the cues that stand behind passage [first, end) in its field of words as said: the next cue of the same language, and more
// while they are short.
func (t *text) tail(first, end int) int {
	words := 0
	for end < t.Cues && words < tailWords && t.language(end) == t.language(first) {
		words += countWords(t.words(end))
		end++
	}
	return end
}

// after gives the first cue that begins at ms or later.
func (t *text) after(ms int64) int {
	lo, hi := 0, t.Cues
	for lo < hi {
		if mid := (lo + hi) / 2; t.start(mid) < ms {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}
