package web

import (
	"slices"
	"strconv"
	"strings"

	"cabina/archive"
	"cabina/web/locale"
)

// tei writes a transcript as TEI P5 ("Transcriptions of Speech", chapter 8): a timeline in milliseconds from the session's 0, and an utterance for each cue from one
// of its points to another. The header says what was recorded, whose it is, and what the voice is to the record. Words about the file are in l.
func (s *Server) tei(a asked, t *archive.Track, cues []archive.Cue, l locale.Lang) []byte {
	x := newXML()
	x.start("TEI", "xmlns", "http://www.tei-c.org/ns/1.0", "xml:lang", string(t.Language))
	x.start("teiHeader", "xml:lang", string(l))
	s.teiFile(x, a, t, l)
	teiProfile(x, t, cues, l)
	x.end()
	x.start("text")
	at := teiTimeline(x, cues)
	doubt := ""
	if slices.ContainsFunc(cues, func(cue archive.Cue) bool { return doubted(t, cue) }) {
		doubt = "#invented"
		x.leaf("", "interp", l.Say("transcript.invented"), "xml:id", "invented")
	}
	teiBody(x, t, cues, at, doubt)
	return x.bytes()
}

// teiFile writes fileDesc: title, rights, and the recording.
func (s *Server) teiFile(x *xmlFile, a asked, t *archive.Track, l locale.Lang) {
	doc := a.session
	heading, address := title(doc, l), s.PublicURL+"/"+string(l)+"/sessions/"+a.address
	x.start("fileDesc")
	x.start("titleStmt")
	x.leaf("", "title", heading.Words, "xml:lang", string(heading.In))
	x.end()
	s.teiRights(x, doc, address, l)
	x.start("notesStmt")
	x.leaf("", "note", whatTextIs(a, t, l))
	if t.Origin == "machine" && t.Checked == "" {
		x.leaf("", "note", l.Say("watch.machine"), "type", "origin")
	}
	x.end()
	x.start("sourceDesc")
	x.start("recordingStmt")
	x.start("recording", "type", recordingType(doc), "dur", "PT"+seconds(doc.Clock.LengthMs)+"S")
	if day := doc.Date(); !day.IsZero() {
		x.leaf("", "date", l.Day(day), "when", doc.At)
	}
	if voice := voiceFor(a, t); voice != nil {
		x.empty("media", "mimeType", "audio/mp4", "url", s.PublicURL+"/download/"+a.address+"/"+voice.ID+".m4a")
	}
	for range 4 { // recording, recordingStmt, sourceDesc, fileDesc
		x.end()
	}
}

func (s *Server) teiRights(x *xmlFile, doc *archive.Session, address string, l locale.Lang) {
	x.start("publicationStmt")
	rights := s.rights(doc)
	if rights == nil {
		rights = &archive.Rights{}
	}
	if rights.Holder != "" {
		x.leaf("", "publisher", rights.Holder)
	} else {
		x.leaf("", "authority", l.Say("site.name"))
	}
	x.leaf("", "idno", address, "type", "URI")
	x.start("availability", "status", "restricted")
	if rights.Licence != "" {
		target := ""
		if isWebAddress(rights.Licence) {
			target = rights.Licence
		}
		x.leaf("", "licence", rights.Licence, "target", target)
	} else {
		x.leaf("", "p", s.rightsNote(doc, l))
	}
	x.end()
	x.end()
}

// teiProfile writes profileDesc: the language, and who speaks where the text tells them apart.
func teiProfile(x *xmlFile, t *archive.Track, cues []archive.Cue, l locale.Lang) {
	x.start("profileDesc")
	x.start("langUsage")
	x.leaf("", "language", l.NameOf(t.Language), "ident", string(t.Language))
	x.end()
	if who := speakers(cues); len(who) > 0 {
		x.start("particDesc")
		x.start("listPerson")
		for i, name := range who {
			x.start("person", "xml:id", speakerID(i))
			x.leaf("", "persName", speakerWords(t, name, l))
			x.end()
		}
		x.end()
		x.end()
	}
	x.end()
}

// teiTimeline writes every time of the cues once, in order, and gives the points by their times. T0 is the session's 0.
func teiTimeline(x *xmlFile, cues []archive.Cue) map[int64]string {
	at := map[int64]string{0: "#T0"}
	x.start("timeline", "unit", "ms", "origin", "#T0")
	x.empty("when", "xml:id", "T0")
	for i, ms := range cueTimes(cues) {
		id := "T" + strconv.Itoa(i+1)
		at[ms] = "#" + id
		x.empty("when", "xml:id", id, "interval", strconv.FormatInt(ms, 10), "since", "#T0")
	}
	x.end()
	return at
}

// teiBody writes the utterances; what looks invented points to doubt.
func teiBody(x *xmlFile, t *archive.Track, cues []archive.Cue, at map[int64]string, doubt string) {
	ids := map[string]string{}
	for i, name := range speakers(cues) {
		ids[name] = "#" + speakerID(i)
	}
	x.start("body")
	for i, cue := range cues {
		var who []string
		for _, name := range speakersOf(cue) {
			who = append(who, ids[name])
		}
		ana := ""
		if doubted(t, cue) {
			ana = doubt
		}
		x.leaf("lb", "u", cue.Text, "xml:id", "c"+strconv.Itoa(i+1), "start", at[cue.StartMs], "end", at[cue.EndMs], "who", strings.Join(who, " "), "ana", ana)
	}
	if len(cues) == 0 {
		x.empty("p") // a body must hold something
	}
}

// recordingType is what TEI calls a recording: video or audio.
func recordingType(doc *archive.Session) string {
	if doc.Picture() != nil {
		return "video"
	}
	return "audio"
}

func speakerID(i int) string { return "s" + strconv.Itoa(i+1) }

func isWebAddress(s string) bool {
	return (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")) && !strings.ContainsAny(s, " \t\n")
}
