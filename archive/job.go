package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Job is jobs/<session>/<recipe16>.json: what was tried of one rendition, and at the same time the lease on making it. Deleting it is always safe.
type Job struct {
	Owner     string  `json:"owner,omitempty"`    // who holds the lease; empty: nobody
	Update    string  `json:"update,omitempty"`   // random for each write: tells whether one whose answer was lost was mine
	Progress  float64 `json:"progress,omitempty"` // 0 to 1
	Started   string  `json:"started,omitempty"`
	Attempts  int     `json:"attempts,omitempty"` // that failed, not those that were cut off
	Reason    string  `json:"reason,omitempty"`   // why the last one failed
	Log       string  `json:"log,omitempty"`      // the tail of what the tool said
	NotBefore string  `json:"notBefore,omitempty"`
	Program   string  `json:"program,omitempty"` // the version that failed: a new one tries again
	Unknown   Unknown `json:"-"`
}

// UnmarshalJSON keeps unknown fields.
func (j *Job) UnmarshalJSON(data []byte) error {
	type plain Job
	return decode(data, (*plain)(j), &j.Unknown)
}

// MarshalJSON writes unknown fields back.
func (j Job) MarshalJSON() ([]byte, error) {
	type plain Job
	return encode(plain(j), j.Unknown)
}

// MaxAttempts is how often a job may fail before it waits for a person or for a new version of the program.
const MaxAttempts = 3

// leaseTime is how long an observer must have seen a lease unchanged, on its own clock, before it takes it over.
const leaseTime = 30 * time.Second

// BeatEvery is how often the owner of a lease gives a sign of life.
const BeatEvery = 8 * time.Second

var (
	// ErrBusy is a job that somebody alive holds.
	ErrBusy = errors.New("somebody else is making it")
	// ErrWaits is a job that failed and is not to be tried yet, or not again by this version of the program.
	ErrWaits = errors.New("it failed and waits")
	// ErrLost is a lease that somebody took over: its holder stops, and what it made is thrown away.
	ErrLost = errors.New("the lease was lost")
)

// Sightings remembers when leases were last seen to change, on this process's own clock: no two machines' clocks are compared.
type Sightings struct {
	mu   sync.Mutex // guards seen
	seen map[string]sighting
}

type sighting struct {
	version string
	since   time.Time
}

// unchanged says for how long key has been seen at this version.
func (s *Sightings) unchanged(key, version string, now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen = map[string]sighting{}
	}
	was, ok := s.seen[key]
	if !ok || was.version != version {
		s.seen[key] = sighting{version, now}
		return 0
	}
	return now.Sub(was.since)
}

// Lease is the right to make one rendition, while it beats.
type Lease struct {
	archive *Archive
	key     string
	mu      sync.Mutex // guards job and version
	job     Job
	version string
}

// silentFor is how old, by the store's clock, a job may be whose owner lives somewhere: it gives a sign of life every few seconds.
const silentFor = time.Hour

// Held is true of a job that somebody may be working on now: a process of this machine that lives, or one elsewhere that gave a sign of life. written is when the job was
// written.
func (a *Archive) Held(j *Job, written time.Time) bool {
	if _, here := processHere(j.Owner); here {
		return !deadHere(j.Owner)
	}
	return j.Owner != "" && a.now().Sub(written) < silentFor
}

func jobKey(session, recipe string) string { return "jobs/" + session + "/" + recipe + ".json" }

// TryLease takes the lease on a rendition, or says ErrBusy or ErrWaits. program is this program's version. One that is held by a dead process of this
// machine is taken over at once, any other when seen has seen it unchanged for 30 s: so whoever gets ErrBusy asks again.
func (a *Archive) TryLease(ctx context.Context, session, recipe, program string, seen *Sightings) (*Lease, error) {
	key := jobKey(session, recipe)
	data, version, err := a.Store.Get(ctx, key)
	var was Job
	cond := IfAbsent()
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("job %s: %w", key, err)
	default:
		if Newer(data) {
			return nil, fmt.Errorf("%w: %w", ErrWaits, ErrNewer)
		}
		cond = IfVersion(version)
		if err := json.Unmarshal(data, &was); err != nil {
			a.log().WarnContext(ctx, "job cannot be read; begun anew", "key", key, "err", err)
			was = Job{}
		}
		if err := a.free(&was, key, version, program, seen); err != nil {
			return nil, err
		}
	}
	l := &Lease{archive: a, key: key, job: Job{
		Owner: owner(), Started: a.Stamp(), Attempts: was.Attempts, Reason: was.Reason, Log: was.Log, Program: was.Program, Unknown: was.Unknown,
	}}
	if was.Program != program && was.Attempts >= MaxAttempts {
		l.job.Attempts = 0
	}
	if err := l.put(ctx, cond); errors.Is(err, ErrLost) {
		return nil, ErrBusy
	} else if err != nil {
		return nil, err
	}
	a.Reached(PointLease)
	return l, nil
}

// free says why the lease of a job that is there may not be taken; nil when it may.
func (a *Archive) free(j *Job, key, version, program string, seen *Sightings) error {
	if j.Owner != "" {
		if seen.unchanged(key, version, a.now()) >= leaseTime || deadHere(j.Owner) {
			return nil
		}
		return ErrBusy
	}
	if j.Attempts >= MaxAttempts && j.Program == program {
		return fmt.Errorf("%w: %d attempts: %s", ErrWaits, j.Attempts, j.Reason)
	}
	if t, err := time.Parse(time.RFC3339, j.NotBefore); err == nil && a.now().Before(t) && j.Program == program {
		return fmt.Errorf("%w until %s: %s", ErrWaits, j.NotBefore, j.Reason)
	}
	return nil
}

// put writes the job as it stands in l, which must be locked or not yet shared.
func (l *Lease) put(ctx context.Context, cond Condition) error {
	l.job.Update = random(8)
	data, err := json.Marshal(l.job)
	if err != nil {
		return err
	}
	version, err := l.archive.Store.Put(ctx, l.key, data, cond)
	if errors.Is(err, ErrConflict) {
		// The answer to an earlier try may have been lost: what stands there is then these very bytes.
		if now, v, err := l.archive.Store.Get(ctx, l.key); err == nil && string(now) == string(data) {
			l.version = v
			return nil
		}
		return ErrLost
	}
	if err != nil {
		return fmt.Errorf("job %s: %w", l.key, err)
	}
	l.version = version
	return nil
}

// Beat is a sign of life, due every BeatEvery, with the progress from 0 to 1. ErrLost: stop.
func (l *Lease) Beat(ctx context.Context, progress float64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.job.Progress = progress
	return l.put(ctx, IfVersion(l.version))
}

// retryAfter is how long a job waits after its first and second failure.
var retryAfter = [...]time.Duration{time.Minute, 10 * time.Minute}

// Fail gives the lease back with why it failed: one sentence, and the tail of the tool's output.
func (l *Lease) Fail(ctx context.Context, program, reason, log string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.job.Owner, l.job.Progress, l.job.Started = "", 0, ""
	l.job.Attempts++
	l.job.Reason, l.job.Log, l.job.Program = reason, log, program
	l.job.NotBefore = l.archive.now().Add(retryAfter[min(l.job.Attempts, len(retryAfter))-1]).UTC().Format(time.RFC3339)
	return l.put(ctx, IfVersion(l.version))
}

// postponed is how long a job waits that was ended by what is no fault of its own.
const postponed = 30 * time.Second

// Postpone gives the lease back because the store, or the disk that it was made on, would not do: it says why, waits for half a minute, and counts no attempt.
func (l *Lease) Postpone(ctx context.Context, program, reason string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.job.Owner, l.job.Progress, l.job.Started = "", 0, ""
	l.job.Reason, l.job.Program = reason, program
	l.job.NotBefore = l.archive.now().Add(postponed).UTC().Format(time.RFC3339)
	return l.put(ctx, IfVersion(l.version))
}

// Drop gives the lease back as if it had never been taken: the work was called off.
func (l *Lease) Drop(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.job.Attempts == 0 {
		return l.archive.Store.Delete(ctx, l.key)
	}
	l.job.Owner, l.job.Progress, l.job.Started = "", 0, ""
	return l.put(ctx, IfVersion(l.version))
}

// Done ends the job: the rendition is there, and that is all that needs to be known.
func (l *Lease) Done(ctx context.Context) error {
	if err := l.archive.Store.Delete(ctx, l.key); err != nil {
		return fmt.Errorf("job %s: %w", l.key, err)
	}
	return nil
}

// Jobs gives what is being made of a session and what failed, by recipe.
func (a *Archive) Jobs(ctx context.Context, session string) (map[string]Job, error) {
	prefix := "jobs/" + session + "/"
	jobs := map[string]Job{}
	for info, err := range a.Store.List(ctx, prefix, "") {
		if err != nil {
			return nil, fmt.Errorf("jobs of %s: %w", session, err)
		}
		data, _, err := a.Store.Get(ctx, info.Key)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("jobs of %s: %w", session, err)
		}
		var j Job
		if err := json.Unmarshal(data, &j); err == nil {
			jobs[strings.TrimSuffix(strings.TrimPrefix(info.Key, prefix), ".json")] = j
		}
	}
	return jobs, nil
}

// owner names this process in a lease: host, boot, process and when it started.
func owner() string {
	host, _ := os.Hostname()
	return strings.Join([]string{host, bootID(), strconv.Itoa(os.Getpid()), startTime(os.Getpid())}, " ")
}

// processHere reads the owner of a lease; here is true of one that ran on this machine since it was started.
func processHere(who string) (pid int, here bool) {
	f := strings.Fields(who)
	host, _ := os.Hostname()
	if len(f) != 4 || f[0] != host || f[1] != bootID() || f[1] == "-" {
		return 0, false
	}
	pid, err := strconv.Atoi(f[2])
	return pid, err == nil
}

// deadHere is true of the owner of a lease that ran on this machine since it was started and runs no more.
func deadHere(who string) bool {
	pid, here := processHere(who)
	if !here {
		return false
	}
	if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) {
		return true
	}
	return startTime(pid) != strings.Fields(who)[3]
}

func bootID() string {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "-"
	}
	return strings.TrimSpace(string(b))
}

// startTime is the 22nd field of /proc/<pid>/stat (proc_pid_stat(5)), in clock ticks since the machine started.
func startTime(pid int) string {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return "-"
	}
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	if len(f) < 20 {
		return "-"
	}
	return f[19]
}
