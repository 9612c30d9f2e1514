package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"cabina/archive"
)

// source is one session's folder.
type source struct {
	Dir        string // absolute
	Name       string // the folder's own
	Entries    []dirEntry
	Conference *conferenceSource // the folder of folders it lies in; nil: none
}

// conferenceSource is a folder of folders.
type conferenceSource struct {
	ID        string
	Described *describedConference // empty where there is no conference.json
}

// find goes through the folders that were named and gives the sessions in them. What cannot be one is said, and wrong is true then.
func (c *importCmd) find(im *importer) (found []*source, wrong bool) {
	for _, dir := range c.Dirs {
		more, problem := c.findIn(dir)
		found = append(found, more...)
		for _, p := range problem {
			fmt.Fprintln(im.app.Err, p)
			wrong = true
			im.refused++
		}
	}
	im.several = len(found) > 1
	return found, wrong
}

func (c *importCmd) findIn(dir string) (found []*source, problems []refusal) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, []refusal{{dir, err.Error()}}
	}
	name := filepath.Base(abs)
	entries, err := readDir(abs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, []refusal{{dir, "there is no such folder; name one that holds recordings"}}
	case err != nil:
		if st, err := os.Stat(abs); err == nil && !st.IsDir() {
			return nil, []refusal{{dir, "it is a file; name the folder it lies in, or use cabina add-track SESSION"}}
		}
		return nil, []refusal{{dir, err.Error() + "; let this user read it"}}
	}
	switch sortFolder(entries) {
	case sessionFolder:
		return []*source{{Dir: abs, Name: name, Entries: entries}}, nil
	case emptyFolder:
		return nil, []refusal{{name, nothingUsable}}
	}
	return c.findConference(abs, name, entries)
}

// nothingUsable is what is said of a folder without a recording.
const nothingUsable = "nothing in it can be used; put recordings there, as a video, es.m4a, fr.m4a, es.srt, or folders of such files"

func (c *importCmd) findConference(dir, name string, entries []dirEntry) (found []*source, problems []refusal) {
	conf := &conferenceSource{ID: c.Conference, Described: &describedConference{}}
	for _, e := range entries {
		switch {
		case e.Name == conferenceFile:
			d, err := readConference(filepath.Join(dir, e.Name))
			if err != nil {
				return nil, []refusal{{e.Name, oneLine(err.Error())}}
			}
			conf.Described = d
		case e.File && classOf(e.Name) != otherFile:
			problems = append(problems, refusal{e.Name, "it lies beside the folders of the sessions; put it into the folder of its session"})
		}
	}
	for _, id := range []string{conf.Described.ID, idFrom(name), idFromKey(name)} {
		if conf.ID == "" {
			conf.ID = id
		}
	}
	for _, e := range entries {
		if !e.Folder || e.Name[0] == '.' {
			continue
		}
		sub := filepath.Join(dir, e.Name)
		in, err := readDir(sub)
		switch {
		case err != nil:
			problems = append(problems, refusal{e.Name, oneLine(err.Error()) + "; let this user read it"})
		case sortFolder(in) != sessionFolder:
			problems = append(problems, refusal{e.Name, nothingUsable})
		default:
			found = append(found, &source{Dir: sub, Name: e.Name, Entries: in, Conference: conf})
		}
	}
	return found, problems
}

func readConference(path string) (*describedConference, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseDescribedConference(data)
}

// readDir lists a folder by name. Links are followed: what counts is what is behind them.
func readDir(dir string) ([]dirEntry, error) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	out := make([]dirEntry, len(list))
	for i, e := range list {
		out[i].Name = e.Name()
		if st, err := os.Stat(filepath.Join(dir, e.Name())); err == nil {
			out[i].Folder, out[i].File = st.IsDir(), st.Mode().IsRegular()
		}
	}
	return out, nil
}

// conferenceOf gives the id of the conference a session belongs to: the one named on the command line, else by its session.json, else the folder it
// lies in. Empty: none.
func (c *importCmd) conferenceOf(src *source, d *described) string {
	switch {
	case c.Conference != "":
		return c.Conference
	case d.Conference != "":
		return d.Conference
	case src.Conference != nil:
		return src.Conference.ID
	}
	return ""
}

// keyOf is what ties a session to its folder: conference and folder, or the folder alone.
func keyOf(conference, folder string) string {
	if conference == "" {
		return folder
	}
	return conference + "/" + folder
}

// idsOf are the ids that a session of this folder may have, in the order in which they are tried; chosen is true where somebody chose the first.
func (c *importCmd) idsOf(src *source, d *described, key string) (ids []string, chosen bool) {
	for _, id := range []string{c.ID, d.ID} {
		if id != "" {
			return []string{id}, true
		}
	}
	id := idFrom(src.Name)
	if _, title := d.Title.In(); id == "" {
		id = idFrom(title)
	}
	if id == "" {
		id = idFromKey(key)
	}
	ids = []string{id}
	for n := 2; n < 100; n++ {
		suffix := fmt.Sprintf("-%d", n)
		ids = append(ids, id[:min(len(id), maxID-len(suffix))]+suffix)
	}
	return ids, false
}

// sameFolder is true of a session that came from the folder of that key.
func sameFolder(s *archive.Session, key string) bool { return s.Import != nil && s.Import.Key == key }
