package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"cabina/archive"
	"cabina/transcode"
)

// sum reads an object to its end into h and gives its size.
func (v *verifier) sum(ctx context.Context, h hash.Hash, key string) (int64, error) {
	info, err := v.arc.Store.Stat(ctx, key)
	if err != nil || info.Size == 0 {
		return 0, err
	}
	r, err := v.arc.Store.Range(ctx, key, 0, info.Size)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	v.progress.say("reading %s (%d MB)", key, info.Size>>20)
	from := &slowed{ctx: ctx, r: io.LimitReader(r, info.Size), pace: &v.pace}
	n, err := io.CopyBuffer(struct{ io.Writer }{h}, from, make([]byte, 1<<20))
	if err == nil && n != info.Size {
		err = fmt.Errorf("only %d of its %d bytes can be read", n, info.Size)
	}
	return n, err
}

// masters reads every master, those that no document names too, and says which named ones are not there.
func (v *verifier) masters(ctx context.Context) error {
	seen := map[archive.Ref]bool{}
	for info, err := range v.arc.Store.List(ctx, "masters/", "") {
		if err != nil {
			return err
		}
		name := path.Base(info.Key)
		ref := archive.Ref(strings.TrimSuffix(name, ".json"))
		if !ref.Valid() || info.Key != ref.Key() && info.Key != ref.InfoKey() {
			v.note("%s: no master is called so; it is left alone", info.Key)
			continue
		}
		if info.Key != ref.Key() {
			continue
		}
		seen[ref] = true
		if err := v.master(ctx, ref, info.Size); err != nil {
			return err
		}
	}
	for _, ref := range sorted(slices.Collect(maps.Keys(v.used))) {
		if seen[ref] {
			continue
		}
		known, _, err := v.info(ctx, ref)
		switch {
		case err != nil && !isAbsent(err):
			return err
		case known != nil && known.Erased != nil:
		default:
			v.fault("%s: missing; %s is made of it", ref.Key(), v.used[ref])
		}
	}
	return nil
}

// info reads what is known of a master.
func (v *verifier) info(ctx context.Context, ref archive.Ref) (*archive.MasterInfo, string, error) {
	data, version, err := v.arc.Store.Get(ctx, ref.InfoKey())
	if err != nil {
		return nil, "", err
	}
	m := new(archive.MasterInfo)
	if err := json.Unmarshal(data, m); err != nil {
		return nil, "", fmt.Errorf("%s: %w", ref.InfoKey(), err)
	}
	return m, version, nil
}

func (v *verifier) master(ctx context.Context, ref archive.Ref, size int64) error {
	known, version, err := v.info(ctx, ref)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case isAbsent(err) && v.used[ref] != "":
		v.fault("%s: missing; it says what is known of a master of %s", ref.InfoKey(), v.used[ref])
	case err != nil && !isAbsent(err):
		v.fault("%s", err)
	}
	if known != nil {
		if known.Erased != nil {
			v.fault("%s: it was erased, and its bytes are there", ref.Key())
		}
		at, err := time.Parse(time.RFC3339, known.Verified)
		if err == nil && (v.olderThan > 0 && time.Since(at) < v.olderThan || v.resume.read(at)) {
			v.count.passed++
			return nil
		}
	}
	h := sha256.New()
	n, err := v.sum(ctx, h, ref.Key())
	v.count.masters++
	switch got := hex.EncodeToString(h.Sum(nil)); {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		v.fault("%s: cannot be read: %s%s", ref.Key(), err, v.madeOf(ref))
		return nil
	case got != string(ref):
		v.fault("%s: damaged: its %d bytes have the hash %s%s", ref.Key(), n, got, v.madeOf(ref))
		return nil
	case known == nil:
		return nil
	case known.Size != size:
		v.fault("%s: it says %d bytes, and there are %d", ref.InfoKey(), known.Size, size)
		return nil
	}
	return v.stamp(ctx, ref, known, version)
}

// stamp writes down when a master was found right. Two runs at once may race for it: either date is true.
func (v *verifier) stamp(ctx context.Context, ref archive.Ref, known *archive.MasterInfo, version string) error {
	if v.readOnly || known.Newer() {
		return nil
	}
	known.Verified = v.arc.Stamp()
	data, err := json.Marshal(known)
	if err != nil {
		return err
	}
	if _, err := v.arc.Store.Put(ctx, ref.InfoKey(), data, archive.IfVersion(version)); err != nil && !errors.Is(err, archive.ErrConflict) {
		v.note("%s: that it was verified could not be written: %s", ref.InfoKey(), err)
	}
	return nil
}

func (v *verifier) madeOf(ref archive.Ref) string {
	if who := v.used[ref]; who != "" {
		return "; " + who + " is made of it"
	}
	return "; no document names it"
}

// renditions reads every rendition that is whole by its index, and holds it against that.
func (v *verifier) renditions(ctx context.Context) error {
	v.made = map[string]bool{}
	have := map[string]int64{} // key to size
	var indexes []string
	for info, err := range v.arc.Store.List(ctx, "renditions/", "") {
		if err != nil {
			return err
		}
		have[info.Key] = info.Size
		if strings.HasSuffix(info.Key, ".json") {
			indexes = append(indexes, info.Key)
		}
	}
	for _, key := range indexes {
		stem := strings.TrimSuffix(key, ".json")
		v.made[strings.TrimPrefix(stem, "renditions/")] = true
		if v.resume.passes(stem) {
			v.count.passedRenditions++
			continue
		}
		before := v.faults
		if err := v.rendition(ctx, stem, have); err != nil {
			return err
		}
		v.resume.reached(stem, v.faults > before)
	}
	for _, key := range slices.Sorted(maps.Keys(have)) {
		if !v.made[renditionOf(key)] {
			v.note("%s: it has no index; what was being made of it will be made again", key)
		}
	}
	return nil
}

// renditionOf gives session/track.profile.recipe of a rendition's file, whose own name goes on with an ending or with the number of a sheet.
func renditionOf(key string) string {
	key = strings.TrimPrefix(key, "renditions/")
	f := strings.SplitN(key, ".", 4)
	if len(f) < 4 {
		return key
	}
	recipe, _, _ := strings.Cut(f[2], "-")
	return strings.Join([]string{f[0], f[1], recipe}, ".")
}

func (v *verifier) rendition(ctx context.Context, stem string, have map[string]int64) error {
	v.count.renditions++
	data, _, err := v.arc.Store.Get(ctx, stem+".json")
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		v.fault("%s.json: cannot be read: %s", stem, err)
		return nil
	}
	var index transcode.Index
	if err := json.Unmarshal(data, &index); err != nil {
		v.fault("%s.json: damaged: %s", stem, err)
		return nil
	}
	files := []string{stem + ".mp4"}
	if len(index.Sheets) > 0 {
		files = nil
		for i := range index.Sheets {
			files = append(files, fmt.Sprintf("%s-%d.jpg", stem, i+1))
		}
	} else if size, ok := have[stem+".tables"]; !ok || size == 0 {
		v.fault("%s.tables: missing", stem)
	}
	h, total := sha256.New(), int64(0)
	for _, key := range files {
		if _, ok := have[key]; !ok {
			v.fault("%s: missing", key)
			return nil
		}
		n, err := v.sum(ctx, h, key)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			v.fault("%s: cannot be read: %s", key, err)
			return nil
		}
		total += n
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != index.SHA256 || total != index.Bytes {
		v.fault("%s: damaged: %d bytes with the hash %s, where its index says %d with %s", strings.Join(files, ", "), total, got, index.Bytes, index.SHA256)
	}
	return nil
}

// absent names what sessions want and nobody has made yet: no fault, serve and work make it.
func (v *verifier) absent(context.Context) error {
	for _, s := range v.sessions {
		var names []string
		for _, w := range transcode.Wanted(s) {
			if !v.made[s.ID+"/"+w.File()] {
				names = append(names, w.File())
			}
		}
		if len(names) > 0 {
			v.note("%s: not made yet: %s", s.ID, strings.Join(names, " "))
		}
	}
	return nil
}
