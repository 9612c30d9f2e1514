package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"cabina/archive"
)

// trap is in the order of bytes, which is not that of folders: '-' and '.' come before '/', all else after.
var trap = []string{
	"A/z", "Z", "a-/x", "a-b", "a.b", "a.d/x", "a/b-c", "a/b.c", "a/b/c", "a/b0", "a/c", "a0/x", "aa", "a~", "b", "sessions/s1.json", "sessions/s10.json", "sessions/s2.json",
}

var listCases = []testCase{
	{"keys come in the order of their bytes, not of their folders", func(t *testing.T, s archive.Store) {
		plant(t, s, trap)
		wantKeys(t, s, "", "", trap...)
		wantKeys(t, s, "a", "", trap[2:14]...)
	}},
	{"a prefix is one of the string, not of a folder", func(t *testing.T, s archive.Store) {
		plant(t, s, trap)
		wantKeys(t, s, "a/", "", "a/b-c", "a/b.c", "a/b/c", "a/b0", "a/c")
		wantKeys(t, s, "a/b", "", "a/b-c", "a/b.c", "a/b/c", "a/b0")
		wantKeys(t, s, "a.", "", "a.b", "a.d/x")
		wantKeys(t, s, "sessions/s1", "", "sessions/s1.json", "sessions/s10.json")
		wantKeys(t, s, "sessions/s1.json", "", "sessions/s1.json")
		wantKeys(t, s, "sessions/s1.json/", "")
		wantKeys(t, s, "sess", "", "sessions/s1.json", "sessions/s10.json", "sessions/s2.json")
		wantKeys(t, s, "nothing", "")
		wantKeys(t, s, "nothing/at/all/", "")
		wantKeys(t, s, ".", "")
	}},
	{"after leaves out what is not greater, whether it is a key or not", func(t *testing.T, s archive.Store) {
		plant(t, s, trap)
		for _, prefix := range []string{"", "a", "a/", "a/b", "sessions/", "sessions/s1"} {
			for _, after := range append([]string{"a", "a/", "a/b", "a/b/", "a/b/d", "a0", "a.c", "sessions/", "sessions/s1", "sessions", "~", "0"}, trap...) {
				var greater []string
				for _, k := range trap {
					if k > after && len(k) >= len(prefix) && k[:len(prefix)] == prefix {
						greater = append(greater, k)
					}
				}
				wantKeys(t, s, prefix, after, greater...)
			}
		}
	}},
	{"a listing says of each key what Stat says", func(t *testing.T, s archive.Store) {
		put(t, s, "sessions/s1.json", "some")
		if err := s.PutFile(t.Context(), "masters/aa/1", file(t, noise(100_000))); err != nil {
			t.Fatal(err)
		}
		put(t, s, "empty", "")
		n := 0
		for listed, err := range s.List(t.Context(), "", "") {
			if err != nil {
				t.Fatal(err)
			}
			stated, err := s.Stat(t.Context(), listed.Key)
			if err != nil {
				t.Fatal(err)
			}
			if listed.Mark != stated.Mark || listed.Size != stated.Size || listed.Mark == "" {
				t.Errorf("List says %+v, Stat says %+v", listed, stated)
			}
			if d := listed.Modified.Sub(stated.Modified).Abs(); d >= 1e9 {
				t.Errorf("%s: List and Stat give times %v apart", listed.Key, d)
			}
			n++
		}
		if n != 3 {
			t.Errorf("%d objects listed, want 3", n)
		}
	}},
	{"more keys than S3 lists in one answer all come, once", func(t *testing.T, s archive.Store) {
		var all []string
		for i := range 1003 {
			all = append(all, fmt.Sprintf("changes/%04d", i))
		}
		plant(t, s, all)
		plant(t, s, []string{"changes.d", "changes0"})
		wantKeys(t, s, "changes/", "", all...)
		wantKeys(t, s, "changes/", all[150], all[151:]...)
		wantKeys(t, s, "", all[1001], all[1002], "changes0")
	}},
	{"a listing may be left early, and run again", func(t *testing.T, s archive.Store) {
		plant(t, s, trap)
		list := s.List(t.Context(), "a", "")
		for range 2 {
			var got []string
			for info, err := range list {
				if err != nil {
					t.Fatal(err)
				}
				if got = append(got, info.Key); len(got) == 3 {
					break
				}
			}
			if !slices.Equal(got, trap[2:5]) {
				t.Errorf("the first three are %q, want %q", got, trap[2:5])
			}
		}
	}},
	{"what is deleted or written while it runs does no harm", func(t *testing.T, s archive.Store) {
		plant(t, s, []string{"a/1", "a/2", "a/3", "b/1", "c/1"})
		var got []string
		for info, err := range s.List(t.Context(), "", "") {
			if err != nil {
				t.Fatalf("List while it changes = %v", err)
			}
			got = append(got, info.Key)
			if info.Key == "a/1" {
				for _, k := range []string{"a/3", "b/1"} {
					if err := s.Delete(t.Context(), k); err != nil {
						t.Fatal(err)
					}
				}
				put(t, s, "b/2", "x")
			}
		}
		for _, k := range []string{"a/1", "a/2", "c/1"} {
			if !slices.Contains(got, k) {
				t.Errorf("List = %q, want %s in it, which stood all the while", got, k)
			}
		}
		if !slices.IsSorted(got) {
			t.Errorf("List = %q, want it sorted", got)
		}
	}},
}

// plant writes keys, the last first.
func plant(t *testing.T, s archive.Store, keys []string) {
	t.Helper()
	var wg sync.WaitGroup
	next := make(chan string)
	for range 8 {
		wg.Go(func() {
			for k := range next {
				if _, err := s.Put(t.Context(), k, []byte(k), archive.Always()); err != nil {
					t.Errorf("Put(%q) = %v", k, err)
				}
			}
		})
	}
	for _, k := range slices.Backward(keys) {
		next <- k
	}
	close(next)
	wg.Wait()
}
