package transcode

import (
	"fmt"
	"io"
)

// movTrack is what the index of a foreign MP4 or QuickTime file says of a track, read by ourselves: asking ffprobe for 180,000 packets takes
// three seconds, this a few milliseconds.
type movTrack struct {
	handler   string // "vide", "soun" …
	timescale int64
	encrypted bool
	elsewhere bool  // its media lies in another file, which is never opened
	entries   int   // descriptions of its samples; more than one: size or codec change on the way
	edits     int   // of its edit list, empty ones not counted
	trimMs    int64 // what the first edit leaves out at the start
	longestMs int64 // from one key frame to the next, or to the end
	largest   int64 // bytes from one key frame to the next
	sizes     bool  // whether there were samples to measure: a fragmented file has none in its index
}

const (
	movMaxMoov  = 128 << 20 // bytes of an index: 12 hours of all streams are less than a third
	movMaxCount = 1 << 23   // pictures: 12 hours have 2.6 million at 60 a second
	movMaxBoxes = 1 << 16   // at the top of a file; a fragmented one has thousands
)

// readMoov reads the index of an MP4 or QuickTime file, wherever it stands. It is an error if the file ends inside its media or has none at all: such a one
// was cut off on its way here, or is only the beginning of another.
func readMoov(r io.ReaderAt, size int64) (tracks []movTrack, err error) {
	var media, found bool
	boxes := 0
	for off := int64(0); off < size; {
		if boxes++; boxes > movMaxBoxes {
			break
		}
		kind, head, n, err := mp4HeadAt(r, off, size)
		if err != nil && found && media && !isMdat(r, off) {
			break // what stands behind the last box is of no interest
		}
		if err != nil {
			return nil, fmt.Errorf("it ends early: at byte %d: %w", off, err)
		}
		media = media || kind == "mdat" && n > head
		if kind == "moov" && !found {
			if tracks, err = readMoovAt(r, off+head, n-head); err != nil {
				return nil, err
			}
			found = true
		}
		off += n
	}
	switch {
	case !found:
		return nil, fmt.Errorf("there is no moov box: the recording was not finished")
	case !media:
		return nil, fmt.Errorf("there is no mdat box: it has no media in it")
	}
	return tracks, nil
}

func isMdat(r io.ReaderAt, off int64) bool {
	var b [8]byte
	return mp4ReadAt(r, b[:], off) == nil && string(b[4:]) == "mdat"
}

func readMoovAt(r io.ReaderAt, off, n int64) ([]movTrack, error) {
	if n > movMaxMoov {
		return nil, fmt.Errorf("the moov box has %d bytes; %d are the most that is read", n, movMaxMoov)
	}
	body := make([]byte, n)
	if err := mp4ReadAt(r, body, off); err != nil {
		return nil, fmt.Errorf("moov: %w", err)
	}
	return movTracks(body)
}

func movTracks(moov []byte) (tracks []movTrack, err error) {
	for b, err := range mp4Boxes(moov) {
		if err != nil {
			return nil, err
		}
		if b.kind != "trak" {
			continue
		}
		t, err := readMovTrack(b.body)
		if err != nil {
			return nil, fmt.Errorf("trak %d: %w", len(tracks)+1, err)
		}
		tracks = append(tracks, t)
	}
	return tracks, nil
}

func readMovTrack(trak []byte) (t movTrack, err error) {
	get := func(path ...string) mp4Fields {
		b, _, e := mp4Find(trak, path...)
		if err == nil && e != nil {
			err = e
		}
		return mp4Fields{b: b.body}
	}
	hdlr := get("mdia", "hdlr")
	hdlr.full()
	hdlr.u32()
	t.handler = string(hdlr.bytes(4))
	mdhd := get("mdia", "mdhd")
	if v, _ := mdhd.full(); v == 1 {
		mdhd.bytes(16)
	} else {
		mdhd.bytes(8)
	}
	t.timescale = max(int64(mdhd.u32()), 1)
	stbl := []string{"mdia", "minf", "stbl"}
	table := func(kind string) mp4Fields { return get(append(stbl[:3:3], kind)...) }
	t.readEntries(table("stsd"))
	t.readReferences(get("mdia", "minf", "dinf", "dref"))
	t.readEdits(get("edts", "elst"))
	if t.handler == "vide" {
		t.readSamples(table("stts"), table("stsz"), table("stss"))
	}
	return t, err
}

func (t *movTrack) readEntries(stsd mp4Fields) {
	stsd.full()
	t.entries = int(stsd.u32())
	for b, err := range mp4Boxes(stsd.b) {
		if err != nil {
			return
		}
		t.encrypted = t.encrypted || b.kind == "encv" || b.kind == "enca" || b.kind == "drms" || b.kind == "drmi"
	}
}

// readReferences looks where the media lies: flag 1 says in this file (ISO/IEC 14496-12, 8.7.2).
func (t *movTrack) readReferences(dref mp4Fields) {
	dref.full()
	dref.u32()
	for b, err := range mp4Boxes(dref.b) {
		if err != nil {
			return
		}
		f := mp4Fields{b: b.body}
		if _, flags := f.full(); flags&1 == 0 {
			t.elsewhere = true
		}
	}
}

func (t *movTrack) readEdits(elst mp4Fields) {
	v, _ := elst.full()
	n := int(elst.u32())
	for i := 0; i < n && !elst.short; i++ {
		var from int64
		if v == 1 {
			elst.u64()
			from = int64(elst.u64())
		} else {
			elst.u32()
			from = int64(int32(elst.u32()))
		}
		elst.u32() // rate
		if from < 0 || elst.short {
			continue
		}
		if t.edits == 0 {
			t.trimMs = from * 1000 / t.timescale
		}
		t.edits++
	}
}

// readSamples measures the stretches between key frames. A track without stss has nothing but key frames.
func (t *movTrack) readSamples(stts, stsz, stss mp4Fields) {
	stts.full()
	stsz.full()
	stss.full()
	runs, one, count := int(stts.u32()), int64(stsz.u32()), int(stsz.u32())
	if count > movMaxCount {
		return
	}
	keys, all := int(stss.u32()), stss.short
	next := int(stss.u32()) // the number of the next key frame, from 1
	var left, step, at, began, bytes int64
	for i := 1; i <= count; i++ {
		for left == 0 && runs > 0 && !stts.short {
			left, step, runs = int64(stts.u32()), int64(stts.u32()), runs-1
		}
		if all || i == next {
			t.stretch(at-began, bytes)
			began, bytes = at, 0
			if keys--; keys > 0 {
				next = int(stss.u32())
			}
		}
		size := one
		if one == 0 {
			size = int64(stsz.u32())
		}
		if left == 0 || stsz.short {
			return // the tables disagree: what is measured so far stands, and sizes stays false
		}
		bytes, at, left = bytes+size, at+step, left-1
	}
	t.stretch(at-began, bytes)
	t.sizes = count > 0
}

func (t *movTrack) stretch(ticks, bytes int64) {
	t.longestMs = max(t.longestMs, ticks*1000/t.timescale)
	t.largest = max(t.largest, bytes)
}
