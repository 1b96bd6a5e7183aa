package interp

// The specification lets the relaxed instructions choose between results. The
// engine gives those of the deterministic profile, the first choice of each, on
// every platform: most are then other instructions (vector_ops.go). The rest
// follows.

// relaxedMadd rounds the product: the profile's is not the fused operation.
func relaxedMadd[F float, B floatBits](x, y, z uint64) uint64 {
	return addFloats[F, B](mulFloats[F, B](x, y), z)
}

func relaxedNmadd[F float, B floatBits](x, y, z uint64) uint64 {
	return relaxedMadd[F, B](negFloats[B](x), y, z)
}

// relaxedDot takes both operands as signed, and saturates the sums.
func relaxedDot(x, y uint64) uint64 {
	return map2(x, y, func(x, y int16) int16 {
		low := int32(int8(x)) * int32(int8(y))
		high := int32(x>>8) * int32(y>>8)
		return saturate[int16](low + high)
	})
}

func relaxedDotAdd(x, y, z uint64) uint64 {
	return addLanes[int32](extaddPairwise[int16, int32](relaxedDot(x, y)), z)
}
