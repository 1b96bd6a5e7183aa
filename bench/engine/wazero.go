package engine

func wazeroEngines() []Engine {
	compiler := goRunner("wazero", "wazero "+moduleVersion("github.com/tetratelabs/wazero"))
	interpreter := goRunner("wazero", "wazero "+moduleVersion("github.com/tetratelabs/wazero"), "-interpreter")
	return []Engine{
		&wasmEngine{name: "wazero compiler", keeps: "wazero", prepare: compiler},
		&wasmEngine{name: "wazero compiler, cache", onlyStartup: true, prepare: withCache("wazero", compiler)},
		&wasmEngine{name: "wazero interpreter", slow: true, prepare: interpreter},
	}
}
