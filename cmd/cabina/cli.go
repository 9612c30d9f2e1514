package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"cabina/archive"
	"cabina/config"
)

// Exit codes: a promise to whoever calls us from a script.
const (
	exitDone     = 0
	exitFailed   = 1
	exitWrongUse = 2
)

// cli is the command line. Each command has a file of its own, with a Run method that kong calls with a context and the app.
type cli struct {
	Help helpFlag `short:"h" help:"Say what a command does and takes."`

	config.Flags `group:"Settings (each also from the environment, then from the settings file)"`

	Import   importCmd   `cmd:"" help:"Take in folders of recordings, each a session, or a folder of such folders, a conference."`
	AddTrack addTrackCmd `cmd:"" help:"Add or replace one language of a session."`
	Show     showCmd     `cmd:"" help:"Say what a session holds."`
	Set      setCmd      `cmd:"" help:"Change fields of a session: title, date, people, chapters, visibility, a voice's shift or gain."`
	History  historyCmd  `cmd:"" help:"List the revisions of a session."`
	Undo     undoCmd     `cmd:"" help:"Write an earlier revision of a session as a new one."`
	Remove   removeCmd   `cmd:"" help:"Withdraw a session, or take one track out of it. Its recordings stay."`
	Withdraw withdrawCmd `cmd:"" help:"Withdraw a stretch of a session, in every language."`
	Search   searchCmd   `cmd:"" help:"Find moments by what was said."`
	Verify   verifyCmd   `cmd:"" help:"Read everything and name what is damaged or missing."`
	Check    checkCmd    `cmd:"" help:"Say whether settings, store and tools will do."`
	Reindex  reindexCmd  `cmd:"" help:"Make the search index anew."`
	Rebuild  rebuildCmd  `cmd:"" help:"Make all that is derived: measures, renditions, index."`

	Tidy tidyCmd `cmd:"" help:"List what nobody needs any more: superseded renditions, scratch of killed processes. --yes removes it."`
	Copy copyCmd `cmd:"" help:"Copy the archive into another store, or bring a copy up to date."`

	Serve      serveCmd      `cmd:"" help:"Serve everything: pages, media, search, and the preparing of renditions."`
	Work       workCmd       `cmd:"" help:"Prepare renditions only, beside serve or on another machine."`
	Demo       demoCmd       `cmd:"" help:"Make and take in a small demonstration conference."`
	ProbeIndex probeIndexCmd `cmd:"" hidden:"" help:"Open an index and close it: serve starts this, so that a damaged one ends a process of its own."`
	Jail       jailCmd       `cmd:"" hidden:"" help:"Become one media tool, confined: each run of a tool starts this. Not for hands."`
}

// app is what every command is handed besides its context.
type app struct {
	Out, Err io.Writer
	Getenv   func(string) string
	Flags    config.Flags
	OnPoint  func(archive.Point) // of archive.Archive; nil but in tests
}

// wrongUse is a command line that asks for what cannot be: exit code 2. What was tried and failed is exit code 1.
type wrongUse struct{ error }

func wrong(format string, args ...any) error { return wrongUse{fmt.Errorf(format, args...)} }

// errSaid is a failure of which everything was said already: exit code 1 and not a word more.
var errSaid = errors.New("it was said")

// errHelp is a help that was printed.
var errHelp = errors.New("help was printed")

// helpFlag prints a command's help and ends, with exit code 0. Kong's own leaves by os.Exit.
type helpFlag bool

// BeforeReset is called by kong when the flag was given.
func (helpFlag) BeforeReset(c *kong.Context) error {
	if err := c.PrintUsage(false); err != nil {
		return err
	}
	return errHelp
}

// run does what the arguments ask for and gives the exit code. An interrupt ends it in order; a second one at once.
func run(args []string, stdout, stderr io.Writer) int {
	return interruptible(args, &app{Out: stdout, Err: stderr, Getenv: os.Getenv})
}

func interruptible(args []string, a *app) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return command(ctx, args, a)
}

// command is run without the world: tests hand in their own.
func command(ctx context.Context, args []string, a *app) int {
	var c cli
	parser, err := kong.New(&c,
		kong.Name("cabina"),
		kong.Description("An archive and media server for recordings of interpreted meetings: one picture, a voice for each language."),
		kong.Writers(a.Out, a.Err),
		kong.NoDefaultHelp(),
		kong.WithHyphenPrefixedParameters(true), // --at -0.5
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(a),
	)
	if err != nil {
		panic(err) // our own table of commands is wrong
	}
	parsed, err := parser.Parse(args)
	if errors.Is(err, errHelp) {
		return exitDone
	}
	if err != nil {
		fmt.Fprintf(a.Err, "cabina: %s\n", err)
		fmt.Fprintf(a.Err, "%s --help says what can be.\n", strings.TrimSpace("cabina "+commandName(err)))
		return exitWrongUse
	}
	a.Flags = c.Flags
	return a.exit(parsed.Run())
}

// commandName is the command that was meant by a line that cannot be read; empty where none was.
func commandName(err error) string {
	var p *kong.ParseError
	if errors.As(err, &p) && p.Context != nil {
		if n := p.Context.Selected(); n != nil {
			return n.Name
		}
	}
	return ""
}

// exit says what went wrong, once and here alone, and gives the exit code for it.
func (a *app) exit(err error) int {
	var use wrongUse
	var setting *config.Problem
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errSaid):
		return exitFailed
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(a.Err, "cabina: stopped; the same command goes on where it was")
		return exitFailed
	case errors.As(err, &setting), errors.As(err, &use):
		fmt.Fprintf(a.Err, "cabina: %s\n", err)
		return exitWrongUse
	}
	fmt.Fprintf(a.Err, "cabina: %s\n", err)
	return exitFailed
}

// settings gives the settings as flags, environment and settings file have them.
func (a *app) settings() (*config.Config, error) { return config.Load(a.Flags, a.Getenv) }
