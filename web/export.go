package web

import (
	"bytes"
	"fmt"
	"strings"

	"cabina/archive"
	"cabina/web/locale"
)

// subRip writes cues as SubRip, for players that know no WebVTT. Blank lines would end a cue, and an arrow in a text is a time to some readers.
func subRip(cues []archive.Cue) []byte {
	var b bytes.Buffer
	n := 0
	for _, cue := range cues {
		text := ""
		for line := range strings.Lines(cue.Text) {
			if line = strings.TrimSpace(strings.ReplaceAll(line, "-->", "→")); line != "" {
				text += line + "\r\n"
			}
		}
		if text == "" {
			continue
		}
		n++
		fmt.Fprintf(&b, "%d\r\n%s --> %s\r\n%s\r\n", n, subRipTime(cue.StartMs), subRipTime(cue.EndMs), text)
	}
	return b.Bytes()
}

func subRipTime(ms int64) string {
	return fmt.Sprintf("%02d:%02d:%02d,%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000)
}

// plainText writes a transcript to be read: what it is and whose, then a line for each cue with its time.
func (s *Server) plainText(doc *archive.Session, t *archive.Track, cues []archive.Cue, l locale.Lang) []byte {
	var b bytes.Buffer
	_, title := doc.Title.In(t.Language, l.Language())
	for _, line := range []string{title, l.Day(doc.Date()), locale.Own(t.Language), s.rightsNote(doc, l), s.PublicURL + "/" + string(l) + "/sessions/" + addressOf(doc)} {
		if line != "" {
			b.WriteString(line + "\n")
		}
	}
	speaker := ""
	for _, cue := range cues {
		b.WriteString("\n" + clockTime(cue.StartMs) + "  ")
		if cue.Speaker != "" && cue.Speaker != speaker {
			b.WriteString(speakerWords(t, cue.Speaker, l) + ": ")
		}
		if speaker = cue.Speaker; doubted(t, cue) {
			b.WriteString("[" + l.Say("transcript.invented") + "] ")
		}
		b.WriteString(strings.Join(strings.Fields(cue.Text), " "))
	}
	b.WriteString("\n")
	return b.Bytes()
}

// speakerWords is who speaks: the names that staff gave, else numbers in the interface's words. What the file called them is nobody's to publish.
func speakerWords(t *archive.Track, speaker string, l locale.Lang) string {
	return t.SpeakerNames(speaker, func(n int) string { return l.Say("transcript.speaker", "n", n) })
}

// clockTime writes ms on the clock as 0:12:34.
func clockTime(ms int64) string {
	return fmt.Sprintf("%d:%02d:%02d", ms/3_600_000, ms/60_000%60, ms/1000%60)
}

// rightsNote says in one line whose a session is; without any word of it all rights are reserved, and whoever wants more has to ask.
func (s *Server) rightsNote(doc *archive.Session, l locale.Lang) string {
	rights := s.rights(doc)
	var parts []string
	add := func(key, gap, value string) {
		// An arrow would be a time to a reader of WebVTT.
		if value = strings.Join(strings.Fields(strings.ReplaceAll(value, "-->", "→")), " "); value != "" {
			parts = append(parts, l.Say(key, gap, value))
		}
	}
	if rights != nil {
		add("rights.holder", "holder", rights.Holder)
		add("rights.licence", "licence", rights.Licence)
		add("rights.contact", "contact", rights.Contact)
	}
	if len(parts) == 0 {
		return l.Say("rights.none")
	}
	return strings.Join(parts, " · ")
}
