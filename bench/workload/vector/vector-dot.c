/* A filter of 16 taps over 4,096 samples of 16 bits, n times: dot products of eight samples at once. */
#include "../kernels/kernel.h"
#include <wasm_simd128.h>

enum { SAMPLES = 4096, TAPS = 16 };
static short in[SAMPLES + TAPS], taps[TAPS], out[SAMPLES];

EXPORT(run) i64 run(i32 n) {
	u32 random = 1;
	for (i32 i = 0; i < SAMPLES + TAPS; i++)
		in[i] = next_random(&random);
	for (i32 i = 0; i < TAPS; i++)
		taps[i] = (i32)(next_random(&random) % 4096) - 2048;
	u64 sum = 0;
	for (i32 round = 0; round < n; round++) {
		in[round % SAMPLES]++;
		v128_t low = wasm_v128_load(taps), high = wasm_v128_load(taps + 8);
		for (i32 i = 0; i < SAMPLES; i += 4) {
			v128_t dots[4];
			for (i32 j = 0; j < 4; j++)
				dots[j] = wasm_i32x4_add(wasm_i32x4_dot_i16x8(wasm_v128_load(in + i + j), low),
						wasm_i32x4_dot_i16x8(wasm_v128_load(in + i + j + 8), high));
			/* The sums of the lanes of each of the four, by transposing. */
			v128_t a = wasm_i32x4_shuffle(dots[0], dots[1], 0, 4, 1, 5), b = wasm_i32x4_shuffle(dots[0], dots[1], 2, 6, 3, 7);
			v128_t c = wasm_i32x4_shuffle(dots[2], dots[3], 0, 4, 1, 5), d = wasm_i32x4_shuffle(dots[2], dots[3], 2, 6, 3, 7);
			v128_t ab = wasm_i32x4_add(a, b), cd = wasm_i32x4_add(c, d);
			v128_t all = wasm_i32x4_add(wasm_i64x2_shuffle(ab, cd, 0, 2), wasm_i64x2_shuffle(ab, cd, 1, 3));
			v128_t scaled = wasm_i32x4_shr(all, 12);
			wasm_v128_store64_lane(out + i, wasm_i16x8_narrow_i32x4(scaled, scaled), 0);
		}
		sum = mix(sum, (u64)out[round % SAMPLES]);
	}
	return sum;
}
