#!/usr/bin/env bash
# What wazero's compiler returns for a result of type i32 may have bits above the lowest 32. The guess was that a call's
# results, which come as []uint64, are below 2^32 where the type is i32 (or f32), as those of the interpreter are, so that
# uint64s of both can be compared, and int(results[0]) is the number. Seen instead (wazero v1.12.0, go1.26.8,
# linux/amd64): a float that comes of f32.demote_f64 and is reinterpreted as an i32 has the upper half of the f64 above it.
# Inside the guest nothing is seen of that: i64.extend_i32_u gives the right number. api.DecodeI32 and a conversion to
# uint32 do, too.
#
#   compiler bits 0x3ff800003fc00000
#   compiler wide 0x3fc00000
#   interpreter bits 0x3fc00000
#   interpreter wide 0x3fc00000
#
# Besides, the two do not choose the same NaN: of 0x7fc00000 and 0xffc00000 f32.add gives the first in the compiler, the
# second in the interpreter, which the specification allows ("NaN propagation"), and which tells them apart.
#
#   compiler add 0x7fc00000
#   interpreter add 0xffc00000
set -euo pipefail
if [ "$(uname -sm)" != "Linux x86_64" ]; then
	echo "skipped: it was seen on linux/amd64"
	exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GOTOOLCHAIN=${GOTOOLCHAIN:-go1.26.8} GOFLAGS=-mod=mod
cat >go.mod <<'MOD'
module finding

go 1.26

require github.com/tetratelabs/wazero v1.12.0
MOD
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"

	"github.com/tetratelabs/wazero"
)

// Three functions: bits is i32.reinterpret_f32 of f32.demote_f64 of its f64; wide is i64.extend_i32_u of that; add adds
// two f32 that are given, and returned, as i32.
var module = []byte{0, 'a', 's', 'm', 1, 0, 0, 0,
	1, 17, 3, 0x60, 1, 0x7c, 1, 0x7f, 0x60, 1, 0x7c, 1, 0x7e, 0x60, 2, 0x7f, 0x7f, 1, 0x7f,
	3, 4, 3, 0, 1, 2,
	7, 21, 3, 4, 'b', 'i', 't', 's', 0, 0, 4, 'w', 'i', 'd', 'e', 0, 1, 3, 'a', 'd', 'd', 0, 2,
	10, 27, 3, 6, 0, 0x20, 0, 0xb6, 0xbc, 0x0b, 7, 0, 0x20, 0, 0xb6, 0xbc, 0xad, 0x0b,
	10, 0, 0x20, 0, 0xbe, 0x20, 1, 0xbe, 0x92, 0xbc, 0x0b}

func main() {
	ctx := context.Background()
	run := func(name string, c wazero.RuntimeConfig) {
		m, err := wazero.NewRuntimeWithConfig(ctx, c).Instantiate(ctx, module)
		if err != nil {
			panic(err)
		}
		call := func(f string, args ...uint64) {
			results, err := m.ExportedFunction(f).Call(ctx, args...)
			if err != nil {
				panic(err)
			}
			fmt.Printf("%s %s %#x\n", name, f, results[0])
		}
		call("bits", 0x3ff8000000000000) // 1.5
		call("wide", 0x3ff8000000000000)
		call("add", 0x7fc00000, 0xffc00000)
	}
	run("compiler", wazero.NewRuntimeConfigCompiler())
	run("interpreter", wazero.NewRuntimeConfigInterpreter())
}
GO
go run . | tee seen
cat >expected <<'END'
compiler bits 0x3ff800003fc00000
compiler wide 0x3fc00000
compiler add 0x7fc00000
interpreter bits 0x3fc00000
interpreter wide 0x3fc00000
interpreter add 0xffc00000
END
diff expected seen
