package ssa

import "weft/wasm"

// Partial are the features of which the builder may not know everything. Whether it knows what a
// module uses of them, building its functions tells.
const Partial = wasm.TypedContinuations2023
