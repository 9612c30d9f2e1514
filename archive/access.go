package archive

import "crypto/subtle"

// Standing is what someone may do with the archive.
type Standing string

// The standings, from least to most. The empty one is a stranger.
const (
	Stranger      Standing = ""
	Reader        Standing = "reader"
	Contributor   Standing = "contributor"
	Editor        Standing = "editor"
	Administrator Standing = "administrator"
)

// Viewer is whoever asks for something. The zero value is a stranger who followed no link.
type Viewer struct {
	Account  string
	Standing Standing
	Token    string // of the address: what stands behind ~ in <id>~<token>
}

// Answer is what Access says.
type Answer int

// No means both "not there" and "not yours": the same answer to whoever asks. Gone is for what everyone could see once.
const (
	No Answer = iota
	Yes
	Gone
)

// Access is the one place that decides who may see a session (t nil) or one of its tracks: pages, media, downloads, feeds, API and
// search all ask here. It does not know stretches that were withdrawn: those are in the recipe, and an old recipe is not servable.
//
//	draft        contributors and up
//	unlisted     whoever has its token in the address, and contributors and up
//	public       everyone
//	restricted   anyone with an account
//	withdrawn    editors and up; to others Gone
//
// A track of visibility staff is for contributors and up, whatever its session is; a track is never seen where its session is not.
func Access(v Viewer, s *Session, t *Track) Answer {
	if s == nil {
		return No
	}
	answer := access(v, s)
	if answer == Yes && t != nil && t.Visibility == Staff && !v.works() {
		return No
	}
	return answer
}

func access(v Viewer, s *Session) Answer {
	yes := func(ok bool) Answer {
		if ok {
			return Yes
		}
		return No
	}
	switch s.Visibility {
	case Public:
		return Yes
	case Unlisted:
		return yes(v.works() || s.Token != "" && subtle.ConstantTimeCompare([]byte(s.Token), []byte(v.Token)) == 1)
	case Restricted:
		return yes(v.Standing != Stranger)
	case Withdrawn:
		if v.Standing == Editor || v.Standing == Administrator {
			return Yes
		}
		return Gone
	default: // draft, and what this program does not know
		return yes(v.works())
	}
}

func (v Viewer) works() bool {
	return v.Standing == Contributor || v.Standing == Editor || v.Standing == Administrator
}

// Findable is true of what everyone may see and find: sessions and tracks of the index "public". All others are in "rest".
func Findable(s *Session, t *Track) bool {
	return s.Visibility == Public && Access(Viewer{}, s, t) == Yes
}
