//go:build !(linux && amd64)

package native

import (
	"fmt"
	"runtime"

	"weft/internal/codegen"
	"weft/internal/store"
	"weft/wasm"
)

// New returns an error: there is no native engine for this platform.
func New(store.Engine, Config) (store.Engine, error) {
	return nil, errPlatform()
}

func errPlatform() error {
	return fmt.Errorf("weft: there is no native engine for %s/%s", runtime.GOOS, runtime.GOARCH)
}

// An Explainer cannot be made on this platform.
type Explainer struct{}

// NewExplainer returns the same error.
func NewExplainer(*wasm.Module, wasm.Features) (*Explainer, error) { return nil, errPlatform() }

// Explain returns the same error.
func (*Explainer) Explain(int, func(string, func() string)) (*codegen.Code, error) {
	return nil, errPlatform()
}

// Stages returns nothing.
func Stages() []string { return nil }
