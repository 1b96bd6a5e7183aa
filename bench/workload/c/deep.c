/* Yields n values from 100 frames deep. */
#include "coro.h"

static i64 returned; /* counted behind the call, so that no compiler makes it a loop */

static void NOINLINE descend(i32 frames, i64 n) {
	if (frames > 1)
		descend(frames - 1, n);
	else
		for (i64 i = 0; i < n; i++)
			coro_yield(i);
	returned++;
}

static i64 generator(i64 n) {
	returned = 0;
	descend(100, n);
	return returned;
}

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
