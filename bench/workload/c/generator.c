/* The sum of n values that a coroutine yields. */
#include "coro.h"

static i64 numbers(i64 n) {
	for (i64 i = 0; i < n; i++)
		coro_yield(i);
	return 0;
}

EXPORT(run) i64 run(i32 n) {
	coro *c = coro_new(numbers, n, 128);
	i64 sum = 0;
	for (;;) {
		i64 v = coro_resume(c, 0);
		if (coro_done(c))
			break;
		sum += v;
	}
	coro_free(c);
	return sum;
}
