package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"cabina/archive"
)

// How long a service may be silent. Putting the parts of a large object together takes minutes; all else is begun to be answered within seconds.
const (
	answerWithin = 20 * time.Second // from the end of a request to the head of its answer
	joinWithin   = 2 * time.Minute  // the same, of a POST
	goOnWithin   = 20 * time.Second // between two pieces of an answer
)

// patient is a transport that gives up on a service which falls silent in the middle of an answer, as well as on one that never begins.
type patient struct{ quick, slow *http.Transport }

func newPatient() *patient {
	return &patient{quick: newTransport(answerWithin), slow: newTransport(joinWithin)}
}

// RoundTrip sends a request.
func (p *patient) RoundTrip(r *http.Request) (*http.Response, error) {
	t := p.quick
	if r.Method == http.MethodPost {
		t = p.slow
	}
	ctx, cancel := context.WithCancel(r.Context())
	resp, err := t.RoundTrip(r.WithContext(ctx))
	if err != nil {
		cancel()
		return nil, err
	}
	resp.Body = &watched{body: resp.Body, cancel: cancel, ended: r.Context()}
	return resp, nil
}

// CloseIdleConnections lets go of connections that nobody uses.
func (p *patient) CloseIdleConnections() {
	p.quick.CloseIdleConnections()
	p.slow.CloseIdleConnections()
}

// silent is an answer that stopped without an end.
type silent struct{}

func (silent) Error() string { return "the service fell silent in the middle of its answer" }

// watched is the body of an answer. Only the time counts in which somebody waits for it.
type watched struct {
	body   io.ReadCloser
	cancel func()
	ended  context.Context // of whoever asked: its end is no silence
}

func (w *watched) Read(b []byte) (int, error) {
	watch := time.AfterFunc(goOnWithin, w.cancel)
	n, err := w.body.Read(b)
	if !watch.Stop() && errors.Is(err, context.Canceled) {
		err = silent{}
	}
	if err != nil && err != io.EOF && w.ended.Err() == nil {
		err = fmt.Errorf("%w: %w", archive.ErrUnavailable, err)
	}
	return n, err
}

func (w *watched) Close() error {
	defer w.cancel()
	return w.body.Close()
}
