package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"cabina/transcode"
	"cabina/transcode/jail"
)

// jailCmd becomes one media tool, confined. transcode starts it for each run of a tool; nobody else does.
type jailCmd struct {
	Rules string   `arg:"" help:"What the tool may do, as JSON."`
	Tool  []string `arg:"" passthrough:"" help:"The tool's path and arguments."`
}

// Run returns only where the process could not be confined.
func (c *jailCmd) Run() error { return jail.Become(c.Rules, c.Tool) }

// mediaTools gives the media tools: each run of one, whatever command asks for it, is this program as jailCmd. scratch is where they work; empty: the system's folder for
// temporary files. From now on this process shows its memory and its environment, with the keys of the store in it, to no other of the same user.
func mediaTools(scratch string) *transcode.Tools {
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0) // cannot fail (prctl(2)); of root's processes it is the dropped capabilities that keep tools out
	return &transcode.Tools{Scratch: scratch, Jail: []string{"/proc/self/exe", "jail"}}
}

// inContainer says whether this process seems to have a container of its own, by what Docker, Podman, systemd-nspawn and Kubernetes leave there.
func inContainer(getenv func(string) string, exists func(string) bool) bool {
	return exists("/.dockerenv") || exists("/run/.containerenv") || getenv("container") != "" || getenv("KUBERNETES_SERVICE_HOST") != ""
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// unconfined says what this machine's kernel refuses to confine media tools with, and what to do; empty where it refuses nothing. A container of our own stands in for it: there is
// less to read and to change in it.
func unconfined(k jail.Kernel, contained bool) (warning string) {
	missing := k.Missing()
	if len(missing) == 0 {
		return ""
	}
	warning = fmt.Sprintf("the kernel does not let a media tool that a hostile file has taken over be confined by %s", strings.Join(missing, " and "))
	if contained {
		return warning + "; the container that this seems to be keeps it from what is outside, if it holds nothing but cabina"
	}
	return warning + "; use a kernel of 5.19 or later with Landlock on, or run cabina in a container, or at least as a user, of its own that can read nothing but the archive"
}

// warnUnconfined tells the operator at start.
func warnUnconfined(ctx context.Context, log *slog.Logger, getenv func(string) string) {
	contained := inContainer(getenv, exists)
	warning := unconfined(jail.Ask(), contained)
	if warning == "" {
		return
	}
	level := slog.LevelWarn
	if contained {
		level = slog.LevelInfo
	}
	log.Log(ctx, level, "media tools are not fully confined", "why", warning)
}
