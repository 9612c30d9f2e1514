package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"cabina/archive"
	"cabina/config"
)

// copyCmd copies an archive into another store, or brings a copy up to date. copy_bytes.go moves masters and what is made of them, copy_rest.go all else.
//
// What travels: masters with what is known of them and the tombstones of those that were erased, measures, renditions, history, documents, and every key of a kind that is
// not named here, exactly as it is. What stays: jobs, changes and checks, which are about processes that run on one side, and uploads, which are not accepted yet.
//
// The order is that of trust. format.json first, so that a half copy is known for what it is, a copy of this archive, and nothing else is mixed into it; then masters,
// each held against its hash before a byte of it is written; what is made of them, bytes before indexes; history; last the documents, each only if every master that it
// names stands there. So whatever stands when it is cut off is a smaller archive that is whole, and the next run moves the difference.
type copyCmd struct {
	From string `arg:"" placeholder:"FROM" help:"The archive: a directory or s3://bucket/prefix."`
	To   string `arg:"" placeholder:"TO" help:"Where to: an empty or new place, or a copy of the same archive that is brought up to date."`
}

// Help says how two services are named.
func (copyCmd) Help() string {
	return `Both sides have the settings of --store: CABINA_S3_ENDPOINT, _REGION, _ACCESS_KEY and _SECRET_KEY (or …_FILE). Where the two are on different services, CABINA_FROM_S3_ENDPOINT … and CABINA_TO_S3_ENDPOINT … go before them, each for its side.

Every recording is held against its hash on the way. What is cut off goes on where it was; a later run moves only what is new. Nothing is removed at TO but recordings that were erased at FROM.`
}

// Run copies. What cannot be copied is said, one line each, and makes the exit code 1; the rest is copied all the same.
func (c *copyCmd) Run(ctx context.Context, a *app) error {
	fromConf, err := a.side(c.From, "FROM")
	if err != nil {
		return err
	}
	toConf, err := a.side(c.To, "TO")
	if err != nil {
		return err
	}
	if err := apart(fromConf, toConf); err != nil {
		return err
	}
	from, err := openStore(ctx, fromConf, toRead)
	if err != nil {
		return fmt.Errorf("FROM: %w", err)
	}
	cp := &copying{app: a, from: &archive.Archive{Store: from}, progress: newProgress(a.Err)}
	identity, _, err := cp.from.Identity(ctx)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("FROM: there is no archive at %s, which would have a format.json", fromConf.Store)
	case err != nil:
		return fmt.Errorf("FROM: %w", err)
	}
	to, err := openStore(ctx, toConf, toWrite)
	if err != nil {
		return fmt.Errorf("TO: %w", err)
	}
	cp.to = &archive.Archive{Store: to, Log: a.log(slog.LevelWarn)}
	dir, remove, err := scratch(toConf)
	if err != nil {
		return err
	}
	defer remove()
	cp.scratch = dir
	if err := cp.to.Become(ctx, identity); err != nil {
		return fmt.Errorf("TO: %w", err)
	}
	if err := cp.all(ctx); err != nil {
		return err
	}
	cp.summary(toConf.Store)
	return saidIf(cp.failed > 0)
}

// side reads the settings of one of the two stores.
func (a *app) side(store, side string) (*config.Config, error) {
	if store == "" {
		return nil, wrong("%s: name a directory or s3://bucket/prefix", side)
	}
	c, err := config.Load(a.Flags.For(store, a.Getenv, side), config.Side(a.Getenv, side))
	if err != nil {
		return nil, wrong("%s: %w", side, err)
	}
	return c, nil
}

// apart refuses two stores that are one place, or of which one lies in the other.
func apart(from, to *config.Config) error {
	if from.Bucket() != to.Bucket() {
		return nil
	}
	a, b := strings.TrimRight(from.Store, "/")+"/", strings.TrimRight(to.Store, "/")+"/"
	if from.Bucket() {
		a, b = from.S3.Endpoint+" "+a, to.S3.Endpoint+" "+b
	} else {
		a, b = realPath(from.Store)+"/", realPath(to.Store)+"/"
	}
	if strings.HasPrefix(a, b) || strings.HasPrefix(b, a) {
		return wrong("FROM %s and TO %s are one place, or one lies in the other; name two that are apart", from.Store, to.Store)
	}
	return nil
}

// realPath follows the symbolic links of a path as far as it is there.
func realPath(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	if dir := filepath.Dir(path); dir != path {
		return filepath.Join(realPath(dir), filepath.Base(path))
	}
	return path
}

// copying is one run of copy.
type copying struct {
	app      *app
	from, to *archive.Archive
	scratch  string
	progress *progress

	have, there map[string]int64     // keys of the two sides, to sizes in bytes, as they were at the start
	stands      map[archive.Ref]bool // masters that are known to stand there, or to have been erased

	mu     sync.Mutex // guards what is below
	moved  tally      // what this run moved
	kept   int        // objects and documents that stood there already
	failed int
	bytes  counter
}

// tally counts what was moved.
type tally struct {
	masters, measures, renditions, others, documents, erased int
	bytes                                                    int64
}

// all goes through everything in the order that copyCmd speaks of.
func (c *copying) all(ctx context.Context) (err error) {
	defer c.progress.clear()
	c.progress.say("listing both sides")
	if c.have, err = sizes(ctx, c.from.Store); err != nil {
		return fmt.Errorf("FROM: %w", err)
	}
	if c.there, err = sizes(ctx, c.to.Store); err != nil {
		return fmt.Errorf("TO: %w", err)
	}
	for key, size := range c.have {
		if at, ok := c.there[key]; !ok || at != size {
			c.bytes.total += size
		}
	}
	c.stands = map[archive.Ref]bool{}
	for _, step := range []func(context.Context) error{c.masters, c.measures, c.renditions, c.rest, c.documents} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func sizes(ctx context.Context, s archive.Store) (map[string]int64, error) {
	out := map[string]int64{}
	for info, err := range s.List(ctx, "", "") {
		if err != nil {
			return nil, err
		}
		out[info.Key] = info.Size
	}
	return out, nil
}

// under gives the keys of FROM in a folder, in order.
func (c *copying) under(folder string) []string {
	var out []string
	for key := range c.have {
		if strings.HasPrefix(key, folder) {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out
}

// atOnce is how many objects are under way at the same time.
const atOnce = 4

// each does something for each of list, several at once. It ends with the first error; what only concerns one of them is said with fault and is none.
func each[T any](ctx context.Context, list []T, do func(context.Context, T) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, x := range list {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return do(ctx, x)
		})
	}
	return g.Wait()
}

// fault says what cannot be copied.
func (c *copying) fault(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed++
	c.progress.clear()
	fmt.Fprintln(c.app.Err, oneLine(fmt.Sprintf(format, args...)))
}

func (c *copying) note(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.progress.clear()
	fmt.Fprintf(c.app.Out, format+"\n", args...)
}

// did counts.
func (c *copying) did(count func(*tally)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	count(&c.moved)
}

func (c *copying) stood(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept += n
}

func (c *copying) summary(to string) {
	m := c.moved
	parts := []string{count(m.masters, "recording", "recordings"), count(m.renditions, "rendition", "renditions"), count(m.measures, "measure", "measures"),
		count(m.documents, "document", "documents"), count(m.others, "other object", "other objects")}
	fmt.Fprintf(c.app.Out, "Copied to %s: %s; %s. %s there already", to, strings.Join(parts, ", "), megabytes(m.bytes), count(c.kept, "thing stood", "things stood"))
	if m.erased > 0 {
		fmt.Fprintf(c.app.Out, "; %s there too", count(m.erased, "recording was erased", "recordings were erased"))
	}
	if c.failed > 0 {
		fmt.Fprintf(c.app.Out, "; %s not copied", count(c.failed, "thing was", "things were"))
	}
	fmt.Fprintln(c.app.Out, ".")
}

// megabytes writes a number of bytes as people read it.
func megabytes(n int64) string {
	switch {
	case n >= 10<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d bytes", n)
}

// sortedKeys gives the keys of a map in order.
func sortedKeys[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// localFile gives the path of bytes that lie on this machine, empty where they come from elsewhere.
func localFile(r any) string {
	if f, ok := r.(*os.File); ok {
		return f.Name()
	}
	return ""
}
