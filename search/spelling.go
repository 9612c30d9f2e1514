package search

import "strings"

// Spelling pairs: words written in two ways are found by either. Each rule brings a folded word to one of the two; an exact: search does not use them.

// englishPair gives the American spelling of a British one, else the word.
func englishPair(w string) string {
	if len(w) < 5 {
		return w
	}
	for _, ending := range [...]struct{ british, american string }{
		{"isations", "izations"}, {"isation", "ization"}, {"isational", "izational"},
		{"ise", "ize"}, {"ised", "ized"}, {"ises", "izes"}, {"ising", "izing"}, {"iser", "izer"}, {"isers", "izers"}, {"isable", "izable"},
		{"yse", "yze"}, {"ysed", "yzed"}, {"yses", "yzes"}, {"ysing", "yzing"},
	} {
		if stem, ok := strings.CutSuffix(w, ending.british); ok && len(stem) >= 3 {
			return stem + ending.american
		}
	}
	for _, p := range [...][2]string{
		{"centre", "center"}, {"programme", "program"}, {"defence", "defense"}, {"offence", "offense"}, {"licence", "license"}, {"theatre", "theater"},
		{"counsellor", "counselor"}, {"judgement", "judgment"}, {"haemo", "hemo"}, {"anaemi", "anemi"}, {"paediatr", "pediatr"}, {"diarrhoea", "diarrhea"},
		{"oestrogen", "estrogen"}, {"foetus", "fetus"},
	} {
		if rest, ok := strings.CutPrefix(w, p[0]); ok {
			return p[1] + rest
		}
	}
	// -our: colour, labourers, favourite; not four, hour, tour
	if at := strings.Index(w, "our"); at >= 2 && ourEndings[w[at+3:]] {
		return w[:at] + "or" + w[at+3:]
	}
	return w
}

var ourEndings = map[string]bool{"": true, "s": true, "ed": true, "ing": true, "er": true, "ers": true, "able": true, "ably": true, "ite": true, "ites": true,
	"itism": true, "ful": true, "less": true, "hood": true, "hoods": true, "al": true, "ally": true, "ist": true, "ists": true, "some": true, "y": true}

// portuguesePair gives the spelling of Brazil for one that was written in Portugal before the reform, or still is; else the word. Words are folded: acção is accao.
func portuguesePair(w string) string {
	for _, p := range [...][2]string{
		{"ccao", "cao"}, {"ccoes", "coes"}, {"ccion", "cion"}, {"pcao", "cao"}, {"pcoes", "coes"}, {"pcion", "cion"},
		{"direct", "diret"}, {"activ", "ativ"}, {"actual", "atual"}, {"project", "projet"}, {"object", "objet"}, {"contact", "contat"},
		{"colect", "colet"}, {"select", "selet"}, {"exact", "exat"}, {"electr", "eletr"}, {"electiv", "eletiv"}, {"arquitect", "arquitet"}, {"actor", "ator"},
		{"actriz", "atriz"}, {"afect", "afet"}, {"efect", "efet"}, {"correct", "corret"}, {"protect", "protet"}, {"infect", "infet"}, {"reflect", "reflet"},
		{"factur", "fatur"}, {"tractor", "trator"}, {"adopt", "adot"}, {"optim", "otim"}, {"baptis", "batis"}, {"egipt", "egit"}, {"connosco", "conosco"},
		{"comummente", "comumente"}, {"humid", "umid"}, {"registo", "registro"}, {"registar", "registrar"}, {"equipa", "equipe"},
		{"sector", "setor"}, {"vector", "vetor"}, {"detect", "detet"}, {"respectiv", "respetiv"}, {"perspectiv", "perspetiv"}, {"expectativ", "expetativ"},
		{"espectador", "espetador"}, {"caracter", "carater"}, {"dialect", "dialet"}, {"insect", "inset"}, {"nocturn", "noturn"}, {"amnist", "anist"},
		{"indemniz", "indeniz"}, {"subdit", "sudit"}, {"quotidian", "cotidian"}, {"catorze", "quatorze"}, {"dezanove", "dezenove"}, {"dezassei", "dezessei"},
		{"dezassete", "dezessete"}, {"percentag", "porcentag"}, {"planeament", "planejament"},
	} {
		if at := strings.Index(w, p[0]); at >= 0 && (at == 0 || len(p[0]) > 3) {
			return w[:at] + p[1] + w[at+len(p[0]):]
		}
	}
	if w == "facto" || w == "factos" {
		return "fat" + w[4:]
	}
	if w == "acto" || w == "actos" {
		return "at" + w[3:]
	}
	return w
}

// russianPair gives запись the form from which the stemmer does not take away сь, as it would of a reflexive verb; else the word.
func russianPair(w string) string {
	if stem, ok := strings.CutSuffix(w, "пись"); ok {
		return stem + "писи"
	}
	return w
}

// ending is the end of a word as it is typed without accents, and as it is written. A stemmer knows the second: of educación it leaves educ, of educacion nothing less.
type ending struct{ bare, accented string }

func spanishAccents() []ending {
	return []ending{{"ion", "ión"}, {"aria", "aría"}, {"arian", "arían"}, {"eria", "ería"}, {"erian", "erían"}, {"iria", "iría"}, {"irian", "irían"},
		{"aran", "arán"}, {"eran", "erán"}, {"iran", "irán"}, {"io", "ió"}, {"icia", "icía"}}
}

func frenchAccents() []ending {
	return []ending{{"ee", "ée"}, {"ees", "ées"}, {"es", "és"}, {"erent", "èrent"}, {"ite", "ité"}, {"ites", "ités"}, {"at", "ât"}}
}

func portugueseAccents() []ending {
	return []ending{{"cao", "ção"}, {"coes", "ções"}, {"sao", "são"}, {"soes", "sões"}, {"avel", "ável"}, {"ivel", "ível"}, {"aveis", "áveis"}, {"iveis", "íveis"},
		{"arao", "arão"}, {"erao", "erão"}, {"irao", "irão"}, {"aria", "aría"}, {"ariamos", "aríamos"}}
}

// accented gives a word that has no accents the one that its ending would have, else the word. The longest ending decides.
func (t *tongue) accented(word string) string {
	var best ending
	for _, e := range t.accents {
		if strings.HasSuffix(word, e.bare) && len(e.bare) > len(best.bare) && len(word) > len(e.bare)+1 {
			best = e
		}
	}
	return strings.TrimSuffix(word, best.bare) + best.accented
}
