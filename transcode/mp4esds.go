package transcode

import "fmt"

// The tags of descriptors in an esds box (ISO/IEC 14496-1, 7.2.2.1).
const (
	mp4TagES      = 3
	mp4TagDecoder = 4
	mp4TagConfig  = 5
)

// readEsds reads the decoder's configuration: an ES descriptor holds a DecoderConfigDescriptor, that a DecoderSpecificInfo
// (ISO/IEC 14496-1, 7.2.6), and that an AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1).
func (t *mp4Track) readEsds(body []byte) error {
	f := mp4Fields{b: body}
	f.full()
	es, err := mp4Descriptor(f.b, mp4TagES)
	if err != nil {
		return err
	}
	f = mp4Fields{b: es}
	f.u16() // ES_ID
	flags := f.u8()
	if flags&0x80 != 0 { // streamDependenceFlag
		f.u16()
	}
	if flags&0x40 != 0 { // URL_Flag
		f.bytes(int(f.u8()))
	}
	if flags&0x20 != 0 { // OCRstreamFlag
		f.u16()
	}
	decoder, err := mp4Descriptor(f.b, mp4TagDecoder)
	if err != nil {
		return err
	}
	f = mp4Fields{b: decoder}
	if kind := f.u8(); kind != 0x40 {
		return fmt.Errorf("object type 0x%02x: want 0x40, AAC", kind)
	}
	f.bytes(12) // stream type, buffer size, bit rates
	config, err := mp4Descriptor(f.b, mp4TagConfig)
	if err != nil {
		return err
	}
	return t.readAudioConfig(config)
}

// mp4Descriptor gives the body of the first descriptor of b with that tag.
func mp4Descriptor(b []byte, tag byte) ([]byte, error) {
	f := mp4Fields{b: b}
	for len(f.b) > 0 {
		kind, n := f.u8(), 0
		for range 4 {
			c := f.u8()
			n = n<<7 | int(c&0x7f)
			if c&0x80 == 0 {
				break
			}
		}
		body := f.bytes(n)
		if f.short {
			return nil, fmt.Errorf("descriptor %d ends early", kind)
		}
		if kind == tag {
			return body, nil
		}
	}
	return nil, fmt.Errorf("no descriptor %d: want one", tag)
}

// mp4Rates are the sampling frequencies in Hz by samplingFrequencyIndex (ISO/IEC 14496-3, table 1.18).
var mp4Rates = [...]int{96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350}

func (t *mp4Track) readAudioConfig(config []byte) error {
	bits := mp4Bits{b: config}
	object := bits.take(5)
	if object == 31 {
		object = 32 + bits.take(6)
	}
	if i := bits.take(4); i == 15 {
		t.rate = bits.take(24)
	} else if i < len(mp4Rates) {
		t.rate = mp4Rates[i]
	}
	t.channels = bits.take(4)
	if t.channels == 7 {
		t.channels = 8 // 7.1
	}
	if bits.short || t.rate == 0 || t.channels == 0 || t.channels > 8 || object == 0 {
		return fmt.Errorf("AudioSpecificConfig %x: want an object type, a sampling rate and 1 to 8 channels", config)
	}
	t.codecs = fmt.Sprintf("mp4a.40.%d", object)
	return nil
}

// mp4Bits reads numbers of some bits, the highest first.
type mp4Bits struct {
	b     []byte
	at    int // bits
	short bool
}

func (m *mp4Bits) take(n int) int {
	v := 0
	for range n {
		if m.at/8 >= len(m.b) {
			m.short = true
			return 0
		}
		v = v<<1 | int(m.b[m.at/8]>>(7-m.at%8)&1)
		m.at++
	}
	return v
}
