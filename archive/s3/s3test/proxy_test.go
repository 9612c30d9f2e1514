package s3test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"cabina/archive/s3"
)

// TestMinioRepeatsAConditionalPut shows why s3.Store does not let it: after a lost answer minio-go sends a conditional write again, and
// reports that somebody else was first, though its own version stands.
func TestMinioRepeatsAConditionalPut(t *testing.T) {
	c := Gateway(t)
	p := NewProxy(t, c)
	client := Client(t, p.Config())
	put := func(data string, opts minio.PutObjectOptions) (minio.UploadInfo, error) {
		return client.PutObject(t.Context(), c.Bucket, "k", strings.NewReader(data), int64(len(data)), opts)
	}
	first, err := put("one", minio.PutObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	p.Requests()
	p.Break(On(http.MethodPut, "/k"), CutAnswer())
	var over minio.PutObjectOptions
	over.SetMatchETag(first.ETag)
	_, err = put("two", over)
	if code := minio.ToErrorResponse(err).Code; code != minio.PreconditionFailed {
		t.Errorf("PutObject whose answer is lost = %v, want %s: if minio-go has learnt this, s3.Store may become simpler", err, minio.PreconditionFailed)
	}
	if sent := p.Requests(); len(sent) != 2 || sent[0].Status != 0 || sent[1].Status != http.StatusPreconditionFailed {
		t.Errorf("requests %+v, want one without an answer and one that failed", sent)
	}
	object, err := Client(t, c).GetObject(t.Context(), c.Bucket, "k", minio.GetObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer object.Close()
	if data, err := io.ReadAll(object); err != nil || string(data) != "two" {
		t.Errorf("the object holds %q, %v, want two: the first attempt was written", data, err)
	}
}

// service counts what reaches it and answers with what it was sent.
func service(t *testing.T) (*Proxy, *atomic.Int32) {
	t.Helper()
	var reached atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Host-Seen", r.Host)
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		reached.Add(1)
		w.Write(body)
	}))
	t.Cleanup(server.Close)
	return NewProxy(t, s3.Config{Endpoint: server.URL}), &reached
}

// ask sends a PUT and gives the status, what came of the body, and whether all went well.
func ask(ctx context.Context, p *Proxy, path, body string) (status int, got string, host string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, p.Config().Endpoint+path, strings.NewReader(body))
	if err != nil {
		return 0, "", "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", "", err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(data), resp.Header.Get("Host-Seen"), err
}

func TestFaults(t *testing.T) {
	for _, c := range []struct {
		name    string
		fault   Fault
		reached int32
		status  int
		body    string
		fails   bool
	}{
		{"none passes", pass, 1, 200, "0123456789", false},
		{"CutAnswer is done and not answered", CutAnswer(), 1, 0, "", true},
		{"CutBody gives a part", CutBody(4), 1, 200, "0123", true},
		{"Refuse is not done", Refuse(), 0, 0, "", true},
		{"Twice is done twice and answered once", Twice(), 2, 200, "0123456789", false},
		{"Damage changes one byte", Damage(3), 1, 200, "012\xcc456789", false},
		{"Answer is not done", Answer(503, "SlowDown"), 0, 503, "<Code>SlowDown</Code>", false},
		{"Before goes before", Before(func(context.Context) {}), 1, 200, "0123456789", false},
	} {
		p, reached := service(t)
		p.Break(On(http.MethodPut, "/hit"), c.fault)
		if status, _, _, err := ask(t.Context(), p, "/bucket/miss", "x"); status != 200 || err != nil {
			t.Errorf("%s: a request that does not match = %d, %v, want it untouched", c.name, status, err)
		}
		reached.Store(0)
		status, body, _, err := ask(t.Context(), p, "/bucket/hit", "0123456789")
		if status != c.status || !strings.Contains(body, c.body) || (err != nil) != c.fails || reached.Load() != c.reached {
			t.Errorf("%s: %d %q, %v, %d reached the service; want %d %q, error %v, %d reached", c.name, status, body, err, reached.Load(), c.status, c.body, c.fails, c.reached)
		}
		if status, _, host, err := ask(t.Context(), p, "/bucket/hit", "x"); status != 200 || err != nil || host != strings.TrimPrefix(p.Config().Endpoint, "http://") {
			t.Errorf("%s: the next one = %d, host %q, %v, want it untouched, with the Host that was signed", c.name, status, host, err)
		}
		if seen := p.Requests(); len(seen) != 3 || seen[1].Key != "hit" || seen[1].Status != c.status || len(p.Requests()) != 0 {
			t.Errorf("%s: Requests = %+v, want three, the second of key hit with status %d, and then none", c.name, seen, c.status)
		}
	}
}

func TestStallAndMend(t *testing.T) {
	p, reached := service(t)
	p.BreakAll(On("", ""), Stall())
	for range 2 {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		if _, _, _, err := ask(ctx, p, "/bucket/k", "x"); ctx.Err() == nil || err == nil {
			t.Errorf("a stalled request = %v, want nothing until its context ends", err)
		}
		cancel()
	}
	if reached.Load() != 0 {
		t.Error("a stalled request reached the service")
	}
	p.Mend()
	if status, _, _, err := ask(t.Context(), p, "/bucket/k", "x"); status != 200 || err != nil {
		t.Errorf("after Mend: %d, %v, want it passed on", status, err)
	}
}
