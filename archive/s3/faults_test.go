package s3_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cabina/archive"
	"cabina/archive/s3"
	"cabina/archive/s3/s3test"
)

// behind gives a store whose connection can be broken, and one beside it that is whole.
func behind(t *testing.T) (p *s3test.Proxy, broken, whole *s3.Store) {
	c := s3test.Gateway(t)
	p = s3test.NewProxy(t, c)
	broken, whole = open(t, p.Config()), open(t, c)
	p.Requests()
	return p, broken, whole
}

func TestLostAnswer(t *testing.T) {
	p, s, beside := behind(t)
	version, err := s.Put(t.Context(), "k", []byte("one"), archive.IfAbsent())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, key string
		cond      archive.Condition
	}{
		{"IfVersion", "k", archive.IfVersion(version)},
		{"IfAbsent", "other", archive.IfAbsent()},
	} {
		p.Requests()
		p.Break(s3test.On(http.MethodPut, c.key), s3test.CutAnswer())
		_, err := s.Put(t.Context(), c.key, []byte("two"), c.cond)
		if err == nil || errors.Is(err, archive.ErrConflict) || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: Put whose answer is lost = %v, want an error that says neither yes nor no", c.name, err)
		}
		if sent := p.Requests(); len(sent) != 1 {
			t.Errorf("%s: %d requests, want 1: a repeated one would meet its own first attempt", c.name, len(sent))
		}
		if data, _, err := beside.Get(t.Context(), c.key); err != nil || string(data) != "two" {
			t.Errorf("%s: Get = %q, %v, want what was written though nobody said so", c.name, data, err)
		}
	}
	p.Break(s3test.On(http.MethodPut, "k"), s3test.CutAnswer())
	if _, err := s.Put(t.Context(), "k", []byte("three"), archive.Always()); err != nil {
		t.Errorf("Put Always whose answer is lost = %v, want it written by a repetition", err)
	}
}

func TestWhatMayBeRepeatedIs(t *testing.T) {
	p, s, _ := behind(t)
	version, err := s.Put(t.Context(), "k", []byte("one"), archive.Always())
	if err != nil {
		t.Fatal(err)
	}
	p.Break(s3test.On(http.MethodGet, "k"), s3test.Refuse())
	p.Break(s3test.On(http.MethodGet, "k"), s3test.Answer(500, "InternalError"))
	if data, _, err := s.Get(t.Context(), "k"); err != nil || string(data) != "one" {
		t.Errorf("Get after two failures = %q, %v, want the object", data, err)
	}
	p.Requests()
	for range 2 {
		p.Break(s3test.On(http.MethodPut, "k"), s3test.Answer(503, "SlowDown"))
	}
	if version, err = s.Put(t.Context(), "k", []byte("two"), archive.IfVersion(version)); err != nil {
		t.Errorf("Put IfVersion on a busy service = %v, want it written: it said that it had done nothing", err)
	}
	if sent := p.Requests(); len(sent) != 3 {
		t.Errorf("%d requests, want 3", len(sent))
	}
	p.Break(s3test.On(http.MethodPut, "k"), s3test.Answer(500, "InternalError"))
	if _, err := s.Put(t.Context(), "k", []byte("three"), archive.IfVersion(version)); err == nil || errors.Is(err, archive.ErrConflict) {
		t.Errorf("Put IfVersion = %v, want an error that says neither yes nor no", err)
	}
	if sent := p.Requests(); len(sent) != 1 {
		t.Errorf("%d requests, want 1: 500 says nothing about what was done", len(sent))
	}
	p.Break(s3test.On(http.MethodPut, "k"), s3test.Answer(409, "ConditionalRequestConflict"))
	if _, err := s.Put(t.Context(), "k", []byte("three"), archive.IfVersion(version)); !errors.Is(err, archive.ErrConflict) {
		t.Errorf("Put IfVersion while another is under way = %v, want ErrConflict", err)
	}
	p.Break(s3test.On(http.MethodPut, "k"), s3test.Answer(404, "NoSuchBucket"))
	if _, err := s.Put(t.Context(), "k", nil, archive.IfVersion(version)); errors.Is(err, archive.ErrConflict) || err == nil || !strings.Contains(err.Error(), "there is no bucket") {
		t.Errorf("Put into a bucket that is gone = %v, want an error that says so", err)
	}
}

func TestLargeFileSurvivesAFaultyConnection(t *testing.T) {
	p, s, beside := behind(t)
	path := filepath.Join(t.TempDir(), "file")
	data := make([]byte, 40<<20)
	for i := range data {
		data[i] = byte(i >> 16)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	p.Break(s3test.On(http.MethodPut, "masters/aa/1"), s3test.Refuse())
	p.Break(s3test.On(http.MethodPut, "masters/aa/1"), s3test.CutAnswer())
	// The service put the parts together, nobody heard of it, and it forgot the upload.
	complete := func(r *http.Request) bool { return r.Method == http.MethodPost && r.URL.Query().Has("uploadId") }
	p.Break(complete, s3test.CutAnswer())
	p.Break(complete, s3test.Answer(404, "NoSuchUpload"))
	if err := s.PutFile(t.Context(), "masters/aa/1", path); err != nil {
		t.Fatalf("PutFile over a connection that fails four times = %v, want it kept", err)
	}
	puts := 0
	for _, r := range p.Requests() {
		if r.Method == http.MethodPut {
			puts++
		}
	}
	if puts != 5 {
		t.Errorf("%d parts sent, want 5: three, and the two that failed again", puts)
	}
	got, _, err := beside.Get(t.Context(), "masters/aa/1")
	if err != nil || string(got) != string(data) {
		t.Errorf("Get = %d bytes, %v, want the file", len(got), err)
	}
}

func TestUploadThatFailsLeavesNoParts(t *testing.T) {
	p, s, _ := behind(t)
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, make([]byte, 20<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	p.Break(s3test.On(http.MethodPut, "file"), s3test.Before(func(context.Context) { cancel() }))
	if err := s.PutFile(ctx, "file", path); !errors.Is(err, context.Canceled) {
		t.Errorf("PutFile = %v, want context.Canceled", err)
	}
	c := p.Config()
	for upload := range s3test.Client(t, c).ListIncompleteUploads(t.Context(), c.Bucket, "", true) {
		t.Errorf("an upload of %s is left: %v", upload.Key, upload.Err)
	}
}

func TestDamageOnTheWayIsRefused(t *testing.T) {
	p, s, beside := behind(t)
	p.Break(s3test.On(http.MethodPut, "document"), s3test.Damage(300))
	if _, err := s.Put(t.Context(), "document", make([]byte, 1000), archive.Always()); err == nil {
		t.Error("Put of what was damaged on the way = nil, want an error")
	}
	for _, size := range []int{100_000, 20 << 20} { // in one part and in two
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
		p.Break(s3test.On(http.MethodPut, "file"), s3test.Damage(50_000))
		if err := s.PutFile(t.Context(), "file", path); err == nil {
			t.Errorf("PutFile of %d bytes that were damaged on the way = nil, want an error", size)
		}
	}
	for _, key := range []string{"document", "file"} {
		if _, err := beside.Stat(t.Context(), key); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Stat(%s) = %v, want fs.ErrNotExist: nothing damaged is kept", key, err)
		}
	}
}

func TestAnswerThatBreaksOffIsNoAnswer(t *testing.T) {
	p, s, _ := behind(t)
	if _, err := s.Put(t.Context(), "k", make([]byte, 100_000), archive.Always()); err != nil {
		t.Fatal(err)
	}
	p.Break(s3test.On(http.MethodGet, "k"), s3test.CutBody(70_000))
	if data, _, err := s.Get(t.Context(), "k"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Get that breaks off = %d bytes, %v, want an error", len(data), err)
	}
	p.Break(s3test.On(http.MethodGet, "k"), s3test.CutBody(10))
	r, err := s.Range(t.Context(), "k", 100, 20)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if data, err := io.ReadAll(r); len(data) != 10 || err == nil {
		t.Errorf("Range that breaks off = %d bytes, %v, want 10 and an error, not their end", len(data), err)
	}
}

func TestRangeAsksForWhatIsWanted(t *testing.T) {
	p, s, _ := behind(t)
	if _, err := s.Put(t.Context(), "k", make([]byte, 100_000), archive.Always()); err != nil {
		t.Fatal(err)
	}
	p.Requests()
	r, err := s.Range(t.Context(), "k", 1000, 256)
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, r)
	r.Close()
	if err != nil || n != 256 {
		t.Errorf("Range = %d bytes, %v, want 256", n, err)
	}
	sent := p.Requests()
	if len(sent) != 1 || sent[0].Method != http.MethodGet || sent[0].Range != "bytes=1000-1255" || sent[0].Bytes != 256 {
		t.Errorf("requests %+v, want one GET of bytes=1000-1255", sent)
	}
}

func TestStalledRequestEndsWithItsContext(t *testing.T) {
	p, s, _ := behind(t)
	p.BreakAll(s3test.On("", ""), s3test.Stall())
	for name, do := range map[string]func(context.Context) error{
		"Get": func(ctx context.Context) error { _, _, err := s.Get(ctx, "k"); return err },
		"Put": func(ctx context.Context) error {
			_, err := s.Put(ctx, "k", []byte("x"), archive.IfAbsent())
			return err
		},
		"Stat":    func(ctx context.Context) error { _, err := s.Stat(ctx, "k"); return err },
		"Delete":  func(ctx context.Context) error { return s.Delete(ctx, "k") },
		"Range":   func(ctx context.Context) error { _, err := s.Range(ctx, "k", 0, 1); return err },
		"PutFile": func(ctx context.Context) error { return s.PutFile(ctx, "k", "faults_test.go") },
		"List": func(ctx context.Context) (last error) {
			for _, err := range s.List(ctx, "", "") {
				last = err
			}
			return last
		},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		begun := time.Now()
		err := do(ctx)
		if d := time.Since(begun); !errors.Is(err, context.DeadlineExceeded) || d > 5*time.Second {
			t.Errorf("%s = %v after %v, want context.DeadlineExceeded at once", name, err, d)
		}
		cancel()
	}
}
