package web

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
)

// The front end is made from player/, css/ and icons/. Without it this does not compile: run "make build" first.
//
//go:embed "made by make build"
var madeByMakeBuild embed.FS

//go:embed template/*.html
var templateFiles embed.FS

// frontEnd gives the files of the front end, and for each plain name (app.js) the one it has today, which holds a hash of its content.
func frontEnd() (fs.FS, map[string]string, error) {
	files, err := fs.Sub(madeByMakeBuild, "made by make build")
	if err != nil {
		return nil, nil, err
	}
	data, err := fs.ReadFile(files, "manifest.json")
	if err != nil {
		return nil, nil, fmt.Errorf("front end: %w; run make build", err)
	}
	names := map[string]string{}
	if err := json.Unmarshal(data, &names); err != nil {
		return nil, nil, fmt.Errorf("front end: manifest.json: %w; run make build", err)
	}
	for _, name := range []string{"app.js", "app.css", "icons.svg"} {
		if names[name] == "" {
			return nil, nil, fmt.Errorf("front end: manifest.json does not name %s; run make build", name)
		}
	}
	return files, names, nil
}
