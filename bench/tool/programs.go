package tool

import (
	"context"
	"fmt"

	"weft/bench/workload"
)

// program builds a real program for WASI or for this machine.
func (b *Box) program(ctx context.Context, name string, v workload.Variant) (string, error) {
	return "", fmt.Errorf("no program %q", name)
}
