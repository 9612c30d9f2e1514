package transcode

import "math"

// hlsRates gives bits a second: the peak, which is the largest of any segments one after the other that last 0.5 to 1.5 times the target
// duration together (RFC 8216, 4.1), and the mean. A single short segment with a large key frame is no peak by that: players keep a buffer.
func hlsRates(x *Index) (peak, mean int64) {
	target := float64(hlsTarget(x))
	bytes, ticks := int64(0), int64(0)
	for i, f := range x.Fragments {
		bytes += f.Len
		ticks += f.Duration
		sum, seconds := int64(0), 0.0
		for _, g := range x.Fragments[i:] {
			sum += g.Len
			seconds += float64(g.Duration) / float64(x.Timescale)
			if seconds > 1.5*target {
				break
			}
			if seconds >= 0.5*target {
				peak = max(peak, int64(math.Ceil(float64(sum)*8/seconds)))
			}
		}
	}
	if ticks > 0 {
		mean = int64(math.Ceil(float64(bytes) * 8 * float64(x.Timescale) / float64(ticks)))
	}
	return max(peak, mean), mean
}

// ticksMicro turns ticks into microseconds, rounded to the nearest.
func ticksMicro(ticks, timescale int64) int64 {
	whole, rest := ticks/timescale, ticks%timescale
	return whole*1_000_000 + int64(math.Round(float64(rest)*1e6/float64(timescale)))
}
