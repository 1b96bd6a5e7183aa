/* Lines and letters of 64 KiB of text counted, n times, 16 bytes at once: where each line ends is a bit of a
 * mask. */
#include "../kernels/kernel.h"
#include <wasm_simd128.h>

enum { SIZE = 1 << 16 };
static u8 text[SIZE];

EXPORT(run) i64 run(i32 n) {
	u32 random = 1;
	for (i32 i = 0; i < SIZE; i++) {
		u32 r = next_random(&random) % 64;
		text[i] = r == 0 ? '\n' : r < 10 ? ' ' : 'A' + r;
	}
	u64 sum = 0;
	for (i32 round = 0; round < n; round++) {
		text[round % SIZE] ^= 32;
		u64 positions = 0;
		v128_t letters = wasm_i32x4_splat(0);
		for (i32 i = 0; i < SIZE; i += 16) {
			v128_t x = wasm_v128_load(text + i);
			for (u32 ends = wasm_i8x16_bitmask(wasm_i8x16_eq(x, wasm_i8x16_splat('\n'))); ends; ends &= ends - 1)
				positions += i + __builtin_ctz(ends);
			v128_t lower = wasm_v128_or(x, wasm_i8x16_splat(32));
			v128_t is = wasm_u8x16_lt(wasm_i8x16_sub(lower, wasm_i8x16_splat('a')), wasm_i8x16_splat(26));
			v128_t ones = wasm_v128_and(is, wasm_i8x16_splat(1));
			letters = wasm_i32x4_add(letters, wasm_u32x4_extadd_pairwise_u16x8(wasm_u16x8_extadd_pairwise_u8x16(ones)));
		}
		sum = mix(sum, positions);
		sum = mix(sum, wasm_i32x4_extract_lane(letters, 0) + wasm_i32x4_extract_lane(letters, 1) +
				wasm_i32x4_extract_lane(letters, 2) + wasm_i32x4_extract_lane(letters, 3));
	}
	return sum;
}
