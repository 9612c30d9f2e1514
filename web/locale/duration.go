package locale

import "fmt"

// Timecode writes a place on the clock, 0:30:07: the same in every language, left to right.
func Timecode(ms int64) string {
	s := max(ms, 0) / 1000
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// Length says how long something is, in words: 40 seconds, 41 minutes, 1 hour 58 minutes, 64 hours. From ten hours on minutes are left out.
func (l Lang) Length(ms int64) string {
	const second, minute, hour = 1000, 60_000, 3_600_000
	switch {
	case ms < minute:
		return l.Say("time.seconds", "n", (ms+second/2)/second)
	case ms < hour-minute/2:
		return l.Say("time.minutes", "n", (ms+minute/2)/minute)
	case ms >= 10*hour:
		return l.Say("time.hours", "n", (ms+hour/2)/hour)
	}
	minutes := (ms + minute/2) / minute
	if minutes%60 == 0 {
		return l.Say("time.hours", "n", minutes/60)
	}
	return l.Say("time.both", "hours", l.Say("time.hours", "n", minutes/60), "minutes", l.Say("time.minutes", "n", minutes%60))
}
