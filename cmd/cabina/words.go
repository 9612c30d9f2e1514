package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"cabina/archive"
)

// seconds writes a length of time in ms as people say it: 8.1 s, 3 min 5 s.
func seconds(ms int64) string {
	switch {
	case ms < 60_000:
		return strconv.FormatFloat(float64(ms)/1000, 'f', 1, 64) + " s"
	case ms%60_000 < 1000:
		return fmt.Sprintf("%d min", ms/60_000)
	}
	return fmt.Sprintf("%d min %d s", ms/60_000, ms/1000%60)
}

// clock writes a place on the clock in ms as 1:02:03.
func clock(ms int64) string {
	return fmt.Sprintf("%d:%02d:%02d", ms/3600_000, ms/60_000%60, ms/1000%60)
}

// decibels writes a gain with its sign.
func decibels(db float64) string { return fmt.Sprintf("%+.1f dB", db) }

// count writes 1 line, 2 lines.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// title is a session's title for a line on a terminal, else its id.
func title(s *archive.Session) string {
	if _, t := s.Title.In(); t != "" {
		return t
	}
	return s.ID
}

// parseClock reads a place on the clock: 754, 754.2, 12:34, 1:02:03.5; in seconds, minutes and hours.
func parseClock(v string) (ms int64, err error) {
	bad := fmt.Errorf("%q is no time of the session; 12:34, 1:02:03 and 754.2 (seconds) are", v)
	pieces := strings.Split(v, ":")
	if len(pieces) > 3 {
		return 0, bad
	}
	for i, p := range pieces {
		last := i == len(pieces)-1
		var n float64
		if last {
			n, err = strconv.ParseFloat(p, 64)
		} else {
			var whole int
			whole, err = strconv.Atoi(p)
			n = float64(whole)
		}
		if err != nil || !(n >= 0) || strings.ContainsAny(p, "+-eExXpP_") || i > 0 && n >= 60 || n > 360_000 {
			return 0, bad
		}
		if last {
			return ms*60 + int64(n*1000+0.5), nil
		}
		ms = ms*60 + int64(n)*1000
	}
	return 0, bad
}

// nonEmpty gives those that say something.
func nonEmpty(list ...string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == "" })
}

func sortedLanguages(w archive.Words) []archive.Language {
	return slices.Sorted(maps.Keys(w))
}
