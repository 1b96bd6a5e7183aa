package engine

// wasmtimeEngines is Wasmtime through its Go package, which needs cgo. Its build has
// no stack switching.
func wasmtimeEngines() []Engine {
	const module = "github.com/bytecodealliance/wasmtime-go/v39"
	return []Engine{
		&wasmEngine{name: "Wasmtime", keeps: "wasmtime", prepare: cgoRunner("wasmtime", "wasmtime-go "+moduleVersion(module))},
	}
}
