package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"cabina/archive"
	"cabina/config"
	"cabina/transcode"
)

// importCmd takes in folders. Telling what a folder holds is in import_folder.go, import_decide.go, import_sound.go and import_text.go, all pure; import_look.go
// reads files, import_merge.go says what becomes of a session's document, import_session.go does it.
//
// Whatever is cut off can be repeated: masters are named by their hash, a session's document is written in one piece when all of its masters are in the
// store, and preparing goes by what is missing.
type importCmd struct {
	Dirs       []string `arg:"" optional:"" name:"dir" help:"Folders, each a session; or a folder of such folders, a conference."`
	Conference string   `placeholder:"ID" help:"The conference that the sessions belong to."`
	ID         string   `name:"id" placeholder:"ID" help:"The session's id, where there is one folder; otherwise the folder's name is."`
	Draft      bool     `help:"Make new sessions drafts, and do not publish new versions of sessions that are there."`
	NoPrepare  bool     `help:"Leave all preparing of renditions to serve and work."`
	DryRun     bool     `help:"Say what would be done, and write nothing."`
	Schema     bool     `help:"Print the JSON Schema of session.json and conference.json."`
}

// Run imports. A session that is refused, or fails, leaves the others alone; the exit code says that there was one.
func (c *importCmd) Run(ctx context.Context, a *app) error {
	if c.Schema {
		_, err := a.Out.Write(importSchema)
		return err
	}
	if err := c.check(); err != nil {
		return err
	}
	im, done, err := c.open(ctx, a)
	if err != nil {
		return err
	}
	defer done()
	found, wrongDirs := c.find(im)
	if c.ID != "" && len(found) > 1 {
		return wrong("--id names one session, and there are %d; give each an \"id\" in its %s", len(found), sessionFile)
	}
	failed := wrongDirs
	for _, src := range found {
		ok, err := im.session(ctx, src)
		if err != nil {
			return err
		}
		failed = failed || !ok
	}
	if err := im.conferenceLanguages(ctx); err != nil {
		return err
	}
	if !c.NoPrepare && !c.DryRun {
		ok, err := im.prepare(ctx)
		if err != nil {
			return err
		}
		failed = failed || !ok
	}
	im.summary(c.DryRun)
	if failed {
		return errSaid
	}
	return nil
}

func (c *importCmd) check() error {
	switch {
	case len(c.Dirs) == 0:
		return wrong("name a folder of recordings: cabina import DIR")
	case c.ID != "" && !archive.ValidID(c.ID):
		return wrong("--id: %q is no id; 1 to 64 of a-z, 0-9 and - are", c.ID)
	case c.Conference != "" && !archive.ValidID(c.Conference):
		return wrong("--conference: %q is no id; 1 to 64 of a-z, 0-9 and - are", c.Conference)
	}
	return nil
}

// open gives an importer, and what ends it. A dry run writes nothing, not even the archive's own folder.
func (c *importCmd) open(ctx context.Context, a *app) (im *importer, done func(), err error) {
	im = &importer{app: a, cmd: c, progress: newProgress(a.Err), conferences: map[string]bool{}, taken: map[string]string{}}
	if c.DryRun {
		im.arc, im.config, err = a.open(ctx, toRead)
		if errors.Is(err, fs.ErrNotExist) {
			im.config, err = a.settings()
		}
		im.tools = mediaTools("")
		return im, func() {}, err
	}
	im.arc, im.config, err = a.open(ctx, toWrite)
	if err != nil {
		return nil, nil, err
	}
	dir, remove, err := scratch(im.config)
	im.scratch, im.tools = dir, mediaTools(dir)
	return im, remove, err
}

// importer is one run of import.
type importer struct {
	app      *app
	cmd      *importCmd
	arc      *archive.Archive // nil in a dry run against an archive that is not there yet
	config   *config.Config
	tools    *transcode.Tools
	scratch  string
	progress *progress
	several  bool // more than one session: a refusal then says which it is of

	keys        map[string]string // import.key to id, of all sessions as they stood; nil until it is needed
	taken       map[string]string // import.key to folder, of this run
	conferences map[string]bool   // that sessions of this run belong to
	written     []string          // ids of the sessions that are in the archive now
	changed     int               // of which this run changed something
	refused     int
}

// refuse says one line of what cannot be taken in.
func (im *importer) refuse(src *source, r refusal) {
	im.progress.clear()
	if r.Name == "" {
		r.Name = src.Name
	} else if im.several && r.Name != src.Name {
		r.Why += " (in " + src.Name + ")"
	}
	fmt.Fprintln(im.app.Err, r)
}

func (im *importer) print(format string, args ...any) {
	im.progress.clear()
	fmt.Fprintf(im.app.Out, format, args...)
}

// summary is the report's last lines, of a run over more than one session.
func (im *importer) summary(dry bool) {
	if !im.several {
		return
	}
	n := len(im.written)
	verb := "in the archive"
	if dry {
		verb = "could be taken in"
	}
	im.print("\n%s %s, of which %d changed; %d refused\n", count(n, "session is", "sessions are"), verb, im.changed, im.refused)
}
