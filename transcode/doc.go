// Package transcode makes what is played of a session, and says what can be played of it now. All it makes is derived: it may be deleted at any time
// and is made again, byte for byte addressed as before.
//
// It is a chain of small steps, those that decide kept apart from those that do:
//
//   - facts (probe.go, sniff.go, keyframes.go, measure.go): what is in a master. Its bytes are hostile until they are probed: the format is told from magic
//     bytes and forced, the input has a name of ours, limits hold.
//   - recipe.go: everything the bytes of a rendition depend on, as canonical JSON (RFC 8785); its hash is the rendition's name. Same inputs, same name; any
//     change, another name. So nothing stale can be served and nothing is ever invalidated.
//   - plan.go: the recipes a session wants, less those that are there. No state of work is stored: a crash, a new profile, a deleted rendition and a first
//     run are the same case.
//   - args_*.go, still.go: recipe and facts to command lines. Pure, and kept as golden files.
//   - run.go, worker.go, make.go: taking the lease on a rendition, running the tools, putting the file and its tables, and the index last: a rendition
//     without its index is not there.
//   - mp4*.go, hls*.go, file*.go: reading what was made, and computing playlists and plain files from it.
//   - catalog.go, servable.go: what of a session is whole, and which names may be served.
//
// Every rendition starts at the clock's 0 and lasts as long as the session: where a part lies, its trim, drift, channel, gain and the withdrawn
// stretches go into the encoding, so that playlists carry no offsets.
package transcode
