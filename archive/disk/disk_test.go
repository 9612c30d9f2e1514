package disk

import (
	"testing"

	"cabina/archive"
	"cabina/archive/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) archive.Store { return create(t, t.TempDir()) })
}

func TestProcesses(t *testing.T) {
	storetest.RunProcesses(t,
		func(t *testing.T) string { return t.TempDir() },
		func(t *testing.T, place string) archive.Store { return create(t, place) })
}

func create(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
