package transcode

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"cabina/archive"
	"cabina/transcode/jail"
)

// selfJail is this test binary, as TestMain makes it a tool.
var selfJail = []string{"/proc/self/exe", "jail"}

func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "jail" {
		fmt.Fprintln(os.Stderr, jail.Become(os.Args[2], os.Args[3:]))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// jailedTools are the media tools as they run in earnest.
func jailedTools(t testing.TB) *Tools {
	t.Helper()
	return &Tools{Scratch: t.TempDir(), Jail: selfJail}
}

// script makes a stand-in for a media tool: the test says what it does. It has the limits alone, since the shell starts other programs.
func script(t testing.TB, body string) *Tools {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tool")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body), 0o700); err != nil {
		t.Fatal(err)
	}
	return &Tools{FFmpeg: path, FFprobe: path, Scratch: t.TempDir()}
}

func output(t testing.TB, tools *Tools, c call) (string, error) {
	t.Helper()
	var out []byte
	c.dir, c.stdout = t.TempDir(), readInto(&out, 1<<20)
	err := tools.run(t.Context(), "ffmpeg", c)
	return string(out), err
}

func TestToolsSeeNothingOfOurs(t *testing.T) {
	t.Setenv("CABINA_S3_SECRET_KEY", "secret")
	in := writeFile(t, "odd 'name'; $(x).mp4", "x")
	out, err := output(t, script(t, "/usr/bin/env; echo args \"$@\"; ls; cat in0; cat"), call{args: []string{"-i", "in0"}, in: []string{in}})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out, "CABINA") || strings.Contains(out, "secret") || strings.Contains(out, "odd") {
		t.Errorf("the tool sees %q, want no environment of ours and no name of theirs", out)
	}
	if !strings.Contains(out, "args -i in0\nin0\nx") {
		t.Errorf("the tool sees %q, want its input as in0, and an empty standard input", out)
	}
}

func TestToolsHaveLimits(t *testing.T) {
	out, err := output(t, script(t, "sleep 0.3; cat /proc/self/limits"), call{lengthMs: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Max core file size 0 0", "Max cpu time 121 126", "Max file size 34359738368 34359738368", "Max open files 128 128", "Max address space 4294967296 4294967296"} {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
			t.Errorf("limits are %s\nwant %q", out, want)
		}
	}
}

func TestACancelledToolDiesWithItsChildren(t *testing.T) {
	dir := t.TempDir()
	tools := script(t, "sleep 300 &\necho $! > child\necho $$ > self\nwait\n")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- tools.run(ctx, "ffmpeg", call{dir: dir}) }()
	var pids []string
	waitFor(t, "both run", func() bool {
		a, _ := os.ReadFile(filepath.Join(dir, "child"))
		b, _ := os.ReadFile(filepath.Join(dir, "self"))
		pids = strings.Fields(string(a) + " " + string(b))
		return len(pids) == 2
	})
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("run = %v, want the context's error", err)
	}
	waitFor(t, "both are dead", func() bool {
		for _, pid := range pids {
			if stat, err := os.ReadFile("/proc/" + pid + "/stat"); err == nil && !strings.Contains(string(stat), ") Z") {
				return false
			}
		}
		return true
	})
}

func TestHowAToolFails(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"its last complaint, without where it stood", "echo 'first' >&2; echo '[mov @ 0x55aa] moov atom not found' >&2; exit 1", "ffmpeg: moov atom not found"},
		{"no complaint", "exit 3", "ffmpeg: exit status 3"},
		{"killed", "kill -9 $$", "ffmpeg: signal: killed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := output(t, script(t, c.body), call{})
			var failed *ToolError
			if !errors.As(err, &failed) || err.Error() != c.want {
				t.Errorf("run = %v, want %s", err, c.want)
			}
		})
	}
	_, err := output(t, script(t, `i=0; while [ $i -lt 2000 ]; do echo "line $i of a long complaint" >&2; i=$((i+1)); done; exit 1`), call{})
	var failed *ToolError
	if !errors.As(err, &failed) || len(failed.Log) > tailLen || !strings.HasSuffix(failed.Log, "line 1999 of a long complaint") {
		t.Errorf("the log has %d bytes and ends with %.40q, want the last %d", len(failed.Log), failed.Log[max(0, len(failed.Log)-40):], tailLen)
	}
	if err := (&Tools{FFmpeg: "/nowhere/ffmpeg"}).Check(); err == nil || !strings.Contains(err.Error(), "apt install ffmpeg") {
		t.Errorf("Check = %v, want how to get it", err)
	}
}

func TestProgressIsRead(t *testing.T) {
	var told []float64
	read := readProgress(10000, func(f float64) { told = append(told, f) })
	if err := read(strings.NewReader("frame=1\nout_time_us=N/A\nout_time_us=-20\nout_time_us=2500000\nprogress=continue\nout_time_us=99999999\nprogress=end\n")); err != nil {
		t.Fatal(err)
	}
	if len(told) != 3 || told[0] != 0 || told[1] != 0.25 || told[2] != 1 {
		t.Errorf("told %v, want 0, 0.25, 1", told)
	}
}

func TestScratchOfTheDeadIsRemoved(t *testing.T) {
	parent := t.TempDir()
	mine, remove, err := scratch(parent)
	if err != nil {
		t.Fatal(err)
	}
	dead := filepath.Join(parent, "work-dead")
	if err := os.MkdirAll(filepath.Join(dead, "make-1"), 0o700); err != nil {
		t.Fatal(err)
	}
	other, removeOther, err := scratch(parent)
	if err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]bool{mine: true, dead: false, other: true} {
		if _, err := os.Stat(dir); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", filepath.Base(dir), err == nil, want)
		}
	}
	remove()
	removeOther()
	if entries, err := os.ReadDir(parent); err != nil || len(entries) > 0 {
		t.Errorf("left are %v, %v; want nothing", entries, err)
	}
}

func TestQueueGivesWhatMakesASessionPlayFirst(t *testing.T) {
	q := newQueue()
	a, b := sample(), sample()
	a.ID, b.ID = "a", "b"
	q.set("b", Wanted(b))
	q.set("a", Wanted(a))
	var got []string
	ctx, cancel := context.WithCancel(t.Context())
	for range 6 {
		w, _ := q.take(ctx)
		got = append(got, w.Session+"/"+w.Name.Track+"."+w.Profile)
	}
	if want := "a/t1.copy b/t1.copy a/t2.voice a/t4.voice b/t2.voice b/t4.voice"; strings.Join(got, " ") != want {
		t.Errorf("taken %v, want %s", got, want)
	}
	// What is being made is not given again though it is still wanted.
	q.set("a", Wanted(a)[:1])
	q.set("b", nil)
	time.AfterFunc(20*time.Millisecond, cancel)
	if w, ok := q.take(ctx); ok {
		t.Errorf("take = %s, want nothing", w.File())
	}
	q.done(Wanted(a)[0])
	q.set("a", Wanted(a)[:1])
	if w, ok := q.take(t.Context()); !ok || w.Profile != Copy {
		t.Errorf("take = %v, want it again after it was done", w)
	}
}

// remote is a store whose objects are no local files.
type remote struct{ counting }

func (r *remote) Range(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	body, err := r.counting.Range(ctx, key, off, n)
	return struct{ io.ReadCloser }{body}, err
}

func TestMastersAreFetchedOnce(t *testing.T) {
	a := newArchive(t)
	store := &remote{counting{Store: a.Store}}
	one, two := keep(t, a, writeFile(t, "1", strings.Repeat("1", 1000))), keep(t, a, writeFile(t, "2", strings.Repeat("2", 1000)))
	m := &masters{store: store, dir: t.TempDir(), limit: 1500}
	path, release, err := m.local(t.Context(), one)
	if err != nil {
		t.Fatal(err)
	}
	again, releaseAgain, err := m.local(t.Context(), one)
	if err != nil || again != path {
		t.Errorf("local = %s, %v; want the same file", again, err)
	}
	if data, err := os.ReadFile(path); err != nil || len(data) != 1000 {
		t.Errorf("it holds %d bytes, %v", len(data), err)
	}
	release()
	releaseAgain()
	if _, err := os.Stat(path); err != nil {
		t.Error("it was removed though there is room")
	}
	_, release, err = m.local(t.Context(), two)
	if err != nil {
		t.Fatal(err)
	}
	release()
	if _, err := os.Stat(path); err == nil {
		t.Error("the one that nobody used for longest is still there, beyond the limit")
	}
	if _, _, err := m.local(t.Context(), refA); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("local of what is not there = %v, want fs.ErrNotExist", err)
	}
	// Damage is found before a rendition is made of it.
	if _, err := a.Store.Put(t.Context(), refB.Key(), []byte("other bytes"), archive.Always()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, _, err := m.local(t.Context(), refB); err == nil || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("local of damaged bytes = %v, want that they are", err)
		}
	}
	// On disk nothing is fetched.
	m = &masters{store: a.Store, dir: t.TempDir()}
	path, release, err = m.local(t.Context(), one)
	if err != nil || strings.HasPrefix(path, m.dir) {
		t.Errorf("local = %s, %v; want the file in its place", path, err)
	}
	release()
	var st syscall.Stat_t
	if err := syscall.Stat(path, &st); err != nil || !filepath.IsAbs(path) {
		t.Errorf("%s: %v, want a path that can be read from anywhere", path, err)
	}
}
