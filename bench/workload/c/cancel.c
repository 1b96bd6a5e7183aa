/* n coroutines are cancelled while they wait: what they wait for returns a special
 * value, and they clean up and return. */
#include "coro.h"

static i64 cleaned;

static i64 coroutine(i64 v) {
	i64 answer = coro_yield(v);
	if (answer < 0) {
		cleaned++;
		return 0;
	}
	return answer;
}

EXPORT(run) i64 run(i32 n) {
	cleaned = 0;
	for (i64 i = 0; i < n; i++) {
		coro *c = coro_new(coroutine, i, 128);
		coro_resume(c, 0);
		coro_resume(c, -1);
		coro_free(c);
	}
	return cleaned;
}
