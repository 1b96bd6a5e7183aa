/* The product of two matrices of 64 by 64 floats, n times, four columns at once. */
#include "../kernels/kernel.h"
#include <wasm_simd128.h>

enum { N = 64 };
static float a[N][N], b[N][N], c[N][N];

EXPORT(run) i64 run(i32 n) {
	u32 random = 1;
	for (i32 i = 0; i < N; i++)
		for (i32 j = 0; j < N; j++) {
			a[i][j] = (i32)(next_random(&random) % 20) - 10;
			b[i][j] = (i32)(next_random(&random) % 20) - 10;
		}
	double trace = 0;
	for (i32 round = 0; round < n; round++) {
		a[0][0] = round % 100;
		for (i32 i = 0; i < N; i++)
			for (i32 j = 0; j < N; j += 8) {
				v128_t left = wasm_f32x4_splat(0), right = left;
				for (i32 k = 0; k < N; k++) {
					v128_t x = wasm_v128_load32_splat(&a[i][k]);
					left = wasm_f32x4_add(left, wasm_f32x4_mul(x, wasm_v128_load(&b[k][j])));
					right = wasm_f32x4_add(right, wasm_f32x4_mul(x, wasm_v128_load(&b[k][j + 4])));
				}
				wasm_v128_store(&c[i][j], left);
				wasm_v128_store(&c[i][j + 4], right);
			}
		for (i32 i = 0; i < N; i++)
			trace += c[i][i];
	}
	return (i64)trace;
}
