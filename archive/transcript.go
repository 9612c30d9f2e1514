package archive

// Cue is one timed line of a text, [StartMs, EndMs). Text is plain: no markup, lines parted by \n.
type Cue struct {
	StartMs int64  `json:"startMs"`
	EndMs   int64  `json:"endMs"`
	Text    string `json:"text"`
	// Speaker is "Speaker 1", "Speaker 2" … for the names a file gives (Zoom's "Name: ", WebVTT's <v Name>), until staff name them.
	Speaker string `json:"speaker,omitempty"`
	// Settings are WebVTT cue settings worth keeping ("line:0 position:10%"), already read and written anew by us.
	Settings string `json:"settings,omitempty"`
	// N is the cue's number in its version as it was read, from 1: it stays the same wherever the text is placed, and whatever of it is withdrawn. 0: not
	// read from a version.
	N int `json:"-"`
}

// Transcript is what a text track says, in order of StartMs.
type Transcript struct {
	Cues []Cue
}

// Format of a subtitle file, told from its bytes and, where they do not tell, from its name.
type TextFormat string

// The formats that are read.
const (
	SRT  TextFormat = "srt"
	VTT  TextFormat = "vtt"
	TTML TextFormat = "ttml"
	ASS  TextFormat = "ass"
	STL  TextFormat = "stl"
)

// ReadText is what reading a subtitle file gave: times are the file's own.
type ReadText struct {
	Format   TextFormat
	Encoding string // as found: "utf-8", "utf-16le", "windows-1251" …
	Cues     []Cue
	Unread   []Unread
}
