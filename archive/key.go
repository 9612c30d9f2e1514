package archive

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

func quote(s string) string {
	if len(s) > 80 {
		s = s[:80] + "…"
	}
	return strconv.Quote(s)
}

// CheckKey says why key is not one that a Store takes; nil when it is. The rules stand at Store.
func CheckKey(key string) error {
	bad := func(why string) error { return &InvalidKey{Key: key, Why: why} }
	switch {
	case key == "":
		return bad("it is empty")
	case len(key) > 512:
		return bad("it is longer than 512 bytes")
	}
	for i := range len(key) {
		if !keyByte(key[i]) {
			return bad(fmt.Sprintf("the byte %q is not a letter, a digit or one of . _ ~ - /", key[i]))
		}
	}
	for _, e := range strings.Split(key, "/") {
		if e == "" || e == "." || e == ".." {
			return bad("an element between slashes is empty, . or ..")
		}
	}
	return nil
}

func keyByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("._~-/", c) >= 0
}

var idPattern = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)

// ValidID is true of an id of a session or conference: 1 to 64 of a–z, 0–9 and -.
func ValidID(id string) bool { return idPattern.MatchString(id) }

// Ref is the name of bytes: the lower-case hex of their SHA-256.
type Ref string

var refPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Valid is true of 64 lower-case hex digits.
func (r Ref) Valid() bool { return refPattern.MatchString(string(r)) }

// Key is where a master's bytes are kept: masters/<aa>/<sha256>.
func (r Ref) Key() string { return "masters/" + string(r[:2]) + "/" + string(r) }

// InfoKey is where what is known of a master is kept: its size, name, when, who, or its tombstone.
func (r Ref) InfoKey() string { return r.Key() + ".json" }

// MeasureKey is where one derived measure of a master is kept: probe.json, sound.json, peaks.
func (r Ref) MeasureKey(name string) string { return "measures/" + string(r) + "/" + name }

func docKey(kind, id string) string { return kind + "/" + id + ".json" }

func historyKey(kind, id string, rev int) string {
	return fmt.Sprintf("history/%s/%s/%08d.json", kind, id, rev)
}
