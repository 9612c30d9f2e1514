package transcode

import (
	"encoding/json"
	"fmt"
	"regexp"
)

// Name is what a rendition is called: by whom, of what, and by which recipe it was made. It is in keys and in addresses.
type Name struct {
	Session string
	Track   string // "t0" for a still, which belongs to no track
	Profile string
	Recipe  string // 16 hex digits
}

// Key is where the rendition's file is kept: renditions/<session>/<track>.<profile>.<recipe16> and ext, such as ".mp4", ".json", ".tables", "-1.jpg".
func (n Name) Key(ext string) string { return "renditions/" + n.Session + "/" + n.File() + ext }

// File is the name without its folder and ending.
func (n Name) File() string { return n.Track + "." + n.Profile + "." + n.Recipe }

var filePattern = regexp.MustCompile(`^(t[0-9]{1,9})\.([a-z][a-z0-9]{1,15})\.([0-9a-f]{16})$`)

// ParseFile reads the name without its folder and ending.
func ParseFile(session, file string) (Name, error) {
	m := filePattern.FindStringSubmatch(file)
	if m == nil {
		return Name{}, fmt.Errorf("rendition %.60q: want track, profile and recipe, as t4.voice.0123456789abcdef", file)
	}
	return Name{Session: session, Track: m[1], Profile: m[2], Recipe: m[3]}, nil
}

// Index is the document beside a rendition, renditions/….json. It is written last: a rendition without it is not there. It holds all that playlists
// are made of, so that no request reads the rendition itself for anything but its bytes.
type Index struct {
	Recipe     json.RawMessage `json:"recipe"` // the inputs; Name.Recipe is their hash
	SHA256     string          `json:"sha256"` // of the .mp4, or of the sheets one after the other
	Bytes      int64           `json:"bytes"`
	Codecs     string          `json:"codecs,omitempty"`    // RFC 6381: avc1.64001f, mp4a.40.2
	Timescale  int64           `json:"timescale,omitempty"` // ticks a second
	Init       Bytes           `json:"init"`
	Fragments  []Fragment      `json:"fragments,omitempty"`
	DurationMs int64           `json:"durationMs"`
	Width      int             `json:"width,omitempty"`
	Height     int             `json:"height,omitempty"`
	FrameRate  float64         `json:"frameRate,omitempty"`  // pictures a second
	Channels   int             `json:"channels,omitempty"`   // as in esds
	SampleRate int             `json:"sampleRate,omitempty"` // Hz
	Sheets     []int64         `json:"sheets,omitempty"`     // of a sheet: the bytes of each picture -1.jpg, -2.jpg …
	Tool       string          `json:"tool"`                 // the ffmpeg that made it
}

// Bytes is a stretch of a file.
type Bytes struct {
	Off int64 `json:"off"`
	Len int64 `json:"len"`
}

// Fragment is one moof with its mdat: a segment of the playlist. It starts at a key frame.
type Fragment struct {
	Bytes
	Start    int64 `json:"start"`    // ticks
	Duration int64 `json:"duration"` // ticks
}
