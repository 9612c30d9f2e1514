package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"cabina/archive"
)

// historyCmd lists the revisions of a session and what each changed.
type historyCmd struct {
	Session string `arg:"" help:"Id of the session."`
}

// Run lists, oldest first.
func (c *historyCmd) Run(ctx context.Context, a *app) error {
	arc, err := a.archive(ctx, toRead)
	if err != nil {
		return err
	}
	now, err := session(ctx, arc, c.Session)
	if err != nil {
		return err
	}
	revs, err := arc.History(ctx, c.Session)
	if err != nil {
		return err
	}
	// A crash between keeping a revision and writing the next leaves today's among them.
	revs = slices.DeleteFunc(revs, func(r archive.Revision) bool { return r.Rev >= now.Rev })
	revs = append(revs, archive.Revision{Rev: now.Rev, Session: now})
	for i, r := range revs {
		written, what := strings.Repeat(" ", len("2020-07-14 14:00")), "created"
		if i > 0 {
			written = revs[i-1].At.UTC().Format("2006-01-02 15:04")
			what = strings.Join(changesBetween(revs[i-1].Session, r.Session), ", ")
		} else if t := firstStamp(r.Session); !t.IsZero() {
			written = t.UTC().Format("2006-01-02 15:04")
		}
		if i > 0 && r.Rev != revs[i-1].Rev+1 {
			what = "(the one before it is not there) " + what
		}
		fmt.Fprintf(a.Out, "%4d  %s  %s\n", r.Rev, written, what)
	}
	return nil
}

// firstStamp is the earliest time that a document itself tells: when the first of its versions was taken in.
func firstStamp(s *archive.Session) time.Time {
	var first time.Time
	for _, t := range s.Tracks {
		for _, v := range t.Versions {
			if at, err := time.Parse(time.RFC3339, v.At); err == nil && (first.IsZero() || at.Before(first)) {
				first = at
			}
		}
	}
	return first
}

// changesBetween names what differs between two revisions: fields by their paths as set takes them, tracks by what happened to them.
func changesBetween(old, next *archive.Session) []string {
	a, b := fieldsOf(old), fieldsOf(next)
	var out []string
	for _, k := range slices.Sorted(maps.Keys(merged(a, b))) {
		if !reflect.DeepEqual(a[k], b[k]) {
			out = append(out, k)
		}
	}
	for i := range next.Tracks {
		t := &next.Tracks[i]
		was := old.Track(t.ID)
		name := t.ID + " (" + trackWords(t.Kind, t.Role, t.Language) + ")"
		switch {
		case was == nil:
			out = append(out, name+" added")
			continue
		case len(t.Versions) > len(was.Versions):
			out = append(out, fmt.Sprintf("%s version %d", name, len(t.Versions)))
		case t.Published != was.Published:
			out = append(out, fmt.Sprintf("%s publishes version %d", name, t.Published))
		}
		if t.Language != was.Language || t.Role != was.Role {
			out = append(out, fmt.Sprintf("%s was %s", name, trackWords(was.Kind, was.Role, was.Language)))
		}
		if t.Visibility != was.Visibility {
			out = append(out, name+" visibility")
		}
	}
	for i := range old.Tracks {
		if t := &old.Tracks[i]; next.Track(t.ID) == nil {
			out = append(out, t.ID+" ("+trackWords(t.Kind, t.Role, t.Language)+") removed")
		}
	}
	if len(out) == 0 {
		return []string{"nothing that has a name here"}
	}
	return out
}

// fieldsOf gives the fields of a document but its tracks, by their paths; those that every revision changes are left out.
func fieldsOf(s *archive.Session) map[string]any {
	out := map[string]any{}
	data, err := json.Marshal(s)
	if err != nil || json.Unmarshal(data, &out) != nil {
		panic("a session that was read cannot be written") // our own types are wrong
	}
	for _, name := range []string{"rev", "update", "format", "tracks", "nextTrack"} {
		delete(out, name)
	}
	for _, name := range []string{"title", "summary", "clock", "rights"} {
		group, _ := out[name].(map[string]any)
		delete(out, name)
		for k, v := range group {
			out[name+"."+k] = v
		}
	}
	return out
}

func merged(a, b map[string]any) map[string]any {
	m := maps.Clone(a)
	maps.Copy(m, b)
	return m
}
