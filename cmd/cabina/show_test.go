package main

import (
	"strings"
	"testing"

	"cabina/archive"
)

func TestShowSaysWhatCannotBeRead(t *testing.T) {
	s := aSession()
	tr := s.Track("t5")
	tr.Origin = "machine"
	tr.Versions[0].Source, tr.Versions[0].Encoding = "srt", "koi8-r"
	tr.Versions[0].Unread = []archive.Unread{{Line: 90, Why: "the end time is missing", Text: "lost\nwords"}, {Line: 120, Why: "it ends before it begins"}}
	tr.NameSpeaker(2, "Maria")
	var b strings.Builder
	printTrack(&b, s, tr)
	for _, want := range []string{"srt; koi8-r; machine, not checked; 2 places unread\n", "\n       line 90: the end time is missing: lost words\n       line 120: it ends before it begins\n", "speaker 2 of version 1 is Maria"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("show says %q, want %q in it", b.String(), want)
		}
	}
	tr.Checked = "Inés"
	b.Reset()
	if printTrack(&b, s, tr); !strings.Contains(b.String(), "machine, checked by Inés") {
		t.Errorf("checked, show says %q", b.String())
	}
}

// TestANewFileIsNotChecked replaces a text that someone has checked: nobody has seen the new one.
func TestANewFileIsNotChecked(t *testing.T) {
	s := aSession()
	tr := s.Track("t5")
	tr.Checked = "Inés"
	text := archive.Track{Kind: archive.Text, Role: tr.Role, Language: tr.Language, Origin: "machine"}
	id, what := addVersion(s, text, archive.Version{Parts: []archive.Part{{Master: archive.Ref(strings.Repeat("9", 64))}}}, false)
	if id != "t5" || what != replaced || tr.Checked != "" || tr.Origin != "machine" {
		t.Errorf("%s %v: checked %q, origin %q; want nobody and machine", id, what, tr.Checked, tr.Origin)
	}
}
