package main

import (
	"path"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"cabina/archive"
)

// notLanguages are three-letter codes of small languages that file names use as words: mic.mp3 is a microphone, not Mi'kmaq. Who records one of these
// says so in session.json or in the container.
var notLanguages = strings.Fields("arc bin bum cut day den fan fat lag men mic mix mus new raw sad see sum ton was zap")

// languageOf reads a language tag as people write it in file names and as containers carry it: es, spa, pt-BR, pt_br, zh-Hant. It gives the tag in its
// canonical form. Empty: it is no language, or says nothing (und, and zxx, which is a picture's).
func languageOf(tag string) archive.Language {
	tag = strings.ReplaceAll(strings.TrimSpace(tag), "_", "-")
	base, _, _ := strings.Cut(tag, "-")
	if len(base) < 2 || len(base) > 3 {
		return ""
	}
	switch strings.ToLower(tag) {
	case "und", "zxx", "mis":
		return ""
	case "mul":
		return archive.FloorLanguage
	}
	t, err := language.Parse(tag)
	if err != nil {
		return ""
	}
	b, _ := t.Base()
	if len(b.String()) == 3 && display.English.Languages().Name(language.Make(b.String())) == "" {
		return "" // nearly every three letters are a language somewhere: only those that have a name are believed
	}
	return archive.Language(t.String())
}

// named is what a file's name says of its sound or text. Floor is true of a file named floor; its language is then mul unless the name has one too.
type named struct {
	Language archive.Language
	Floor    bool
}

// languageInName reads es.m4a, session.pt-BR.srt and floor.mp3: the whole name without its ending, or what stands behind its last dot.
func languageInName(name string) named {
	stem := strings.TrimSuffix(name, path.Ext(name))
	pieces := strings.Split(stem, ".")
	var n named
	for _, p := range pieces {
		if strings.EqualFold(p, "floor") {
			n = named{archive.FloorLanguage, true}
		}
	}
	last := pieces[len(pieces)-1]
	for _, word := range notLanguages {
		if strings.EqualFold(last, word) {
			return n
		}
	}
	if l := languageOf(last); l != "" {
		n.Language = l
		n.Floor = n.Floor || l == archive.FloorLanguage
	}
	return n
}
