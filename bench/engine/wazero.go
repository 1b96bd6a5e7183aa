package engine

import (
	"context"
	"path/filepath"

	"weft/bench/tool"
)

func wazeroEngines() []Engine {
	version := "wazero " + moduleVersion("github.com/tetratelabs/wazero")
	return []Engine{
		&wasmEngine{name: "wazero compiler", prepare: goRunner("wazero", version)},
		&wasmEngine{name: "wazero compiler, cache", onlyStartup: true, prepare: wazeroCache(version)},
		&wasmEngine{name: "wazero interpreter", slow: true, prepare: goRunner("wazero", version, "-interpreter")},
	}
}

// wazeroCache keeps compiled modules on the disk. The first round fills the cache.
func wazeroCache(version string) func(context.Context, *tool.Box) ([]string, string, error) {
	return func(ctx context.Context, box *tool.Box) ([]string, string, error) {
		return goRunner("wazero", version, "-cache", filepath.Join(box.Dir, "wazero"))(ctx, box)
	}
}
