package transcode

// Profile is one way of making a rendition. Its version is an input of every recipe: raise it when the same inputs shall give other bytes.
type Profile struct {
	Name string
	V    int
	Rank int    // order of work over all sessions, lowest first; a voice of the floor or of the first language comes sooner, see Want.Rank
	Ext  string // of what it makes: ".mp4" or ".jpg"
}

// The profiles. What each makes stands in args_picture.go, args_sound.go, still.go and hold.go.
const (
	Copy   = "copy"   // the picture's own packets in fragments of ours
	P720   = "p720"   // H.264, at most 1280 × 720, a key frame every 4 s
	Still  = "still"  // a title card, one picture a second, where a session has no picture
	Voice  = "voice"  // AAC, mono, 48 kHz, 64 kbit/s
	Small  = "small"  // AAC, mono, 32 kHz, 32 kbit/s
	Slides = "slides" // two pictures a second, about 26 kbit/s
	P360   = "p360"   // H.264, 360 lines, with the key frames of the picture
	Tail   = "tail"   // the last picture, held behind one that ends before the session does
	Sheet  = "sheet"  // seek pictures, 160 × 90, one each 10 s, a hundred on a sheet
	VTT    = "vtt"    // captions: computed at each request, named like a rendition
)

// Ranks of work. A session plays once a picture and one voice are there, so whatever makes a session play comes first, and what takes long last.
const (
	rankPicture = iota
	rankFirst
	rankEncoded
	rankVoice
	rankSmall
	rankSlides
	rankP360
	rankSheet
)

// Profiles is the table of what the program makes.
func Profiles() []Profile {
	return []Profile{
		{Copy, 1, rankPicture, ".mp4"},
		{Still, 1, rankPicture, ".mp4"},
		{P720, 1, rankEncoded, ".mp4"},
		{Voice, 1, rankVoice, ".mp4"},
		{Small, 1, rankSmall, ".mp4"},
		{Slides, 1, rankSlides, ".mp4"},
		{P360, 1, rankP360, ".mp4"},
		{Tail, 1, rankPicture, ".mp4"}, // in truth that of its picture
		{Sheet, 1, rankSheet, ".jpg"},
		{VTT, 2, 0, ".vtt"},
	}
}

// profile gives the row of a name; ok is false for one that this program does not make.
func profile(name string) (Profile, bool) {
	for _, p := range Profiles() {
		if p.Name == name {
			return p, true
		}
	}
	return Profile{}, false
}
