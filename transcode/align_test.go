package transcode

import (
	"math"
	"path/filepath"
	"strings"
	"testing"
)

// meeting is the talk that the sets are made of; film of it.
func meeting() *talk { return newTalk(3, talkPlan{seconds: 480, least: 3, most: 20}) }

func cutOf(p ...float64) [][2]float64 {
	var out [][2]float64
	for i := 0; i+1 < len(p); i += 2 {
		out = append(out, [2]float64{p[i], p[i+1]})
	}
	return out
}

// where is how a take lies on another: [begin on its own time, place on the other's] of each stretch, in seconds.
type where [][2]float64

// lies holds a placing against the truth: begins within 40 ms or a frame of the coarser, edges within a second and what lies behind them as exact.
func lies(t *testing.T, p *Placing, want where, frameMs float64) {
	t.Helper()
	if len(p.Stretches) != len(want) {
		t.Fatalf("%d stretches (%s), want %d: %+v", len(p.Stretches), p.Why, len(want), p)
	}
	for i, s := range p.Stretches {
		if off := float64(s.FromMs)/1000 - want[i][0]; math.Abs(off) > 1 {
			t.Errorf("stretch %d begins at %d ms of its own time, want %.3f s", i, s.FromMs, want[i][0])
		}
		by := float64(s.AtMs-s.FromMs) - 1000*(want[i][1]-want[i][0])
		if math.Abs(by) > max(toleranceMs, frameMs) {
			t.Errorf("stretch %d lies %.0f ms beside its place", i, by)
		}
		for _, share := range []float64{0, 1} { // its drift does not lead away
			at := share * float64(s.ToMs-s.FromMs)
			if d := by + at*s.Ppm/1e6; math.Abs(d) > max(toleranceMs, frameMs) {
				t.Errorf("stretch %d lies %.0f ms beside its place at %.0f s", i, d, at/1000)
			}
		}
	}
	if p.Changes < leastChanges || float64(p.Agree) < mustAgree*float64(p.Changes) {
		t.Errorf("believed with %d of %d changes", p.Agree, p.Changes)
	}
}

func TestFiveEncodingsOfOneRoomAreLaidUponEachOther(t *testing.T) {
	room, dir := meeting(), t.TempDir()
	tools := &Tools{Scratch: t.TempDir()}
	look := func(name string, k take) *Footage {
		path := filepath.Join(dir, name)
		k.film(t, path)
		f, err := tools.Probe(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		out := &Footage{Path: path, Facts: f}
		t.Cleanup(out.Close)
		if err := tools.Look(t.Context(), out, nil); err != nil {
			t.Fatal(err)
		}
		return out
	}
	kept := look("kept.mp4", take{talk: room, rate: "25", pieces: cutOf(10, 400), filter: "scale=320:180"})
	for name, c := range map[string]struct {
		take  take
		where where
		frame float64
	}{
		"other size, rate, brightness and a late zero.mp4": {take{talk: room, rate: "30", pieces: cutOf(2.64, 140), filter: "scale=256:144,eq=contrast=0.9:brightness=0.05",
			encoder: []string{"-crf", "32"}, file: []string{"-output_ts_offset", "1.4"}}, where{{0, -7.36}}, 0},
		"four minutes removed.mkv":       {take{talk: room, rate: "30000/1001", pieces: cutOf(21.3, 90.4, 330.4, 400), filter: "scale=160:90"}, where{{0, 11.3}, {69.1, 320.4}}, 0},
		"15 a second, in a transport.ts": {take{talk: room, rate: "15", pieces: cutOf(30.05, 180), encoder: []string{"-crf", "35"}}, where{{0, 20.05}}, 1000. / 15},
		"a rate that changes.mp4":        {take{talk: room, rate: "25", pieces: cutOf(12.5, 110), filter: "mpdecimate", file: []string{"-fps_mode", "vfr"}}, where{{0, 2.5}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			own := look(name, c.take)
			p, err := Align(own, kept)
			if err != nil {
				t.Fatal(err)
			}
			lies(t, p, c.where, c.frame)
			if len(p.Differs) > 0 {
				t.Errorf("it is said to show something else at %v", p.Differs)
			}
			if strings.HasPrefix(name, "four") { // and the other way round: the kept picture lacks them
				p, err := Align(kept, own)
				if err != nil {
					t.Fatal(err)
				}
				lies(t, p, where{{0, -11.3}, {320.4, 69.1}}, 0)
				if s := p.Stretches; math.Abs(float64(s[0].ToMs)-80_400) > 1000 {
					t.Errorf("the first stretch ends at %d ms, want 80400", s[0].ToMs)
				}
			}
		})
	}
}

func TestWhatIsSeenDecidesWhetherAPlaceIsBelieved(t *testing.T) {
	room := meeting()
	kept := take{talk: room, rate: "25", pieces: cutOf(10, 400)}.glanced(t)
	again := take{talk: room, rate: "25", pieces: cutOf(0, 30, 0, 30, 0, 30, 0, 30, 0, 30, 0, 30)}.glanced(t)
	for name, c := range map[string]struct {
		take  take
		kept  *Footage
		where where
		why   string // of a placing that is refused
		other bool   // it shows something else in part
	}{
		"nothing in common":                    {take: take{talk: newTalk(99, talkPlan{seconds: 200, least: 3, most: 20}), rate: "25", pieces: cutOf(0, 200)}, why: "agree|in common"},
		"a picture that comes again and again": {take: take{talk: room, rate: "15", pieces: cutOf(12, 30, 0, 30, 0, 30)}, kept: again, why: "repeats itself"},
		"a picture that stands still":          {take: take{talk: newTalk(4, talkPlan{seconds: 100, least: 300, most: 301, slides: true}), rate: "25", pieces: cutOf(0, 100)}, why: "hardly changes"},
		"too short to tell":                    {take: take{talk: room, rate: "25", pieces: cutOf(60, 66)}, why: "hardly changes|agree|in common"},
		"a signer in the corner":               {take: take{talk: room, rate: "30", pieces: cutOf(40, 200), paint: signer}, where: where{{0, 30}}, other: true},
		"other slides for a minute": {take: take{talk: room, rate: "25", pieces: cutOf(40, 200), paint: func(at float64, p []byte) {
			if at > 90 && at < 150 {
				newer.draw(at, noiseOf(at), p)
			}
		}}, where: where{{0, 30}}, other: true},
		"darker and flatter": {take: take{talk: room, rate: "30", pieces: cutOf(100.2, 230), paint: func(_ float64, p []byte) {
			for i, v := range p {
				p[i] = v/2 + 20
			}
		}}, where: where{{0, 90.2}}},
		"three pieces, one cut out of the kept picture": {take: take{talk: room, rate: "25", pieces: cutOf(20, 110, 170, 260, 330, 420)}, where: where{{0, 10}, {90, 160}, {180, 320}}},
	} {
		t.Run(name, func(t *testing.T) {
			on := kept
			if c.kept != nil {
				on = c.kept
			}
			p, err := Align(c.take.glanced(t), on)
			if err != nil {
				t.Fatal(err)
			}
			if c.why == "" {
				lies(t, p, c.where, 0)
				if (len(p.Differs) > 0) != c.other {
					t.Errorf("it is said to show something else at %v", p.Differs)
				}
				return
			}
			said := false
			for _, w := range strings.Split(c.why, "|") {
				said = said || strings.Contains(p.Why, w)
			}
			if len(p.Stretches) > 0 || !said {
				t.Errorf("placed at %+v, reason %q; want no place, as it %s", p.Stretches, p.Why, c.why)
			}
		})
	}
}
