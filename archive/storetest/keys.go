package storetest

import (
	"errors"
	"strings"
	"testing"

	"cabina/archive"
)

var keyCases = []testCase{
	{"a key that is not well formed is an InvalidKey in every method", func(t *testing.T, s archive.Store) {
		long := strings.Repeat("k", 100)
		for _, key := range []string{
			"", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/./b", "a b", "a\\b", "a\x00b", "ä", "a:b", "a\n", "a?b", "a%2fb",
			strings.Repeat(long+"/", 5) + long, // 605 bytes
		} {
			_, _, err := s.Get(t.Context(), key)
			wantInvalid(t, "Get", key, err)
			_, err = s.Put(t.Context(), key, nil, archive.Always())
			wantInvalid(t, "Put", key, err)
			wantInvalid(t, "PutFile", key, s.PutFile(t.Context(), key, file(t, "x")))
			_, err = s.Range(t.Context(), key, 0, 1)
			wantInvalid(t, "Range", key, err)
			_, err = s.Stat(t.Context(), key)
			wantInvalid(t, "Stat", key, err)
			wantInvalid(t, "Delete", key, s.Delete(t.Context(), key))
		}
		wantKeys(t, s, "", "")
	}},
	{"a prefix that no key can begin with is an InvalidKey", func(t *testing.T, s archive.Store) {
		for _, prefix := range []string{"/", "a//", "../", "a/../", "a b", "ä"} {
			var got error
			for _, err := range s.List(t.Context(), prefix, "") {
				got = err
			}
			wantInvalid(t, "List", prefix, got)
		}
	}},
	{"every key that is well formed can be written", func(t *testing.T, s archive.Store) {
		for _, key := range []string{
			"k", "K", "0", "-", "_", "~", "...", ".k", "k.", "..k", "a/.k", "a/b/c/d/e/f/g/h",
			"changes/20201114T101530.123Z-s03-0a1b", "AZaz09._~-/x", strings.Repeat(strings.Repeat("k", 63)+"/", 7) + strings.Repeat("k", 64),
		} {
			put(t, s, key, "of "+key)
			want(t, s, key, "of "+key)
			wantKeys(t, s, key, "", key)
			if err := s.Delete(t.Context(), key); err != nil {
				t.Errorf("Delete(%q) = %v", key, err)
			}
			wantAbsent(t, s, key)
		}
	}},
	{"keys that differ in case are two keys", func(t *testing.T, s archive.Store) {
		put(t, s, "sessions/a.json", "small")
		put(t, s, "sessions/A.json", "large")
		want(t, s, "sessions/a.json", "small")
		want(t, s, "sessions/A.json", "large")
	}},
	{"what is above or below a key is not there", func(t *testing.T, s archive.Store) {
		put(t, s, "a/b/c", "x")
		for _, key := range []string{"a", "a/b", "a/b/c/d", "a/b/cc", "a/bb"} {
			wantAbsent(t, s, key)
			if err := s.Delete(t.Context(), key); err != nil {
				t.Errorf("Delete(%q) = %v, want no error for what is not there", key, err)
			}
		}
		want(t, s, "a/b/c", "x")
	}},
}

func wantInvalid(t *testing.T, method, key string, err error) {
	t.Helper()
	var invalid *archive.InvalidKey
	if !errors.As(err, &invalid) {
		t.Errorf("%s(%q) = %v, want an InvalidKey", method, brief(key), err)
	} else if invalid.Key != key {
		t.Errorf("%s(%q) names the key %q", method, brief(key), brief(invalid.Key))
	}
}
