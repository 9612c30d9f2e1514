package transcode

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"cabina/archive"
)

// Measures keeps what was found in masters beside them, so that no master is read twice for it. All of it may be deleted at any time.
type Measures struct {
	Store archive.Store
	Tools *Tools
}

// Facts gives a master's facts: those that are kept, else those of the file that open gives, which are kept from then on. A file that is not taken is *Refused.
func (m *Measures) Facts(ctx context.Context, ref archive.Ref, open func() (path string, err error)) (*Facts, error) {
	var f Facts
	if ok, err := m.get(ctx, ref.MeasureKey("probe.json"), &f); err != nil || ok && f.V == factsV {
		return &f, err
	}
	path, err := open()
	if err != nil {
		return nil, err
	}
	found, err := m.Tools.Probe(ctx, path)
	if err != nil {
		return nil, err
	}
	return found, m.KeepFacts(ctx, ref, found)
}

// KeepFacts keeps what a probe found.
func (m *Measures) KeepFacts(ctx context.Context, ref archive.Ref, f *Facts) error {
	return m.put(ctx, ref.MeasureKey("probe.json"), f)
}

// Sound gives what was heard in a master's stream ("a:0"): what is kept, else it is measured in the file that open gives and kept.
func (m *Measures) Sound(ctx context.Context, ref archive.Ref, stream string, open func() (path string, err error), progress func(float64)) (*Sound, error) {
	var s Sound
	if ok, err := m.get(ctx, ref.MeasureKey(soundName(stream)+".sound.json"), &s); err != nil || ok && s.V == soundV {
		return &s, err
	}
	path, err := open()
	if err != nil {
		return nil, err
	}
	f, err := m.Facts(ctx, ref, open)
	if err != nil {
		return nil, err
	}
	heard, err := m.Tools.Measure(ctx, path, f, stream, progress)
	if err != nil {
		return nil, err
	}
	return heard, m.KeepSound(ctx, ref, stream, heard)
}

// KeepSound keeps what was heard; the peaks first, so that whoever finds the sound finds them too.
func (m *Measures) KeepSound(ctx context.Context, ref archive.Ref, stream string, s *Sound) error {
	key := ref.MeasureKey(soundName(stream) + ".peaks")
	if _, err := m.Store.Put(ctx, key, s.Peaks, archive.Always()); err != nil {
		return fmt.Errorf("measure %s: %w", key, err)
	}
	return m.put(ctx, ref.MeasureKey(soundName(stream)+".sound.json"), s)
}

// soundName is a stream as it stands in a key, which has no colon: a0.
func soundName(stream string) string { return strings.ReplaceAll(stream, ":", "") }

func (m *Measures) get(ctx context.Context, key string, into any) (ok bool, err error) {
	data, _, err := m.Store.Get(ctx, key)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("measure %s: %w", key, err)
	}
	return json.Unmarshal(data, into) == nil, nil // what cannot be read is measured again
}

func (m *Measures) put(ctx context.Context, key string, v any) error {
	data, err := json.Marshal(v)
	if err == nil {
		_, err = m.Store.Put(ctx, key, data, archive.Always())
	}
	if err != nil {
		return fmt.Errorf("measure %s: %w", key, err)
	}
	return nil
}
