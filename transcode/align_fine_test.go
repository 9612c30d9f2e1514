package transcode

import (
	"math"
	"testing"
)

func TestWhereMostChangesAgree(t *testing.T) {
	at := func(n int, everyMs float64, by func(ms float64, i int) float64) (list []measured) {
		for i := range n {
			ms := float64(i) * everyMs
			list = append(list, measured{ms, by(ms, i)})
		}
		return list
	}
	jitter := func(i int) float64 { return float64(i*37%41) - 20 } // ±20 ms, as frames of 25 a second give
	for name, c := range map[string]struct {
		list      []measured
		by, ppm   float64
		agree     int
		tolerance float64
	}{
		"all at one place":                      {at(20, 60_000, func(_ float64, i int) float64 { return -7360 + jitter(i) }), -7360, 0, 20, 40},
		"a third elsewhere does not pull":       {at(21, 60_000, func(_ float64, i int) float64 { return 500 + jitter(i) + float64(i%3/2)*700 }), 500, 0, 14, 40},
		"a clock 40 ppm fast over two hours":    {at(24, 300_000, func(ms float64, i int) float64 { return 1000 + jitter(i) + ms*40e-6 }), 1000, 40, 24, 40},
		"a few ppm that do not matter stay out": {at(24, 60_000, func(ms float64, i int) float64 { return 1000 + jitter(i) + ms*5e-6 }), 1003, 0, 24, 40},
		"nothing":                               {nil, 0, 0, 0, 40},
	} {
		t.Run(name, func(t *testing.T) {
			f := fitOffsets(c.list, c.tolerance)
			if math.Abs(f.byMs-c.by) > 12 || math.Abs(f.ppm-c.ppm) > 3 || f.agree != c.agree {
				t.Errorf("fitOffsets = %+v, want %v ms, %v ppm, %d agreeing", f, c.by, c.ppm, c.agree)
			}
		})
	}
}
