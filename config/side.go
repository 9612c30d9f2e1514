package config

import "strings"

// s3Variables begins the variables that say how a bucket is reached.
const s3Variables = "CABINA_S3_"

// Side gives the environment as one of two stores sees it, "FROM" or "TO": its own CABINA_FROM_S3_ENDPOINT, _REGION, _ACCESS_KEY and _SECRET_KEY (or …_FILE) each go
// before CABINA_S3_…, so that two services can be named at once.
func Side(getenv func(string) string, side string) func(string) string {
	own := func(name string) string { return "CABINA_" + side + "_S3_" + name }
	return func(name string) string {
		rest, ok := strings.CutPrefix(name, s3Variables)
		if !ok {
			return getenv(name)
		}
		setting := strings.TrimSuffix(rest, "_FILE")
		if getenv(own(setting)) != "" || getenv(own(setting+"_FILE")) != "" {
			return getenv(own(rest))
		}
		return getenv(name)
	}
}

// For gives the flags as that store sees them: what its side of the environment names goes before a flag, which is for both.
func (f Flags) For(store string, getenv func(string) string, side string) Flags {
	f.Store = store
	if getenv("CABINA_"+side+"_S3_ENDPOINT") != "" {
		f.S3Endpoint = ""
	}
	if getenv("CABINA_"+side+"_S3_REGION") != "" {
		f.S3Region = ""
	}
	return f
}
