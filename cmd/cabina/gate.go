package main

import (
	"fmt"
	"slices"

	"cabina/archive"
)

// The codes of what the gate finds of a version.
const (
	findShorter  = "shorter"  // it ends before the session does
	findLonger   = "longer"   // it goes on after the session's end; what sticks out is not heard
	findEarly    = "early"    // it begins before the session does; what lies before is not heard
	findSilent   = "silent"   // nothing in it is louder than a whisper in the next room
	findChannels = "channels" // its two channels have different things to say: two languages, perhaps

	// Of a voice that was placed by what its video shows:
	findLook    = "look"         // where it lies could not be told, so it lies at 0 until somebody has looked; Why says why
	findHole    = "hole"         // minutes are missing in it: there is silence
	findUnseen  = "unseen"       // minutes of it have no picture, as the picture lacks them: they are not heard
	findPicture = "otherPicture" // its video shows something else: other slides, a signer
)

// slackMs is how much a voice may differ from the picture before the gate says so.
const slackMs = 3000

// withLength puts what the gate finds of the parts' ends against the session's in the place of what it found before. What was accepted stays so while it is the
// same.
func withLength(gate []archive.Finding, lengthMs int64, parts []archive.Part) []archive.Finding {
	var now []archive.Finding
	switch off := archive.EndMs(parts) - lengthMs; {
	case lengthMs > 0 && off > slackMs:
		now = append(now, archive.Finding{Code: findLonger, Ms: off})
	case lengthMs > 0 && off < -slackMs:
		now = append(now, archive.Finding{Code: findShorter, Ms: -off})
	}
	first := slices.MinFunc(parts, func(a, b archive.Part) int { return int(a.AtMs - b.AtMs) })
	if lengthMs > 0 && first.AtMs < -slackMs {
		now = append(now, archive.Finding{Code: findEarly, Ms: -first.AtMs})
	}
	return replace(gate, now, findShorter, findLonger, findEarly)
}

// replace puts what is found now in the place of what was found before of those codes.
func replace(gate, now []archive.Finding, codes ...string) []archive.Finding {
	out := slices.DeleteFunc(slices.Clone(gate), func(f archive.Finding) bool {
		for i := range now {
			if f.Code == now[i].Code && f.Ms == now[i].Ms {
				now[i].Accepted, now[i].Unknown = f.Accepted, f.Unknown
			}
		}
		return slices.Contains(codes, f.Code)
	})
	if out = append(out, now...); len(out) == 0 {
		return nil
	}
	return out
}

// movedByHand is what the gate still finds of a voice after somebody moved it: where it lies is told now.
func movedByHand(gate []archive.Finding) []archive.Finding { return replace(gate, nil, findLook) }

// findingWords says a finding in words.
func findingWords(f archive.Finding) string {
	words := f.Code
	switch f.Code {
	case findShorter:
		words = fmt.Sprintf("ends %s before the session does", seconds(f.Ms))
	case findLonger:
		words = fmt.Sprintf("goes on %s after the session's end; that is kept and not heard", seconds(f.Ms))
	case findEarly:
		words = fmt.Sprintf("begins %s before the session does; that is kept and not heard", seconds(f.Ms))
	case findLook:
		words = "needs a look: " + f.Why + "; it lies at 0 until `cabina set SESSION TRACK.shiftMs=…` moves it"
	case findHole:
		words = fmt.Sprintf("lacks %s%s; there is silence", seconds(f.Ms), prefixed(" ", f.Why))
	case findUnseen:
		words = fmt.Sprintf("has %s%s that the picture lacks; that is kept and not heard", seconds(f.Ms), prefixed(" ", f.Why))
	case findPicture:
		words = fmt.Sprintf("its video shows something else for %s%s: other slides, or a signer?", seconds(f.Ms), prefixed(", ", f.Why))
	case findSilent:
		words = "is silent"
	case findChannels:
		words = "has two channels that say different things, mixed: two languages? `cabina add-track --channel left` takes one of them"
	}
	if f.Accepted != "" {
		words += " (accepted by " + f.Accepted + ")"
	}
	return words
}
