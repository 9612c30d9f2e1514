package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"cabina/archive"
	"cabina/archive/disk"
)

// smallDisk is a real file system of a few MB, a tmpfs in a mount namespace of its own: what runs there runs by nsenter.
type smallDisk struct {
	t   *testing.T
	dir string // where it is mounted, seen from inside alone
	pid int    // of what holds the namespace
}

// newSmallDisk makes one. Where no unprivileged namespace may be made (some containers), the test is skipped; not in CI.
func newSmallDisk(t *testing.T, mb int) *smallDisk {
	t.Helper()
	d := &smallDisk{t: t, dir: t.TempDir()}
	script := fmt.Sprintf("mount -t tmpfs -o size=%dm none '%s' && echo ready && exec sleep 900", mb, d.dir)
	cmd := exec.CommandContext(t.Context(), "unshare", "-Urm", "sh", "-c", script)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	line := ""
	if err == nil {
		line, err = bufio.NewReader(out).ReadString('\n')
	}
	if err != nil || line != "ready\n" {
		if os.Getenv("CI") != "" {
			t.Fatalf("no small disk can be mounted: %v %q", err, line)
		}
		t.Skipf("no small disk can be mounted here (unshare -Urm): %v", err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	d.pid = cmd.Process.Pid
	return d
}

// inside has a command run where the disk is.
func (d *smallDisk) inside(cmd *exec.Cmd) {
	args := append([]string{"nsenter", "-t", fmt.Sprint(d.pid), "-U", "-m", "--preserve-credentials", "--", cmd.Path}, cmd.Args[1:]...)
	path, err := exec.LookPath("nsenter")
	if err != nil {
		d.t.Fatal(err)
	}
	cmd.Path, cmd.Args = path, args
}

func (d *smallDisk) sh(script string) string {
	d.t.Helper()
	cmd := exec.CommandContext(d.t.Context(), "sh", "-c", script)
	d.inside(cmd)
	out, _ := cmd.CombinedOutput() // filling a disk fails, as it should
	return string(out)
}

func (d *smallDisk) fill()  { d.sh("head -c 1G /dev/zero > " + filepath.Join(d.dir, "ballast")) }
func (d *smallDisk) empty() { d.sh("rm -f " + filepath.Join(d.dir, "ballast")) }

// onSmallDisk is a world whose cache lies on it, and its store too unless that has a folder of its own.
func onSmallDisk(t *testing.T, d *smallDisk, store string) *world {
	w := newWorld(t, "disk")
	w.disk = d
	w.cache = filepath.Join(d.dir, "cache")
	if store == "" {
		store = filepath.Join(d.dir, "store")
	}
	w.env = append(slices.Clone(w.env), "CABINA_CACHE="+w.cache, "CABINA_STORE="+store)
	return w
}

func TestAFullDisk(t *testing.T) {
	t.Parallel()
	dirs := meetings(t, 2)
	d := newSmallDisk(t, 48)
	w := onSmallDisk(t, d, "")
	w.must("import", dirs[0])
	s := w.start("serve")
	list := s.wait(t, time.Minute, "/play/m00/master.m3u8", contains("#EXTM3U"))
	s.wait(t, time.Minute, "/api/v1/search?q=reduction", contains(`"complete":true`, `"moments":[{`))
	d.fill()
	_, errOut, code := w.try("import", dirs[1])
	if code != exitFailed || !strings.Contains(errOut, "no space left on device") || !strings.Contains(errOut, "m01") && !strings.Contains(errOut, "scratch") {
		t.Errorf("import onto a full disk: exit code %d, %q; want the reason", code, errOut)
	}
	for _, path := range []string{"/en/", "/en/sessions/m00", "/play/m00/" + playFile.FindString(list), "/api/v1/search?q=reduction", "/readyz"} {
		if status, _ := s.get(t, path); status != http.StatusOK {
			t.Errorf("%s on a full disk: %d, want it served", path, status)
		}
	}
	d.empty()
	w.must("import", dirs[1])
	s.wait(t, time.Minute, "/play/m01/master.m3u8", contains("#EXTM3U"))
	s.wait(t, time.Minute, "/en/sessions/m01", contains("m01"))
	select {
	case <-s.done:
		t.Error("serve has ended")
	default:
	}
	w.must("verify")
}

func TestTortureFullDiskOfRenditions(t *testing.T) {
	torture(t)
	t.Parallel()
	d := newSmallDisk(t, 8)
	store := filepath.Join(t.TempDir(), "store")
	w := onSmallDisk(t, d, store)
	var err error
	if w.store, err = disk.Create(store); err != nil {
		t.Fatal(err)
	}
	roomy := *w
	roomy.disk, roomy.env = nil, append(slices.Clone(w.env), "CABINA_CACHE="+filepath.Join(t.TempDir(), "cache"))
	roomy.must("import", "--no-prepare", meetings(t, 1)[0])
	s := w.start("work")
	d.fill()
	arc := &archive.Archive{Store: w.store}
	roomy.must("set", "m00", "t2.shiftMs=80", "t3.shiftMs=80")
	full := func() (reason string, attempts int) {
		for info, err := range w.store.List(t.Context(), "jobs/", "") {
			if err != nil {
				t.Fatal(err)
			}
			var j archive.Job
			if data, _, err := w.store.Get(t.Context(), info.Key); err == nil && json.Unmarshal(data, &j) == nil && j.Reason != "" {
				return j.Reason, j.Attempts
			}
		}
		return "", 0
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if reason, attempts := full(); reason != "" {
			if attempts != 0 || !strings.Contains(strings.ToLower(reason), "no space left") {
				t.Errorf("the job says %q after %d attempts; want the full disk named, and none counted", reason, attempts)
			}
			break
		}
		if time.Now().After(end) {
			t.Fatal("no job says that the disk is full")
		}
	}
	d.empty()
	for end := time.Now().Add(3 * time.Minute); len(w.unmade(arc)) > 0; time.Sleep(200 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not made though there is room: %v", w.unmade(arc))
		}
	}
	select {
	case <-s.done:
		t.Error("work has ended")
	default:
	}
}
