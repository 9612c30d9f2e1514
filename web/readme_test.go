package web

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestReadmePrograms runs the programs of the README as they stand there, against a server.
func TestReadmePrograms(t *testing.T) {
	s := apiSite(t)
	server := httptest.NewServer(s.echo)
	t.Cleanup(server.Close)
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		language, program, file string
		want                    []string // lines of what it says, spaces apart
	}{
		{"python", "python3", "a.py", []string{
			"0:00:01 en floor rights | los derechos humanos empiezan en casa los derechos humanos, dichos",
			"0:00:01 es interpretation derechos | los derechos humanos, dichos",
			"moments: 1", "[('en', 2), ('es', 16), ('ru', 3)]"}},
		{"r", "Rscript", "a.R", []string{
			"en es", "2020 1 2",
			"role language words pace", "floor en 2 60", "floor es 4 120", "interpretation es 12 80"}},
	} {
		t.Run(c.language, func(t *testing.T) {
			program, err := exec.LookPath(c.program)
			if err != nil {
				if os.Getenv("CI") != "" {
					t.Fatal(err)
				}
				t.Skipf("%v: .ci/install.sh test installs it", err)
			}
			code := regexp.MustCompile("(?s)```" + c.language + "\n(.*?)```").FindSubmatch(readme)
			if code == nil {
				t.Fatalf("the README has no program in %s", c.language)
			}
			file := filepath.Join(t.TempDir(), c.file)
			if err := os.WriteFile(file, code[1], 0o600); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, program, file)
			cmd.Env = append(os.Environ(), "CABINA="+server.URL, "LC_ALL=C.UTF-8", "no_proxy=127.0.0.1")
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%s ends with %v and says\n%s", c.program, err, out)
			}
			said := map[string]bool{}
			for line := range strings.Lines(string(out)) {
				said[oneLine(line)] = true
			}
			for _, line := range c.want {
				if !said[line] {
					t.Errorf("%s does not say %q:\n%s", c.program, line, out)
				}
			}
		})
	}
}
