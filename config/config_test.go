package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// world is a home with a settings file and the variables set.
type world struct {
	env  map[string]string
	file string
}

func (w world) getenv(t *testing.T) func(string) string {
	home := t.TempDir()
	if w.file != "" {
		path := filepath.Join(home, ".config", "cabina", "cabina.json")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(w.file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return func(name string) string {
		if v, ok := w.env[name]; ok {
			return v
		}
		if name == "HOME" {
			return home
		}
		return ""
	}
}

func TestWhatIsChosen(t *testing.T) {
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s3 := map[string]string{"CABINA_STORE": "s3://bucket/pre/fix/", "CABINA_S3_ENDPOINT": "http://127.0.0.1:7070/", "CABINA_S3_ACCESS_KEY": "a", "CABINA_S3_SECRET_KEY_FILE": key}
	for name, c := range map[string]struct {
		flags Flags
		world
		get  func(*Config) any
		want any
	}{
		"a flag is stronger than the environment":     {Flags{Listen: ":1"}, world{map[string]string{"CABINA_LISTEN": ":2"}, `{"listen":":3"}`}, func(c *Config) any { return c.Listen }, ":1"},
		"the environment is stronger than the file":   {Flags{}, world{map[string]string{"CABINA_LISTEN": ":2"}, `{"listen":":3"}`}, func(c *Config) any { return c.Listen }, ":2"},
		"the file is stronger than the default":       {Flags{}, world{nil, `{"listen":":3"}`}, func(c *Config) any { return c.Listen }, ":3"},
		"readers are answered on this machine only":   {Flags{}, world{}, func(c *Config) any { return c.Listen }, "127.0.0.1:8080"},
		"six languages are the default":               {Flags{}, world{}, func(c *Config) any { return strings.Join(c.Languages, ",") }, "en,es,fr,pt,ru,ar"},
		"a list in the file":                          {Flags{}, world{nil, `{"languages":["ru","en"]}`}, func(c *Config) any { return strings.Join(c.Languages, ",") }, "ru,en"},
		"a number in the file":                        {Flags{}, world{nil, `{"cache-bytes":1000}`}, func(c *Config) any { return c.CacheBytes }, int64(1000)},
		"a key of the file in another spelling":       {Flags{}, world{nil, `{"cacheBytes":"2M"}`}, func(c *Config) any { return c.CacheBytes }, int64(2 << 20)},
		"a group in the file":                         {Flags{}, world{nil, `{"s3":{"region":"eu"}}`}, func(c *Config) any { return c.S3.Region }, "eu"},
		"a secret from a file of its own":             {Flags{}, world{s3, ""}, func(c *Config) any { return string(c.S3.SecretKey) }, "from a file"},
		"a bucket's store without a slash at its end": {Flags{}, world{s3, ""}, func(c *Config) any { b, p := c.BucketAndPrefix(); return b + " " + p }, "bucket pre/fix"},
		"an endpoint without a slash at its end":      {Flags{}, world{s3, ""}, func(c *Config) any { return c.S3.Endpoint }, "http://127.0.0.1:7070"},
		"an XDG variable moves the store":             {Flags{}, world{map[string]string{"XDG_DATA_HOME": "/data"}, ""}, func(c *Config) any { return c.Store }, "/data/cabina"},
		"an XDG variable moves the key file":          {Flags{}, world{map[string]string{"XDG_CONFIG_HOME": "/conf"}, ""}, func(c *Config) any { return c.KeyFile }, "/conf/cabina/key"},
		"a relative XDG variable is ignored":          {Flags{}, world{map[string]string{"HOME": "/h", "XDG_CACHE_HOME": "data"}, ""}, func(c *Config) any { return c.Cache }, "/h/.cache/cabina"},
		"a proxy and a network":                       {Flags{TrustedProxies: "192.0.2.1, 10.1.2.3/8"}, world{}, func(c *Config) any { return fmt.Sprint(c.TrustedProxies) }, "[192.0.2.1/32 10.0.0.0/8]"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Load(c.flags, c.getenv(t))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, c.get(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatIsRefused(t *testing.T) {
	bucket := map[string]string{"CABINA_STORE": "s3://bucket"}
	for name, c := range map[string]struct {
		flags Flags
		world
		want []string // each in the sentence
	}{
		"an address without a port":             {Flags{Listen: "localhost"}, world{}, []string{"--listen", "localhost", "127.0.0.1:8080"}},
		"a port that is none":                   {Flags{Listen: "localhost:http"}, world{}, []string{"--listen", "0 to 65535"}},
		"no jobs":                               {Flags{}, world{map[string]string{"CABINA_JOBS": "0"}, ""}, []string{"CABINA_JOBS", "1 to 1024"}},
		"another kind of store":                 {Flags{Store: "gs://bucket"}, world{}, []string{"--store", "gs://", "s3://"}},
		"a bucket's name with capitals":         {Flags{Store: "s3://Bucket"}, world{}, []string{"--store", "s3://my-bucket"}},
		"a prefix that climbs":                  {Flags{Store: "s3://bucket/a/../b"}, world{}, []string{"--store", ".."}},
		"a bucket without a service and keys":   {Flags{}, world{bucket, ""}, []string{"CABINA_S3_ENDPOINT", "CABINA_S3_ACCESS_KEY_FILE", "CABINA_S3_SECRET_KEY_FILE"}},
		"a language twice":                      {Flags{Languages: "en,es,en"}, world{}, []string{"--languages", "en twice"}},
		"a language that is none":               {Flags{Languages: "en,,es"}, world{}, []string{"--languages", "not a language tag"}},
		"a cache inside the store":              {Flags{Store: "/s", Cache: "/s/cache"}, world{}, []string{"--cache", "inside the store"}},
		"a store inside the cache":              {Flags{Store: "/c/store", Cache: "/c"}, world{}, []string{"--store", "inside the cache"}},
		"one address for readers and operators": {Flags{OperatorListen: "127.0.0.1:8080"}, world{}, []string{"--operator-listen"}},
		"a public address with a query":         {Flags{PublicURL: "https://a.example/?x"}, world{}, []string{"--public-url", "https://archive.example.org"}},
		"a setting that is none":                {Flags{}, world{nil, `{"listne":":1"}`}, []string{"listne", "not a setting"}},
		"a settings file that is not JSON":      {Flags{}, world{nil, `listen=:1`}, []string{"cabina.json", "JSON"}},
		"a settings file that was named":        {Flags{Config: "/nowhere.json"}, world{}, []string{"--config", "/nowhere.json", "no such file"}},
		"a key's file that is not there":        {Flags{}, world{map[string]string{"CABINA_S3_ACCESS_KEY_FILE": "/nowhere"}, ""}, []string{"CABINA_S3_ACCESS_KEY_FILE", "no such file"}},
		"a key and a file for it":               {Flags{}, world{map[string]string{"CABINA_S3_SECRET_KEY": "hush", "CABINA_S3_SECRET_KEY_FILE": "/x"}, ""}, []string{"CABINA_S3_SECRET_KEY", "one of the two"}},
		"one setting in two spellings":          {Flags{}, world{nil, `{"cache-bytes":1,"cacheBytes":2}`}, []string{"cacheBytes", "twice"}},
		"no home":                               {Flags{}, world{map[string]string{"HOME": ""}, ""}, []string{"--store", "HOME"}},
		"bytes that are none":                   {Flags{CacheBytes: "lots"}, world{}, []string{"--cache-bytes", "4G"}},
		"a network that is none":                {Flags{TrustedProxies: "10.0.0.0/99"}, world{}, []string{"--trusted-proxies", "10.0.0.0/8"}},
		"an endpoint without a scheme":          {Flags{S3Endpoint: "s3.example.org"}, world{}, []string{"--s3-endpoint", "https://"}},
		"two problems are said together":        {Flags{Listen: "x", Languages: "?"}, world{}, []string{"--listen", "--languages"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(c.flags, c.getenv(t))
			if err == nil {
				t.Fatal("Load gave no error")
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error %q does not say %q", err, w)
				}
			}
			if p := (*Problem)(nil); !errors.As(err, &p) {
				t.Errorf("error is %T, want a *Problem among it", err)
			}
			if strings.Contains(err.Error(), "hush") {
				t.Error("the error shows a secret")
			}
		})
	}
}

func TestASecretIsNeverPrinted(t *testing.T) {
	c := Config{S3: S3{SecretKey: "hush"}}
	j, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c), c.S3.SecretKey.String(), fmt.Sprintf("%q", c.S3.SecretKey), string(j)} {
		if strings.Contains(s, "hush") {
			t.Errorf("printed: %s", s)
		}
	}
}

func TestTheKeyIsMadeOnceForItsOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "conf", "key")
	keys := make([]string, 8)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			k, err := Key(path)
			if err != nil {
				t.Error(err)
			}
			keys[i] = string(k)
		})
	}
	wg.Wait()
	for _, k := range keys {
		if k != keys[0] || len(k) != KeySize {
			t.Error("two processes that started at once have different keys")
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode of the key file = %v, %v; want 0600", info.Mode(), err)
	}
	if err := os.WriteFile(path, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Key(path); err == nil || !strings.Contains(err.Error(), "32") {
		t.Errorf("a key of 5 bytes: %v, want an error that says how many there must be", err)
	}
}

func TestSide(t *testing.T) {
	env := map[string]string{"CABINA_S3_ENDPOINT": "https://both", "CABINA_S3_SECRET_KEY": "both", "CABINA_FROM_S3_SECRET_KEY_FILE": "/from", "CABINA_TO_S3_ENDPOINT": "https://to", "HOME": "/home/x"}
	getenv := func(n string) string { return env[n] }
	for _, c := range []struct{ name, side, variable, want string }{
		{"what only both have", "FROM", "CABINA_S3_ENDPOINT", "https://both"},
		{"its own goes before", "TO", "CABINA_S3_ENDPOINT", "https://to"},
		{"its own file hides the secret of both", "FROM", "CABINA_S3_SECRET_KEY", ""},
		{"its own file", "FROM", "CABINA_S3_SECRET_KEY_FILE", "/from"},
		{"the other side's file is not its own", "TO", "CABINA_S3_SECRET_KEY", "both"},
		{"all else is as it is", "TO", "HOME", "/home/x"},
	} {
		if got := Side(getenv, c.side)(c.variable); got != c.want {
			t.Errorf("%s: %s at %s = %q, want %q", c.name, c.variable, c.side, got, c.want)
		}
	}
	f := Flags{S3Endpoint: "https://flag", S3Region: "r"}
	if got := f.For("s3://b", getenv, "TO"); got.Store != "s3://b" || got.S3Endpoint != "" || got.S3Region != "r" {
		t.Errorf("flags at TO: %+v, want its own endpoint to go before the flag", got)
	}
	if got := f.For("s3://b", getenv, "FROM"); got.S3Endpoint != "https://flag" {
		t.Errorf("flags at FROM: %+v, want the flag", got)
	}
}
