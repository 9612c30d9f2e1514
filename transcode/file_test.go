package transcode

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"cabina/archive"
)

// filePart makes a part of the bytes of an object, which counts how often it is asked.
func filePart(t *testing.T, object []byte, lang archive.Language) (*FilePart, *atomic.Int64) {
	t.Helper()
	x, tables, err := indexOf(object)
	if err != nil {
		t.Fatal(err)
	}
	x.SHA256 = fmt.Sprintf("%d of %s", len(object), lang)
	var asked atomic.Int64
	return &FilePart{Index: &x, Tables: tables, Language: lang, Open: func(_ context.Context, off, n int64) (io.ReadCloser, error) {
		asked.Add(1)
		return io.NopCloser(bytes.NewReader(object[off : off+n])), nil
	}}, &asked
}

// openBytes opens ranges of an object in memory.
func openBytes(object []byte) func(context.Context, int64, int64) (io.ReadCloser, error) {
	return func(_ context.Context, off, n int64) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(object[off : off+n])), nil
	}
}

// zipped is b as gzip.
func zipped(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

func unzipped(t testing.TB, b []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// fileVariants are the computed files of the tests: name, picture and voice.
func fileVariants() [][3]string {
	return [][3]string{
		{"a picture with one voice", "picture.mp4", "voice.mp4"},
		{"B-frames with one voice", "bframes.mp4", "voice.mp4"},
		{"a picture alone", "nosidx.mp4", ""},
		{"one voice alone", "", "voice.mp4"},
	}
}

func fileOf(t *testing.T, picture, voice string) *File {
	t.Helper()
	var parts [2]*FilePart
	for i, name := range []string{picture, voice} {
		if name != "" {
			parts[i], _ = filePart(t, readMP4(t, name), [...]archive.Language{"zxx", "pt-BR"}[i])
		}
	}
	f, err := NewFile(parts[0], parts[1])
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func mediaTool(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil || complaint.Len() > 0 {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, complaint.String())
	}
	return string(out)
}

// filePacket is what ffprobe says of a packet.
type filePacket struct{ pts, dts, duration, size, flags, hash string }

// packets gives a file's packets, pictures before sound, times counted from the first that is shown: ffprobe 5.1 places a fragmented file
// with B-frames too late as a whole.
func packets(t *testing.T, path string) map[string][]filePacket {
	t.Helper()
	out := mediaTool(t, "ffprobe", "-v", "warning", "-f", "mp4", "-show_data_hash", "md5",
		"-show_entries", "packet=codec_type,pts,dts,duration,size,flags,data_hash", "-of", "csv=p=0", path)
	all := map[string][]filePacket{}
	first := map[string]int{}
	for line := range strings.Lines(out) {
		f := strings.Split(strings.TrimSpace(line), ",")
		if len(f) != 7 {
			t.Fatalf("ffprobe says %q of a packet", line)
		}
		pts, dts := number(t, f[1]), number(t, f[2])
		if len(all[f[0]]) == 0 {
			first[f[0]] = pts
		}
		pts, dts = pts-first[f[0]], dts-first[f[0]]
		all[f[0]] = append(all[f[0]], filePacket{fmt.Sprint(pts), fmt.Sprint(dts), f[3], f[4], f[5], f[6]})
	}
	return all
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestFilePacketsAreTheObjects(t *testing.T) {
	decode := func(path, stream string) string {
		return mediaTool(t, "ffmpeg", "-v", "warning", "-nostdin", "-i", path, "-map", "0:"+stream, "-f", "md5", "-")
	}
	want, pictures := map[string][]filePacket{}, map[string]string{}
	for _, name := range []string{"picture.mp4", "bframes.mp4", "nosidx.mp4", "voice.mp4"} {
		path := filepath.Join("testdata", "mp4", name)
		for stream, list := range packets(t, path) {
			want[name], pictures[name] = list, decode(path, stream[:1])
		}
	}
	for _, v := range fileVariants() {
		t.Run(v[0], func(t *testing.T) {
			f := fileOf(t, v[1], v[2])
			path := filepath.Join(t.TempDir(), "computed.mp4")
			whole, err := io.ReadAll(f.Open(t.Context()))
			if err != nil {
				t.Fatal(err)
			}
			if int64(len(whole)) != f.Size() {
				t.Fatalf("%d bytes, Size says %d", len(whole), f.Size())
			}
			if err := os.WriteFile(path, whole, 0o600); err != nil {
				t.Fatal(err)
			}
			got := packets(t, path)
			for kind, name := range map[string]string{"video": v[1], "audio": v[2]} {
				if name == "" {
					continue
				}
				if d := cmp.Diff(want[name], got[kind], cmp.AllowUnexported(filePacket{}), sameDuration()); d != "" || len(got[kind]) < 40 {
					t.Errorf("%s: %d packets (-object +computed)\n%s", name, len(got[kind]), d)
				}
				if got := decode(path, kind[:1]); got != pictures[name] {
					t.Errorf("%s decoded: %s, want the object's %s", name, got, pictures[name])
				}
			}
			out := mediaTool(t, "ffprobe", "-v", "warning", "-show_entries", "stream=codec_name,start_time:stream_tags=language:format=start_time,duration", "-of", "csv=p=0", path)
			golden(t, "mp4/probe "+v[0]+".txt", []byte(out))
		})
	}
}

// sameDuration takes a duration that ffprobe does not know (of the first packet of a fragmented sound) for any.
func sameDuration() cmp.Option {
	return cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".duration" },
		cmp.Comparer(func(a, b string) bool { return a == b || a == "N/A" || b == "N/A" }))
}

func TestFileRanges(t *testing.T) {
	for _, v := range fileVariants() {
		t.Run(v[0], func(t *testing.T) {
			f := fileOf(t, v[1], v[2])
			whole, err := io.ReadAll(f.Open(t.Context()))
			if err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body := f.Open(r.Context())
				defer body.Close()
				w.Header().Set("ETag", f.ETag())
				w.Header().Set("Content-Type", f.ContentType())
				http.ServeContent(w, r, "", time.Time{}, body)
			}))
			defer server.Close()
			random := rand.New(rand.NewPCG(1, 2))
			at := f.Open(t.Context())
			for range 400 {
				from := random.IntN(len(whole))
				to := from + 1 + random.IntN(len(whole)-from)
				r, _ := http.NewRequest("GET", server.URL, nil)
				r.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", from, to-1))
				r.Header.Set("If-Range", f.ETag())
				res, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(res.Body)
				res.Body.Close()
				if err != nil || res.StatusCode != http.StatusPartialContent || !bytes.Equal(got, whole[from:to]) {
					t.Fatalf("range %d–%d: %s, %d bytes, %v: want those of the whole", from, to, res.Status, len(got), err)
				}
				if got, err := io.ReadAll(f.Range(t.Context(), int64(from), int64(to-from))); err != nil || !bytes.Equal(got, whole[from:to]) {
					t.Fatalf("Range %d–%d: %d bytes, %v: want those of the whole", from, to, len(got), err)
				}
				if n, err := at.ReadAt(got, int64(from)); err != nil || !bytes.Equal(got, whole[from:to]) {
					t.Fatalf("ReadAt %d–%d: %d bytes, %v: want those of the whole", from, to, n, err)
				}
			}
			if err := iotest.TestReader(f.Open(t.Context()), whole); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestFileETag(t *testing.T) {
	base := fileOf(t, "picture.mp4", "voice.mp4").ETag()
	if again := fileOf(t, "picture.mp4", "voice.mp4").ETag(); again != base {
		t.Errorf("ETag = %s, then %s: want the same of the same", base, again)
	}
	for _, c := range [][2]string{{"bframes.mp4", "voice.mp4"}, {"picture.mp4", "stereo.mp4"}, {"picture.mp4", ""}, {"", "voice.mp4"}} {
		if got := fileOf(t, c[0], c[1]).ETag(); got == base {
			t.Errorf("ETag of %q = that of picture and voice, want another", c)
		}
	}
	picture, _ := filePart(t, readMP4(t, "picture.mp4"), "zxx")
	voice, _ := filePart(t, readMP4(t, "voice.mp4"), "pt-BR")
	for _, c := range []struct {
		sum  string
		same bool
	}{{picture.Index.SHA256, true}, {"other bytes of the same sizes", false}} {
		picture.Index.SHA256 = c.sum
		f, err := NewFile(picture, voice)
		if err != nil {
			t.Fatal(err)
		}
		if same := f.ETag() == base; same != c.same {
			t.Errorf("ETag of %q = %s, base %s: the same is %v, want %v", c.sum, f.ETag(), base, same, c.same)
		}
	}
}

// A player that reads from front to back has sound and picture when it needs them: chunks stand in order of time, whatever the timescales.
func TestFileOrder(t *testing.T) {
	for _, v := range fileVariants() {
		t.Run(v[0], func(t *testing.T) {
			f := fileOf(t, v[1], v[2])
			var tracks []*fileTrack
			for i, p := range f.parts {
				track, err := newFileTrack(p, i)
				if err != nil {
					t.Fatal(err)
				}
				tracks = append(tracks, track)
			}
			next, last := make([]int, len(tracks)), 0.0
			for i, c := range f.chunks {
				track := tracks[c.part]
				at := float64(track.starts[next[c.part]]) / float64(track.timescale)
				if next[c.part]++; at < last {
					t.Errorf("chunk %d begins at %f s, the one before at %f: want them in order", i, at, last)
				}
				last = at
			}
		})
	}
}

func TestFileOfWrongTables(t *testing.T) {
	part := func(change func(*FilePart)) *FilePart {
		p, _ := filePart(t, readMP4(t, "picture.mp4"), "")
		change(p)
		return p
	}
	for _, c := range []struct {
		name string
		part *FilePart
		want string
	}{
		{"none", nil, "neither picture nor voice"},
		{"empty", part(func(p *FilePart) { p.Tables = nil }), "sample tables"},
		{"cut", part(func(p *FilePart) { p.Tables = p.Tables[:len(p.Tables)-9] }), "unexpected EOF"},
		{"of a longer object", part(func(p *FilePart) { p.Index.Bytes = 900 }), "the rendition has 900"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := NewFile(c.part, nil); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("NewFile = %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestFileReadFails(t *testing.T) {
	voice, _ := filePart(t, readMP4(t, "voice.mp4"), "en")
	f, err := NewFile(nil, voice)
	if err != nil {
		t.Fatal(err)
	}
	open := voice.Open
	t.Run("a rendition that ends early is an unexpected EOF", func(t *testing.T) {
		voice.Open = func(ctx context.Context, off, n int64) (io.ReadCloser, error) { return open(ctx, off, n/2) }
		if _, err := io.ReadAll(f.Open(t.Context())); err == nil || !strings.Contains(err.Error(), io.ErrUnexpectedEOF.Error()) {
			t.Errorf("Read = %v, want %v", err, io.ErrUnexpectedEOF)
		}
	})
	t.Run("what Open says is said", func(t *testing.T) {
		voice.Open = func(context.Context, int64, int64) (io.ReadCloser, error) { return nil, os.ErrPermission }
		if _, err := io.ReadAll(f.Open(t.Context())); err == nil || !strings.Contains(err.Error(), os.ErrPermission.Error()) {
			t.Errorf("Read = %v, want %v", err, os.ErrPermission)
		}
	})
	t.Run("a request that ended reads no more", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := f.Open(ctx).Read(make([]byte, 9)); err != context.Canceled {
			t.Errorf("Read = %v, want %v", err, context.Canceled)
		}
	})
	t.Run("a place before the begin is refused", func(t *testing.T) {
		if _, err := f.Open(t.Context()).Seek(-1, io.SeekStart); err == nil {
			t.Error("Seek(-1) = nil, want an error")
		}
		if _, err := f.Range(t.Context(), -1, 5).Read(make([]byte, 5)); err == nil {
			t.Error("Range(-1) = nil, want an error")
		}
		if _, err := f.Open(t.Context()).ReadAt(make([]byte, 5), -1); err == nil {
			t.Error("ReadAt(-1) = nil, want an error")
		}
	})
}
