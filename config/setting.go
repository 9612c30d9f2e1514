package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Flags are the settings as the command line gives them: all strings, so that each setting is read in one way wherever it came from. Empty is not given.
type Flags struct {
	Store          string `placeholder:"DIR|s3://BUCKET/PREFIX" help:"Where the archive is (CABINA_STORE)."`
	S3Endpoint     string `name:"s3-endpoint" placeholder:"URL" help:"Address of the bucket's service (CABINA_S3_ENDPOINT); its keys come from CABINA_S3_ACCESS_KEY and CABINA_S3_SECRET_KEY, or files named by the same with _FILE."`
	S3Region       string `name:"s3-region" placeholder:"NAME" help:"Region of the bucket (CABINA_S3_REGION)."`
	Cache          string `placeholder:"DIR" help:"Index, scratch and hot ranges; may be deleted (CABINA_CACHE)."`
	CacheBytes     string `placeholder:"4G" help:"How much of the cache hot ranges may take (CABINA_CACHE_BYTES)."`
	Jobs           string `placeholder:"N" help:"Media tools that run at once (CABINA_JOBS)."`
	Listen         string `placeholder:"HOST:PORT" help:"Address that readers are answered on (CABINA_LISTEN)."`
	OperatorListen string `placeholder:"HOST:PORT" help:"Address of metrics and profiles; off unless named (CABINA_OPERATOR_LISTEN)."`
	Languages      string `placeholder:"en,es,…" help:"Languages of the interface, in order (CABINA_LANGUAGES)."`
	PublicURL      string `name:"public-url" placeholder:"URL" help:"Where readers reach this (CABINA_PUBLIC_URL)."`
	TrustedProxies string `placeholder:"CIDR,…" help:"Proxies whose X-Forwarded-For is believed (CABINA_TRUSTED_PROXIES)."`
	Config         string `placeholder:"FILE" help:"Settings file, JSON (CABINA_CONFIG)."`
	KeyFile        string `placeholder:"FILE" help:"32 bytes that seal cookies, made at first start (CABINA_KEY_FILE)."`
}

// setting is one row of the table: how a setting is called and how a text becomes its value.
type setting struct {
	name   string // of the flag; also the key in the settings file
	flag   func(*Flags) string
	secret bool // only from environment and file, never shown, and may be given as the name of a file that holds it
	set    func(*Config, string) error
}

// env is the setting's variable: s3-endpoint is CABINA_S3_ENDPOINT.
func (s setting) env() string {
	return "CABINA_" + strings.ToUpper(strings.ReplaceAll(s.name, "-", "_"))
}

// settings is the table, in the order of the contract. The settings file and the key file are found before and after it, in load.go.
func settings() []setting {
	return []setting{
		{name: "store", flag: func(f *Flags) string { return f.Store }, set: func(c *Config, v string) (err error) {
			c.Store, err = parseStore(v)
			return err
		}},
		{name: "s3-endpoint", flag: func(f *Flags) string { return f.S3Endpoint }, set: func(c *Config, v string) (err error) {
			c.S3.Endpoint, err = parseURL(v, "https://s3.eu-central-1.amazonaws.com")
			return err
		}},
		{name: "s3-region", flag: func(f *Flags) string { return f.S3Region }, set: func(c *Config, v string) error { c.S3.Region = v; return nil }},
		{name: "s3-access-key", secret: true, set: func(c *Config, v string) error { c.S3.AccessKey = v; return nil }},
		{name: "s3-secret-key", secret: true, set: func(c *Config, v string) error { c.S3.SecretKey = Secret(v); return nil }},
		{name: "listen", flag: func(f *Flags) string { return f.Listen }, set: func(c *Config, v string) (err error) {
			c.Listen, err = parseAddress(v)
			return err
		}},
		{name: "operator-listen", flag: func(f *Flags) string { return f.OperatorListen }, set: func(c *Config, v string) (err error) {
			c.OperatorListen, err = parseAddress(v)
			return err
		}},
		{name: "cache", flag: func(f *Flags) string { return f.Cache }, set: func(c *Config, v string) (err error) {
			c.Cache, err = filepath.Abs(v)
			return err
		}},
		{name: "cache-bytes", flag: func(f *Flags) string { return f.CacheBytes }, set: func(c *Config, v string) (err error) {
			c.CacheBytes, err = ParseBytes(v)
			return err
		}},
		{name: "jobs", flag: func(f *Flags) string { return f.Jobs }, set: func(c *Config, v string) error {
			n, err := strconv.Atoi(v)
			if err != nil || n < 1 || n > 1024 {
				return fmt.Errorf("is not a number of jobs; 1 to 1024 are")
			}
			c.Jobs = n
			return nil
		}},
		{name: "languages", flag: func(f *Flags) string { return f.Languages }, set: func(c *Config, v string) (err error) {
			c.Languages, err = parseLanguages(v)
			return err
		}},
		{name: "public-url", flag: func(f *Flags) string { return f.PublicURL }, set: func(c *Config, v string) (err error) {
			c.PublicURL, err = parseURL(v, "https://archive.example.org")
			return err
		}},
		{name: "trusted-proxies", flag: func(f *Flags) string { return f.TrustedProxies }, set: func(c *Config, v string) (err error) {
			c.TrustedProxies, err = parsePrefixes(v)
			return err
		}},
		{name: "key-file", flag: func(f *Flags) string { return f.KeyFile }, set: func(c *Config, v string) (err error) {
			c.KeyFile, err = filepath.Abs(v)
			return err
		}},
	}
}

// bucketName is S3's rule for names: 3 to 63 of a–z, 0–9, . and -, letter or digit at both ends.
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

func parseStore(v string) (string, error) {
	rest, bucket := strings.CutPrefix(v, "s3://")
	if !bucket {
		if scheme, _, ok := strings.Cut(v, "://"); ok {
			return "", fmt.Errorf("begins with %s://; a directory or s3://bucket/prefix can be a store", scheme)
		}
		return filepath.Abs(v)
	}
	name, prefix, _ := strings.Cut(rest, "/")
	if !bucketName.MatchString(name) {
		return "", fmt.Errorf("names no bucket; s3://my-bucket or s3://my-bucket/prefix would")
	}
	prefix = strings.Trim(prefix, "/")
	for _, e := range strings.Split(prefix, "/") {
		if prefix != "" && (e == "" || e == "." || e == "..") {
			return "", fmt.Errorf("has an empty, . or .. element in its prefix; s3://my-bucket/some/prefix would do")
		}
	}
	if prefix == "" {
		return "s3://" + name, nil
	}
	return "s3://" + name + "/" + prefix, nil
}

func parseURL(v, example string) (string, error) {
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", fmt.Errorf("is not the address of a site; %s is", example)
	}
	return strings.TrimRight(v, "/"), nil
}

func parseAddress(v string) (string, error) {
	host, port, err := net.SplitHostPort(v)
	if err != nil {
		return "", fmt.Errorf("is not host:port; 127.0.0.1:8080, [::1]:8080 or :8080 are")
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return "", fmt.Errorf("has no port from 0 to 65535; 127.0.0.1:8080 has")
	}
	return net.JoinHostPort(host, port), nil
}

// ParseBytes reads a number of bytes as people write it: 4294967296, 4G, 64 MiB. Units are of 1024.
func ParseBytes(v string) (int64, error) {
	digits, unit := strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(v), "B"), "I"), int64(1)
	for i, suffix := range []string{"K", "M", "G", "T"} {
		if d, ok := strings.CutSuffix(digits, suffix); ok {
			digits, unit = d, 1<<(10*(i+1))
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
	if err != nil || n < 0 || n > (1<<62)/unit {
		return 0, fmt.Errorf("is not a number of bytes; 4294967296 or 4G are")
	}
	return n * unit, nil
}

var languageTag = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

func parseLanguages(v string) ([]string, error) {
	var out []string
	for l := range strings.SplitSeq(v, ",") {
		l = strings.TrimSpace(l)
		switch {
		case !languageTag.MatchString(l):
			return nil, fmt.Errorf("has %q, which is not a language tag; en,es,fr,pt,ru,ar would do", l)
		case slices.Contains(out, l):
			return nil, fmt.Errorf("has %s twice; each language once", l)
		}
		out = append(out, l)
	}
	return out, nil
}

func parsePrefixes(v string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for s := range strings.SplitSeq(v, ",") {
		s = strings.TrimSpace(s)
		if a, err := netip.ParseAddr(s); err == nil {
			out = append(out, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("has %q, which is no address and no network; 10.0.0.0/8 and 192.0.2.1 are", s)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}
