package s3_test

import (
	"encoding/json"
	"testing"

	"cabina/archive"
	"cabina/archive/s3"
	"cabina/archive/s3/s3test"
	"cabina/archive/storetest"
)

func TestStore(t *testing.T) {
	c := s3test.Gateway(t)
	storetest.Run(t, func(t *testing.T) archive.Store {
		c := s3test.Bucket(t, c)
		c.Prefix = "archives/hiv2020"
		return open(t, c)
	})
}

func TestProcesses(t *testing.T) {
	storetest.RunProcesses(t,
		func(t *testing.T) string {
			c, err := json.Marshal(s3test.Gateway(t))
			if err != nil {
				t.Fatal(err)
			}
			return string(c)
		},
		func(t *testing.T, place string) archive.Store {
			var c s3.Config
			if err := json.Unmarshal([]byte(place), &c); err != nil {
				t.Fatal(err)
			}
			return open(t, c)
		})
}

func open(t testing.TB, c s3.Config) *s3.Store {
	t.Helper()
	s, err := s3.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}
