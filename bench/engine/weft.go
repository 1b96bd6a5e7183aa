package engine

import (
	"context"
	"path/filepath"

	"weft/bench/tool"
)

// Retargeted is the name of the engine that runs what weft retarget makes of a program.
const Retargeted = "Weft native, retargeted"

// weftEngines are Weft's own. An engine of the runner is a line here.
func weftEngines() []Engine {
	return []Engine{
		&wasmEngine{name: "Weft native", prepare: weftRunner("-engine", "native")},
		&wasmEngine{name: Retargeted, onlyGo: true, prepare: weftRunner("-engine", "native", "-retarget")},
		&wasmEngine{name: "Weft native, interpreted first", onlyStartup: true, prepare: weftRunner("-engine", "first")},
		&wasmEngine{name: "Weft native, eager", onlyStartup: true, prepare: weftRunner("-engine", "eager")},
		&wasmEngine{name: "Weft native, cache", onlyStartup: true,
			prepare: withCache("weft-native", weftRunner("-engine", "native"))},
		&wasmEngine{name: "Weft interpreter", prepare: weftRunner("-engine", "interpreter")},
		&wasmEngine{name: "Weft interpreter, cache", onlyStartup: true,
			prepare: withCache("weft", weftRunner("-engine", "interpreter"))},
	}
}

func weftRunner(options ...string) preparation {
	return goRunner("weft", "this checkout", options...)
}

// withCache lets a runner keep compiled modules in a folder on the disk.
func withCache(name string, prepare preparation) preparation {
	return func(ctx context.Context, box *tool.Box) ([]string, string, error) {
		runner, version, err := prepare(ctx, box)
		return append(runner, "-cache", filepath.Join(box.Dir, "cache-"+name)), version, err
	}
}
