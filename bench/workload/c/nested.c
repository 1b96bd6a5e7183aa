/* A generator within 1, 4 or 16 coroutines, each of which passes on what it gets: a
 * resume forwards nothing by itself. */
#include "coro.h"

static i64 level(i64 arg) {
	i64 depth = arg >> 32, n = arg & 0xffffffff;
	if (depth == 0) {
		for (i64 i = 0; i < n; i++)
			coro_yield(i);
		return 0;
	}
	coro *c = coro_new(level, (depth - 1) << 32 | n, 128);
	for (;;) {
		i64 v = coro_resume(c, 0);
		if (coro_done(c))
			break;
		coro_yield(v);
	}
	coro_free(c);
	return 0;
}

static i64 generate(i64 depth, i64 n) {
	coro *c = coro_new(level, depth << 32 | n, 128);
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

EXPORT(run1) i64 run1(i32 n) { return generate(1, n); }
EXPORT(run4) i64 run4(i32 n) { return generate(4, n); }
EXPORT(run16) i64 run16(i32 n) { return generate(16, n); }
