/* Fannkuch: flips prefixes of all permutations of 7 numbers until a 1 is in front,
 * n times. Small arrays and unpredictable loops. */
#include "kernel.h"

enum { N = 7 };

static i32 flips(const i32 *permutation) {
	i32 p[N], count = 0;
	for (i32 i = 0; i < N; i++)
		p[i] = permutation[i];
	while (p[0] != 0) {
		for (i32 i = 0, j = p[0]; i < j; i++, j--) {
			i32 t = p[i];
			p[i] = p[j];
			p[j] = t;
		}
		count++;
	}
	return count;
}

EXPORT(run) i64 run(i32 n) {
	i64 sum = 0;
	for (i32 round = 0; round < n; round++) {
		i32 p[N], rotated[N];
		for (i32 i = 0; i < N; i++) {
			p[i] = i;
			rotated[i] = 0;
		}
		i32 most = 0, at = 1;
		while (at < N) {
			if (at == 1) {
				i32 f = flips(p);
				sum += f;
				if (f > most)
					most = f;
			}
			/* The next permutation: rotate a prefix of at+1; when it has come round,
			 * a longer one. */
			i32 first = p[0];
			for (i32 i = 0; i < at; i++)
				p[i] = p[i + 1];
			p[at] = first;
			if (++rotated[at] <= at) {
				at = 1;
			} else {
				rotated[at] = 0;
				at++;
			}
		}
		sum += most + round % 3;
	}
	return sum;
}
