/* Yields n values from 100 frames deep. */
#include "coro.h"

static i64 NOINLINE descend(i32 frames, i64 n) {
	if (frames > 1)
		return descend(frames - 1, n) + 1;
	for (i64 i = 0; i < n; i++)
		coro_yield(i);
	return 1;
}

static i64 generator(i64 n) { return descend(100, n); }

/* The sum, and the number of frames on top. */
EXPORT(run) i64 run(i32 n) {
	coro *c = coro_new(generator, n, 8192);
	i64 sum = 0;
	for (;;) {
		sum += coro_resume(c, 0);
		if (coro_done(c))
			break;
	}
	coro_free(c);
	return sum;
}
