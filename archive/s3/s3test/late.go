package s3test

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"
)

// Late passes the request on only after d.
func Late(d time.Duration) Fault {
	return Before(func(ctx context.Context) {
		select {
		case <-ctx.Done():
		case <-time.After(d):
		}
	})
}

// Each matches every nth request that m matches.
func Each(n int64, m Match) Match {
	var seen atomic.Int64
	return func(r *http.Request) bool { return m(r) && seen.Add(1)%n == 0 }
}
