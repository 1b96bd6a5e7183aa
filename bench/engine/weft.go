package engine

// weftEngines are Weft's own.
func weftEngines() []Engine {
	return []Engine{
		&wasmEngine{name: "Weft interpreter", switching: true,
			prepare: goRunner("weft", "this checkout", "-engine", "interpreter")},
	}
}
