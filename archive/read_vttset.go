package archive

import (
	"strconv"
	"strings"
)

// vttSettings reads the settings of a cue as WebVTT's parser does (W3C WebVTT 1, section 6.2): the last one of a name counts, one that is not well formed
// is passed by. They are written anew, in this order. Regions are not kept: their cues stand where a player puts them.
func vttSettings(s string) string {
	found := map[string]string{}
	for f := range strings.FieldsSeq(cutBytes(s, 400)) {
		name, value, ok := strings.Cut(f, ":")
		if !ok || value == "" {
			continue
		}
		if value, ok = vttSetting(name, value); ok {
			found[name] = value
		}
	}
	var keep []string
	for _, name := range []string{"vertical", "line", "position", "size", "align"} {
		if v := found[name]; v != "" {
			keep = append(keep, name+":"+v)
		}
	}
	return strings.Join(keep, " ")
}

func vttSetting(name, value string) (string, bool) {
	first, second, two := strings.Cut(value, ",")
	switch name {
	case "vertical":
		return value, value == "rl" || value == "lr"
	case "line":
		if two && second != "start" && second != "center" && second != "end" {
			return "", false
		}
		if strings.HasSuffix(first, "%") {
			return value, vttPercent(first)
		}
		n, err := strconv.ParseFloat(first, 64)
		plain := strings.Trim(first, "-.0123456789") == "" && !strings.Contains(strings.TrimLeft(first, "-"), "-") && !strings.HasSuffix(first, ".")
		return value, err == nil && plain && n > -1000 && n < 1000
	case "position":
		if two && second != "line-left" && second != "center" && second != "line-right" {
			return "", false
		}
		return value, vttPercent(first)
	case "size":
		return value, vttPercent(value)
	case "align":
		switch value {
		case "start", "center", "end", "left", "right":
			return value, true
		}
	}
	return "", false
}

// vttPercent is true of a percentage from 0 to 100, as 12 % or 84.67 %.
func vttPercent(s string) bool {
	n, ok := strings.CutSuffix(s, "%")
	whole, part, two := strings.Cut(n, ".")
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	v, err := strconv.ParseFloat(n, 64)
	return ok && digits(whole) && (!two || digits(part)) && len(n) < 12 && err == nil && v <= 100
}
