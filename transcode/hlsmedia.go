package transcode

import (
	"fmt"
	"strconv"
)

// MediaPlaylist makes the playlist of one rendition and of its tail, if it has one (RFC 8216, 4.3.3): a segment is a fragment, a byte range of what uri says of
// each of the two. It needs nothing but the indexes.
func MediaPlaylist(r *Rendition, uri func(Name) string) string {
	objects := []Variant{{Index: r.Index, URI: uri(r.Name)}}
	if r.Tail != nil {
		objects = append(objects, Variant{Index: r.Tail.Index, URI: uri(r.Tail.Name)})
	}
	return hlsMedia(objects)
}

// hlsMedia makes the playlist of objects that play one after the other on one clock, without a discontinuity: each has its own EXT-X-MAP.
// URI is here the object's own.
func hlsMedia(objects []Variant) string {
	target := int64(1)
	for _, o := range objects {
		target = max(target, hlsTarget(o.Index))
	}
	w := &hlsWriter{}
	w.line("#EXTM3U")
	w.line("#EXT-X-VERSION:7")
	w.line("#EXT-X-TARGETDURATION:", strconv.FormatInt(target, 10))
	w.line("#EXT-X-MEDIA-SEQUENCE:0")
	w.line("#EXT-X-PLAYLIST-TYPE:VOD")
	w.line("#EXT-X-INDEPENDENT-SEGMENTS")
	for _, o := range objects {
		x := o.Index
		w.line("#EXT-X-MAP:URI=", hlsQuote(o.URI), fmt.Sprintf(",BYTERANGE=\"%d@%d\"", x.Init.Len, x.Init.Off))
		for _, f := range x.Fragments {
			// From the rounded begin to the rounded end: errors of rounding do not add up over a thousand segments.
			µs := ticksMicro(f.Start+f.Duration, x.Timescale) - ticksMicro(f.Start, x.Timescale)
			w.line(fmt.Sprintf("#EXTINF:%d.%06d,", µs/1_000_000, µs%1_000_000))
			w.line(fmt.Sprintf("#EXT-X-BYTERANGE:%d@%d", f.Len, f.Off))
			w.line(o.URI)
		}
	}
	w.line("#EXT-X-ENDLIST")
	return w.String()
}

// hlsTarget is the longest segment in seconds, rounded up.
func hlsTarget(x *Index) int64 {
	longest := int64(0)
	for _, f := range x.Fragments {
		longest = max(longest, f.Duration)
	}
	return (longest + x.Timescale - 1) / x.Timescale
}

// CaptionsPlaylist makes the playlist of a WebVTT file as one segment, as long as the session. The file has no X-TIMESTAMP-MAP and needs none:
// its times are the media's, which begin at 0 (RFC 8216, 3.5).
func CaptionsPlaylist(lengthMs int64, uri string) string {
	w := &hlsWriter{}
	w.line("#EXTM3U")
	w.line("#EXT-X-VERSION:7")
	w.line("#EXT-X-TARGETDURATION:", strconv.FormatInt(max(1, (lengthMs+999)/1000), 10))
	w.line("#EXT-X-MEDIA-SEQUENCE:0")
	w.line("#EXT-X-PLAYLIST-TYPE:VOD")
	w.line(fmt.Sprintf("#EXTINF:%d.%03d,", lengthMs/1000, lengthMs%1000))
	w.line(uri)
	w.line("#EXT-X-ENDLIST")
	return w.String()
}
