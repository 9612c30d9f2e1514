package archive

// Cue is one timed line of a text, [StartMs, EndMs). Text is plain: no markup, lines parted by \n.
type Cue struct {
	StartMs int64  `json:"startMs"`
	EndMs   int64  `json:"endMs"`
	Text    string `json:"text"`
	// Speaker is "Speaker 1", "Speaker 2" … for the names a file gives (Zoom's "Name: ", WebVTT's <v Name>), "Speaker 1, Speaker 2" where several
	// speak in one cue. What the file calls them stands nowhere; Track.SpeakerNames gives what staff call them.
	Speaker string `json:"speaker,omitempty"`
	// Settings are WebVTT cue settings worth keeping ("line:0 position:10%"), already read and written anew by us.
	Settings string `json:"settings,omitempty"`
	// N is the cue's number in its version as it was read, from 1: it stays the same wherever the text is placed, and whatever of it is withdrawn. 0: not
	// read from a version.
	N int `json:"-"`
	// Invented says that the line looks like one that machines write over silence. It is kept, shown as such, and not drawn as a caption (Drawn).
	Invented bool `json:"invented,omitempty"`
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
	Encoding string // as found: "utf-8", "utf-16le", "windows-1251" …; of STL "iso-6937" or "iso-8859-5" to -8
	Cues     []Cue
	Unread   []Unread
	// Machine says that a machine wrote the file: rolling captions, words timed one by one, Zoom's names, or invented lines are in it.
	Machine bool
	// Speakers is how many the file tells apart.
	Speakers int
}

// Invented counts the lines that look invented.
func (t *ReadText) Invented() int {
	n := 0
	for _, c := range t.Cues {
		if c.Invented {
			n++
		}
	}
	return n
}
