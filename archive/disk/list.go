package disk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cabina/archive"
)

// List gives objects in the order of their keys; see archive.Store. It reads one folder at a time, when it comes to it, only those that can
// hold what is asked for, and no file.
func (s *Store) List(ctx context.Context, prefix, after string) iter.Seq2[archive.Info, error] {
	return func(yield func(archive.Info, error) bool) {
		if err := checkPrefix(prefix); err != nil {
			yield(archive.Info{}, fmt.Errorf("list %s: %w", prefix, err))
			return
		}
		l := listing{store: s, prefix: prefix, after: after, yield: yield}
		l.folder(ctx, prefix[:strings.LastIndexByte(prefix, '/')+1])
	}
}

// checkPrefix says why no key can begin with prefix; nil when one can.
func checkPrefix(prefix string) error {
	if prefix == "" || checkKey(prefix) == nil {
		return nil
	}
	err := checkKey(prefix + "x") // its last element may go on
	if invalid := (*archive.InvalidKey)(nil); errors.As(err, &invalid) {
		return &archive.InvalidKey{Key: prefix, Why: invalid.Why}
	}
	return err
}

type listing struct {
	store         *Store
	prefix, after string
	yield         func(archive.Info, error) bool
}

// node is something in a folder. The key of a folder ends with a slash.
type node struct {
	key   string
	entry fs.DirEntry
}

// folder yields what a folder holds; at is empty or ends with a slash. It is false when the listing is over.
func (l *listing) folder(ctx context.Context, at string) bool {
	nodes, err := l.read(at)
	if err != nil {
		l.yield(archive.Info{}, fmt.Errorf("list %s: %w", l.prefix, err))
		return false
	}
	for _, n := range nodes {
		if err := ctx.Err(); err != nil {
			l.yield(archive.Info{}, fmt.Errorf("list %s: %w", l.prefix, err))
			return false
		}
		if n.entry.IsDir() {
			if !l.folder(ctx, n.key) {
				return false
			}
			continue
		}
		st, err := n.entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted meanwhile
		}
		if err != nil {
			l.yield(archive.Info{}, fmt.Errorf("list %s: %w", l.prefix, err))
			return false
		}
		if !l.yield(info(n.key, st), nil) {
			return false
		}
	}
	return true
}

// read gives what a folder holds and the listing wants, in the order of keys.
func (l *listing) read(at string) ([]node, error) {
	d, err := os.Open(filepath.Join(l.store.dir, filepath.FromSlash(at)))
	if err != nil {
		if errors.Is(absent(err), fs.ErrNotExist) && l.store.stands() {
			return nil, nil
		}
		return nil, err
	}
	defer d.Close()
	entries, err := d.ReadDir(-1)
	if err != nil && !errors.Is(absent(err), fs.ErrNotExist) {
		return nil, err
	}
	var nodes []node
	for _, e := range entries {
		key := at + e.Name()
		if checkKey(key) != nil {
			continue // the store's own, or a stranger's
		}
		if e.IsDir() && l.wantsFolder(key+"/") {
			nodes = append(nodes, node{key + "/", e})
		}
		if e.Type().IsRegular() && strings.HasPrefix(key, l.prefix) && key > l.after {
			nodes = append(nodes, node{key, e})
		}
	}
	// Directory order is not key order: "a/b" is walked before "a.b", but '.' comes before '/'.
	slices.SortFunc(nodes, func(a, b node) int { return strings.Compare(a.key, b.key) })
	return nodes, nil
}

// wantsFolder is true where a key below folder, which ends with a slash, may have the prefix and be greater than after.
func (l *listing) wantsFolder(folder string) bool {
	within := strings.HasPrefix(folder, l.prefix) || strings.HasPrefix(l.prefix, folder)
	return within && (folder > l.after || strings.HasPrefix(l.after, folder))
}

// stands is true while the archive's folder is there: an archive that was moved away is not an empty one.
func (s *Store) stands() bool {
	_, err := os.Stat(s.dir)
	return err == nil
}
