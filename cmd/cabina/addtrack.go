package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"cabina/archive"
	"cabina/transcode"
)

// addTrackCmd adds or replaces one language of a session. Not a byte of the other tracks is read.
type addTrackCmd struct {
	Session   string   `arg:"" help:"Id of the session."`
	Files     []string `arg:"" name:"file" help:"The recording or text; several are its parts, in order."`
	Kind      string   `required:"" enum:"audio,video,text" help:"audio, video or text."`
	Lang      string   `placeholder:"es" help:"Language, as a BCP 47 tag; mul for a floor of several."`
	Role      string   `placeholder:"ROLE" help:"interpretation (floor with --lang mul), picture or captions, unless another is named: floor, description, sign."`
	At        eachFile `placeholder:"0:00" help:"Where on the session's clock it begins; -1.5 for a second and a half before it. Said once for each file, it places each; else a further part begins where the one before it ends. Between parts is silence."`
	Ppm       eachFile `placeholder:"0" help:"How many millionths the recording lasts longer on the session's clock than by its own: 21, or -13.5. Said once for all files, or once for each."`
	Channel   string   `enum:"left,right,mix," default:"" placeholder:"mix" help:"Which channel of a stereo sound is taken: left, right, or mix for both at once. Two that say different things are not mixed unless it is said."`
	Draft     bool     `help:"Do not publish the new version."`
	NoPrepare bool     `help:"Leave the preparing to serve and work."`
}

// Run adds. A file that the track has already changes nothing.
func (c *addTrackCmd) Run(ctx context.Context, a *app) error {
	t, err := c.track()
	if err != nil {
		return err
	}
	arc, conf, err := a.open(ctx, toWrite)
	if err != nil {
		return err
	}
	was, err := session(ctx, arc, c.Session)
	if err != nil {
		return err
	}
	dir, remove, err := scratch(conf)
	if err != nil {
		return err
	}
	defer remove()
	ad := &adding{cmd: c, app: a, arc: arc, tools: mediaTools(dir), scratch: dir, progress: newProgress(a.Err), track: *t}
	if refused, err := ad.look(ctx); err != nil || refused {
		return err
	}
	version, err := ad.version(ctx, was)
	if err != nil {
		return err
	}
	if err := ad.keep(ctx); err != nil {
		return err
	}
	var id string
	var what outcome
	now, err := update(ctx, arc, c.Session, func(s *archive.Session) error {
		id, what = addVersion(s, ad.track, *version, c.Draft)
		return nil
	})
	if err != nil {
		return err
	}
	ad.report(now, now.Track(id), what)
	if c.NoPrepare || c.Draft {
		return nil
	}
	return a.prepareSession(ctx, arc, conf, now.ID)
}

// track is what the flags say of the track: kind, role and language.
func (c *addTrackCmd) track() (*archive.Track, error) {
	t := &archive.Track{Kind: archive.Kind(c.Kind), Role: archive.Role(c.Role), Language: languageOf(c.Lang)}
	switch {
	case c.Lang != "" && t.Language == "" && !(t.Kind == archive.Video && c.Lang == string(archive.PictureLanguage)):
		return nil, wrong("--lang: %q is no language; es, pt-BR and mul are", c.Lang)
	case t.Language == "" && (t.Kind != archive.Video || t.Role == archive.Sign):
		return nil, wrong("--lang: whose language is it? Say it as --lang es, or --lang mul for a floor of several")
	case t.Language == "":
		t.Language = archive.PictureLanguage
	}
	byKind := map[archive.Kind][]archive.Role{
		archive.Video: {archive.Picture, archive.Sign},
		archive.Audio: {archive.Interpretation, archive.Floor, archive.Description},
		archive.Text:  {archive.Captions, archive.Description},
	}[t.Kind]
	switch {
	case t.Role == "" && t.Kind == archive.Audio:
		t.Role = roleOf(t.Language)
	case t.Role == "":
		t.Role = byKind[0]
	case !slices.Contains(byKind, t.Role):
		return nil, wrong("--role: %q is none of a track of kind %s; %v are", c.Role, c.Kind, byKind)
	}
	if t.Role == archive.Picture && t.Language != archive.PictureLanguage {
		t.Language = archive.PictureLanguage
	}
	if err := c.places(); err != nil {
		return nil, err
	}
	return t, nil
}

// adding is one run of add-track.
type adding struct {
	cmd      *addTrackCmd
	app      *app
	arc      *archive.Archive
	tools    *transcode.Tools
	scratch  string
	progress *progress
	track    archive.Track
	files    []*file
	heard    []*hearing // of each file; nil where it is no sound
}

func (ad *adding) keep(ctx context.Context) error {
	for i, f := range ad.files {
		if err := ad.arc.Keep(ctx, f.Master.spool, f.Name); err != nil {
			return err
		}
		var sounds map[string]*transcode.Sound
		if h := ad.heard[i]; h != nil {
			sounds = map[string]*transcode.Sound{h.Stream: h.Sound}
		}
		if err := keepMeasures(ctx, ad.arc, f.Master, sounds); err != nil {
			return err
		}
	}
	return nil
}

// look copies the files to scratch and finds out what they hold. refused is true, as an error that was said, where one cannot be taken.
func (ad *adding) look(ctx context.Context) (refused bool, err error) {
	var total counter
	byDir := map[string][]*file{}
	for _, path := range ad.cmd.Files {
		abs, err := filepath.Abs(path)
		if err != nil {
			return false, err
		}
		st, err := os.Stat(abs)
		if err != nil {
			return false, fmt.Errorf("%s: there is no such file", path)
		}
		if !st.Mode().IsRegular() {
			return false, fmt.Errorf("%s: it is no file", path)
		}
		total.total += st.Size()
		f := &file{Name: filepath.Base(abs), Class: mediaFile, Language: ad.track.Language}
		if ad.track.Kind == archive.Text {
			f.Class = textFile
		}
		ad.files = append(ad.files, f)
		byDir[filepath.Dir(abs)] = append(byDir[filepath.Dir(abs)], f)
	}
	l := looker{tools: ad.tools, scratch: ad.scratch, seen: func(name string, n int64) { ad.progress.say("reading %s, %d %%", name, total.add(n)) }}
	for dir, files := range byDir {
		problems, err := l.look(ctx, dir, files)
		if err != nil {
			return false, err
		}
		for _, p := range problems {
			ad.progress.clear()
			fmt.Fprintln(ad.app.Err, p)
			refused = true
		}
	}
	if refused {
		return true, errSaid
	}
	return false, nil
}

// version makes the new version: its parts at their places, what is taken of their channels, and its gain from how loud they are together.
func (ad *adding) version(ctx context.Context, s *archive.Session) (*archive.Version, error) {
	ad.heard = make([]*hearing, len(ad.files))
	v := &archive.Version{At: ad.arc.Stamp(), By: ad.arc.By, Name: ad.files[0].Name}
	if ad.track.Kind == archive.Text {
		at, _ := ad.cmd.at(0) // it was read before
		return v, ad.text(v, s, at)
	}
	for i := range ad.files {
		p, err := ad.part(ctx, i)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", ad.cmd.Files[i], err)
		}
		v.Parts = append(v.Parts, p)
	}
	var err error
	if v.Parts, err = ad.cmd.placed(v.Parts); err != nil {
		return nil, err
	}
	if ad.track.Kind == archive.Video {
		if v.Profile = transcode.P720; len(v.Parts) == 1 && ad.files[0].Master.Facts.Copyable {
			v.Profile = transcode.Copy
		}
	} else if err := ad.sound(v); err != nil {
		return nil, err
	}
	v.Gate = withLength(v.Gate, s.Clock.LengthMs, v.Parts)
	return v, nil
}

// pick takes the stream in the language of the track, else the first.
func pick(streams []*transcode.Stream, lang archive.Language) *transcode.Stream {
	for _, s := range streams {
		if languageOf(string(s.Language)) == lang {
			return s
		}
	}
	return streams[0]
}

// text makes a version of a text. Its parts share one placing: the document knows one for all of a text.
func (ad *adding) text(v *archive.Version, s *archive.Session, at int64) error {
	if len(ad.files) > 1 {
		return wrong("a text has one file; join the %d into one", len(ad.files))
	}
	x := ad.files[0].Master.Text
	v.Parts = []archive.Part{{Master: ad.files[0].Master.Ref, AtMs: at}}
	v.Source, v.Encoding, v.Unread = string(x.Format), x.Encoding, x.Unread
	if x.Machine {
		ad.track.Origin = "machine"
	}
	v.Of = followed(s, ad.track.Language)
	return nil
}

func (ad *adding) report(s *archive.Session, t *archive.Track, what outcome) {
	ad.progress.clear()
	if what == same {
		fmt.Fprintf(ad.app.Out, "%s: %s has that already (revision %d)\n", s.ID, t.ID, s.Rev)
		return
	}
	v := &t.Versions[len(t.Versions)-1]
	state := "published"
	if t.Published != v.V {
		state = "not published; cabina set " + s.ID + " " + t.ID + ".published=" + strconv.Itoa(v.V) + " does that"
	}
	fmt.Fprintf(ad.app.Out, "%s: %s, %s, version %d, %s\n", s.ID, t.ID, trackWords(t.Kind, t.Role, t.Language), v.V, state)
	for _, d := range versionWords(s, t, v) {
		fmt.Fprintf(ad.app.Out, "  %s\n", d)
	}
}
