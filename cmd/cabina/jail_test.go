package main

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"cabina/transcode/jail"
)

func TestWhatIsSaidOfAKernelThatDoesNotConfine(t *testing.T) {
	for name, c := range map[string]struct {
		kernel    jail.Kernel
		contained bool
		want      []string
	}{
		"all there":                                  {jail.Kernel{Landlock: 2, Seccomp: true}, false, nil},
		"no Landlock: what to do":                    {jail.Kernel{Seccomp: true}, false, []string{"Landlock", "kernel of 5.19", "container", "user"}},
		"nothing: both are named":                    {jail.Kernel{}, false, []string{"Landlock", "seccomp"}},
		"no Landlock in a container: it is as it is": {jail.Kernel{Seccomp: true}, true, []string{"Landlock", "the container"}},
	} {
		got := unconfined(c.kernel, c.contained)
		if (got == "") != (c.want == nil) {
			t.Errorf("%s: unconfined() = %q, want %q", name, got, c.want)
		}
		for _, w := range c.want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: unconfined() = %q, want %q in it", name, got, w)
			}
		}
		if c.contained && strings.Contains(got, "use a kernel") {
			t.Errorf("%s: unconfined() = %q, want no advice: there is a container", name, got)
		}
	}
}

func TestWhereThereIsAContainer(t *testing.T) {
	for name, c := range map[string]struct {
		env, file string
		want      bool
	}{
		"a machine": {"", "", false}, "Docker": {"", "/.dockerenv", true}, "Podman": {"container", "/run/.containerenv", true}, "systemd-nspawn": {"container", "", true},
		"Kubernetes": {"KUBERNETES_SERVICE_HOST", "", true}, "another variable": {"HOME", "/etc/passwd", false},
	} {
		getenv := func(n string) string {
			if n == c.env {
				return "x"
			}
			return ""
		}
		if got := inContainer(getenv, func(path string) bool { return path == c.file }); got != c.want {
			t.Errorf("%s: inContainer() = %v, want %v", name, got, c.want)
		}
	}
}

func TestWhoStartsToolsShowsNobodyItsMemory(t *testing.T) {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	tools := mediaTools(t.TempDir())
	if dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0); err != nil || dumpable != 0 {
		t.Errorf("the process is dumpable: %d, %v; want that it is not", dumpable, err)
	}
	if strings.Join(tools.Jail, " ") != "/proc/self/exe jail" {
		t.Errorf("the tools run by %v, want this program's jail", tools.Jail)
	}
}
