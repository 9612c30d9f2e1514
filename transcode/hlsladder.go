package transcode

// MasterPlaylist makes the master playlist of what of a session can be played (Ladder.Master); empty while there is no picture. Its
// addresses are relative to /play/{session}/, as the contract has them: {track}.{profile}.{recipe16}.m3u8 and {track}.vtt.{recipe16}.m3u8.
func MasterPlaylist(v *View, opt MasterOptions) string {
	l := v.Ladder()
	return l.Master(opt)
}

// Ladder gives what the view offers to players.
func (v *View) Ladder() Ladder {
	var l Ladder
	if main := v.Main(); main != nil {
		l.Pictures = append(l.Pictures, hlsVariant(main))
		if main.Profile == Still {
			still := l.Pictures[0]
			l.Slides = &still
		}
	}
	if small := v.Picture[P360]; small != nil && len(l.Pictures) > 0 {
		l.Pictures = append(l.Pictures, hlsVariant(small))
	}
	if slides := v.Picture[Slides]; slides != nil {
		s := hlsVariant(slides)
		l.Slides = &s
	}
	for _, x := range v.Voices {
		if x.Voice == nil {
			continue
		}
		l.Voices = append(l.Voices, hlsVoice(x, x.Voice))
		if x.Small != nil {
			l.Low = append(l.Low, hlsVoice(x, x.Small))
		}
	}
	for _, t := range v.Texts {
		if t.Recipe != "" {
			name := Name{Track: t.Track.ID, Profile: VTT, Recipe: t.Recipe}
			l.Texts = append(l.Texts, TextEntry{Language: t.Track.Language, Role: t.Track.Role, URI: hlsURI(name)})
		}
	}
	return l
}

func hlsVariant(r *Rendition) Variant { return Variant{Index: r.Index, URI: hlsURI(r.Name)} }

func hlsVoice(v VoiceView, r *Rendition) VoiceEntry {
	return VoiceEntry{Track: v.Track.ID, Language: v.Track.Language, Role: v.Track.Role, Index: r.Index, URI: hlsURI(r.Name)}
}

func hlsURI(n Name) string { return n.File() + ".m3u8" }
