package transcode

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cabina/archive"
)

// hlsServer serves a session of real renditions with the playlists of ours, and notes what was asked.
type hlsServer struct {
	mu    sync.Mutex
	asked []string
	files map[string][]byte
}

func (s *hlsServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked = append(s.asked, r.URL.Path+" "+r.Header.Get("Range"))
	s.mu.Unlock()
	b, ok := s.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if strings.HasSuffix(r.URL.Path, ".m3u8") {
		w.Header().Set("Content-Type", "application/vnd.apple.mpegurl")
	}
	http.ServeContent(w, r, r.URL.Path, time.Time{}, bytes.NewReader(b))
}

// add puts a rendition and its playlist on the server.
func (s *hlsServer) add(t *testing.T, object, track, profile string) *Rendition {
	t.Helper()
	b := readMP4(t, object)
	x, _, err := indexOf(b)
	if err != nil {
		t.Fatal(err)
	}
	name := Name{Session: "s03", Track: track, Profile: profile, Recipe: "0123456789abcdef"}
	media := "/media/s03/" + name.File() + ".mp4"
	s.files[media] = b
	s.files["/play/s03/"+name.File()+".m3u8"] = []byte(mediaPlaylist(&x, media))
	return &Rendition{Name: name, Index: &x}
}

// ffmpeg reads the master playlist, all its variants, voices and captions, to the end and complains of nothing; each packet of each object comes.
func TestPlaylistsArePlayed(t *testing.T) {
	s := &hlsServer{files: map[string][]byte{}}
	v := &View{Picture: map[string]*Rendition{}}
	v.Picture[Copy] = s.add(t, "bframes.mp4", "t1", Copy)
	v.Picture[Slides] = s.add(t, "picture.mp4", "t1", Slides)
	for _, track := range []archive.Track{
		{ID: "t2", Role: archive.Floor, Language: "mul"},
		{ID: "t3", Role: archive.Interpretation, Language: "es"},
		{ID: "t4", Role: archive.Interpretation, Language: "ar"},
	} {
		v.Voices = append(v.Voices, VoiceView{Track: &track, Voice: s.add(t, "voice.mp4", track.ID, Voice), Small: s.add(t, "voice.mp4", track.ID, Small), State: Ready})
	}
	const texts = "/play/s03/t7.vtt.0123456789abcdef.m3u8"
	v.Texts = []TextView{{Track: &archive.Track{ID: "t7", Role: archive.Captions, Language: "es"}, Recipe: "0123456789abcdef"}}
	s.files[texts] = []byte(CaptionsPlaylist(8000, "t7.0123456789abcdef.vtt"))
	s.files["/play/s03/t7.0123456789abcdef.vtt"] = WebVTT([]archive.Cue{{StartMs: 0, EndMs: 2000, Text: "uno"}, {StartMs: 2000, EndMs: 4500, Text: "dos"}})
	master := "/play/s03/master.m3u8"
	s.files[master] = []byte(MasterPlaylist(v, hlsOptions("t3")))

	// ffmpeg 5.1 warns of any captions in HLS that it cannot show them: so all is read without, and the captions by themselves.
	v.Texts = nil
	s.files["/play/s03/plain.m3u8"] = []byte(MasterPlaylist(v, hlsOptions("t3")))
	server := httptest.NewServer(s) // not before: it reads what is written above
	defer server.Close()
	const entries = "stream=index,codec_name,nb_read_packets"
	for _, c := range []struct {
		name, level, list string
		want              []string
	}{
		{"all but captions", "warning", "/play/s03/plain.m3u8", []string{"h264,40", "h264,40", "aac,376", "aac,376", "aac,376", "aac,376", "aac,376", "aac,376"}},
		{"all", "error", master, []string{"h264,40", "h264,40", "aac,376", "aac,376", "aac,376", "aac,376", "aac,376", "aac,376"}},
		{"captions", "warning", texts, []string{"webvtt,2"}},
	} {
		out := mediaTool(t, "ffprobe", "-v", c.level, "-count_packets", "-show_entries", entries, "-of", "csv=p=0", server.URL+c.list)
		streams := map[string]string{} // ffprobe tells of each stream once for its program and once for itself
		for _, l := range strings.Fields(out) {
			index, rest, _ := strings.Cut(l, ",")
			streams[index] = rest
		}
		got := slices.Sorted(maps.Values(streams))
		if slices.Sort(c.want); !slices.Equal(got, c.want) {
			t.Errorf("%s: packets %q, want %q", c.name, got, c.want)
		}
	}
	for i := range 2 {
		mediaTool(t, "ffmpeg", "-v", "warning", "-nostdin", "-i", server.URL+"/play/s03/plain.m3u8", "-map", fmt.Sprintf("0:p:%d", i), "-f", "null", "-")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for path := range s.files {
		if !slices.ContainsFunc(s.asked, func(a string) bool { return strings.HasPrefix(a, path+" ") }) {
			t.Errorf("nobody asked for %s", path)
		}
	}
}
