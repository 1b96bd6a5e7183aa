package arm64

import (
	"testing"

	"weft/internal/codegen/exectest"
)

func BenchmarkCompile(b *testing.B) { exectest.BenchmarkCompile(b, Target{Detect()}.NewBackend()) }
