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
	findSilent   = "silent"   // nothing in it is louder than a whisper in the next room
	findChannels = "channels" // its two channels have different things to say: two languages, perhaps
)

// slackMs is how much a voice may differ from the picture before the gate says so.
const slackMs = 3000

// withLength puts what the gate finds of the parts' end against the session's length in the place of what it found before. What was accepted stays so
// while it is the same.
func withLength(gate []archive.Finding, lengthMs int64, parts []archive.Part) []archive.Finding {
	now := archive.Finding{}
	switch off := archive.EndMs(parts) - lengthMs; {
	case lengthMs > 0 && off > slackMs:
		now = archive.Finding{Code: findLonger, Ms: off}
	case lengthMs > 0 && off < -slackMs:
		now = archive.Finding{Code: findShorter, Ms: -off}
	}
	out := slices.DeleteFunc(slices.Clone(gate), func(f archive.Finding) bool {
		if f.Code == now.Code && f.Ms == now.Ms {
			now.Accepted, now.Unknown = f.Accepted, f.Unknown
		}
		return f.Code == findShorter || f.Code == findLonger
	})
	if now.Code != "" {
		out = append(out, now)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// findingWords says a finding in words.
func findingWords(f archive.Finding) string {
	words := f.Code
	switch f.Code {
	case findShorter:
		words = fmt.Sprintf("ends %s before the session does", seconds(f.Ms))
	case findLonger:
		words = fmt.Sprintf("goes on %s after the session's end; that is kept and not heard", seconds(f.Ms))
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
