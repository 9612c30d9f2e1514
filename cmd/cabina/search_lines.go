package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"

	"cabina/config"
	"cabina/search"
)

// lines prints every place where the words were said, as they come: with --json a JSON object a line.
func (c *searchCmd) lines(ctx context.Context, a *app, conf *config.Config, text string, query *search.Query) error {
	show := func(k *search.Kwic) error {
		_, err := fmt.Fprintf(a.Out, "%s  %s  %-5s  %s\n", k.Session, clock(k.StartMs), k.Language, oneLine(k.Left+"["+k.Word+"]"+k.Right))
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(a.Out)
		enc.SetEscapeHTML(false)
		show = func(k *search.Kwic) error { return enc.Encode(k) }
	}
	n := 0
	each := func(k *search.Kwic) error {
		n++
		return show(k)
	}
	err := c.serverLines(ctx, conf.Cache, text, each)
	if errors.Is(err, errNoServer) {
		err = c.withIndex(ctx, a, query, func(ctx context.Context, index *search.Index, r search.Request) error {
			for k, err := range index.EachLine(ctx, search.LinesRequest{Request: r}) {
				if err != nil {
					return err
				}
				if err := each(k); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err == nil && n == 0 && !c.JSON {
		fmt.Fprintln(a.Out, "Nothing was found.")
	}
	return err
}

// serverLines reads the lines of the running server, errNoServer where none runs.
func (c *searchCmd) serverLines(ctx context.Context, cache, text string, each func(*search.Kwic) error) error {
	res, err := c.fromServer(ctx, cache, "/api/v1/lines", url.Values{"q": {text}, "format": {"jsonl"}})
	if err != nil {
		return err
	}
	defer res.Body.Close()
	for dec := json.NewDecoder(res.Body); ; {
		k := new(search.Kwic)
		switch err := dec.Decode(k); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read the server's lines: %w", err)
		}
		if err := each(k); err != nil {
			return err
		}
	}
}
