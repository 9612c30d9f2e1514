// Package search finds words in what was said, to the second, in every language of the archive.
//
// It is derived from package archive and disposable: whoever deletes its folder loses nothing but the time to build it again. An Index
// belongs to one process; it follows archive.Watch and is never asked of another machine.
//
// The unit of the index is the passage: consecutive cues of one text, about 27 s or 71 words, ended at a sentence's end or at a pause. A
// passage has its words twice, in fields of its own language: t_xx stemmed and folded, for what is meant; x_xx as said and folded, with the
// next cue behind it, for phrases. Whoever asks gets moments: the best 200 passages are looked at through a window of 30 s over the
// whole text, and the window's first cue is where the link goes. The other languages' lines at that moment are read beside it.
//
// There are two bleve indexes in the folder. "public" holds what everyone may see and find (archive.Findable), "rest" all other sessions and
// tracks. A stranger's query opens only "public": so no score, count, expansion or order can tell anything of the rest. Every hit is
// checked against today's document besides (archive.Access), so that what was hidden leaves the answers before the index has followed.
//
// Lines are every place where the words were said, not only the best: a walk goes through all passages, session by session, and holds no more than one.
//
// All languages of a session share one clock: by it the lines of two texts stand beside each other, how far a booth lags is measured, and the words of one language
// that are said when a word of another is are learned. Suggestions, corrections and what is learned are made only of words that the asker may see.
//
// Beside the indexes lie the cue files, one for each text version as it is placed on the clock: times and words, mapped into memory. While
// searching nothing is read of the store.
//
// What is acknowledged cannot be lost: the mark of a session's document (its revision and update id) is in the same batch as its passages, and a
// batch is durable when it returns. At start the documents are compared with the marks. What is doubtful (an index that cannot be opened, a segment
// whose checksum changed) is deleted and built again.
package search
