package archive

// Each type of a document carries the fields that it does not know: see Unknown.

// UnmarshalJSON keeps unknown fields.
func (s *Session) UnmarshalJSON(data []byte) error {
	type plain Session
	return decode(data, (*plain)(s), &s.Unknown)
}

// MarshalJSON writes unknown fields back.
func (s Session) MarshalJSON() ([]byte, error) {
	type plain Session
	return encode(plain(s), s.Unknown)
}

// UnmarshalJSON keeps unknown fields.
func (r *Rights) UnmarshalJSON(data []byte) error {
	type plain Rights
	return decode(data, (*plain)(r), &r.Unknown)
}

// MarshalJSON writes unknown fields back.
func (r Rights) MarshalJSON() ([]byte, error) {
	type plain Rights
	return encode(plain(r), r.Unknown)
}

// UnmarshalJSON keeps unknown fields.
func (p *Person) UnmarshalJSON(data []byte) error {
	type plain Person
	return decode(data, (*plain)(p), &p.Unknown)
}

// MarshalJSON writes unknown fields back.
func (p Person) MarshalJSON() ([]byte, error) {
	type plain Person
	return encode(plain(p), p.Unknown)
}

// UnmarshalJSON keeps unknown fields.
func (c *Clock) UnmarshalJSON(data []byte) error {
	type plain Clock
	return decode(data, (*plain)(c), &c.Unknown)
}

// MarshalJSON writes unknown fields back.
func (c Clock) MarshalJSON() ([]byte, error) {
	type plain Clock
	return encode(plain(c), c.Unknown)
}

// UnmarshalJSON keeps unknown fields.
func (c *Chapter) UnmarshalJSON(data []byte) error {
	type plain Chapter
	return decode(data, (*plain)(c), &c.Unknown)
}

// MarshalJSON writes unknown fields back.
func (c Chapter) MarshalJSON() ([]byte, error) {
	type plain Chapter
	return encode(plain(c), c.Unknown)
}

// UnmarshalJSON keeps unknown fields.
func (s *Span) UnmarshalJSON(data []byte) error {
	type plain Span
	return decode(data, (*plain)(s), &s.Unknown)
}

// MarshalJSON writes unknown fields back.
func (s Span) MarshalJSON() ([]byte, error) {
	type plain Span
	return encode(plain(s), s.Unknown)
}

// UnmarshalJSON keeps unknown fields.
func (w *Withdrawal) UnmarshalJSON(data []byte) error {
	type plain Withdrawal
	return decode(data, (*plain)(w), &w.Unknown)
}

// MarshalJSON writes unknown fields back.
func (w Withdrawal) MarshalJSON() ([]byte, error) {
	type plain Withdrawal
	return encode(plain(w), w.Unknown)
}

// UnmarshalJSON keeps unknown fields.
func (i *Import) UnmarshalJSON(data []byte) error {
	type plain Import
	return decode(data, (*plain)(i), &i.Unknown)
}

// MarshalJSON writes unknown fields back.
func (i Import) MarshalJSON() ([]byte, error) {
	type plain Import
	return encode(plain(i), i.Unknown)
}

// UnmarshalJSON keeps unknown fields.
func (t *Track) UnmarshalJSON(data []byte) error {
	type plain Track
	return decode(data, (*plain)(t), &t.Unknown)
}

// MarshalJSON writes unknown fields back.
func (t Track) MarshalJSON() ([]byte, error) {
	type plain Track
	return encode(plain(t), t.Unknown)
}

// UnmarshalJSON keeps unknown fields.
func (v *Version) UnmarshalJSON(data []byte) error {
	type plain Version
	return decode(data, (*plain)(v), &v.Unknown)
}

// MarshalJSON writes unknown fields back.
func (v Version) MarshalJSON() ([]byte, error) {
	type plain Version
	return encode(plain(v), v.Unknown)
}

// UnmarshalJSON keeps unknown fields.
func (p *Part) UnmarshalJSON(data []byte) error {
	type plain Part
	return decode(data, (*plain)(p), &p.Unknown)
}

// MarshalJSON writes unknown fields back.
func (p Part) MarshalJSON() ([]byte, error) {
	type plain Part
	return encode(plain(p), p.Unknown)
}

// UnmarshalJSON keeps unknown fields.
func (o *Of) UnmarshalJSON(data []byte) error {
	type plain Of
	return decode(data, (*plain)(o), &o.Unknown)
}

// MarshalJSON writes unknown fields back.
func (o Of) MarshalJSON() ([]byte, error) {
	type plain Of
	return encode(plain(o), o.Unknown)
}

// UnmarshalJSON keeps unknown fields.
func (u *Unread) UnmarshalJSON(data []byte) error {
	type plain Unread
	return decode(data, (*plain)(u), &u.Unknown)
}

// MarshalJSON writes unknown fields back.
func (u Unread) MarshalJSON() ([]byte, error) {
	type plain Unread
	return encode(plain(u), u.Unknown)
}

// UnmarshalJSON keeps unknown fields.
func (f *Finding) UnmarshalJSON(data []byte) error {
	type plain Finding
	return decode(data, (*plain)(f), &f.Unknown)
}

// MarshalJSON writes unknown fields back.
func (f Finding) MarshalJSON() ([]byte, error) {
	type plain Finding
	return encode(plain(f), f.Unknown)
}

// UnmarshalJSON keeps unknown fields.
func (c *Conference) UnmarshalJSON(data []byte) error {
	type plain Conference
	return decode(data, (*plain)(c), &c.Unknown)
}

// MarshalJSON writes unknown fields back.
func (c Conference) MarshalJSON() ([]byte, error) {
	type plain Conference
	return encode(plain(c), c.Unknown)
}

// UnmarshalJSON keeps unknown fields.
func (n *NamedSpeaker) UnmarshalJSON(data []byte) error {
	type plain NamedSpeaker
	return decode(data, (*plain)(n), &n.Unknown)
}

// MarshalJSON writes unknown fields back.
func (n NamedSpeaker) MarshalJSON() ([]byte, error) {
	type plain NamedSpeaker
	return encode(plain(n), n.Unknown)
}
