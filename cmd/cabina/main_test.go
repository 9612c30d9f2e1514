package main

import (
	"os"
	"os/exec"
	"testing"
)

// asProgram makes this test binary the program itself: tests kill it, and it starts itself to open an index and to become a media tool.
const asProgram = "CABINA_AS_PROGRAM=1"

func TestMain(m *testing.M) {
	if os.Getenv("CABINA_AS_PROGRAM") == "1" || len(os.Args) > 1 && (os.Args[1] == "probe-index" || os.Args[1] == "jail") {
		os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
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
