package search

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// question is what every engine is asked: passages with any of the words.
type question struct {
	words []string
	lang  string // of the words; empty: of several
	year  int    // 0: of all; else with counts by language, year and conference
}

// fts5 is SQLite's own full text search with BM25, in a process of Python, which asks it in the process and measures there.
type fts5 struct {
	t   *testing.T
	in  io.Writer
	out *bufio.Scanner
}

const fts5Program = `
import json, sqlite3, sys, time
db = sqlite3.connect(sys.argv[2])
db.execute("pragma cache_size=-262144"); db.execute("pragma mmap_size=2000000000")
db.execute("create virtual table p using fts5(text, session unindexed, language unindexed, conference unindexed, year unindexed, tokenize='unicode61 remove_diacritics 2')")
with open(sys.argv[1], encoding="utf-8") as rows:
    db.executemany("insert into p(rowid, session, language, conference, year, text) values (?,?,?,?,?,?)", (r.rstrip("\n").split("\t", 5) for r in rows))
db.execute("insert into p(p) values('optimize')"); db.commit()
print(json.dumps({"ready": 1}), flush=True)
for line in sys.stdin:
    q = json.loads(line)
    begin = time.perf_counter()
    got = db.execute("select rowid, session from p where p match ? order by rank limit 20", (q["match"],)).fetchall()
    print(json.dumps({"ms": 1000 * (time.perf_counter() - begin), "n": len(got)}), flush=True)
`

func startFTS5(t *testing.T, rows string) *fts5 {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "python3", "-c", fts5Program, rows, filepath.Join(t.TempDir(), "fts5.db"))
	in, out := pipes(t, cmd)
	f := &fts5{t, in, out}
	f.answer()
	return f
}

// pipes starts a process that is spoken to, and has it end with the test.
func pipes(t *testing.T, cmd *exec.Cmd) (io.Writer, *bufio.Scanner) {
	t.Helper()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<24)
	return in, lines
}

func (f *fts5) answer() float64 {
	f.t.Helper()
	if !f.out.Scan() {
		f.t.Fatalf("FTS5 ended: %v", f.out.Err())
	}
	var a struct{ Ms float64 }
	if err := json.Unmarshal(f.out.Bytes(), &a); err != nil {
		f.t.Fatal(err)
	}
	return a.Ms
}

func (f *fts5) ask(q question) time.Duration {
	quoted := make([]string, len(q.words))
	for i, w := range q.words {
		quoted[i] = `"` + w + `"`
	}
	data, err := json.Marshal(map[string]string{"match": strings.Join(quoted, " OR ")})
	if err != nil {
		f.t.Fatal(err)
	}
	fmt.Fprintln(f.in, string(data))
	return time.Duration(f.answer() * float64(time.Millisecond))
}

// postgres is Debian's PostgreSQL on a socket of its own, as its own user, with a GIN index over each language's words.
type postgres struct {
	t   *testing.T
	in  io.Writer
	out *bufio.Scanner
}

var postgresConfig = map[string]string{"en": "english", "es": "spanish", "fr": "french", "pt": "portuguese", "ru": "russian", "ar": "arabic"}

func startPostgres(t *testing.T, rows string) *postgres {
	t.Helper()
	bins, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if len(bins) == 0 {
		t.Fatal("PostgreSQL is not installed (on Debian: apt install postgresql)")
	}
	bin := slices.Max(bins)
	dir, err := os.MkdirTemp("", "cabina-pg-") // short: a socket's address has 108 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	as := postgresUser(t, dir)
	data := filepath.Join(dir, "data")
	run := func(name string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), filepath.Join(bin, name), args...)
		cmd.Dir, cmd.SysProcAttr = dir, as
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", name, err, out)
		}
	}
	run("initdb", "-D", data, "-U", "cabina", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	server := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "shared_buffers=512MB", "-c", "work_mem=64MB",
		"-c", "fsync=off", "-c", "jit=off", "-c", "max_parallel_workers_per_gather=0")
	server.Dir, server.SysProcAttr = dir, as
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGINT) // a fast shutdown
		_ = server.Wait()
	})
	for range 200 {
		if _, err := os.Stat(filepath.Join(dir, ".s.PGSQL.5432")); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	client := exec.CommandContext(t.Context(), filepath.Join(bin, "psql"), "-X", "-q", "-A", "-t", "-h", dir, "-U", "cabina", "-v", "ON_ERROR_STOP=1", "postgres")
	in, out := pipes(t, client)
	p := &postgres{t, in, out}
	var cases strings.Builder
	for l, c := range postgresConfig {
		fmt.Fprintf(&cases, " when '%s' then '%s'::regconfig", l, c)
	}
	p.do("create table p (id int primary key, session text, language text, conference text, year int, text text);\n" +
		`\copy p from '` + rows + "'\n" +
		"alter table p add words tsvector;\nupdate p set words = to_tsvector(case language" + cases.String() + " else 'simple' end, text);\n" +
		"create index on p using gin(words);\nvacuum analyze p;\n\\timing on\n")
	return p
}

// postgresUser gives the server the user that Debian made for it: it refuses to run as root. Whoever is no root runs it as themselves.
func postgresUser(t *testing.T, dir string) *syscall.SysProcAttr {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}

// do has psql run a script, and gives the milliseconds that it says its statements took.
func (p *postgres) do(script string) (ms float64) {
	p.t.Helper()
	fmt.Fprintf(p.in, "%s\\echo that was all\n", script)
	for p.out.Scan() {
		line := p.out.Text()
		if line == "that was all" {
			return ms
		}
		if text, ok := strings.CutPrefix(line, "Time: "); ok {
			one, err := strconv.ParseFloat(strings.Fields(text)[0], 64)
			if err != nil {
				p.t.Fatalf("psql says %q", line)
			}
			ms += one
		}
	}
	p.t.Fatalf("psql ended: %v", p.out.Err())
	return 0
}

func (p *postgres) ask(q question) time.Duration {
	config := postgresConfig[q.lang]
	if config == "" {
		config = "simple"
	}
	var quoted []string
	for _, w := range q.words {
		quoted = append(quoted, "plainto_tsquery('"+config+"','"+strings.ReplaceAll(w, "'", "''")+"')")
	}
	match := strings.Join(quoted, " || ")
	sql := "select id, session from p, (select " + match + " q) x where words @@ q order by ts_rank(words, q) desc limit 20;"
	if q.year > 0 {
		found := "with f as materialized (select id, session, language, year, conference, ts_rank(words, q) r from p, (select " + match + " q) x where words @@ q and year = " +
			strconv.Itoa(q.year) + " and language = '" + q.lang + "') "
		sql = found + "select (select json_agg(b) from (select id, session from f order by r desc limit 20) b), (select json_agg(c) from (select language, count(*) from f group by 1) c)," +
			" (select json_agg(d) from (select conference, count(*) from f group by 1) d), (select json_agg(e) from (select session, count(*) from f group by 1) e);"
	}
	return time.Duration(p.do(sql+"\n") * float64(time.Millisecond))
}
