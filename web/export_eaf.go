package web

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/transcode"
	"cabina/web/locale"
)

// ELAN's annotation format (EAF 3.0, the schema EAFv3.0.xsd of the Max Planck Institute for Psycholinguistics): every text of a session as a tier of its own over
// one set of time slots, and the recordings to play them with.

// eafTier is a tier: cues of one text, none of which overlaps another, for ELAN draws them on one line.
type eafTier struct {
	id    string
	track *archive.Track
	cues  []archive.Cue
}

// downloadEAF gives the texts of a session that the asker may see; those of first come first, and its voice is what plays.
func (s *Server) downloadEAF(c echo.Context, a asked, first *archive.Track) error {
	ctx := c.Request().Context()
	v, err := s.view(ctx, a)
	if err != nil {
		return err
	}
	tiers, err := s.eafTiers(ctx, a, first)
	if err != nil {
		return err
	}
	l := s.lang(c)
	c.Response().Header()["Vary"] = varyLanguage
	return s.answer(c, "application/xml; charset=utf-8", s.eaf(a, v, first, tiers, l), a.keep())
}

func (s *Server) eafTiers(ctx context.Context, a asked, first *archive.Track) ([]eafTier, error) {
	texts := a.session.Live(archive.Text)
	slices.SortStableFunc(texts, func(x, y *archive.Track) int { return cmp.Compare(rank(x.ID == first.ID), rank(y.ID == first.ID)) })
	var out []eafTier
	for _, t := range texts {
		if archive.Access(a.viewer, a.session, t) != archive.Yes {
			continue
		}
		cues, _, err := s.Catalog.Cues(ctx, a.session, t)
		if err != nil {
			return nil, err
		}
		name := locale.Own(t.Language) + " " + t.ID
		for i, lane := range lanes(cues) {
			id := name
			if i > 0 {
				id += " (" + strconv.Itoa(i+1) + ")"
			}
			out = append(out, eafTier{id, t, lane})
		}
	}
	return out, nil
}

// rank sorts what is first before the rest.
func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}

// lanes parts cues so that in none one overlaps another; there is one at least.
func lanes(cues []archive.Cue) [][]archive.Cue {
	out := [][]archive.Cue{nil}
	for _, cue := range cues {
		free := slices.IndexFunc(out, func(lane []archive.Cue) bool { return len(lane) == 0 || lane[len(lane)-1].EndMs <= cue.StartMs })
		if free < 0 {
			out, free = append(out, nil), len(out)
		}
		out[free] = append(out[free], cue)
	}
	return out
}

func (s *Server) eaf(a asked, v *transcode.View, first *archive.Track, tiers []eafTier, l locale.Lang) []byte {
	x := newXML()
	date := a.session.Date() // of the recording, so that the same texts give the same bytes
	if date.IsZero() {
		date = time.Unix(0, 0)
	}
	x.start("ANNOTATION_DOCUMENT", "FORMAT", "3.0", "VERSION", "3.0", "DATE", date.UTC().Format(time.RFC3339), "xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance",
		"xsi:noNamespaceSchemaLocation", "http://www.mpi.nl/tools/elan/EAFv3.0.xsd", "AUTHOR", l.Say("site.name"))
	x.leaf("", "LICENSE", s.rightsNote(a.session, l))
	x.start("HEADER", "TIME_UNITS", "milliseconds")
	s.eafMedia(x, a, v, first)
	x.leaf("", "PROPERTY", s.PublicURL+"/"+string(l)+"/sessions/"+a.address, "NAME", "session")
	x.end()
	eafAnnotations(x, tiers, l)
	x.empty("LINGUISTIC_TYPE", "LINGUISTIC_TYPE_ID", "cue", "TIME_ALIGNABLE", "true", "GRAPHIC_REFERENCES", "false")
	var named []archive.Language
	for _, t := range tiers {
		if !slices.Contains(named, t.track.Language) {
			named = append(named, t.track.Language)
			x.empty("LANGUAGE", "LANG_ID", string(t.track.Language), "LANG_LABEL", l.NameOf(t.track.Language))
		}
	}
	return x.bytes()
}

// eafMedia names what can be played: the picture with the voice of the first text, then every other voice; all of them begin at the session's 0.
func (s *Server) eafMedia(x *xmlFile, a asked, v *transcode.View, first *archive.Track) {
	media := func(t *archive.Track, ext, mime string) {
		x.empty("MEDIA_DESCRIPTOR", "MEDIA_URL", s.PublicURL+"/download/"+a.address+"/"+t.ID+ext, "RELATIVE_MEDIA_URL", "./"+fileName(a.session, t, ext), "MIME_TYPE", mime)
	}
	main := voiceFor(a, first)
	if main != nil {
		if x := v.Voice(main.ID); x == nil || x.State != transcode.Ready {
			main = nil
		}
	}
	switch {
	case main != nil && v.Main() != nil:
		media(main, ".mp4", "video/mp4")
	case main != nil:
		media(main, ".m4a", "audio/mp4")
	}
	for _, voice := range v.Voices {
		if voice.State == transcode.Ready && (main == nil || voice.Track.ID != main.ID) {
			media(voice.Track, ".m4a", "audio/mp4")
		}
	}
}

// eafAnnotations writes the tiers, and before them two time slots for each annotation: those that shared one would be moved together in ELAN.
func eafAnnotations(x *xmlFile, tiers []eafTier, l locale.Lang) {
	type slot struct {
		ms int64
		id *string
	}
	var slots []slot
	ids := make([][][2]string, len(tiers))
	for i, t := range tiers {
		ids[i] = make([][2]string, len(t.cues))
		for k, cue := range t.cues {
			slots = append(slots, slot{cue.StartMs, &ids[i][k][0]}, slot{cue.EndMs, &ids[i][k][1]})
		}
	}
	slices.SortStableFunc(slots, func(a, b slot) int { return cmp.Compare(a.ms, b.ms) })
	x.start("TIME_ORDER")
	for i, s := range slots {
		*s.id = "ts" + strconv.Itoa(i+1)
		x.empty("TIME_SLOT", "TIME_SLOT_ID", *s.id, "TIME_VALUE", strconv.FormatInt(s.ms, 10))
	}
	x.end()
	n := 0
	for i, t := range tiers {
		x.start("TIER", "TIER_ID", t.id, "LINGUISTIC_TYPE_REF", "cue", "LANG_REF", string(t.track.Language))
		for k, cue := range t.cues {
			n++
			x.start("ANNOTATION")
			x.start("ALIGNABLE_ANNOTATION", "ANNOTATION_ID", "a"+strconv.Itoa(n), "TIME_SLOT_REF1", ids[i][k][0], "TIME_SLOT_REF2", ids[i][k][1])
			text := cue.Text
			if doubted(t.track, cue) {
				text = "[" + l.Say("transcript.invented") + "] " + text
			}
			if cue.Speaker != "" {
				text = speakerWords(t.track, cue.Speaker, l) + ": " + text
			}
			x.leaf("", "ANNOTATION_VALUE", text)
			x.end()
			x.end()
		}
		x.end()
	}
}
