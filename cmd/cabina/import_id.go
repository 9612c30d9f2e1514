package main

import (
	"crypto/sha256"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"cabina/archive"
)

// maxID is the longest id, in bytes.
const maxID = 64

// idFrom makes an id of a folder's name or a title: itself where it fits, else in Latin letters, with - for what is neither letter nor digit. Empty:
// nothing of it can be written so.
func idFrom(name string) string {
	if archive.ValidID(name) {
		return name
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(norm.NFKC.String(name))) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		case latin[r] != "" || silent[r]:
			b.WriteString(latin[r])
		case unicode.IsDigit(r):
			b.WriteByte(byte('0' + digit(r)))
		default:
			b.WriteByte('-')
		}
	}
	id := b.String()
	for strings.Contains(id, "--") {
		id = strings.ReplaceAll(id, "--", "-")
	}
	id = strings.Trim(id, "-")
	if len(id) > maxID {
		id = strings.Trim(id[:maxID], "-")
	}
	return id
}

// digit is the value of a decimal digit of any script: each has its ten in a row, and NFKD has folded the others.
func digit(r rune) int {
	n := 0
	for n < 9 && unicode.IsDigit(r-1) {
		r--
		n++
	}
	return n
}

// idFromKey is the id of a session whose folder and title give none: six letters that are always the same for the same folder.
func idFromKey(key string) string {
	sum := sha256.Sum256([]byte(key))
	letters := make([]byte, 6)
	for i := range letters {
		letters[i] = 'a' + sum[i]%26
	}
	return "session-" + string(letters)
}

// silent are letters that are not written in Latin.
var silent = map[rune]bool{'ь': true, 'ъ': true, 'ء': true, 'ـ': true, '\'': true, '’': true, 'ʼ': true}

// latin writes the letters of other alphabets as people do in addresses, after NFKD: й is и with a mark then, ё is е. Cyrillic by the rules for passports
// (ICAO 9303), Greek by ISO 843 without marks, Arabic by its consonants.
var latin = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ı': "i", 'ħ': "h", 'ŋ': "n",
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'ґ': "g", 'д': "d", 'е': "e", 'є': "ie", 'ж': "zh", 'з': "z", 'и': "i", 'і': "i", 'к': "k", 'л': "l", 'м': "m",
	'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f", 'х': "kh", 'ц': "ts", 'ч': "ch", 'ш': "sh", 'щ': "shch", 'ы': "y", 'э': "e",
	'ю': "iu", 'я': "ia", 'ђ': "d", 'ј': "j", 'љ': "lj", 'њ': "nj", 'ћ': "c", 'џ': "dz",
	'α': "a", 'β': "v", 'γ': "g", 'δ': "d", 'ε': "e", 'ζ': "z", 'η': "i", 'θ': "th", 'ι': "i", 'κ': "k", 'λ': "l", 'μ': "m", 'ν': "n", 'ξ': "x", 'ο': "o",
	'π': "p", 'ρ': "r", 'σ': "s", 'ς': "s", 'τ': "t", 'υ': "y", 'φ': "f", 'χ': "ch", 'ψ': "ps", 'ω': "o",
	'ا': "a", 'ب': "b", 'ت': "t", 'ث': "th", 'ج': "j", 'ح': "h", 'خ': "kh", 'د': "d", 'ذ': "dh", 'ر': "r", 'ز': "z", 'س': "s", 'ش': "sh", 'ص': "s", 'ض': "d",
	'ط': "t", 'ظ': "z", 'ع': "a", 'غ': "gh", 'ف': "f", 'ق': "q", 'ك': "k", 'ل': "l", 'م': "m", 'ن': "n", 'ه': "h", 'ة': "a", 'و': "w", 'ي': "y", 'ى': "a",
}
