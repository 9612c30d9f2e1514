package main

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"cabina/archive"
)

// The endings of what is taken in. What a file really holds is told from its bytes.
var (
	mediaEndings = strings.Fields(".mp4 .m4v .mov .mkv .webm .avi .mpg .mpeg .ts .mts .m2ts .wmv .flv .3gp .ogv .mxf " +
		".m4a .m4b .mp3 .wav .ogg .oga .opus .flac .aac .ac3 .wma .aif .aiff .caf .mka .weba .amr")
	// textEndings are in the order in which one of two texts for the same place is taken.
	textEndings = strings.Fields(".vtt .srt .ttml .dfxp .ass .ssa .stl")
)

// dirEntry is what a listing of a folder says of one thing in it.
type dirEntry struct {
	Name   string
	Folder bool
	File   bool // a regular file, or a link to one
}

// sort of a folder.
type folderSort int

const (
	emptyFolder      folderSort = iota // nothing in it can be used
	sessionFolder                      // its files are a session
	conferenceFolder                   // its folders are sessions
)

// sortFolder tells from the names alone what a folder is.
func sortFolder(entries []dirEntry) folderSort {
	has := func(is func(dirEntry) bool) bool { return slices.ContainsFunc(entries, is) }
	switch {
	case has(func(e dirEntry) bool { return e.File && e.Name == conferenceFile }):
		return conferenceFolder
	case has(func(e dirEntry) bool { return e.File && (e.Name == sessionFile || classOf(e.Name) != otherFile) }):
		return sessionFolder
	case has(func(e dirEntry) bool { return e.Folder && !strings.HasPrefix(e.Name, ".") }):
		return conferenceFolder
	}
	return emptyFolder
}

// fileClass is what a file's ending says that it is.
type fileClass int

const (
	otherFile fileClass = iota
	mediaFile
	textFile
)

func classOf(name string) fileClass {
	ending := strings.ToLower(path.Ext(name))
	switch {
	case strings.HasPrefix(name, "."):
		return otherFile
	case slices.Contains(mediaEndings, ending):
		return mediaFile
	case slices.Contains(textEndings, ending):
		return textFile
	}
	return otherFile
}

// file is one file of a session's folder that is to be taken in: what its name and session.json say of it, and later what was found in it.
type file struct {
	Name  string
	Class fileClass
	Said  describedFile // by session.json
	// Language and Floor are what session.json says, else the name; empty and false where neither says anything.
	Language archive.Language
	Floor    bool

	Master *master // what it holds; nil until it was looked at
}

// leftAlone is a file that is not taken in, and why. It is named in the report and is no fault.
type leftAlone struct{ Name, Why string }

// refusal is a file that cannot be taken in, though it is meant to be. Why says what would do.
type refusal struct{ Name, Why string }

func (r refusal) String() string { return r.Name + ": " + oneLine(r.Why) }

// oneLine keeps a sentence on one line, whatever a foreign file or tool put into it.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// listing is what the names in a session's folder and its session.json tell.
type listing struct {
	Files   []*file
	Left    []leftAlone
	Refused []refusal
}

// tellFiles tells from names and session.json which files of a folder are taken in and as what. A language that only a container can tell is still empty.
func tellFiles(entries []dirEntry, d *described) listing {
	var l listing
	present := map[string]bool{}
	for _, e := range entries {
		present[e.Name] = true
		said, named := d.Files[e.Name]
		class := classOf(e.Name)
		if named && said.Kind == archive.Text {
			class = textFile
		} else if named && said.Kind != "" && class == otherFile {
			class = mediaFile
		}
		switch {
		case e.Name == sessionFile:
		case e.Folder:
			l.Left = append(l.Left, leftAlone{e.Name + "/", "a folder within a session"})
		case class == otherFile:
			l.Left = append(l.Left, leftAlone{e.Name, ""})
		case !e.File:
			l.Refused = append(l.Refused, refusal{e.Name, "it is not a file that can be read; put the recording itself there"})
		default:
			l.Files = append(l.Files, newFile(e.Name, class, said))
		}
	}
	for name := range d.Files {
		if !present[name] {
			l.Refused = append(l.Refused, refusal{sessionFile, fmt.Sprintf("it speaks of %q, which is not in the folder; correct the name or take its entry out of files", name)})
		}
	}
	for _, name := range d.Odd {
		l.Left = append(l.Left, leftAlone{sessionFile, fmt.Sprintf("its field %q is none of those it can have", name)})
	}
	l.pickTexts()
	slices.SortFunc(l.Left, func(a, b leftAlone) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(l.Refused, func(a, b refusal) int { return strings.Compare(a.String(), b.String()) })
	return l
}

func newFile(name string, class fileClass, said describedFile) *file {
	n := languageInName(name)
	f := &file{Name: name, Class: class, Said: said, Language: n.Language, Floor: n.Floor}
	switch said.Role {
	case "":
	case archive.Floor:
		f.Floor = true
		if f.Language == "" {
			f.Language = archive.FloorLanguage
		}
	default:
		f.Floor = false
	}
	if said.Language != "" {
		f.Language = said.Language
		f.Floor = f.Floor || said.Language == archive.FloorLanguage && said.Role == ""
	}
	return f
}

// pickTexts keeps one text for each place, by the order of textEndings, and refuses those whose language cannot be told: a subtitle file has no other
// way to tell it than its name and session.json.
func (l *listing) pickTexts() {
	type place struct {
		lang archive.Language
		role archive.Role
	}
	taken := map[place]*file{}
	var texts []*file
	for _, f := range l.Files {
		if f.Class == textFile {
			texts = append(texts, f)
		}
	}
	slices.SortStableFunc(texts, func(a, b *file) int { return textRank(a.Name) - textRank(b.Name) })
	drop := map[*file]bool{}
	for _, f := range texts {
		if f.Language == "" {
			l.Refused = append(l.Refused, refusal{f.Name, cannotTell(f.Name)})
			drop[f] = true
			continue
		}
		at := place{f.Language, textRole(f)}
		if first := taken[at]; first != nil {
			l.Left = append(l.Left, leftAlone{f.Name, first.Name + " is the text for that place"})
			drop[f] = true
			continue
		}
		taken[at] = f
	}
	l.Files = slices.DeleteFunc(l.Files, func(f *file) bool { return drop[f] })
}

func textRank(name string) int {
	if i := slices.Index(textEndings, strings.ToLower(path.Ext(name))); i >= 0 {
		return i
	}
	return len(textEndings)
}

func textRole(f *file) archive.Role {
	if f.Said.Role == archive.Description {
		return archive.Description
	}
	return archive.Captions
}

// cannotTell says of a file that its language is not known, and which names would do.
func cannotTell(name string) string {
	ending := path.Ext(name)
	stem := strings.TrimSuffix(name, ending)
	return fmt.Sprintf("its language cannot be told; name it es%[2]s, %[1]s.pt-BR%[2]s or floor%[2]s, or say \"files\": {%[3]q: {\"language\": \"es\"}} in %[4]s",
		stem, ending, name, sessionFile)
}
