package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"cabina/archive"
	"cabina/archive/s3"
	"cabina/transcode"
)

// damaged is an object at FROM whose bytes do not have the hash that names them.
type damaged struct {
	key string
	got archive.Ref
}

func (d *damaged) Error() string {
	return fmt.Sprintf("%s: damaged at FROM: its bytes have the hash %s; it is not copied", d.key, d.got)
}

// smallest is what is copied through memory, in bytes: all that a store puts in one request without a file.
const smallest = 1 << 20

// move copies an object. Where want is not empty its bytes must have that hash, which is known before any of them is written.
func (c *copying) move(ctx context.Context, key string, size int64, want archive.Ref) error {
	if size <= smallest && want == "" {
		data, _, err := c.from.Store.Get(ctx, key)
		if err == nil {
			_, err = c.to.Store.Put(ctx, key, data, archive.Always())
		}
		return c.counted(int64(len(data)), err)
	}
	r, err := c.from.Store.Range(ctx, key, 0, size)
	if err != nil {
		return err
	}
	defer r.Close()
	path, got, done, err := c.local(ctx, key, r, size)
	if err != nil {
		return err
	}
	defer done()
	if want != "" && got != want {
		return &damaged{key, got}
	}
	c.progress.say("writing %s (%s), %d %%", key, megabytes(size), c.bytes.add(0))
	return c.counted(size, c.to.Store.PutFile(ctx, key, path))
}

func (c *copying) counted(n int64, err error) error {
	if err == nil {
		c.bytes.add(n)
		c.did(func(t *tally) { t.bytes += n })
	}
	return err
}

// local gives a file with the object's bytes, and their hash. What lies on this machine and goes to a bucket is read where it lies; else it is copied to scratch, so that
// no two archives share a file.
func (c *copying) local(ctx context.Context, key string, r io.Reader, size int64) (path string, got archive.Ref, done func(), err error) {
	c.progress.say("reading %s (%s), %d %%", key, megabytes(size), c.bytes.add(0))
	if _, bucket := c.to.Store.(*s3.Store); bucket && localFile(r) != "" {
		got, n, err := c.from.Sum(ctx, key)
		if err == nil && n != size {
			err = fmt.Errorf("%s: %d bytes, where the listing said %d", key, n, size)
		}
		return localFile(r), got, func() {}, err
	}
	s, err := archive.Spool(ctx, io.LimitReader(r, size), c.scratch)
	if err != nil {
		return "", "", nil, err
	}
	if s.Size != size {
		s.Remove()
		return "", "", nil, fmt.Errorf("%s: only %d of its %d bytes can be read", key, s.Size, size)
	}
	return s.Path, s.Ref, s.Remove, nil
}

// masters copies every recording, those that no document names today too, and carries tombstones over.
func (c *copying) masters(ctx context.Context) error {
	refs := map[archive.Ref]bool{}
	for _, key := range c.under("masters/") {
		name := strings.TrimSuffix(key[strings.LastIndexByte(key, '/')+1:], ".json")
		if ref := archive.Ref(name); ref.Valid() && (key == ref.Key() || key == ref.InfoKey()) {
			refs[ref] = true
		}
	}
	return each(ctx, sortedKeys(refs), func(ctx context.Context, ref archive.Ref) error {
		stands, err := c.master(ctx, ref)
		var bad *damaged
		if errors.As(err, &bad) {
			c.fault("%s", bad)
			err = nil
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.stands[ref] = stands
		return err
	})
}

// master copies one recording; stands is true where it stands there afterwards, or was erased.
func (c *copying) master(ctx context.Context, ref archive.Ref) (stands bool, err error) {
	size, here := c.have[ref.Key()]
	at, there := c.there[ref.Key()]
	_, known := c.there[ref.InfoKey()]
	if here && there && at == size && known {
		c.stood(1)
		return true, nil
	}
	info, data, err := masterInfo(ctx, c.from.Store, ref)
	if err != nil {
		return false, fmt.Errorf("FROM: %w", err)
	}
	if info != nil && info.Erased != nil {
		return true, c.erase(ctx, ref, data, there)
	}
	if !here {
		c.fault("%s: missing at FROM; `cabina verify` says of what", ref.Key())
		return false, nil
	}
	if known && !there {
		if info, _, err := masterInfo(ctx, c.to.Store, ref); err != nil {
			return false, fmt.Errorf("TO: %w", err)
		} else if info != nil && info.Erased != nil {
			c.note("%s: it was erased at TO on %s, and stays so", ref.Key(), info.Erased.At)
			return true, nil
		}
	}
	if !there || at != size {
		if err := c.move(ctx, ref.Key(), size, ref); err != nil {
			return false, err
		}
		c.did(func(t *tally) { t.masters++ })
	}
	if !known && data != nil {
		if _, err := c.to.Store.Put(ctx, ref.InfoKey(), data, archive.IfAbsent()); err != nil && !errors.Is(err, archive.ErrConflict) {
			return false, fmt.Errorf("TO: %w", err)
		}
	}
	return true, nil
}

// erase does at TO what was done at FROM: the tombstone first, so that nobody takes the bytes for lost.
func (c *copying) erase(ctx context.Context, ref archive.Ref, tombstone []byte, bytes bool) error {
	info, data, err := masterInfo(ctx, c.to.Store, ref)
	if err != nil {
		return fmt.Errorf("TO: %w", err)
	}
	if info == nil || info.Erased == nil {
		if archive.Newer(data) {
			return fmt.Errorf("TO: %s: %w", ref.InfoKey(), archive.ErrNewer)
		}
		if _, err := c.to.Store.Put(ctx, ref.InfoKey(), tombstone, archive.Always()); err != nil {
			return fmt.Errorf("TO: %w", err)
		}
	}
	if !bytes {
		c.stood(1)
		return nil
	}
	c.note("%s: it was erased at FROM, and now at TO", ref.Key())
	c.did(func(t *tally) { t.erased++ })
	return c.to.Store.Delete(ctx, ref.Key())
}

// masterInfo reads what is known of a master; nil where nothing is.
func masterInfo(ctx context.Context, s archive.Store, ref archive.Ref) (*archive.MasterInfo, []byte, error) {
	data, _, err := s.Get(ctx, ref.InfoKey())
	if isAbsent(err) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	m := new(archive.MasterInfo)
	if err := json.Unmarshal(data, m); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", ref.InfoKey(), err)
	}
	return m, data, nil
}

// measures copies what was found in masters; what is there and differs was found by the program there.
func (c *copying) measures(ctx context.Context) error {
	return each(ctx, c.under("measures/"), func(ctx context.Context, key string) error {
		if _, ok := c.there[key]; ok {
			c.stood(1)
			return nil
		}
		if err := c.move(ctx, key, c.have[key], ""); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		c.did(func(t *tally) { t.measures++ })
		return nil
	})
}

// renditions copies those that are whole: their files, then their index. One of the same recipe that is whole there is as good.
func (c *copying) renditions(ctx context.Context) error {
	files := map[string][]string{} // by session/track.profile.recipe
	for _, key := range c.under("renditions/") {
		stem := renditionOf(key)
		files[stem] = append(files[stem], key)
	}
	return each(ctx, sortedKeys(files), func(ctx context.Context, stem string) error {
		err := c.rendition(ctx, "renditions/"+stem+".json", files[stem])
		var bad *damaged
		if errors.As(err, &bad) {
			c.note("%s; it is made anew from its recording", bad)
			return nil
		}
		return err
	})
}

func (c *copying) rendition(ctx context.Context, index string, files []string) error {
	if _, whole := c.have[index]; !whole {
		return nil // what is left of one that was never finished
	}
	if _, whole := c.there[index]; whole {
		c.stood(1)
		return nil
	}
	data, _, err := c.from.Store.Get(ctx, index)
	if isAbsent(err) {
		return nil // tidied away since it was listed
	}
	if err != nil {
		return fmt.Errorf("FROM: %w", err)
	}
	var x transcode.Index
	if err := json.Unmarshal(data, &x); err != nil {
		c.note("%s: damaged at FROM and not copied; it is made anew from its recording", index)
		return nil
	}
	for _, key := range files {
		want := archive.Ref("")
		if strings.HasSuffix(key, ".mp4") {
			want = archive.Ref(x.SHA256)
		}
		if key == index {
			continue
		}
		if err := c.move(ctx, key, c.have[key], want); err != nil {
			return err
		}
	}
	if err := c.move(ctx, index, c.have[index], ""); err != nil {
		return err
	}
	c.did(func(t *tally) { t.renditions++ })
	return nil
}
