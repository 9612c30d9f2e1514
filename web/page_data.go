package web

import (
	"cabina/archive"
	"cabina/transcode"
	"cabina/web/locale"
)

// playerData is what the session's page tells its script (player/page.ts): the JSON in <script type="application/json" id="session">.
type playerData struct {
	Session   string        `json:"session"`
	Lang      locale.Lang   `json:"lang"`
	Master    string        `json:"master"`
	LengthMs  int64         `json:"lengthMs"`
	Still     bool          `json:"still"`
	StartMs   int64         `json:"startMs"`
	Autoplay  bool          `json:"autoplay"`
	Voice     string        `json:"voice"`    // track; empty: none is chosen
	Captions  string        `json:"captions"` // track; empty: none
	Picture   string        `json:"picture"`  // the way of playing that was chosen, empty: by the line
	SaveData  bool          `json:"saveData"`
	Voices    []voiceData   `json:"voices"`
	Texts     []textData    `json:"texts"`
	Chapters  []chapterData `json:"chapters"`
	Sentences sentences     `json:"say"`
}

type voiceData struct {
	Track    string           `json:"track"`
	Language archive.Language `json:"language"`
	Number   int              `json:"number"`
	Name     string           `json:"name"`
	State    string           `json:"state"`
	Word     string           `json:"word"`
	Playing  string           `json:"playing,omitempty"`
	Honest   string           `json:"honest,omitempty"`
	Playlist string           `json:"playlist,omitempty"`
}

type textData struct {
	Track    string           `json:"track"`
	Language archive.Language `json:"language"`
	Name     string           `json:"name"`
	Dir      string           `json:"dir"`
	Src      string           `json:"src"`
}

type chapterData struct {
	StartMs int64  `json:"startMs"`
	Title   string `json:"title"`
}

// sentences are what the script says, by its own names for them; gaps stand in braces.
type sentences map[string]any

// say gives the script its words.
func scriptSays(l locale.Lang) sentences {
	out := sentences{
		"playing": l.Pattern("voice.playing"), "interpretation": l.Pattern("voice.interpretation"), "floor": l.Pattern("voice.asSpoken"),
		"linkTo": l.Pattern("watch.linkTo"), "position": l.Pattern("player.positionOf"),
		"keyList": [][2]string{
			{"0–9", l.Say("player.keyVoice")}, {"k", l.Say("player.keyPlay")}, {"← →", l.Say("player.keyFive")},
			{"j l", l.Say("player.keyTen")}, {"c", l.Say("player.keyCaptions")}, {"f", l.Say("player.keyFull")},
		},
	}
	for name, key := range map[string]string{
		"play": "player.play", "pause": "player.pause", "changing": "player.changing", "choose": "player.choose", "now": "player.now",
		"positionChapter": "player.positionChapter", "captions": "player.captions", "captionsNone": "player.captionsNone", "speed": "player.speed",
		"speedNow": "player.speedNow", "picture": "player.picture", "pictureAuto": "player.pictureAuto", "pictureHeight": "player.pictureHeight",
		"anHour": "player.anHour", "keys": "player.keys", "copied": "player.copied", "waiting": "player.waiting", "lost": "player.lost",
		"changed": "player.changed", "unplayable": "player.unplayable", "again": "player.again", "reload": "player.reload",
	} {
		out[name] = l.Pattern(key)
	}
	return out
}

// voicesData gives the keys to the script.
func voicesData(l locale.Lang, keys []key) []voiceData {
	out := []voiceData{}
	for _, k := range keys {
		out = append(out, voiceData{
			Track: k.Track, Language: k.Language, Number: k.Number, Name: nameOf(l, k.Language), State: k.State,
			Word: k.Word, Playing: k.Playing, Honest: k.Honest, Playlist: k.Playlist,
		})
	}
	return out
}

// textsData gives the captions to the script.
func textsData(l locale.Lang, a asked, v *transcode.View) []textData {
	out := []textData{}
	for _, x := range v.Texts {
		if x.Track.Role != archive.Captions {
			continue
		}
		dir := locale.Dir(x.Track.Language)
		if x.Track.Language == archive.FloorLanguage {
			dir = "auto" // each line in its own
		}
		out = append(out, textData{
			Track: x.Track.ID, Language: x.Track.Language, Name: nameOf(l, x.Track.Language), Dir: dir,
			Src: "/play/" + a.address + "/" + x.Track.ID + "." + x.Recipe + ".vtt",
		})
	}
	return out
}

func chaptersData(chapters []chapterRow) []chapterData {
	out := []chapterData{}
	for _, c := range chapters {
		out = append(out, chapterData{c.StartMs, c.Title.Words})
	}
	return out
}
