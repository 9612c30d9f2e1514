package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Load gives the settings: flags, then environment, then the settings file, then Default. getenv is os.Getenv. Its error joins every *Problem there is.
func Load(flags Flags, getenv func(string) string) (*Config, error) {
	c := Default(getenv)
	named := flags.Config
	if named == "" {
		named = getenv("CABINA_CONFIG")
	}
	if named != "" {
		abs, err := filepath.Abs(named)
		if err != nil {
			return nil, fmt.Errorf("--config %s: %w", named, err)
		}
		c.File = abs
	}
	file, err := readFile(c.File, named != "")
	if err != nil {
		return nil, err
	}
	if c.File != "" {
		c.KeyFile = filepath.Join(filepath.Dir(c.File), "key")
	}
	var errs []error
	for _, s := range settings() {
		v, from, err := s.find(flags, getenv, file, c.File)
		if err == nil && from != "" {
			if err = s.set(&c, v); err != nil {
				err = &Problem{Setting: s.name, From: from, Value: v, Why: err.Error()}
			}
		}
		delete(file, fold(s.name))
		delete(file, fold(s.name+"-file"))
		if err != nil {
			errs = append(errs, err)
		}
	}
	for key, v := range file {
		errs = append(errs, &Problem{Setting: v.name, From: c.File, Value: key, Why: "is not a setting; those of cabina serve --help are, without the dashes in front"})
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return &c, c.Validate()
}

// find gives the setting's text and where it came from; from is empty where nobody chose.
func (s setting) find(flags Flags, getenv func(string) string, file map[string]value, path string) (v, from string, err error) {
	if s.flag != nil {
		if v := s.flag(&flags); v != "" {
			return v, "--" + s.name, nil
		}
	}
	if v, from, err := s.either(getenv(s.env()), getenv(s.env()+"_FILE"), s.env(), s.env()+"_FILE"); from != "" || err != nil {
		return v, from, err
	}
	in, inFile := file[fold(s.name)], file[fold(s.name+"-file")]
	return s.either(in.text, inFile.text, path+": "+in.name, path+": "+inFile.name)
}

// either takes a value as it is or from the file that is named instead of it. Only secrets are read from files of their own.
func (s setting) either(direct, fromFile, name, fileName string) (v, from string, err error) {
	switch {
	case !s.secret || fromFile == "":
		if direct == "" {
			return "", "", nil
		}
		return direct, name, nil
	case direct != "":
		return "", "", &Problem{Setting: s.name, From: name, Why: "is given, and " + fileName + " too; give one of the two"}
	}
	data, err := os.ReadFile(fromFile)
	if err != nil {
		return "", "", &Problem{Setting: s.name, From: fileName, Value: fromFile, Why: "cannot be read (" + reason(err) + "); name a file that holds nothing but the key"}
	}
	text := strings.TrimSpace(string(data))
	if text == "" {
		return "", "", &Problem{Setting: s.name, From: fileName, Value: fromFile, Why: "is empty; name a file that holds nothing but the key"}
	}
	return text, fileName, nil
}

// value is one entry of the settings file: as text, and its key as it was written.
type value struct{ name, text string }

// fold makes cache-bytes, cacheBytes and cache_bytes one key.
func fold(key string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(key))
}

// readFile reads the settings file, a JSON object whose keys are the flags' names. A group such as {"s3":{"endpoint":…}} is the same as
// {"s3-endpoint":…}. A file that nobody named need not be there.
func readFile(path string, named bool) (map[string]value, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return nil, nil
	}
	if err != nil {
		return nil, &Problem{Setting: "config", From: "--config", Value: path, Why: "cannot be read (" + reason(err) + "); name a JSON file of settings"}
	}
	var raw map[string]any
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.UseNumber()
	if err := dec.Decode(&raw); err != nil {
		return nil, &Problem{Setting: "config", From: path, Why: "is not a JSON object (" + err.Error() + `); {"listen": "127.0.0.1:8080"} is one`}
	}
	out := map[string]value{}
	return out, flatten(out, "", raw, path)
}

func flatten(out map[string]value, prefix string, raw map[string]any, path string) error {
	for key, v := range raw {
		name := prefix + key
		var text string
		switch v := v.(type) {
		case string:
			text = v
		case json.Number:
			text = v.String()
		case bool:
			text = strconv.FormatBool(v)
		case nil:
			continue
		case []any:
			var list []string
			for _, e := range v {
				list = append(list, fmt.Sprint(e))
			}
			text = strings.Join(list, ",")
		case map[string]any:
			if err := flatten(out, name+"-", v, path); err != nil {
				return err
			}
			continue
		}
		if was, twice := out[fold(name)]; twice {
			return &Problem{Setting: name, From: path, Why: "is there twice, as " + was.name + " and as " + name + "; keep one"}
		}
		out[fold(name)] = value{name, text}
	}
	return nil
}

// reason is what an error of the file system says, without the path, which stands beside it already.
func reason(err error) string {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
