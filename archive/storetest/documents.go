package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"cabina/archive"
)

var documentCases = []testCase{
	{"what was put is got, with its version", func(t *testing.T, s archive.Store) {
		version := put(t, s, "sessions/s03.json", `{"rev":1}`)
		if got := want(t, s, "sessions/s03.json", `{"rev":1}`); got != version || got == "" {
			t.Errorf("Get gives version %q, want %q as Put gave it", got, version)
		}
	}},
	{"an empty document and one of 5 MiB are kept, one byte more is refused", func(t *testing.T, s archive.Store) {
		put(t, s, "empty", "")
		want(t, s, "empty", "")
		largest := noise(5 << 20)
		put(t, s, "largest", largest)
		want(t, s, "largest", largest)
		if _, err := s.Put(t.Context(), "more", []byte(largest+"x"), archive.Always()); err == nil {
			t.Error("Put of 5 MiB and a byte = nil, want an error")
		}
		wantAbsent(t, s, "more")
	}},
	{"what is not there is fs.ErrNotExist", func(t *testing.T, s archive.Store) {
		wantAbsent(t, s, "nothing")
		wantAbsent(t, s, "no/folder/either")
	}},
	{"what was deleted is not there, and may be deleted again", func(t *testing.T, s archive.Store) {
		put(t, s, "a/b/k", "x")
		for range 3 {
			if err := s.Delete(t.Context(), "a/b/k"); err != nil {
				t.Fatalf("Delete = %v", err)
			}
			wantAbsent(t, s, "a/b/k")
		}
		if _, err := s.Put(t.Context(), "a/b/k", []byte("again"), archive.IfAbsent()); err != nil {
			t.Fatalf("Put IfAbsent after Delete = %v, want it written", err)
		}
		want(t, s, "a/b/k", "again")
	}},
	{"deleting the last of a folder leaves its neighbours", func(t *testing.T, s archive.Store) {
		put(t, s, "a/b/c/k", "x")
		put(t, s, "a/k", "x")
		if err := s.Delete(t.Context(), "a/b/c/k"); err != nil {
			t.Fatal(err)
		}
		wantKeys(t, s, "", "", "a/k")
	}},
	{"IfAbsent writes where nothing is, and only there", func(t *testing.T, s archive.Store) {
		version, err := s.Put(t.Context(), "k", []byte("first"), archive.IfAbsent())
		if err != nil {
			t.Fatalf("Put IfAbsent = %v, want it written", err)
		}
		_, err = s.Put(t.Context(), "k", []byte("second"), archive.IfAbsent())
		wantConflict(t, "Put IfAbsent on what is there", err)
		_, err = s.Put(t.Context(), "k", []byte("first"), archive.IfAbsent())
		wantConflict(t, "Put IfAbsent of the same bytes", err)
		if got := want(t, s, "k", "first"); got != version {
			t.Errorf("version %q, want %q: a lost race changes nothing", got, version)
		}
	}},
	{"IfVersion writes over that version, and only over it", func(t *testing.T, s archive.Store) {
		v1 := put(t, s, "k", "one")
		v2, err := s.Put(t.Context(), "k", []byte("two"), archive.IfVersion(v1))
		if err != nil || v2 == v1 {
			t.Fatalf("Put IfVersion = %q, %v, want another version than %q", v2, err, v1)
		}
		_, err = s.Put(t.Context(), "k", []byte("three"), archive.IfVersion(v1))
		wantConflict(t, "Put IfVersion of an old version", err)
		_, err = s.Put(t.Context(), "k", []byte("three"), archive.IfVersion("never-a-version"))
		wantConflict(t, "Put IfVersion of no version", err)
		if got := want(t, s, "k", "two"); got != v2 {
			t.Errorf("version %q, want %q: a lost race changes nothing", got, v2)
		}
	}},
	{"IfVersion on what is not there is a conflict", func(t *testing.T, s archive.Store) {
		v := put(t, s, "k", "x")
		if err := s.Delete(t.Context(), "k"); err != nil {
			t.Fatal(err)
		}
		_, err := s.Put(t.Context(), "k", []byte("y"), archive.IfVersion(v))
		wantConflict(t, "Put IfVersion after Delete", err)
		_, err = s.Put(t.Context(), "never/there", []byte("y"), archive.IfVersion(v))
		wantConflict(t, "Put IfVersion of what never was", err)
		wantAbsent(t, s, "k")
	}},
	{"the same bytes again under IfVersion succeed", func(t *testing.T, s archive.Store) {
		v := put(t, s, "k", "same")
		v2, err := s.Put(t.Context(), "k", []byte("same"), archive.IfVersion(v))
		if err != nil {
			t.Fatalf("Put IfVersion of the same bytes = %v, want success", err)
		}
		if got := want(t, s, "k", "same"); got != v2 {
			t.Errorf("version %q, want %q as Put gave it", got, v2)
		}
	}},
	{"Mark and Modified follow the bytes", func(t *testing.T, s archive.Store) {
		begun := time.Now()
		seen := map[string]int{}
		for i := range 20 { // quickly, and all of one size
			put(t, s, "k", string(rune('a'+i)))
			info, err := s.Stat(t.Context(), "k")
			if err != nil {
				t.Fatal(err)
			}
			if before, ok := seen[info.Mark]; ok {
				t.Fatalf("write %d has the Mark %q of write %d, want another for other bytes", i, info.Mark, before)
			}
			seen[info.Mark] = i
			if again, err := s.Stat(t.Context(), "k"); err != nil || again != info {
				t.Fatalf("Stat again = %+v, %v, want %+v: nothing was written", again, err, info)
			}
			if d := info.Modified.Sub(begun); d < -2*time.Second || d > time.Minute {
				t.Fatalf("Modified is %v from now", d)
			}
		}
	}},
	{"a context that has ended ends every method", func(t *testing.T, s archive.Store) {
		put(t, s, "k", "x")
		ctx := ended(t)
		_, _, err := s.Get(ctx, "k")
		wantCancelled(t, "Get", err)
		_, err = s.Put(ctx, "k", []byte("y"), archive.Always())
		wantCancelled(t, "Put", err)
		wantCancelled(t, "PutFile", s.PutFile(ctx, "k", file(t, "y")))
		_, err = s.Range(ctx, "k", 0, 1)
		wantCancelled(t, "Range", err)
		_, err = s.Stat(ctx, "k")
		wantCancelled(t, "Stat", err)
		wantCancelled(t, "Delete", s.Delete(ctx, "k"))
		err = nil
		for _, e := range s.List(ctx, "", "") {
			err = e
		}
		wantCancelled(t, "List", err)
		want(t, s, "k", "x")
	}},
}

func wantConflict(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, archive.ErrConflict) {
		t.Errorf("%s = %v, want ErrConflict", what, err)
	}
}

func wantCancelled(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%s = %v, want context.Canceled", what, err)
	}
}
