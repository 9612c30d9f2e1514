package s3test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"cabina/archive/s3"
)

// Proxy stands between a store and its service. It passes everything on as it came, writes down what it passed, and breaks what it is told to
// break. All methods may be called at once.
type Proxy struct {
	config    s3.Config
	target    *url.URL
	server    *httptest.Server
	transport *http.Transport
	closing   chan struct{}

	mu     sync.Mutex // guards what follows; nothing is sent while it is held
	breaks []breakage
	seen   []Request
}

// Request is one that went through a Proxy.
type Request struct {
	Method string
	Key    string // the path without bucket; empty for a listing
	Query  string
	Range  string // as asked: "bytes=0-99"
	Status int    // as the client saw it; 0 where it saw none
	Bytes  int64  // of the answer's body
}

// Match says which requests a fault is for.
type Match func(*http.Request) bool

// On matches a method ("" for all) and a part of the path, which is /bucket/prefix/key.
func On(method, part string) Match {
	return func(r *http.Request) bool {
		return (method == "" || r.Method == method) && strings.Contains(r.URL.Path, part)
	}
}

type breakage struct {
	match Match
	fault Fault
	once  bool
}

// NewProxy starts a proxy before the service of c. It ends with the test.
func NewProxy(t testing.TB, c s3.Config) *Proxy {
	t.Helper()
	target, err := url.Parse(c.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{
		target: target, closing: make(chan struct{}),
		transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64},
	}
	p.server = httptest.NewUnstartedServer(p)
	p.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	p.server.Start()
	p.config = c
	p.config.Endpoint = p.server.URL
	t.Cleanup(func() {
		close(p.closing)
		p.server.Close()
		p.transport.CloseIdleConnections()
	})
	return p
}

// Config is that of the service, with the proxy in its place.
func (p *Proxy) Config() s3.Config { return p.config }

// Break applies a fault to the next request that matches, and to no other. Of several faults that match, the first one given is applied.
func (p *Proxy) Break(m Match, f Fault) { p.add(breakage{m, f, true}) }

// BreakAll applies a fault to all requests that match, until Mend.
func (p *Proxy) BreakAll(m Match, f Fault) { p.add(breakage{m, f, false}) }

// Mend takes all faults back that were not applied yet. What stalls goes on stalling.
func (p *Proxy) Mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.breaks = nil
}

// Requests gives what went through since the last call, in the order of its end.
func (p *Proxy) Requests() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	seen := p.seen
	p.seen = nil
	return seen
}

func (p *Proxy) add(b breakage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.breaks = append(p.breaks, b)
}

func (p *Proxy) take(r *http.Request) Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, b := range p.breaks {
		if b.match(r) {
			if b.once {
				p.breaks = append(p.breaks[:i:i], p.breaks[i+1:]...)
			}
			return b.fault
		}
	}
	return nil
}

// ServeHTTP is the proxy itself.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &counter{ResponseWriter: w}
	_, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.seen = append(p.seen, Request{r.Method, key, r.URL.RawQuery, r.Header.Get("Range"), c.status, c.bytes})
	}()
	fault := p.take(r)
	if fault == nil {
		fault = pass
	}
	fault(p, c, r)
}

// send passes a request on. Its Host stays, because it is signed.
func (p *Proxy) send(r *http.Request, body io.Reader) *http.Response {
	u := *r.URL
	u.Scheme, u.Host = p.target.Scheme, p.target.Host
	out, err := http.NewRequestWithContext(r.Context(), r.Method, u.String(), body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	out.Header = r.Header.Clone()
	out.Header.Del("Connection")
	out.Host = r.Host
	out.ContentLength = r.ContentLength
	if r.ContentLength == 0 {
		out.Body = http.NoBody
	}
	resp, err := p.transport.RoundTrip(out)
	if err != nil {
		panic(http.ErrAbortHandler) // the service is gone: so is the connection
	}
	return resp
}

// counter counts what the client is sent.
type counter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (c *counter) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	c.bytes += int64(n)
	return n, err
}

// answer passes an answer back, or no more than limit bytes of it where that is not negative.
func answer(w *counter, resp *http.Response, limit int64) {
	defer resp.Body.Close()
	h := w.Header()
	for k, v := range resp.Header {
		h[k] = v
	}
	w.WriteHeader(resp.StatusCode)
	var err error
	if limit < 0 {
		_, err = io.Copy(w, resp.Body)
	} else {
		_, err = io.CopyN(w, resp.Body, limit)
		http.NewResponseController(w.ResponseWriter).Flush()
	}
	if err != nil {
		panic(http.ErrAbortHandler)
	}
}

// Fault is a way in which a request goes wrong.
type Fault func(p *Proxy, w *counter, r *http.Request)

func pass(p *Proxy, w *counter, r *http.Request) { answer(w, p.send(r, r.Body), -1) }

// CutAnswer lets the service do what it was asked, and cuts the connection instead of passing the answer on: the client cannot know.
func CutAnswer() Fault {
	return func(p *Proxy, w *counter, r *http.Request) {
		resp := p.send(r, r.Body)
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		panic(http.ErrAbortHandler)
	}
}

// CutBody passes n bytes of the answer's body on and then cuts the connection.
func CutBody(n int64) Fault {
	return func(p *Proxy, w *counter, r *http.Request) {
		answer(w, p.send(r, r.Body), n)
		panic(http.ErrAbortHandler)
	}
}

// Refuse cuts the connection before the service hears of the request.
func Refuse() Fault {
	return func(*Proxy, *counter, *http.Request) { panic(http.ErrAbortHandler) }
}

// Stall takes the request and never answers. The service does not hear of it. It ends when the client gives up, or with the test.
func Stall() Fault {
	return func(p *Proxy, _ *counter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // only then the server notices that the client has gone
		select {
		case <-r.Context().Done():
		case <-p.closing:
		}
		panic(http.ErrAbortHandler)
	}
}

// Twice sends the request to the service a second time and passes the second answer on, as something on the way may do.
func Twice() Fault {
	return func(p *Proxy, w *counter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		first := p.send(r, bytes.NewReader(body))
		io.Copy(io.Discard, first.Body)
		first.Body.Close()
		answer(w, p.send(r, bytes.NewReader(body)), -1)
	}
}

// Damage turns over the bits of the byte at off of the request's body on its way to the service. Bodies that carry a checksum begin with some
// bytes of framing.
func Damage(off int) Fault {
	return func(p *Proxy, w *counter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || len(body) <= off {
			panic(http.ErrAbortHandler)
		}
		body[off] ^= 0xff
		answer(w, p.send(r, bytes.NewReader(body)), -1)
	}
}

// Answer says status and an S3 error code to the client ("SlowDown", "InternalError"); the service does not hear of the request.
func Answer(status int, code string) Fault {
	return func(_ *Proxy, w *counter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		fmt.Fprintf(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>said by a test</Message></Error>", code)
	}
}

// Before does something, then passes the request on: for what must happen between two requests of a method.
func Before(do func(context.Context)) Fault {
	return func(p *Proxy, w *counter, r *http.Request) {
		do(r.Context())
		pass(p, w, r)
	}
}
