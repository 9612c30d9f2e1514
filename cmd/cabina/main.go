// Command cabina is an archive and media server for recordings of interpreted meetings: one picture, a voice for each language. serve.go shows how its
// parts are tied together; each subcommand has a file of its own.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }
