package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"cabina/archive"
	"cabina/archive/disk"
	"cabina/archive/s3"
	"cabina/config"
	"cabina/transcode"
	"cabina/transcode/jail"
)

// checkCmd says whether the settings, the store and the tools will do, before anything depends on them.
type checkCmd struct {
	JSON bool `name:"json" help:"Print a list of {name, ok, says}."`
}

// checked is what was found of one thing.
type checked struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Says string `json:"says"`
}

// Run checks. Exit code 1 where something will not do.
func (c *checkCmd) Run(ctx context.Context, a *app) error {
	list := checkAll(ctx, a)
	failed := false
	for _, x := range list {
		failed = failed || !x.OK
		if !c.JSON {
			fmt.Fprintf(a.Out, "%-4s %-20s %s\n", map[bool]string{true: "ok", false: "NO"}[x.OK], x.Name, x.Says)
		}
	}
	if c.JSON {
		if err := printJSON(a.Out, list); err != nil {
			return err
		}
	}
	if failed {
		return errSaid
	}
	return nil
}

func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func checkAll(ctx context.Context, a *app) []checked {
	conf, err := a.settings()
	if err != nil {
		return []checked{{"settings", false, oneLine(err.Error())}}
	}
	list := []checked{{"settings", true, "from flags, the environment and " + conf.File}}
	add := func(name string, check func() (string, error)) bool {
		says, err := check()
		if err != nil {
			says = oneLine(err.Error())
		}
		list = append(list, checked{name, err == nil, says})
		return err == nil
	}
	add("cache", func() (string, error) { return checkCache(conf) })
	var store archive.Store
	if add("store", func() (says string, err error) {
		store, err = openStore(ctx, conf, toWrite)
		return conf.Store, err
	}) {
		add("format", func() (string, error) {
			return "this program's", (&archive.Archive{Store: store}).Init(ctx)
		})
		add("conditional writes", func() (string, error) { return raceWrites(ctx, store) })
		add("store's kind", func() (string, error) { return checkKind(ctx, store) })
	}
	tools := mediaTools("")
	add("ffmpeg", func() (string, error) {
		if err := tools.Check(); err != nil {
			return "", err
		}
		return tools.Version(ctx)
	})
	add("jail", func() (string, error) { return checkJail(ctx, tools, a.Getenv) })
	add("fonts", func() (string, error) { return checkFonts(ctx, conf.Languages) })
	add("key file", func() (string, error) { return checkKeyFile(conf.KeyFile) })
	return list
}

// leastFree is how much room a disk must have: a session of two hours takes about half of it while it is taken in.
const leastFree = 2 << 30 // bytes

func checkCache(conf *config.Config) (string, error) {
	if err := os.MkdirAll(conf.Cache, 0o700); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(conf.Cache, "check-")
	if err != nil {
		return "", err
	}
	_ = f.Close()
	if err := os.Remove(f.Name()); err != nil {
		return "", err
	}
	var st unix.Statfs_t
	if err := unix.Statfs(conf.Cache, &st); err != nil {
		return "", err
	}
	return room(conf.Cache, int64(st.Bavail)*st.Bsize)
}

func room(where string, free int64) (string, error) {
	if free < leastFree {
		return "", fmt.Errorf("%s has room for %d MB; 2 GB at least are needed to take a session in", where, free>>20)
	}
	return fmt.Sprintf("%s, with room for %d GB", where, free>>30), nil
}

// checkKind says where the archive lies: on which file system and with how much room, or in a bucket that nobody but us can read.
func checkKind(ctx context.Context, store archive.Store) (string, error) {
	switch s := store.(type) {
	case *disk.Store:
		if err := s.Check(); err != nil {
			return "", err
		}
		name, free, err := s.Facts()
		if err != nil {
			return "", err
		}
		return room("a disk with "+name, free)
	case *s3.Store:
		public, err := s.Public(ctx)
		if err != nil {
			return "", err
		}
		if public {
			return "", errors.New("the bucket can be read by anyone; make it private: whoever reads it sees drafts, withdrawn recordings and masters")
		}
		return "a private bucket", nil
	}
	return "", fmt.Errorf("a store of a kind that is not known, %T", store)
}

// racers are the writers of raceWrites.
const racers = 16

// raceWrites has writers race for one key, first to make it and then to change it: one of them may win each time. A store on which two win loses updates.
func raceWrites(ctx context.Context, store archive.Store) (string, error) {
	name := make([]byte, 8)
	_, _ = rand.Read(name) // never fails (crypto/rand)
	key := "checks/" + hex.EncodeToString(name)
	defer func() { _ = store.Delete(context.WithoutCancel(ctx), key) }() // a leftover is a few bytes that nobody reads
	started := time.Now()
	version, err := raceOnce(ctx, store, key, "making", archive.IfAbsent())
	if err != nil {
		return "", fmt.Errorf("making a key: %w", err)
	}
	if _, err := raceOnce(ctx, store, key, "changing", archive.IfVersion(version)); err != nil {
		return "", fmt.Errorf("changing a key: %w", err)
	}
	return fmt.Sprintf("%d writers raced twice, and one won each time, in %d ms", racers, time.Since(started).Milliseconds()), nil
}

func raceOnce(ctx context.Context, store archive.Store, key, round string, cond archive.Condition) (version string, err error) {
	writes := func(i int) string { return fmt.Sprintf("cabina check, %s: writer %d", round, i) }
	var g errgroup.Group
	won := make([]string, racers)
	for i := range racers {
		g.Go(func() error {
			v, err := store.Put(ctx, key, []byte(writes(i)), cond)
			if errors.Is(err, archive.ErrConflict) {
				return nil
			}
			won[i] = v
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return "", err
	}
	winners := 0
	for i, v := range won {
		if v == "" {
			continue
		}
		winners++
		data, _, err := store.Get(ctx, key)
		if err != nil {
			return "", err
		}
		if version = v; winners == 1 && string(data) != writes(i) {
			return "", errors.New("what the winner wrote does not stand there; this store loses updates and will not do")
		}
	}
	if winners != 1 {
		return "", fmt.Errorf("%d of %d writers won, where one may; this store loses updates and will not do", winners, racers)
	}
	return version, nil
}

// checkJail tries the jail for real, and names what this kernel refuses it.
func checkJail(ctx context.Context, tools *transcode.Tools, getenv func(string) string) (string, error) {
	kernel, contained := jail.Ask(), inContainer(getenv, exists)
	warning := unconfined(kernel, contained)
	escapes, err := tools.Escapes(ctx)
	switch {
	case err != nil:
		return "", err
	case len(escapes) > 0 && warning == "":
		return "", fmt.Errorf("ffmpeg is confined, and yet %s; please report that, with the kernel's version", strings.Join(escapes, " and "))
	case warning != "" && !contained:
		return "", errors.New(warning)
	case warning != "":
		return warning, nil
	}
	return fmt.Sprintf("ffmpeg encodes in it, and reads and reaches nothing else (Landlock %d, seccomp)", kernel.Landlock), nil
}

// checkFonts asks fontconfig for a font in each language of the interface: title cards are set in them.
func checkFonts(ctx context.Context, languages []string) (string, error) {
	if _, err := exec.LookPath("fc-list"); err != nil {
		return "", errors.New("fc-list was not found; install fontconfig and fonts (on Debian: apt install fontconfig fonts-noto-core)")
	}
	var missing []string
	for _, l := range languages {
		base, _, _ := strings.Cut(l, "-")
		out, err := exec.CommandContext(ctx, "fc-list", ":lang="+strings.ToLower(base), "family").Output()
		if err != nil {
			return "", fmt.Errorf("fc-list: %w", err)
		}
		if len(strings.TrimSpace(string(out))) == 0 {
			missing = append(missing, l)
		}
	}
	if len(missing) > 0 {
		return "", fmt.Errorf("there is no font for %s; title cards would show boxes (on Debian: apt install fonts-noto-core)", strings.Join(missing, ", "))
	}
	return "for " + strings.Join(languages, ", "), nil
}

func checkKeyFile(path string) (string, error) {
	st, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return path + " is not there yet; the first start makes it", nil
	case err != nil:
		return "", err
	case st.Mode().Perm()&0o077 != 0:
		return "", fmt.Errorf("%s can be read by others (mode %o); chmod 600 it", path, st.Mode().Perm())
	case st.Size() != config.KeySize:
		return "", fmt.Errorf("%s has %d bytes and must have %d", path, st.Size(), config.KeySize)
	}
	return path, nil
}
