/* 12 KiB encoded as base64 and decoded again, n times, 12 bytes at once: letters come from tables of 16 bytes
 * that a swizzle looks up. */
#include "../kernels/kernel.h"
#include <wasm_simd128.h>

enum { SIZE = 12 << 10 };
static u8 plain[SIZE + 16], coded[SIZE / 3 * 4 + 16], back[SIZE + 16];

static v128_t encode(v128_t x) {
	x = wasm_i8x16_shuffle(x, x, 1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
	/* Each 32 bits have four numbers of six bits. */
	v128_t ac = wasm_v128_and(x, wasm_i32x4_splat(0x0fc0fc00)), bd = wasm_v128_and(x, wasm_i32x4_splat(0x003f03f0));
	v128_t a = wasm_v128_and(wasm_u32x4_shr(ac, 10), wasm_i32x4_splat(0x3f)), c = wasm_v128_and(wasm_u32x4_shr(ac, 6), wasm_i32x4_splat(0x3f0000));
	v128_t b = wasm_v128_and(wasm_i32x4_shl(bd, 4), wasm_i32x4_splat(0x3f00)), d = wasm_v128_and(wasm_i32x4_shl(bd, 8), wasm_i32x4_splat(0x3f000000));
	v128_t six = wasm_v128_or(wasm_v128_or(a, b), wasm_v128_or(c, d));
	/* What is added to a number depends on its range. */
	v128_t range = wasm_u8x16_sub_sat(six, wasm_i8x16_splat(51));
	range = wasm_i8x16_sub(range, wasm_i8x16_gt(six, wasm_i8x16_splat(25)));
	v128_t table = wasm_i8x16_make(65, 71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 0, 0);
	return wasm_i8x16_add(six, wasm_i8x16_swizzle(table, range));
}

static v128_t decode(v128_t x) {
	v128_t upper = wasm_u8x16_shr(x, 4);
	v128_t table = wasm_i8x16_make(0, 0, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
	v128_t slash = wasm_v128_and(wasm_i8x16_eq(x, wasm_i8x16_splat('/')), wasm_i8x16_splat(-3));
	v128_t six = wasm_i8x16_add(x, wasm_i8x16_add(wasm_i8x16_swizzle(table, upper), slash));
	v128_t even = wasm_v128_and(six, wasm_i16x8_splat(0xff)), odd = wasm_u16x8_shr(six, 8);
	v128_t twelve = wasm_v128_or(wasm_i16x8_shl(even, 6), odd);
	v128_t weights = wasm_i16x8_make(1 << 12, 1, 1 << 12, 1, 1 << 12, 1, 1 << 12, 1);
	v128_t whole = wasm_i32x4_dot_i16x8(twelve, weights);
	return wasm_i8x16_shuffle(whole, whole, 2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 3, 3, 3, 3);
}

EXPORT(run) i64 run(i32 n) {
	u32 random = 1;
	for (i32 i = 0; i < SIZE; i++)
		plain[i] = next_random(&random);
	u64 sum = 0;
	for (i32 round = 0; round < n; round++) {
		plain[round % SIZE]++;
		for (i32 i = 0, j = 0; i < SIZE; i += 12, j += 16)
			wasm_v128_store(coded + j, encode(wasm_v128_load(plain + i)));
		v128_t differ = wasm_i8x16_splat(0);
		for (i32 i = 0, j = 0; i < SIZE; i += 12, j += 16)
			wasm_v128_store(back + i, decode(wasm_v128_load(coded + j)));
		for (i32 i = 0; i < SIZE; i += 16)
			differ = wasm_v128_or(differ, wasm_v128_xor(wasm_v128_load(plain + i), wasm_v128_load(back + i)));
		sum = mix(sum, wasm_v128_any_true(differ) ? 0 : coded[round % SIZE]);
	}
	return sum;
}
