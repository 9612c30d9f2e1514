package transcode

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"cabina/archive"
)

// supersededServes is how long a rendition is served after a newer one of its track was whole: players that began with it finish with it.
const supersededServes = 24 * time.Hour

// Rendition says whether a name of a session may be served, and gives its rendition if so: what plays now, what the session wants, and what was superseded
// less than a day ago. What shows a withdrawn stretch, or belongs to a withdrawn version, is archive.Gone, at once. Who asks is not its affair: archive.Access
// comes before. An error is the store's, which then said neither yes nor no.
func (c *Catalog) Rendition(ctx context.Context, s *archive.Session, name Name) (*Rendition, archive.Answer, error) {
	sh, err := c.shelf(ctx, s)
	if err != nil {
		return nil, archive.No, fmt.Errorf("renditions of %s: %w", s.ID, err)
	}
	if r := sh.shown[name]; r != nil {
		return r, archive.Yes, nil
	}
	t := s.Track(name.Track)
	if name.Session != s.ID || name.Track != stillTrack && t.Current() == nil {
		return nil, archive.No, nil
	}
	if wasWithdrawn(s, t, name) {
		return nil, archive.Gone, nil
	}
	if _, ok := sh.there[name]; !ok {
		return nil, archive.No, nil
	}
	x, err := c.index(ctx, name)
	if absent(err) {
		return nil, archive.No, nil
	}
	if err != nil {
		return nil, archive.No, fmt.Errorf("index of %s: %w", name.File(), err)
	}
	var r Recipe
	if err := json.Unmarshal(x.Recipe, &r); err != nil {
		return nil, archive.No, nil
	}
	if name.Profile == Tail {
		return c.tail(ctx, s, sh, &Rendition{Name: name, Index: x, Track: t}, r.Of.Rendition)
	}
	answer := servable(s, t, name, r, c.supersededFor(sh, name))
	if answer != archive.Yes {
		return nil, answer, nil
	}
	return &Rendition{Name: name, Index: x, Track: t, V: versionOf(s, t, name.Profile, r)}, archive.Yes, nil
}

// tail decides on a tail that is in the store but not in the view: as on the picture that it is behind, while it is wanted or has not been superseded for long.
func (c *Catalog) tail(ctx context.Context, s *archive.Session, sh *shelf, r *Rendition, of string) (*Rendition, archive.Answer, error) {
	for n := range sh.there {
		if n.Track != r.Name.Track || n.Recipe != of || n.Profile == Tail {
			continue
		}
		picture, answer, err := c.Rendition(ctx, s, n)
		if answer != archive.Yes {
			return nil, answer, err
		}
		r.V = picture.V
		if slices.ContainsFunc(Wanted(s), func(w Want) bool { return w.Name == r.Name }) || c.supersededFor(sh, n) < supersededServes {
			return r, archive.Yes, nil
		}
	}
	return nil, archive.No, nil
}

// servable decides on a rendition that is in the store but not in the view. old is how long ago a newer one was whole; negative: none is.
func servable(s *archive.Session, t *archive.Track, name Name, r Recipe, old time.Duration) archive.Answer {
	switch {
	case t != nil && showsWithdrawn(s, t, r):
		return archive.Gone
	case t != nil && ofVersion(t, r, func(v *archive.Version) bool { return v.Withdrawn }):
		return archive.Gone
	case slices.ContainsFunc(Wanted(s), func(w Want) bool { return w.Name == name }):
		return archive.Yes
	case t != nil && !ofVersion(t, r, func(v *archive.Version) bool { return v.V <= t.Published }):
		return archive.No // not published, or of nothing that the document knows
	case old < supersededServes:
		return archive.Yes
	}
	return archive.No
}

// showsWithdrawn is true of a recipe that leaves less out than is withdrawn today. By another clock nobody can tell: then all of it is withdrawn.
func showsWithdrawn(s *archive.Session, t *archive.Track, r Recipe) bool {
	cuts, length := s.Cuts(t), s.Clock.LengthMs
	if v := t.Version(versionOf(s, t, r.Profile, r)); v != nil {
		cuts, length = cutsOf(s, t, v), lengthOf(s, t, v)
	}
	if len(cuts) > 0 && r.LengthMs != length {
		return true
	}
	for _, c := range cuts {
		if !slices.ContainsFunc(r.Cuts, func(have archive.Cut) bool { return have[0] <= c[0] && c[1] <= have[1] }) {
			return true
		}
	}
	return false
}

// ofVersion is true of a recipe that was made of a version of t for which is holds.
func ofVersion(t *archive.Track, r Recipe, is func(*archive.Version) bool) bool {
	for i := range t.Versions {
		if v := &t.Versions[i]; is(v) && madeOf(v, r) {
			return true
		}
	}
	return false
}

func madeOf(v *archive.Version, r Recipe) bool {
	if !slices.Equal(mediaParts(v.Parts), r.Parts) {
		return false
	}
	if r.Profile != Voice && r.Profile != Small {
		return true
	}
	return v.GainDb == r.GainDb && (v.Channels == r.Channels || v.Channels == "" && r.Channels == "mix")
}

func versionOf(s *archive.Session, t *archive.Track, profile string, r Recipe) int {
	if t == nil {
		return 0
	}
	for i := len(t.Versions) - 1; i >= 0; i-- {
		if madeOf(&t.Versions[i], r) {
			return t.Versions[i].V
		}
	}
	return 0
}

// wasWithdrawn is true of a name that was right before a stretch was withdrawn, whether its rendition is still in the store or not.
func wasWithdrawn(s *archive.Session, t *archive.Track, name Name) bool {
	if t == nil {
		return false
	}
	for n := range s.Withdrawn {
		before := *s
		before.Withdrawn = s.Withdrawn[:n]
		if slices.Equal(before.Cuts(t), s.Cuts(t)) {
			continue
		}
		for i := range t.Versions {
			if v := &t.Versions[i]; v.V <= t.Published && slices.Contains(recipesOf(&before, t, v, name.Profile), name.Recipe) {
				return true
			}
		}
	}
	return false
}

// recipesOf gives the names that renditions of a version have in a profile: of a tail as many as there are pictures.
func recipesOf(s *archive.Session, t *archive.Track, v *archive.Version, profile string) (names []string) {
	if profile != Tail {
		return []string{RecipeOf(s, t, v, profile).Hash16()}
	}
	for _, p := range []string{Copy, P720, P360, Slides} {
		names = append(names, tailRecipe(s, RecipeOf(s, t, v, p).Hash16()).Hash16())
	}
	return names
}

// supersededFor says how long what plays in place of a name has been whole; negative: nothing plays in its place.
func (c *Catalog) supersededFor(sh *shelf, name Name) time.Duration {
	newer := sh.view.Picture[name.Profile]
	if newer == nil || newer.Name.Track != name.Track {
		newer = nil
		if x := sh.view.Voice(name.Track); x != nil {
			if newer = x.Voice; name.Profile == Small && x.Small != nil {
				newer = x.Small
			}
		} else if main := sh.view.Main(); main != nil && (main.Name.Track == name.Track || name.Track == stillTrack) {
			newer = main
		}
	}
	if newer == nil {
		return -1
	}
	if newer.Tail != nil {
		newer = newer.Tail // made when the picture began to need it, long after it perhaps
	}
	info, ok := sh.there[newer.Name]
	if !ok {
		return -1
	}
	return c.now().Sub(info.Modified)
}
