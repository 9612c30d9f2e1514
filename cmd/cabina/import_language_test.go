package main

import (
	"testing"

	"cabina/archive"
)

func TestTheLanguageInAName(t *testing.T) {
	for name, want := range map[string]named{
		"es.m4a":               {"es", false},
		"ES.M4A":               {"es", false},
		"session.pt-BR.srt":    {"pt-BR", false},
		"session.pt_br.srt":    {"pt-BR", false},
		"a.b.zh-Hant.vtt":      {"zh-Hant", false},
		"es-419.mp3":           {"es-419", false},
		"spa.mp3":              {"es", false},
		"deu.mp3":              {"de", false},
		"ger.mp3":              {"de", false},
		"fil.mp3":              {"fil", false},
		"quz.mp3":              {"quz", false},
		"nah.mp3":              {"", false}, // has no name in CLDR: session.json or the container says it
		"floor.mp3":            {"mul", true},
		"Floor.MP3":            {"mul", true},
		"session.floor.mp3":    {"mul", true},
		"floor.es.mp3":         {"es", true},
		"mul.ogg":              {"mul", true},
		"floorplan.mp3":        {"", false},
		"recording.mp4":        {"", false},
		"mic.mp3":              {"", false},
		"mix.wav":              {"", false},
		"raw.mp4":              {"", false},
		"und.mp4":              {"", false},
		"zxx.mp4":              {"", false},
		"xx.m4a":               {"", false},
		"english.m4a":          {"", false},
		"session-03.m4a":       {"", false},
		"GMT20200714-1400.mp4": {"", false},
		"s1.m4a":               {"", false},
		"2020.07.14.m4a":       {"", false},
		".m4a":                 {"", false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := languageInName(name); got != want {
				t.Errorf("languageInName(%q) = %+v, want %+v", name, got, want)
			}
		})
	}
}

func TestALanguageAsAContainerCarriesIt(t *testing.T) {
	for tag, want := range map[string]archive.Language{"eng": "en", "fra": "fr", "rus": "ru", "und": "", "": "", "mul": "mul", "zxx": "", "sr-Latn": "sr-Latn", "x": "", "en-": "", "e n": ""} {
		if got := languageOf(tag); got != want {
			t.Errorf("languageOf(%q) = %q, want %q", tag, got, want)
		}
	}
}
