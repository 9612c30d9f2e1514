package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// layers says which of our packages each may import. Data flows one way: whoever adds an arrow here says why in the commit.
var layers = map[string][]string{
	"archive":           {},
	"archive/disk":      {"archive"},
	"archive/s3":        {"archive"},
	"archive/s3/s3test": {"archive", "archive/s3"}, // buckets for the tests of every package, so that minio-go stays here
	"archive/storetest": {"archive"},
	"search":            {"archive"},
	"transcode":         {"archive", "transcode/jail"},
	"transcode/jail":    {}, // what a process does to itself before it becomes a tool: nothing of it is about media, and it is read and tested alone
	"web/locale":        {"archive"},
	"web":               {"archive", "search", "transcode", "web/locale"},
	"config":            {},
	"cmd/cabina":        {"archive", "archive/disk", "archive/s3", "search", "transcode", "transcode/jail", "web", "web/locale", "config"},
}

// testOnly is what tests may import besides: stores to run against.
var testOnly = []string{"archive", "archive/disk", "archive/s3", "archive/s3/s3test", "archive/storetest", "transcode", "search"}

// owners says which package alone may import a library; tests too.
var owners = map[string][]string{
	"github.com/minio/minio-go": {"archive/s3", "archive/s3/s3test"},
	"github.com/blevesearch":    {"search"},
	"github.com/labstack/echo":  {"web"},
	"github.com/landlock-lsm":   {"transcode/jail"},
}

// starters are the files that start programs which are no media tools.
var starters = []string{
	"serve.go",      // itself, to open an index
	"check.go",      // fc-list, which reads the system's fonts
	"demo_sound.go", // espeak-ng, which reads our own text
}

// TestLayers holds every import of every file against the table of the design.
func TestLayers(t *testing.T) {
	root := filepath.Join("..", "..")
	seen := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && path != root) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		rel, _ := filepath.Rel(root, filepath.Dir(path))
		pkg := filepath.ToSlash(rel)
		seen[pkg] = true
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, imp := range f.Imports {
			checkImport(t, pkg, path, strings.Trim(imp.Path.Value, `"`))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range seen {
		if _, ok := layers[pkg]; !ok {
			t.Errorf("package %s has no row in the table of layers", pkg)
		}
	}
}

func checkImport(t *testing.T, pkg, path, imp string) {
	t.Helper()
	test := strings.HasSuffix(path, "_test.go")
	if ours, ok := strings.CutPrefix(imp, "cabina/"); ok {
		if !slices.Contains(layers[pkg], ours) && ours != pkg && !(test && slices.Contains(testOnly, ours)) {
			t.Errorf("%s imports %s: %s may import of ours only %v", path, ours, pkg, layers[pkg])
		}
		return
	}
	for lib, who := range owners {
		if strings.HasPrefix(imp, lib) && !slices.Contains(who, pkg) {
			t.Errorf("%s imports %s, which belongs to %v", path, imp, who)
		}
	}
	if imp == "os/exec" && !test && pkg != "transcode" && !strings.HasSuffix(pkg, "test") && !slices.Contains(starters, filepath.Base(path)) {
		t.Errorf("%s imports os/exec: media tools are started by transcode alone, confined", path)
	}
	if slices.Contains([]string{"utils", "common", "helpers", "models", "internal", "pkg"}, filepath.Base(pkg)) {
		t.Errorf("%s: a package is named after what it is about, not %s", path, filepath.Base(pkg))
	}
}

// TestMediaToolsAreConfined: tools that are made anywhere but in mediaTools would run without the jail.
func TestMediaToolsAreConfined(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if makes := strings.Contains(string(data), "transcode.Tools"+"{"); makes != (name == "jail.go") {
			t.Errorf("%s makes transcode.Tools: %v; mediaTools in jail.go alone does", name, makes)
		}
	}
}
