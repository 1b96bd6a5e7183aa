#!/usr/bin/env bash
# Compiles divide.c in the ways in which the tests want it.
set -euo pipefail
cd "$(dirname "$0")"
objects=$(mktemp -d)
for version in 4 5; do
	for level in 0 2; do
		clang --target=wasm32 -gdwarf-$version -O$level -fdebug-compilation-dir=/src -c -o "$objects/divide.o" divide.c
		clang --target=wasm32 -nostdlib -Wl,--no-entry -o divide-dwarf$version-O$level.wasm "$objects/divide.o"
	done
done
chmod 644 ./*.wasm
for part in WRAPPED OTHER; do
	clang --target=wasm32 -g -O2 -fdebug-compilation-dir=/src -D$part -c -o "$objects/$part.o" wrap.c
done
clang --target=wasm32 -nostdlib -Wl,--no-entry,--wrap=f -o wrap.wasm "$objects/OTHER.o" "$objects/WRAPPED.o"
rm -r "$objects"
chmod 644 wrap.wasm
