package transcode

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// TextPacket is one packet of a subtitle track: when it shows, on the recording's own time in ms, for how long, and its bytes as they are in the file.
type TextPacket struct {
	AtMs, ForMs int64
	Data        []byte
}

// The bounds of what is taken out of a recording.
const (
	maxTextBytes   = 64 << 20 // of ffprobe's answer
	maxTextPackets = 50_000
)

// TextPackets takes the packets of a subtitle track ("s:0") out of the recording at path, in the file's order. No decoder sees them. A track that cannot be read, or
// has too many, is a *Refused error.
func (t *Tools) TextPackets(ctx context.Context, path string, f *Facts, stream string) ([]TextPacket, error) {
	args := append([]string{"-v", "error"}, input(f.Format, 0)...)
	args = append(args, "-select_streams", stream, "-show_packets", "-show_data", "-show_entries", "packet=pts_time,duration_time,data", "-of", "json")
	var out []byte
	err := t.inDir(func(dir string) error {
		return t.run(ctx, "ffprobe", call{args: args, in: []string{path}, dir: dir, lengthMs: f.DurationMs, stdout: readInto(&out, maxTextBytes)})
	})
	var packets []TextPacket
	if err == nil {
		packets, err = parsePackets(out)
	}
	var failed *ToolError
	if errors.As(err, &failed) {
		return nil, &Refused{"its subtitles " + stream + " cannot be read (" + failed.Reason + ")", "the recording without them, and a subtitle file beside it, would do"}
	}
	return packets, err
}

// parsePackets reads ffprobe's JSON. A packet whose times cannot be read is passed by, and so is the end of one whose bytes cannot be.
func parsePackets(data []byte) ([]TextPacket, error) {
	var answer struct {
		Packets []struct {
			PTS  string `json:"pts_time"`
			For  string `json:"duration_time"`
			Data string `json:"data"`
		} `json:"packets"`
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return nil, &ToolError{"ffprobe", "what it says is no JSON: " + err.Error(), ""}
	}
	if len(answer.Packets) > maxTextPackets {
		return nil, &Refused{fmt.Sprintf("one of its subtitle tracks has %d packets", len(answer.Packets)), "the recording without it would do"}
	}
	var out []TextPacket
	for _, p := range answer.Packets {
		at, err := strconv.ParseFloat(p.PTS, 64)
		if err != nil {
			continue
		}
		length, err := strconv.ParseFloat(p.For, 64)
		if err != nil || !(length > 0) || !(math.Abs(at) < 1e6) || !(length < 1e6) {
			continue
		}
		out = append(out, TextPacket{AtMs: int64(math.Round(at * 1000)), ForMs: int64(math.Round(length * 1000)), Data: undump(p.Data)})
	}
	return out, nil
}

// undump reads the lines of a hex dump: eight digits of an offset, a colon, and up to 16 bytes in eight groups.
func undump(dump string) []byte {
	const from, groups = len("00000000: "), len("0000 ") * 8
	var out []byte
	for line := range strings.Lines(dump) {
		if len(line) < from+groups {
			continue
		}
		b, err := hex.DecodeString(strings.ReplaceAll(line[from:from+groups], " ", ""))
		if err != nil {
			return out
		}
		out = append(out, b...)
	}
	return out
}
