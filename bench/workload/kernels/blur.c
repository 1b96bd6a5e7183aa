/* Blurs an image of 128 by 128 bytes with a 5 by 5 kernel of integers, n times. */
#include "kernel.h"

enum { N = 128 };
static u8 image[N][N], blurred[N][N];
static const i32 weights[5] = {1, 4, 6, 4, 1};

EXPORT(run) i64 run(i32 n) {
	u32 random = 29;
	for (i32 y = 0; y < N; y++)
		for (i32 x = 0; x < N; x++)
			image[y][x] = (u8)next_random(&random);
	u64 sum = 0;
	for (i32 round = 0; round < n; round++) {
		image[round % N][round / N % N] ^= 0x55;
		for (i32 y = 2; y < N - 2; y++)
			for (i32 x = 2; x < N - 2; x++) {
				i32 v = 0;
				for (i32 dy = -2; dy <= 2; dy++)
					for (i32 dx = -2; dx <= 2; dx++)
						v += weights[dy + 2] * weights[dx + 2] * image[y + dy][x + dx];
				blurred[y][x] = (u8)(v >> 8);
			}
		for (i32 i = 2; i < N - 2; i++)
			sum = mix(sum, blurred[i][i]);
	}
	return (i64)sum;
}
