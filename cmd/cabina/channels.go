package main

import (
	"errors"
	"slices"

	"cabina/transcode"
)

// How the channels of a stereo sound are told apart. Two languages in the two channels of one file are never mixed unasked.
const (
	// Below unlike, two channels have different things to say: an interpreter on one, the floor on the other. Of one sound on both it is above 0.9.
	unlike = 0.3
	// Below opposite they say the same with the sign turned, and would be silence together.
	opposite = -0.7
	// A channel faintDb below the other has nothing to say of its own: hiss, or what leaks over from it.
	faintDb = 30
)

// channels is what can be taken of a sound.
type channels struct {
	can    []string // of "mix", "left" and "right", the best first; none: only a person can choose
	unlike bool     // its two channels say different things
}

// channelsOf looks at the channels of a sound. said is what somebody said of them, and then holds; empty: nothing.
func channelsOf(s *transcode.Sound, said string) channels {
	var c channels
	x := s.Stereo
	switch {
	case x == nil, s.LUFS < silentLUFS && x.LeftDb < faintDb && x.RightDb < faintDb:
		c.can = []string{"mix", "left", "right"}
	case x.RightDb < x.LeftDb-faintDb, s.Loudness("right") < silentLUFS:
		c.can = []string{"left"}
	case x.LeftDb < x.RightDb-faintDb, s.Loudness("left") < silentLUFS:
		c.can = []string{"right"}
	case x.Correlation < opposite:
		c.can = []string{"left", "right"}
	case x.Correlation < unlike:
		c.unlike = true
	default:
		c.can = []string{"mix", "left", "right"}
	}
	if said != "" {
		c.can, c.unlike = []string{said}, c.unlike && said == "mix"
	}
	return c
}

// The ways to say what the channels are: where a file is added, and where a folder is imported.
const (
	channelFlag  = "say what to take: --channel left, --channel right, or --channel mix for both at once"
	channelField = `say what to take in its entry in files of session.json: "channel": "left", "channel": "right", or "channel": "mix" for both at once`
)

// errDisagree is of parts none of whose channels is right for all: a version has one for all its parts.
var errDisagree = errors.New("its voice is in another channel than that of the parts before it, and a voice has one channel for all its parts; " +
	"make them alike first (ffmpeg -i FILE -af pan=mono|c0=c1 new.wav takes the right one)")

// agreed gives the channel that is taken of all parts of a voice. The error is of the part at bad: two channels that say different things, with the ways to say
// what they are, or errDisagree.
func agreed(parts []channels, ways string) (take string, bad int, err error) {
	can := []string{"mix", "left", "right"}
	for i, p := range parts {
		if len(p.can) == 0 {
			return "", i, &transcode.Refused{Why: "its two channels say different things (two languages?) and are not mixed unasked", Would: ways}
		}
		can = slices.DeleteFunc(can, func(c string) bool { return !slices.Contains(p.can, c) })
		if len(can) == 0 {
			return "", i, errDisagree
		}
	}
	return can[0], 0, nil
}
