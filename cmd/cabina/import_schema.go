package main

import _ "embed"

// importSchema is the JSON Schema of session.json, with that of conference.json among its definitions. A test holds it against the Go types.
//
//go:embed import.schema.json
var importSchema []byte
