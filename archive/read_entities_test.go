package archive

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestEntitiesAreNotExpanded: what a text declares is neither multiplied nor fetched.
func TestEntitiesAreNotExpanded(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("secret words"), 0o600); err != nil {
		t.Fatal(err)
	}
	var bomb strings.Builder
	bomb.WriteString(`<!DOCTYPE tt [<!ENTITY a0 "lol">`)
	for i := range 9 {
		fmt.Fprintf(&bomb, `<!ENTITY a%d "%s">`, i+1, strings.Repeat(fmt.Sprintf("&a%d;", i), 10))
	}
	bomb.WriteString("]>")
	document := func(declared, text string) string {
		return `<?xml version="1.0"?>` + declared + `<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="00:00:01.000" end="00:00:02.000">` + text + `</p></div></body></tt>`
	}
	for name, content := range map[string]string{
		"a bomb":                      document(bomb.String(), "&a9;"),
		"a file":                      document(`<!DOCTYPE tt [<!ENTITY x SYSTEM "file://`+secret+`">]>`, "&x;"),
		"an address":                  document(`<!DOCTYPE tt [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>`, "&x;"),
		"a parameter of the document": document(`<!DOCTYPE tt [<!ENTITY % x SYSTEM "file://`+secret+`"> %x;]>`, "&y;"),
	} {
		for _, file := range []string{"es.ttml", "es.xml", "es.dfxp", "es.srt"} {
			began := time.Now()
			got, err := ReadSubtitles([]byte(content), file, "es")
			var unreadable *Unreadable
			if !errors.As(err, &unreadable) || strings.Contains(err.Error(), "secret words") || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s in %s: %+v, %v; want a refusal in words", name, file, got, err)
			}
			if took := time.Since(began); took > 50*time.Millisecond {
				t.Errorf("%s in %s took %s, want less than 50 ms", name, file, took)
			}
		}
	}
}
