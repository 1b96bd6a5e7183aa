/* Walks a tree whose n leaves lie 20 levels deep and yields each from there. n is a
 * power of two: the upper levels have one child, the lower ones two. */
#include "coro.h"

enum { LEVELS = 20 };

static i32 width; /* the levels with two children */

static i64 returned; /* counted behind the calls, so that no compiler makes one a loop */

static void NOINLINE walk(i32 level, i64 first) {
	if (level == 0) {
		coro_yield(first);
	} else {
		walk(level - 1, first);
		if (level <= width)
			walk(level - 1, first + ((i64)1 << (level - 1)));
	}
	returned++;
}

static i64 walker(i64 v) {
	walk(LEVELS, v);
	return 0;
}

EXPORT(run) i64 run(i32 n) {
	width = 31 - __builtin_clz(n);
	coro *c = coro_new(walker, 0, 2048);
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
