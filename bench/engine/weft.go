package engine

// weftEngines are Weft's own.
func weftEngines() []Engine {
	return []Engine{
		&wasmEngine{name: "Weft interpreter", switching: true, slow: true,
			prepare: goRunner("weft", "this checkout", "-engine", "interpreter")},
	}
}
