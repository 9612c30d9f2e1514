package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"time"

	"cabina/config"
)

// resume is how far a run of verify is. It is kept in the cache, which may be deleted: then the next run begins at the beginning. Which masters were read it does not say,
// as that stands beside each of them; renditions, which are derived, have no such place.
type resume struct {
	Store     string    `json:"store"`
	Begun     time.Time `json:"begun"`               // to the second, as dates of verifying are
	Rendition string    `json:"rendition,omitempty"` // the last one that was read, in the order of keys
	Again     []string  `json:"again,omitempty"`     // of those before it, the ones with a fault, which have to be said again

	on   bool   // an earlier run is gone on with
	path string // empty: nothing is kept
}

// resumeWithin is how old a run that was stopped may be: what it read is news until then.
const resumeWithin = 30 * 24 * time.Hour

// begin goes on where a run over the same archive was stopped, unless anew.
func (v *verifier) begin(conf *config.Config, anew bool) {
	v.resume = resume{Store: conf.Store, Begun: time.Now().UTC().Truncate(time.Second), path: filepath.Join(conf.Cache, "verify.json")}
	var was resume
	data, err := os.ReadFile(v.resume.path)
	if !anew && err == nil && json.Unmarshal(data, &was) == nil && was.Store == conf.Store && time.Since(was.Begun) < resumeWithin {
		was.on, was.path = true, v.resume.path
		v.resume = was
		v.note("Going on with the verification that was begun %s; --anew begins at the beginning.", was.Begun.Local().Format("2006-01-02 15:04"))
	}
	v.resume.save()
}

// end forgets the run, which went to its end.
func (v *verifier) end() { _ = os.Remove(v.resume.path) }

// read is true of a master that was found right at that time, by the run that is gone on with.
func (r *resume) read(verified time.Time) bool { return r.on && !verified.Before(r.Begun) }

// passes is true of a rendition that the run which is gone on with read and found right.
func (r *resume) passes(stem string) bool {
	return r.on && stem <= r.Rendition && !slices.Contains(r.Again, stem)
}

// reached keeps how far it is. One that is read again after a stop is before what was reached already.
func (r *resume) reached(stem string, fault bool) {
	r.Again = slices.DeleteFunc(r.Again, func(s string) bool { return s == stem })
	if fault {
		r.Again = append(r.Again, stem)
	}
	r.Rendition = max(r.Rendition, stem)
	r.save()
}

// save writes it down where that can be done: a cache that cannot be written to costs a beginning anew, and no verification.
func (r *resume) save() {
	data, err := json.Marshal(r)
	if err != nil || os.MkdirAll(filepath.Dir(r.path), 0o700) != nil {
		return
	}
	tmp := r.path + ".new"
	if os.WriteFile(tmp, data, 0o600) == nil {
		_ = os.Rename(tmp, r.path)
	}
}
