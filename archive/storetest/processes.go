package storetest

import (
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"cabina/archive"
)

// placeVariable tells a process that RunProcesses started where the store is.
const placeVariable = "CABINA_STORETEST_PLACE"

// processes is how many take part beside each other; the writers are shared out among them.
const processes = 2

// RunProcesses tests what only several processes can show: 8 writers × 50 changes, shared out to two processes, lose none.
//
// Place prepares an empty store and gives a string by which another process finds it; open opens the store there. The test
// binary is started again for the other processes with the same test selected: a test function must call RunProcesses at most once, and should do
// nothing beside it.
func RunProcesses(t *testing.T, place func(t *testing.T) string, open func(t *testing.T, place string) archive.Store) {
	if at := os.Getenv(placeVariable); at != "" {
		write(t, open(t, at))
		return
	}
	at := place(t)
	s := open(t, at)
	put(t, s, "counter", "0")

	begun := time.Now()
	var wg sync.WaitGroup
	for range processes {
		wg.Go(func() { again(t, at) })
	}
	wg.Wait()
	t.Logf("%d processes × %d writers × %d changes: %v", processes, writers/processes, updates, time.Since(begun).Round(time.Millisecond))
	want(t, s, "counter", strconv.Itoa(writers*updates))
}

// write is what each process does.
func write(t *testing.T, s archive.Store) {
	var wg sync.WaitGroup
	for range writers / processes {
		wg.Go(func() { count(t, s, "counter", updates) })
	}
	wg.Wait()
}

// again runs the test binary once more, with only this test, at the same store.
func again(t *testing.T, place string) {
	self, err := os.Executable()
	if err != nil {
		t.Error(err)
		return
	}
	pattern := "^" + strings.ReplaceAll(t.Name(), "/", "$/^") + "$"
	cmd := exec.CommandContext(t.Context(), self, "-test.run="+pattern, "-test.v", "-test.timeout=5m")
	cmd.Env = append(os.Environ(), placeVariable+"="+place)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("the other process: %v\n%s", err, out)
	} else if !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Errorf("the other process did not run %s:\n%s", t.Name(), out)
	}
}
