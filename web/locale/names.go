package locale

import (
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"cabina/archive"
)

// own holds the names of languages in themselves where CLDR's are missing, ambiguous in a row of keys, or of another form than the rest.
var own = map[archive.Language]string{
	"ar-EG": "العربية (مصر)", "ase": "American Sign Language", "ay": "Aymar aru", "bfi": "British Sign Language", "de-AT": "Deutsch (Österreich)",
	"de-CH": "Deutsch (Schweiz)", "en-AU": "English (Australia)", "en-CA": "English (Canada)", "en-GB": "English (UK)", "en-US": "English (US)",
	"es-419": "Español (Latinoamérica)", "es-ES": "Español (España)", "es-MX": "Español (México)", "fr-CA": "Français (Canada)", "fr-CH": "Français (Suisse)",
	"fr-FR": "Français (France)", "gn": "Avañe’ẽ", "ht": "Kreyòl ayisyen", "id": "Bahasa Indonesia", "kk": "Қазақ тілі", "ku": "Kurdî", "kmr": "Kurmancî",
	"lse": "Lengua de Signos Española", "ms": "Bahasa Melayu", "nb": "Norsk bokmål", "nn": "Norsk nynorsk", "no": "Norsk", "pt-BR": "Português (Brasil)",
	"pt-PT": "Português (Portugal)", "quc": "K’iche’", "rom": "Romani ćhib", "sr-Cyrl": "Српски", "sr-Latn": "Srpski", "tet": "Tetun", "tpi": "Tok Pisin",
	"wo": "Wolof", "xh": "isiXhosa", "zh-CN": "中文（中国）", "zh-TW": "中文（台灣）", "zu": "isiZulu",
}

// Own gives a language's name in itself, as it stands on a key: Español, Português (Brasil). One without a known name is its tag. The floor has no such
// name: its key is "voice.floor".
func Own(l archive.Language) string {
	if name, ok := own[l]; ok {
		return name
	}
	tag, err := language.Parse(string(l))
	if err != nil {
		return string(l)
	}
	name := display.Self.Name(tag)
	if name == "" {
		if general := base(l); general != l && own[general] != "" {
			return own[general] + " (" + string(l[len(general)+1:]) + ")"
		}
		return string(l)
	}
	if strings.HasPrefix(name, "isi") || strings.HasPrefix(name, "o‘") {
		return name
	}
	return capital(name)
}

// Dir gives the direction of the script a language is written in, "rtl" or "ltr".
func Dir(l archive.Language) string {
	tag, err := language.Parse(string(l))
	if err != nil {
		return "ltr"
	}
	switch script, _ := tag.Script(); script.String() {
	case "Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg", "Mand", "Samr":
		return "rtl"
	}
	return "ltr"
}

// NameOf gives a content's language a name in the interface's: español for es in Spanish, Spanish in English. One without a known name is its tag.
func (l Lang) NameOf(of archive.Language) string {
	tag, err := language.Parse(string(of))
	if err != nil {
		return string(of)
	}
	name := display.Languages(l.Tag()).Name(tag)
	if name == "" || tag == language.Und {
		return string(of)
	}
	return name
}

// In says in which language something is: in English, на русском языке. Into says into which it is interpreted: into English, на русский язык.
func (l Lang) In(of archive.Language) string {
	return l.Say("language.in", "name", l.adapt(of, "ом языке"))
}

// Into is described at In.
func (l Lang) Into(of archive.Language) string {
	return l.Say("language.into", "name", l.adapt(of, "ий язык"))
}

// adapt bends the name of a language into its sentence. Russian names are adjectives (русский, бразильский португальский), which take the ending of their case
// and the word for language; those that are not (суахили) stand behind that word unchanged.
func (l Lang) adapt(of archive.Language, ending string) string {
	name := l.NameOf(of)
	if l != "ru" {
		return name
	}
	word, noun, _ := strings.Cut(ending, " ")
	words := strings.Fields(name)
	for i, w := range words {
		stem, ok := strings.CutSuffix(w, "ий")
		switch {
		case ok:
			words[i] = stem + word
		case len(words) > 1 && base(of) != of: // китайский, упрощенное письмо
			return l.adapt(base(of), ending)
		default:
			return noun + " " + name
		}
	}
	return strings.Join(words, " ") + " " + noun
}
