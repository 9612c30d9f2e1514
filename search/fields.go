package search

import (
	"strings"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"
)

// The fields of the index beside t_xx and x_xx. Passages and sessions share them, but for the words: those of a session's title, summary, people
// and topics are dt_xx and dx_xx, so that neither is counted among the other.
const (
	kindField       = "kind"
	kindSession     = "session"
	receiptField    = "receipt" // stored, of a session
	sessionField    = "session"
	trackField      = "track"
	conferenceField = "conference"
	languageField   = "language" // pt-br
	baseField       = "base"     // pt
	roleField       = "role"     // of the voice, and "original" or "interpreted"
	originField     = "origin"
	speakerField    = "speaker" // words
	topicField      = "topic"
	visibleField    = "visible" // the session's visibility, with "+staff" where the track is staff's own
	dateField       = "date"    // days since 1970
)

// filterFields are the fields by which a query may be narrowed; place, for counts, is session|track|language.
var filterFields = []string{kindField, sessionField, trackField, conferenceField, languageField, baseField, roleField, originField, speakerField,
	topicField, visibleField, dateField, passageField, "_id", "*"} // bleve asks for * where it joins what is not scored

const (
	wordOptions    = index.IndexField | index.IncludeTermVectors
	keywordOptions = index.IndexField | index.SkipFreqNorm
)

// analyzed is a field whose words are known already: scorch does not analyze it again.
type analyzed struct{ *document.TextField }

// Analyze does nothing: it was done where the words were counted.
func (analyzed) Analyze() {}

// addWords puts text under field, and counts its tokens.
func addWords(d *document.Document, s stats, field string, a analysis.Analyzer, text string) {
	f := document.NewTextFieldCustom(field, nil, []byte(text), wordOptions, a)
	f.Analyze()
	d.AddField(analyzed{f})
	t := s[field]
	t.Docs++
	t.Tokens += f.AnalyzedLength()
	s[field] = t
}

// addText puts text under both fields of its language. said is the text with what follows it.
func addText(d *document.Document, s stats, prefix string, t *tongue, meant, said string) {
	if t.meant != nil {
		addWords(d, s, prefix+t.meantField(), t.meant, meant)
	}
	addWords(d, s, prefix+t.saidField(), t.said, said)
}

func addKeyword(d *document.Document, field string, values ...string) {
	for _, v := range values {
		if v != "" {
			d.AddField(document.NewTextFieldCustom(field, nil, []byte(v), keywordOptions, nil))
		}
	}
}

func cutField(field, prefix string) (base string, ok bool) { return strings.CutPrefix(field, prefix) }
