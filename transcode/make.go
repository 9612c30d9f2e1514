package transcode

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"cabina/archive"

	"golang.org/x/sync/errgroup"
)

// make makes one rendition and puts it: its file and tables first, its index last, so that whatever breaks off is as if it had never begun. The lease is the
// caller's affair, but that mine is asked before anything is put: whoever was frozen meanwhile must not put its bytes over those of who took over.
func (w *Worker) make(ctx context.Context, want Want, mine func(context.Context) error, progress func(float64)) error {
	if want.Profile == Tail {
		return w.makeTail(ctx, want, mine, progress)
	}
	paths, release, err := w.mastersOf(ctx, want.Inputs)
	if err != nil {
		return err
	}
	defer release()
	var facts []*Facts
	measures := &Measures{Store: w.Archive.Store, Tools: w.Tools}
	for i, p := range want.Inputs.Parts {
		f, err := measures.Facts(ctx, p.Master, func() (string, error) { return paths[i], nil })
		if err != nil {
			return err
		}
		facts = append(facts, f)
	}
	dir, err := os.MkdirTemp(w.dir, "make-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := w.Tools.Render(ctx, dir, want.Inputs, paths, facts, progress); err != nil {
		return err
	}
	return w.put(ctx, want, mine, func() (*Index, error) {
		if want.Profile == Sheet {
			return w.putSheets(ctx, dir, want)
		}
		return w.putFilm(ctx, filepath.Join(dir, outFile), want, 0)
	})
}

// put puts what was made: its files, then its index, each only while the lease is ours.
func (w *Worker) put(ctx context.Context, want Want, mine func(context.Context) error, files func() (*Index, error)) error {
	w.Archive.Reached(archive.PointMade)
	if err := mine(ctx); err != nil {
		return err
	}
	x, err := files()
	if err != nil {
		return err
	}
	w.Archive.Reached(archive.PointBytes)
	if err := mine(ctx); err != nil {
		return err
	}
	return w.putIndex(ctx, want, x)
}

// mastersOf gives a local path for each part.
func (w *Worker) mastersOf(ctx context.Context, r Recipe) (paths []string, release func(), err error) {
	var releases []func()
	release = func() {
		for _, f := range releases {
			f()
		}
	}
	for _, p := range r.Parts {
		path, done, err := w.masters.local(ctx, p.Master)
		if err != nil {
			release()
			return nil, nil, err
		}
		paths, releases = append(paths, path), append(releases, done)
	}
	return paths, release, nil
}

// putFilm puts a film that begins at the tick from.
func (w *Worker) putFilm(ctx context.Context, path string, want Want, from int64) (*Index, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	var x Index
	var sum string
	g, both := errgroup.WithContext(ctx)
	g.Go(func() error { return w.Archive.Store.PutFile(both, want.Key(".mp4"), path) })
	g.Go(func() (err error) {
		var tables []byte
		if x, tables, err = readIndexFrom(f, info.Size(), from); err != nil {
			return err
		}
		return w.putBytes(both, want.Key(".tables"), tables)
	})
	g.Go(func() (err error) { sum, err = fileSum(path); return err })
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("put %s: %w", want.File(), err)
	}
	x.SHA256 = sum
	return &x, nil
}

func (w *Worker) putSheets(ctx context.Context, dir string, want Want) (*Index, error) {
	x := Index{DurationMs: want.Inputs.LengthMs}
	sum := sha256.New()
	for n := 1; ; n++ {
		data, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf(sheetFiles, n)))
		if errors.Is(err, fs.ErrNotExist) && n > 1 {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := w.putBytes(ctx, want.Key("-"+strconv.Itoa(n)+".jpg"), data); err != nil {
			return nil, err
		}
		sum.Write(data)
		x.Bytes += int64(len(data))
		x.Sheets = append(x.Sheets, int64(len(data)))
	}
	x.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return &x, nil
}

func (w *Worker) putIndex(ctx context.Context, want Want, x *Index) (err error) {
	x.Recipe = want.Recipe
	if x.Tool, err = w.tool(ctx); err != nil {
		return err
	}
	data, err := json.Marshal(x)
	if err != nil {
		return err
	}
	if err := w.putBytes(ctx, want.Key(".json"), data); err != nil {
		return err
	}
	w.Archive.Reached(archive.PointIndexed)
	return nil
}

func (w *Worker) putBytes(ctx context.Context, key string, data []byte) error {
	if _, err := w.Archive.Store.Put(ctx, key, data, archive.Always()); err != nil {
		return fmt.Errorf("put %s: %w", key, err)
	}
	return nil
}

// there says whether a rendition is whole: its index is in the store, and is that of its recipe.
func (w *Worker) there(ctx context.Context, want Want) (bool, error) {
	data, _, err := w.Archive.Store.Get(ctx, want.Key(".json"))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var x Index
	return json.Unmarshal(data, &x) == nil && sameRecipe(x.Recipe, want.Recipe), nil
}

// have gives the names of a session whose index is in the store, by one listing.
func have(ctx context.Context, store archive.Store, session string) (map[Name]archive.Info, error) {
	prefix := "renditions/" + session + "/"
	out := map[Name]archive.Info{}
	for info, err := range store.List(ctx, prefix, "") {
		if err != nil {
			return nil, fmt.Errorf("renditions of %s: %w", session, err)
		}
		const ext = ".json"
		file := info.Key[len(prefix):]
		if len(file) <= len(ext) || file[len(file)-len(ext):] != ext {
			continue
		}
		if n, err := ParseFile(session, file[:len(file)-len(ext)]); err == nil {
			out[n] = info
		}
	}
	return out, nil
}

func fileSum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.CopyBuffer(h, struct{ io.Reader }{f}, make([]byte, 1<<20)); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
