package transcode

import "encoding/binary"

// mp4B makes one box for the tests out of numbers (int: 32 bits, int64: 64, uint16, byte), strings and bytes.
func mp4B(kind string, fields ...any) []byte {
	b := []byte{0, 0, 0, 0}
	b = append(b, kind...)
	for _, f := range fields {
		switch v := f.(type) {
		case int:
			b = binary.BigEndian.AppendUint32(b, uint32(v))
		case int64:
			b = binary.BigEndian.AppendUint64(b, uint64(v))
		case uint16:
			b = binary.BigEndian.AppendUint16(b, v)
		case byte:
			b = append(b, v)
		case string:
			b = append(b, v...)
		case []byte:
			b = append(b, v...)
		default:
			panic("a field of no kind that a box has")
		}
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

func mp4Join(boxes ...[]byte) []byte {
	var out []byte
	for _, b := range boxes {
		out = append(out, b...)
	}
	return out
}

// mp4Picture is a moov of one H.264 track with the id 1, 1000 ticks a second and the defaults of trex.
func mp4Picture(trex mp4Defaults) []byte {
	return mp4B("moov", mp4B("mvhd", make([]byte, 100)), mp4PictureTrak(mp4Avc1(64, 36)), mp4Mvex(trex))
}

func mp4Mvex(d mp4Defaults) []byte {
	return mp4B("mvex", mp4B("trex", 0, 1, 1, int(d.duration), int(d.size), int(d.flags)))
}

func mp4Avc1(w, h uint16) []byte {
	return mp4B("avc1", make([]byte, 24), w, h, make([]byte, 50), mp4B("avcC", byte(1), byte(0x64), byte(0), byte(0x1f)))
}

func mp4PictureTrak(entry []byte) []byte {
	stbl := mp4B("stbl", mp4B("stsd", 0, 1, entry), mp4B("stsz", 0, 0, 0))
	return mp4B("trak",
		mp4B("tkhd", 3, 0, 0, 1, 0, 0, make([]byte, 60)),
		mp4B("mdia", mp4B("mdhd", 0, 0, 0, 1000, 0, 0), mp4B("hdlr", 0, 0, "vide", make([]byte, 13)),
			mp4B("minf", mp4B("vmhd", 1, 0, 0), mp4B("dinf", mp4B("dref", 0, 1, mp4B("url ", 1))), stbl)))
}

// mp4Frag is a moof of one traf and an mdat of n bytes. The boxes of the traf are told where the data begins, counted from the moof.
func mp4Frag(n int, boxes func(data int) [][]byte) []byte {
	moof := func(data int) []byte {
		return mp4B("moof", mp4B("mfhd", 0, 1), mp4B("traf", mp4Join(boxes(data)...)))
	}
	data := len(moof(0)) + 8
	return mp4Join(moof(data), mp4B("mdat", make([]byte, n)))
}
