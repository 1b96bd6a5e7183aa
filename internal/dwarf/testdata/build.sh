#!/usr/bin/env bash
# Compiles divide.c in the ways in which the tests want it.
set -euo pipefail
cd "$(dirname "$0")"
for version in 4 5; do
	for level in 0 2; do
		clang --target=wasm32 -nostdlib -gdwarf-$version -O$level -fdebug-compilation-dir=/src \
			-Wl,--no-entry -o divide-dwarf$version-O$level.wasm divide.c
	done
done
chmod 644 ./*.wasm
