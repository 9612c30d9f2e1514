package archive

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// oddFiles says what each file of subs-odd must give, as it was read by eye: "refused: …" with a part of the reason, else format, encoding, cues, the
// first and the last of them as begin-end "text", and the lines that cannot be read.
var oddFiles = map[string]string{
	"go-astisub/broken-1-in.vtt":                "refused: none of those",
	"go-astisub/example-in-breaklines.ttml":     `ttml utf-8 4 0-1000 "First line\nSecond line" 3000-4000 "Seventh line\nEighth middle line"`,
	"go-astisub/example-in-carriage-return.srt": `srt utf-8 3 0-3766 "Did one of the last stories strike you as\nmore interesting than the other?" 10733-14066 "at a busy bus stop or anywhere\nelse for that matter."`,
	"go-astisub/example-in-carriage-return.ssa": `ass utf-8 3 0-3766 "Did one of the last stories strike you as\nmore interesting than the other?" 10733-14066 "at a busy bus stop or anywhere\nelse for that matter."`,
	"go-astisub/example-in-carriage-return.vtt": `vtt utf-8 3 0-3766 "Did one of the last stories strike you as\nmore interesting than the other?" 10733-14066 "at a busy bus stop or anywhere\nelse for that matter."`,
	"go-astisub/example-in-html-entities.srt":   `srt utf-8 3 331-3750 "The man in black fled across the desert,\n& the gunslinger followed." 6331-9675 "there are other < worlds than these."`,
	"go-astisub/example-in-html-entities.vtt":   `vtt utf-8 3 331-3750 "The man in black fled across the desert,\n& the gunslinger followed." 6331-9675 "there are other < worlds than these."`,
	"go-astisub/example-in-merging-style.ttml":  `ttml utf-8 4 0-60000 "text1.0 text1.1" 120000-180000 "text3"`,
	"go-astisub/example-in-non-utf8.srt":        `srt utf-16le 6 99000-101040 "(deep rumbling)" 151400-153440 "(computer playing\nelectronic melody)"`,
	"go-astisub/example-in-non-utf8.vtt":        `vtt utf-16le 6 99000-101040 "(deep rumbling)" 151400-153440 "(computer playing\nelectronic melody)" unread 29`,
	"go-astisub/example-in-nonzero-offset.stl":  `stl iso-6937 6 99000-101040 "(deep rumbling)" 151400-153440 "(computer playing\nelectronic melody)"`,
	"go-astisub/example-in-styled.srt":          `srt utf-8 10 17985-20521 "[instrumental music]" 720000-780000 "x^3 * x = 100"`,
	"go-astisub/example-in.srt":                 `srt utf-8 6 99000-101040 "(deep rumbling)" 151400-153440 "(computer playing\nelectronic melody)"`,
	"go-astisub/example-in.ssa":                 `ass utf-8 6 99000-101040 "(deep rumbling)" 151400-153440 "(computer playing\nelectronic melody)" unread 29`,
	"go-astisub/example-in.stl":                 `stl iso-6937 6 99000-101040 "(deep rumbling)" 151400-153440 "(computer playing\nelectronic melody)"`,
	"go-astisub/example-in.ttml":                `ttml utf-8 6 99000-101040 "(deep rumbling)" 151400-153440 "(computer playing\nelectronic melody)"`,
	"go-astisub/example-in.vtt":                 `vtt utf-8 6 99000-101040 "(deep rumbling)" 151400-153440 "(computer playing\nelectronic melody)" unread 29`,
	"go-astisub/example-opn-in.stl":             `stl iso-6937 5 0-320 "Title: Test-OPN\nStory:\nLang: opn\nConfig: 1" 72160-77360 "TEST ÆæØøÅå\n#123&\"@!?` + "`" + `++?'*$£-"`,
	"go-astisub/example-opn-out.stl":            `stl iso-6937 5 0-320 "Title: Test-OPN\nStory:\nLang: opn\nConfig: 1" 72160-77360 "TEST ÆæØøÅå\n#123&\"@!?` + "`" + `++?'*$£-"`,
	"go-astisub/example-out-breaklines.ttml":    `ttml utf-8 4 0-1000 "First line\nSecond line" 3000-4000 "Seventh line\nEighth middle line"`,
	"go-astisub/example-out-html-entities.srt":  `srt utf-8 3 331-3750 "The man in black fled across the desert,\n& the gunslinger followed." 6331-9675 "there are other < worlds than these."`,
	"go-astisub/example-out-html-entities.vtt":  `vtt utf-8 3 331-3750 "The man in black fled across the desert,\n& the gunslinger followed." 6331-9675 "there are other < worlds than these."`,
	"go-astisub/example-out-no-indent.ttml":     `ttml utf-8 6 99000-101040 "(deep rumbling)" 151400-153440 "(computer playing\nelectronic melody)"`,
	"go-astisub/example-out-styled.srt":         `srt utf-8 10 17985-20521 "[instrumental music]" 720000-780000 "x^3 * x = 100"`,
	"go-astisub/example-out-styled.vtt":         `vtt utf-8 10 17985-20521 "[instrumental music]" 720000-780000 "x^3 * x = 100"`,
	"go-astisub/example-out-v4plus.ssa":         `ass utf-8 6 99000-101040 "(deep rumbling)" 151400-153440 "(computer playing\nelectronic melody)"`,
	"go-astisub/example-out.srt":                `srt utf-8 6 99000-101040 "(deep rumbling)" 151400-153440 "(computer playing\nelectronic melody)"`,
	"go-astisub/example-out.ssa":                `ass utf-8 6 99000-101040 "(deep rumbling)" 151400-153440 "(computer playing\nelectronic melody)"`,
	"go-astisub/example-out.stl":                `stl iso-6937 6 99000-101040 "(deep rumbling)" 151400-153440 "(computer playing\nelectronic melody)"`,
	"go-astisub/example-out.ttml":               `ttml utf-8 6 99000-101040 "(deep rumbling)" 151400-153440 "(computer playing\nelectronic melody)"`,
	"go-astisub/example-out.vtt":                `vtt utf-8 6 99000-101040 "(deep rumbling)" 151400-153440 "(computer playing\nelectronic melody)"`,
	"go-astisub/missing-sequence-in.srt":        `srt utf-8 6 99000-101040 "(deep rumbling)" 151400-153440 "(computer playing\nelectronic melody)"`,

	"mantas-done-subtitles/ass.ass":                                 `ass utf-8 2 137400-140400 "Senator, we're making\nour final approach into Coruscant." 3740500-3742500 "Very good, Lieutenant."`,
	"mantas-done-subtitles/ass_different_format.ass":                `ass utf-8 2 137400-140400 "Senator, we're making\nour final approach into Coruscant." 3740500-3742500 "Very good, Lieutenant."`,
	"mantas-done-subtitles/ass_different_format2.ass":               `ass utf-8 2 137400-140400 "Senator, we're making\nour final approach into Coruscant." 3740500-3742500 "Very good, Lieutenant."`,
	"mantas-done-subtitles/ass_different_format3.ass":               `ass utf-8 1 0-10000 "The quick brown fox jumps over a lazy dog." 0-10000 "The quick brown fox jumps over a lazy dog."`,
	"mantas-done-subtitles/corrupted.zip":                           "refused: word processor",
	"mantas-done-subtitles/csv_ansi.csv":                            "refused: none of those",
	"mantas-done-subtitles/dfxp.dfxp":                               `ttml utf-8 2 137400-140400 "Senator, we're making\nour final approach into Coruscant." 3740500-3742500 "Very good, Lieutenant."`,
	"mantas-done-subtitles/dfxp_with_different_br.dfxp":             `ttml utf-8 1 0-1000 "one\ntwo\nthree" 0-1000 "one\ntwo\nthree"`,
	"mantas-done-subtitles/docx.docx":                               "refused: word processor",
	"mantas-done-subtitles/ebu_stl_iso6937.stl":                     `stl iso-6937 2 3599967-3603267 "Les réalisateurs de ce film ont passé\nplus de deux ans sur la route" 3603367-3605633 "avec Ozzy Osbourne."`,
	"mantas-done-subtitles/lrc.lrc":                                 "refused: none of those",
	"mantas-done-subtitles/rtf.rtf":                                 "refused: RTF",
	"mantas-done-subtitles/rtf2.rtf":                                "refused: RTF",
	"mantas-done-subtitles/scc.scc":                                 "refused: SCC",
	"mantas-done-subtitles/slick.bin":                               "refused: no text",
	"mantas-done-subtitles/smi.smi":                                 "refused: SAMI",
	"mantas-done-subtitles/smi_formatted.smi":                       "refused: SAMI",
	"mantas-done-subtitles/srt.srt":                                 `srt utf-8 2 137400-140400 "Senator, we're making\nour final approach into Coruscant." 3740500-3742500 "Very good, Lieutenant."`,
	"mantas-done-subtitles/srt_for_public_interface_test.srt":       `srt utf-8 2 137440-140375 "Senator, we're making\nour final approach into Coruscant." 140476-142501 "Very good, Lieutenant."`,
	"mantas-done-subtitles/stl.stl":                                 "refused: none of those",
	"mantas-done-subtitles/stl_with_comments.stl":                   "refused: none of those",
	"mantas-done-subtitles/sub_microdvd.sub":                        "refused: MicroDVD",
	"mantas-done-subtitles/sub_microdvd_with_styles.sub":            "refused: MicroDVD",
	"mantas-done-subtitles/sub_viewer.sub":                          "refused: none of those",
	"mantas-done-subtitles/sub_viewer_with_headers.sub":             "refused: none of those",
	"mantas-done-subtitles/ttml.ttml":                               `ttml utf-8 2 137400-140400 "Senator, we're making\nour final approach into Coruscant." 3740500-3742500 "Very good, Lieutenant."`,
	"mantas-done-subtitles/ttml2.ttml":                              `ttml utf-8 5 0-2000 "Hello I am your first line." 8000-10000 "I am the last caption displayed in red and centered."`,
	"mantas-done-subtitles/ttml_with_duplicated_element_ids.ttml":   `ttml utf-8 3 0-1000 "First line." 2000-3000 "Third line."`,
	"mantas-done-subtitles/ttml_with_fps_and_multiplier_given.ttml": `ttml utf-8 1 15015-17684 "First line." 15015-17684 "First line."`,
	"mantas-done-subtitles/ttml_with_multiple_divs.ttml":            `ttml utf-8 3 1464-2423 "Senator, we're making\nour final approach into Coruscant." 10886-10928 "CLUB SHOU-TIME"`,
	"mantas-done-subtitles/utf16.srt":                               `srt utf-16le 1 0-1000 "ترجمه و تنظيم زيرنويس" 0-1000 "ترجمه و تنظيم زيرنويس"`,
	"mantas-done-subtitles/vtt.vtt":                                 `vtt utf-8 2 137400-140400 "Senator, we're making\nour final approach into Coruscant." 3740500-3742500 "Very good, Lieutenant."`,
	"mantas-done-subtitles/vtt_with_html.vtt":                       `vtt utf-8 1 0-10000 "Sur les playground, ici à Montpellier" 0-10000 "Sur les playground, ici à Montpellier"`,
	"mantas-done-subtitles/vtt_with_missing_text.vtt":               `vtt utf-8 2 0-1000 "one" 2000-3000 "three"`,
	"mantas-done-subtitles/vtt_with_multiple_new_lines.vtt":         "refused: line 6: there is no time line before it", // a blank line ends a cue of WebVTT
	"mantas-done-subtitles/vtt_with_name.vtt":                       `vtt utf-8 1 9000-11000 "We are in New York City" 9000-11000 "We are in New York City"`,
	"mantas-done-subtitles/vtt_with_styles.vtt":                     `vtt utf-8 1 0-10000 "Hello world." 0-10000 "Hello world."`,
	"mantas-done-subtitles/vtt_without_hours_in_timestamp.vtt":      `vtt utf-8 1 0-10000 "I've spent nearly two decades" 0-10000 "I've spent nearly two decades"`,

	"webvtt-py/captions_with_bom.vtt":             `vtt utf-8 4 500-7000 "Caption text #1" 16320-21580 "Caption text #4"`,
	"webvtt-py/comments.vtt":                      `vtt utf-8 3 135000-140000 "- Ta en kopp varmt te.\n- Det är inte varmt." 145000-150000 "- Ta en kopp"`,
	"webvtt-py/cue_tags.vtt":                      `vtt utf-8 3 16500-18500 "When the moon hits your eye" 20500-21500 "That's amore"`,
	"webvtt-py/empty.vtt":                         "refused: empty",
	"webvtt-py/invalid.vtt":                       `vtt utf-8 7 500-7000 "Caption text #1" 27280-30280 "Caption text #7"`, // no header
	"webvtt-py/invalid_format.sbv":                "refused: none of those",
	"webvtt-py/invalid_format1.srt":               "refused: none of those",
	"webvtt-py/invalid_format2.srt":               "refused: none of those",
	"webvtt-py/invalid_format3.srt":               "refused: none of those",
	"webvtt-py/invalid_format4.srt":               "refused: no cue of it can be read; line 1",
	"webvtt-py/invalid_timeframe.sbv":             "refused: none of those",
	"webvtt-py/invalid_timeframe.srt":             `srt utf-8 5 500-7000 "Caption text #1" 21580-23880 "Caption text #5"`,
	"webvtt-py/invalid_timeframe.vtt":             `vtt utf-8 6 500-7000 "Caption text #1" 27280-30280 "Caption text #7" unread 6`,
	"webvtt-py/invalid_timeframe_in_cue_text.vtt": `vtt utf-8 3 500-7000 "Caption text #1" 11890-16320 "Caption text #3"`,
	"webvtt-py/metadata_headers.vtt":              `vtt utf-8 2 500-7000 "Caption text #1" 7000-11890 "Caption text #2"`,
	"webvtt-py/metadata_headers_multiline.vtt":    `vtt utf-8 2 500-7000 "Caption text #1" 7000-11890 "Caption text #2"`,
	"webvtt-py/missing_caption_text.sbv":          "refused: none of those",
	"webvtt-py/missing_caption_text.srt":          `srt utf-8 4 500-7000 "Caption text #1" 21580-23880 "Caption text #5"`,
	"webvtt-py/missing_caption_text.vtt":          `vtt utf-8 4 500-7000 "Caption text #1" 21580-23880 "Caption text #5"`,
	"webvtt-py/missing_timeframe.sbv":             "refused: none of those",
	"webvtt-py/missing_timeframe.srt":             `srt utf-8 4 500-7000 "Caption text #1" 21580-23880 "Caption text #5" unread 5`,
	"webvtt-py/missing_timeframe.vtt":             `vtt utf-8 6 500-7000 "Caption text #1" 27280-30280 "Caption text #7" unread 6`,
	"webvtt-py/netflix_chicas_del_cable.vtt":      `vtt utf-8 865 7960-9480 "[Alba] En 1928," 3147320-3148600 "Alba."`,
	"webvtt-py/no_captions.vtt":                   "refused: no cue with a time and a text",
	"webvtt-py/one_caption.srt":                   `srt utf-8 1 500-7000 "Caption text #1" 500-7000 "Caption text #1"`,
	"webvtt-py/one_caption.vtt":                   `vtt utf-8 1 500-7000 "Caption text #1" 500-7000 "Caption text #1"`,
	"webvtt-py/sample.sbv":                        "refused: none of those",
	"webvtt-py/sample.srt":                        `srt utf-8 5 500-7000 "Caption text #1" 21580-23880 "Caption text #5"`,
	"webvtt-py/sample.vtt":                        `vtt utf-8 16 500-7000 "Caption text #1" 61350-64300 "Caption text #16"`,
	"webvtt-py/styles.vtt":                        `vtt utf-8 1 0-10000 "- Hello world." 0-10000 "- Hello world."`,
	"webvtt-py/two_captions.sbv":                  "refused: none of those",
	"webvtt-py/using_identifiers.vtt":             `vtt utf-8 6 500-7000 "Caption text #1" 23880-27280 "Caption text #6"`,
	"webvtt-py/youtube_dl.vtt":                    `vtt utf-8 3 286070-286470 "yeah" 304080-305069 "this will happen is I'm telling"`, // it rolls
}

// TestOddFiles reads every file of subs-odd against the table. Files beside the subtitles, as licences, are refused like any other text.
func TestOddFiles(t *testing.T) {
	root := shared(t, "data", "subs-odd")
	seen := 0
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		project, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
		name := project + "/" + filepath.Base(path)
		want, listed := oddFiles[name]
		if listed {
			seen++
		} else if ext := filepath.Ext(path); ext != "" && ext != ".md" && ext != ".json" && ext != ".gitignore" {
			t.Errorf("%s is not in the table", name)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		got := summary(ReadSubtitles(data, path, ""))
		reason, refused := strings.CutPrefix(want, "refused: ")
		switch {
		case (refused || !listed) && (!strings.HasPrefix(got, "refused: ") || !strings.Contains(got, reason)):
			t.Errorf("%s: got %s, want it refused with %q", name, got, reason)
		case !refused && listed && got != want:
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen != len(oddFiles) {
		t.Errorf("%d of the %d files of the table are there", seen, len(oddFiles))
	}
}

// summary writes what reading a file gave as the table does.
func summary(r *ReadText, err error) string {
	var unreadable *Unreadable
	switch {
	case errors.As(err, &unreadable):
		return "refused: " + unreadable.Why
	case err != nil:
		return err.Error()
	}
	first, last := r.Cues[0], r.Cues[len(r.Cues)-1]
	out := fmt.Sprintf("%s %s %d %d-%d %q %d-%d %q", r.Format, r.Encoding, len(r.Cues), first.StartMs, first.EndMs, first.Text, last.StartMs, last.EndMs, last.Text)
	if len(r.Unread) > 0 {
		out += " unread " + unreadLines(r.Unread)
	}
	return out
}

func unreadLines(unread []Unread) string {
	var lines []string
	for _, u := range unread {
		lines = append(lines, strconv.Itoa(u.Line))
	}
	return strings.Join(lines, ",")
}

// TestParallelFiles reads every file of subs-parallel. testdata/subs-parallel.tsv was made by another program, written from the W3C's rules in another
// language: number of cues, begin and end of the first and the last, the lines that cannot be read, and the encoding.
func TestParallelFiles(t *testing.T) {
	root := shared(t, "data", "subs-parallel")
	table, err := os.ReadFile("testdata/subs-parallel.tsv")
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(string(table)), "\n")[1:]
	for _, row := range rows {
		f := strings.Split(row, "\t")
		data, err := os.ReadFile(filepath.Join(root, f[0]))
		if err != nil {
			t.Error(err)
			continue
		}
		r, err := ReadSubtitles(data, f[0], "")
		if err != nil {
			t.Errorf("%s: %v", f[0], err)
			continue
		}
		first, last := r.Cues[0], r.Cues[len(r.Cues)-1]
		unread := unreadLines(r.Unread)
		if unread == "" {
			unread = "-"
		}
		got := fmt.Sprintf("%s\t%d\t%d\t%d\t%d\t%d\t%s\t%s", f[0], len(r.Cues), first.StartMs, first.EndMs, last.StartMs, last.EndMs, unread, r.Encoding)
		if got != row {
			t.Errorf("\n got %s\nwant %s", got, row)
		}
	}
	files := 0
	_ = filepath.WalkDir(root, func(path string, _ os.DirEntry, _ error) error {
		if strings.HasSuffix(path, ".vtt") {
			files++
		}
		return nil
	})
	if files != len(rows) {
		t.Errorf("%d files, %d rows in the table", files, len(rows))
	}
}
