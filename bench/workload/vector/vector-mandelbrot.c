/* The Mandelbrot set on 64 by 64 points, n times, two points at once. */
#include "../kernels/kernel.h"
#include <wasm_simd128.h>

enum { SIDE = 64, STEPS = 50 };

EXPORT(run) i64 run(i32 n) {
	u64 sum = 0;
	for (i32 round = 0; round < n; round++)
		for (i32 y = 0; y < SIDE; y++)
			for (i32 x = 0; x < SIDE; x += 2) {
				double step = 3.0 / SIDE, shift = (round % 10) * 0.001;
				v128_t re = wasm_f64x2_make(x * step - 2.1 + shift, (x + 1) * step - 2.1 + shift);
				v128_t im = wasm_f64x2_splat(y * step - 1.5);
				v128_t zr = re, zi = im, steps = wasm_i64x2_splat(0);
				for (i32 i = 0; i < STEPS; i++) {
					v128_t rr = wasm_f64x2_mul(zr, zr), ii = wasm_f64x2_mul(zi, zi);
					v128_t inside = wasm_f64x2_lt(wasm_f64x2_add(rr, ii), wasm_f64x2_splat(4));
					if (!wasm_v128_any_true(inside))
						break;
					steps = wasm_i64x2_sub(steps, inside);
					v128_t product = wasm_f64x2_mul(zr, zi);
					zi = wasm_f64x2_add(wasm_f64x2_add(product, product), im);
					zr = wasm_f64x2_add(wasm_f64x2_sub(rr, ii), re);
				}
				sum = mix(sum, wasm_i64x2_extract_lane(steps, 0));
				sum = mix(sum, wasm_i64x2_extract_lane(steps, 1));
			}
	return sum;
}
