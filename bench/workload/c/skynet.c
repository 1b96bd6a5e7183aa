/* A tree of coroutines with n leaves, ten children each. A leaf gives its number to
 * its parent, the others the sum of what they get. n is a power of ten. */
#include "coro.h"


/* Parts are passed in one word: 32 bits each. */
static i64 node(i64 arg) {
	i64 first = arg >> 32, leaves = arg & 0xffffffff;
	i64 sum = 0;
	if (leaves == 1) {
		sum = first;
	} else {
		leaves /= 10;
		for (i32 i = 0; i < 10; i++) {
			coro *c = coro_new(node, (first + i * leaves) << 32 | leaves, 128);
			sum += coro_resume(c, 0);
			coro_resume(c, 0);
			coro_free(c);
		}
	}
	coro_yield(sum);
	return 0;
}

EXPORT(run) i64 run(i32 n) {
	coro *c = coro_new(node, n, 128);
	i64 sum = coro_resume(c, 0);
	coro_resume(c, 0);
	coro_free(c);
	return sum;
}
