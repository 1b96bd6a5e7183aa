package engine

import (
	"context"
	"errors"
	"os/exec"
	"runtime/debug"
	"strings"

	"weft/bench/tool"
)

// moduleVersion returns the version of a module that this one depends on.
func moduleVersion(path string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == path {
				return m.Version
			}
		}
	}
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", path).Output()
	if err != nil {
		return "(unknown version)"
	}
	return strings.TrimSpace(string(out))
}

// cgoRunner is goRunner for a command that needs cgo.
func cgoRunner(pkg, version string) preparation {
	return func(ctx context.Context, box *tool.Box) ([]string, string, error) {
		if _, err := exec.LookPath("gcc"); err != nil {
			return nil, "", errors.New("cgo needs a C compiler: apt-get install gcc")
		}
		path, err := box.Go(ctx, "weft/bench/runner/cmd/"+pkg, "CGO_ENABLED=1")
		return []string{path}, version, err
	}
}
