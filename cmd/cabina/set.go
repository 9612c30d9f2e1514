package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"cabina/archive"
)

// setCmd changes fields of a session from the terminal, several in one revision.
type setCmd struct {
	Session string   `arg:"" help:"Id of the session."`
	Fields  []string `arg:"" name:"field=value" help:"visibility=draft, title.ru=…, at=2020-07-14T14:00:00Z, topics=a,b, people=@people.json, chapters=@chapters.json, clock.lengthMs=longest, t4.shiftMs=80, t4.ppm=21, t4.gainDb=3, t4.language=ru, t7.checked=NAME, t7.speakers.1=NAME. An empty value takes the field away."`
}

// Run makes all changes or none.
func (c *setCmd) Run(ctx context.Context, a *app) error {
	var changes []change
	for _, f := range c.Fields {
		field, value, ok := strings.Cut(f, "=")
		if !ok {
			return wrong("%s: there is no = in it; want FIELD=VALUE, as title.ru=Открытие", f)
		}
		value, err := readValue(value)
		if err != nil {
			return wrong("%s: %w", field, err)
		}
		ch, err := parseChange(field, value)
		if err != nil {
			return err
		}
		changes = append(changes, ch)
	}
	arc, err := a.archive(ctx, toWrite)
	if err != nil {
		return err
	}
	was, err := session(ctx, arc, c.Session)
	if err != nil {
		return err
	}
	token, at := newToken(), arc.Stamp()
	now, err := update(ctx, arc, c.Session, func(s *archive.Session) error {
		e := editor{Session: s, at: at, by: arc.By, token: token}
		for _, ch := range changes {
			if err := ch(&e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if now.Rev == was.Rev {
		fmt.Fprintf(a.Out, "%s: nothing to change, it is so already (revision %d)\n", now.ID, now.Rev)
		return nil
	}
	fmt.Fprintf(a.Out, "%s: revision %d\n", now.ID, now.Rev)
	if now.Clock.N != was.Clock.N {
		fmt.Fprintf(a.Out, "it is %s long now (%s); what is there of %s plays on until the new is made\n", clock(now.Clock.LengthMs), now.Clock.By, clock(was.Clock.LengthMs))
	}
	if now.Visibility == archive.Unlisted {
		fmt.Fprintf(a.Out, "unlisted: whoever has its address sees it: /sessions/%s~%s\n", now.ID, now.Token)
	}
	return nil
}

// readValue gives the value itself, or the contents of the file behind an @.
func readValue(v string) (string, error) {
	name, ok := strings.CutPrefix(v, "@")
	if !ok {
		return v, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("%w; after @ stands a file that holds the value", err)
	}
	if len(data) == 0 {
		return "", fmt.Errorf("%s is empty; a field is taken away by FIELD= alone", name)
	}
	return string(data), nil
}
