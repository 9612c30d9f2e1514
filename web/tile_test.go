package web

import (
	"bytes"
	"image/color"
	"image/jpeg"
	"strconv"
	"strings"
	"testing"

	"cabina/archive"
	"cabina/transcode"
)

func TestATileIsCutFromItsSheet(t *testing.T) {
	s := publicSite(t)
	base := "/media/public-0/" + s.name("public-0", "t1", transcode.Sheet).File()
	for _, c := range []struct {
		name string
		ms   int64
		path string
		grey int
	}{
		{"the first ten seconds are the first picture", 9_999, "-1-0.jpg", 0},
		{"the next are the second", 10_000, "-1-1.jpg", 2},
		{"the hundredth is the last of the sheet", 999_999, "-1-99.jpg", 198},
		{"then comes the next sheet", 1_000_000, "-2-0.jpg", -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			sheet, k := sheetPlace(c.ms)
			if want := "-" + strconv.Itoa(sheet) + "-" + strconv.Itoa(k) + ".jpg"; want != c.path {
				t.Fatalf("sheetPlace(%d) = %s, want %s", c.ms, want, c.path)
			}
			r := s.get(base + c.path)
			data := body(t, r)
			if c.grey < 0 {
				if r.StatusCode != 404 {
					t.Fatalf("GET %s = %d, want 404: there is one sheet", c.path, r.StatusCode)
				}
				return
			}
			img, err := jpeg.Decode(bytes.NewReader([]byte(data)))
			if err != nil {
				t.Fatal(err)
			}
			if b := img.Bounds(); b.Dx() != tileWidth || b.Dy() != tileHeight {
				t.Errorf("the picture is %v, want %d × %d", b, tileWidth, tileHeight)
			}
			for _, at := range [][2]int{{1, 1}, {tileWidth - 2, tileHeight - 2}} {
				got := int(color.GrayModel.Convert(img.At(img.Bounds().Min.X+at[0], img.Bounds().Min.Y+at[1])).(color.Gray).Y)
				if got < c.grey-1 || got > c.grey+1 {
					t.Errorf("its brightness at %v = %d, want %d", at, got, c.grey)
				}
			}
			if tag := r.Header.Get("ETag"); !strings.HasSuffix(tag, "-1-"+strconv.Itoa(k)+`"`) {
				t.Errorf("ETag = %s, want the sheet's with the place %d", tag, k)
			}
		})
	}
}

func TestPicturesAreShownWhereTheConferenceAllowsThem(t *testing.T) {
	doc := &archive.Session{ID: "s"}
	view := &transcode.View{LengthMs: 100_000, Picture: map[string]*transcode.Rendition{
		transcode.Sheet: {Name: transcode.Name{Session: "s", Track: "t1", Profile: transcode.Sheet, Recipe: "0123456789abcdef"}, Index: &transcode.Index{Sheets: []int64{9}}},
	}}
	of := func(conference string) asked {
		return asked{session: &archive.Session{ID: doc.ID, Conference: conference}, address: "s"}
	}
	for _, c := range []struct {
		name string
		a    asked
		conf *archive.Conference
		view *transcode.View
		want string
	}{
		{"of no conference: shown", of(""), nil, view, "/media/s/t1.sheet.0123456789abcdef-1-1.jpg"},
		{"the conference allows previews: shown", of("c"), &archive.Conference{ID: "c", Previews: true}, view, "/media/s/t1.sheet.0123456789abcdef-1-1.jpg"},
		{"the conference allows none: a drawn tile", of("c"), &archive.Conference{ID: "c"}, view, ""},
		{"the conference is not the viewer's to see: a drawn tile", of("c"), nil, view, ""},
		{"no seek pictures yet: a drawn tile", of(""), nil, &transcode.View{LengthMs: 100_000}, ""},
		{"nothing is known: a drawn tile", of(""), nil, nil, ""},
	} {
		if got := posterURL(c.a, c.conf, c.view); got != c.want {
			t.Errorf("posterURL = %q, want %q (%s)", got, c.want, c.name)
		}
	}
}
