package web

import (
	"reflect"
	"time"

	"cabina/archive"
	"cabina/search"
	"cabina/transcode"
)

const apiSummary = "Recordings of interpreted meetings: every word of them to the second, in every language."

const apiDescription = `Everything is read by GET, from anywhere (CORS), without a key; what is not public is not here. HEAD answers as GET does, without a body.

Times are integers in milliseconds on the session's clock. Languages are BCP 47 tags; ` + "`mul`" + ` is the floor of a meeting in which several were spoken. Addresses begin at the site's root.

An interpretation is what a booth said while the floor spoke. It follows the floor by a few seconds and is not the authentic record; the floor is.

Lists come in pages: ` + "`next`" + ` is the ` + "`cursor`" + ` of the next one, null after the last. Answers carry an ETag; asking again with If-None-Match costs nothing while nothing has changed. Errors are problems by RFC 9457. What may be done with what is here stands in ` + "`rights`" + `; where there are none, all rights are reserved.`

// jsonLines is the media type of JSON Lines (jsonlines.org): an object a line.
const jsonLines = "application/jsonl"

var acceptLanguage = jsonMap{"name": "Accept-Language", "in": "header", "description": "The interface's language: what addresses begin with, and titles and problems are worded in. English where it is none of ours.",
	"schema": jsonMap{"type": "string"}}

var pathNotes = map[string]string{
	"session": "A session's id. An unlisted session answers only at id~token.",
	"line":    "The id of a line (s03.t7.1.c0042.17-32) or of a cue (s03.t7.1.c0042).",
	"voice":   "A track of sound or text (t3), a language (es), or floor.",
}

var problemNotes = map[int]string{
	400: "A parameter cannot be read; detail says which, and what would be right. Of a query, at is the place in it.",
	404: "It is not there, or not for you.",
	410: "It was there and has been withdrawn.",
	429: "Too many of these are being sent to your address already.",
	503: "It is not ready yet, or too much is asked for at once.",
}

// Parameters that several routes take.
var (
	limitText = "How many on a page."
	cursorOf  = parameter{name: "cursor", text: "next of the answer before.", schema: jsonMap{"type": "string"}}
	inConf    = parameter{name: "conference", text: "Only of this conference.", schema: jsonMap{"type": "string"}}
	inSession = parameter{name: "session", text: "Only of this session.", schema: jsonMap{"type": "string"}}
	inLang    = parameter{name: "lang", text: "Only what was said in these languages: tags, also several with commas between them.", schema: jsonMap{"type": "string"}, many: true}
	queryOf   = parameter{name: "q", must: true, schema: jsonMap{"type": "string"}, text: `Words in any language, "phrases", -without, word*, word~, OR, exact:word, and lang: role: origin: conference: session: speaker: topic: before: after:`}
)

func limitOf(standard, most int) parameter {
	return parameter{name: "limit", text: limitText, schema: jsonMap{"type": "integer", "minimum": 1, "maximum": most, "default": standard}}
}

// operations is the table of the API, by the paths of routes.go.
func operations() map[string]operation {
	around := parameter{name: "around", text: "1: with the neighbouring cues, in before and after.", schema: jsonMap{"type": "string", "enum": []string{"0", "1"}}}
	find := []parameter{queryOf, inLang, inSession, inConf, limitOf(momentsDefault, momentsMost), cursorOf, around}
	return map[string]operation{
		"/api/v1/search": {id: "search", summary: "Moments under their sessions, the best first", params: find, answer: search.Answer{}, worded: true, status: []int{503},
			text: "Moments are made of the best 200 passages. A cursor followed to the end gives each once."},
		"/api/v1/moments": {id: "moments", summary: "The same moments, one after another", params: find, answer: search.FlatAnswer{}, worded: true, status: []int{503}},
		"/api/v1/lines": {id: "lines", summary: "Every place where the words were said (a concordance), a page of it or all of it as a file", worded: true, status: []int{429, 503},
			params: []parameter{queryOf, inLang, inSession, inConf, limitOf(linesDefault, linesMost), cursorOf,
				{name: "sort", text: "The order: by time, by what stands left or right of the word, or by session. More than 50,000 lines are in the order of sessions, and sorted is false.",
					schema: jsonMap{"type": "string", "enum": lineOrders, "default": "time"}},
				{name: "sample", text: "Only so many lines, the same ones for the same seed.", schema: jsonMap{"type": "integer", "minimum": 1, "maximum": search.MostSorted}},
				{name: "seed", text: "Of the sample.", schema: jsonMap{"type": "integer", "minimum": 0}},
				{name: "beside", text: "1: with what the other languages said at that moment (in a table, two columns a language).", schema: jsonMap{"type": "string", "enum": []string{"0", "1"}}},
				{name: "format", text: "json is a page. The others are all lines; limit and cursor do not count for them.", schema: jsonMap{"type": "string", "enum": []string{"json", "csv", "jsonl", "xlsx"}, "default": "json"}},
			},
			answer: search.LinesAnswer{}, lines: lineRecord{}, forms: map[string]string{
				"text/csv": "A row of names, then a row a line. No cell begins a formula: what would gets an apostrophe before it.",
				"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "The same as a workbook.",
			}},
		"/api/v1/lines/:line": {id: "line", summary: "What a line or a cue of the corpus is today, by its id", answer: search.Resolved{}, worded: true, status: []int{400, 404, 410, 503},
			text: "An id is good for ever: where its text was replaced since, the line is read from the version that it names, and now is the same words in today's."},
		"/api/v1/sessions": {id: "sessions", summary: "The sessions, newest first", params: []parameter{inConf, limitOf(listDefault, listMost), cursorOf},
			answer: sessionsAnswer{}, worded: true},
		"/api/v1/sessions/:session": {id: "session", summary: "A session: what people wrote about it, and its tracks", answer: sessionAnswer{}, worded: true},
		"/api/v1/sessions/:session/transcripts/:voice": {id: "transcript", summary: "What was said, cue by cue", answer: transcript{},
			text: "As a file: /download/{session}/{text} with .txt, .vtt, .srt, .json, .tei.xml (TEI P5) or .eaf (ELAN)."},
		"/api/v1/corpus": {id: "corpus", summary: "Every cue that everyone may read, as JSON Lines", params: []parameter{inConf, inSession, inLang}, lines: corpusRecord{}, worded: true,
			status: []int{429, 503}, text: "Compressed by gzip where that is asked for. A connection that ends before the answer does was cut by an error: ask again."},
		"/api/v1/openapi.json": {id: "openapi", summary: "This document", answer: jsonMap{}},
	}
}

// schemaEnums are the values of types that have only these.
var schemaEnums = map[reflect.Type][]any{
	reflect.TypeFor[archive.Kind]():    {archive.Video, archive.Audio, archive.Text},
	reflect.TypeFor[archive.Role]():    {archive.Picture, archive.Sign, archive.Floor, archive.Interpretation, archive.Description, archive.Captions},
	reflect.TypeFor[transcode.State](): {transcode.Ready, transcode.Preparing},
}

// schemaTypes are types that are something else in JSON than in Go.
var schemaTypes = map[reflect.Type]jsonMap{
	reflect.TypeFor[time.Time]():        {"type": "string", "format": "date-time"},
	reflect.TypeFor[archive.Language](): {"type": "string", "pattern": `^[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8})*$`},
	reflect.TypeFor[archive.Words]():    {"type": "object", "additionalProperties": jsonMap{"type": "string"}, "description": "The same text in several languages, by tag."},
	reflect.TypeFor[jsonMap]():          {"type": "object"},
}

// schemaNames are names of types whose own would say too little.
var schemaNames = map[reflect.Type]string{
	reflect.TypeFor[search.Answer]():     "SearchAnswer",
	reflect.TypeFor[search.FlatAnswer](): "MomentsAnswer",
	reflect.TypeFor[search.Counts]():     "Counts",
}

// schemaNotes say what the components are.
var schemaNotes = map[string]string{
	"Kwic":       "A line: a word or phrase of the query with what was said around it. left, word and right one after another are the text.",
	"Beside":     "What another language said at a line's moment. No lines: nothing was said then.",
	"Moment":     "A place where the words were said. id is a link that lasts: voice, version, milliseconds.",
	"Hit":        "A moment as one text has it.",
	"Parallel":   "What another language said at that moment. It need not have the words.",
	"Line":       "A cue.",
	"Transcript": "What was written down of a voice.",
	"Problem":    "RFC 9457.",
}

// fieldNotes say what fields are, by their names, or by component and name where a name means two things.
var fieldNotes = map[string]string{
	"startMs":           "ms on the session's clock",
	"endMs":             "ms on the session's clock, not included",
	"lengthMs":          "ms",
	"url":               "address of the page, from the site's root",
	"next":              "the cursor of the next page; null after the last",
	"marks":             "half-open ranges of Unicode code points in text",
	"original":          "these words were spoken in the room, in the floor's own language",
	"origin":            "who wrote the text: machine, human, or not said",
	"voice":             "the track of sound that was written down",
	"Hit.text":          "the text track",
	"CorpusRecord.id":   "session, text track, version, and the cue's number in that version",
	"track":             "the text track",
	"role":              "of the voice; of a text without one its own",
	"statement":         "whose it is, as a sentence; also where nothing else is known",
	"invented":          "a machine probably wrote it over silence, and nobody has checked it",
	"checked":           "a person has checked it",
	"Kwic.id":           "session, text track, version, the cue's number in that version, and a half-open range of code points in the cue",
	"Kwic.text":         "the text track",
	"LineRecord.text":   "the text track",
	"Beside.text":       "the text track; empty: nobody wrote down what this voice said",
	"Resolved.text":     "the text track",
	"left":              "what was said before the word, as it stands",
	"right":             "what was said after it",
	"sorted":            "the lines are in the order that was asked for",
	"matches":           "a word of the query is marked in lines",
	"replaced":          "a newer version of the text is published",
	"now":               "of a replaced text: the id of the same words in today's version",
	"Parallel.text":     "the text track",
	"Transcript.text":   "the text track",
	"version":           "of the track",
	"rights":            "absent: all rights are reserved",
	"Counts.unit":       "what is counted: moments, or passages where more than 200 match",
	"State.complete":    "everything that was there at the start, and every change older than 5 s, can be found",
	"Problem.at":        "the place in the query, as a half-open range of code points",
	"FoundSession.more": "how many further moments of it stand on later pages",
	"spans":             "what the floor spoke, where that is known",
	"plays":             "a picture and one voice can be played",
	"master":            "its playlist (HLS) with every voice",
	"of":                "of a text: the voice it was timed against",
}
