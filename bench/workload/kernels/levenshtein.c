/* The edit distance of two strings of 400 letters, n times: dynamic programming in one row. */
#include "kernel.h"

enum { N = 400 };
static u8 a[N], b[N];
static i32 row[N + 1];

EXPORT(run) i64 run(i32 n) {
	u32 random = 23;
	for (i32 i = 0; i < N; i++) {
		a[i] = next_random(&random) % 4;
		b[i] = next_random(&random) % 4;
	}
	i64 sum = 0;
	for (i32 round = 0; round < n; round++) {
		a[round % N] ^= 1;
		for (i32 j = 0; j <= N; j++)
			row[j] = j;
		for (i32 i = 1; i <= N; i++) {
			i32 diagonal = row[0];
			row[0] = i;
			for (i32 j = 1; j <= N; j++) {
				i32 best = diagonal + (a[i - 1] != b[j - 1]);
				diagonal = row[j];
				if (row[j] + 1 < best)
					best = row[j] + 1;
				if (row[j - 1] + 1 < best)
					best = row[j - 1] + 1;
				row[j] = best;
			}
		}
		sum += row[N];
	}
	return sum;
}
