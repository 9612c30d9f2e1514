package transcode

import (
	"encoding/json"
	"slices"

	"cabina/archive"
)

// Want is a rendition that a session should have.
type Want struct {
	Name
	Track  *archive.Track // nil for a still
	V      int            // the track's version; 0 for a still
	Rank   int            // order of work over all sessions, lowest first
	Inputs Recipe
	Recipe json.RawMessage // Inputs in canonical form; Name.Recipe is its hash
	Of     Name            // of a tail: the picture it is behind, without which it cannot be made; else none
}

// stillTrack is the track name of a still, which no track ever has.
const stillTrack = "t0"

// Wanted gives what a session should have, in order of work: for each live track the renditions of the version that viewers get. It is pure.
// A session without a length has nothing to make yet.
func Wanted(s *archive.Session) []Want {
	if s.Clock.LengthMs <= 0 {
		return nil
	}
	var out []Want
	add := func(t *archive.Track, v *archive.Version, names ...string) {
		for _, name := range names {
			out = append(out, want(s, t, v, name))
			if t != nil && name != Sheet && held(s, t, v) {
				out = append(out, wantTail(s, out[len(out)-1]))
			}
		}
	}
	if t := s.Picture(); t != nil {
		v := t.Current()
		add(t, v, MainProfile(s, t, v), Slides, P360, Sheet)
	} else if len(s.Live(archive.Audio)) > 0 {
		add(nil, nil, Still)
	}
	first := firstVoices(s)
	for _, t := range s.Live(archive.Audio) {
		add(t, t.Current(), Voice, Small)
		if slices.Contains(first, t.ID) {
			out[len(out)-2].Rank = rankFirst
		}
	}
	slices.SortStableFunc(out, func(a, b Want) int { return a.Rank - b.Rank })
	return out
}

// Plan gives what is wanted less what is there, and less tails whose picture is not there yet: have holds the names whose index is in the store.
func Plan[T any](s *archive.Session, have map[Name]T) []Want {
	return slices.DeleteFunc(Wanted(s), func(w Want) bool {
		_, there := have[w.Name]
		_, can := have[w.Of]
		return there || w.Of != Name{} && !can
	})
}

func want(s *archive.Session, t *archive.Track, v *archive.Version, name string) Want {
	p, _ := profile(name)
	inputs := RecipeOf(s, t, v, name)
	w := Want{Track: t, Rank: p.Rank, Inputs: inputs, Recipe: inputs.JSON()}
	w.Name = Name{Session: s.ID, Track: stillTrack, Profile: name, Recipe: Hash16(w.Recipe)}
	if t != nil {
		w.Name.Track, w.V = t.ID, v.V
	}
	return w
}

// wantTail gives the tail behind a picture.
func wantTail(s *archive.Session, picture Want) Want {
	inputs := tailRecipe(s, picture.Name.Recipe)
	w := Want{Track: picture.Track, V: picture.V, Rank: picture.Rank, Inputs: inputs, Recipe: inputs.JSON(), Of: picture.Name}
	w.Name = Name{Session: s.ID, Track: picture.Name.Track, Profile: Tail, Recipe: Hash16(w.Recipe)}
	return w
}

// firstVoices gives the tracks that are made before the other voices: the floor, and the first interpretation in the document's order.
func firstVoices(s *archive.Session) (ids []string) {
	var interpreted bool
	for _, t := range s.Live(archive.Audio) {
		if t.Role == archive.Floor || t.Role == archive.Interpretation && !interpreted {
			ids = append(ids, t.ID)
			interpreted = interpreted || t.Role == archive.Interpretation
		}
	}
	return ids
}

// endSlackMs is how far a picture's end may lie from the session's: about the last picture's own duration.
const endSlackMs = 500

// MainProfile says how a version's picture is made: copied where that was found possible when it came in and nothing has to be changed of it (one
// part from its start, at the clock's 0, to the session's end, nothing withdrawn), else encoded.
func MainProfile(s *archive.Session, t *archive.Track, v *archive.Version) string {
	if v.Profile == Copy && whole(mediaParts(v.Parts), lengthOf(s, t, v)) && len(cutsOf(s, t, v)) == 0 {
		return Copy
	}
	return P720
}

// whole is true of one part that plays a master from its start, at the clock's 0, up to the session's end or beyond.
func whole(parts []RecipePart, lengthMs int64) bool {
	if len(parts) != 1 {
		return false
	}
	p := parts[0]
	return p.FromMs == 0 && p.AtMs == 0 && p.Ppm == 0 && (p.ToMs == 0 || p.ToMs+endSlackMs >= lengthMs)
}
