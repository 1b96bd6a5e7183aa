//go:build linux && amd64

package native

import (
	"errors"

	"weft/internal/codegen"
	"weft/internal/store"
)

// errUncompiled is why no module is compiled yet.
var errUncompiled = errors.New("weft: the compiler is not there yet")

func compile(*Engine, *store.Module) ([]*codegen.Code, error) { return nil, errUncompiled }
