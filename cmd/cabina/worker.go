package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"cabina/archive"
	"cabina/config"
	"cabina/transcode"
)

// version is this program's: a rendition that failed three times is tried again by another one.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

// worker gives what prepares renditions, an error where its tools are missing. Whoever takes it closes it.
func (a *app) worker(arc *archive.Archive, conf *config.Config, log *slog.Logger) (*transcode.Worker, error) {
	tools := mediaTools("")
	if err := tools.Check(); err != nil {
		return nil, err
	}
	return &transcode.Worker{Archive: arc, Tools: tools, Scratch: workScratch(conf), Jobs: conf.Jobs, Program: version(), Log: log}, nil
}

// workScratch is where workers of this machine have their folders.
func workScratch(conf *config.Config) string { return filepath.Join(conf.Cache, "work") }

// firstProfiles are what import prepares itself: with them a session plays in all its languages. The others are left to serve and work.
func firstProfiles() []string {
	return []string{transcode.Copy, transcode.P720, transcode.Still, transcode.Tail, transcode.Voice}
}

// allProfiles is everything that is made and kept.
func allProfiles() (names []string) {
	for _, p := range transcode.Profiles() {
		if p.Name != transcode.VTT { // computed at each request
			names = append(names, p.Name)
		}
	}
	return names
}

// prepareSession prepares the first renditions of one session.
func (a *app) prepareSession(ctx context.Context, arc *archive.Archive, conf *config.Config, id string) error {
	ok, err := a.prepare(ctx, arc, conf, []string{id}, firstProfiles())
	if err == nil && !ok {
		return errSaid
	}
	return err
}

// prepare makes what sessions want of some profiles, one session after the other, and says what was made. ok is false where one failed, which was said then.
func (a *app) prepare(ctx context.Context, arc *archive.Archive, conf *config.Config, ids, profiles []string) (ok bool, err error) {
	worker, err := a.worker(arc, conf, a.log(slog.LevelError))
	if err != nil {
		return false, err
	}
	defer worker.Close()
	foot := newProgress(a.Err)
	defer foot.clear()
	ok = true
	for _, id := range ids {
		if err := forgetFailures(ctx, arc, id); err != nil {
			return false, err
		}
		err := worker.Prepare(ctx, id, profiles, func(p transcode.Progress) {
			what := p.Want.Profile + " of " + p.Want.Name.Track
			switch {
			case p.Busy:
				foot.say("%s: waiting for %s, which another cabina makes", id, what)
			case p.Done && p.Err == nil:
				foot.clear()
				fmt.Fprintf(a.Out, "%s: prepared %s, %d of %d\n", id, what, p.Count, p.Of)
			case !p.Done:
				foot.say("%s: preparing %s, %d %%; %d of %d done", id, what, int(p.Part*100), p.Count, p.Of)
			}
		})
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		if err := forgetDone(ctx, arc, id); err != nil {
			return false, err
		}
		if err != nil {
			ok = false
			foot.clear()
			for _, line := range slices.Compact(strings.Split(err.Error(), "\n")) {
				fmt.Fprintf(a.Err, "%s: %s; cabina serve and cabina work try it again\n", id, line)
			}
		}
	}
	return ok, nil
}

// forgetFailures lets what failed before and waits be tried at once: whoever gives the command asks for that. What somebody is making is left to them.
func forgetFailures(ctx context.Context, arc *archive.Archive, id string) error {
	return deleteJobs(ctx, arc, id, func(_ string, j archive.Job) bool { return j.Owner == "" })
}

// forgetDone deletes the jobs of renditions that are there: of a process that was killed between its last two writes.
func forgetDone(ctx context.Context, arc *archive.Archive, id string) error {
	made := map[string]bool{}
	for info, err := range arc.Store.List(ctx, "renditions/"+id+"/", "") {
		if err != nil {
			return err
		}
		if stem, ok := strings.CutSuffix(info.Key, ".json"); ok {
			made[stem[strings.LastIndexByte(stem, '.')+1:]] = true
		}
	}
	return deleteJobs(ctx, arc, id, func(recipe string, _ archive.Job) bool { return made[recipe] })
}

func deleteJobs(ctx context.Context, arc *archive.Archive, id string, which func(recipe string, j archive.Job) bool) error {
	jobs, err := arc.Jobs(ctx, id)
	if err != nil {
		return err
	}
	for recipe, j := range jobs {
		if which(recipe, j) {
			if err := arc.Store.Delete(ctx, "jobs/"+id+"/"+recipe+".json"); err != nil {
				return err
			}
		}
	}
	return nil
}
