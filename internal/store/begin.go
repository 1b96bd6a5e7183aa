package store

import (
	"context"

	"weft/wasm"
)

// MayBegin returns the error for a call from the host that must not begin.
func (s *Store) MayBegin(ctx context.Context) error {
	if s.HostDepth >= s.Limits.HostDepth {
		return &Trap{Code: wasm.TrapStackExhausted, Detail: "calls between host and Wasm nest too deeply"}
	}
	if ctx.Err() != nil {
		return &Interrupt{Cause: context.Cause(ctx)}
	}
	return nil
}
