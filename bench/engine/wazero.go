package engine

func wazeroEngines() []Engine {
	return []Engine{
		&wasmEngine{name: "wazero compiler", prepare: goRunner("wazero", "wazero "+moduleVersion("github.com/tetratelabs/wazero"))},
		&wasmEngine{name: "wazero interpreter", slow: true,
			prepare: goRunner("wazero", "wazero "+moduleVersion("github.com/tetratelabs/wazero"), "-interpreter")},
	}
}
