package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cabina/archive"
	"cabina/transcode"
)

// The kinds of what is left of renditions and jobs.
const (
	superseded = "superseded rendition"
	ofNothing  = "rendition of no session"
	unfinished = "rendition never finished"
	hollow     = "index without its bytes"
	idleJob    = "job of nothing"
)

// judged is what is known of a session while its renditions are judged.
type judged struct {
	session *archive.Session // nil: there is none
	left    bool             // damaged, or of a newer program: nothing of it is touched
	wanted  map[string]bool  // recipes
}

// session reads a session once.
func (t *tidier) session(ctx context.Context, id string) (*judged, error) {
	if j := t.sessions[id]; j != nil {
		return j, nil
	}
	j := &judged{wanted: map[string]bool{}}
	s, err := t.arc.Session(ctx, id)
	var damaged *archive.Damaged
	switch {
	case isAbsent(err):
	case errors.As(err, &damaged), err == nil && s.Format > archive.Format:
		j.left = true
	case err != nil:
		return nil, err
	default:
		j.session = s
		for _, w := range transcode.Wanted(s) {
			j.wanted[w.Name.Recipe] = true
		}
	}
	t.sessions[id] = j
	return j, nil
}

// jobs finds the jobs that nobody holds, of renditions that nobody wants or that are there.
func (t *tidier) jobs(ctx context.Context) error {
	for info, err := range t.arc.Store.List(ctx, "jobs/", "") {
		if err != nil {
			return err
		}
		id, recipe, ok := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(info.Key, "jobs/"), ".json"), "/")
		if !ok || !archive.ValidID(id) {
			continue
		}
		j, err := t.session(ctx, id)
		if err != nil {
			return err
		}
		if j.left {
			continue
		}
		idle, err := t.idle(ctx, info)
		if err != nil {
			return err
		}
		if !idle {
			continue
		}
		if j.wanted[recipe] {
			if made, err := t.made(ctx, id, recipe); err != nil || !made {
				if err != nil {
					return err
				}
				continue
			}
		}
		l := leftover{idleJob, info.Key, info.Size, func(ctx context.Context) (bool, error) {
			if idle, err := t.idle(ctx, info); err != nil || !idle {
				return false, err
			}
			return true, t.delete(ctx, info.Key)
		}}
		if err := t.found(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

// idle is true of a job that nobody can be working on.
func (t *tidier) idle(ctx context.Context, info archive.Info) (bool, error) {
	now, err := t.arc.Store.Stat(ctx, info.Key)
	if isAbsent(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	data, _, err := t.arc.Store.Get(ctx, info.Key)
	if err != nil {
		return false, ignoreAbsent(err)
	}
	var job archive.Job
	if archive.Newer(data) || json.Unmarshal(data, &job) != nil {
		return false, nil
	}
	return !t.arc.Held(&job, now.Modified), nil
}

func ignoreAbsent(err error) error {
	if isAbsent(err) {
		return nil
	}
	return err
}

// made is true of a recipe whose rendition is whole.
func (t *tidier) made(ctx context.Context, id, recipe string) (bool, error) {
	for info, err := range t.arc.Store.List(ctx, "renditions/"+id+"/", "") {
		if err != nil {
			return false, err
		}
		if strings.HasSuffix(info.Key, "."+recipe+".json") {
			return true, nil
		}
	}
	return false, nil
}

// renditions finds those that nobody is given any more, and those that are not whole.
func (t *tidier) renditions(ctx context.Context) error {
	files := map[string]map[string]int64{} // session/track.profile.recipe to keys and sizes
	for info, err := range t.arc.Store.List(ctx, "renditions/", "") {
		if err != nil {
			return err
		}
		stem := renditionOf(info.Key)
		if files[stem] == nil {
			files[stem] = map[string]int64{}
		}
		files[stem][info.Key] = info.Size
	}
	for _, stem := range sortedKeys(files) {
		session, file, _ := strings.Cut(stem, "/")
		name, err := transcode.ParseFile(session, file)
		if err != nil || !archive.ValidID(session) {
			continue // not ours
		}
		t.progress.say("looking at %s", stem)
		kind, err := t.judge(ctx, name, files[stem])
		if err != nil {
			return err
		}
		if kind == "" {
			continue
		}
		if held, err := t.held(ctx, name); err != nil {
			return err
		} else if held {
			continue
		}
		var bytes int64
		for _, n := range files[stem] {
			bytes += n
		}
		l := leftover{kind, "renditions/" + stem, bytes, func(ctx context.Context) (bool, error) { return t.take(ctx, name, kind) }}
		if err := t.found(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

// judge says what a rendition is that has those files; empty where it is to stay.
func (t *tidier) judge(ctx context.Context, name transcode.Name, files map[string]int64) (kind string, err error) {
	j, err := t.session(ctx, name.Session)
	if err != nil || j.left {
		return "", err
	}
	_, indexed := files[name.Key(".json")]
	if !indexed {
		return unfinished, nil
	}
	data, _, err := t.arc.Store.Get(ctx, name.Key(".json"))
	if err != nil {
		return "", ignoreAbsent(err)
	}
	var x transcode.Index
	if archive.Newer(data) || json.Unmarshal(data, &x) != nil {
		return "", nil // verify says which are damaged
	}
	switch {
	case j.session == nil:
		return ofNothing, nil
	case !wholeFiles(name, &x, files):
		return hollow, nil
	case j.wanted[name.Recipe]:
		return "", nil
	}
	_, answer, err := t.catalog.Rendition(ctx, j.session, name)
	if err != nil || answer == archive.Yes {
		return "", err
	}
	return superseded, nil
}

// wholeFiles is true where all that an index speaks of is there.
func wholeFiles(name transcode.Name, x *transcode.Index, files map[string]int64) bool {
	exts := []string{".mp4", ".tables"}
	if len(x.Sheets) > 0 {
		exts = nil
		for i := range x.Sheets {
			exts = append(exts, fmt.Sprintf("-%d.jpg", i+1))
		}
	}
	return !slices.ContainsFunc(exts, func(ext string) bool { _, ok := files[name.Key(ext)]; return !ok })
}

// held is true of a rendition that somebody may be making.
func (t *tidier) held(ctx context.Context, name transcode.Name) (bool, error) {
	info, err := t.arc.Store.Stat(ctx, "jobs/"+name.Session+"/"+name.Recipe+".json")
	if err != nil {
		return false, ignoreAbsent(err)
	}
	idle, err := t.idle(ctx, info)
	return !idle, err
}

// take removes a rendition under its lease, so that nobody begins to make it meanwhile, and after it was judged again: the index first, for without it a rendition is not
// there.
func (t *tidier) take(ctx context.Context, name transcode.Name, kind string) (removed bool, err error) {
	lease, err := t.arc.TryLease(ctx, name.Session, name.Recipe, version(), &t.seen)
	if errors.Is(err, archive.ErrBusy) || errors.Is(err, archive.ErrWaits) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, lease.Drop(context.WithoutCancel(ctx))) }()
	delete(t.sessions, name.Session)
	t.catalog.Forget(name.Session)
	files := map[string]int64{}
	stem := strings.TrimPrefix(name.Key(""), "renditions/")
	for info, err := range t.arc.Store.List(ctx, name.Key(""), "") {
		if err != nil {
			return false, err
		}
		if renditionOf(info.Key) == stem {
			files[info.Key] = info.Size
		}
	}
	if now, err := t.judge(ctx, name, files); err != nil || now != kind {
		return false, err
	}
	index := name.Key(".json")
	if err := t.delete(ctx, index); err != nil {
		return false, err
	}
	for _, key := range sortedKeys(files) {
		if key != index {
			if err := t.delete(ctx, key); err != nil {
				return false, err
			}
		}
	}
	if kind == hollow {
		t.arc.Changed(ctx, name.Session) // what it wants is made anew
	}
	return true, nil
}
