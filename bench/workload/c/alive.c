/* n coroutines, all alive at the same time; then they end. */
#include "coro.h"

static i64 coroutine(i64 v) { return coro_yield(v); }

EXPORT(run) i64 run(i32 n) {
	static coro **all;
	static i32 room;
	if (n > room) { /* the harness asks for more each time: what was before is small */
		all = allocate((size)n * sizeof(coro *));
		room = n;
	}
	i64 sum = 0;
	for (i32 i = 0; i < n; i++) {
		all[i] = coro_new(coroutine, i, 64);
		sum += coro_resume(all[i], 0);
	}
	for (i32 i = 0; i < n; i++) {
		sum += coro_resume(all[i], 1);
		coro_free(all[i]);
	}
	return sum;
}
