package web

import (
	"cabina/archive"
	"cabina/transcode"
	"cabina/web/locale"
)

// cost is one way of playing a session, and what it takes in all and an hour.
type cost struct {
	Value  string // of the parameter picture
	Text   string
	Size   string
	Rate   string
	Chosen bool
}

// Ways of playing, as the parameter picture names them. An empty one leaves it to the line.
const (
	onlyVoice   = "voice"
	fullPicture = "full"
)

// costs gives the ways there are with a voice, least first; none where nothing can be played yet.
func costs(l locale.Lang, v *transcode.View, x *transcode.VoiceView, chosen string) []cost {
	main := v.Main()
	if x == nil {
		x = firstReady(v)
	}
	if x == nil {
		return nil
	}
	var out []cost
	add := func(value, text string, voice, picture *transcode.Rendition) {
		bytes := voice.Index.Bytes
		if picture != nil {
			bytes += picture.Index.Bytes
		}
		out = append(out, cost{Value: value, Text: text, Size: l.Size(bytes), Rate: l.Rate(bytes, v.LengthMs), Chosen: value == chosen})
	}
	add(onlyVoice, l.Say("cost.voice"), x.Voice, nil)
	if r := v.Picture[transcode.Slides]; r != nil {
		add(transcode.Slides, l.Say("cost.slides"), lightest(x), r)
	}
	if r := v.Picture[transcode.P360]; r != nil {
		add(transcode.P360, l.Say("cost.small", "lines", r.Index.Height), x.Voice, r)
	}
	switch {
	case main == nil:
	case main.Profile == transcode.Still:
		add(fullPicture, l.Say("cost.still"), x.Voice, main)
	default:
		add(fullPicture, l.Say("cost.full", "lines", main.Index.Height), x.Voice, main)
	}
	return out
}

func firstReady(v *transcode.View) *transcode.VoiceView {
	for i := range v.Voices {
		if v.Voices[i].State == transcode.Ready {
			return &v.Voices[i]
		}
	}
	return nil
}

// wayOf reads the parameter picture: one of the ways there are, else none.
func wayOf(param string, v *transcode.View) string {
	switch {
	case param == onlyVoice,
		param == fullPicture && v.Main() != nil,
		(param == transcode.P360 || param == transcode.Slides) && v.Picture[param] != nil:
		return param
	}
	return ""
}

// downloadRow is what of one channel can be taken along.
type downloadRow struct {
	Language  archive.Language
	Picture   []file
	Voice     []file
	Captions  []file
	Script    []file
	Describes bool
}

// file is a link to a file, with what it weighs where that is known before.
type file struct {
	Format string
	URL    string
	Size   string
}

// downloads gives a row for each channel that has anything.
func downloads(l locale.Lang, a asked, v *transcode.View, keys []key) []downloadRow {
	at := "/download/" + a.address + "/"
	var out []downloadRow
	shown := map[string]bool{} // a floor of one language stands on two keys
	for _, k := range keys {
		if k.Track != "" && shown[k.Track] {
			continue
		}
		shown[k.Track] = true
		r := downloadRow{Language: k.Language}
		if x := v.Voice(k.Track); x != nil && x.State == transcode.Ready {
			r.Describes = x.Track.Role == archive.Description
			if main := v.Main(); main != nil {
				r.Picture = []file{{"MP4", at + k.Track + ".mp4?save=1", l.Size(main.Index.Bytes + x.Voice.Index.Bytes)}}
			}
			r.Voice = []file{{"M4A", at + k.Track + ".m4a?save=1", l.Size(x.Voice.Index.Bytes)}}
		}
		if t := textIn(v, k.Language); t != nil && !r.Describes {
			id := t.Track.ID
			r.Captions, r.Script = formFiles(at+id, captionForms...), formFiles(at+id, transcriptForms...)
		}
		if r.Picture != nil || r.Voice != nil || r.Captions != nil {
			out = append(out, r)
		}
	}
	return out
}
