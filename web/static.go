package web

import (
	"io/fs"
	"maps"
	"mime"
	"net/http"
	"path"
	"slices"

	"github.com/labstack/echo/v4"
)

// staticFiles are the files of the front end under the names that hold their hash: they may be kept for ever.
type staticFiles struct {
	s     *Server
	files map[string]staticFile
}

type staticFile struct {
	mime string
	body []byte
	zip  []byte // the same, compressed once
}

// staticFiles reads the built front end.
func (s *Server) staticFiles() (*staticFiles, error) {
	files, manifest, err := frontEnd()
	if err != nil {
		return nil, err
	}
	out := &staticFiles{s: s, files: map[string]staticFile{}}
	for _, name := range slices.Sorted(maps.Values(manifest)) {
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		zip, err := s.compress(body)
		if err != nil {
			return nil, err
		}
		out.files[name] = staticFile{mime: staticType(name), body: body, zip: zip}
	}
	return out, nil
}

// staticType names the types itself: those of the machine's own table differ from one to the next.
func staticType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

func (f *staticFiles) serve(c echo.Context) error {
	file, ok := f.files[c.Param("file")]
	if !ok {
		return errNotFound
	}
	body, zip := file.body, takesGzip(c.Request().Header["Accept-Encoding"])
	if zip {
		body = file.zip
	}
	tag := bodyTag(file.body, zip)
	f.s.headers(c, tag, keepEver)
	if match := preconditions(c.Request(), tag); match != 0 {
		return c.NoContent(match)
	}
	return write(c, http.StatusOK, file.mime, body, zip)
}
