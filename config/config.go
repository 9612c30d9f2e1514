// Package config is what an operator chooses: where the archive is, where its cache is, on which address it answers.
//
// Each setting comes from a flag, else from the environment, else from the settings file, else has a default. Load puts these together; what it gives
// was validated, and every error names the setting, where it came from, what is wrong with it and what would be right. It is a leaf: nothing of ours is
// imported here, and only cmd/cabina imports it.
package config

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"runtime"
	"strings"
)

// Config is every setting. Paths are absolute.
type Config struct {
	Store          string         // a directory, or s3://bucket/prefix
	S3             S3             // of a store in a bucket
	Listen         string         // host:port that readers are answered on
	OperatorListen string         // host:port of /metrics and /debug/pprof; empty: none
	Cache          string         // directory: index, cue files, scratch, hot ranges; may be deleted
	CacheBytes     int64          // how much of Cache hot ranges may take
	Jobs           int            // media tools that run at once
	Languages      []string       // of the interface, in order
	PublicURL      string         // where readers reach this, without a slash at its end; empty: as they asked
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed
	KeyFile        string         // 32 bytes that seal cookies and second factors
	File           string         // the settings file, whether it is there or not
}

// S3 is how a bucket is reached.
type S3 struct {
	Endpoint  string // as https://s3.eu-central-1.amazonaws.com; the scheme tells whether it is encrypted
	Region    string
	AccessKey string
	SecretKey Secret
}

// Secret is a value that prints as "…" whichever way it is printed; string(s) gives it.
type Secret string

// String hides the secret.
func (Secret) String() string { return "…" }

// GoString hides the secret from %#v.
func (Secret) GoString() string { return "…" }

// MarshalText hides the secret from JSON and from logs.
func (Secret) MarshalText() ([]byte, error) { return []byte("…"), nil }

// Bucket is true of a store in a bucket, false of a directory.
func (c *Config) Bucket() bool { return strings.HasPrefix(c.Store, "s3://") }

// BucketAndPrefix parts s3://bucket/prefix; the prefix has no slash at either end.
func (c *Config) BucketAndPrefix() (bucket, prefix string) {
	bucket, prefix, _ = strings.Cut(strings.TrimPrefix(c.Store, "s3://"), "/")
	return bucket, strings.Trim(prefix, "/")
}

// Default gives the settings of someone who chose nothing. getenv is os.Getenv; where neither the XDG variables nor HOME are set, the paths that
// would be there are empty, and Validate says so.
func Default(getenv func(string) string) Config {
	base := func(variable, under string) string {
		if dir := getenv(variable); filepath.IsAbs(dir) { // the XDG specification: a relative one is invalid and ignored
			return filepath.Join(dir, "cabina")
		}
		if home := getenv("HOME"); home != "" {
			return filepath.Join(home, under, "cabina")
		}
		return ""
	}
	c := Config{
		Store:      base("XDG_DATA_HOME", ".local/share"),
		Cache:      base("XDG_CACHE_HOME", ".cache"),
		Listen:     "127.0.0.1:8080",
		CacheBytes: 4 << 30,
		Jobs:       runtime.NumCPU(),
		Languages:  []string{"en", "es", "fr", "pt", "ru", "ar"},
		S3:         S3{Region: "us-east-1"},
	}
	if dir := base("XDG_CONFIG_HOME", ".config"); dir != "" {
		c.File = filepath.Join(dir, "cabina.json")
	}
	return c
}

// Problem is one setting that cannot be as it is. Value is never a secret's.
type Problem struct {
	Setting string // the flag's name, without dashes in front
	From    string // "--listen", "CABINA_LISTEN", the settings file; empty: a default
	Value   string
	Why     string // what is wrong and what would be right
}

func (p *Problem) Error() string {
	name := p.Setting
	if p.From != "" {
		name = p.From
	}
	if p.Value == "" {
		return name + ": " + p.Why
	}
	return fmt.Sprintf("%s: %.120q %s", name, p.Value, p.Why)
}

// Validate holds the settings together: what each is by itself was said when it was read. All problems are joined.
func (c *Config) Validate() error {
	var errs []error
	bad := func(setting, value, why string) {
		errs = append(errs, &Problem{Setting: setting, Value: value, Why: why})
	}
	const noHome = "cannot be told, as HOME is not set; name a directory"
	if c.Store == "" {
		bad("--store", "", noHome)
	}
	if c.Cache == "" {
		bad("--cache", "", noHome)
	}
	if c.KeyFile == "" {
		bad("--key-file", "", "cannot be told, as HOME is not set; name a file")
	}
	if !c.Bucket() && c.Store != "" && c.Cache != "" && within(c.Cache, c.Store) {
		bad("--cache", c.Cache, "is inside the store, "+c.Store+"; the cache may be deleted and the store must not be: name a directory beside it")
	}
	if !c.Bucket() && c.Store != "" && c.Cache != "" && c.Cache != c.Store && within(c.Store, c.Cache) {
		bad("--store", c.Store, "is inside the cache, "+c.Cache+", which may be deleted at any time: name a directory beside it")
	}
	if c.Bucket() {
		if c.S3.Endpoint == "" {
			bad("CABINA_S3_ENDPOINT", "", "a store in a bucket needs the address of its service, as https://s3.eu-central-1.amazonaws.com")
		}
		if c.S3.AccessKey == "" {
			bad("CABINA_S3_ACCESS_KEY", "", "a store in a bucket needs one, or a file that holds it in CABINA_S3_ACCESS_KEY_FILE")
		}
		if c.S3.SecretKey == "" {
			bad("CABINA_S3_SECRET_KEY", "", "a store in a bucket needs one, or a file that holds it in CABINA_S3_SECRET_KEY_FILE")
		}
	}
	if c.OperatorListen != "" && c.OperatorListen == c.Listen {
		bad("--operator-listen", c.OperatorListen, "is the address that readers are answered on; give operators another one")
	}
	return errors.Join(errs...)
}

// within is true where path is dir or lies under it.
func within(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, "../")
}
