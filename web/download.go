package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/golang-lru/v2"
	"github.com/labstack/echo/v4"

	"cabina/archive"
	"cabina/transcode"
)

// download gives one track as a file of its own, for pages without script and to take along:
//
//	{voice}.mp4    the picture with that voice; ?picture=p360 or slides: a smaller one, where there is one
//	{voice}.m4a    the voice alone; ?size=small: at half the bit rate, where there is one
//	{text}.vtt .srt .txt .json .tei.xml    captions and transcript
//	{text}.eaf     every text of the session, that one first, a tier each
//
// With ?save=1 a browser saves it, else a player on a page can play it. No recipe is in these addresses, so what is kept of them is asked about each time.
func (s *Server) download(c echo.Context) error {
	a, err := s.ask(c)
	if err != nil {
		return err
	}
	id, ext, _ := strings.Cut(c.Param("file"), ".")
	t, err := a.track(id)
	if err != nil {
		return err
	}
	switch {
	case t.Kind == archive.Audio && (ext == "mp4" || ext == "m4a"):
		return s.downloadVoice(c, a, t, ext == "mp4")
	case t.Kind == archive.Text:
		return s.downloadText(c, a, t, ext)
	}
	return errNotFound
}

func (s *Server) downloadVoice(c echo.Context, a asked, t *archive.Track, withPicture bool) error {
	v, err := s.view(c.Request().Context(), a)
	if err != nil {
		return err
	}
	voice := v.Voice(t.ID)
	if voice == nil {
		return errNotFound
	}
	if voice.State != transcode.Ready {
		return busy(errPreparing)
	}
	picture, sound, err := chooseParts(v, voice, withPicture, sizeParam(c))
	if err != nil {
		return err
	}
	f, err := s.files.get(c.Request().Context(), s.Archive.Store, picture, sound, t.Language)
	if err != nil {
		return err
	}
	obj := object{mime: f.ContentType(), size: f.Size(), tag: f.ETag(), keep: a.keep()}
	if c.QueryParam("save") == "1" {
		obj.name = fileName(a.session, t, f.Ext())
	}
	return serveRange(c, obj, func(ctx context.Context, off, _ int64) (io.ReadCloser, error) {
		r := f.Open(ctx)
		_, err := r.Seek(off, io.SeekStart)
		return r, err
	})
}

func sizeParam(c echo.Context) string {
	if p := c.QueryParam("picture"); p != "" {
		return p
	}
	return c.QueryParam("size")
}

// chooseParts picks the renditions of a computed file. A size that is not there is not found: none is given in its place.
func chooseParts(v *transcode.View, voice *transcode.VoiceView, withPicture bool, size string) (picture, sound *transcode.Rendition, err error) {
	sound = voice.Voice
	if !withPicture {
		switch {
		case size == "small" && voice.Small != nil:
			return nil, voice.Small, nil
		case size != "":
			return nil, nil, errNotFound
		}
		return nil, sound, nil
	}
	switch size {
	case "", "full":
		if picture = v.Main(); picture == nil {
			return nil, nil, busy(errPreparing)
		}
	case transcode.Slides:
		if voice.Small != nil {
			sound = voice.Small
		}
		picture = v.Picture[size]
	case transcode.P360:
		picture = v.Picture[size]
	}
	if picture == nil {
		return nil, nil, errNotFound
	}
	return picture, sound, nil
}

// fileName is what a download is saved as: s03.ru.mp4. Ids and language tags have no letter in them that a file name may not have.
func fileName(doc *archive.Session, t *archive.Track, ext string) string {
	language := string(t.Language)
	if t.Kind == archive.Audio && t.Role == archive.Floor {
		language = string(archive.Floor)
	}
	return doc.ID + "." + language + ext
}

// computedFiles keeps the heads of computed files that were asked for lately: a player asks for a dozen ranges of one, and each head takes 10 ms and two
// reads of the store. A head of two hours has about 3 MB.
type computedFiles struct {
	once  sync.Once
	files *lru.Cache[string, *transcode.File] // by the names of its renditions
}

// computedKept bounds the memory: 8 heads.
const computedKept = 8

// tableStore is what is read of the store.
type tableStore interface {
	Get(ctx context.Context, key string) (data []byte, version string, err error)
	Range(ctx context.Context, key string, off, n int64) (io.ReadCloser, error)
}

// get gives the file of a picture with one voice; picture nil: of the voice alone.
func (f *computedFiles) get(ctx context.Context, store tableStore, picture, voice *transcode.Rendition, l archive.Language) (*transcode.File, error) {
	f.once.Do(func() { f.files, _ = lru.New[string, *transcode.File](computedKept) }) // its only error is a size below 1
	key := voice.Key("") + " " + string(l)
	if picture != nil {
		key += " " + picture.Key("")
	}
	if file, ok := f.files.Get(key); ok {
		return file, nil
	}
	p, err := filePart(ctx, store, picture, "")
	if err != nil {
		return nil, err
	}
	v, err := filePart(ctx, store, voice, l)
	if err != nil {
		return nil, err
	}
	file, err := transcode.NewFile(p, v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	for _, part := range []*transcode.FilePart{p, v} {
		if part != nil {
			part.Tables = nil // they are in the head now
		}
	}
	f.files.Add(key, file)
	return file, nil
}

func filePart(ctx context.Context, store tableStore, r *transcode.Rendition, l archive.Language) (*transcode.FilePart, error) {
	if r == nil {
		return nil, nil
	}
	tables, _, err := store.Get(ctx, r.Key(".tables"))
	if err != nil {
		return nil, err
	}
	return &transcode.FilePart{
		Index: r.Index, Tables: tables, Language: l,
		Open: func(ctx context.Context, off, n int64) (io.ReadCloser, error) {
			return store.Range(ctx, r.Key(".mp4"), off, n)
		},
	}, nil
}

// downloadText gives captions as a file of one of the forms in export_cues.go.
func (s *Server) downloadText(c echo.Context, a asked, t *archive.Track, ext string) error {
	if t.Current() == nil || !slices.ContainsFunc(slices.Concat(captionForms, transcriptForms), func(f textForm) bool { return f.ext == ext }) {
		return errNotFound
	}
	cues, _, err := s.Catalog.Cues(c.Request().Context(), a.session, t)
	if err != nil {
		return err
	}
	if c.QueryParam("save") == "1" {
		c.Response().Header().Set("Content-Disposition", disposition(fileName(a.session, t, "."+ext)))
	}
	switch ext {
	case "vtt":
		return s.answer(c, vttType, withNote(transcode.WebVTT(marksOf(t, cues)), s.rightsNote(a.session, s.lang(c))), a.keep())
	case "srt":
		return s.answer(c, "application/x-subrip; charset=utf-8", subRip(cues), a.keep())
	case "txt":
		c.Response().Header()["Vary"] = varyLanguage
		return s.answer(c, "text/plain; charset=utf-8", s.plainText(a.session, t, cues, s.lang(c)), a.keep())
	case "tei.xml":
		c.Response().Header()["Vary"] = varyLanguage
		return s.answer(c, "application/tei+xml; charset=utf-8", s.tei(a, t, cues, s.lang(c)), a.keep())
	case "eaf":
		return s.downloadEAF(c, a, t)
	}
	return s.answerJSON(c, s.transcriptOf(a.session, t, cues), varyEncoding, a.keep())
}

// marksOf leaves the marks of lines that look invented to texts that nobody vouches for.
func marksOf(t *archive.Track, cues []archive.Cue) []archive.Cue {
	if !t.Vouched() {
		return cues
	}
	cues = slices.Clone(cues)
	for i := range cues {
		cues[i].Invented = false
	}
	return cues
}

// withNote puts a note behind the head of a WebVTT file.
func withNote(vtt []byte, note string) []byte {
	head, rest, ok := bytes.Cut(vtt, []byte("\n\n"))
	if note == "" || !ok {
		return vtt
	}
	return bytes.Join([][]byte{head, []byte("NOTE\n" + note), rest}, []byte("\n\n"))
}
