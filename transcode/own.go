package transcode

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// Encode runs ffmpeg in dir on what the program made itself: stdin, which may be nil, and files in dir, named by their names alone; it makes files there. length in ms bounds
// its time. It may set text.
func (t *Tools) Encode(ctx context.Context, dir string, stdin io.Reader, lengthMs int64, args ...string) error {
	args = append([]string{"-nostdin", "-hide_banner", "-v", "error", "-y"}, args...)
	return t.run(ctx, "ffmpeg", call{args: args, dir: dir, stdin: stdin, writes: true, lengthMs: lengthMs, encodes: true, fonts: true})
}

// Escapes tries the jail on this machine with ffmpeg itself: it makes a small picture with a sound, which must go, and then reads a file that it was not handed and connects
// to a port on which we listen, which must not. It names what went; an error is a jail in which nothing goes.
func (t *Tools) Escapes(ctx context.Context) (names []string, err error) {
	err = t.inDir(func(dir string) error {
		sources := []string{"-f", "lavfi", "-i", "color=size=64x64:rate=5:duration=1", "-f", "lavfi", "-i", "sine=duration=1"}
		if err := t.Encode(ctx, dir, nil, 1000, append(sources, "-c:v", "libx264", "-c:a", "aac", outFile)...); err != nil {
			return fmt.Errorf("encoding in it: %w", err)
		}
		escaped, err := t.readsElsewhere(ctx, dir)
		if escaped {
			names = append(names, "it reads files that it was not handed")
		}
		if err != nil {
			return err
		}
		if escaped, err = t.connects(ctx, dir); escaped {
			names = append(names, "it opens connections")
		}
		return err
	})
	return names, err
}

// readsElsewhere says whether ffmpeg can read a file beside its folder.
func (t *Tools) readsElsewhere(ctx context.Context, dir string) (bool, error) {
	other, err := os.CreateTemp(filepath.Dir(dir), "other-")
	if err != nil {
		return false, err
	}
	defer os.Remove(other.Name())
	_, err = other.WriteString(strings.Repeat("secret", 1000))
	if err = errors.Join(err, other.Close()); err != nil {
		return false, err
	}
	return t.tries(ctx, dir, "-f", "s16le", "-i", other.Name())
}

// connects says whether ffmpeg can reach a port of this machine.
func (t *Tools) connects(ctx context.Context, dir string) (bool, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return false, err
	}
	defer l.Close()
	reached := make(chan struct{})
	go func() {
		defer close(reached)
		if c, err := l.Accept(); err == nil {
			_ = c.Close()
		}
	}()
	if _, err := t.tries(ctx, dir, "-f", "s16le", "-i", "tcp://"+l.Addr().String()+"?timeout=2000000"); err != nil {
		return false, err
	}
	select {
	case <-reached:
		return true, nil
	default:
		return false, nil
	}
}

// tries says whether ffmpeg read something of an input.
func (t *Tools) tries(ctx context.Context, dir string, input ...string) (bool, error) {
	err := t.Encode(ctx, dir, nil, 1000, append(input, "-f", "null", "-")...)
	var failed *ToolError
	if errors.As(err, &failed) {
		return false, nil
	}
	return err == nil, err
}
