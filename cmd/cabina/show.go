package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"cabina/archive"
	"cabina/transcode"
)

// showCmd says in words what a session holds, or gives its document as it is stored.
type showCmd struct {
	Session string `arg:"" optional:"" help:"Id of the session; without one, all sessions are listed."`
	JSON    bool   `name:"json" help:"Print the document as it is stored."`
}

// Run shows.
func (c *showCmd) Run(ctx context.Context, a *app) error {
	if c.Session == "" && c.JSON {
		return wrong("--json wants a session: cabina show SESSION --json")
	}
	arc, err := a.archive(ctx, toRead)
	if err != nil {
		return err
	}
	switch {
	case c.Session == "":
		return listSessions(ctx, arc, a.Out)
	case c.JSON:
		return printDocument(ctx, arc, c.Session, a.Out)
	}
	s, err := session(ctx, arc, c.Session)
	if err != nil {
		return err
	}
	printSession(a.Out, s)
	return printWork(ctx, arc, s, a.Out)
}

// printWork says what of a session is not made yet, what is being made, and what failed and why.
func printWork(ctx context.Context, arc *archive.Archive, s *archive.Session, w io.Writer) error {
	jobs, err := arc.Jobs(ctx, s.ID)
	if err != nil {
		return err
	}
	made := map[string]bool{}
	for info, err := range arc.Store.List(ctx, "renditions/"+s.ID+"/", "") {
		if err != nil {
			return err
		}
		made[info.Key] = true
	}
	var missing []string
	for _, want := range transcode.Wanted(s) {
		what := want.Profile + " of " + want.Name.Track
		job, tried := jobs[want.Name.Recipe]
		switch {
		case made[want.Key(".json")]:
		case tried && job.Owner != "":
			fmt.Fprintf(w, "  %s is being made, %d %%\n", what, int(job.Progress*100))
		case tried && job.Reason != "":
			fmt.Fprintf(w, "  %s failed (%s): %s\n", what, count(job.Attempts, "attempt", "attempts"), oneLine(job.Reason))
		default:
			missing = append(missing, what)
		}
	}
	if len(missing) > 0 {
		fmt.Fprintf(w, "  not made yet: %s\n", strings.Join(missing, ", "))
	}
	return nil
}

// printDocument writes the very bytes of the document.
func printDocument(ctx context.Context, arc *archive.Archive, id string, w io.Writer) error {
	if !archive.ValidID(id) {
		return noSession(id)
	}
	data, _, err := arc.Store.Get(ctx, "sessions/"+id+".json")
	if errors.Is(err, fs.ErrNotExist) {
		return noSession(id)
	}
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

func listSessions(ctx context.Context, arc *archive.Archive, w io.Writer) error {
	n := 0
	for s, err := range arc.Sessions(ctx) {
		var damaged *archive.Damaged
		if errors.As(err, &damaged) {
			fmt.Fprintln(w, oneLine(err.Error()))
			continue
		}
		if err != nil {
			return err
		}
		n++
		fmt.Fprintf(w, "%-24s %-10s %s  %s\n", s.ID, s.Visibility, clock(s.Clock.LengthMs), title(s))
	}
	if n == 0 {
		fmt.Fprintln(w, "There is no session yet: `cabina import DIR` takes them in.")
	}
	return nil
}

func printSession(w io.Writer, s *archive.Session) {
	fmt.Fprintf(w, "%s: %s\n", s.ID, title(s))
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(w, "  %-12s %s\n", name, text)
		}
	}
	visibility := string(s.Visibility)
	if s.Visibility == archive.Unlisted {
		visibility += ", at /sessions/" + s.ID + "~" + s.Token
	}
	line("visibility", visibility)
	line("conference", s.Conference)
	line("at", s.At)
	line("length", clock(s.Clock.LengthMs)+" by "+s.Clock.By)
	for _, l := range sortedLanguages(s.Title) {
		line("title "+string(l), s.Title[l])
	}
	for _, l := range sortedLanguages(s.Summary) {
		line("summary "+string(l), s.Summary[l])
	}
	line("topics", strings.Join(s.Topics, ", "))
	if r := s.Rights; r != nil {
		line("rights", strings.Join(nonEmpty(r.Licence, r.Holder, r.Contact), ", "))
	}
	for _, p := range s.People {
		hidden := ""
		if p.Hidden {
			hidden = " (hidden)"
		}
		line("person "+p.ID, strings.Join(nonEmpty(p.Name, p.Role), ", ")+hidden)
	}
	for _, c := range s.Chapters {
		_, t := c.Title.In()
		line("chapter "+c.ID, clock(c.StartMs)+" "+t)
	}
	for _, x := range s.Spans {
		line("floor", clock(x.StartMs)+"–"+clock(x.EndMs)+" in "+string(x.Language))
	}
	for _, x := range s.Withdrawn {
		line("withdrawn "+x.ID, strings.Join(nonEmpty(fmt.Sprintf("%s–%s and %s after it in the voices that lag", clock(x.StartMs), clock(x.EndMs), seconds(x.LagMs)), x.Reason), ": "))
	}
	for i := range s.Tracks {
		printTrack(w, s, &s.Tracks[i])
	}
	fmt.Fprintf(w, "  revision %d; `cabina history %s` lists the others\n", s.Rev, s.ID)
}

func printTrack(w io.Writer, s *archive.Session, t *archive.Track) {
	state := "not published"
	v := t.Current()
	if v != nil {
		state = fmt.Sprintf("version %d", v.V)
	} else if n := len(t.Versions); n > 0 {
		v = &t.Versions[n-1]
	}
	if n := len(t.Versions); n > 1 || v == nil {
		state += fmt.Sprintf(" of %d", n)
	}
	if t.Visibility == archive.Staff {
		state += ", for staff alone"
	}
	fmt.Fprintf(w, "  %-4s %s: %s", t.ID, trackWords(t.Kind, t.Role, t.Language), state)
	if v != nil {
		for _, d := range versionWords(s, t, v) {
			fmt.Fprintf(w, "; %s", d)
		}
	}
	fmt.Fprintln(w)
	for _, n := range t.Speakers {
		fmt.Fprintf(w, "       speaker %d of version %d is %s\n", n.N, n.V, oneLine(n.Name))
	}
	if v != nil {
		for _, u := range v.Unread {
			fmt.Fprintf(w, "       line %d: %s\n", u.Line, strings.Join(nonEmpty(u.Why, oneLine(u.Text)), ": "))
		}
	}
}

// trackWords says what a track is: "picture", "floor", "es interpretation".
func trackWords(kind archive.Kind, role archive.Role, lang archive.Language) string {
	switch {
	case role == archive.Picture:
		return "picture"
	case role == archive.Floor && lang == archive.FloorLanguage:
		return "floor"
	case role == "":
		return string(lang) + " " + string(kind)
	}
	return string(lang) + " " + string(role)
}

// originWords says who wrote a text, and who has checked it.
func originWords(t *archive.Track) string {
	switch {
	case t.Checked != "":
		return strings.Join(nonEmpty(t.Origin, "checked by "+oneLine(t.Checked)), ", ")
	case t.Origin == "machine":
		return "machine, not checked"
	}
	return t.Origin
}

// versionWords says what there is to know of a version, a phrase each.
func versionWords(s *archive.Session, t *archive.Track, v *archive.Version) []string {
	out := nonEmpty(v.Name)
	if n := len(v.Parts); n > 1 {
		out = append(out, count(n, "part", "parts"))
	}
	if p := v.Parts; len(p) > 0 && p[0].AtMs != 0 {
		out = append(out, fmt.Sprintf("begins at %+.3f s", float64(p[0].AtMs)/1000))
	}
	if t.Kind == archive.Audio {
		out = append(out, decibels(v.GainDb))
		if v.Channels == "left" || v.Channels == "right" {
			out = append(out, v.Channels+" channel")
		}
	}
	if v.Profile == "copy" {
		out = append(out, "copied as it is")
	}
	if v.Of != nil {
		if voice := s.Track(v.Of.Track); voice != nil {
			out = append(out, fmt.Sprintf("follows %s (%s)", voice.ID, trackWords(voice.Kind, voice.Role, voice.Language)))
		}
	}
	if t.Kind == archive.Text {
		out = append(out, nonEmpty(v.Source, v.Encoding, originWords(t))...)
	}
	if n := len(v.Unread); n > 0 {
		out = append(out, count(n, "place", "places")+" unread")
	}
	for _, f := range v.Gate {
		out = append(out, findingIn(s, f))
	}
	return out
}
