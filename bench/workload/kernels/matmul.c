/* The product of two matrices of 64 by 64 doubles, n times. */
#include "kernel.h"

enum { N = 64 };
static double a[N][N], b[N][N], c[N][N];

EXPORT(run) i64 run(i32 n) {
	u32 random = 1;
	for (i32 i = 0; i < N; i++)
		for (i32 j = 0; j < N; j++) {
			a[i][j] = (i32)(next_random(&random) % 100) - 50;
			b[i][j] = (i32)(next_random(&random) % 100) - 50;
		}
	double trace = 0;
	for (i32 round = 0; round < n; round++) {
		a[0][0] = round % 100;
		for (i32 i = 0; i < N; i++)
			for (i32 j = 0; j < N; j++) {
				double sum = 0;
				for (i32 k = 0; k < N; k++)
					sum += a[i][k] * b[k][j];
				c[i][j] = sum;
			}
		for (i32 i = 0; i < N; i++)
			trace += c[i][i];
	}
	return (i64)trace;
}
