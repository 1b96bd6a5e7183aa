//go:build !(linux && amd64)

package native

import (
	"fmt"
	"runtime"

	"weft/internal/store"
)

// New returns an error: there is no native engine for this platform.
func New(store.Engine, Config) (store.Engine, error) {
	return nil, fmt.Errorf("weft: there is no native engine for %s/%s", runtime.GOOS, runtime.GOARCH)
}
