package transcode

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"cabina/archive"

	"github.com/gowebpki/jcs"
)

// Recipe holds exactly the inputs that can change a byte of a rendition. An input that is zero is none: it is not in the JSON.
type Recipe struct {
	Profile  string        `json:"profile"`
	V        int           `json:"v"` // of the profile
	Parts    []RecipePart  `json:"parts,omitempty"`
	Of       Following     `json:"of,omitzero"`
	Channels string        `json:"channels,omitempty"`
	GainDb   float64       `json:"gainDb,omitempty"`
	Title    string        `json:"title,omitempty"` // of a still
	LengthMs int64         `json:"lengthMs"`
	Cuts     []archive.Cut `json:"cuts,omitempty"`  // withdrawn stretches, on the clock
	Whole    bool          `json:"whole,omitempty"` // of captions: someone vouches for the text, so lines that look invented are drawn, too
}

// Following is what a rendition goes with: captions with the parts of the voice that they move with, a tail with the recipe16 of the picture that it is behind.
type Following struct {
	Parts     []RecipePart
	Rendition string
}

// IsZero is true where there is nothing.
func (f Following) IsZero() bool { return len(f.Parts) == 0 && f.Rendition == "" }

// MarshalJSON writes the list, or the name.
func (f Following) MarshalJSON() ([]byte, error) {
	if f.Rendition != "" {
		return json.Marshal(f.Rendition)
	}
	return json.Marshal(f.Parts)
}

// UnmarshalJSON reads either.
func (f *Following) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &f.Rendition)
	}
	return json.Unmarshal(data, &f.Parts)
}

// RecipePart is a part as it stands in a recipe: [sha, stream, fromMs, toMs, atMs, ppm], of a text [sha, atMs].
type RecipePart struct {
	Master archive.Ref
	Stream string // empty: a text's
	FromMs int64
	ToMs   int64
	AtMs   int64
	Ppm    float64
}

// MarshalJSON writes the array.
func (p RecipePart) MarshalJSON() ([]byte, error) {
	if p.Stream == "" {
		return json.Marshal([]any{p.Master, p.AtMs})
	}
	return json.Marshal([]any{p.Master, p.Stream, p.FromMs, p.ToMs, p.AtMs, p.Ppm})
}

// UnmarshalJSON reads the array.
func (p *RecipePart) UnmarshalJSON(data []byte) error {
	var list []json.RawMessage
	if err := json.Unmarshal(data, &list); err != nil {
		return fmt.Errorf("part of a recipe: %w", err)
	}
	var into []any
	switch len(list) {
	case 2:
		into = []any{&p.Master, &p.AtMs}
	case 6:
		into = []any{&p.Master, &p.Stream, &p.FromMs, &p.ToMs, &p.AtMs, &p.Ppm}
	default:
		return fmt.Errorf("part of a recipe has %d items; 6 are those of sound and picture, 2 those of a text", len(list))
	}
	for i, v := range into {
		if err := json.Unmarshal(list[i], v); err != nil {
			return fmt.Errorf("part of a recipe, item %d: %w", i+1, err)
		}
	}
	return nil
}

// JSON is the recipe's canonical form (RFC 8785): the same for the same inputs, whoever writes it.
func (r Recipe) JSON() json.RawMessage {
	data, err := json.Marshal(r)
	if err == nil {
		data, err = jcs.Transform(data)
	}
	if err != nil {
		panic("transcode: a recipe is always JSON: " + err.Error()) // it holds no NaN: gain and drift come from documents, which are JSON themselves
	}
	return data
}

// Hash16 is the first 16 hex digits of the SHA-256 of the canonical form: the recipe's name in keys and addresses.
func (r Recipe) Hash16() string { return Hash16(r.JSON()) }

// Hash16 is the name of a recipe's canonical form.
func Hash16(canonical []byte) string {
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:8])
}

// sameRecipe is true of two recipes with the same inputs, however they are written.
func sameRecipe(a, b json.RawMessage) bool {
	x, errX := jcs.Transform(a)
	y, errY := jcs.Transform(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// RecipeOf gives the recipe of a version of a track of s in a profile. It is pure, and depends on nothing that people wrote about the session but, for
// a still, its title. Of a still, t and v are nil.
func RecipeOf(s *archive.Session, t *archive.Track, v *archive.Version, name string) Recipe {
	p, _ := profile(name)
	r := Recipe{Profile: name, V: p.V, LengthMs: lengthOf(s, t, v)}
	if name == Still {
		_, r.Title = s.Title.In()
		return r
	}
	if name != Copy { // of a picture with a withdrawn stretch no copy is ever wanted
		r.Cuts = cutsOf(s, t, v)
	}
	switch name {
	case VTT:
		r.Parts = textParts(v.Parts)
		r.Of.Parts = mediaParts(s.VoiceParts(v))
		r.Whole = t.Vouched()
	case Voice, Small:
		r.Parts = mediaParts(v.Parts)
		r.GainDb = v.GainDb
		r.Channels = v.Channels
		if r.Channels == "" {
			r.Channels = "mix"
		}
	default:
		r.Parts = mediaParts(v.Parts)
	}
	return r
}

// lengthOf is how long the renditions of a version last: as long as the session, but for a picture behind which the last picture is held. That is as long as it
// was before: it is not made again, and a tail goes on from its end. Of a still, t and v are nil.
func lengthOf(s *archive.Session, t *archive.Track, v *archive.Version) int64 {
	if s.Clock.By == archive.ByLongest && t != nil && t.Role == archive.Picture {
		if end := archive.EndMs(v.Parts); end > 0 && end+endSlackMs < s.Clock.LengthMs {
			return end
		}
	}
	return s.Clock.LengthMs
}

// held is true of a picture behind which the last picture is held to the session's end.
func held(s *archive.Session, t *archive.Track, v *archive.Version) bool {
	return lengthOf(s, t, v) < s.Clock.LengthMs
}

// cutsOf gives the withdrawn stretches as they touch the renditions of a version.
func cutsOf(s *archive.Session, t *archive.Track, v *archive.Version) []archive.Cut {
	return clip(s.Cuts(t), lengthOf(s, t, v))
}

// clip gives the stretches up to an end.
func clip(cuts []archive.Cut, end int64) (out []archive.Cut) {
	for _, c := range cuts {
		if c[0] < end {
			out = append(out, archive.Cut{c[0], min(c[1], end)})
		}
	}
	return out
}

// tailRecipe gives the recipe of what is behind a picture whose rendition is called of: its last picture, up to the session's end.
func tailRecipe(s *archive.Session, of string) Recipe {
	p, _ := profile(Tail)
	return Recipe{Profile: Tail, V: p.V, Of: Following{Rendition: of}, LengthMs: s.Clock.LengthMs}
}

// TextRecipe is the recipe16 in the address of a text's captions; empty where the text has no published version.
func TextRecipe(s *archive.Session, t *archive.Track) string {
	v := t.Current()
	if v == nil {
		return ""
	}
	return RecipeOf(s, t, v, VTT).Hash16()
}

func mediaParts(parts []archive.Part) []RecipePart {
	var out []RecipePart
	for _, p := range parts {
		out = append(out, RecipePart{Master: p.Master, Stream: p.Stream, FromMs: p.FromMs, ToMs: p.ToMs, AtMs: p.AtMs, Ppm: p.Ppm})
	}
	return out
}

func textParts(parts []archive.Part) []RecipePart {
	var out []RecipePart
	for _, p := range parts {
		out = append(out, RecipePart{Master: p.Master, AtMs: p.AtMs})
	}
	return out
}
