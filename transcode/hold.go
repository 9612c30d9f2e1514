package transcode

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"cabina/archive"
)

// A tail holds the last picture of a picture that ends before its session does. It is an object of its own with its own head, in the same playlist and without a
// discontinuity: the picture before it stays as it is. (A last picture that lasts long does not do: Chromium stops 3 s later, Firefox at once.)

const (
	tailEvery = 2  // seconds that each of its pictures lasts; the last is as short as it has to be
	tailKeys  = 15 // a key frame for so many pictures, and so a segment of 30 s
	// tailSpare is how many of the picture's last pictures are decoded: one or another may not be, where a key frame leaves some before it behind.
	tailSpare = 16
)

// tail is all that the command of a tail depends on.
type tail struct {
	codecs    string // of the picture, RFC 6381: the tail has its profile and level
	timescale int64  // of the picture
	from      int64  // where it ends, ticks
	ticks     int64  // how long the tail lasts
	pictures  int    // in the picture's last fragment
}

// tailOf gives the tail of a picture up to lengthMs. pictures is how many its last fragment has.
func tailOf(x *Index, lengthMs int64, pictures int) (tail, error) {
	last := x.Fragments[len(x.Fragments)-1]
	t := tail{codecs: x.Codecs, timescale: x.Timescale, from: last.Start + last.Duration, pictures: pictures}
	t.ticks = int64(math.Round(float64(lengthMs)*float64(x.Timescale)/1000)) - t.from
	if t.ticks <= -t.timescale {
		return t, fmt.Errorf("the picture ends at %d ms, and the session at %d: want the picture to end first", ticksMs(t.from, t.timescale), lengthMs)
	}
	t.ticks = max(t.ticks, 1) // its last picture may last a little longer than its document says
	return t, nil
}

// args makes the tail of the picture's last fragment, in0.
func (t tail) args() []string {
	each := tailEvery * t.timescale
	n := (t.ticks + each - 1) / each
	last := t.ticks - (n-1)*each
	args := append(beginArgs(), input("mov", 0)...)
	args = append(args, "-map", "0:v:0", "-an", "-sn", "-dn",
		"-vf", "select='gte(n,"+strconv.Itoa(max(t.pictures-tailSpare, 0))+")',reverse,trim=end_frame=1,loop=loop="+itoa(n-1)+":size=1,setpts=round(N*"+itoa(tailEvery)+"/TB)",
		"-fps_mode", "passthrough", "-enc_time_base", "1:"+itoa(t.timescale))
	args = append(args, cleanArgs[:]...)
	args = append(args, "-c:v", "libx264", "-preset", "veryfast", "-tune", "stillimage", "-crf", "20")
	args = append(args, profileArgs(t.codecs)...)
	args = append(args, "-threads", "2",
		"-x264-params", "sps-id=1:bframes=0:scenecut=0:keyint="+strconv.Itoa(tailKeys)+":min-keyint="+strconv.Itoa(tailKeys), // an id of its own: both heads are with the decoder at once
		// In front of each key frame too: ffmpeg reads the first head of a playlist only.
		"-bsf:v", `dump_extra=freq=keyframe,setts=duration=if(eq(N\,`+itoa(n-1)+`)\,`+itoa(last)+`\,`+itoa(each)+`)/`+itoa(t.timescale)+`/TB`,
		"-video_track_timescale", itoa(t.timescale))
	return append(append(args, fragments[:]...), outFile)
}

// profileArgs asks x264 for the profile and level that a codec's name says: avc1.64001f is High at level 3.1 (RFC 6381, 3.3).
func profileArgs(codecs string) []string {
	var profile, flags, level uint8
	if _, err := fmt.Sscanf(codecs, "avc1.%02x%02x%02x", &profile, &flags, &level); err != nil {
		return nil
	}
	name := map[uint8]string{66: "baseline", 77: "main"}[profile]
	if name == "" {
		name = "high"
	}
	return []string{"-profile:v", name, "-level:v", strconv.Itoa(int(level)/10) + "." + strconv.Itoa(int(level)%10)}
}

// makeTail makes the tail behind a picture that is there, of its last fragment.
func (w *Worker) makeTail(ctx context.Context, want Want, mine func(context.Context) error, progress func(float64)) error {
	store := w.Archive.Store
	data, _, err := store.Get(ctx, want.Of.Key(".json"))
	if err != nil {
		return fmt.Errorf("the picture of a tail: %w", err)
	}
	var x Index
	if err := json.Unmarshal(data, &x); err != nil || len(x.Fragments) == 0 || x.Timescale <= 0 {
		return fmt.Errorf("the picture of a tail, %s: its index cannot be read", want.Of.File())
	}
	pictures, err := lastPictures(ctx, store, want.Of, &x)
	if err != nil {
		return err
	}
	t, err := tailOf(&x, want.Inputs.LengthMs, pictures)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(w.dir, "make-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	from := filepath.Join(dir, "last.mp4")
	last := x.Fragments[len(x.Fragments)-1]
	if err := copyRanges(ctx, store, want.Of.Key(".mp4"), from, x.Init, last.Bytes); err != nil {
		return err
	}
	ms := ticksMs(t.ticks, t.timescale)
	c := call{args: t.args(), in: []string{from}, dir: dir, writes: true, encodes: true, lengthMs: ms + ticksMs(last.Duration, t.timescale), stdout: readProgress(ms, progress)}
	if err := w.Tools.run(ctx, "ffmpeg", c); err != nil {
		return fmt.Errorf("%s: %w", Tail, err)
	}
	path := filepath.Join(dir, outFile)
	if err := delay(path, t.from); err != nil {
		return fmt.Errorf("%s: %w", Tail, err)
	}
	return w.put(ctx, want, mine, func() (*Index, error) { return w.putFilm(ctx, path, want, t.from) })
}

// lastPictures is how many pictures the last fragment of a rendition has.
func lastPictures(ctx context.Context, store archive.Store, n Name, x *Index) (int, error) {
	packed, _, err := store.Get(ctx, n.Key(".tables"))
	if err != nil {
		return 0, fmt.Errorf("the picture of a tail: %w", err)
	}
	s, err := unpackTables(packed)
	if err != nil {
		return 0, fmt.Errorf("the picture of a tail, %s: %w", n.File(), err)
	}
	count := 0
	for _, p := range s.spans {
		if p.off >= x.Fragments[len(x.Fragments)-1].Off {
			count += p.count
		}
	}
	return count, nil
}

// copyRanges writes stretches of an object one after the other into a new file.
func copyRanges(ctx context.Context, store archive.Store, key, path string, stretches ...Bytes) error {
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	for _, b := range stretches {
		if err = copyRange(ctx, store, key, out, b); err != nil {
			break
		}
	}
	if err2 := out.Close(); err == nil {
		err = err2
	}
	return err
}

func copyRange(ctx context.Context, store archive.Store, key string, out io.Writer, b Bytes) error {
	r, err := store.Range(ctx, key, b.Off, b.Len)
	if err != nil {
		return err
	}
	defer r.Close()
	if n, err := io.Copy(out, io.LimitReader(r, b.Len)); err != nil || n < b.Len {
		return fmt.Errorf("%s: %d of %d bytes from %d: %w", key, n, b.Len, b.Off, orEOF(err))
	}
	return nil
}

func orEOF(err error) error {
	if err == nil {
		return io.ErrUnexpectedEOF
	}
	return err
}

// delay adds ticks to the decode time of each fragment of a fragmented MP4 (tfdt, ISO/IEC 14496-12, 8.8.12). Nothing else in it that players read says a time.
func delay(path string, ticks int64) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	for off := int64(0); off < st.Size(); {
		kind, _, n, err := mp4HeadAt(f, off, st.Size())
		if err != nil {
			return err
		}
		if kind == "moof" && n <= mp4MaxMoof {
			if err := delayMoof(f, off, n, ticks); err != nil {
				return fmt.Errorf("moof at byte %d: %w", off, err)
			}
		}
		off += n
	}
	return f.Close()
}

func delayMoof(f *os.File, off, n, ticks int64) error {
	b := make([]byte, n)
	if err := mp4ReadAt(f, b, off); err != nil {
		return err
	}
	tfdt, ok, err := mp4Find(b, "moof", "traf", "tfdt")
	if err != nil || !ok || len(tfdt.body) != 12 || tfdt.body[0] != 1 {
		return fmt.Errorf("no tfdt of version 1: want one (%v)", err)
	}
	at := binary.BigEndian.Uint64(tfdt.body[4:])
	binary.BigEndian.PutUint64(tfdt.body[4:], at+uint64(ticks)) // tfdt lies in b
	_, err = f.WriteAt(b, off)
	return err
}
