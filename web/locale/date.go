package locale

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Day writes a day: 10 November 2026.
func (l Lang) Day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return l.Say("date.day", "day", l.dayNumber(t), "month", l.month("date.months", t), "year", strconv.Itoa(t.Year()))
}

// Span writes from when to when something was: 10 – 11 November 2026, 6 July – 30 October 2020, July – October 2020. Either is a day (2020-07-06) or a
// month (2020-07); what is neither is left out.
func (l Lang) Span(from, to string) string {
	a, byDay, okA := dayOrMonth(from)
	b, byDayB, okB := dayOrMonth(to)
	switch {
	case !okA && !okB:
		return ""
	case !okB || from == to:
		return l.one(a, byDay)
	case !okA:
		return l.one(b, byDayB)
	}
	year := strconv.Itoa(b.Year())
	between := func(x, y string) string { return l.Say("date.range", "from", x, "to", y) }
	sameYear, sameMonth := a.Year() == b.Year(), a.Year() == b.Year() && a.Month() == b.Month()
	switch {
	case byDay != byDayB || !sameYear:
		return capital(between(l.one(a, byDay), l.one(b, byDayB)))
	case !byDay:
		return capital(l.Say("date.month", "month", between(l.month("date.monthsAlone", a), l.month("date.monthsAlone", b)), "year", year))
	case sameMonth:
		return l.Say("date.day", "day", between(l.dayNumber(a), l.dayNumber(b)), "month", l.month("date.months", b), "year", year)
	}
	return between(l.Say("date.dayMonth", "day", l.dayNumber(a), "month", l.month("date.months", a)), l.Day(b))
}

func (l Lang) one(t time.Time, byDay bool) string {
	if byDay {
		return l.Day(t)
	}
	return capital(l.Say("date.month", "month", l.month("date.monthsAlone", t), "year", strconv.Itoa(t.Year())))
}

// dayNumber is the day of the month; some languages write the first as an ordinal.
func (l Lang) dayNumber(t time.Time) string {
	if t.Day() == 1 {
		return l.Say("date.first")
	}
	return strconv.Itoa(t.Day())
}

// month is the month's name, in the case it has beside a day (date.months) or alone (date.monthsAlone): each key holds twelve, parted by spaces.
func (l Lang) month(key string, t time.Time) string {
	return strings.Fields(l.Say(key))[t.Month()-1]
}

func dayOrMonth(s string) (t time.Time, byDay, ok bool) {
	if t, err := time.Parse("2006-01-02", s[:min(len(s), 10)]); err == nil {
		return t, true, true
	}
	t, err := time.Parse("2006-01", s)
	return t, false, err == nil
}

// capital makes the first letter a capital: a month may begin a line.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}
