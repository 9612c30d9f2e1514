package transcode

import "cabina/archive"

// Rendition is one whole rendition: its name, its index, and what it was made of.
type Rendition struct {
	Name
	Index *Index
	Track *archive.Track // nil for a still
	V     int            // the track's version; 0 for a still
	Tail  *Rendition     // of a picture that ends before the session does: what follows it; else nil
}

// State says whether a voice can be played.
type State string

// The states of a published voice.
const (
	Ready     State = "ready"
	Preparing State = "preparing"
)

// View is what of a session can be played now: for each track the highest version up to the published one whose rendition is whole.
// It is given out shared: never change it.
type View struct {
	Session  *archive.Session      // as it plays: of the clock that LengthMs belongs to
	LengthMs int64                 // every rendition below ends here, a picture with its tail; but seek pictures end with the picture
	Picture  map[string]*Rendition // by profile: copy, p720 or still, and p360, slides, sheet of the same version
	Voices   []VoiceView           // the floor first, then in the document's order
	Texts    []TextView            // in the document's order
}

// VoiceView is a published voice. Voice is nil while State is Preparing; Small is nil or of the same version as Voice.
type VoiceView struct {
	Track *archive.Track
	Voice *Rendition
	Small *Rendition
	State State
}

// TextView is a published text and the recipe16 of its address.
type TextView struct {
	Track  *archive.Track
	Recipe string
}

// Main is the picture that a session plays with: copied, encoded or a still; nil while there is none.
func (v *View) Main() *Rendition {
	for _, p := range []string{"copy", "p720", "still"} {
		if r := v.Picture[p]; r != nil {
			return r
		}
	}
	return nil
}

// Plays says whether the session can be watched: a picture and one voice are whole.
func (v *View) Plays() bool {
	if v.Main() == nil {
		return false
	}
	for _, x := range v.Voices {
		if x.State == Ready {
			return true
		}
	}
	return false
}

// Voice gives the voice of a track, nil if the view has none.
func (v *View) Voice(track string) *VoiceView {
	for i := range v.Voices {
		if v.Voices[i].Track.ID == track {
			return &v.Voices[i]
		}
	}
	return nil
}
