package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"cabina/archive"
	"cabina/search"
)

// searchCmd finds moments from the terminal, among all sessions, as staff do.
type searchCmd struct {
	Words      []string `arg:"" help:"Words, or a \"phrase\", in any language."`
	JSON       bool     `name:"json" help:"Print the answer as the API gives it."`
	Lang       []string `placeholder:"es,…" help:"Only what was said in these languages."`
	Session    string   `placeholder:"ID" help:"Only in this session."`
	Conference string   `placeholder:"ID" help:"Only in this conference."`
	Limit      int      `default:"10" help:"Moments to print, 1 to 100."`
	Lines      bool     `help:"Print every place where the words were said, a line each, by time; --limit does not count."`
}

// Run asks the server that runs on this cache, where one does: it owns the index. Else the index is opened here, and brought up to date first.
func (c *searchCmd) Run(ctx context.Context, a *app) error {
	if c.Limit < 1 || c.Limit > 100 {
		return wrong("--limit: %d is none; 1 to 100 are", c.Limit)
	}
	text := strings.Join(c.Words, " ")
	query, err := search.Parse(text)
	if err != nil {
		return wrong("%w", err)
	}
	conf, err := a.settings()
	if err != nil {
		return err
	}
	if c.Lines {
		return c.lines(ctx, a, conf, text, query)
	}
	answer, err := c.askServer(ctx, conf.Cache, text)
	if errors.Is(err, errNoServer) {
		answer, err = c.askIndex(ctx, a, query)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(a.Out)
		enc.SetEscapeHTML(false)
		return enc.Encode(answer)
	}
	printAnswer(a.Out, answer, conf.PublicURL)
	if !answer.Index.Complete {
		fmt.Fprintln(a.Err, "The index is still being made; there may be more.")
	}
	return nil
}

// errNoServer is a cache on which no server runs.
var errNoServer = errors.New("no server runs on this cache")

func (c *searchCmd) askServer(ctx context.Context, cache, text string) (*search.Answer, error) {
	res, err := c.fromServer(ctx, cache, "/api/v1/search", url.Values{"q": {text}, "limit": {strconv.Itoa(c.Limit)}})
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer := new(search.Answer)
	if err := json.NewDecoder(res.Body).Decode(answer); err != nil {
		return nil, fmt.Errorf("read the server's answer: %w", err)
	}
	return answer, nil
}

// fromServer asks the running server with the command's flags, errNoServer where none runs. Its caller closes the body.
func (c *searchCmd) fromServer(ctx context.Context, cache, path string, values url.Values) (*http.Response, error) {
	values["lang"] = c.Lang
	for name, v := range map[string]string{"session": c.Session, "conference": c.Conference} {
		if v != "" {
			values.Set(name, v)
		}
	}
	res, err := getFromServer(ctx, cache, path+"?"+values.Encode())
	if err != nil || res.StatusCode == http.StatusOK {
		return res, err
	}
	defer res.Body.Close()
	var problem struct{ Title, Detail string }
	body, _ := io.ReadAll(io.LimitReader(res.Body, 64<<10)) // what cannot be read says nothing more
	_ = json.Unmarshal(body, &problem)
	err = fmt.Errorf("the server answers %s: %s", res.Status, strings.Join(nonEmpty(problem.Title, problem.Detail), ": "))
	if res.StatusCode == http.StatusBadRequest {
		return nil, wrongUse{err}
	}
	return nil, err
}

// getFromServer asks the server on the socket, errNoServer where none listens.
func getFromServer(ctx context.Context, cache, path string) (*http.Response, error) {
	var dialed error
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			conn, err := atSocket(cache, func(path string) (net.Conn, error) { return new(net.Dialer).DialContext(ctx, "unix", path) })
			dialed = err
			return conn, err
		},
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost"+path, nil)
	if err != nil {
		return nil, err
	}
	res, err := client.Do(req)
	switch {
	case dialed != nil && ctx.Err() == nil:
		return nil, errNoServer
	case err != nil:
		return nil, fmt.Errorf("ask the server: %w", err)
	}
	return res, nil
}

// askIndex asks the index itself.
func (c *searchCmd) askIndex(ctx context.Context, a *app, query *search.Query) (*search.Answer, error) {
	var answer *search.Answer
	err := c.withIndex(ctx, a, query, func(ctx context.Context, index *search.Index, r search.Request) (err error) {
		answer, err = index.Search(ctx, r)
		return err
	})
	return answer, err
}

// withIndex opens the index, brings it up to date, and hands it on with what the flags ask for.
func (c *searchCmd) withIndex(ctx context.Context, a *app, query *search.Query, do func(context.Context, *search.Index, search.Request) error) error {
	arc, conf, err := a.open(ctx, toRead)
	if err != nil {
		return err
	}
	languages := make([]archive.Language, len(c.Lang))
	for i, l := range c.Lang {
		if languages[i] = archive.Language(l); !languages[i].Valid() {
			return wrong("--lang: %q is no language; es and pt-BR are", l)
		}
	}
	return withIndex(ctx, arc, conf, func(ctx context.Context, index *search.Index, mirror *archive.Mirror) error {
		return do(ctx, index, search.Request{
			Query: query, Languages: languages, Session: c.Session, Conference: c.Conference, Limit: c.Limit,
			Viewer: archive.Viewer{Standing: archive.Administrator}, Sessions: mirror.Session,
		})
	})
}

func printAnswer(w io.Writer, answer *search.Answer, publicURL string) {
	n := 0
	for _, s := range answer.Sessions {
		fmt.Fprintln(w, s.ID+prefixed(": ", strings.Join(nonEmpty(s.Title.Text, s.Date), ", ")))
		for _, m := range s.Moments {
			n++
			printMoment(w, &m, publicURL)
		}
		if s.More > 0 {
			fmt.Fprintf(w, "  and %s more in this session\n", count(s.More, "moment", "moments"))
		}
	}
	switch {
	case n == 0 && len(answer.Sessions) == 0:
		fmt.Fprintln(w, "Nothing was found.")
	case answer.Next != nil:
		fmt.Fprintf(w, "There are more: --limit prints up to 100.\n")
	}
}

func printMoment(w io.Writer, m *search.Moment, publicURL string) {
	for i, h := range m.Hits {
		at := clock(m.StartMs)
		if i > 0 {
			at = strings.Repeat(" ", len(at))
		}
		var lines []string
		for _, l := range h.Lines {
			lines = append(lines, marked(l))
		}
		fmt.Fprintf(w, "  %s  %-5s  %s\n", at, h.Language, oneLine(strings.Join(lines, " ")))
	}
	fmt.Fprintf(w, "  %s  %s\n", strings.Repeat(" ", len(clock(m.StartMs))), publicURL+m.URL)
}

// marked puts the words that were found into brackets.
func marked(l search.Line) string {
	runes := []rune(l.Text)
	for _, m := range slices.Backward(l.Marks) {
		if 0 <= m[0] && m[0] <= m[1] && m[1] <= len(runes) {
			runes = slices.Insert(slices.Insert(runes, m[1], ']'), m[0], '[')
		}
	}
	return string(runes)
}

// serverRuns is true of a cache on which a server answers.
func serverRuns(ctx context.Context, cache string) bool {
	if _, err := os.Stat(filepath.Join(cache, socketName)); err != nil {
		return false
	}
	res, err := getFromServer(ctx, cache, "/healthz")
	if err != nil {
		return !errors.Is(err, errNoServer)
	}
	res.Body.Close()
	return true
}
