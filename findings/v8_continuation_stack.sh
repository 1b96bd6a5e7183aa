#!/usr/bin/env bash
# V8 runs each continuation of the stack switching proposal on a stack of its own. The guess was that --stack-size, which bounds
# how deeply calls nest, bounds it there as it does outside. Seen instead (Deno 2.9.6, V8 15.0.245.2, linux/amd64): it does so up to
# about 8 MB; what is more helps calls outside of continuations alone. The same recursion that runs outside ends inside with
# "RangeError: Maximum call stack size exceeded". A program whose goroutines or green threads recurse deeply, and which is given a
# larger stack for that, gets it only in its first one.
#
#   --stack-size=984: 1.0 times as many calls outside of a continuation as inside
#   --stack-size=16000: 3.5 times
#   --stack-size=32000: 6.9 times
#
# The module has (func $down (param i32) (result i32)), which calls itself as often as its argument says, and a function that does
# the same in a continuation: (resume $k (local.get 0) (cont.new $k (ref.func $down))).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
ulimit -s unlimited 2>/dev/null || ulimit -s 65536 || { echo "the system gives no larger stack: not run" >&2; exit 0; }
npm install --silent --no-audit --no-fund deno@2.9.6 >/dev/null
base64 -d >module.wasm <<'WASM'
AGFzbQEAAAABCAJgAX8Bf10AAwMCAAAHEQIEZG93bgAABmluc2lkZQABCQUBAwABAAoiAhQAIAAEfyAAQQFrEABBAWoFQQALCwsAIADSAOAB4wEACwAXBG5hbWUBBwEABGRvd24EBwIAAWYBAWs=
WASM
cat >main.js <<'JS'
const { down, inside } = new WebAssembly.Instance(new WebAssembly.Module(Deno.readFileSync("module.wasm"))).exports;

// deepest returns how many calls can be in each other, nearly.
function deepest(f) {
  let good = 0, bad = 1 << 22;
  while (bad - good > 64) {
    const n = (good + bad) >> 1;
    try {
      if (f(n) !== n) throw new Error("wrong result");
      good = n;
    } catch (e) {
      if (!(e instanceof RangeError)) throw e;
      bad = n;
    }
  }
  return good;
}

console.log((deepest(down) / deepest(inside)).toFixed(1));
JS
times() {
	node_modules/.bin/deno run --allow-read --v8-flags="--experimental-wasm-wasmfx,--stack-size=$1" main.js
}
for size in 984 16000 32000; do
	ratio=$(times $size)
	echo "--stack-size=$size: $ratio times as many calls outside of a continuation as inside"
	case $size in
	984) awk "BEGIN { exit !($ratio < 1.3) }" ;;
	16000) awk "BEGIN { exit !($ratio > 2.5 && $ratio < 5) }" ;;
	32000) awk "BEGIN { exit !($ratio > 5 && $ratio < 9) }" ;;
	esac || { echo "this has changed" >&2; exit 1; }
done
