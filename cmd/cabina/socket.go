package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// socketName is the socket in the cache on which serve answers commands; only its owner may use it.
const socketName = "search.sock"

// atSocket calls do with an address of the cache's socket that a system call takes, however long the cache's path is: a socket's address has 108 bytes
// (unix(7)), so it goes by the open folder.
func atSocket[T any](cache string, do func(path string) (T, error)) (T, error) {
	dir, err := os.Open(cache)
	if err != nil {
		var none T
		return none, err
	}
	defer dir.Close()
	return do(filepath.Join(fmt.Sprintf("/proc/self/fd/%d", dir.Fd()), socketName))
}
