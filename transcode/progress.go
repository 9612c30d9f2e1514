package transcode

import (
	"bufio"
	"io"
	"strconv"
	"strings"
)

// progressArgs makes ffmpeg say how far it is, on standard output, twice a second.
var progressArgs = [...]string{"-progress", "pipe:1", "-nostats"}

// readProgress reads what ffmpeg says with progressArgs and tells done from 0 to 1.
func readProgress(lengthMs int64, done func(float64)) func(io.Reader) error {
	return func(r io.Reader) error {
		lines := bufio.NewScanner(r)
		for lines.Scan() {
			us, ok := strings.CutPrefix(lines.Text(), "out_time_us=")
			if n, err := strconv.ParseInt(us, 10, 64); ok && err == nil && done != nil && lengthMs > 0 {
				done(min(max(float64(n)/1000/float64(lengthMs), 0), 1))
			}
		}
		return lines.Err()
	}
}
