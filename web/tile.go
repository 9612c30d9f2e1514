package web

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/labstack/echo/v4"
	"golang.org/x/sync/singleflight"

	"cabina/archive"
	"cabina/transcode"
)

// A picture in a list is one of the seek pictures, cut out of its sheet when it is first asked for: 160 × 90, 2 to 6 kB. So there is nothing more to prepare, to
// keep or to withdraw than the sheets themselves.

// The sheets as transcode makes them: ten by ten pictures, one for each ten seconds.
const (
	tileWidth, tileHeight = 160, 90
	tilesAcross           = 10
	tilesPerSheet         = tilesAcross * tilesAcross
	tileMs                = 10_000
)

const (
	keptTiles   = 4096    // of about 3 kB
	maxSheet    = 8 << 20 // bytes of a sheet that is read to cut it; real ones have 200 kB
	tileQuality = 72
	posterAt    = 10 // percent: a list shows what was seen a tenth into the session: a title, or a face
)

// tile answers with one picture of the sheet that obj and key name. Its tag is the sheet's with the place.
func (s *Server) tile(c echo.Context, obj object, key string, place int) error {
	data, err := s.tiles.get(c.Request().Context(), s.Archive.Store, key, obj.size, place)
	if err != nil {
		return err
	}
	obj.size, obj.tag = int64(len(data)), strings.TrimSuffix(obj.tag, `"`)+"-"+strconv.Itoa(place)+`"`
	return serveRange(c, obj, func(_ context.Context, off, n int64) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data[off : off+n])), nil
	})
}

// tiles keeps the pictures that were cut lately. The zero value is ready.
type tiles struct {
	once    sync.Once
	kept    *lru.Cache[string, []byte]
	flights singleflight.Group
}

// get gives the picture at place k of a sheet, counted from 0 along its rows, as JPEG. key is the sheet's key in the store and names its bytes.
func (t *tiles) get(ctx context.Context, store archive.Store, key string, size int64, k int) ([]byte, error) {
	t.once.Do(func() { t.kept, _ = lru.New[string, []byte](keptTiles) }) // fails for a size below 1 only
	name := key + " " + strconv.Itoa(k)
	if data, ok := t.kept.Get(name); ok {
		return data, nil
	}
	got, err, _ := t.flights.Do(name, func() (any, error) {
		data, err := cutTile(context.WithoutCancel(ctx), store, key, size, k) // others may wait for it
		if err == nil {
			t.kept.Add(name, data)
		}
		return data, err
	})
	if err != nil {
		return nil, err
	}
	return got.([]byte), nil
}

func cutTile(ctx context.Context, store archive.Store, key string, size int64, k int) ([]byte, error) {
	if size > maxSheet {
		return nil, fmt.Errorf("cut %s: it has %d bytes; a sheet has %d at most", key, size, maxSheet)
	}
	body, err := store.Range(ctx, key, 0, size)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	data, err := io.ReadAll(io.LimitReader(body, size))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", key, err)
	}
	head, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil || head.Width != tilesAcross*tileWidth || head.Height != tilesAcross*tileHeight {
		return nil, fmt.Errorf("cut %s: it is no sheet of %d × %d pictures", key, tilesAcross, tilesAcross)
	}
	sheet, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("cut %s: %w", key, err)
	}
	part, ok := sheet.(interface {
		SubImage(image.Rectangle) image.Image
	})
	if !ok {
		return nil, fmt.Errorf("cut %s: its colours are none that can be cut", key)
	}
	at := image.Pt(k%tilesAcross*tileWidth, k/tilesAcross*tileHeight)
	var out bytes.Buffer
	err = jpeg.Encode(&out, part.SubImage(image.Rectangle{at, at.Add(image.Pt(tileWidth, tileHeight))}), &jpeg.Options{Quality: tileQuality})
	return out.Bytes(), err
}

// sheetPlace gives the sheet, from 1, and the place on it of what was seen at ms.
func sheetPlace(ms int64) (sheet, k int) {
	n := int(max(ms, 0) / tileMs)
	return n/tilesPerSheet + 1, n % tilesPerSheet
}

// tileURL is the address of the picture of what is seen at ms; empty where there is none (yet), and where the conference wants none shown.
func tileURL(a asked, conf *archive.Conference, v *transcode.View, ms int64) string {
	if v == nil || v.Picture[transcode.Sheet] == nil || a.session.Conference != "" && (conf == nil || !conf.Previews) {
		return ""
	}
	r := v.Picture[transcode.Sheet]
	sheet, k := sheetPlace(min(ms, v.LengthMs-1))
	if sheet > len(r.Index.Sheets) {
		return ""
	}
	return "/media/" + a.address + "/" + r.File() + "-" + strconv.Itoa(sheet) + "-" + strconv.Itoa(k) + ".jpg"
}

// posterURL is the address of the picture that stands for a session.
func posterURL(a asked, conf *archive.Conference, v *transcode.View) string {
	if v == nil {
		return ""
	}
	return tileURL(a, conf, v, v.LengthMs*posterAt/100)
}

// pictureWait is how long a page of search results waits for pictures: searching itself reads nothing of the store, and must not hang on it.
const pictureWait = 300 * time.Millisecond

// viewsWithin gives the views of sessions, nil where one is not known in time or cannot be read. What comes later is kept for the next page.
func (s *Server) viewsWithin(wait time.Duration, all []asked) []*transcode.View {
	type known struct {
		i int
		v *transcode.View
	}
	found := make(chan known, len(all)) // room for each: nobody waits for us after we left
	for i, a := range all {
		go func() {
			v, err := s.view(context.Background(), a)
			if err != nil {
				v = nil // the catalog logged it
			}
			found <- known{i, v}
		}()
	}
	out := make([]*transcode.View, len(all))
	late := time.After(wait)
	for range all {
		select {
		case k := <-found:
			out[k.i] = k.v
		case <-late:
			return out
		}
	}
	return out
}
