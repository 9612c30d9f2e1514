package transcode

import (
	"context"
	"encoding/json"
	"slices"

	"cabina/archive"

	"github.com/gowebpki/jcs"
)

// chooser finds what of a session is whole.
type chooser struct {
	there map[Name]archive.Info
	index func(Name) (*Index, error) // fs.ErrNotExist: there is none
}

// view gives, for each track, the highest version up to the published one whose rendition is whole.
func (c chooser) view(s *archive.Session) (*View, error) {
	v := &View{Session: s, LengthMs: s.Clock.LengthMs, Picture: map[string]*Rendition{}}
	if err := c.picture(s, v); err != nil {
		return nil, err
	}
	for _, t := range s.Live(archive.Audio) {
		x, err := c.voice(s, t)
		if err != nil {
			return nil, err
		}
		v.Voices = append(v.Voices, x)
	}
	slices.SortStableFunc(v.Voices, func(a, b VoiceView) int { return floorFirst(a.Track) - floorFirst(b.Track) })
	for _, t := range s.Live(archive.Text) {
		v.Texts = append(v.Texts, TextView{Track: t, Recipe: TextRecipe(s, t)})
	}
	return v, nil
}

func floorFirst(t *archive.Track) int {
	if t.Role == archive.Floor {
		return 0
	}
	return 1
}

func (c chooser) picture(s *archive.Session, v *View) error {
	t := s.Picture()
	for _, version := range playable(t) {
		main, err := c.film(s, want(s, t, version, MainProfile(s, t, version)))
		if err != nil || main == nil {
			if err != nil {
				return err
			}
			continue
		}
		v.Picture[main.Profile] = main
		for _, profile := range []string{Slides, P360, Sheet} {
			r, err := c.film(s, want(s, t, version, profile))
			if err != nil {
				return err
			}
			if r != nil {
				v.Picture[profile] = r
			}
		}
		return nil
	}
	// No picture, or none that is whole: a title card plays until there is.
	still, err := c.find(want(s, nil, nil, Still))
	if still != nil {
		v.Picture[Still] = still
	}
	return err
}

// film finds a picture with its tail, where it needs one: without it is not whole.
func (c chooser) film(s *archive.Session, w Want) (*Rendition, error) {
	r, err := c.find(w)
	if r == nil || err != nil || w.Profile == Sheet || w.Inputs.LengthMs >= s.Clock.LengthMs {
		return r, err
	}
	of := w
	of.Name = r.Name // one that stands for the wanted one has a tail of its own
	if r.Tail, err = c.find(wantTail(s, of)); r.Tail == nil {
		return nil, err
	}
	return r, nil
}

func (c chooser) voice(s *archive.Session, t *archive.Track) (VoiceView, error) {
	x := VoiceView{Track: t, State: Preparing}
	for _, version := range playable(t) {
		voice, err := c.find(want(s, t, version, Voice))
		if err != nil {
			return x, err
		}
		if voice == nil {
			continue
		}
		small, err := c.find(want(s, t, version, Small))
		x.Voice, x.Small, x.State = voice, small, Ready
		return x, err
	}
	return x, nil
}

// playable gives the versions that viewers may get, the best first.
func playable(t *archive.Track) []*archive.Version {
	var out []*archive.Version
	if t == nil {
		return nil
	}
	for i := len(t.Versions) - 1; i >= 0; i-- {
		if v := &t.Versions[i]; v.V <= t.Published && !v.Withdrawn {
			out = append(out, v)
		}
	}
	return out
}

// find gives the rendition that is wanted, or one that may stand for it until it is whole: of the same inputs made by another version of the profile, or a still with
// another title. nil: there is none.
func (c chooser) find(w Want) (*Rendition, error) {
	if _, ok := c.there[w.Name]; ok {
		x, err := c.index(w.Name)
		if err == nil {
			return &Rendition{Name: w.Name, Index: x, Track: w.Track, V: w.V}, nil
		}
		if !absent(err) {
			return nil, err
		}
	}
	var best *Rendition
	for n, info := range c.there {
		if n.Track != w.Name.Track || n.Profile != w.Profile || n == w.Name || best != nil && !info.Modified.After(c.there[best.Name].Modified) {
			continue
		}
		x, err := c.index(n)
		if absent(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if standsFor(x.Recipe, w.Inputs) {
			best = &Rendition{Name: n, Index: x, Track: w.Track, V: w.V}
		}
	}
	return best, nil
}

// standsFor is true of a stored recipe that differs from the wanted one only in the profile's version or a still's title.
func standsFor(stored json.RawMessage, w Recipe) bool {
	var r Recipe
	if json.Unmarshal(stored, &r) != nil {
		return false
	}
	r.V, r.Title = w.V, w.Title
	return r.Hash16() == w.Hash16()
}

// isNamed is true of a stored recipe whose hash is the name.
func isNamed(stored json.RawMessage, recipe string) bool {
	canonical, err := jcs.Transform(stored)
	return err == nil && Hash16(canonical) == recipe
}

// all gives all renditions of a view by name.
func (v *View) all() map[Name]*Rendition {
	out := map[Name]*Rendition{}
	for _, r := range v.Picture {
		out[r.Name] = r
		if r.Tail != nil {
			out[r.Tail.Name] = r.Tail
		}
	}
	for _, x := range v.Voices {
		for _, r := range []*Rendition{x.Voice, x.Small} {
			if r != nil {
				out[r.Name] = r
			}
		}
	}
	return out
}

// complete says whether the picture and every published voice of the document's own clock are whole.
func complete(s *archive.Session, v *View) bool {
	if v.Main() == nil || s.Picture() != nil && v.Picture[Still] != nil {
		return false
	}
	return !slices.ContainsFunc(v.Voices, func(x VoiceView) bool { return x.State != Ready })
}

// formerView gives what plays while the renditions of a new clock are being made: the session by its clock before, as long as that is complete. Who may see what, and
// all that people wrote, is today's. now is the view by today's clock, which it gives where there is nothing better.
func (c *Catalog) formerView(ctx context.Context, s *archive.Session, now *View, ch chooser) (*View, error) {
	history, err := c.archive.History(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	var before *archive.Session
	for _, r := range history {
		if r.Session != nil && r.Session.Clock.N < s.Clock.N && (before == nil || r.Session.Rev > before.Rev) {
			before = r.Session
		}
	}
	if before == nil || !withdrawnThere(s, before) {
		return now, nil
	}
	was := *s
	was.Clock, was.Chapters, was.Spans, was.Withdrawn, was.Tracks = before.Clock, before.Chapters, before.Spans, before.Withdrawn, nil
	for _, t := range s.Tracks {
		old := before.Track(t.ID)
		if old == nil || t.Current() == nil {
			continue
		}
		t.Versions, t.Published = old.Versions, min(old.Published, t.Published)
		was.Tracks = append(was.Tracks, t)
	}
	view, err := ch.view(&was)
	if err != nil || !complete(&was, view) || len(view.Voices) == 0 {
		return now, err
	}
	return view, nil
}

// withdrawnThere says whether all that is withdrawn today was withdrawn by the clock before as well: else it would be heard again.
func withdrawnThere(now, before *archive.Session) bool {
	for _, w := range now.Withdrawn {
		if !slices.ContainsFunc(before.Withdrawn, func(b archive.Withdrawal) bool {
			return b.ID == w.ID && b.EndMs-b.StartMs >= w.EndMs-w.StartMs && b.LagMs >= w.LagMs
		}) {
			return false
		}
	}
	for _, t := range now.Tracks {
		old := before.Track(t.ID)
		for _, v := range t.Versions {
			if o := old.Version(v.V); v.Withdrawn && o != nil && !o.Withdrawn {
				return false
			}
		}
	}
	return true
}
