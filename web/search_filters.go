package web

import (
	"maps"
	"slices"
	"strings"

	"cabina/archive"
	"cabina/search"
)

// filterForm narrows a search: by what it found, and by what is written about the sessions.
type filterForm struct {
	Langs, Conferences, Topics []choice
	Roles, Origins             []choice
	Sessions                   []choice
	People                     []string
	Open                       bool // something is chosen of what stands behind "more"
}

const (
	filterTopics   = 20  // offered, most frequent first
	filterSessions = 200 // offered; more are to be had by a conference or by the link of a session
	filterPeople   = 300
)

// filters makes the form. counts says in which languages and conferences the words were found.
func (s *Server) filters(g *searchPage, all []listed, counts search.Counts) *filterForm {
	f := &filterForm{Open: g.Session != "" || g.Speaker != "" || g.Role != "" || g.Origin != "" || g.From != "" || g.To != "" || len(g.Topics) > 0}
	f.Langs = s.languageChoices(g, counts.ByLanguage)
	f.Conferences = g.choices("conference", g.Conference, nil)
	for _, x := range conferencesOf(all) {
		c := choice{Name: "conference", Value: x.conf.ID, Words: conferenceTitle(x.conf, g.Lang), Count: counts.ByConference[x.conf.ID], Chosen: g.Conference == x.conf.ID}
		f.Conferences = append(f.Conferences, c)
	}
	within := slices.DeleteFunc(slices.Clone(all), func(x listed) bool {
		return g.Conference != "" && x.doc.Conference != g.Conference || len(x.doc.Live(archive.Text)) == 0
	})
	f.Topics = topicChoices(within, g.Topics)
	f.Topics = f.Topics[:min(len(f.Topics), filterTopics)]
	for i := range f.Topics {
		f.Topics[i].Count = -1 // sessions, not moments: a number beside those of moments would be misread
	}
	for _, x := range within {
		if len(f.Sessions) < filterSessions || x.doc.ID == g.Session {
			f.Sessions = append(f.Sessions, choice{Value: x.doc.ID, Words: title(x.doc, g.Lang), Chosen: x.doc.ID == g.Session})
		}
		f.People = append(f.People, named(people(x.doc, g.viewer))...)
	}
	slices.SortStableFunc(f.Sessions, func(a, b choice) int { return strings.Compare(a.Words.Words, b.Words.Words) })
	slices.Sort(f.People)
	f.People = slices.Compact(f.People)
	f.People = f.People[:min(len(f.People), filterPeople)]
	f.Roles = g.choices("role", g.Role, map[string]string{"original": "search.roleOriginal", "interpreted": "search.roleInterpreted", "floor": "search.roleFloor"}, "original", "interpreted", "floor")
	f.Origins = g.choices("origin", g.Origin, map[string]string{"checked": "search.originChecked", "machine": "search.originMachine"}, "checked", "machine")
	return f
}

// choices are the values of a filter of which one can be chosen, before them none.
func (g *searchPage) choices(name, chosen string, says map[string]string, values ...string) []choice {
	out := []choice{{Name: name, Words: said{Words: g.Lang.Say("search.any")}, Chosen: chosen == ""}}
	for _, v := range values {
		out = append(out, choice{Name: name, Value: v, Words: said{Words: g.Lang.Say(says[v])}, Chosen: v == chosen})
	}
	return out
}

// languageChoices are the languages in which there is any of it, and those that were chosen.
func (s *Server) languageChoices(g *searchPage, found map[archive.Language]int) []choice {
	count := maps.Clone(found)
	if count == nil {
		count = map[archive.Language]int{}
	}
	for _, l := range slices.Concat(g.Langs, g.Languages) {
		count[l] += 0
	}
	have := slices.Collect(maps.Keys(count))
	slices.SortFunc(have, func(a, b archive.Language) int { return s.order(count, a, b) })
	var out []choice
	for _, l := range have {
		out = append(out, choice{Name: "lang", Value: string(l), Language: l, Count: count[l], Chosen: slices.Contains(g.Langs, l)})
	}
	return out
}

// conferencesOf gives one session of each conference.
func conferencesOf(all []listed) []listed {
	var out []listed
	for _, x := range all {
		if x.conf != nil && !slices.ContainsFunc(out, func(y listed) bool { return y.conf.ID == x.conf.ID }) {
			out = append(out, x)
		}
	}
	slices.SortFunc(out, func(a, b listed) int { return strings.Compare(a.conf.ID, b.conf.ID) })
	return out
}
