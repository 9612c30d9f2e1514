package transcode

import (
	"strings"

	"cabina/archive"

	"golang.org/x/text/language"
)

// containerLanguage turns a container's language tag (ISO 639-2, or already BCP 47) into BCP 47. "und", "mis", "zxx" and what is no language say nothing.
func containerLanguage(tag string) archive.Language {
	tag = strings.ReplaceAll(strings.TrimSpace(tag), "_", "-")
	switch strings.ToLower(tag) {
	case "", "und", "mis", "zxx", "qaa", "unk":
		return ""
	case "mul":
		return archive.FloorLanguage
	}
	t, err := language.Parse(bibliographic(tag))
	if err != nil || t == language.Und {
		return ""
	}
	return archive.Language(t.String())
}

// bibliographic turns the bibliographic codes of ISO 639-2 ("fre", "ger"), which Matroska and old tools write, into the terminological ones.
func bibliographic(tag string) string {
	for _, p := range [...][2]string{
		{"alb", "sqi"}, {"arm", "hye"}, {"baq", "eus"}, {"bur", "mya"}, {"chi", "zho"}, {"cze", "ces"}, {"dut", "nld"}, {"fre", "fra"}, {"geo", "kat"}, {"ger", "deu"},
		{"gre", "ell"}, {"ice", "isl"}, {"mac", "mkd"}, {"mao", "mri"}, {"may", "msa"}, {"per", "fas"}, {"rum", "ron"}, {"slo", "slk"}, {"tib", "bod"}, {"wel", "cym"},
	} {
		if strings.EqualFold(tag, p[0]) {
			return p[1]
		}
	}
	return tag
}
