#!/usr/bin/env bash
# clang runs wasm-opt behind the linker, where PATH has one and the command that links is told a level, and drops what -g has brought.
# The guess was that -g decides: that a program linked with -g -O2 has the same names and debug information on each machine, or a
# warning. Seen instead (clang 14.0.6, wasm-opt 108): as soon as there is a wasm-opt in PATH, and -O2 at the link, the module has no
# section of names, debug information in which no function has an address any more, and noinline is not heeded; nothing is said. Without
# a level at the link it keeps all of them (unoptimized). So the stack traces of a program depend on what else is installed where it was
# built.
#
#   plain: names: true, functions with an address: 2, bytes of warnings: 0
#   optimized: names: false, functions with an address: 0, bytes of warnings: 0
#   unoptimized: names: true, functions with an address: 2, bytes of warnings: 0
#
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
version=1:14.0.6-12
apt-get -o APT::Sandbox::User=root download -qq clang-14=$version libclang-cpp14=$version libllvm14=$version lld-14=$version \
	libclang-common-14-dev=$version binaryen=108-1
mkdir tools optimizer
for package in clang-14 libclang-cpp14 libllvm14 lld-14 libclang-common-14-dev; do
	dpkg-deb -x "$package"_*.deb tools
done
dpkg-deb -x binaryen_*.deb optimizer
LD_LIBRARY_PATH=$(find "$folder" -name 'lib*.so*' -printf '%h\n' | sort -u | paste -sd:)
export LD_LIBRARY_PATH
llvm=$folder/tools/usr/lib/llvm-14/bin
cat >program.c <<'C'
__attribute__((noinline)) int work(int n) { return n * n + 1; }
__attribute__((export_name("run"))) int run(int n) { return work(n) + work(n + 1); }
C

# link LEVEL OUTPUT PATH links with a level, or none, and that PATH.
link() {
	PATH=$3 "$llvm/clang" --target=wasm32 -nostdlib -Wl,--no-entry -g $1 program.o -o "$2" 2>"$2.warnings" || { cat "$2.warnings"; return 1; }
}

"$llvm/clang" --target=wasm32 -nostdlib -g -O2 -c program.c -o program.o
without=$folder/tools/usr/bin with=$folder/tools/usr/bin:$folder/optimizer/usr/bin
link -O2 plain.wasm "$without"
link -O2 optimized.wasm "$with"
link "" unoptimized.wasm "$with"
"$llvm/clang" --version | head -1
"$folder/optimizer/usr/bin/wasm-opt" --version
cat >go.mod <<'MOD'
module finding

go 1.26
MOD
cat >main.go <<'GO'
package main

import (
	"debug/dwarf"
	"encoding/binary"
	"fmt"
	"os"
)

// sections returns the custom sections of a module.
func sections(file string) map[string][]byte {
	b, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	take := func(from *[]byte, n uint64) []byte {
		taken := (*from)[:n]
		*from = (*from)[n:]
		return taken
	}
	number := func(from *[]byte) uint64 {
		v, n := binary.Uvarint(*from)
		take(from, uint64(n))
		return v
	}
	custom := map[string][]byte{}
	for b = b[8:]; len(b) > 0; {
		id := take(&b, 1)[0]
		if body := take(&b, number(&b)); id == 0 {
			name := string(take(&body, number(&body)))
			custom[name] = body
		}
	}
	return custom
}

// placed counts the functions that have an address in the debug information.
func placed(custom map[string][]byte) (n int) {
	d, err := dwarf.New(custom[".debug_abbrev"], nil, nil, custom[".debug_info"], custom[".debug_line"], nil,
		custom[".debug_ranges"], custom[".debug_str"])
	if err != nil {
		panic(err)
	}
	for r := d.Reader(); ; {
		e, err := r.Next()
		if err != nil {
			panic(err)
		}
		if e == nil {
			return n
		}
		if at, _ := e.Val(dwarf.AttrLowpc).(uint64); e.Tag == dwarf.TagSubprogram && at > 0 {
			n++
		}
	}
}

func main() {
	for _, name := range []string{"plain", "optimized", "unoptimized"} {
		custom := sections(name + ".wasm")
		warnings, err := os.ReadFile(name + ".wasm.warnings")
		if err != nil {
			panic(err)
		}
		_, names := custom["name"]
		fmt.Printf("%s: names: %v, functions with an address: %d, bytes of warnings: %d\n", name, names, placed(custom),
			len(warnings))
	}
}
GO
go run main.go | tee seen
diff seen - <<'SEEN'
plain: names: true, functions with an address: 2, bytes of warnings: 0
optimized: names: false, functions with an address: 0, bytes of warnings: 0
unoptimized: names: true, functions with an address: 2, bytes of warnings: 0
SEEN
