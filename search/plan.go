package search

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"cabina/archive"

	"golang.org/x/sync/errgroup"
)

// indexFormat rises whenever the same documents would give another index: analyzers, passages, fields, files. An index of another format is made anew.
const indexFormat = 5

// planned is what has to be done for a session: a change for each shelf, and the cue files that nothing names afterwards. Nothing is written to the
// shelves yet; new cue files are there already.
type planned struct {
	session      string
	public, rest change
	homePublic   bool // the session itself is on the public shelf
	done         bool // nothing to do
	spare        []string
	failed       error // a text that could not be read; the others are planned
}

// plan compares what the shelves hold of a session with its document; s is nil where there is none any more.
func (x *Index) plan(ctx context.Context, id string, s *archive.Session) (planned, error) {
	p := planned{session: id}
	oldPublic, inPublic := x.public.receipt(id)
	oldRest, inRest := x.rest.receipt(id)
	if s == nil {
		p.public = change{session: id, gone: allDocuments(id, oldPublic, inPublic)}
		p.rest = change{session: id, gone: allDocuments(id, oldRest, inRest)}
		p.done = !inPublic && !inRest
		p.spare = append(x.fileNames(id, oldPublic), x.fileNames(id, oldRest)...)
		return p, nil
	}
	p.homePublic = archive.Findable(s, nil)
	if x.upToDate(s, oldPublic, inPublic, oldRest, inRest, p.homePublic) {
		p.done = true
		return p, nil
	}
	b := builder{x: x, s: s, mark: markOf(s)}
	p.failed = b.texts(ctx, oldPublic, oldRest)
	b.measureLags(&b.public)
	b.measureLags(&b.rest)
	if ctx.Err() != nil {
		return p, ctx.Err()
	}
	if p.failed != nil {
		b.mark = "" // not acknowledged: it is planned again
	}
	p.public = b.change(&b.public, oldPublic, inPublic, p.homePublic, len(b.rest.texts) > 0)
	p.rest = b.change(&b.rest, oldRest, inRest, !p.homePublic, false)
	p.spare = x.unnamed(id, []receipt{oldPublic, oldRest}, p.public.receipt, p.rest.receipt)
	return p, nil
}

// texts plans all texts, as many at a time as there are processors. Its error is that of the texts that could not be read; the others are planned.
func (b *builder) texts(ctx context.Context, oldPublic, oldRest receipt) error {
	live := b.s.Live(archive.Text)
	plans, errs := make([]plannedText, len(live)), make([]error, len(live))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, t := range live {
		old := oldRest
		if archive.Findable(b.s, t) {
			old = oldPublic
		}
		g.Go(func() error {
			plans[i], errs[i] = b.text(ctx, t, old.Texts[t.ID])
			return nil
		})
	}
	_ = g.Wait() // the errors are in errs
	for i, p := range plans {
		if errs[i] == nil {
			b.take(p)
		}
	}
	return errors.Join(errs...)
}

// markOf names one state of a document.
func markOf(s *archive.Session) string { return fmt.Sprintf("%d.%s", s.Rev, s.Update) }

// upToDate is true where both shelves hold what the document says, and all cue files are there.
func (x *Index) upToDate(s *archive.Session, public receipt, inPublic bool, rest receipt, inRest, homePublic bool) bool {
	mark := markOf(s)
	switch {
	case homePublic && (!inPublic || public.Mark != mark || inRest != public.Both || inRest && rest.Mark != mark):
		return false
	case !homePublic && (inPublic || !inRest || rest.Mark != mark):
		return false
	}
	for _, name := range append(x.fileNames(s.ID, public), x.fileNames(s.ID, rest)...) {
		if !x.files.there(name) {
			return false
		}
	}
	return true
}

// fileNames gives the cue files that a receipt names.
func (x *Index) fileNames(session string, r receipt) []string {
	var names []string
	for track, t := range r.Texts {
		names = append(names, x.files.name(session, track, t.Key))
	}
	return names
}

// unnamed gives the cue files that only old receipts name.
func (x *Index) unnamed(session string, old []receipt, now ...*receipt) []string {
	kept := map[string]bool{}
	for _, r := range now {
		if r != nil {
			for _, name := range x.fileNames(session, *r) {
				kept[name] = true
			}
		}
	}
	var out []string
	for _, r := range old {
		for _, name := range x.fileNames(session, r) {
			if !kept[name] {
				out = append(out, name)
			}
		}
	}
	return out
}

// allDocuments gives the ids of all that a shelf holds of a session.
func allDocuments(session string, r receipt, in bool) []string {
	if !in {
		return nil
	}
	ids := []string{session}
	for track, t := range r.Texts {
		ids = append(ids, passageIDs(session, track, t)...)
	}
	return ids
}

func passageIDs(session, track string, t textSlip) []string {
	ids := make([]string, t.Passages)
	for n := range ids {
		ids[n] = passageID(session, track, t.Key, n)
	}
	return ids
}

// passageID names a passage: session|track|key of its cue file|number.
func passageID(session, track, key string, n int) string {
	return fmt.Sprintf("%s|%s|%s|%d", session, track, key, n)
}

// parsePassageID takes an id apart; ok is false of a session's document.
func parsePassageID(id string) (session, track, key string, n int, ok bool) {
	parts := strings.Split(id, "|")
	if len(parts) != 4 {
		return "", "", "", 0, false
	}
	if _, err := fmt.Sscanf(parts[3], "%d", &n); err != nil {
		return "", "", "", 0, false
	}
	return parts[0], parts[1], parts[2], n, true
}

// textKey names all that the cue file of a text version depends on.
func textKey(s *archive.Session, t *archive.Track, v *archive.Version) string {
	voice, voiceV := voiceOf(s, v)
	in := struct {
		Format   int
		Language archive.Language
		V        int
		Parts    []archive.Part
		Voice    *archive.Track
		VoiceV   int
		Placed   []archive.Part
		Cuts     []archive.Cut
		LengthMs int64
		Spans    []archive.Span
	}{Format: indexFormat, Language: t.Language, V: v.V, Parts: v.Parts, VoiceV: voiceV, Placed: s.VoiceParts(v), Cuts: s.Cuts(t), LengthMs: s.Clock.LengthMs}
	if voice != nil {
		in.Voice = &archive.Track{ID: voice.ID}
	}
	if t.Language == archive.FloorLanguage || followsFloor(voice) {
		in.Spans = s.Spans
	}
	return hashOf(in)
}

// hashOf gives 16 hex digits that stand for v.
func hashOf(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // a struct of ours that JSON cannot hold
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

// voiceOf gives the voice that a text version was timed against, and the voice's version by which it is placed today; nil where it has none.
func voiceOf(s *archive.Session, v *archive.Version) (*archive.Track, int) {
	if v.Of == nil {
		return nil, 0
	}
	voice := s.Track(v.Of.Track)
	if voice == nil {
		return nil, 0
	}
	placed, now := s.VoiceParts(v), voice.Current()
	if now != nil && len(placed) > 0 && len(now.Parts) > 0 && &placed[0] == &now.Parts[0] {
		return voice, now.V
	}
	return voice, v.Of.V
}
