/* Sorts 10,000 numbers by quicksort, n times: recursion and branches that cannot be
 * predicted. */
#include "kernel.h"

enum { N = 10000 };
static u32 v[N];

static void sort(i32 low, i32 high) {
	while (high - low > 12) {
		u32 pivot = v[low + (high - low) / 2];
		i32 i = low, j = high;
		while (i <= j) {
			while (v[i] < pivot)
				i++;
			while (v[j] > pivot)
				j--;
			if (i <= j) {
				u32 t = v[i];
				v[i++] = v[j];
				v[j--] = t;
			}
		}
		sort(low, j);
		low = i;
	}
	for (i32 i = low + 1; i <= high; i++) {
		u32 t = v[i];
		i32 j = i;
		for (; j > low && v[j - 1] > t; j--)
			v[j] = v[j - 1];
		v[j] = t;
	}
}

EXPORT(run) i64 run(i32 n) {
	u32 random = 11;
	u64 sum = 0;
	for (i32 round = 0; round < n; round++) {
		for (i32 i = 0; i < N; i++)
			v[i] = next_random(&random);
		sort(0, N - 1);
		for (i32 i = 1; i < N; i++)
			if (v[i - 1] > v[i])
				__builtin_trap();
		sum = mix(sum, v[N / 3]);
	}
	return (i64)sum;
}
