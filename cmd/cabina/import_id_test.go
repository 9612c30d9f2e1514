package main

import (
	"strings"
	"testing"

	"cabina/archive"
)

func TestTheIDOfAFolder(t *testing.T) {
	for name, want := range map[string]string{
		"session-03":                     "session-03",
		"Session 03":                     "session-03",
		"03 — Opening (day 1)":           "03-opening-day-1",
		"Сессия 3: Открытие":             "sessiia-3-otkrytie",
		"Ёлка и съезд":                   "elka-i-sezd",
		"Sesión de apertura":             "sesion-de-apertura",
		"Straße_æon":                     "strasse-aeon",
		"الجلسة ٣":                       "aljlsa-3",
		"会议":                             "",
		"...":                            "",
		"":                               "",
		strings.Repeat("a", 63) + " bcd": strings.Repeat("a", 63),
		strings.Repeat("long-name-", 10): strings.Repeat("long-name-", 6) + "long",
		"L’Été":                          "lete",
		"Ｆｕｌｌ　ｗｉｄｔｈ":                     "full-width",
		"a/../../etc/passwd":             "a-etc-passwd",
	} {
		t.Run(name, func(t *testing.T) {
			got := idFrom(name)
			if got != want {
				t.Errorf("idFrom(%q) = %q, want %q", name, got, want)
			}
			if got != "" && !archive.ValidID(got) {
				t.Errorf("%q is no id", got)
			}
		})
	}
	if id := idFromKey("会议"); !archive.ValidID(id) || len(id) != len("session-abcdef") || id != idFromKey("会议") {
		t.Errorf("idFromKey = %q, want session- and six letters, always the same", id)
	}
}
