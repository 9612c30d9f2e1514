package s3_test

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"cabina/archive"
	"cabina/archive/s3/s3test"
)

// TestUpdateOverABadConnection changes a session while each of its requests in turn goes wrong: the change is made once, and said to be.
func TestUpdateOverABadConnection(t *testing.T) {
	p, broken, whole := behind(t)
	a, beside := &archive.Archive{Store: broken}, &archive.Archive{Store: whole}
	session := &archive.Session{ID: "s03", Visibility: archive.Draft, Clock: archive.Clock{N: 1}}
	p.Break(s3test.On(http.MethodPut, "sessions/"), s3test.CutAnswer())
	if _, err := a.Create(t.Context(), session); err != nil {
		t.Fatalf("Create whose answer is lost = %v, want it made", err)
	}
	var revision atomic.Int64 // as it should be
	revision.Store(1)
	for _, f := range []struct {
		name  string
		fault func() s3test.Fault
	}{
		{"the answer is lost", s3test.CutAnswer},
		{"it is sent twice on the way", s3test.Twice},
		{"it never arrives", s3test.Refuse},
		{"the service stumbles", func() s3test.Fault { return s3test.Answer(500, "InternalError") }},
		{"the service is busy", func() s3test.Fault { return s3test.Answer(503, "SlowDown") }},
		{"somebody else is faster", func() s3test.Fault {
			return s3test.Before(func(ctx context.Context) {
				if _, err := beside.Update(ctx, "s03", topic(fmt.Sprint("faster than revision ", revision.Load()+1))); err != nil {
					t.Error(err)
				}
				revision.Add(1)
			})
		}},
	} {
		for _, on := range []struct{ method, part string }{
			{http.MethodGet, "sessions/"}, {http.MethodPut, "history/"}, {http.MethodPut, "sessions/"}, {http.MethodPut, "changes/"},
		} {
			name := fmt.Sprintf("%s %s: %s", on.method, on.part, f.name)
			p.Break(s3test.On(on.method, on.part), f.fault())
			if _, err := a.Update(t.Context(), "s03", topic(name)); err != nil {
				t.Errorf("%s: Update = %v, want it made", name, err)
			}
			p.Mend()
			rev := int(revision.Add(1))
			got, err := beside.Session(t.Context(), "s03")
			if err != nil {
				t.Fatal(err)
			}
			times := 0
			for _, topic := range got.Topics {
				if topic == name {
					times++
				}
			}
			if times != 1 || got.Rev != rev {
				t.Errorf("%s: the change was made %d times, revision %d, want once, revision %d", name, times, got.Rev, rev)
			}
		}
	}
	revisions, err := beside.History(t.Context(), "s03")
	if err != nil || int64(len(revisions)) < revision.Load()-1 {
		t.Errorf("History = %d revisions, %v, want all %d before this", len(revisions), err, revision.Load()-1)
	}
}

// topic adds a topic.
func topic(name string) func(*archive.Session) error {
	return func(s *archive.Session) error {
		s.Topics = append(s.Topics, name)
		return nil
	}
}
