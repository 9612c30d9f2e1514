package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"cabina/archive"
	"cabina/archive/disk"
	"cabina/config"
	"cabina/search"
	"cabina/transcode"
	"cabina/web"
	"cabina/web/locale"
)

// serveCmd is the whole program in one process: it shows the archive to readers, keeps the index, and prepares renditions.
type serveCmd struct {
	NoWork bool `help:"Prepare no renditions here: another machine runs cabina work."`
}

// Run ties the parts together. Data flows one way: the archive tells what changed; the mirror, the catalogue, the index and the worker follow it; the
// server shows them.
func (c *serveCmd) Run(ctx context.Context, a *app) error {
	arc, conf, err := a.open(ctx, toWrite)
	if err != nil {
		return err
	}
	log := a.log(slog.LevelInfo)
	arc.Log, arc.Poll = log, bellEvery(arc.Store)
	if _, err := config.Key(conf.KeyFile); err != nil { // made at the first start; machines that share a bucket share it
		return err
	}
	public, operator, err := listen(conf)
	if err != nil {
		return err
	}
	index, err := search.Open(ctx, search.Config{Dir: filepath.Join(conf.Cache, "index"), Archive: arc, Log: log, Probe: probeIndex})
	if err != nil {
		return err
	}
	defer index.Close()
	socket, err := listenForCommands(conf)
	if err != nil {
		return err
	}

	mirror := archive.NewMirror(arc)
	catalog := transcode.NewCatalog(arc, log)
	// Two doors to the same rooms: readers are strangers, whoever opens the socket in our cache is staff.
	door := func(who func(*http.Request) archive.Viewer) (http.Handler, error) {
		s := &web.Server{
			Archive: arc, Mirror: mirror, Catalog: catalog, Search: index, Log: log, Who: who,
			Langs: langs(conf), PublicURL: conf.PublicURL, TrustedProxies: conf.TrustedProxies,
		}
		return s.Handler()
	}
	readers, err := door(nil)
	if err != nil {
		return err
	}
	commands, err := door(func(*http.Request) archive.Viewer { return archive.Viewer{Standing: archive.Administrator} })
	if err != nil {
		return err
	}

	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return arc.Follow(ctx) })
	g.Go(func() error { return mirror.Run(ctx, catalog.Forget) })
	g.Go(func() error { return index.Follow(ctx) })
	if !c.NoWork {
		worker, err := a.worker(arc, conf, log)
		if err != nil {
			return err
		}
		warnUnconfined(ctx, log, a.Getenv)
		defer worker.Close()
		g.Go(func() error { return worker.Run(ctx) })
	}
	g.Go(func() error { return answer(ctx, public, web.NewHTTP(readers, log)) })
	g.Go(func() error { return answer(ctx, socket, web.NewHTTP(commands, log)) })
	if operator != nil {
		g.Go(func() error { return answer(ctx, operator, web.NewHTTP(operators(), log)) })
	}
	g.Go(func() error {
		select {
		case <-ctx.Done():
		case <-mirror.Ready():
			fmt.Fprintf(a.Out, "Cabina is ready at %s\n", address(conf, public))
		}
		return nil
	})
	return g.Wait()
}

// bellEvery is how often changes of other processes are looked for: a file's state costs nothing, a request to a bucket does.
func bellEvery(store archive.Store) time.Duration {
	if _, ok := store.(*disk.Store); ok {
		return 250 * time.Millisecond
	}
	return 3 * time.Second
}

func langs(conf *config.Config) []locale.Lang {
	out := make([]locale.Lang, len(conf.Languages))
	for i, l := range conf.Languages {
		out[i] = locale.Lang(l)
	}
	return out
}

// listen opens the ports before anything is begun, so that one that is taken is said at once.
func listen(conf *config.Config) (public, operator net.Listener, err error) {
	if public, err = net.Listen("tcp", conf.Listen); err != nil {
		return nil, nil, fmt.Errorf("--listen %s: %w; another address is chosen with --listen HOST:PORT", conf.Listen, err)
	}
	if conf.OperatorListen == "" {
		return public, nil, nil
	}
	if operator, err = net.Listen("tcp", conf.OperatorListen); err != nil {
		_ = public.Close()
		return nil, nil, fmt.Errorf("--operator-listen %s: %w", conf.OperatorListen, err)
	}
	return public, operator, nil
}

// answer serves until ctx ends, then lets what is being answered go on for a few seconds.
func answer(ctx context.Context, l net.Listener, srv *http.Server) error {
	stop := context.AfterFunc(ctx, func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if srv.Shutdown(last) != nil {
			_ = srv.Close()
		}
	})
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// listenForCommands opens the socket in the cache, which only its owner may use. One that lies there is of a process that is gone: the index is ours.
func listenForCommands(conf *config.Config) (net.Listener, error) {
	l, err := atSocket(conf.Cache, func(path string) (net.Listener, error) {
		_ = os.Remove(path)
		l, err := net.Listen("unix", path)
		if err != nil {
			return nil, err
		}
		l.(*net.UnixListener).SetUnlinkOnClose(false) // by then its name says nothing any more
		return l, os.Chmod(path, 0o600)
	})
	if err != nil {
		return nil, fmt.Errorf("socket for commands: %w", err)
	}
	return l, nil
}

// operators is what is shown on --operator-listen.
func operators() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}

// address is where a reader on this machine finds the pages.
func address(conf *config.Config, l net.Listener) string {
	if conf.PublicURL != "" {
		return conf.PublicURL
	}
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return l.Addr().String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsLoopback() || ip.IsUnspecified() {
		host = "localhost"
	}
	return (&url.URL{Scheme: "http", Host: net.JoinHostPort(host, port)}).String()
}

// probeIndex opens an index in a process of its own: a damaged one may end the process that opens it.
func probeIndex(ctx context.Context, path string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, self, "probe-index", path)
	cmd.Env = []string{}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %.200s", err, out)
	}
	return nil
}

// probeIndexCmd is what probeIndex starts.
type probeIndexCmd struct {
	Path string `arg:""`
}

// Run opens the index and closes it again.
func (c *probeIndexCmd) Run() error { return search.Probe(c.Path) }
