package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"cabina/archive"
)

// asProgram makes this test binary the program itself: tests kill it, and it starts itself to open an index and to become a media tool.
const asProgram = "CABINA_AS_PROGRAM=1"

func TestMain(m *testing.M) {
	if name := filepath.Base(os.Args[0]); name == "ffmpeg" || name == "ffprobe" {
		os.Exit(standinTool(os.Args[1:]))
	}
	if os.Getenv("CABINA_AS_PROGRAM") == "1" || len(os.Args) > 1 && (os.Args[1] == "probe-index" || os.Args[1] == "jail") {
		point := signalAt(os.Getenv("CABINA_KILL_AT"), syscall.SIGKILL)
		if freeze := os.Getenv("CABINA_FREEZE_AT"); freeze != "" {
			point = signalAt(freeze, syscall.SIGSTOP)
		}
		os.Exit(interruptible(os.Args[1:], &app{Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv, OnPoint: point}))
	}
	os.Exit(m.Run())
}

// signalAt kills or freezes this process when it is at the point of that name for the first time.
func signalAt(name string, sig syscall.Signal) func(archive.Point) {
	if name == "" {
		return nil
	}
	var once sync.Once
	return func(p archive.Point) {
		if string(p) != name {
			return
		}
		once.Do(func() {
			_ = syscall.Kill(os.Getpid(), sig)
			time.Sleep(100 * time.Millisecond) // the signal is on its way
		})
	}
}

// program is a command that runs cabina as a process of its own.
func program(t testing.TB, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(append(os.Environ(), asProgram), env...)
	return cmd
}
