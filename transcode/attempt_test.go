package transcode

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"

	"cabina/archive"
)

func TestWhatIsNoFaultOfAJob(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want bool
	}{
		{"a store that is away", fmt.Errorf("put x: %w", archive.ErrUnavailable), true},
		{"a store that was too late", context.DeadlineExceeded, true},
		{"a full disk, of ours", &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, true},
		{"a full disk, of a tool's", fmt.Errorf("voice: %w", &ToolError{"ffmpeg", "Conversion failed!", "out.mp4: No space left on device\nConversion failed!"}), true},
		{"a recording that is broken", &ToolError{"ffmpeg", "Invalid data found", "Invalid data found"}, false},
		{"anything else", errors.New("x"), false},
	} {
		if got := noFault(c.err); got != c.want {
			t.Errorf("noFault(%s) = %v, want %v", c.name, got, c.want)
		}
	}
}
