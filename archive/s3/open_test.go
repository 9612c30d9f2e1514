package s3_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"cabina/archive"
	"cabina/archive/s3"
	"cabina/archive/s3/s3test"
)

func TestOpenRefuses(t *testing.T) {
	good := s3test.Gateway(t)
	for _, c := range []struct {
		name   string
		change func(*s3.Config)
		want   string
	}{
		{"an endpoint without a scheme", func(c *s3.Config) { c.Endpoint = "s3.example.org" }, "want https://host or http://host:port"},
		{"an endpoint of another scheme", func(c *s3.Config) { c.Endpoint = "ftp://s3.example.org" }, "want https://host or http://host:port"},
		{"an endpoint with a path", func(c *s3.Config) { c.Endpoint += "/bucket" }, "without a path"},
		{"no bucket", func(c *s3.Config) { c.Bucket = "" }, "want s3://bucket"},
		{"no keys", func(c *s3.Config) { c.SecretKey = "" }, "want an access key and a secret key"},
		{"a prefix that is no key", func(c *s3.Config) { c.Prefix = "a//b" }, "S3 prefix"},
		{"a bucket that is not there", func(c *s3.Config) { c.Bucket = "nobody-made-this" }, `there is no bucket "nobody-made-this" at ` + good.Endpoint + ": make it first"},
		{"a wrong secret", func(c *s3.Config) { c.SecretKey = "wrong" }, "the access key or the secret key is wrong"},
		{"an unknown access key", func(c *s3.Config) { c.AccessKey = "nobody" }, "the access key or the secret key is wrong"},
	} {
		config := good
		c.change(&config)
		if _, err := s3.Open(t.Context(), config); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Open = %v, want %q in it", c.name, err, c.want)
		}
	}
}

func TestOpenWhereNobodyAnswersEndsWithItsContext(t *testing.T) {
	p := s3test.NewProxy(t, s3.Config{Endpoint: "http://127.0.0.1:1", AccessKey: "k", SecretKey: "s", Bucket: "bucket"})
	p.BreakAll(s3test.On("", ""), s3test.Stall())
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	begun := time.Now()
	_, err := s3.Open(ctx, p.Config())
	if d := time.Since(begun); err == nil || d > 5*time.Second {
		t.Errorf("Open = %v after %v, want an error when its context ends", err, d)
	}
}

func TestPrefixesKeepArchivesApart(t *testing.T) {
	c := s3test.Gateway(t)
	stores := map[string]*s3.Store{}
	for _, prefix := range []string{"", "one", "one/more", "/slashes/around/"} {
		c.Prefix = prefix
		stores[prefix] = open(t, c)
		if _, err := stores[prefix].Put(t.Context(), "sessions/s1.json", []byte(prefix), archive.IfAbsent()); err != nil {
			t.Fatalf("Put under prefix %q = %v, want it written: no other archive has it", prefix, err)
		}
	}
	for prefix, s := range stores {
		if data, _, err := s.Get(t.Context(), "sessions/s1.json"); err != nil || string(data) != prefix {
			t.Errorf("Get under prefix %q = %q, %v", prefix, data, err)
		}
		for info, err := range s.List(t.Context(), "sessions/", "") {
			if err != nil || info.Key != "sessions/s1.json" {
				t.Errorf("List under prefix %q = %q, %v, want the key without its prefix", prefix, info.Key, err)
			}
		}
	}
}

func TestPublic(t *testing.T) {
	c := s3test.Gateway(t)
	s := open(t, c)
	wantPublic := func(want bool, when string) {
		t.Helper()
		if got, err := s.Public(t.Context()); err != nil || got != want {
			t.Errorf("Public = %v, %v, want %v: %s", got, err, want, when)
		}
	}
	wantPublic(false, "an empty bucket as it was made")
	if _, err := s.Put(t.Context(), "sessions/s1.json", []byte("{}"), archive.Always()); err != nil {
		t.Fatal(err)
	}
	wantPublic(false, "a bucket as it was made")
	allow := func(action, resource string) {
		t.Helper()
		policy := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":["%s"],"Resource":["arn:aws:s3:::%s"]}]}`,
			action, c.Bucket+resource)
		if err := s3test.Client(t, c).SetBucketPolicy(t.Context(), c.Bucket, policy); err != nil {
			t.Fatal(err)
		}
	}
	allow("s3:GetObject", "/*")
	wantPublic(true, "everyone may get objects")
	allow("s3:ListBucket", "")
	wantPublic(true, "everyone may list")
	allow("s3:PutObject", "/elsewhere/*")
	wantPublic(false, "nothing may be read")
}

// odd starts a service that gives one answer to everything.
func odd(t *testing.T, status int, header map[string]string, body string) s3.Config {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for k, v := range header {
			w.Header().Set(k, v)
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	t.Cleanup(server.Close)
	return s3.Config{Endpoint: server.URL, AccessKey: "k", SecretKey: "s", Bucket: "bucket"}
}

func TestServiceThatListsInAnotherOrderIsRefused(t *testing.T) {
	const object = `<Contents><Key>%s</Key><LastModified>2026-11-24T09:00:00.000Z</LastModified><ETag>"e"</ETag><Size>1</Size></Contents>`
	s := open(t, odd(t, http.StatusOK, nil, `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>`+
		fmt.Sprintf(object, "a/b")+fmt.Sprintf(object, "a/")+fmt.Sprintf(object, "a.b")+`</ListBucketResult>`))
	var got []string
	var last error
	for info, err := range s.List(t.Context(), "", "") {
		got, last = append(got, info.Key), err
	}
	if last == nil || !strings.Contains(last.Error(), `"a.b" after "a/b"`) {
		t.Errorf("List = %q, %v, want an error that names both keys", got, last)
	}
}

func TestServiceThatIgnoresRangesIsRefused(t *testing.T) {
	listing := odd(t, http.StatusOK, map[string]string{"ETag": `"e"`, "Last-Modified": "Tue, 24 Nov 2026 09:00:00 GMT"}, `<ListBucketResult/>`)
	r, err := open(t, listing).Range(t.Context(), "k", 5, 3)
	if err == nil {
		r.Close()
		t.Error("Range = nil from a service that answers with the whole, want an error: its bytes are others")
	}
}
